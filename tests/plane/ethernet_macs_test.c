/* SPDX-License-Identifier: Apache-2.0 */
/* MAC addresses behind a phone as its SMF is told of them (TS 29.244 5.13.6): each once when it comes, and once when it has been silent for as long as asked for. */
#include "lab.h"
#include "plane/agent_state.h"
#include "plane/macs.h"

enum { MACS = 300, URR = 2, SILENCE = 60, AGEING = 300, KNOWN = 600 };

struct bench {
    struct lab *lab;
    struct lab_session session;
    struct pfcp_urr urrs[2];
    uint64_t seid;
    uint32_t teid;
    bool deaf; /* nothing is heard, nor answered */
    unsigned reports;
    unsigned detected[KNOWN], removed[KNOWN]; /* how often, by device */
};

static uint32_t both_urrs[] = {1, URR};

static void open_session(struct bench *b, uint32_t inactivity)
{
    struct pfcp_session_establishment_request *request = &b->session.request.session_establishment_request;
    lab_describe_ethernet(&b->session, 1);
    b->urrs[0] = b->session.urr;
    b->urrs[1] = (struct pfcp_urr){.urr_id = URR,
                                   .has_measurement_method = true,
                                   .measurement_method = PFCP_EVENT,
                                   .has_reporting_triggers = true,
                                   .reporting_triggers = PFCP_REPORT_MACAR,
                                   .has_ethernet_inactivity_timer = inactivity != 0,
                                   .ethernet_inactivity_timer = inactivity};
    for (unsigned i = 0; i < 2; i++) {
        b->session.pdrs[i].urr_ids = both_urrs;
        b->session.pdrs[i].urr_ids_count = 2;
    }
    request->create_urrs = b->urrs;
    request->create_urrs_count = 2;
    b->seid = lab_establish(b->lab, &b->session, &b->teid);
    assert_int_equal(lab_switch(b->lab, b->seid, &b->lab->gnb, 0x50, false), PFCP_ACCEPTED);
}

static int set_up(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);
    b->lab = lab_new_ethernet(&(struct lan_settings){MACS, SECONDS(AGEING), false});
    open_session(b, SILENCE);
    *state = b;
    return 0;
}

static void note(const struct pfcp_macs *lists, size_t count, unsigned times[KNOWN])
{
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at < lists[i].addresses.len; at += FRAME_MAC) {
            const uint8_t *mac = lists[i].addresses.data + at;
            times[mac[4] << 8 | mac[5]]++;
        }
}

static void take(struct bench *b, const struct pfcp_message *message)
{
    const struct pfcp_session_report_request *request = &message->session_report_request;
    assert_int_equal(request->report_type, PFCP_USAR);
    assert_int_equal(request->usage_reports_count, 1);
    const struct pfcp_usage_report *report = request->usage_reports;
    assert_int_equal(report->urr_id, URR);
    assert_int_equal(report->trigger, PFCP_USAGE_MACAR);
    assert_true(report->has_ethernet_traffic && !report->has_volume);
    note(report->ethernet_traffic.detected, report->ethernet_traffic.detected_count, b->detected);
    note(report->ethernet_traffic.removed, report->ethernet_traffic.removed_count, b->removed);
    b->reports++;
    lab_answer(b->lab, b->seid, message->sequence, PFCP_ACCEPTED);
}

/* What the plane has sent since. */
static void hear(struct bench *b)
{
    for (unsigned i = 0; i < b->lab->n4_count; i++) {
        struct pfcp_message message;
        struct pfcp_problem problem;
        if (b->deaf)
            break;
        arena_reset(&b->lab->arena);
        assert_true(pfcp_decode(&b->lab->arena, bytes_of(b->lab->n4[i].data, b->lab->n4[i].length), &message,
                                &problem));
        if (message.type == PFCP_SESSION_REPORT_REQUEST)
            take(b, &message);
    }
    b->lab->n4_count = 0;
}

static void pass_time(struct bench *b, unsigned seconds)
{
    for (unsigned i = 0; i < 4 * seconds; i++) {
        lab_sleep(b->lab, MILLISECONDS(250));
        hear(b);
    }
}

static enum verdict speak(struct bench *b, unsigned device)
{
    struct packet packet;
    uint8_t frame[64] = {2, 9, 9, 9, 9, 9, 2, 0, 0, 0, (uint8_t)(device >> 8), (uint8_t)device, 8, 6};
    const enum verdict verdict = lab_uplink(b->lab, &b->lab->gnb, b->teid, 1, BYTES(frame), &packet);
    b->lab->n4_count = 0;
    agent_poll(b->lab->agent);
    hear(b);
    return verdict;
}

static void an_address_is_told_once_when_it_comes(void **state)
{
    struct bench *b = *state;
    assert_int_equal(speak(b, 1), PATH_TO_N6);
    assert_int_equal(b->reports, 1);
    assert_int_equal(b->detected[1], 1);
    assert_int_equal(speak(b, 1), PATH_TO_N6);
    assert_int_equal(b->reports, 1);
    assert_int_equal(speak(b, 2), PATH_TO_N6);
    assert_int_equal(b->reports, 2);
    assert_int_equal(b->detected[2], 1);
    assert_int_equal(b->detected[1], 1);
}

