/* SPDX-License-Identifier: Apache-2.0 */
/* What an edge does about a gNB that is wrong, a control that is wrong, and more than it can keep. */
#include <string.h>

#include "../core/gnb_messages.h"
#include "stand.h"

static const struct gnb_ids ids = {5, 6};

static struct bytes encoded_kind(enum ngap_message_type message)
{
    _Alignas(max_align_t) static uint8_t room[GNB_MESSAGE_BYTES];
    for (unsigned i = 0; i < gnb_message_count; i++)
        if (gnb_messages[i].type == message)
            return stand_encoded(message, gnb_message_of(&gnb_messages[i], ids, room));
    fail_msg("no message of type %d", message);
    return (struct bytes){0};
}

/* --- Radio --- */

static void an_update_in_an_update_fails_with_a_cause(void **state)
{
    (void)state;
    stand_set_up();
    stand_gnb_says(stand_update());
    stand_forget_output();
    stand_gnb_says(stand_update());
    assert_int_equal(stand.passed_count, 0);
    assert_int_equal(stand.answer.message, NGAP_RAN_CONFIGURATION_UPDATE_FAILURE);
    assert_int_equal(stand.answer.value.ran_configuration_update_failure->cause.protocol,
                     NGAP_CAUSE_PROTOCOL_MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE);
}

static void a_second_setup_at_once_fails_with_a_cause(void **state)
{
    (void)state;
    stand_gnb_says(stand_setup_request());
    stand_forget_output();
    stand_gnb_says(stand_setup_request());
    assert_int_equal(stand.passed_count, 0);
    assert_int_equal(stand.answer.message, NGAP_NG_SETUP_FAILURE);
}

static void a_handover_out_of_place_fails_to_prepare(void **state)
{
    (void)state;
    stand_gnb_says(stand_setup_request());
    stand_forget_output();
    stand_gnb_says(encoded_kind(NGAP_HANDOVER_REQUIRED));
    assert_int_equal(stand.passed_count, 0);
    assert_int_equal(stand.answer.message, NGAP_HANDOVER_PREPARATION_FAILURE);
    assert_int_equal(stand.answer.value.handover_preparation_failure->amf_ue_ngap_id, ids.amf);
}

/* TS 38.413 10.3.4.1: its criticality, the second octet's first bits, says what becomes of a procedure that is not known. */
static void an_unknown_procedure_is_answered_by_its_criticality(void **state)
{
    static const uint8_t reject[] = {0x00, 0xfe, 0x00, 0x01, 0x00}, ignore[] = {0x00, 0xfe, 0x40, 0x01, 0x00};
    (void)state;
    stand_set_up();
    stand_gnb_says(BYTES(ignore));
    assert_int_equal(stand.answers, 0);
    stand_gnb_says(BYTES(reject));
    assert_int_equal(stand.answers, 1);
    assert_int_equal(stand_protocol_cause(), NGAP_CAUSE_PROTOCOL_ABSTRACT_SYNTAX_ERROR_REJECT);
}

static void what_cannot_be_a_message_is_not_read(void **state)
{
    static uint8_t whole[128 * 1024];
    (void)state;
    stand_set_up();
    edge_set_budget(stand.edge, (struct charter_budget){0});
    stand_gnb_says(BYTES(whole));
    assert_int_equal(stand.answers, 0);
    assert_int_equal(edge_totals(stand.edge).refused, 1);
}

/* --- Control --- */

static void a_control_that_breaks_the_rules_is_told_from_a_late_one(void **state)
{
    uint8_t space[64];
    struct writer w = writer_of(space, sizeof space);
    (void)state;
    stand_set_up();
    assert_false(edge_control_message(stand.edge, bytes_of("no such thing", 13)));
    assert_true(wicket_encode(&w, &(struct wicket_message){.kind = WICKET_CLOSE, .association = 7}));
    assert_true(edge_control_message(stand.edge, writer_bytes(&w)));
    assert_int_equal(stand.ended, 0);
}

