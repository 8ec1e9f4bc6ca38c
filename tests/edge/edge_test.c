/* SPDX-License-Identifier: Apache-2.0 */
/* The edge between a gNB that may be anything and a control that comes and goes. */
#include "../check.h"

#include <string.h>

#include "edge/edge.h"
#include "kit/log.h"
#include "wire/wicket/wicket.h"

enum { PPID = 60 };

static struct timers timers;
static struct edge *edge;
static struct edge_association *gnb;
static struct arena arena;
static uint64_t last_random;
static bool gnb_queue_full;

/* What came out last, decoded. */
static struct ngap_pdu answer;
static unsigned answers, ended;
static struct wicket_message passed[16];
static uint8_t passed_space[16][4096];
static unsigned passed_count;

static bool to_gnb(void *context, void *link, uint16_t stream, struct bytes ngap)
{
    static uint8_t copy[4096];
    (void)context;
    (void)link;
    (void)stream;
    memcpy(copy, ngap.data, ngap.len);
    assert_int_equal(ngap_decode(bytes_of(copy, ngap.len), &arena, NGAP_STRICT_ORDER, &answer), NGAP_OK);
    answers++;
    return !gnb_queue_full;
}

static void end_gnb(void *context, void *link)
{
    (void)context;
    (void)link;
    ended++;
}

static bool to_control(void *context, struct bytes message)
{
    struct fault fault = {0};
    (void)context;
    assert_true(message.len <= sizeof passed_space[0]);
    memcpy(passed_space[passed_count], message.data, message.len);
    assert_true(wicket_decode(bytes_of(passed_space[passed_count], message.len), WICKET_FROM_EDGE,
                              &passed[passed_count], &fault));
    passed_count++;
    return true;
}

static uint64_t counting(void *context)
{
    (void)context;
    return ++last_random;
}

static void forget_output(void)
{
    answers = passed_count = ended = 0;
    answer = (struct ngap_pdu){0};
    arena_reset(&arena);
}

static int setup(void **state)
{
    (void)state;
    log_setup((struct log_settings){.level = LOG_ERROR});
    timers_init(&timers, 0);
    arena_init(&arena, 0);
    last_random = 100;
    gnb_queue_full = false;
    edge = edge_new((struct edge_settings){
        .name = "default",
        .timers = &timers,
        .budget = {.messages = 50, .bytes = 20000, .log_lines = 5},
        .ports = {.to_gnb = to_gnb, .end_gnb = end_gnb, .to_control = to_control, .random = counting}});
    edge_control_open(edge);
    union socket_address peer;
    address_parse(&peer, "192.0.2.1", 38412);
    gnb = edge_gnb_up(edge, &peer, &peer, 2);
    return gnb ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    edge_free(edge);
    arena_free(&arena);
    timers_free(&timers);
    return 0;
}

/* --- What a gNB says --- */

static void say_bytes(struct bytes ngap)
{
    edge_gnb_message(edge, gnb, 0, PPID, ngap);
}

static struct bytes encoded(enum ngap_message_type message, const void *value)
{
    static uint8_t space[4096];
    struct fault fault = {0};
    struct writer w = writer_of(space, sizeof space);
    assert_true(ngap_encode(&w, message, value, &fault));
    return writer_bytes(&w);
}

static const struct ngap_slice_support_item slices[] = {{.s_nssai = {.sst = 1}}};
static const struct ngap_broadcast_plmn_item plmns[] = {
    {.plmn_identity = {0x99, 0xf9, 0x07}, .tai_slice_support_list = {slices, 1}}};
static const struct ngap_supported_ta_item areas[] = {{.tac = 1, .broadcast_plmn_list = {plmns, 1}}};

static struct bytes setup_request(void)
{
    struct ngap_ng_setup_request request = {
        .global_ran_node_id = {.which = NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID,
                               .global_gnb_id = {.plmn_identity = {0x99, 0xf9, 0x07},
                                                 .gnb_id = {.which = NGAP_GNB_ID_GNB_ID,
                                                            .gnb_id = {.value = 1, .length = 32}}}},
        .ran_node_name = bytes_of("mast", 4),
        .supported_ta_list = {areas, 1},
        .default_paging_drx = NGAP_PAGING_DRX_V128,
    };
    return encoded(NGAP_NG_SETUP_REQUEST, &request);
}

static struct bytes update(void)
{
    struct ngap_ran_configuration_update message = {.ran_node_name = bytes_of("new name", 8)};
    return encoded(NGAP_RAN_CONFIGURATION_UPDATE, &message);
}

