/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handover between two gNBs of one core, of a phone whose session another core anchors (TS 23.502 4.9.1.2, 4.9.1.3, TS 29.502 5.2.2.3):
 * core A anchors session 1, core B serves the phone and has both gNBs.
 */
#include "duo.h"

#include "core/smf/smf.h"
#include "duo_inside.h"

enum { A, B };

static struct duo duo;

static int set_up(void **state)
{
    (void)state;
    duo_open(&duo, "");
    duo_begin(&duo);
    duo_rest(&duo);
    duo_add_neighbour(&duo, B);
    duo_move(&duo, B);
    assert_true(duo_ping(&duo));
    return 0;
}

static struct ran_gnb *elsewhere(void)
{
    struct side *side = &duo.sides[B];
    return duo.phone.gnb == &side->gnb ? &side->neighbour : &side->gnb;
}

static void begin_handover(bool direct)
{
    assert_non_null(duo.phone.connection);
    assert_true(ran_gnb_n2_handover(duo.phone.connection, elsewhere(), direct));
}

static void hand_over(void)
{
    struct ran_gnb *target = elsewhere();
    unsigned before = duo.events[PHONE_HANDED_OVER];
    begin_handover(false);
    duo_pass(&duo, SECONDS(3));
    assert_int_equal(duo.events[PHONE_HANDED_OVER], before + 1);
    assert_ptr_equal(duo.phone.connection->gnb, target);
}

static void expect_served(void)
{
    assert_true(inside_registered(duo_ue(&duo, B)));
    assert_int_equal(smf_sessions(duo_ue(&duo, B)) & 1u << 1, 1u << 1);
    assert_int_equal(duo.sides[B].gnb.connections.count + duo.sides[B].neighbour.connections.count, 1);
    assert_true(duo_ping(&duo));
}

/* --- it goes well --- */

static void the_session_follows_to_and_fro(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        hand_over();
        expect_served();
    }
    duo_rest(&duo);
    assert_true(duo_ping(&duo));
    assert_int_equal(duo.sides[B].core->sessions, 0);
}

/* Downlink from the anchor's network all the while. */
static void expect_no_loss(bool direct)
{
    unsigned before = duo.answers;
    begin_handover(direct);
    for (unsigned i = 0; i < 60; i++) {
        duo_downlink_now(&duo, A);
        duo_pass(&duo, MILLISECONDS(1) / 4);
    }
    duo_pass(&duo, SECONDS(2));
    assert_int_equal(duo.events[PHONE_HANDED_OVER], 1);
    assert_int_equal(duo.answers, before + 60);
    expect_served();
}

static void downlink_goes_back_through_the_anchors_plane(void **state)
{
    (void)state;
    expect_no_loss(false);
}

static void downlink_goes_from_gnb_to_gnb(void **state)
{
    (void)state;
    expect_no_loss(true);
}

static void sessions_of_both_cores_follow(void **state)
{
    (void)state;
    phone_open_session(&duo.phone, 2, NULL, 0);
    duo_pass(&duo, SECONDS(1));
    assert_int_equal(duo.sides[B].core->sessions, 1);
    hand_over();
    expect_served();
    assert_int_equal(smf_active(duo_ue(&duo, B)), 1u << 1 | 1u << 2);
    assert_int_equal(smf_active(duo_ue(&duo, A)), 1u << 1);
}

static void a_session_that_the_target_has_no_room_for_waits_at_its_anchor(void **state)
{
    (void)state;
    phone_open_session(&duo.phone, 2, NULL, 0);
    duo_pass(&duo, SECONDS(1));
    elsewhere()->admits = 1;
    hand_over();
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 1u << 1 | 1u << 2);
    assert_int_equal(__builtin_popcount(smf_active(duo_ue(&duo, B))), 1);
    assert_int_equal(smf_active(duo_ue(&duo, A)), smf_active(duo_ue(&duo, B)) & 1u << 1);
    assert_true(duo_ping(&duo));
}

