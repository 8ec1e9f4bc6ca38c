/* SPDX-License-Identifier: Apache-2.0 */
/* Rule H2: what planes tell is in the window once, whatever dies meanwhile. */
#include "traffic_world.h"

static uint64_t dice(uint64_t sides)
{
    return random_u64(&world.random.random) % sides;
}

static int set_up(void **state)
{
    (void)state;
    world_open(NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_close();
    return 0;
}

static void carry(void)
{
    const unsigned i = (unsigned)dice(ADDRESSES);
    const uint64_t up = dice(100000), down = dice(1000000);
    world.plane.uplink[i] += up;
    world.plane.downlink[i] += down;
    world.told += up + down;
    world.told_high_risk += i < HIGH_RISK ? up + down : 0;
}

static void is_exact(void)
{
    assert_int_equal(measured().bytes, world.told);
    assert_int_equal(measured().high_risk_bytes, world.told_high_risk);
}

/* A plane that dies clean has said all; its counters begin anew. */
static void restart_plane(void)
{
    assert_true(tell(&world.plane, 0, ADDRESSES, PFCP_TRAFFIC_LAST | PFCP_TRAFFIC_ENDS));
    world.plane = (struct fake_plane){.instance = world.plane.instance + 1};
}

static void what_planes_tell_is_counted_once_whatever_restarts(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 400; round++) {
        struct fake_plane before = world.plane;
        for (uint64_t n = dice(8); n > 0; n--)
            carry();
        assert_true(tell_all());
        if (dice(3) == 0)
            assert_true(tell(&before, 0, ADDRESSES, 0)); /* came late */
        if (dice(4) == 0)
            assert_true(tell_all());
        if (dice(6) == 0) {
            store_inject(world.store, STORE_FULL, 0);
            settle();
            store_inject(world.store, STORE_OK, 0);
        }
        assert_true(settle());
        world.timers.now += SECONDS(10);
        if (dice(5) == 0)
            restart_control();
        if (dice(7) == 0)
            restart_plane();
        is_exact();
        assert_true(measured().traffic_known);
    }
}

/* What control heard and did not store it is told again. */
static void what_was_lost_with_control_is_told_again(void **state)
{
    (void)state;
    carry();
    assert_true(tell_all());
    assert_true(settle());
    carry();
    assert_true(tell_all());
    restart_control();
    assert_true(tell_all());
    is_exact();
}

static void a_round_that_lacks_a_part_is_asked_for_again(void **state)
{
    (void)state;
    world.plane.uplink[1] = world.plane.uplink[ADDRESSES - 1] = 100;
    assert_false(tell(&world.plane, 0, 4, PFCP_TRAFFIC_LAST));
    assert_false(measured().traffic_known);
    assert_true(tell_all());
    assert_true(measured().traffic_known);
}

static void silence_makes_the_share_unknown(void **state)
{
    (void)state;
    traffic_expected(&world.core, "p");
    assert_false(measured().traffic_known);
    assert_true(tell_all());
    assert_true(measured().traffic_known);
    world.timers.now += world.config->smf.traffic_stale + 1;
    assert_false(measured().traffic_known);
}

static void what_a_plane_died_with_is_known_to_be_unknown(void **state)
{
    (void)state;
    carry();
    assert_true(tell_all());
    world.timers.now += world.config->smf.traffic_gap + SECONDS(1);
    world.plane = (struct fake_plane){.instance = 2};
    assert_true(tell_all());
    is_exact();
    assert_false(measured().traffic_known);
    assert_true(settle());
    restart_control();
    assert_true(tell_all());
    assert_false(measured().traffic_known);
    world.timers.now += SECONDS(24 * 3600);
    assert_true(tell_all());
    assert_true(measured().traffic_known);
}

static void an_instance_that_is_gone_is_not_heard(void **state)
{
    (void)state;
    const struct fake_plane gone = world.plane;
    carry();
    assert_true(tell_all());
    world.plane = (struct fake_plane){.instance = 2};
    assert_true(tell_all());
    assert_false(tell(&gone, 0, ADDRESSES, PFCP_TRAFFIC_LAST));
    is_exact();
}

