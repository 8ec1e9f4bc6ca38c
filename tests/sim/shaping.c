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

static void wait_for_next(struct upf_host *upf)
{
    struct timers *timers = &upf->world->timers;
    const int64_t next = pacer_next(upf->pacer);
    timer_stop(timers, &upf->paced);
    if (next != INT64_MAX)
        timer_start(timers, &upf->paced, next - timers->now);
}

static void due(struct timer *timer)
{
    struct upf_host *upf = (struct upf_host *)((char *)timer - offsetof(struct upf_host, paced));
    pacer_run(upf->pacer, upf->world->timers.now);
    pacer_flushed(upf->pacer);
    wait_for_next(upf);
}

void shaping_begin(struct upf_host *upf)
{
    upf->paced.fire = due;
    upf->plane.policy.shaping_delay = MILLISECONDS(100);
    upf->pacer = pacer_new(&(struct pacer_settings){.lane = &upf->plane.lanes[0],
                                                    .most = PACKETS,
                                                    .seed = upf->world->seed,
                                                    .send = hand_on,
                                                    .context = upf});
    if (!upf->pacer)
        abort();
}

void shaping_end(struct upf_host *upf)
{
    timer_stop(&upf->world->timers, &upf->paced);
    pacer_free(upf->pacer);
    upf->pacer = NULL;
}

void shaping_use_up(struct upf_host *upf)
{
    size_t cursor = 0;
    uint64_t key;
    for (void *gnb; table_next(&upf->plane.gnbs, &cursor, &key, &gnb);) {
        struct shaping *shaping = &((struct gnb *)gnb)->shaping;
        const uint64_t kbps = atomic_load(&shaping->kbps[DOWNLINK]);
        if (kbps)
            atomic_store(&shaping->booked[DOWNLINK],
                         upf->world->timers.now * BUCKET_TICKS + bucket_burst(kbps));
    }
}

void shaping_take(struct upf_host *upf, struct packet *packet)
{
    pacer_take(upf->pacer, PATH_TO_N3, packet);
    pacer_flushed(upf->pacer);
    wait_for_next(upf);
}

static const char *left_at(const struct upf_host *upf, bool shaped)
{
    size_t cursor = 0;
    uint64_t key;
    if (pacer_next(upf->pacer) != INT64_MAX)
        return "the plane still delays packets";
    for (void *gnb; table_next(&upf->plane.gnbs, &cursor, &key, &gnb);) {
        struct shaping *shaping = &((struct gnb *)gnb)->shaping;
        if (!shaped && shaping_concerns(shaping, DOWNLINK))
            return "the plane shapes what the core does not have it shape";
        if (atomic_load(&shaping->waiting[DOWNLINK]))
            return "a gNB still has packets that wait";
    }
    return NULL;
}

const char *shaping_left(const struct world *world)
{
    const char *left = NULL;
    for (unsigned i = 0; i < world->upf_count && !left; i++)
        if (world->upfs[i].agent)
            left = left_at(&world->upfs[i], world->core->traffic->shaped_since != 0);
    return left;
}
