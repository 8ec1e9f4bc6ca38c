/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Twenty-four hours of many phones: they sleep, call, are called, move, come and go, while gNBs are lost and processes are
 * killed. In the evening all go home, and then nothing of them may be left anywhere: no context, address, tunnel, timer or
 * byte. What is left is measured against a morning on which all phones came and went in fair weather.
 */
#include "day.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "bytes.h"
#include "world.h"

enum {
    PHONES_A_GNB = 1000,
    GNBS = 3,
    GNBS_A_TAC = 2,
    TROUBLE_SECONDS = 900, /* between those of the core, and as often one of every few gNBs */
    GNBS_A_TROUBLE = 4,
    CONFIGURATION_BYTES = 64 * 1024
};

#define MINUTES(n) SECONDS(60 * (int64_t)(n))
#define HOURS(n)   MINUTES(60 * (int64_t)(n))

/* --- The network --- */

/* Each tracking area is a registration area of its own, so that phones which go there have to say so. */
static void write_areas(FILE *to, unsigned tacs)
{
    fprintf(to, "  plmns: [{plmn: 999/70, tacs: [");
    for (unsigned tac = 1; tac <= tacs; tac++)
        fprintf(to, "%s%u", tac > 1 ? ", " : "", tac);
    fprintf(to, "]}]\n  registration_areas:\n");
    for (unsigned tac = 1; tac <= tacs; tac++)
        fprintf(to, "    - {name: area-%u, tais: [999/70-%u]}\n", tac, tac);
}

static void write_configuration(char text[CONFIGURATION_BYTES], unsigned tacs, const char *name)
{
    FILE *to = fmemopen(text, CONFIGURATION_BYTES, "w");
    if (!to)
        abort();
    fprintf(to, "network:\n  full_name: %s\n", name);
    write_areas(to, tacs);
    fprintf(to, "timers: {t3512: 3h, mobile_reachable_margin: 4m, implicit_deregistration: 4m}\n"
                "smf: {pfcp_t1: 500ms}\n"
                "data_networks: [{name: internet, ipv4: 10.64.0.0/10, ipv6: '2001:db8:c000::/34'}]\n"
                "log: {level: error}\n");
    fclose(to);
}

static bool make_world(struct world *world, unsigned phones, uint64_t seed)
{
    unsigned gnbs = GNBS + phones / PHONES_A_GNB;
    unsigned tacs = (gnbs + GNBS_A_TAC - 1) / GNBS_A_TAC;
    static char before[CONFIGURATION_BYTES], after[CONFIGURATION_BYTES];
    write_configuration(before, tacs, "Before");
    write_configuration(after, tacs, "After");
    struct world_plan plan = {.seed = seed,
                              .gnbs = gnbs,
                              .gnbs_a_tac = GNBS_A_TAC,
                              .phones = phones,
                              .configurations = {before, after}};
    return world_init(world, &plan);
}

/* --- The day --- */

/* With new processes and gNBs, so that what they keep for later use does not count. */
static struct world_rest at_rest(struct world *world)
{
    world_kill_core(world);
    world_kill_edge(world);
    world_kill_plane(world, 0);
    renew_gnbs(world);
    world_run(world, world->timers.now + MINUTES(1));
    return world_at_rest(world);
}

static bool at_home(const struct world *world)
{
    for (unsigned i = 0; i < world->phones; i++)
        if (world->inhabitants[i].phone.state != PHONE_OFF)
            return false;
    return true;
}

/* Until the core has given up those that left without a word. */
static void evening(struct world *world)
{
    fate_end(world);
    world->weather = (struct weather){.delay = MILLISECONDS(2)};
    day_all(world, day_go_home, MINUTES(10));
    world_run(world, world->timers.now + HOURS(4));
}

static void morning(struct world *world)
{
    day_all(world, day_come, MINUTES(10));
    world_run(world, world->timers.now + HOURS(1));
    evening(world);
}

/* The more gNBs there are, the more often one of them, or one of their phones, is in trouble. */
static void hours(struct world *world, unsigned count)
{
    int64_t end = world->timers.now + HOURS(count);
    unsigned places = 1 + (world->gnbs + GNBS_A_TROUBLE - 1) / GNBS_A_TROUBLE;
    while (world->timers.now < end) {
        world_run(world, world->timers.now + 1 + 2 * SECONDS(world_dice(world, TROUBLE_SECONDS)) / places);
        (world_dice(world, places) ? fate_strike_radio : fate_strike_core)(world);
    }
}

