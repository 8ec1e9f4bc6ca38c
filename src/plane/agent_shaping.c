/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/agent_shaping.h"

#include "plane/agent_state.h"
#include "plane/fast/shaped.h"
#include "wire/pfcp/address.h"

enum { LOOK_AGAIN_MS = 10 };

/* Packets wait from a time when it was shaped. */
static bool lingers(struct gnb *gnb)
{
    bool any = false;
    for (unsigned direction = UPLINK; direction <= DOWNLINK; direction++)
        any |= atomic_load(&gnb->shaping.kbps[direction]) == 0 &&
               atomic_load(&gnb->shaping.waiting[direction]) != 0;
    return any;
}

/* The fast path has a gNB's packets again once none waits in the slow one. */
static void look_again(struct timer *timer)
{
    struct agent *agent = (struct agent *)((char *)timer - offsetof(struct agent, shaping_ends));
    const struct plane *plane = agent->settings.plane;
    bool again = false;
    size_t cursor = 0;
    uint64_t key;
    for (void *gnb; table_next(&plane->gnbs, &cursor, &key, &gnb);) {
        fast_shape(plane, gnb);
        again |= lingers(gnb);
    }
    if (again)
        timer_start(agent->settings.timers, timer, MILLISECONDS(LOOK_AGAIN_MS));
}

/* The end is told to the fast path later: a worker may just be keeping the last packet. */
static void tell_fast_path(struct agent *agent, struct gnb *gnb, bool shaped)
{
    if (!agent->settings.plane->fast)
        return;
    if (shaped)
        fast_shape(agent->settings.plane, gnb);
    agent->shaping_ends.fire = look_again;
    if (!timer_armed(&agent->shaping_ends))
        timer_start(agent->settings.timers, &agent->shaping_ends, MILLISECONDS(LOOK_AGAIN_MS));
}

static void set_rates(struct agent *agent, struct gnb *gnb, uint64_t uplink, uint64_t downlink)
{
    atomic_store_explicit(&gnb->shaping.kbps[UPLINK], uplink, memory_order_relaxed);
    atomic_store_explicit(&gnb->shaping.kbps[DOWNLINK], downlink, memory_order_relaxed);
    tell_fast_path(agent, gnb, uplink || downlink);
}

static void shape(struct smf *smf, const struct pfcp_shaping_of_peer *told, uint32_t round)
{
    const struct plane *plane = smf->agent->settings.plane;
    const union socket_address address = pfcp_ip_address(&told->ip);
    struct gnb *gnb = plane_gnb(plane, &address);
    if (!gnb)
        return;
    gnb->shaping.by = smf;
    gnb->shaping.round = round;
    atomic_store_explicit(&gnb->shaping.patience, plane->policy.shaping_delay, memory_order_relaxed);
    set_rates(smf->agent, gnb, told->uplink, told->downlink);
}

/* NULL: whatever its round. */
static void end_others(struct smf *smf, const uint32_t *round)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (table_next(&smf->agent->settings.plane->gnbs, &cursor, &key, &value)) {
        struct gnb *gnb = value;
        struct shaping *shaping = &gnb->shaping;
        if (shaping->by != smf || (round && shaping->round == *round))
            continue;
        shaping->by = NULL;
        set_rates(smf->agent, gnb, 0, 0);
    }
}

uint8_t shaping_told(struct smf *smf, const struct pfcp_association_update_request *told)
{
    if (told->shaped_count && !told->has_shaping)
        return PFCP_CONDITIONAL_IE_MISSING;
    for (size_t i = 0; i < told->shaped_count; i++)
        shape(smf, &told->shaped[i], told->shaping.round);
    if (told->has_shaping && (told->shaping.flags & PFCP_SHAPING_LAST))
        end_others(smf, &told->shaping.round);
    return PFCP_ACCEPTED;
}

void shaping_forget(struct agent *agent)
{
    timer_stop(agent->settings.timers, &agent->shaping_ends);
}

void shaping_rest(struct smf *smf)
{
    end_others(smf, NULL);
}
