/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule H4 between two cores: the one that serves the radio decides with its own inventory, whoever anchors the sessions; a phone that it
 * turns away stays, with all it has, with the other one. Core A's cell is trusted, core B's is high-risk.
 */
#include "duo.h"

#include "core/amf/amf.h"
#include "core/smf/smf.h"
#include "duo_inside.h"

enum { A, B };

#define LINE                                                         \
    "vendors: [{name: theirs, risk: high}]\n"                        \
    "domains: [{name: test, vendor: theirs, listen: [127.0.0.5]}]\n" \
    "gnbs: [{name: quay, domain: test, id: 999/70-00000002}]\n"

static struct duo duo;

static int set_up(void **state)
{
    (void)state;
    duo_open(&duo, "");
    duo_begin(&duo);
    return 0;
}

static void protect(const char *what)
{
    char text[1024];
    snprintf(text, sizeof text, LINE "protected: {%s}\n", what);
    duo_draw_line(&duo, B, text);
}

static void expect_still_with_a(void)
{
    assert_true(inside_registered(duo_ue(&duo, A)));
    assert_true(!duo_ue(&duo, B) || !inside_registered(duo_ue(&duo, B)));
    assert_int_equal(duo.sides[B].gnb.connections.count, 0);
    phone_camp(&duo.phone, &duo.sides[A].gnb);
    if (!duo.phone.connection)
        phone_request_service(&duo.phone, NAS_SERVICE_DATA);
    duo_pass(&duo, SECONDS(2));
    assert_true(duo_ping(&duo));
}

static void a_protected_phone_is_not_handed_over_to_it(void **state)
{
    (void)state;
    protect("subscribers: ['9*']");
    assert_true(ran_gnb_n2_handover(duo.phone.connection, &duo.sides[B].gnb, false));
    duo_pass(&duo, SECONDS(3));
    assert_int_equal(duo.events[PHONE_HANDOVER_FAILED], 1);
    assert_null(duo_ue(&duo, B));
    expect_still_with_a();
}

static void a_protected_phone_is_not_registered_there_and_keeps_what_it_has(void **state)
{
    (void)state;
    protect("subscribers: ['9*']");
    duo_rest(&duo);
    duo_move(&duo, B);
    assert_int_equal(duo.events[PHONE_REGISTRATION_FAILED], 1);
    assert_null(duo_ue(&duo, B));
    expect_still_with_a();
}

static void nor_with_a_key_that_is_derived_for_it(void **state)
{
    (void)state;
    duo_close(&duo);
    duo_open(&duo, ", new_key: true");
    duo_begin(&duo);
    protect("subscribers: ['9*']");
    duo_rest(&duo);
    duo_move(&duo, B);
    assert_int_equal(duo.events[PHONE_REGISTRATION_FAILED], 1);
    assert_null(duo_ue(&duo, B));
    assert_true(inside_registered(duo_ue(&duo, A)));
    duo_move(&duo, A); /* it may have the new key: it proves itself anew */
    assert_int_equal(duo.phone.state, PHONE_ON);
    assert_true(inside_registered(duo_ue(&duo, A)));
}

static void a_protected_session_has_no_user_plane_there_and_comes_back(void **state)
{
    (void)state;
    protect("data_networks: [internet]");
    duo_rest(&duo);
    duo_move(&duo, B);
    assert_int_equal(duo.phone.state, PHONE_ON);
    assert_true(inside_registered(duo_ue(&duo, B)));
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 1u << 1);
    assert_false(duo_ping(&duo));
    duo_downlink(&duo, A);
    assert_int_equal(smf_active(duo_ue(&duo, B)), 0);
    duo_rest(&duo);
    duo_move(&duo, A);
    assert_true(duo_ping(&duo) || duo_ping(&duo));
}

static void a_protected_session_is_not_handed_over_to_it(void **state)
{
    (void)state;
    protect("data_networks: [internet]");
    assert_true(ran_gnb_n2_handover(duo.phone.connection, &duo.sides[B].gnb, false));
    duo_pass(&duo, SECONDS(3));
    assert_int_equal(duo.events[PHONE_HANDOVER_FAILED], 1); /* it was its only one */
    expect_still_with_a();
}

int main(void)
{
#define IN_DUO(test) cmocka_unit_test_setup_teardown(test, set_up, duo_tear_down)
    const struct CMUnitTest tests[] = {
        IN_DUO(a_protected_phone_is_not_handed_over_to_it),
        IN_DUO(a_protected_phone_is_not_registered_there_and_keeps_what_it_has),
        IN_DUO(nor_with_a_key_that_is_derived_for_it),
        IN_DUO(a_protected_session_has_no_user_plane_there_and_comes_back),
        IN_DUO(a_protected_session_is_not_handed_over_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
