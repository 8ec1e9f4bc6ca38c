/* SPDX-License-Identifier: Apache-2.0 */
/* NF registration of planes: which the line lets the SMF use, and what becomes of one that it does not any more. */
#include "smf_world.h"

#define LINE                                                                                        \
    "profile: de-2024\nvendors: [{name: own, risk: trusted}, {name: far}]\n"                        \
    "domains: [{name: o, vendor: own, listen: ['::1']}]\nsuspensions: [{rule: L2, by: me, reason: " \
    "no radio here, until: 2099-01-01}]\n"
#define PLANE(vendor)                                          \
    "assets: [{name: default, kind: function, vendor: " vendor \
    ", class: core, reason: UPF, reviewed: 2026-06-01}]\n"

static struct world world;

static bool is_associated(unsigned n)
{
    const struct upf *upf = n4_find(world.core.smf, world.config->planes[n].name);
    assert_non_null(upf);
    return upf->associated;
}

/* Virtual time begins somewhere: the day is what the rules are asked on. */
static void set_day(const char *text)
{
    struct config_date day;
    assert_true(config_date_parse(text, &day));
    world.core.wall_offset = day.days * SECONDS(86400) - world.timers.now;
}

static void plane_asks(unsigned n)
{
    const struct pfcp_message message = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id = {.ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}},
                                      .recovery_time_stamp = 7},
    };
    world_from_peer(&world, &world.config->planes[n].n4, &message);
}

static void a_plane_of_our_own_needs_no_asset(void **state)
{
    (void)state;
    world_open(&world, "");
    set_day("2027-02-01");
    world_enrol(&world, LINE);
    world_wait(&world, SECONDS(30));
    assert_true(is_associated(0));
    world_session(&world, 1);
    world_close(&world);
}

static void a_plane_that_is_not_admitted_any_more_loses_what_it_has(void **state)
{
    (void)state;
    world_open(&world, "");
    set_day("2027-02-01");
    world_enrol(&world, LINE PLANE("own"));
    world_session(&world, 1);
    world_session(&world, 2);
    world_enrol(&world, LINE PLANE("far"));
    world_wait(&world, MILLISECONDS(10));
    assert_int_equal(world.plane.heard[PFCP_SESSION_DELETION_REQUEST], 2);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
    assert_int_equal(world_n1(&world)->session_release_command.cause, NAS_GSM_REACTIVATION_REQUESTED);
    assert_int_equal(world.plane.heard[PFCP_ASSOCIATION_RELEASE_REQUEST], 1);
    assert_false(is_associated(0));
    const unsigned asked = world.plane.heard[PFCP_ASSOCIATION_SETUP_REQUEST];
    plane_asks(0);
    assert_int_equal(world.plane.setup_cause, PFCP_REJECTED);
    world_wait(&world, SECONDS(30));
    assert_int_equal(world.plane.heard[PFCP_ASSOCIATION_SETUP_REQUEST], asked);
    assert_false(is_associated(0));
    world_enrol(&world, LINE PLANE("own"));
    world_wait(&world, SECONDS(30));
    assert_true(is_associated(0));
    world_session(&world, 3);
    world_close(&world);
}

static void before_its_day_a_limit_keeps_no_plane_out(void **state)
{
    (void)state;
    world_open(&world, "");
    set_day("2026-12-30");
    world_enrol(&world, LINE PLANE("far"));
    assert_true(is_associated(0));
    world_session(&world, 1);
    set_day("2026-12-31");
    world_wait(&world, SECONDS(60)); /* it is asked again with each heartbeat */
    assert_false(is_associated(0));
    world_close(&world);
}

static void who_is_started_elsewhere_has_to_be_enrolled(void **state)
{
    static const char yaml[] = "planes: [{name: here, n4: 127.0.0.8, n3: [127.0.0.8]}, {name: default, n4: "
                               "127.0.0.9, n3: [127.0.0.9], external: true}]";
    (void)state;
    world_open(&world, yaml);
    assert_false(is_associated(1)); /* the profile is zero */
    set_day("2027-02-01");
    world_enrol(&world, "profile: lab\n");
    plane_asks(1);
    assert_int_equal(world.plane.setup_cause, PFCP_ACCEPTED);
    assert_true(is_associated(1));
    world_enrol(&world, LINE);
    world_wait(&world, MILLISECONDS(10));
    assert_false(is_associated(1));
    world_enrol(&world, LINE "assets: [{name: default, kind: host, vendor: own, class: core, reason: a host, "
                             "reviewed: 2026-06-01}]\n");
    plane_asks(1);
    assert_int_equal(world.plane.setup_cause, PFCP_REJECTED); /* that is something else of this name */
    world_enrol(&world, LINE PLANE("own"));
    world_wait(&world, SECONDS(3)); /* it is asked by itself; in this world nobody answers from there */
    plane_asks(1);
    assert_int_equal(world.plane.setup_cause, PFCP_ACCEPTED);
    assert_true(is_associated(1));
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plane_of_our_own_needs_no_asset),
        cmocka_unit_test(a_plane_that_is_not_admitted_any_more_loses_what_it_has),
        cmocka_unit_test(before_its_day_a_limit_keeps_no_plane_out),
        cmocka_unit_test(who_is_started_elsewhere_has_to_be_enrolled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
