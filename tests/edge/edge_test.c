/* SPDX-License-Identifier: Apache-2.0 */
/* The edge between a gNB that may be anything and a control that comes and goes. */
#include <string.h>

#include "stand.h"

static void a_setup_goes_through_and_its_answer_comes_back(void **state)
{
    (void)state;
    assert_int_equal(stand.passed_count, 2);
    assert_int_equal(stand.passed[0].kind, WICKET_HELLO);
    assert_int_equal(stand.passed[1].kind, WICKET_UP);
    stand_forget_output();
    stand_gnb_says(stand_setup_request());
    assert_int_equal(stand.passed[0].kind, WICKET_NGAP);
    stand_accept_setup();
    assert_int_equal(stand.answer.message, NGAP_NG_SETUP_RESPONSE);
    size_t cursor = 0;
    struct edge_gnb seen;
    assert_true(edge_next_gnb(stand.edge, &cursor, &seen));
    assert_string_equal(seen.id, "999/70-00000001");
    assert_string_equal(seen.name, "mast");
    assert_true(seen.ready);
    stand_forget_output();
    stand_gnb_says(stand_uplink());
    assert_int_equal(stand.passed_count, 1);
    assert_int_equal(stand.answers, 0);
}

static void nothing_passes_before_the_setup(void **state)
{
    (void)state;
    stand_forget_output();
    stand_gnb_says(stand_uplink());
    assert_int_equal(stand.passed_count, 0);
    assert_int_equal(stand_protocol_cause(), NGAP_CAUSE_PROTOCOL_MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE);
    assert_int_equal(stand.answer.value.error_indication->ran_ue_ngap_id, 6);
    stand_gnb_says(stand_setup_request());
    stand_forget_output();
    stand_gnb_says(stand_uplink()); /* control has not said yes yet */
    assert_int_equal(stand.passed_count, 0);
}

static void what_only_an_amf_says_is_refused(void **state)
{
    (void)state;
    stand_set_up();
    static const uint8_t nas[] = {0x7e};
    struct ngap_downlink_nas_transport message = {
        .amf_ue_ngap_id = 1, .ran_ue_ngap_id = 2, .nas_pdu = BYTES(nas)};
    stand_gnb_says(stand_encoded(NGAP_DOWNLINK_NAS_TRANSPORT, &message));
    assert_int_equal(stand.passed_count, 0);
    assert_int_equal(stand_protocol_cause(), NGAP_CAUSE_PROTOCOL_MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE);
}

static void text_is_a_transfer_syntax_error(void **state)
{
    (void)state;
    stand_forget_output();
    stand_gnb_says(bytes_of("GET / HTTP/1.1\r\n\r\n", 18));
    assert_int_equal(stand.answers, 1);
    assert_int_equal(stand.passed_count, 0);
    assert_int_equal(stand_protocol_cause(), NGAP_CAUSE_PROTOCOL_TRANSFER_SYNTAX_ERROR);
}

static void every_cut_of_a_good_message_is_answered_and_none_passes(void **state)
{
    (void)state;
    uint8_t whole[4096];
    struct bytes good = stand_setup_request();
    memcpy(whole, good.data, good.len);
    for (size_t length = 1; length < good.len; length++) {
        stand.timers.now += SECONDS(1);
        stand_forget_output();
        stand_gnb_says(bytes_of(whole, length));
        assert_int_equal(stand.passed_count, 0);
        assert_int_equal(stand.answers, 1);
    }
}

static void an_error_indication_is_never_answered(void **state)
{
    (void)state;
    stand_forget_output();
    struct ngap_cause cause = {.which = NGAP_CAUSE_PROTOCOL, .protocol = NGAP_CAUSE_PROTOCOL_SEMANTIC_ERROR};
    struct ngap_error_indication indication = {.cause = &cause};
    stand_gnb_says(stand_encoded(NGAP_ERROR_INDICATION, &indication));
    assert_int_equal(stand.answers + stand.passed_count, 0);
}

static void a_wrong_ppid_is_dropped(void **state)
{
    (void)state;
    stand_forget_output();
    edge_gnb_message(stand.edge, stand.gnb, 0, 0, stand_setup_request());
    assert_int_equal(stand.answers + stand.passed_count, 0);
    assert_int_equal(edge_totals(stand.edge).refused, 1);
}

