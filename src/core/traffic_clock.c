/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window's clock. While control runs, and over its restarts in one boot of the host, it is the monotonic clock. Over a reboot
 * it goes on by what the wall clock has gone on by; where that has gone back, the clock stands still and shares are not known, until the wall clock
 * has come to where it was.
 */
#include "core/traffic_book.h"
#include "store/store.h"

static const char base_name[] = "traffic-clock", since_name[] = "traffic-since", boot_name[] = "traffic-boot",
                  wall_name[] = "traffic-wall", begun_name[] = "traffic-begun";

static int64_t stored(const struct traffic *traffic, const char *name)
{
    int64_t value = 0;
    store_meta_get(traffic->core->store, name, &value);
    return value;
}

int64_t traffic_now(const struct traffic *traffic)
{
    return traffic->clock.base + traffic->core->timers->now - traffic->clock.since;
}

int64_t traffic_wall(const struct core *core)
{
    return core->read_wall ? core->read_wall() : core_wall(core);
}

/* It begins with the wall clock, so that slots never begin before zero. */
static void begin(struct traffic *traffic)
{
    const int64_t wall = traffic_wall(traffic->core);
    traffic->clock.base = traffic->begun = wall > 0 ? wall : 1;
}

void traffic_clock_load(struct traffic *traffic)
{
    struct traffic_clock *clock = &traffic->clock;
    const struct core *core = traffic->core;
    const int64_t since = stored(traffic, since_name), boot = stored(traffic, boot_name);
    *clock = (struct traffic_clock){.base = stored(traffic, base_name),
                                    .since = core->timers->now,
                                    .boot = core->boot,
                                    .wall = stored(traffic, wall_name)};
    traffic->begun = stored(traffic, begun_name);
    if (!clock->base) {
        begin(traffic);
        clock->wall = traffic_wall(core);
    } else if (boot && boot == core->boot && since <= core->timers->now) {
        clock->since = since;
    } else {
        clock->doubt = true;
        traffic_clock_look(traffic);
    }
}

void traffic_clock_look(struct traffic *traffic)
{
    struct traffic_clock *clock = &traffic->clock;
    const int64_t wall = traffic_wall(traffic->core);
    if (!clock->doubt) {
        clock->wall = wall;
    } else if (wall >= clock->wall) {
        const int64_t gone = wall - clock->wall, counted = traffic->core->timers->now - clock->since;
        clock->base += gone > counted ? gone - counted : 0;
        clock->wall = wall;
        clock->doubt = false;
    }
}

/* In doubt what was stored before it stands, so that another restart is in doubt too. */
bool traffic_clock_store(struct traffic *traffic)
{
    const struct traffic_clock *clock = &traffic->clock;
    struct store *store = traffic->core->store;
    if (clock->doubt)
        return true;
    return store_meta_put(store, base_name, traffic_now(traffic)) == STORE_OK &&
           store_meta_put(store, since_name, traffic->core->timers->now) == STORE_OK &&
           store_meta_put(store, boot_name, clock->boot) == STORE_OK &&
           store_meta_put(store, wall_name, clock->wall) == STORE_OK &&
           store_meta_put(store, begun_name, traffic->begun) == STORE_OK;
}