static void tell_hour(const struct world *world, unsigned hour)
{
    printf("# %02u:00, %llu deliveries\n", hour, (unsigned long long)world->delivered);
    fflush(stdout);
}

/* Returns how many bytes there are at noon. */
static size_t day(struct world *world)
{
    enum { WATCH = 6 };
    size_t noon = 0;
    world->weather =
        (struct weather){.datagrams_lost = 20, .datagrams_doubled = 20, .delay = MILLISECONDS(30)};
    day_all(world, day_live_on, HOURS(3));
    for (unsigned hour = WATCH; hour <= 24; hour += WATCH) {
        hours(world, WATCH);
        tell_hour(world, hour);
        if (hour == 12)
            noon = bytes_held();
    }
    return noon;
}

/* --- What is said of it --- */

static bool shown(unsigned number, bool well, const char *what)
{
    printf("%s %u - %s\n", well ? "ok" : "not ok", number, what);
    fflush(stdout);
    return well;
}

static unsigned long packets(const struct world *world)
{
    unsigned long count = 0;
    for (unsigned i = 0; i < world->phones; i++)
        count += world->inhabitants[i].answers;
    return count;
}

static unsigned losses(const struct world *world)
{
    unsigned count = 0;
    for (unsigned i = 0; i < world->gnbs; i++)
        count += world->masts[i].losses;
    return count;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void tell(const struct world *world, size_t noon, struct world_rest before, struct world_rest then)
{
    const unsigned *killed = world->killed;
    printf("# %u phones at %u gNBs: %u registrations, %u services, %u pagings, %u sessions, %lu packets to "
           "phones\n",
           world->phones, world->gnbs, world->registrations, world->services, world->pagings,
           world->sessions_up, packets(world));
    printf("# handovers: %lu over Xn, %lu over N2\n", world->handovers_done[HANDOVER_XN],
           world->handovers_done[HANDOVER_N2]);
    printf("# killed: control %u times, edge %u, plane %u; plane cut off %u times, gNBs lost %u times and "
           "reset %u\n",
           killed[PROCESS_CONTROL], killed[PROCESS_EDGE], killed[PROCESS_PLANE], world->plane_cuts,
           losses(world), world->resets);
    printf("# %llu deliveries in %.0f s of CPU; %ld bytes a phone at noon, all processes and gNBs; at rest "
           "%zu before and %zu after\n",
           (unsigned long long)world->delivered, cpu_seconds(),
           ((long)noon - (long)before.bytes) / (long)world->phones, before.bytes, then.bytes);
}

static void never(struct timer *timer)
{
    (void)timer;
}

/* Of a world at rest: the measures do measure. */
static bool notices(struct world *world)
{
    struct world_rest before = world_at_rest(world);
    struct timer timer = {.fire = never};
    char *volatile byte = malloc(1); /* or a compiler may leave it out */
    bool well = byte && timer_start(&world->timers, &timer, HOURS(1));
    struct world_rest then = world_at_rest(world);
    timer_stop(&world->timers, &timer);
    free(byte);
    well = well && then.timers == before.timers + 1 && then.bytes > before.bytes;
    well = well && store_session_put(world->store, "imsi-999700000000001", 1, bytes_of("", 1)) == STORE_OK;
    return well && world_nothing_left(world);
}

static bool holds(struct world *world)
{
    morning(world);
    const char *left = world_nothing_left(world);
    bool well = shown(1, at_home(world) && !left, left ? left : "a fair morning leaves nothing behind");
    struct world_rest before = at_rest(world);
    size_t noon = day(world);
    evening(world);
    well &= shown(2, at_home(world), "after a day all phones can go home");
    left = world_nothing_left(world);
    well &= shown(3, !left, left ? left : "no context, address, tunnel, row or packet is left");
    struct world_rest then = at_rest(world);
    well &= shown(4, then.timers == before.timers, "no timer is left");
    well &= shown(5, then.bytes == before.bytes, "no byte is left");
    well &= shown(6, notices(world), "one timer, byte or row more would be noticed");
    tell(world, noon, before, then);
    return well;
}

bool day_live(unsigned phones, uint64_t seed)
{
    struct world *world = calloc(1, sizeof *world);
    printf("1..6\n");
    bool well = world && bytes_begin() && make_world(world, phones, seed) && holds(world);
    if (world)
        world_free(world);
    free(world);
    return well;
}
