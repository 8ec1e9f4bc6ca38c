/* SPDX-License-Identifier: Apache-2.0 */
/* A connected phone is handed over between two cores (TS 23.502 4.9.1.3 with AMF relocation), and what can go wrong with it. */
#include "duo.h"

#include "core/amf/amf.h"
#include "core/smf/smf.h"
#include "duo_inside.h"

enum { A, B };

static struct duo duo;

static int set_up(void **state)
{
    (void)state;
    duo_open(&duo, "");
    duo_begin(&duo);
    return 0;
}

static int set_up_wary(void **state)
{
    (void)state;
    duo_open(&duo, ", new_key: true");
    duo_begin(&duo);
    return 0;
}

/* --- what happens --- */

static void begin_handover(unsigned side, bool direct)
{
    assert_non_null(duo.phone.connection);
    assert_true(ran_gnb_n2_handover(duo.phone.connection, &duo.sides[side].gnb, direct));
}

static void hand_over(unsigned side)
{
    unsigned before = duo.events[PHONE_HANDED_OVER];
    begin_handover(side, false);
    duo_pass(&duo, SECONDS(3));
    assert_int_equal(duo.events[PHONE_HANDED_OVER], before + 1);
}

static void open_second_session(void)
{
    phone_open_session(&duo.phone, 2, NULL, 0);
    duo_pass(&duo, SECONDS(1));
    assert_true(phone_session(&duo.phone, 2)->up);
}

static void expect_served_by(unsigned side)
{
    const struct ue *here = duo_ue(&duo, side), *there = duo_ue(&duo, 1 - side);
    assert_non_null(here);
    assert_true(inside_registered(here));
    assert_true(!there || !inside_registered(there));
    assert_int_equal(duo.sides[side].gnb.connections.count, 1);
    assert_int_equal(duo.sides[1 - side].gnb.connections.count, 0);
    assert_ptr_equal(duo.phone.connection->gnb, &duo.sides[side].gnb);
}

static void expect_stayed(void)
{
    expect_served_by(A);
    assert_null(duo_ue(&duo, B));
    assert_true(duo_ping(&duo));
}

/* --- it goes well --- */

static void the_phone_keeps_its_session_and_gets_a_new_guti(void **state)
{
    uint32_t address = duo.phone.sessions[0].ipv4;
    (void)state;
    hand_over(B);
    expect_served_by(B);
    assert_int_equal(duo.phone.guti.s_tmsi.amf_pointer, 1);
    assert_int_equal(duo.phone.sessions[0].ipv4, address);
    assert_int_equal(smf_active(duo_ue(&duo, B)), 1u << 1);
    assert_int_equal(smf_active(duo_ue(&duo, A)), 1u << 1);
    assert_true(duo_ping(&duo));
    duo_rest(&duo);
    assert_true(duo_ping(&duo));
}

static void the_gnbs_may_forward_directly(void **state)
{
    (void)state;
    begin_handover(B, true);
    duo_pass(&duo, SECONDS(3));
    expect_served_by(B);
    assert_true(duo_ping(&duo));
}

static void the_phone_goes_back(void **state)
{
    (void)state;
    hand_over(B);
    hand_over(A);
    expect_served_by(A);
    assert_null(duo_ue(&duo, B));
    assert_int_equal(duo.phone.guti.s_tmsi.amf_pointer, 0);
    assert_true(duo_ping(&duo));
    hand_over(B);
    expect_served_by(B);
    assert_true(duo_ping(&duo));
}

static void downlink_during_the_handover_is_not_lost(void **state)
{
    unsigned before = duo.answers;
    (void)state;
    begin_handover(B, false);
    for (unsigned i = 0; i < 40; i++) {
        duo_downlink_now(&duo, A);
        duo_pass(&duo, MILLISECONDS(1) / 4);
    }
    duo_pass(&duo, SECONDS(2));
    assert_int_equal(duo.answers, before + 40);
}

static void a_session_that_the_target_has_no_room_for_waits(void **state)
{
    (void)state;
    open_second_session();
    duo.sides[B].gnb.admits = 1;
    hand_over(B);
    expect_served_by(B);
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 1u << 1 | 1u << 2);
    assert_int_equal(__builtin_popcount(smf_active(duo_ue(&duo, B))), 1);
    assert_int_equal(__builtin_popcount(smf_active(duo_ue(&duo, A))), 1);
    assert_true(duo_ping(&duo));
}

static void restarts_afterwards_change_nothing(void **state)
{
    (void)state;
    hand_over(B);
    duo_rest(&duo);
    duo_restart(&duo, A);
    duo_restart(&duo, B);
    assert_true(duo_ping(&duo));
}

