/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Twenty-four hours of many phones: they sleep, call, are called, move, come and go, while gNBs are lost and processes are
 * killed. In the evening all go home, and then nothing of them may be left anywhere: no context, address, tunnel, timer or
 * byte. What is left is measured against a morning on which all phones came and went in fair weather.
 */
#include "day.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

enum {
    PHONES_A_GNB = 1000,
    GNBS = 3,
    CALL_SECONDS = 30,
    SLEEP_MINUTES = 170,
    STRIKE_SECONDS = 300,
    SPARE_BYTES = 1 << 20
};

#define MINUTES(n) SECONDS(60 * (int64_t)(n))
#define HOURS(n)   MINUTES(60 * (int64_t)(n))
#define DAY(name)                                                                         \
    "network: {full_name: " name "}\n"                                                    \
    "timers: {t3512: 3h, mobile_reachable_margin: 4m, implicit_deregistration: 4m}\n"     \
    "smf: {pfcp_t1: 500ms}\n"                                                             \
    "data_networks: [{name: internet, ipv4: 10.64.0.0/10, ipv6: '2001:db8:c000::/34'}]\n" \
    "log: {level: error}\n"

static void after(struct inhabitant *inhabitant, int64_t most)
{
    struct world *world = inhabitant->world;
    uint64_t time = random_u64(&world->dice.random) % (uint64_t)most;
    timer_start(&world->timers, &inhabitant->next, 1 + (int64_t)time);
}

/* --- What phones do --- */

static struct ran_gnb *neighbour(const struct inhabitant *inhabitant)
{
    struct world *world = inhabitant->world;
    const struct mast *here = inhabitant->phone.gnb->user;
    unsigned step = world_dice(world, 2) ? 1 : world->gnbs - 1;
    return &world->masts[(here->number + step) % world->gnbs].gnb;
}

static void use_session(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    uint8_t id = (uint8_t)(1 + world_dice(inhabitant->world, LIFE_SESSIONS));
    struct phone_session *session = phone_session(phone, id);
    if (!session)
        phone_open_session(phone, id, NULL, 0);
    else if (session->up && world_dice(inhabitant->world, 4))
        life_ping(phone, session);
    else if (session->up)
        phone_close_session(phone, session);
}

static void wake_up(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    switch (world_dice(inhabitant->world, 16)) {
    case 0:
        phone_deregister(phone, world_dice(inhabitant->world, 2));
        break;
    case 1:
    case 2:
    case 3:
    case 4:
        phone_camp(phone, neighbour(inhabitant));
        phone_register(phone, NAS_MOBILITY_REGISTRATION);
        break;
    case 5:
    case 6:
        phone_camp(phone, neighbour(inhabitant));
        phone_request_service(phone, NAS_SERVICE_DATA);
        break;
    case 7:
    case 8:
    case 9:
        world_downlink(inhabitant);
        break;
    case 10:
        phone_register(phone, NAS_PERIODIC_REGISTRATION);
        break;
    default:
        phone_request_service(phone, NAS_SERVICE_DATA);
    }
}

static void hang_up(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    switch (world_dice(inhabitant->world, 8)) {
    case 0:
        ran_gnb_lose(phone->connection);
        break;
    case 1:
        phone_camp(phone, neighbour(inhabitant));
        phone_register(phone, NAS_MOBILITY_REGISTRATION);
        break;
    case 2:
        ran_gnb_xn_handover(phone->connection, neighbour(inhabitant));
        break;
    case 5:
        ran_gnb_n2_handover(phone->connection, neighbour(inhabitant), world_dice(inhabitant->world, 2));
        break;
    case 3:
    case 4:
        use_session(inhabitant);
        break;
    default:
        ran_gnb_release_request(phone->connection);
    }
}

/* Whatever it does, the network hears of it within the time of its periodic registration. */
static void act(struct timer *timer)
{
    struct inhabitant *inhabitant = (struct inhabitant *)((char *)timer - offsetof(struct inhabitant, next));
    struct phone *phone = &inhabitant->phone;
    bool ready = phone->gnb->ready && !timer_armed(&phone->guard);
    if (ready && phone->state == PHONE_OFF)
        phone_register(phone, NAS_INITIAL_REGISTRATION);
    else if (ready && phone->state == PHONE_ON && phone->connection)
        hang_up(inhabitant);
    else if (ready && phone->state == PHONE_ON)
        wake_up(inhabitant);
    bool busy = phone->connection || timer_armed(&phone->guard);
    after(inhabitant, busy ? SECONDS(CALL_SECONDS) : MINUTES(SLEEP_MINUTES));
}

