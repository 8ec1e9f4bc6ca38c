/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: sim [--hostile] [--seeds N] [--seed N [--say]]
 *        sim --day PHONES [--seed N]
 *        sim --partners SEEDS [--seed FIRST]
 *        sim --losses SEEDS [--seed FIRST]
 *        sim --loss-of PHONES
 *        sim --collisions docs/collisions.md [--seed NUMBER --say]
 *
 * Lives through N random histories (from seed 1), or one. In each: a minute of phones, an unkind network, gNBs that break and
 * processes that are killed (fate.c), or a gNB that lies (hostile.c); of every third seed behind a line that is held (guard.c); then fair weather, and what must hold is checked
 * (holds.c). Of every third seed the last gNB is high-risk, and who is protected is never there (mixed.c). Prints TAP, a case per hundred seeds and one for replaying, or what happened with one seed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collisions.h"
#include "day.h"
#include "hostile.h"
#include "kit/log.h"
#include "losses.h"
#include "partners.h"
#include "world.h"

enum { STORM_SECONDS = 40, SEEDS_PER_CASE = 100, REPLAYED = 6, GUARDED_SEEDS = 3 };

#define CONFIGURATION(t3512, name, new_key, inactivity, timers, smf, pool)                               \
    "network: {full_name: " name "}\n"                                                                   \
    "timers: {t3512: " t3512 ", mobile_reachable_margin: 10s, implicit_deregistration: 10s" timers "}\n" \
    "security: {new_key_at_handover: " new_key ", authentication_again: 15s}\n"                          \
    "smf: {pfcp_t1: 500ms, pfcp_heartbeat: 1s" smf "}\n"                                                 \
    "data_networks: [{name: internet, ipv4: " pool ", ipv6: '2001:db8:cafe::/48',\n"                     \
    "  requested_fiveqis: [7], inactivity: " inactivity "}]\n"                                           \
    "log: {level: error}\n"

#define CONFIGURATIONS(...)                                           \
    {                                                                 \
        CONFIGURATION("2m", "Before", "true", "3s", __VA_ARGS__),     \
            CONFIGURATION("90s", "After", "false", "0s", __VA_ARGS__) \
    }

static struct {
    unsigned long seeds, seed;
    unsigned long day;      /* phones; 0: no day */
    unsigned long partners; /* seeds; 0: nobody has any */
    unsigned long losses;   /* seeds; 0: no UPF dies for good */
    unsigned long loss_of;  /* sessions that are lost at once, and measured */
    const char *collisions;
    bool hostile, say;
} options = {.seeds = 100};

/* --- Fate --- */

static const char *storm(struct world *world)
{
    const char *wrong = NULL;
    world->weather =
        (struct weather){.datagrams_lost = 20, .datagrams_doubled = 20, .delay = MILLISECONDS(30)};
    int64_t end = world->timers.now + SECONDS(STORM_SECONDS);
    life_begin(world);
    while (world->timers.now < end) {
        world_run(world, world->timers.now + MILLISECONDS(100 + world_dice(world, 1500)));
        fate_strike(world);
        if (!wrong)
            wrong = guard_holds(world);
        if (!wrong)
            wrong = evident_holds(world);
    }
    fate_end(world);
    life_stop(world);
    world->weather = (struct weather){.delay = MILLISECONDS(2)};
    mixed_settle(world);
    world_run(world, world->timers.now + SECONDS(40));
    return wrong;
}

/* One gNB lies while phones live at the others; then it is cut off, and honest when it comes back. */
static const char *siege(struct world *world)
{
    if (!hostile_begin(world))
        return "out of memory";
    life_begin(world);
    world_run(world, world->timers.now + SECONDS(STORM_SECONDS / 2));
    if (world_dice(world, 2))
        world_kill_core(world);
    world_run(world, world->timers.now + SECONDS(STORM_SECONDS / 2));
    life_stop(world);
    const char *wrong = evident_holds(world);
    if (!wrong)
        wrong = world_keeps(world);
    hostile_stop(world);
    world_cut(&world->masts[WORLD_HOSTILE]);
    for (unsigned i = WORLD_HONEST; i < world->phones; i++)
        world->inhabitants[i].refusable = true;
    world_run(world, world->timers.now + SECONDS(40));
    return wrong;
}

struct life_told {
    const char *wrong;
    uint64_t history;
};

static const char *inventory_of(bool guards, bool mixed, unsigned which)
{
    return guards ? guard_inventory(options.hostile) : mixed ? mixed_inventory(which) : NULL;
}

