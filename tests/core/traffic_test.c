/* SPDX-License-Identifier: Apache-2.0 */
/* Rule H2: what planes tell is in the window once, whatever dies meanwhile. */
#include "../check.h"

#include <string.h>

#include "../lab_config.h"
#include "core/rows.h"
#include "core/traffic.h"
#include "crypt/random.h"
#include "line/ledger.h"
#include "store/store.h"

enum { ADDRESSES = 12, HIGH_RISK = 4 }; /* of 10.0.0.x, the first ones */

static const char inventory[] = "vendors: [{name: own, risk: trusted}, {name: far}]\n"
                                "domains: [{name: o, vendor: own, listen: ['::1']},"
                                " {name: f, vendor: far, listen: ['::2']}]\n"
                                "gnbs:\n"
                                "  - {name: far, domain: f, id: 999/70-00000001, n3: [10.0.0.0/30]}\n"
                                "  - {name: near, domain: o, id: 999/70-00000002, n3: [10.0.0.0/24]}\n"
                                "  - {name: open, domain: o, id: 999/70-00000003}\n";

struct fake_plane {
    uint64_t instance;
    uint64_t uplink[ADDRESSES], downlink[ADDRESSES];
};

static struct {
    struct core core;
    struct timers timers;
    struct random_seeded random;
    struct config *config;
    struct store *store;
    struct fake_plane plane;
    uint64_t told, told_high_risk; /* the truth */
    int64_t wall;
} world;

static int64_t read_wall(void)
{
    return world.wall + world.timers.now;
}

static uint64_t dice(uint64_t sides)
{
    return random_u64(&world.random.random) % sides;
}

static void start(void)
{
    struct config_report report = {0};
    const char *why;
    world.core = (struct core){.config = world.config,
                               .store = world.store,
                               .timers = &world.timers,
                               .random = &world.random.random,
                               .boot = 5,
                               .read_wall = read_wall};
    world.core.ledger = ledger_new(&world.config->inventory, &report);
    assert_non_null(world.core.ledger);
    if (!traffic_start(&world.core, &why))
        fail_msg("%s", why);
}

static bool settle(void)
{
    rows_write(&world.core);
    const bool durable = store_commit(world.store) == STORE_OK;
    rows_committed(&world.core, durable);
    return durable;
}

static void stop(void)
{
    store_rollback(world.store);
    traffic_stop(&world.core);
    ledger_free(world.core.ledger);
}

static int set_up(void **state)
{
    struct config_error error;
    enum store_result result;
    const char *why;
    (void)state;
    memset(&world, 0, sizeof world);
    random_seed(&world.random, 11);
    timers_init(&world.timers, SECONDS(1000));
    world.wall = SECONDS(1700000000);
    world.config = lab_config("planes: [{name: p, n4: 127.0.0.7, n3: [127.0.0.8]}]\n", inventory, &error);
    if (!world.config)
        fail_msg("%s", error.text);
    world.store = store_open((struct store_settings){.path = ":memory:"}, &result, &why);
    assert_non_null(world.store);
    world.plane.instance = 1;
    start();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    stop();
    store_close(world.store);
    config_free(world.config);
    return 0;
}

static bool tell(const struct fake_plane *plane, unsigned first, unsigned count, uint8_t flags)
{
    struct pfcp_traffic_of_peer items[ADDRESSES];
    struct pfcp_node_report_request report = {.has_traffic_report = true, .traffic = items};
    report.traffic_report = (struct pfcp_traffic_report){.instance = plane->instance, .flags = flags};
    for (unsigned i = 0; i < ADDRESSES; i++) {
        report.traffic_report.uplink += plane->uplink[i];
        report.traffic_report.downlink += plane->downlink[i];
    }
    for (unsigned i = first; i < first + count; i++)
        items[report.traffic_count++] =
            (struct pfcp_traffic_of_peer){.ip = {.has_v4 = true, .v4 = {10, 0, 0, (uint8_t)i}},
                                          .uplink = plane->uplink[i],
                                          .downlink = plane->downlink[i]};
    return traffic_reported(&world.core, "p", &report);
}

static bool tell_all(void)
{
    return tell(&world.plane, 0, ADDRESSES / 2, 0) &&
           tell(&world.plane, ADDRESSES / 2, ADDRESSES / 2, PFCP_TRAFFIC_LAST);
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

static struct line_measured measured(void)
{
    struct line_measured measured = {0};
    traffic_measure(&world.core, &measured);
    return measured;
}

static void is_exact(void)
{
    assert_int_equal(measured().bytes, world.told);
    assert_int_equal(measured().high_risk_bytes, world.told_high_risk);
}

static void restart_control(void)
{
    stop();
    start();
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
