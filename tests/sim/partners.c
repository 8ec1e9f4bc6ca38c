/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All phones' sessions are to a partner whose threshold is the path, and behind the third gNB there is a link that the partner does not
 * bear. Phones live, move and are handed over at random, processes are killed, the network is unkind. At every step no tunnel in the plane
 * leads to that gNB; and phones have sessions all the same, elsewhere.
 */
#include "partners.h"

#include <stdio.h>
#include <stdlib.h>

#include "plane/agent_state.h"
#include "world.h"

enum { STORM_SECONDS = 40, CALM_SECONDS = 40, BARRED = WORLD_GNBS - 1 };

#define CONFIGURATION(name)                                                                             \
    "network: {full_name: " name "}\n"                                                                  \
    "timers: {t3512: 2m, mobile_reachable_margin: 10s, implicit_deregistration: 10s}\n"                 \
    "smf: {pfcp_t1: 500ms, pfcp_heartbeat: 1s}\n"                                                       \
    "data_networks: [{name: internet, type: ipv4, ipv4: 10.45.0.0/16, partner: ally, label: secret}]\n" \
    "log: {level: error}\n"

#define GNB(number, place)                                                                       \
    "  - {name: mast-" number ", domain: sim, id: 999/70-0000000" number ", n2: [10.9.0." number \
    "/32], n3: [10.9.0." number "/32], areas: [999/70-1], slices: [1], site: " place KNOWN "}\n"
#define KNOWN ", reason: why, reviewed: 2023-06-01"

static const char inventory[] =
    "profile: enrolled\n"
    "vendors: [{name: one, risk: trusted}, {name: two, risk: high}]\n"
    "domains: [{name: sim, vendor: one, listen: ['127.0.0.5:38412']}]\n"
    "sites: [{name: hill}, {name: bay}]\n"
    "gnbs:\n" GNB("1", "hill") GNB("2", "hill")
        GNB("3", "bay") "assets:\n"
                        "  - {name: default, kind: function, vendor: one, class: core" KNOWN "}\n"
                        "  - {name: demarc, kind: function, vendor: one, class: core" KNOWN "}\n"
                        "  - {name: fibre, kind: link, vendor: two, class: transport, site: bay" KNOWN "}\n"
                        "partners: [{name: ally, profile: trusted-path}]\n"
                        "labels: [{name: secret, originator: us, releasable_to: [ally]}]\n";

static bool leads_there(const struct ruleset *rules)
{
    const union socket_address there = mast_address(BARRED);
    for (unsigned i = 0; i < rules->far_count; i++)
        if (rules->fars[i].has_outer && address_same_host(&rules->fars[i].to, &there))
            return true;
    return false;
}

static const char *look(const struct world *world)
{
    size_t cursor = 0;
    void *session;
    const struct agent *agent = world->upfs[0].agent;
    while (agent && map_next(&agent->sessions, &cursor, NULL, &session))
        if (leads_there(((const struct session *)session)->rules))
            return "a partner's session crosses a gNB that it may not";
    return NULL;
}

/* The first that was wrong is kept; a world that is left in the middle cannot be taken apart. */
static void pass(struct world *world, int64_t time, const char **wrong)
{
    const int64_t until = world->timers.now + time;
    while (world->timers.now < until) {
        world_run(world, world->timers.now + MILLISECONDS(1 + world_dice(world, 40)));
        if (!*wrong)
            *wrong = look(world);
    }
}

static const char *storm(struct world *world)
{
    const char *wrong = NULL;
    world->weather =
        (struct weather){.datagrams_lost = 20, .datagrams_doubled = 20, .delay = MILLISECONDS(30)};
    const int64_t end = world->timers.now + SECONDS(STORM_SECONDS);
    life_begin(world);
    while (world->timers.now < end) {
        pass(world, MILLISECONDS(100 + world_dice(world, 1500)), &wrong);
        fate_strike(world);
    }
    fate_end(world);
    life_stop(world);
    world->weather = (struct weather){.delay = MILLISECONDS(2)};
    pass(world, SECONDS(CALM_SECONDS), &wrong);
    return wrong;
}

static const char *live(uint64_t seed, unsigned *sessions)
{
    const struct world_plan plan = {.seed = seed,
                                    .gnbs = WORLD_GNBS,
                                    .phones = WORLD_PHONES,
                                    .configurations = {CONFIGURATION("Before"), CONFIGURATION("After")},
                                    .inventories = {inventory, inventory}};
    struct world *world = calloc(1, sizeof *world);
    if (!world || !world_init(world, &plan)) {
        free(world);
        return "the world cannot be made";
    }
    const char *wrong = storm(world);
    if (!wrong && world->core && world->upfs[0].agent)
        wrong = world_disagrees(world);
    *sessions += world->sessions_up;
    world_free(world);
    free(world);
    return wrong;
}

bool partners_live(uint64_t first, unsigned long seeds)
{
    bool well = true;
    unsigned sessions = 0;
    printf("1..2\n");
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        const char *wrong = live(seed, &sessions);
        if (wrong)
            printf("# seed %llu: %s (again: sim --partners 1 --seed %llu)\n", (unsigned long long)seed, wrong,
                   (unsigned long long)seed);
        well = well && !wrong;
    }
    printf("%s 1 - no session crosses what its partner does not bear\n", well ? "ok" : "not ok");
    printf("%s 2 - and sessions live elsewhere # %u\n", sessions ? "ok" : "not ok", sessions);
    return well && sessions;
}
