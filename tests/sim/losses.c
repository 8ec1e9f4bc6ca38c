/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two UPFs, of which one dies in the middle of a storm and never comes back. The other gets new sessions at once, those of the dead one
 * end and are asked for anew, also where control was killed meanwhile; nothing of them is left, and everybody can be reached.
 */
#include "losses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/smf/smf.h"
#include "kit/log.h"
#include "world.h"

enum { STORM_SECONDS = 20, CALM_SECONDS = 80, TRIES = 3 };

#define PLANE(name, number, pool, prefix, more)                         \
    "  - {name: " name ", n4: 127.0.0." number ", n3: [127.0.0." number \
    "], data_networks: [{name: internet, ipv4: " pool "/13, ipv6: '2001:db8:" prefix "::/48'}]" more "}\n"
#define CONFIGURATION(name, t3512, more)                                                               \
    "network: {full_name: " name "}\n"                                                                 \
    "timers: {t3512: " t3512 ", mobile_reachable_margin: 10s, implicit_deregistration: 10s}\n"         \
    "smf: {pfcp_t1: 500ms, pfcp_heartbeat: 1s, plane_gone: 6s, traffic_period: 2s}\n"                  \
    "data_networks: [{name: internet, ipv4: 172.16.0.0/12, ipv6: '2001:db8::/32', requested_fiveqis: " \
    "[7]}]\n"                                                                                          \
    "planes:\n" PLANE("a", "7", "172.16.0.0", "cafe", "")                                              \
        PLANE("b", "8", "172.24.0.0", "beef", more) "log: {level: error}\n"
#define STORMY(name) CONFIGURATION(name, "2m", "")
/* Everybody has his session at the first plane, and nothing else to do. */
#define CALM(name) CONFIGURATION(name, "12h", ", priority: 10")

static void wait(struct world *world, int64_t time)
{
    world_run(world, world->timers.now + time);
}

static struct smf_plane_view view_of(const struct world *world, unsigned number)
{
    struct smf_plane_view view = {.name = "", .closed = ""};
    const char *name = world->config->planes[number].name;
    for (unsigned i = 0; world->core && smf_plane(world->core, i, &view) && strcmp(view.name, name) != 0; i++)
        ;
    return view;
}

static void storm(struct world *world)
{
    const int64_t end = world->timers.now + SECONDS(STORM_SECONDS);
    while (world->timers.now < end) {
        wait(world, MILLISECONDS(100 + world_dice(world, 1500)));
        fate_strike(world);
    }
}

static const char *moved(const struct world *world, unsigned dead)
{
    const struct smf_plane_view lost = view_of(world, dead), other = view_of(world, !dead);
    if (lost.sessions)
        return "sessions have stayed with the dead plane";
    if (!*lost.closed || *other.closed)
        return "new sessions go to the dead plane, or not to the other";
    return NULL;
}

/* Who had a session of the dead plane asks for it when he is told, or has need of it. */
static const char *can_have_one(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    for (unsigned tries = 0; tries < 2 * TRIES; tries++) {
        const struct phone_session *session = phone_session(phone, 1);
        if (phone->connection && session && session->up)
            return NULL;
        if (phone->state != PHONE_ON)
            phone_register(phone, NAS_INITIAL_REGISTRATION);
        else if (!phone->connection)
            phone_request_service(phone, NAS_SERVICE_DATA);
        else if (!session)
            phone_open_session(phone, 1, NULL, 1);
        wait(inhabitant->world, SECONDS(5));
    }
    return "a phone gets no session any more";
}

/* What comes for them while they sleep wakes them. */
static const char *can_be_reached(struct inhabitant *inhabitant)
{
    struct phone *phone = &inhabitant->phone;
    const unsigned before = inhabitant->answers;
    for (unsigned tries = 0; tries < 20 * TRIES && inhabitant->answers == before; tries++) {
        world_downlink(inhabitant);
        wait(inhabitant->world, MILLISECONDS(500));
    }
    return phone->state != PHONE_ON || inhabitant->answers > before ? NULL : "a phone cannot be reached";
}

static const char *for_all(struct world *world, const char *(*holds)(struct inhabitant *inhabitant))
{
    const char *wrong = NULL;
    for (unsigned i = 0; i < world->phones && !wrong; i++)
        wrong = holds(&world->inhabitants[i]);
    return wrong;
}

static const char *lose_one(struct world *world, unsigned *sessions)
{
    const unsigned dead = world_dice(world, WORLD_PLANES);
    world->weather =
        (struct weather){.datagrams_lost = 20, .datagrams_doubled = 20, .delay = MILLISECONDS(30)};
    life_begin(world);
    storm(world);
    *sessions += view_of(world, dead).sessions;
    world_bury_plane(world, dead);
    storm(world);
    fate_end(world);
    life_stop(world);
    world->weather = (struct weather){.delay = MILLISECONDS(2)};
    wait(world, SECONDS(CALM_SECONDS));
    const char *wrong = moved(world, dead);
    world_let_sleep(world);
    if (!wrong)
        wrong = for_all(world, can_have_one);
    world_let_sleep(world);
    if (!wrong)
        wrong = for_all(world, can_be_reached);
    return wrong ? wrong : world_holds(world);
}