static void who_is_handed_over_leaves_from_there(void **state)
{
    (void)state;
    hand_over(B);
    phone_deregister(&duo.phone, false);
    duo_pass(&duo, SECONDS(2));
    assert_null(duo_ue(&duo, A));
    assert_null(duo_ue(&duo, B));
    assert_int_equal(duo.sides[A].core->sessions, 0);
}

/* --- it does not --- */

static void a_target_without_room_leaves_the_phone_where_it_is(void **state)
{
    (void)state;
    duo.sides[B].gnb.admits = 0;
    begin_handover(B, false);
    duo_pass(&duo, SECONDS(2));
    assert_int_equal(duo.events[PHONE_HANDOVER_FAILED], 1);
    expect_stayed();
    duo.sides[B].gnb.admits = 15;
    hand_over(B);
    expect_served_by(B);
}

static void a_cancel_ends_it_at_both_cores(void **state)
{
    const struct ngap_cause cause = {.which = NGAP_CAUSE_RADIO_NETWORK,
                                     .radio_network = NGAP_CAUSE_RADIO_NETWORK_HANDOVER_CANCELLED};
    (void)state;
    for (unsigned after = 0; after < 12; after++) { /* whatever is on its way at that moment */
        begin_handover(B, false);
        duo_pass(&duo, after * MILLISECONDS(1) / 10);
        if (!duo.phone.connection->preparing)
            break;
        ran_gnb_cancel_handover(duo.phone.connection, cause);
        duo_pass(&duo, SECONDS(15));
        expect_stayed();
    }
    assert_int_equal(smf_active(duo_ue(&duo, A)), 1u << 1);
}

static void a_peer_that_is_down_costs_nothing_but_the_handover(void **state)
{
    (void)state;
    duo.cut = true;
    begin_handover(B, false);
    duo_pass(&duo, SECONDS(3));
    duo.cut = false;
    assert_int_equal(duo.events[PHONE_HANDOVER_FAILED], 1);
    expect_stayed();
}

static void say_nothing_useful(struct duo *now, struct sbi_message *response)
{
    static const char body[] = "{\"pduSessionList\":[{\"pduSessionId\":1}]}";
    (void)now;
    response->type = SBI_JSON;
    response->body = bytes_of(body, sizeof body - 1);
}

static void an_answer_that_makes_no_sense_is_a_failure(void **state)
{
    (void)state;
    duo.spoil = say_nothing_useful;
    begin_handover(B, false);
    duo_pass(&duo, SECONDS(3));
    duo.spoil = NULL;
    duo_pass(&duo, SECONDS(15));
    assert_int_equal(duo.events[PHONE_HANDOVER_FAILED], 1);
    expect_stayed();
}

/* As the peer's entry says, or for lack of NAS COUNTs. */
static void expect_other_keys(void)
{
    struct nas_security before = inside_security(duo_ue(&duo, A));
    unsigned challenges = duo.heard[NAS_AUTHENTICATION_REQUEST];
    hand_over(B);
    expect_served_by(B);
    struct nas_security after = inside_security(duo_ue(&duo, B));
    assert_memory_not_equal(before.knasint, after.knasint, sizeof before.knasint);
    assert_true(duo_ping(&duo));
    duo_rest(&duo);
    assert_true(duo_ping(&duo));
    hand_over(A);
    expect_served_by(A);
    assert_true(duo_ping(&duo));
    assert_int_equal(duo.heard[NAS_AUTHENTICATION_REQUEST], challenges);
}

static void a_phone_gets_a_new_key_on_its_way(void **state)
{
    (void)state;
    expect_other_keys();
}

static void without_the_handover_the_phone_keeps_its_key(void **state)
{
    (void)state;
    duo.sides[B].gnb.admits = 0;
    begin_handover(B, false);
    duo_pass(&duo, SECONDS(2));
    assert_int_equal(duo.events[PHONE_HANDOVER_FAILED], 1);
    expect_stayed();
    duo.sides[B].gnb.admits = 15;
    expect_other_keys();
}

static void who_is_not_subscribed_there_stays(void **state)
{
    (void)state;
    assert_int_equal(store_subscriber_remove(duo.sides[B].store, "imsi-999700000000001"), STORE_OK);
    begin_handover(B, false);
    duo_pass(&duo, SECONDS(2));
    assert_int_equal(duo.events[PHONE_HANDOVER_FAILED], 1);
    expect_stayed();
}

/* At each moment of a handover one of the cores dies. The phone ends somewhere, and finds its session there. */
static void a_core_that_dies_in_the_middle_loses_no_session(void **state)
{
    (void)state;
    for (unsigned after = 0; after < 20; after++) {
        duo_tear_down(NULL);
        set_up(NULL);
        begin_handover(B, false);
        duo_pass(&duo, after * MILLISECONDS(1) / 10);
        duo_restart(&duo, after & 1);
        duo_pass(&duo, SECONDS(20));
        if (duo.phone.state != PHONE_ON || !duo.phone.connection || !duo_ping(&duo)) {
            phone_camp(&duo.phone, &duo.sides[A].gnb);
            duo_move(&duo, A);
        }
        assert_int_equal(duo.phone.state, PHONE_ON);
        assert_true(duo_ping(&duo) || !phone_session(&duo.phone, 1));
    }
}