static struct bytes uplink(void)
{
    static const uint8_t nas[] = {0x7e, 0x00, 0x64};
    struct ngap_uplink_nas_transport message = {
        .amf_ue_ngap_id = 5,
        .ran_ue_ngap_id = 6,
        .nas_pdu = BYTES(nas),
        .user_location_information = {
            .which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
            .user_location_information_nr = {
                .nr_cgi = {.plmn_identity = {0x99, 0xf9, 0x07}, .nr_cell_identity = 16},
                .tai = {.plmn_identity = {0x99, 0xf9, 0x07}, .tac = 1}}}};
    return encoded(NGAP_UPLINK_NAS_TRANSPORT, &message);
}

/* --- What control says --- */

static void control_says(enum ngap_message_type message, struct bytes ngap)
{
    static uint8_t space[4096];
    struct ngap_pdu pdu;
    struct fault fault = {0};
    assert_int_equal(ngap_decode(ngap, &arena, NGAP_STRICT_ORDER, &pdu), NGAP_OK);
    assert_int_equal(pdu.message, message);
    struct writer w = writer_of(space, sizeof space);
    size_t mark = wicket_open(&w, WICKET_NGAP, last_random, 0);
    assert_true(ngap_flatten(&w, &pdu, &fault));
    assert_true(wicket_close(&w, mark));
    assert_true(edge_control_message(edge, writer_bytes(&w)));
}

static void accept_setup(void)
{
    static const struct ngap_served_guami_item guamis[] = {
        {.guami = {.plmn_identity = {0x99, 0xf9, 0x07}, .amf_region_id = 2, .amf_set_id = 1}}};
    static const struct ngap_plmn_support_item served[] = {
        {.plmn_identity = {0x99, 0xf9, 0x07}, .slice_support_list = {slices, 1}}};
    struct ngap_ng_setup_response response = {.amf_name = bytes_of("demarc", 6),
                                              .served_guami_list = {guamis, 1},
                                              .relative_amf_capacity = 255,
                                              .plmn_support_list = {served, 1}};
    control_says(NGAP_NG_SETUP_RESPONSE, encoded(NGAP_NG_SETUP_RESPONSE, &response));
}

static void set_up(void)
{
    say_bytes(setup_request());
    accept_setup();
    forget_output();
}

static enum ngap_cause_protocol protocol_cause(void)
{
    assert_int_equal(answer.message, NGAP_ERROR_INDICATION);
    const struct ngap_cause *cause = answer.value.error_indication->cause;
    assert_non_null(cause);
    assert_int_equal(cause->which, NGAP_CAUSE_PROTOCOL);
    return cause->protocol;
}

/* --- The tests --- */

static void a_setup_goes_through_and_its_answer_comes_back(void **state)
{
    (void)state;
    assert_int_equal(passed_count, 2);
    assert_int_equal(passed[0].kind, WICKET_HELLO);
    assert_int_equal(passed[1].kind, WICKET_UP);
    forget_output();
    say_bytes(setup_request());
    assert_int_equal(passed[0].kind, WICKET_NGAP);
    accept_setup();
    assert_int_equal(answer.message, NGAP_NG_SETUP_RESPONSE);
    size_t cursor = 0;
    struct edge_gnb seen;
    assert_true(edge_next_gnb(edge, &cursor, &seen));
    assert_string_equal(seen.id, "999/70-00000001");
    assert_string_equal(seen.name, "mast");
    assert_true(seen.ready);
    forget_output();
    say_bytes(uplink());
    assert_int_equal(passed_count, 1);
    assert_int_equal(answers, 0);
}

static void nothing_passes_before_the_setup(void **state)
{
    (void)state;
    forget_output();
    say_bytes(uplink());
    assert_int_equal(passed_count, 0);
    assert_int_equal(protocol_cause(), NGAP_CAUSE_PROTOCOL_MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE);
    assert_int_equal(answer.value.error_indication->ran_ue_ngap_id, 6);
    say_bytes(setup_request());
    forget_output();
    say_bytes(uplink()); /* control has not said yes yet */
    assert_int_equal(passed_count, 0);
}

static void what_only_an_amf_says_is_refused(void **state)
{
    (void)state;
    set_up();
    static const uint8_t nas[] = {0x7e};
    struct ngap_downlink_nas_transport message = {
        .amf_ue_ngap_id = 1, .ran_ue_ngap_id = 2, .nas_pdu = BYTES(nas)};
    say_bytes(encoded(NGAP_DOWNLINK_NAS_TRANSPORT, &message));
    assert_int_equal(passed_count, 0);
    assert_int_equal(protocol_cause(), NGAP_CAUSE_PROTOCOL_MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE);
}

