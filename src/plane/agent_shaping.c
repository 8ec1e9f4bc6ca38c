/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/agent_shaping.h"

#include "plane/agent_state.h"

static struct gnb *gnb_of(const struct plane *plane, const struct pfcp_ip *ip)
{
    union socket_address address = {0};
    if (ip->has_v4) {
        address.v4.sin_family = AF_INET;
        memcpy(&address.v4.sin_addr, ip->v4, sizeof ip->v4);
    } else {
        address.v6.sin6_family = AF_INET6;
        memcpy(&address.v6.sin6_addr, ip->v6, sizeof ip->v6);
    }
    return plane_gnb(plane, &address);
}

static void set_rates(struct shaping *shaping, uint64_t uplink, uint64_t downlink)
{
    atomic_store_explicit(&shaping->kbps[UPLINK], uplink, memory_order_relaxed);
    atomic_store_explicit(&shaping->kbps[DOWNLINK], downlink, memory_order_relaxed);
}

static void shape(struct smf *smf, const struct pfcp_shaping_of_peer *told, uint32_t round)
{
    const struct plane *plane = smf->agent->settings.plane;
    struct gnb *gnb = gnb_of(plane, &told->ip);
    if (!gnb)
        return;
    gnb->shaping.by = smf;
    gnb->shaping.round = round;
    atomic_store_explicit(&gnb->shaping.patience, plane->policy.shaping_delay, memory_order_relaxed);
    set_rates(&gnb->shaping, told->uplink, told->downlink);
}

/* NULL: whatever its round. */
static void end_others(struct smf *smf, const uint32_t *round)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (table_next(&smf->agent->settings.plane->gnbs, &cursor, &key, &value)) {
        struct shaping *shaping = &((struct gnb *)value)->shaping;
        if (shaping->by != smf || (round && shaping->round == *round))
            continue;
        shaping->by = NULL;
        set_rates(shaping, 0, 0);
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

void shaping_rest(struct smf *smf)
{
    end_others(smf, NULL);
}
