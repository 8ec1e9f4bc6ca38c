/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"
#include "../lab_config.h"

#include <stdio.h>
#include <stdlib.h>

unsigned world_dice(struct world *world, unsigned sides)
{
    return (unsigned)(random_u64(&world->dice.random) % sides);
}

double world_seconds(const struct world *world)
{
    return (double)world->timers.now / (double)SECONDS(1);
}

unsigned world_kills(const struct world *world)
{
    unsigned kills = 0;
    for (unsigned i = 0; i < PROCESSES; i++)
        kills += world->killed[i];
    return kills;
}

void world_turn(struct world *world)
{
    timers_run(&world->timers, timers_next(&world->timers));
    for (unsigned i = 0; i < world->upf_count; i++)
        if (world->upfs[i].agent)
            agent_poll(world->upfs[i].agent);
    if (world->core)
        core_settle(world->core);
    if (world->mixed && !world->wrong)
        world->wrong = mixed_holds(world);
}

void world_run(struct world *world, int64_t until)
{
    while (timers_next(&world->timers) <= until)
        world_turn(world);
    timers_run(&world->timers, until);
}

/* --- Birth and end --- */

void world_supi(unsigned number, char supi[STORE_SUPI_BYTES])
{
    snprintf(supi, STORE_SUPI_BYTES, "imsi-999700000%06u", number + 1);
}

bool world_subscribe(struct world *world, unsigned number)
{
    struct store_subscriber subscriber;
    struct arena arena;
    arena_init(&arena, 0);
    bool added = store_subscriber_defaults(&subscriber, &arena, world->config->network.serving[0].slices[0],
                                           "internet");
    world_supi(number, subscriber.supi);
    memcpy(subscriber.k, world_subscription.k, 16);
    memcpy(subscriber.op, world_subscription.opc, 16);
    subscriber.k_length = 16;
    subscriber.op_is_derived = true;
    added = added && store_subscriber_put(world->store, &subscriber) == STORE_OK;
    arena_free(&arena);
    return added;
}

static bool subscribe_all(struct world *world)
{
    bool added = true;
    for (unsigned i = 0; i < world->phones; i++)
        added = added && world_subscribe(world, i);
    return added && store_commit(world->store) == STORE_OK;
}

static bool read_configurations(struct world *world, const struct world_plan *plan)
{
    struct config_error error;
    for (unsigned i = 0; i < 2; i++) {
        world->configs[i] = lab_config(plan->configurations[i], plan->inventories[i], &error);
        if (!world->configs[i]) {
            fprintf(stderr, "%s\n", error.text);
            return false;
        }
        if (plan->mixed)
            shaping_configure(world->configs[i]);
    }
    world->config = world->configs[0];
    return true;
}

static void start_planes(struct world *world)
{
    world->upf_count = world->config->plane_count;
    if (world->upf_count > WORLD_PLANES)
        abort();
    for (unsigned i = 0; i < world->upf_count; i++) {
        world->upfs[i].world = world;
        world->upfs[i].number = i;
        world->upfs[i].again.fire = start_plane;
        start_plane(&world->upfs[i].again);
    }
}

bool world_init(struct world *world, const struct world_plan *plan)
{
    enum store_result result;
    const char *why;
    world->seed = plan->seed;
    world->gnbs = plan->gnbs;
    world->phones = plan->phones;
    world->gnbs_a_tac = plan->gnbs_a_tac;
    world->guarded = plan->inventories[0] && !plan->mixed;
    world->mixed = plan->mixed;
    arena_init(&world->arena, 0);
    random_seed(&world->dice, plan->seed);
    random_seed(&world->secrets, ~plan->seed);
    timers_init(&world->timers, SECONDS(1));
    world->store = store_open(
        (struct store_settings){.path = ":memory:", .sync = CONFIG_SYNC_OFF, .busy_ms = 1}, &result, &why);
    world->masts = calloc(plan->gnbs, sizeof *world->masts);
    world->inhabitants = calloc(plan->phones, sizeof *world->inhabitants);
    if (!world->masts || !world->inhabitants || !world->store || !read_configurations(world, plan) ||
        !subscribe_all(world))
        return false;
    evident_begin(world);
    world->edge_again.fire = start_edge;
    world->core_again.fire = start_core;
    start_edge(&world->edge_again);
    start_planes(world);
    start_core(&world->core_again);
    make_radio(world);
    world->weather.delay = MILLISECONDS(2);
    world_run(world, world->timers.now + SECONDS(2));
    return true;
}

void world_free(struct world *world)
{
    evident_end();
    for (unsigned i = 0; i < world->phones; i++)
        phone_free(&world->inhabitants[i].phone);
    for (unsigned i = 0; i < world->gnbs; i++)
        ran_gnb_free(&world->masts[i].gnb);
    if (world->core)
        core_free(world->core);
    edge_free(world->edge);
    for (unsigned i = 0; i < world->upf_count; i++)
        upf_free(&world->upfs[i]);
    store_close(world->store);
    config_free(world->configs[0]);
    config_free(world->configs[1]);
    arena_free(&world->radio.scratch);
    arena_free(&world->arena);
    free(world->hostile);
    drop_parcels(world);
    free(world->inhabitants);
    free(world->masts);
    timers_free(&world->timers);
}
