/* SPDX-License-Identifier: Apache-2.0 */
#include "traffic_world.h"

struct traffic_world world;

static const char inventory[] = "vendors: [{name: own, risk: trusted}, {name: far}]\n"
                                "domains: [{name: o, vendor: own, listen: ['::1']},"
                                " {name: f, vendor: far, listen: ['::2']}]\n"
                                "gnbs:\n"
                                "  - {name: far, domain: f, id: 999/70-00000001, n3: [10.0.0.0/30]}\n"
                                "  - {name: near, domain: o, id: 999/70-00000002, n3: [10.0.0.0/24]}\n"
                                "  - {name: open, domain: o, id: 999/70-00000003}\n";

static int64_t read_wall(void)
{
    return world.wall + world.timers.now;
}

void start(void)
{
    struct config_report report = {0};
    const char *why;
    world.core = (struct core){.config = world.config,
                               .store = world.store,
                               .timers = &world.timers,
                               .random = &world.random.random,
                               .boot = 5,
                               .read_wall = read_wall,
                               .wall_offset = world.wall};
    world.core.ledger = ledger_new(&world.config->inventory, &report);
    assert_non_null(world.core.ledger);
    if (!traffic_start(&world.core, &why))
        fail_msg("%s", why);
}

bool settle(void)
{
    rows_write(&world.core);
    const bool durable = store_commit(world.store) == STORE_OK;
    rows_committed(&world.core, durable);
    return durable;
}

void stop(void)
{
    store_rollback(world.store);
    traffic_stop(&world.core);
    ledger_free(world.core.ledger);
}

void world_open(const char *profile)
{
    struct config_error error;
    enum store_result result;
    const char *why;
    char text[2048];
    memset(&world, 0, sizeof world);
    random_seed(&world.random, 11);
    timers_init(&world.timers, SECONDS(1000));
    world.wall = SECONDS(1700000000);
    snprintf(text, sizeof text, "%s%s%s%s", profile ? "profile: " : "", profile ? profile : "",
             profile ? "\n" : "", inventory);
    world.config = lab_config("planes: [{name: p, n4: 127.0.0.7, n3: [127.0.0.8]}]\n", text, &error);
    if (!world.config)
        fail_msg("%s", error.text);
    world.store = store_open((struct store_settings){.path = ":memory:"}, &result, &why);
    assert_non_null(world.store);
    world.plane.instance = 1;
    start();
}

void world_close(void)
{
    stop();
    store_close(world.store);
    config_free(world.config);
}

bool tell(const struct fake_plane *plane, unsigned first, unsigned count, uint8_t flags)
{
    struct pfcp_traffic_of_peer items[ADDRESSES];
    flags |= plane->shapes ? PFCP_TRAFFIC_SHAPES : 0;
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

bool tell_all(void)
{
    return tell(&world.plane, 0, ADDRESSES / 2, 0) &&
           tell(&world.plane, ADDRESSES / 2, ADDRESSES / 2, PFCP_TRAFFIC_LAST);
}

struct line_measured measured(void)
{
    struct line_measured measured = {0};
    traffic_measure(&world.core, &measured);
    return measured;
}

void restart_control(void)
{
    stop();
    start();
}