static void text_is_a_transfer_syntax_error(void **state)
{
    (void)state;
    forget_output();
    say_bytes(bytes_of("GET / HTTP/1.1\r\n\r\n", 18));
    assert_int_equal(answers, 1);
    assert_int_equal(passed_count, 0);
    assert_int_equal(protocol_cause(), NGAP_CAUSE_PROTOCOL_TRANSFER_SYNTAX_ERROR);
}

static void every_cut_of_a_good_message_is_answered_and_none_passes(void **state)
{
    (void)state;
    uint8_t whole[4096];
    struct bytes good = setup_request();
    memcpy(whole, good.data, good.len);
    for (size_t length = 1; length < good.len; length++) {
        timers.now += SECONDS(1);
        forget_output();
        say_bytes(bytes_of(whole, length));
        assert_int_equal(passed_count, 0);
        assert_int_equal(answers, 1);
    }
}

static void an_error_indication_is_never_answered(void **state)
{
    (void)state;
    forget_output();
    struct ngap_cause cause = {.which = NGAP_CAUSE_PROTOCOL, .protocol = NGAP_CAUSE_PROTOCOL_SEMANTIC_ERROR};
    struct ngap_error_indication indication = {.cause = &cause};
    say_bytes(encoded(NGAP_ERROR_INDICATION, &indication));
    assert_int_equal(answers + passed_count, 0);
}

static void a_wrong_ppid_is_dropped(void **state)
{
    (void)state;
    forget_output();
    edge_gnb_message(edge, gnb, 0, 0, setup_request());
    assert_int_equal(answers + passed_count, 0);
    assert_int_equal(edge_totals(edge).refused, 1);
}

static void more_messages_than_allowed_are_dropped(void **state)
{
    (void)state;
    set_up();
    forget_output();
    for (int i = 0; i < 100; i++) {
        passed_count = 0;
        say_bytes(uplink());
    }
    assert_int_equal(passed_count, 0);
    assert_int_equal(edge_totals(edge).overruns, 51);
    timers.now += SECONDS(2);
    say_bytes(uplink());
    assert_int_equal(passed_count, 1);
}

static void more_bytes_than_allowed_are_dropped_unread(void **state)
{
    static const uint8_t big[9000];
    (void)state;
    set_up();
    timers.now += SECONDS(2);
    for (int i = 0; i < 2; i++)
        say_bytes(BYTES(big));
    assert_int_equal(answers, 2);
    say_bytes(BYTES(big));
    assert_int_equal(answers, 2);
    assert_int_equal(edge_totals(edge).overruns, 1);
}

static void a_flood_leaves_the_next_second_what_is_its_own(void **state)
{
    (void)state;
    set_up();
    timers.now += SECONDS(2);
    for (int i = 0; i < 1000; i++) {
        passed_count = 0;
        timers.now += MILLISECONDS(1);
        say_bytes(uplink());
    }
    assert_in_range(edge_totals(edge).overruns, 880, 920); /* 50 at once, and 50 in that second */
}

static uint32_t reported(enum wicket_misdeed misdeed)
{
    assert_int_equal(passed_count, 1);
    assert_int_equal(passed[0].kind, WICKET_CONDUCT);
    return passed[0].misdeeds[misdeed];
}

static void control_hears_of_misdeeds_several_at_once(void **state)
{
    (void)state;
    set_up();
    timers.now += SECONDS(1);
    say_bytes(bytes_of("GET / HTTP/1.1", 14));
    assert_int_equal(reported(WICKET_UNDECODABLE), 1);
    forget_output();
    for (int i = 0; i < 5; i++)
        say_bytes(bytes_of("GET / HTTP/1.1", 14));
    assert_int_equal(passed_count, 0);
    timers.now += SECONDS(1);
    edge_gnb_message(edge, gnb, 0, 0, setup_request());
    assert_int_equal(reported(WICKET_UNDECODABLE), 6);
    assert_int_equal(passed[0].misdeeds[WICKET_OVERRUN], 0);
}

