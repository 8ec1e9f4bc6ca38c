/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What befalls the network: processes die, associations break, the disk fills up, people administer, and packets come for
 * phones that sleep.
 */
#include "core/amf/amf.h"
#include "core/smf/smf.h"
#include "kit/log.h"
#include "world.h"

#define PARDON SECONDS(8)

enum { CUT_SECONDS = 10 };

static struct inhabitant *somebody(struct world *world)
{
    return &world->inhabitants[world_dice(world, world->phones)];
}

static struct ue *ue_of(const struct inhabitant *inhabitant)
{
    struct core *core = inhabitant->world->core;
    char supi[STORE_SUPI_BYTES];
    world_supi(inhabitant->number, supi);
    return core ? amf_find(core, supi_of_text(supi)) : NULL;
}

/* What the network does to an idle phone, the phone learns when it next speaks: it may then be refused. */
static void may_be_refused(struct inhabitant *inhabitant)
{
    inhabitant->refusable = true;
    inhabitant->refusable_until = inhabitant->world->timers.now + PARDON;
}

static void administer_phone(struct world *world)
{
    struct inhabitant *inhabitant = somebody(world);
    struct ue *ue = ue_of(inhabitant);
    if (!ue)
        return;
    if (world_dice(world, 2)) {
        may_be_refused(inhabitant);
        amf_deregister(ue, 0, world_dice(world, 2));
    } else {
        smf_admin_release(ue, (uint8_t)(1 + world_dice(world, LIFE_SESSIONS)));
    }
}

/* Another bit rate, barred, or gone; fate_end puts it right again. */
static void change_subscriber(struct world *world)
{
    struct inhabitant *inhabitant = somebody(world);
    struct store_subscriber subscriber;
    struct arena arena;
    arena_init(&arena, 0);
    char supi[STORE_SUPI_BYTES];
    world_supi(inhabitant->number, supi);
    if (store_subscriber_get(world->store, supi, &arena, &subscriber) == STORE_OK) {
        switch (world_dice(world, 4)) {
        case 0:
            may_be_refused(inhabitant);
            store_subscriber_remove(world->store, supi);
            break;
        case 1:
            may_be_refused(inhabitant);
            subscriber.barred = true;
            store_subscriber_put(world->store, &subscriber);
            break;
        default:
            subscriber.ambr_downlink += 1000000;
            store_subscriber_put(world->store, &subscriber);
        }
    } else {
        world_subscribe(world, inhabitant->number);
    }
    arena_free(&arena);
}

static void break_store(struct world *world)
{
    static const enum store_result faults[] = {STORE_FULL, STORE_BUSY, STORE_FAILED};
    log_debug("sim", NULL, "%9.4f the store fails", world_seconds(world));
    store_inject(world->store, faults[world_dice(world, 3)], world_dice(world, 8));
}

static void reload(struct world *world)
{
    world->config = world->configs[world->config == world->configs[0]];
    const char *why;
    if (world->core && !core_reload(world->core, world->config, &why))
        log_error("sim", NULL, "a reload failed: %s", why);
}

/* The host of the plane cannot be reached; its sessions live on. */
static void cut_plane_off(struct world *world)
{
    log_debug("sim", NULL, "%9.4f the plane is cut off", world_seconds(world));
    world->plane_cuts++;
    world->plane_cut_until = world->timers.now + SECONDS(1 + world_dice(world, CUT_SECONDS));
}

void fate_strike_core(struct world *world)
{
    switch (world_dice(world, 9)) {
    case 0:
    case 1:
        world_kill_core(world);
        break;
    case 2:
    case 3:
        world_kill_plane(world, world->upf_count > 1 ? world_dice(world, world->upf_count) : 0);
        break;
    case 4:
        world_kill_edge(world);
        break;
    case 5:
        cut_plane_off(world);
        break;
    case 6:
        reload(world);
        break;
    default:
        break_store(world);
    }
}

static void reset(struct world *world, struct mast *mast)
{
    if (!mast->gnb.ready)
        return;
    world->resets++;
    ran_gnb_reset(&mast->gnb);
}

void fate_strike_radio(struct world *world)
{
    struct mast *mast = &world->masts[world_dice(world, world->gnbs)];
    switch (world_dice(world, 16)) {
    case 0:
    case 1:
        world_cut(mast);
        break;
    case 2:
        reset(world, mast);
        break;
    case 3:
        administer_phone(world);
        break;
    case 4:
        change_subscriber(world);
        break;
    case 5:
        guard_strike(world);
        break;
    default:
        world_downlink(somebody(world));
    }
}

void fate_strike(struct world *world)
{
    (world_dice(world, 3) ? fate_strike_radio : fate_strike_core)(world);
}

void fate_end(struct world *world)
{
    world->plane_cut_until = 0;
    store_inject(world->store, STORE_OK, 0);
    if (world->core)
        core_settle(world->core); /* a batch that had failed is over */
    else
        store_rollback(world->store);
    for (unsigned i = 0; i < world->phones; i++)
        world_subscribe(world, i);
    store_commit(world->store);
}