/* --- messages that nobody expects --- */

#define CONTEXT "/namf-comm/v1/ue-contexts/imsi-999700000000001"
#define NOTIFY  "/namf-callback/v1/n2-info-notify/imsi-999700000000001"

static void what_was_not_begun_is_not_ended(void **state)
{
    (void)state;
    assert_int_equal(duo_ask(&duo, A, NOTIFY, SBI_JSON, "{\"notifyReason\":\"HANDOVER_COMPLETED\"}"), 403);
    assert_int_equal(duo_ask(&duo, B, NOTIFY, SBI_JSON, "{\"notifyReason\":\"HANDOVER_COMPLETED\"}"), 404);
    assert_int_equal(duo_ask(&duo, A, CONTEXT "/release", SBI_JSON, "{}"), 404);
    assert_int_equal(duo_ask(&duo, B, CONTEXT "/release", SBI_JSON, "{}"), 404);
    assert_int_equal(duo_ask(&duo, A, CONTEXT "/n1-n2-messages", SBI_JSON,
                             "{\"n2InfoContainer\":{\"n2InformationClass\":\"RAN\"}}"),
                     409);
    expect_stayed();
}

static void a_context_that_cannot_be_read_is_not_made(void **state)
{
    static const char *const bodies[] = {
        "{}",
        "[]",
        "{\"ueContext\":{}}",
        "{\"ueContext\":7,\"targetId\":[],\"pduSessionList\":{}}",
        "{\"ueContext\":{\"supi\":\"imsi-999700000000001\",\"mmContextList\":[{}]}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_int_equal(duo_put(&duo, B, CONTEXT, SBI_JSON, bodies[i]), 400);
    assert_int_equal(duo_put(&duo, B, CONTEXT, "text/plain", "{}"), 400);
    assert_int_equal(duo_put(&duo, B, CONTEXT "/transfer", SBI_JSON, "{}"), 404);
    assert_int_equal(duo_put(&duo, B, NOTIFY, SBI_JSON, "{}"), 405);
    assert_int_equal(duo_ask(&duo, B, CONTEXT, SBI_JSON, "{}"), 404);
    expect_stayed();
}

/* Who knows a session's reference leads the handover; what does not fit its state changes nothing. */
static void steps_out_of_order_are_refused(void **state)
{
    static const char *const bodies[] = {
        "{\"hoState\":\"COMPLETED\"}",
        "{\"hoState\":\"PREPARED\"}",
        "{\"hoState\":\"PREPARING\"}",
        "{\"hoState\":\"NONSENSE\"}",
    };
    char path[SBI_TEXT_BYTES];
    (void)state;
    duo.sides[B].gnb.admits = 0;
    begin_handover(B, false);
    duo_pass(&duo, SECONDS(2));
    snprintf(path, sizeof path, "%s", duo.last_path);
    assert_non_null(strstr(path, "/modify"));
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_int_equal(duo_ask(&duo, A, path, SBI_JSON, bodies[i]), 403);
    assert_int_equal(duo_ask(&duo, A, path, SBI_JSON, "{\"hoState\":\"CANCELLED\"}"), 204);
    expect_stayed();
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, duo_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_phone_keeps_its_session_and_gets_a_new_guti),
        CASE(the_gnbs_may_forward_directly),
        CASE(the_phone_goes_back),
        CASE(downlink_during_the_handover_is_not_lost),
        CASE(a_session_that_the_target_has_no_room_for_waits),
        CASE(restarts_afterwards_change_nothing),
        CASE(who_is_handed_over_leaves_from_there),
        CASE(a_target_without_room_leaves_the_phone_where_it_is),
        CASE(a_cancel_ends_it_at_both_cores),
        CASE(a_peer_that_is_down_costs_nothing_but_the_handover),
        CASE(an_answer_that_makes_no_sense_is_a_failure),
        cmocka_unit_test_setup_teardown(a_phone_gets_a_new_key_on_its_way, set_up_wary, duo_tear_down),
        cmocka_unit_test_setup_teardown(without_the_handover_the_phone_keeps_its_key, set_up_wary,
                                        duo_tear_down),
        CASE(who_is_not_subscribed_there_stays),
        CASE(a_core_that_dies_in_the_middle_loses_no_session),
        CASE(what_was_not_begun_is_not_ended),
        CASE(a_context_that_cannot_be_read_is_not_made),
        CASE(steps_out_of_order_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
