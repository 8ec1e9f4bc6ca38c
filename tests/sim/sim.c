/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: sim [--seeds N] [--seed N [--say]]
 *
 * Lives through N random histories (from seed 1), or one. In each: a minute of phones, an unkind network, gNBs that break and
 * processes that are killed; then fair weather, and what must hold is checked. Prints TAP, a case per hundred seeds, or what
 * happened with one seed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/log.h"
#include "world.h"

enum { STORM_SECONDS = 40, SEEDS_PER_CASE = 100 };

/* --- Fate --- */

static void storm(struct world *world)
{
    world->weather =
        (struct weather){.datagrams_lost = 20, .datagrams_doubled = 20, .delay = MILLISECONDS(30)};
    int64_t end = world->timers.now + SECONDS(STORM_SECONDS);
    life_begin(world);
    while (world->timers.now < end) {
        world_run(world, world->timers.now + MILLISECONDS(100 + world_dice(world, 1500)));
        fate_strike(world);
    }
    fate_end(world);
    life_stop(world);
    world->weather = (struct weather){.delay = MILLISECONDS(2)};
    world_run(world, world->timers.now + SECONDS(40));
}

static const char *live(uint64_t seed, bool say)
{
    struct world *world = calloc(1, sizeof *world);
    if (!world || !world_init(world, seed)) {
        free(world);
        return "the world cannot be made";
    }
    storm(world);
    const char *wrong = world_holds(world);
    if (say || wrong)
        printf("# seed %llu: %llu deliveries, %u kills, %u associations lost, %u registrations, %u services, "
               "%u sessions; history "
               "%016llx\n",
               (unsigned long long)seed, (unsigned long long)world->delivered, world->kills, world->losses,
               world->registrations, world->services, world->sessions_up, (unsigned long long)world->history);
    world_free(world);
    free(world);
    return wrong;
}

static bool live_case(unsigned number, uint64_t first, uint64_t last)
{
    bool well = true;
    for (uint64_t seed = first; seed <= last; seed++) {
        const char *wrong = live(seed, false);
        if (wrong)
            printf("# seed %llu: %s (again: sim --seed %llu --say)\n", (unsigned long long)seed, wrong,
                   (unsigned long long)seed);
        well = well && !wrong;
    }
    printf("%s %u - seeds %llu to %llu\n", well ? "ok" : "not ok", number, (unsigned long long)first,
           (unsigned long long)last);
    fflush(stdout);
    return well;
}

int main(int argc, char **argv)
{
    unsigned long seeds = 100, seed = 0;
    bool say = false, well = true;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc)
            seeds = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            seed = strtoul(argv[++i], NULL, 10);
        else
            say = true;
    }
    log_setup((struct log_settings){.level = say ? LOG_DEBUG : LOG_ERROR, .name = "sim"});
    if (seed) {
        const char *wrong = live(seed, true);
        printf("%s\n", wrong ? wrong : "all holds");
        return wrong != NULL;
    }
    printf("1..%lu\n", (seeds + SEEDS_PER_CASE - 1) / SEEDS_PER_CASE);
    unsigned number = 0;
    for (unsigned long first = 1; first <= seeds; first += SEEDS_PER_CASE) {
        unsigned long last = first + SEEDS_PER_CASE - 1;
        well &= live_case(++number, first, last < seeds ? last : seeds);
    }
    return well ? 0 : 1;
}