/* Of every third seed the line is held, of every third somebody is protected; in the others all gNBs are let in, and addresses rest for longer than anybody lives. */
static struct world_plan plan_of(uint64_t seed)
{
    static const char *const guarded[2] = CONFIGURATIONS(GUARD_TIMERS, GUARD_SMF, GUARD_POOL),
                             *const open[2] = CONFIGURATIONS("", "", "10.45.0.0/16");
    const bool guards = seed % GUARDED_SEEDS == 0, mixed = seed % GUARDED_SEEDS == 1 && !options.hostile;
    const char *const *chosen = guards ? guarded : open;
    return (struct world_plan){
        .seed = seed,
        .gnbs = WORLD_GNBS,
        .phones = WORLD_PHONES,
        .configurations = {chosen[0], chosen[1]},
        .inventories = {inventory_of(guards, mixed, 0), inventory_of(guards, mixed, 1)},
        .mixed = mixed};
}

static struct life_told live(uint64_t seed)
{
    struct world *world = calloc(1, sizeof *world);
    struct life_told told = {.wrong = "the world cannot be made"};
    const struct world_plan plan = plan_of(seed);
    if (!world || !world_init(world, &plan)) {
        free(world);
        return told;
    }
    told.wrong = options.hostile ? siege(world) : storm(world);
    if (!told.wrong)
        told.wrong = mixed_bars(world);
    if (!told.wrong)
        told.wrong = world_holds(world);
    if (world->wrong)
        told.wrong = world->wrong;
    told.history = world->history;
    if (options.say || told.wrong)
        printf("# seed %llu: %llu deliveries, %u kills, %llu lies, %u registrations, %u services, %u "
               "sessions, %u handovers; history %016llx\n",
               (unsigned long long)seed, (unsigned long long)world->delivered, world_kills(world),
               world->hostile ? world->hostile->lies : 0, world->registrations, world->services,
               world->sessions_up, world->handovers, (unsigned long long)world->history);
    world_free(world);
    free(world);
    return told;
}

static bool live_case(unsigned number, uint64_t first, uint64_t last)
{
    bool well = true;
    for (uint64_t seed = first; seed <= last; seed++) {
        const char *wrong = live(seed).wrong;
        if (wrong)
            printf("# seed %llu: %s (again: sim%s --seed %llu --say)\n", (unsigned long long)seed, wrong,
                   options.hostile ? " --hostile" : "", (unsigned long long)seed);
        well = well && !wrong;
    }
    printf("%s %u - seeds %llu to %llu\n", well ? "ok" : "not ok", number, (unsigned long long)first,
           (unsigned long long)last);
    fflush(stdout);
    return well;
}

/* What a seed shows can be shown again. */
static bool replay_case(unsigned number)
{
    bool well = true;
    for (uint64_t seed = 1; seed <= REPLAYED; seed++)
        well = well && live(seed).history == live(seed).history;
    printf("%s %u - a seed has one history\n", well ? "ok" : "not ok", number);
    return well;
}

static void read_options(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc)
            options.seeds = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            options.seed = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--day") == 0 && i + 1 < argc)
            options.day = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--collisions") == 0 && i + 1 < argc)
            options.collisions = argv[++i];
        else if (strcmp(argv[i], "--partners") == 0 && i + 1 < argc)
            options.partners = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--loss-of") == 0 && i + 1 < argc)
            options.loss_of = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--losses") == 0 && i + 1 < argc)
            options.losses = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--hostile") == 0)
            options.hostile = true;
        else
            options.say = true;
    }
}

int main(int argc, char **argv)
{
    bool well = true;
    read_options(argc, argv);
    FILE *nowhere = options.say ? NULL : fopen("/dev/null", "w");
    if (nowhere)
        setvbuf(nowhere, NULL, _IONBF, 0);
    log_setup(
        (struct log_settings){.level = options.say ? LOG_DEBUG : LOG_ERROR, .to = nowhere, .name = "sim"});
    if (options.collisions && options.seed)
        return collisions_meet((unsigned)options.seed) != NULL;
    if (options.collisions)
        return !collisions_walk(options.collisions);
    if (options.day)
        return !day_live((unsigned)options.day, options.seed);
    if (options.partners)
        return !partners_live(options.seed ? options.seed : 1, options.partners);
    if (options.loss_of)
        return !losses_measure((unsigned)options.loss_of);
    if (options.losses)
        return !losses_live(options.seed ? options.seed : 1, options.losses, options.say);
    if (options.seed) {
        const char *wrong = live(options.seed).wrong;
        printf("%s\n", wrong ? wrong : "all holds");
        return wrong != NULL;
    }
    printf("1..%lu\n", (options.seeds + SEEDS_PER_CASE - 1) / SEEDS_PER_CASE + 1);
    unsigned number = 0;
    for (unsigned long first = 1; first <= options.seeds; first += SEEDS_PER_CASE) {
        unsigned long last = first + SEEDS_PER_CASE - 1;
        well &= live_case(++number, first, last < options.seeds ? last : options.seeds);
    }
    well &= replay_case(++number);
    if (nowhere)
        fclose(nowhere);
    return well ? 0 : 1;
}