static void what_control_says_in_no_form_goes_nowhere(void **state)
{
    uint8_t space[64];
    struct writer w = writer_of(space, sizeof space);
    (void)state;
    stand_set_up();
    size_t mark = wicket_open(&w, WICKET_NGAP, stand.last_random, 0);
    write_bytes(&w, bytes_of("text", 4));
    assert_true(wicket_close(&w, mark));
    edge_control_message(stand.edge, writer_bytes(&w));
    assert_int_equal(stand.answers, 0);
    assert_int_equal(stand.ended, 0);
}

static void a_refused_update_is_not_told_to_the_next_control(void **state)
{
    struct ngap_cause cause = {.which = NGAP_CAUSE_MISC, .misc = NGAP_CAUSE_MISC_UNSPECIFIED};
    struct ngap_ran_configuration_update_failure failure = {.cause = cause};
    (void)state;
    stand_set_up();
    stand_gnb_says(stand_update());
    stand_control_says(NGAP_RAN_CONFIGURATION_UPDATE_FAILURE,
                       stand_encoded(NGAP_RAN_CONFIGURATION_UPDATE_FAILURE, &failure));
    edge_control_closed(stand.edge);
    stand_forget_output();
    edge_control_open(stand.edge);
    assert_int_equal(stand.passed_count, 3);
    assert_int_equal(stand.passed[1].kind, WICKET_KEPT);
    assert_int_equal(stand.passed[2].kind, WICKET_REPLAY);
}

static void a_refused_setup_leaves_the_gnb_to_try_again(void **state)
{
    struct ngap_cause cause = {.which = NGAP_CAUSE_MISC, .misc = NGAP_CAUSE_MISC_UNKNOWN_PLMN_OR_SNPN};
    struct ngap_ng_setup_failure failure = {.cause = cause};
    (void)state;
    stand_gnb_says(stand_setup_request());
    stand_control_says(NGAP_NG_SETUP_FAILURE, stand_encoded(NGAP_NG_SETUP_FAILURE, &failure));
    stand_forget_output();
    stand_gnb_says(stand_uplink());
    assert_int_equal(stand.passed_count, 0);
    stand_forget_output();
    stand_gnb_says(stand_setup_request());
    assert_int_equal(stand.passed_count, 1);
}

/* --- More than can be kept --- */

static void what_a_gnb_says_while_control_is_away_is_kept_to_a_limit(void **state)
{
    unsigned refused = 0, said;
    (void)state;
    stand_set_up();
    edge_set_budget(stand.edge, (struct charter_budget){0});
    edge_control_closed(stand.edge);
    for (said = 0; refused == 0 && said < 1 << 20; said++) {
        stand_gnb_says(stand_uplink());
        refused = (unsigned)edge_totals(stand.edge).refused;
    }
    assert_int_equal(refused, 1);
    assert_true(said > 1000);
    stand.control_queue_full = true;
    edge_control_open(stand.edge);
    stand.control_queue_full = false;
    stand_forget_output();
    stand_gnb_says(stand_uplink());
    assert_int_equal(stand.passed_count, 1);
}

static void what_control_does_not_take_is_refused(void **state)
{
    (void)state;
    stand_set_up();
    stand.control_queue_full = true;
    for (int i = 0; i < 3; i++)
        stand_gnb_says(stand_uplink());
    assert_int_equal(edge_totals(stand.edge).refused, 3);
    assert_int_equal(stand.ended, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stand_setup, stand_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_update_in_an_update_fails_with_a_cause),
        TEST(a_second_setup_at_once_fails_with_a_cause),
        TEST(a_handover_out_of_place_fails_to_prepare),
        TEST(an_unknown_procedure_is_answered_by_its_criticality),
        TEST(what_cannot_be_a_message_is_not_read),
        TEST(a_control_that_breaks_the_rules_is_told_from_a_late_one),
        TEST(what_control_says_in_no_form_goes_nowhere),
        TEST(a_refused_update_is_not_told_to_the_next_control),
        TEST(a_refused_setup_leaves_the_gnb_to_try_again),
        TEST(what_a_gnb_says_while_control_is_away_is_kept_to_a_limit),
        TEST(what_control_does_not_take_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