static void a_new_control_is_told_what_the_old_one_accepted(void **state)
{
    (void)state;
    set_up();
    say_bytes(update());
    struct ngap_ran_configuration_update_acknowledge yes = {0};
    control_says(NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE,
                 encoded(NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE, &yes));
    edge_control_closed(edge);
    forget_output();
    say_bytes(uplink()); /* nobody there: kept */
    assert_int_equal(passed_count, 0);
    edge_control_open(edge);
    assert_int_equal(passed_count, 5);
    const enum wicket_kind kinds[] = {WICKET_HELLO, WICKET_KEPT, WICKET_REPLAY, WICKET_REPLAY, WICKET_NGAP};
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(passed[i].kind, kinds[i]);
    assert_int_equal(passed[1].association, passed[4].association);
    struct ngap_pdu pdu;
    struct fault fault;
    assert_true(ngap_unflatten(passed[2].body, &arena, &pdu, &fault));
    assert_int_equal(pdu.message, NGAP_NG_SETUP_REQUEST);
    assert_true(ngap_unflatten(passed[3].body, &arena, &pdu, &fault));
    assert_int_equal(pdu.message, NGAP_RAN_CONFIGURATION_UPDATE);
}

static void a_setup_that_control_died_over_is_asked_again(void **state)
{
    (void)state;
    say_bytes(setup_request());
    edge_control_closed(edge);
    forget_output();
    edge_control_open(edge);
    assert_int_equal(passed_count, 3);
    assert_int_equal(passed[1].kind, WICKET_UP);
    assert_int_equal(passed[2].kind, WICKET_NGAP);
    accept_setup();
    assert_int_equal(answer.message, NGAP_NG_SETUP_RESPONSE);
}

static void a_restarted_association_is_another_one(void **state)
{
    (void)state;
    set_up();
    edge_gnb_restarted(edge, gnb);
    assert_int_equal(passed_count, 2);
    assert_int_equal(passed[0].kind, WICKET_DOWN);
    assert_int_equal(passed[1].kind, WICKET_UP);
    assert_int_not_equal(passed[0].association, passed[1].association);
    forget_output();
    say_bytes(uplink());
    assert_int_equal(passed_count, 0);
}

static void a_gnb_that_does_not_read_is_cut_off(void **state)
{
    (void)state;
    say_bytes(setup_request());
    forget_output();
    gnb_queue_full = true;
    accept_setup();
    assert_int_equal(ended, 1);
    assert_int_equal(passed[0].kind, WICKET_DOWN);
    edge_gnb_down(edge, gnb, "closed by this side");
    assert_int_equal(passed_count, 1);
}

static void control_can_close_an_association(void **state)
{
    (void)state;
    uint8_t space[64];
    struct writer w = writer_of(space, sizeof space);
    wicket_encode(&w, &(struct wicket_message){.kind = WICKET_CLOSE, .association = last_random});
    forget_output();
    assert_true(edge_control_message(edge, writer_bytes(&w)));
    assert_int_equal(ended, 1);
    say_bytes(setup_request());
    edge_gnb_down(edge, gnb, "closed by this side");
    assert_int_equal(passed_count, 0);
    assert_false(edge_control_message(edge, bytes_of("junk", 4)));
}

static bool control_greets(uint8_t version, uint32_t tables)
{
    uint8_t space[64];
    struct writer w = writer_of(space, sizeof space);
    wicket_encode(
        &w, &(struct wicket_message){
                .kind = WICKET_HELLO, .version = version, .tables = tables, .body = bytes_of("control", 7)});
    return edge_control_message(edge, writer_bytes(&w));
}

static void a_control_of_another_build_is_not_heard(void **state)
{
    (void)state;
    assert_true(control_greets(WICKET_VERSION, ngap_description_version));
    assert_false(control_greets(WICKET_VERSION + 1, ngap_description_version));
    assert_false(control_greets(WICKET_VERSION, ngap_description_version + 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_setup_goes_through_and_its_answer_comes_back),
        TEST(nothing_passes_before_the_setup),
        TEST(what_only_an_amf_says_is_refused),
        TEST(text_is_a_transfer_syntax_error),
        TEST(every_cut_of_a_good_message_is_answered_and_none_passes),
        TEST(an_error_indication_is_never_answered),
        TEST(a_wrong_ppid_is_dropped),
        TEST(more_messages_than_allowed_are_dropped),
        TEST(more_bytes_than_allowed_are_dropped_unread),
        TEST(a_flood_leaves_the_next_second_what_is_its_own),
        TEST(control_hears_of_misdeeds_several_at_once),
        TEST(a_new_control_is_told_what_the_old_one_accepted),
        TEST(a_setup_that_control_died_over_is_asked_again),
        TEST(a_restarted_association_is_another_one),
        TEST(a_gnb_that_does_not_read_is_cut_off),
        TEST(control_can_close_an_association),
        TEST(a_control_of_another_build_is_not_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