static void octets_leave_with_their_slot(void **state)
{
    (void)state;
    carry();
    assert_true(tell_all());
    world.timers.now += SECONDS(23 * 3600 + 1700);
    is_exact();
    world.timers.now += SECONDS(1 * 3600);
    assert_true(tell_all());
    assert_int_equal(measured().bytes, 0);
}

static void setting_the_wall_clock_moves_nothing_while_the_host_runs(void **state)
{
    (void)state;
    carry();
    assert_true(tell_all());
    world.wall += SECONDS(90000 * 3600);
    assert_true(tell_all() && settle());
    is_exact();
    world.wall -= SECONDS(99000 * 3600);
    restart_control();
    assert_true(tell_all());
    is_exact();
    assert_true(measured().traffic_known);
}

static void a_clock_that_went_back_over_a_reboot_makes_the_share_unknown(void **state)
{
    (void)state;
    carry();
    assert_true(tell_all() && settle());
    stop();
    world.timers.now = SECONDS(10);
    world.wall = SECONDS(1600000000);
    start();
    world.core.boot = 6;
    traffic_stop(&world.core);
    const char *why;
    assert_true(traffic_start(&world.core, &why));
    assert_true(tell_all());
    is_exact();
    assert_false(measured().traffic_known);
    world.wall = SECONDS(1700002000);
    assert_true(tell_all());
    assert_true(measured().traffic_known);
    is_exact();
}

static struct config_ip address(const char *text)
{
    struct config_ip ip;
    assert_true(config_ip_parse(text, &ip));
    return ip;
}

static void tell_one(const char *end, uint64_t octets)
{
    const struct config_ip ip = address(end);
    struct pfcp_traffic_of_peer item = {.ip.has_v4 = true, .uplink = octets};
    memcpy(item.ip.v4, ip.address, 4);
    assert_true(
        traffic_reported(&world.core, "p",
                         &(struct pfcp_node_report_request){
                             .has_traffic_report = true,
                             .traffic_report = {.instance = 1, .uplink = octets, .flags = PFCP_TRAFFIC_LAST},
                             .traffic = &item,
                             .traffic_count = 1}));
}

static void an_address_that_is_nobodys_counts_as_high_risk_until_a_trusted_gnb_names_it(void **state)
{
    const struct config_ip end = address("10.9.9.9");
    (void)state;
    tell_one("10.9.9.9", 1000);
    assert_int_equal(measured().high_risk_bytes, 1000);
    traffic_named(&world.core, config_find_gnb(&world.config->inventory, "open"), &end);
    assert_int_equal(measured().high_risk_bytes, 0);
    assert_true(settle());
    restart_control();
    assert_int_equal(measured().high_risk_bytes, 0);
    traffic_named(&world.core, NULL, &end);
    assert_int_equal(measured().high_risk_bytes, 1000);
    traffic_named(&world.core, config_find_gnb(&world.config->inventory, "open"), &end);
    assert_int_equal(measured().high_risk_bytes, 1000);
}

static void the_ran_port_is_as_the_plane_finds_it(void **state)
{
    (void)state;
    assert_true(measured().lapsed & LINE_BIT(CONFIG_L2)); /* the inventory names no interface */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_planes_tell_is_counted_once_whatever_restarts),
        TEST(what_was_lost_with_control_is_told_again),
        TEST(a_round_that_lacks_a_part_is_asked_for_again),
        TEST(silence_makes_the_share_unknown),
        TEST(what_a_plane_died_with_is_known_to_be_unknown),
        TEST(an_instance_that_is_gone_is_not_heard),
        TEST(octets_leave_with_their_slot),
        TEST(setting_the_wall_clock_moves_nothing_while_the_host_runs),
        TEST(a_clock_that_went_back_over_a_reboot_makes_the_share_unknown),
        TEST(an_address_that_is_nobodys_counts_as_high_risk_until_a_trusted_gnb_names_it),
        TEST(the_ran_port_is_as_the_plane_finds_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