static void one_that_is_silent_for_as_long_as_asked_for_is_gone(void **state)
{
    struct bench *b = *state;
    speak(b, 1);
    speak(b, 2);
    pass_time(b, SILENCE / 2);
    speak(b, 2);
    pass_time(b, SILENCE / 2 - 1);
    assert_int_equal(b->removed[1], 0);
    pass_time(b, 2 + SILENCE / 4);
    assert_int_equal(b->removed[1], 1);
    assert_int_equal(b->removed[2], 0);
    pass_time(b, SILENCE);
    assert_int_equal(b->removed[2], 1);
    assert_int_equal(b->reports, 4);
}

static void one_that_speaks_again_is_told_again(void **state)
{
    struct bench *b = *state;
    speak(b, 1);
    pass_time(b, 2 * SILENCE);
    assert_int_equal(b->removed[1], 1);
    speak(b, 1); /* whom the data network remembers */
    pass_time(b, SILENCE / 2);
    assert_int_equal(b->detected[1], 2);
    pass_time(b, AGEING + SILENCE);
    assert_int_equal(b->removed[1], 2);
    speak(b, 1); /* and one that it has forgotten */
    assert_int_equal(b->detected[1], 3);
}

static void without_a_time_it_is_gone_when_the_data_network_forgets_it(void **state)
{
    struct bench *b = *state;
    lab_free(b->lab);
    b->lab = lab_new_ethernet(&(struct lan_settings){MACS, SECONDS(AGEING), false});
    open_session(b, 0);
    speak(b, 1);
    pass_time(b, AGEING - 1);
    assert_int_equal(b->removed[1], 0);
    pass_time(b, 2 + AGEING / 4);
    assert_int_equal(b->removed[1], 1);
}

static void a_sender_that_is_not_taken_is_not_told(void **state)
{
    struct bench *b = *state;
    struct packet packet;
    uint8_t frame[64] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 8, 6};
    assert_int_equal(lab_uplink(b->lab, &b->lab->gnb, b->teid, 1, BYTES(frame), &packet), PATH_DROP);
    agent_poll(b->lab->agent);
    hear(b);
    assert_int_equal(b->reports, 0);
}

/* A list has room for 255. */
static void more_than_an_element_holds_are_told_in_several_reports(void **state)
{
    struct bench *b = *state;
    struct packet packet;
    for (unsigned i = 1; i <= MACS; i++) {
        uint8_t frame[64] = {2, 9, 9, 9, 9, 9, 2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i, 8, 6};
        assert_int_equal(lab_uplink(b->lab, &b->lab->gnb, b->teid, 1, BYTES(frame), &packet), PATH_TO_N6);
    }
    assert_int_equal(speak(b, MACS + 1), PATH_DROP);
    pass_time(b, 1);
    assert_int_equal(b->reports, 2);
    for (unsigned i = 1; i <= MACS; i++)
        assert_int_equal(b->detected[i], 1);
    assert_int_equal(b->detected[MACS + 1], 0);
}

static uint8_t set_triggers(struct bench *b, uint32_t triggers)
{
    struct pfcp_urr update = {.urr_id = URR, .has_reporting_triggers = true, .reporting_triggers = triggers};
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = b->seid,
        .session_modification_request = {.update_urrs = &update, .update_urrs_count = 1}};
    return lab_ask(b->lab, &request).session_modification_response.cause;
}

static void an_smf_may_cease_to_ask_and_begin_again(void **state)
{
    struct bench *b = *state;
    speak(b, 1);
    assert_int_equal(set_triggers(b, PFCP_REPORT_VOLTH), PFCP_ACCEPTED);
    speak(b, 2);
    pass_time(b, 1);
    assert_int_equal(b->reports, 1);
    assert_int_equal(set_triggers(b, PFCP_REPORT_MACAR), PFCP_ACCEPTED);
    pass_time(b, 1);
    assert_int_equal(b->detected[1], 2);
    assert_int_equal(b->detected[2], 1);
}

static void a_session_that_is_established_anew_tells_all_that_there_is(void **state)
{
    struct bench *b = *state;
    speak(b, 1);
    b->session.pdrs[0].pdi.f_teid =
        (struct pfcp_f_teid){.teid = b->teid, .ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}};
    b->session.request.sequence = 0;
    b->seid = lab_establish(b->lab, &b->session, &b->teid);
    assert_int_equal(lab_switch(b->lab, b->seid, &b->lab->gnb, 0x50, false), PFCP_ACCEPTED);
    b->lab->n4_count = 0;
    pass_time(b, 1);
    assert_int_equal(b->detected[1], 2);
}