static void more_messages_than_allowed_are_dropped(void **state)
{
    (void)state;
    stand_set_up();
    stand_forget_output();
    for (int i = 0; i < 100; i++) {
        stand.passed_count = 0;
        stand_gnb_says(stand_uplink());
    }
    assert_int_equal(stand.passed_count, 0);
    assert_int_equal(edge_totals(stand.edge).overruns, 51);
    assert_int_equal(stand.held_off, 1);
    stand.timers.now += SECONDS(2);
    stand_gnb_says(stand_uplink());
    assert_int_equal(stand.passed_count, 1);
    assert_int_equal(stand.held_off, 1);
}

static void phones_too_many_use_up_what_else_may_be_said(void **state)
{
    static const uint8_t arrival[] = {0, 15, 0, 0};
    (void)state;
    stand_set_up();
    stand.timers.now += SECONDS(2);
    for (int i = 0; i < 3 + 5; i++)
        stand_gnb_says(BYTES(arrival));
    assert_int_equal(stand.held_off, 0);
    stand_gnb_says(BYTES(arrival));
    assert_int_equal(stand.held_off, 1);
    stand_gnb_says(stand_uplink());
    assert_int_equal(edge_totals(stand.edge).overruns, 5 + 2);
    stand.timers.now += SECONDS(2);
    stand_gnb_says(stand_uplink());
    assert_int_equal(edge_totals(stand.edge).overruns, 5 + 2);
}

static void more_bytes_than_allowed_are_dropped_unread(void **state)
{
    static const uint8_t big[9000];
    (void)state;
    stand_set_up();
    stand.timers.now += SECONDS(2);
    for (int i = 0; i < 2; i++)
        stand_gnb_says(BYTES(big));
    assert_int_equal(stand.answers, 2);
    stand_gnb_says(BYTES(big));
    assert_int_equal(stand.answers, 2);
    assert_int_equal(edge_totals(stand.edge).overruns, 1);
}

static void a_flood_leaves_the_next_second_what_is_its_own(void **state)
{
    (void)state;
    stand_set_up();
    stand.timers.now += SECONDS(2);
    for (int i = 0; i < 1000; i++) {
        stand.passed_count = 0;
        stand.timers.now += MILLISECONDS(1);
        stand_gnb_says(stand_uplink());
    }
    assert_in_range(edge_totals(stand.edge).overruns, 880, 920); /* 50 at once, and 50 in that second */
}

static void more_arrivals_than_allowed_are_dropped_unread_and_nothing_else(void **state)
{
    static const uint8_t arrival[] = {0x00, 15, 0x40, 0x00}; /* cut off, which is not looked at any more */
    (void)state;
    stand_set_up();
    stand.timers.now += SECONDS(2);
    for (int i = 0; i < 4; i++)
        stand_gnb_says(BYTES(arrival));
    assert_int_equal(edge_totals(stand.edge).overruns, 1);
    assert_int_equal(stand.held_off, 0);
    stand_forget_output();
    stand_gnb_says(stand_uplink());
    assert_int_equal(stand.passed_count, 1);
}

static uint32_t reported(enum wicket_misdeed misdeed)
{
    assert_int_equal(stand.passed_count, 1);
    assert_int_equal(stand.passed[0].kind, WICKET_CONDUCT);
    return stand.passed[0].misdeeds[misdeed];
}

static void control_hears_of_misdeeds_several_at_once(void **state)
{
    (void)state;
    stand_set_up();
    stand.timers.now += SECONDS(1);
    stand_gnb_says(bytes_of("GET / HTTP/1.1", 14));
    assert_int_equal(reported(WICKET_UNDECODABLE), 1);
    stand_forget_output();
    for (int i = 0; i < 5; i++)
        stand_gnb_says(bytes_of("GET / HTTP/1.1", 14));
    assert_int_equal(stand.passed_count, 0);
    stand.timers.now += SECONDS(1);
    edge_gnb_message(stand.edge, stand.gnb, 0, 0, stand_setup_request());
    assert_int_equal(reported(WICKET_UNDECODABLE), 6);
    assert_int_equal(stand.passed[0].misdeeds[WICKET_OVERRUN], 0);
}

