/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worlds with high-risk radio in which whatever it carries is too much (rule H2): its downlink is delayed as a worker of the plane would, whatever
 * is killed meanwhile. Nobody is refused for it, as no share is more than the whole.
 */
#include "core/traffic_book.h"
#include "world.h"

enum { LIMIT = 100, BEGINS_BELOW = 100, FLOOR_BPS = 8000, PACKETS = 16 };

void shaping_configure(struct config *config)
{
    static struct config_limit limits[8];
    struct config_profile *profile = &config->inventory.profile;
    if (profile->limit_count + 1 > sizeof limits / sizeof *limits)
        abort();
    memcpy(limits, profile->limits, profile->limit_count * sizeof *limits);
    limits[profile->limit_count++] =
        (struct config_limit){.rule = CONFIG_H2, .most = LIMIT, .window = SECONDS(24 * 3600)};
    profile->limits = limits;
    config->smf.shape_from = BEGINS_BELOW;
    config->smf.shape_floor = FLOOR_BPS;
    config->smf.traffic_period = SECONDS(2);
}

static void hand_on(void *context, enum verdict verdict, struct packet *packet)
{
    (void)verdict;
    plane_to_n3(context, packet);
}

static void wait_for_next(struct world *world)
{
    const int64_t next = pacer_next(world->pacer);
    timer_stop(&world->timers, &world->paced);
    if (next != INT64_MAX)
        timer_start(&world->timers, &world->paced, next - world->timers.now);
}

static void due(struct timer *timer)
{
    struct world *world = (struct world *)((char *)timer - offsetof(struct world, paced));
    pacer_run(world->pacer, world->timers.now);
    pacer_flushed(world->pacer);
    wait_for_next(world);
}

void shaping_begin(struct world *world)
{
    world->paced.fire = due;
    world->plane.policy.shaping_delay = MILLISECONDS(100);
    world->pacer = pacer_new(&(struct pacer_settings){.lane = &world->plane.lanes[0],
                                                      .most = PACKETS,
                                                      .seed = world->seed,
                                                      .send = hand_on,
                                                      .context = world});
    if (!world->pacer)
        abort();
}

void shaping_end(struct world *world)
{
    timer_stop(&world->timers, &world->paced);
    pacer_free(world->pacer);
    world->pacer = NULL;
}

void shaping_use_up(struct world *world)
{
    size_t cursor = 0;
    uint64_t key;
    for (void *gnb; table_next(&world->plane.gnbs, &cursor, &key, &gnb);) {
        struct shaping *shaping = &((struct gnb *)gnb)->shaping;
        const uint64_t kbps = atomic_load(&shaping->kbps[DOWNLINK]);
        if (kbps)
            atomic_store(&shaping->booked[DOWNLINK], world->timers.now * BUCKET_TICKS + bucket_burst(kbps));
    }
}

void shaping_take(struct world *world, struct packet *packet)
{
    pacer_take(world->pacer, PATH_TO_N3, packet);
    pacer_flushed(world->pacer);
    wait_for_next(world);
}

const char *shaping_left(const struct world *world)
{
    const bool shaped = world->core->traffic->shaped_since != 0;
    size_t cursor = 0;
    uint64_t key;
    if (pacer_next(world->pacer) != INT64_MAX)
        return "the plane still delays packets";
    for (void *gnb; table_next(&world->plane.gnbs, &cursor, &key, &gnb);) {
        struct shaping *shaping = &((struct gnb *)gnb)->shaping;
        if (!shaped && shaping_concerns(shaping, DOWNLINK))
            return "the plane shapes what the core does not have it shape";
        if (atomic_load(&shaping->waiting[DOWNLINK]))
            return "a gNB still has packets that wait";
    }
    return NULL;
}
