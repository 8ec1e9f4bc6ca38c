/* SPDX-License-Identifier: Apache-2.0 */
/* NF registration of another core: one that the line does not admit is asked nothing, and what it asks is refused. */
#include "duo.h"

#include "core/smf/smf.h"
#include "duo_inside.h"

enum { A, B };

#define LINE                                                                                  \
    "profile: de-2024\nvendors: [{name: own, risk: trusted}, {name: far}]\n"                  \
    "domains: [{name: test, vendor: own, listen: [127.0.0.5]}]\n"                             \
    "gnbs: [{name: quay, domain: test, id: 999/70-00000002}, {name: pier, domain: test, id: " \
    "999/70-00000001}]\n"
#define CORE(name, vendor)                                                                                   \
    "assets: [{name: " name ", kind: function, vendor: " vendor ", class: core, reason: AMF and SMF of the " \
    "north, reviewed: 2026-06-01}]\n"

static struct duo duo;

static int set_up(void **state)
{
    struct config_date day;
    (void)state;
    duo_open(&duo, "");
    assert_true(config_date_parse("2027-02-01", &day));
    for (unsigned side = A; side <= B; side++)
        duo.sides[side].core->wall_offset = day.days * SECONDS(86400) - duo.timers.now;
    duo_begin(&duo);
    duo_rest(&duo);
    return 0;
}

/* A phone that B does not find at A is registered as one that nobody knows: its session stays behind. */
static void expect_alone(void)
{
    duo_move(&duo, B);
    assert_true(inside_registered(duo_ue(&duo, B)));
    assert_int_equal(smf_sessions(duo_ue(&duo, B)), 0);
}

static void an_enrolled_core_is_used(void **state)
{
    (void)state;
    duo_draw_line(&duo, A, LINE CORE("b", "own"));
    duo_draw_line(&duo, B, LINE CORE("a", "own"));
    duo_move(&duo, B);
    assert_int_not_equal(smf_sessions(duo_ue(&duo, B)), 0);
}

static void who_asks_without_being_enrolled_is_refused(void **state)
{
    (void)state;
    duo_draw_line(&duo, A, LINE);
    expect_alone();
    assert_int_equal(duo.status, 403);
}

static void a_high_risk_core_is_refused(void **state)
{
    (void)state;
    duo_draw_line(&duo, A, LINE CORE("b", "far"));
    expect_alone();
    assert_int_equal(duo.status, 403);
}

static void who_is_not_enrolled_is_not_asked(void **state)
{
    (void)state;
    duo_draw_line(&duo, B, LINE);
    const unsigned asked = duo.sides[A].requests;
    expect_alone();
    assert_int_equal(duo.sides[A].requests, asked);
}

static void a_lab_records_and_goes_on(void **state)
{
    (void)state;
    duo_draw_line(&duo, A, "profile: lab\n");
    duo_move(&duo, B);
    assert_int_not_equal(smf_sessions(duo_ue(&duo, B)), 0);
}

int main(void)
{
#define IN_DUO(test) cmocka_unit_test_setup_teardown(test, set_up, duo_tear_down)
    const struct CMUnitTest tests[] = {
        IN_DUO(an_enrolled_core_is_used),    IN_DUO(who_asks_without_being_enrolled_is_refused),
        IN_DUO(a_high_risk_core_is_refused), IN_DUO(who_is_not_enrolled_is_not_asked),
        IN_DUO(a_lab_records_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