/* --- it does not --- */

static void expect_failure(void)
{
    struct ran_gnb *source = duo.phone.connection->gnb;
    begin_handover(false);
    duo_pass(&duo, SECONDS(12));
    assert_int_equal(duo.events[PHONE_HANDOVER_FAILED], 1);
    assert_ptr_equal(duo.phone.connection->gnb, source);
}

static void a_target_without_room_leaves_the_phone_where_it_is(void **state)
{
    (void)state;
    elsewhere()->admits = 0;
    expect_failure();
    expect_served();
    elsewhere()->admits = 15;
    hand_over();
    expect_served();
}

static void an_anchor_that_is_down_costs_the_handover(void **state)
{
    (void)state;
    duo.cut = true;
    expect_failure();
    duo.cut = false;
    expect_served();
    duo_pass(&duo, SECONDS(60));
    hand_over();
    expect_served();
}

/* What the target had room for goes, what its anchor does not answer for stays behind. */
static void a_session_whose_anchor_is_down_does_not_hold_the_others_back(void **state)
{
    (void)state;
    phone_open_session(&duo.phone, 2, NULL, 0);
    duo_pass(&duo, SECONDS(1));
    duo.cut = true;
    begin_handover(false);
    duo_pass(&duo, SECONDS(12));
    duo.cut = false;
    assert_int_equal(duo.events[PHONE_HANDED_OVER], 1);
    assert_int_equal(smf_active(duo_ue(&duo, B)), 1u << 2);
    duo_pass(&duo, SECONDS(60));
    expect_served();
}

static void a_cancel_at_any_moment_leaves_nothing_prepared(void **state)
{
    const struct ngap_cause cause = {.which = NGAP_CAUSE_RADIO_NETWORK,
                                     .radio_network = NGAP_CAUSE_RADIO_NETWORK_HANDOVER_CANCELLED};
    unsigned cancelled = 0;
    (void)state;
    for (unsigned after = 0; after < 14; after++) {
        begin_handover(false);
        duo_pass(&duo, after * MILLISECONDS(1) / 10);
        if (!duo.phone.connection->preparing)
            break;
        ran_gnb_cancel_handover(duo.phone.connection, cause);
        cancelled++;
        duo_pass(&duo, SECONDS(40));
        expect_served();
        assert_false(inside_prepared(duo_ue(&duo, A)));
        duo_rest(&duo); /* a chain of next hops has no more than eight links */
        assert_true(duo_ping(&duo));
    }
    assert_true(cancelled >= 8);
}

static void a_target_that_is_lost_before_the_command_leaves_the_phone_where_it_is(void **state)
{
    (void)state;
    for (unsigned after = 0; after < 9; after++) {
        struct side *side = &duo.sides[B];
        begin_handover(false);
        duo_pass(&duo, after * MILLISECONDS(1) / 10);
        assert_true(duo.phone.connection->preparing);
        core_association_down(side->core, duo_association(&duo, elsewhere()), "test");
        core_settle(side->core);
        duo_pass(&duo, SECONDS(40));
        duo_associate_anew(&duo, elsewhere());
        assert_int_equal(duo.events[PHONE_HANDOVER_FAILED], after + 1);
        expect_served();
        duo_rest(&duo);
        assert_true(duo_ping(&duo));
        assert_false(inside_prepared(duo_ue(&duo, A)));
    }
}

/* The phone ends somewhere, and finds its session there. */
static void a_core_that_dies_at_any_moment_loses_no_session(void **state)
{
    (void)state;
    for (unsigned after = 0; after < 32; after++) {
        duo_tear_down(NULL);
        set_up(NULL);
        begin_handover(false);
        duo_pass(&duo, after / 2 * MILLISECONDS(1) / 10);
        duo_restart(&duo, after & 1);
        duo_pass(&duo, SECONDS(40));
        if (duo.phone.state != PHONE_ON || !duo.phone.connection || !duo_ping(&duo)) {
            phone_camp(&duo.phone, &duo.sides[B].gnb);
            duo_move(&duo, B);
        }
        assert_true(duo_ping(&duo));
        assert_false(inside_prepared(duo_ue(&duo, A)));
    }
}

