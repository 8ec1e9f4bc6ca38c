/* SPDX-License-Identifier: Apache-2.0 */
/* Phones that sleep while they are idle: MICO mode (TS 23.501 5.4.1.3, TS 24.501 5.3.6, 5.3.7). */
#include "amf_world.h"

#include "core/amf/gmm.h"

static const char allowed[] = "network: {plmns: [{plmn: 999/70, tacs: [1, 2]}]}\n"
                              "timers: {mobile_reachable_margin: 4m}\n"
                              "mico: {allowed: true, active_time: 30s, periodic_registration: 10h}\n";
static const char narrow[] = "network:\n"
                             "  plmns: [{plmn: 999/70, tacs: [1, 2]}]\n"
                             "  registration_areas: [{name: one, tais: [999/70-1]}]\n"
                             "mico: {allowed: true}\n";

static struct world world;
static struct nas_registration_accept accepted;

static void look(struct world *w, struct nas_message *message, bool up)
{
    (void)w;
    if (!up && message->type == NAS_REGISTRATION_ACCEPT)
        accepted = message->registration_accept;
}

static void open_with(const char *yaml, bool asks, uint32_t active_time)
{
    world_open(&world);
    world_configure(&world, yaml);
    world_ready(&world);
    world.nas_filter = look;
    world.model.mico = asks;
    world.model.active_time = active_time;
    world_register(&world, 0);
}

static void report(enum nas_registration_kind kind)
{
    phone_register(&world.phones[0], kind);
    world_run(&world);
}

static void who_asks_gets_it_with_a_long_timer(void **state)
{
    (void)state;
    open_with(allowed, true, 0);
    assert_true(accepted.has.mico_indication);
    assert_false(accepted.has.t3324);
    assert_int_equal(accepted.t3512, 10 * 3600);
    assert_true(world_ue(&world, 0)->mico);
}

static void who_does_not_ask_gets_none(void **state)
{
    (void)state;
    open_with(allowed, false, 0);
    assert_false(accepted.has.mico_indication);
    assert_int_equal(accepted.t3512, 3600);
    world_idle(&world, 0);
    assert_true(world_data_waits(&world, 0, 1));
}

static void where_it_is_not_allowed_nobody_gets_it(void **state)
{
    (void)state;
    open_with("", true, 10);
    assert_false(accepted.has.mico_indication);
    assert_false(accepted.has.t3324);
    world_idle(&world, 0);
    assert_true(world_data_waits(&world, 0, 1));
}

static void an_area_that_is_the_whole_network_is_said_in_one_bit(void **state)
{
    (void)state;
    open_with(allowed, true, 0);
    assert_true(accepted.mico_indication.all_plmn_allocated);
    assert_false(accepted.has.tai_list);
    assert_int_equal(world_ue(&world, 0)->area_count, 2);
}

static void a_smaller_area_is_listed(void **state)
{
    (void)state;
    open_with(narrow, true, 0);
    assert_true(accepted.has.mico_indication);
    assert_false(accepted.mico_indication.all_plmn_allocated);
    assert_true(accepted.has.tai_list);
}

static void a_phone_that_sleeps_is_not_called(void **state)
{
    (void)state;
    open_with(allowed, true, 0);
    world_idle(&world, 0);
    assert_false(world_data_waits(&world, 0, 1));
    assert_int_equal(world.sent[NGAP_PAGING], 0);
    struct n1n2_message message = {.pdu_session_id = 1, .n1 = bytes_of("x", 1)};
    assert_int_equal(amf_n1n2_transfer(world_ue(&world, 0), &message), AMF_UNREACHABLE);
    phone_request_service(&world.phones[0], NAS_SERVICE_SIGNALLING);
    world_run(&world);
    assert_false(world_ue(&world, 0)->unreachable);
    assert_int_equal(amf_n1n2_transfer(world_ue(&world, 0), &message), AMF_SENT);
}

static void within_its_active_time_it_is_called_and_answers(void **state)
{
    (void)state;
    open_with(allowed, true, 10);
    assert_int_equal(accepted.t3324, 10);
    world_idle(&world, 0);
    world_pass(&world, SECONDS(9));
    assert_true(world_data_waits(&world, 0, 1));
    assert_int_equal(world.events[0][PHONE_PAGED], 1);
    assert_non_null(world_ue(&world, 0)->connection);
    world_idle(&world, 0);
    world_pass(&world, SECONDS(10));
    assert_false(world_data_waits(&world, 0, 1));
    assert_int_equal(world.events[0][PHONE_PAGED], 1);
}

static void the_active_time_is_no_longer_than_configured(void **state)
{
    (void)state;
    open_with(allowed, true, 120);
    assert_int_equal(accepted.t3324, 30);
}

/* T3512 and the margin, counted from when it became idle, whether it listens at first or not. */
static void a_sleeper_that_does_not_report_is_forgotten(void **state)
{
    static const uint32_t times[] = {0, 10};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        open_with(allowed, true, times[i]);
        world_idle(&world, 0);
        world_pass(&world, SECONDS(10 * 3600 + 4 * 60) - 1);
        assert_non_null(world_ue(&world, 0));
        world_pass(&world, 1);
        assert_null(world_ue(&world, 0));
        if (i == 0)
            world_close(&world);
    }
}

static void a_restart_does_not_wake_it(void **state)
{
    (void)state;
    open_with(allowed, true, 0);
    world_idle(&world, 0);
    world_restart(&world);
    assert_true(world_ue(&world, 0)->mico);
    assert_true(world_ue(&world, 0)->unreachable);
    assert_false(amf_page(world_ue(&world, 0), 1));
}

static void every_registration_agrees_anew(void **state)
{
    (void)state;
    open_with(allowed, true, 10);
    world.model.mico = false;
    report(NAS_PERIODIC_REGISTRATION);
    assert_false(accepted.has.mico_indication);
    assert_false(world_ue(&world, 0)->mico);
    assert_int_equal(world_ue(&world, 0)->active_time, 0);
    world.model.mico = true;
    report(NAS_MOBILITY_REGISTRATION);
    assert_true(world_ue(&world, 0)->mico);
    assert_int_equal(world_ue(&world, 0)->active_time, 10);
}

static void a_deregistration_of_a_sleeper_is_not_told(void **state)
{
    (void)state;
    open_with(allowed, true, 0);
    world_idle(&world, 0);
    assert_true(amf_deregister(world_ue(&world, 0), 0, true));
    world_run(&world);
    assert_int_equal(world.sent[NGAP_PAGING], 0);
    assert_null(world_ue(&world, 0));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, NULL, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_asks_gets_it_with_a_long_timer),
        TEST(who_does_not_ask_gets_none),
        TEST(where_it_is_not_allowed_nobody_gets_it),
        TEST(an_area_that_is_the_whole_network_is_said_in_one_bit),
        TEST(a_smaller_area_is_listed),
        TEST(a_phone_that_sleeps_is_not_called),
        TEST(within_its_active_time_it_is_called_and_answers),
        TEST(the_active_time_is_no_longer_than_configured),
        TEST(a_sleeper_that_does_not_report_is_forgotten),
        TEST(a_restart_does_not_wake_it),
        TEST(every_registration_agrees_anew),
        TEST(a_deregistration_of_a_sleeper_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