/* --- All of them --- */

/* Everybody does it within that time. */
static void everybody(struct world *world, void (*does)(struct timer *timer), int64_t within)
{
    for (unsigned i = 0; i < world->phones; i++) {
        world->inhabitants[i].next.fire = does;
        after(&world->inhabitants[i], within);
    }
}

static void come(struct timer *timer)
{
    struct inhabitant *inhabitant = (struct inhabitant *)((char *)timer - offsetof(struct inhabitant, next));
    struct phone *phone = &inhabitant->phone;
    if (phone->state == PHONE_OFF && !timer_armed(&phone->guard))
        phone_register(phone, NAS_INITIAL_REGISTRATION);
    else if (phone->state == PHONE_ON && !phone_session(phone, 1))
        phone_open_session(phone, 1, NULL, 0);
    else if (phone->state == PHONE_ON)
        return;
    after(inhabitant, SECONDS(CALL_SECONDS));
}

static void go_home(struct timer *timer)
{
    struct inhabitant *inhabitant = (struct inhabitant *)((char *)timer - offsetof(struct inhabitant, next));
    struct phone *phone = &inhabitant->phone;
    if (phone->state == PHONE_OFF && !timer_armed(&phone->guard))
        return;
    if (phone->state == PHONE_ON && phone->gnb->ready && !timer_armed(&phone->guard))
        phone_deregister(phone, false);
    after(inhabitant, SECONDS(CALL_SECONDS));
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
    everybody(world, go_home, MINUTES(10));
    world_run(world, world->timers.now + HOURS(4));
}

struct rest {
    size_t timers, bytes;
};

/* With new processes, so that what they keep for later use does not count. */
static struct rest at_rest(struct world *world)
{
    world_kill_core(world);
    world_kill_plane(world);
    world_run(world, world->timers.now + MINUTES(1));
    return (struct rest){.timers = world_timers_at_rest(world), .bytes = mallinfo2().uordblks};
}

static void morning(struct world *world)
{
    everybody(world, come, MINUTES(10));
    world_run(world, world->timers.now + HOURS(1));
    evening(world);
}

static void day(struct world *world)
{
    int64_t end = world->timers.now + HOURS(24);
    everybody(world, act, MINUTES(SLEEP_MINUTES));
    world->weather =
        (struct weather){.datagrams_lost = 20, .datagrams_doubled = 20, .delay = MILLISECONDS(30)};
    while (world->timers.now < end) {
        world_run(world, world->timers.now + SECONDS(1 + world_dice(world, 2 * STRIKE_SECONDS)));
        fate_strike(world);
    }
}

static bool shown(unsigned number, bool well, const char *what)
{
    printf("%s %u - %s\n", well ? "ok" : "not ok", number, what);
    fflush(stdout);
    return well;
}

static bool holds(struct world *world)
{
    morning(world);
    bool well =
        shown(1, at_home(world) && !world_nothing_left(world), "a fair morning leaves nothing behind");
    struct rest before = at_rest(world);
    day(world);
    evening(world);
    well &= shown(2, at_home(world), "after a day all phones can go home");
    const char *left = world_nothing_left(world);
    well &= shown(3, !left, left ? left : "no context, address, tunnel or packet is left");
    struct rest then = at_rest(world);
    well &= shown(4, then.timers == before.timers, "no timer is left");
    well &= shown(5, then.bytes <= before.bytes + SPARE_BYTES, "no byte is left");
    printf("# %u phones at %u gNBs: %llu deliveries, %u registrations, %u services, %u sessions, %u "
           "handovers, %u kills; "
           "%zu and %zu "
           "bytes at rest\n",
           world->phones, world->gnbs, (unsigned long long)world->delivered, world->registrations,
           world->services, world->sessions_up, world->handovers, world->kills, before.bytes, then.bytes);
    return well;
}

bool day_live(unsigned phones, uint64_t seed)
{
    struct world *world = calloc(1, sizeof *world);
    struct world_plan plan = {.seed = seed,
                              .gnbs = GNBS + phones / PHONES_A_GNB,
                              .phones = phones,
                              .configurations = {DAY("Before"), DAY("After")}};
    printf("1..5\n");
    bool well = world && world_init(world, &plan) && holds(world);
    if (world)
        world_free(world);
    free(world);
    return well;
}