/* --- how long --- */

static int64_t spent(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return SECONDS(now.tv_sec) + now.tv_nsec;
}

/* The longest turn until then. */
static int64_t longest_turn(struct world *world, int64_t time)
{
    const int64_t until = world->timers.now + time;
    int64_t longest = 0;
    while (timers_next(&world->timers) <= until) {
        const int64_t began = spent();
        world_turn(world);
        const int64_t took = spent() - began;
        longest = took > longest ? took : longest;
    }
    return longest;
}

static void open_all(struct world *world)
{
    enum { AT_ONCE = 200 };
    for (unsigned i = 0; i < world->phones; i++) {
        struct phone *phone = &world->inhabitants[i].phone;
        phone_camp(phone, &world->masts[i % world->gnbs].gnb);
        phone_register(phone, NAS_INITIAL_REGISTRATION);
        if ((i + 1) % AT_ONCE == 0)
            wait(world, SECONDS(1));
    }
    wait(world, SECONDS(5));
    for (unsigned i = 0; i < world->phones; i++) {
        phone_open_session(&world->inhabitants[i].phone, 1, NULL, 1);
        if ((i + 1) % AT_ONCE == 0)
            wait(world, SECONDS(1));
    }
    world_let_sleep(world);
}

/* Until new sessions go elsewhere. */
static int64_t noticed_after(struct world *world, int64_t *longest)
{
    const int64_t began = world->timers.now, end = began + SECONDS(60);
    for (int64_t at = began; !*view_of(world, 0).closed && at < end; at += MILLISECONDS(10)) {
        const int64_t turn = longest_turn(world, at - world->timers.now);
        *longest = turn > *longest ? turn : *longest;
    }
    return world->timers.now - began;
}

bool losses_measure(unsigned phones)
{
    const struct world_plan plan = {
        .seed = 1, .gnbs = WORLD_GNBS, .phones = phones, .configurations = {CALM("Before"), CALM("After")}};
    struct world *world = calloc(1, sizeof *world);
    if (!world || !world_init(world, &plan))
        return false;
    const int64_t calm_before = (open_all(world), longest_turn(world, SECONDS(5)));
    const unsigned had = view_of(world, 0).sessions;
    const int64_t began = world->timers.now;
    int64_t longest = 0;
    world_bury_plane(world, 0);
    const int64_t noticed = noticed_after(world, &longest);
    while (view_of(world, 0).sessions && world->timers.now < began + SECONDS(36000)) {
        const int64_t turn = longest_turn(world, SECONDS(1));
        longest = turn > longest ? turn : longest;
    }
    printf(
        "{\"name\": \"plane_loss_new_sessions_elsewhere_ms\", \"value\": %.0f, \"unit\": \"ms\", \"clock\": "
        "\"virtual\", \"sessions\": %u}\n",
        (double)noticed / 1e6, had);
    printf("{\"name\": \"plane_loss_longest_turn_ms\", \"value\": %.3f, \"sessions\": %u, \"left\": %u, "
           "\"before_ms\": %.3f, "
           "\"moved_after_s\": %.0f}\n",
           (double)longest / 1e6, had, view_of(world, 0).sessions, (double)calm_before / 1e6,
           (double)(world->timers.now - began) / 1e9);
    const bool all = had && !view_of(world, 0).sessions;
    world_free(world);
    free(world);
    return all;
}

static const char *live(uint64_t seed, unsigned *sessions)
{
    const struct world_plan plan = {.seed = seed,
                                    .gnbs = WORLD_GNBS,
                                    .phones = WORLD_PHONES,
                                    .configurations = {STORMY("Before"), STORMY("After")}};
    struct world *world = calloc(1, sizeof *world);
    if (!world || !world_init(world, &plan)) {
        free(world);
        return "the world cannot be made";
    }
    const char *wrong = lose_one(world, sessions);
    world_free(world);
    free(world);
    return wrong;
}

bool losses_live(uint64_t first, unsigned long seeds, bool say)
{
    bool well = true;
    unsigned sessions = 0;
    printf("1..2\n");
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        const char *wrong = live(seed, &sessions);
        if (wrong || say)
            printf("# seed %llu: %s (again: sim --losses 1 --seed %llu)\n", (unsigned long long)seed,
                   wrong ? wrong : "all holds", (unsigned long long)seed);
        well = well && !wrong;
    }
    printf("%s 1 - what a dead plane had moves or ends, and nothing of it is left\n", well ? "ok" : "not ok");
    printf("%s 2 - and it had sessions # %u\n", sessions ? "ok" : "not ok", sessions);
    return well && sessions;
}