/* --- over Xn --- */

static void switch_path(void)
{
    assert_true(ran_gnb_xn_handover(duo.phone.connection, elsewhere()));
    duo_pass(&duo, SECONDS(3));
}

static void a_path_switch_whose_anchor_is_down_leaves_that_session_behind(void **state)
{
    (void)state;
    phone_open_session(&duo.phone, 2, NULL, 0);
    duo_pass(&duo, SECONDS(1));
    duo.cut = true;
    switch_path();
    duo.cut = false;
    assert_int_equal(duo.events[PHONE_HANDED_OVER], 1);
    assert_int_equal(smf_active(duo_ue(&duo, B)), 1u << 2);
    duo_pass(&duo, SECONDS(60));
    expect_served();
}

static void refuse(struct duo *now, struct sbi_message *response)
{
    if (strstr(now->last_path, "/modify")) {
        response->status = 403;
        response->body = (struct bytes){0};
    }
}

static void an_anchor_that_refuses_the_path_switch_is_taken_at_its_word(void **state)
{
    (void)state;
    phone_open_session(&duo.phone, 2, NULL, 0);
    duo_pass(&duo, SECONDS(1));
    duo.spoil = refuse;
    switch_path();
    duo.spoil = NULL;
    assert_int_equal(duo.events[PHONE_HANDED_OVER], 1);
    assert_int_equal(smf_active(duo_ue(&duo, B)), 1u << 2);
    duo_pass(&duo, SECONDS(60));
    expect_served();
}

static void expect_switch_failed(void)
{
    assert_int_equal(duo.events[PHONE_HANDED_OVER], 0);
    duo_pass(&duo, SECONDS(60));
    if (!duo.phone.connection)
        phone_camp(&duo.phone, &duo.sides[B].gnb);
    assert_true(duo_ping(&duo));
    expect_served();
}

static void without_any_session_the_path_switch_fails(void **state)
{
    (void)state;
    duo.cut = true;
    switch_path();
    duo.cut = false;
    expect_switch_failed();
}

/* The anchor has moved, and this core has not. */
static void a_path_switch_that_cannot_be_stored_leads_the_phone_back_to_its_session(void **state)
{
    (void)state;
    assert_true(ran_gnb_xn_handover(duo.phone.connection, elsewhere()));
    for (unsigned i = 0; i < 40; i++) {
        store_inject(duo.sides[B].store, STORE_FULL, 0);
        duo_pass(&duo, MILLISECONDS(1) / 20);
    }
    store_inject(duo.sides[B].store, STORE_OK, 0);
    expect_switch_failed();
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, duo_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_session_follows_to_and_fro),
        CASE(downlink_goes_back_through_the_anchors_plane),
        CASE(downlink_goes_from_gnb_to_gnb),
        CASE(sessions_of_both_cores_follow),
        CASE(a_session_that_the_target_has_no_room_for_waits_at_its_anchor),
        CASE(a_target_without_room_leaves_the_phone_where_it_is),
        CASE(an_anchor_that_is_down_costs_the_handover),
        CASE(a_session_whose_anchor_is_down_does_not_hold_the_others_back),
        CASE(a_cancel_at_any_moment_leaves_nothing_prepared),
        CASE(a_target_that_is_lost_before_the_command_leaves_the_phone_where_it_is),
        CASE(a_core_that_dies_at_any_moment_loses_no_session),
        CASE(a_path_switch_whose_anchor_is_down_leaves_that_session_behind),
        CASE(an_anchor_that_refuses_the_path_switch_is_taken_at_its_word),
        CASE(without_any_session_the_path_switch_fails),
        CASE(a_path_switch_that_cannot_be_stored_leads_the_phone_back_to_its_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