static void a_new_control_is_told_what_the_old_one_accepted(void **state)
{
    (void)state;
    stand_set_up();
    stand_gnb_says(stand_update());
    struct ngap_ran_configuration_update_acknowledge yes = {0};
    stand_control_says(NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE,
                       stand_encoded(NGAP_RAN_CONFIGURATION_UPDATE_ACKNOWLEDGE, &yes));
    edge_control_closed(stand.edge);
    stand_forget_output();
    stand_gnb_says(stand_uplink()); /* nobody there: kept */
    assert_int_equal(stand.passed_count, 0);
    edge_control_open(stand.edge);
    assert_int_equal(stand.passed_count, 5);
    const enum wicket_kind kinds[] = {WICKET_HELLO, WICKET_KEPT, WICKET_REPLAY, WICKET_REPLAY, WICKET_NGAP};
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(stand.passed[i].kind, kinds[i]);
    assert_int_equal(stand.passed[1].association, stand.passed[4].association);
    struct ngap_pdu pdu;
    struct fault fault;
    assert_true(ngap_unflatten(stand.passed[2].body, &stand.arena, &pdu, &fault));
    assert_int_equal(pdu.message, NGAP_NG_SETUP_REQUEST);
    assert_true(ngap_unflatten(stand.passed[3].body, &stand.arena, &pdu, &fault));
    assert_int_equal(pdu.message, NGAP_RAN_CONFIGURATION_UPDATE);
}

static void a_setup_that_control_died_over_is_asked_again(void **state)
{
    (void)state;
    stand_gnb_says(stand_setup_request());
    edge_control_closed(stand.edge);
    stand_forget_output();
    edge_control_open(stand.edge);
    assert_int_equal(stand.passed_count, 3);
    assert_int_equal(stand.passed[1].kind, WICKET_UP);
    assert_int_equal(stand.passed[2].kind, WICKET_NGAP);
    stand_accept_setup();
    assert_int_equal(stand.answer.message, NGAP_NG_SETUP_RESPONSE);
}

static void a_restarted_association_is_another_one(void **state)
{
    (void)state;
    stand_set_up();
    edge_gnb_restarted(stand.edge, stand.gnb);
    assert_int_equal(stand.passed_count, 2);
    assert_int_equal(stand.passed[0].kind, WICKET_DOWN);
    assert_int_equal(stand.passed[1].kind, WICKET_UP);
    assert_int_not_equal(stand.passed[0].association, stand.passed[1].association);
    stand_forget_output();
    stand_gnb_says(stand_uplink());
    assert_int_equal(stand.passed_count, 0);
}

static void a_gnb_that_does_not_read_is_cut_off(void **state)
{
    (void)state;
    stand_gnb_says(stand_setup_request());
    stand_forget_output();
    stand.gnb_queue_full = true;
    stand_accept_setup();
    assert_int_equal(stand.ended, 1);
    assert_int_equal(stand.passed[0].kind, WICKET_DOWN);
    edge_gnb_down(stand.edge, stand.gnb, "closed by this side");
    assert_int_equal(stand.passed_count, 1);
}

static void control_can_close_an_association(void **state)
{
    (void)state;
    uint8_t space[64];
    struct writer w = writer_of(space, sizeof space);
    wicket_encode(&w, &(struct wicket_message){.kind = WICKET_CLOSE, .association = stand.last_random});
    stand_forget_output();
    assert_true(edge_control_message(stand.edge, writer_bytes(&w)));
    assert_int_equal(stand.ended, 1);
    stand_gnb_says(stand_setup_request());
    edge_gnb_down(stand.edge, stand.gnb, "closed by this side");
    assert_int_equal(stand.passed_count, 0);
    assert_false(edge_control_message(stand.edge, bytes_of("junk", 4)));
}

static bool control_greets(uint8_t version, uint32_t tables)
{
    uint8_t space[64];
    struct writer w = writer_of(space, sizeof space);
    wicket_encode(
        &w, &(struct wicket_message){
                .kind = WICKET_HELLO, .version = version, .tables = tables, .body = bytes_of("control", 7)});
    return edge_control_message(stand.edge, writer_bytes(&w));
}

static void a_control_of_another_build_is_not_heard(void **state)
{
    (void)state;
    assert_true(control_greets(WICKET_VERSION, ngap_description_version));
    assert_false(control_greets(WICKET_VERSION + 1, ngap_description_version));
    assert_false(control_greets(WICKET_VERSION, ngap_description_version + 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stand_setup, stand_teardown)

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
        TEST(phones_too_many_use_up_what_else_may_be_said),
        TEST(more_bytes_than_allowed_are_dropped_unread),
        TEST(more_arrivals_than_allowed_are_dropped_unread_and_nothing_else),
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