/* While there is nobody to tell, new senders do not keep the agent busy; whoever comes back is told of them. */
static void what_nobody_could_be_told_is_told_later(void **state)
{
    struct bench *b = *state;
    struct session *session = lan_next(b->lab->networks[0].lan, NULL)->session;
    session->smf->associated = false;
    speak(b, 1);
    assert_int_equal(session->news, 0);
    assert_int_equal(speak(b, 1), PATH_TO_N6);
    assert_false(macs_are_new(session));
    pass_time(b, 1);
    assert_int_equal(b->reports, 0);
    session->smf->associated = true;
    session_reschedule(b->lab->agent, session);
    pass_time(b, 1);
    assert_int_equal(b->detected[1], 1);
}

/* The plane gives a report up. */
enum { GIVEN_UP = 10 /* s: three tries of three, and one */ };

static void what_no_answer_came_to_is_told_again(void **state)
{
    struct bench *b = *state;
    b->deaf = true;
    speak(b, 1);
    pass_time(b, GIVEN_UP);
    b->deaf = false;
    pass_time(b, SILENCE / 4);
    assert_int_equal(b->detected[1], 1);
    pass_time(b, SILENCE / 4);
    assert_int_equal(b->reports, 1);
}

static void one_that_is_gone_is_told_again_if_no_answer_came(void **state)
{
    struct bench *b = *state;
    speak(b, 1);
    pass_time(b, SILENCE - 1);
    b->deaf = true;
    pass_time(b, SILENCE / 4 + GIVEN_UP);
    b->deaf = false;
    assert_int_equal(b->removed[1], 0);
    pass_time(b, SILENCE / 4);
    assert_int_equal(b->removed[1], 1);
    pass_time(b, SILENCE);
    assert_int_equal(b->reports, 2);
}

static void one_that_was_gone_unheard_and_speaks_again_has_never_been_away(void **state)
{
    struct bench *b = *state;
    speak(b, 1);
    pass_time(b, SILENCE - 1);
    b->deaf = true;
    pass_time(b, SILENCE / 4 + 2);
    speak(b, 1);
    pass_time(b, SILENCE / 2);
    b->deaf = false;
    pass_time(b, SILENCE / 4);
    assert_int_equal(b->removed[1], 0);
    assert_int_equal(b->detected[1], 1);
    pass_time(b, SILENCE);
    assert_int_equal(b->removed[1], 1);
}

/* It may have been killed meanwhile. */
static void an_smf_that_associates_anew_is_told_all_again(void **state)
{
    struct bench *b = *state;
    speak(b, 1);
    lab_associate(b->lab);
    pass_time(b, 1);
    assert_int_equal(b->detected[1], 1); /* it may not have its sessions yet */
    assert_int_equal(set_triggers(b, PFCP_REPORT_MACAR), PFCP_ACCEPTED);
    pass_time(b, 1);
    assert_int_equal(b->detected[1], 2);
    assert_int_equal(set_triggers(b, PFCP_REPORT_MACAR), PFCP_ACCEPTED);
    pass_time(b, 1);
    assert_int_equal(b->reports, 2);
}

static void an_smf_that_answers_a_report_anew_is_told_all_again(void **state)
{
    struct bench *b = *state;
    speak(b, 1);
    lab_associate(b->lab);
    speak(b, 2);
    pass_time(b, 1);
    assert_int_equal(b->detected[1], 2);
    assert_int_equal(b->detected[2], 2);
    assert_int_equal(b->reports, 3);
}

/* It may have kept everything. */
static void what_went_while_the_smf_was_away_is_told_when_it_is_back(void **state)
{
    struct bench *b = *state;
    struct session *session = lan_next(b->lab->networks[0].lan, NULL)->session;
    speak(b, 1);
    session->smf->associated = false;
    pass_time(b, 2 * SILENCE);
    speak(b, 2);
    lab_associate(b->lab);
    assert_int_equal(set_triggers(b, PFCP_REPORT_MACAR), PFCP_ACCEPTED);
    pass_time(b, 1);
    assert_int_equal(b->removed[1], 1);
    assert_int_equal(b->detected[1], 1);
    assert_int_equal(b->detected[2], 1);
}

int main(void)
{
#define BENCH(name) cmocka_unit_test_setup_teardown(name, set_up, lab_tear_down)
    const struct CMUnitTest tests[] = {
        BENCH(an_address_is_told_once_when_it_comes),
        BENCH(one_that_is_silent_for_as_long_as_asked_for_is_gone),
        BENCH(one_that_speaks_again_is_told_again),
        BENCH(without_a_time_it_is_gone_when_the_data_network_forgets_it),
        BENCH(a_sender_that_is_not_taken_is_not_told),
        BENCH(more_than_an_element_holds_are_told_in_several_reports),
        BENCH(an_smf_may_cease_to_ask_and_begin_again),
        BENCH(a_session_that_is_established_anew_tells_all_that_there_is),
        BENCH(what_nobody_could_be_told_is_told_later),
        BENCH(what_no_answer_came_to_is_told_again),
        BENCH(one_that_is_gone_is_told_again_if_no_answer_came),
        BENCH(one_that_was_gone_unheard_and_speaks_again_has_never_been_away),
        BENCH(an_smf_that_associates_anew_is_told_all_again),
        BENCH(an_smf_that_answers_a_report_anew_is_told_all_again),
        BENCH(what_went_while_the_smf_was_away_is_told_when_it_is_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
