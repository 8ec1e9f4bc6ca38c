/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/plane.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "plane/counters.h"

bool plane_init(struct plane *plane, struct network *networks, unsigned network_count, unsigned lane_count,
                uint64_t seed)
{
    *plane = (struct plane){.networks = networks, .network_count = network_count, .lane_count = lane_count};
    plane->lanes = aligned_alloc(alignof(struct lane), lane_count * sizeof *plane->lanes);
    plane->readers = aligned_alloc(alignof(struct epoch_reader), lane_count * sizeof *plane->readers);
    if (!plane->lanes || !plane->readers) {
        free(plane->lanes);
        free(plane->readers);
        return false;
    }
    memset(plane->lanes, 0, lane_count * sizeof *plane->lanes);
    memset(plane->readers, 0, lane_count * sizeof *plane->readers);
    for (unsigned i = 0; i < lane_count; i++) {
        plane->lanes[i].index = i;
        plane->lanes[i].reader = &plane->readers[i];
    }
    epochs_init(&plane->epochs, plane->readers, lane_count);
    table_init(&plane->teids, &plane->epochs, seed);
    resting_init(&plane->resting, 0, seed ^ 5);
    table_init(&plane->gnbs, &plane->epochs, seed ^ 1);
    map_init(&plane->shared_rates, seed ^ 4);
    routes_init(&plane->routes, &plane->epochs, seed ^ 8);
    for (unsigned i = 0; i < network_count; i++) {
        networks[i].index = i;
        table_init(&networks[i].by_v4, &plane->epochs, seed ^ 2);
        table_init(&networks[i].by_v6, &plane->epochs, seed ^ 3);
        table_init(&networks[i].outside_v4, &plane->epochs, seed ^ 6);
        table_init(&networks[i].outside_v6, &plane->epochs, seed ^ 7);
    }
    return true;
}

void plane_free(struct plane *plane)
{
    size_t cursor = 0;
    uint64_t key;
    void *gnb;
    while (table_next(&plane->gnbs, &cursor, &key, &gnb))
        free(gnb);
    epochs_free(&plane->epochs);
    map_free(&plane->shared_rates);
    table_free(&plane->teids);
    routes_free(&plane->routes);
    resting_free(&plane->resting);
    table_free(&plane->gnbs);
    for (unsigned i = 0; i < plane->network_count; i++) {
        table_free(&plane->networks[i].by_v4);
        table_free(&plane->networks[i].by_v6);
        lan_free(plane->networks[i].lan);
        table_free(&plane->networks[i].outside_v4);
        table_free(&plane->networks[i].outside_v6);
    }
    free(plane->lanes);
    free(plane->readers);
}

/* Labels as in TS 23.003 9.1: a length octet in front of each. */
static bool labels_are(struct bytes labels, const char *name)
{
    size_t left = strlen(name);
    while (labels.len) {
        size_t size = labels.data[0];
        if (size > left || size > labels.len - 1 ||
            strncasecmp(name, (const char *)labels.data + 1, size) != 0)
            return false;
        labels = bytes_of(labels.data + 1 + size, labels.len - 1 - size);
        name += size;
        left -= size;
        if (left == 0)
            return labels.len == 0;
        if (*name != '.')
            return false;
        name++;
        left--;
    }
    return false;
}

struct network *plane_network(const struct plane *plane, struct bytes name)
{
    for (unsigned i = 0; i < plane->network_count; i++) {
        const char *own = plane->networks[i].name;
        bool same = strlen(own) == name.len && strncasecmp(own, (const char *)name.data, name.len) == 0;
        if (same || labels_are(name, own))
            return &plane->networks[i];
    }
    return NULL;
}

static uint64_t address_key(const union socket_address *address)
{
    if (address->any.sa_family == AF_INET)
        return UINT64_C(1) << 32 | address->v4.sin_addr.s_addr;
    uint64_t half[2];
    memcpy(half, &address->v6.sin6_addr, sizeof half);
    return (half[0] * 0x9e3779b97f4a7c15 ^ half[1]) | UINT64_C(1) << 63;
}

bool network_is_gateway(const struct network *network, unsigned version, const uint8_t *address)
{
    const struct config_prefix *pool = &network->pool_v6;
    if (version == 4)
        return network->gateway_v4.family == AF_INET && memcmp(network->gateway_v4.address, address, 4) == 0;
    return pool->family == AF_INET6 && memcmp(pool->address, address, 15) == 0 &&
           address[15] == (pool->address[15] | 1);
}

bool plane_is_infrastructure(const struct plane *plane, const struct config_ip *ip)
{
    for (unsigned i = 0; i < plane->policy.infrastructure_count; i++)
        if (config_prefix_holds(&plane->policy.infrastructure[i], ip))
            return true;
    return false;
}

bool plane_is_phones(const struct plane *plane, const struct config_ip *ip)
{
    for (unsigned i = 0; i < plane->network_count; i++)
        if (config_prefix_holds(&plane->networks[i].pool_v4, ip) ||
            config_prefix_holds(&plane->networks[i].pool_v6, ip))
            return true;
    return routes_find(&plane->routes, ip->family == AF_INET ? 4 : 6, ip->address) != NULL;
}

struct gnb *plane_gnb(const struct plane *plane, const union socket_address *address)
{
    struct gnb *gnb = table_get(&plane->gnbs, address_key(address));
    return gnb && address_same_host(&gnb->address, address) ? gnb : NULL;
}

static struct gnb *new_gnb(const struct plane *plane, const union socket_address *address, uint32_t id)
{
    struct gnb *gnb;
    const size_t size = sizeof *gnb + (plane->gnb_counters ? 0 : plane->lane_count * sizeof gnb->own[0]);
    gnb = aligned_alloc(alignof(struct gnb), size);
    if (!gnb)
        return NULL;
    memset(gnb, 0, size);
    gnb->address = *address;
    gnb->id = id;
    gnb->counters = plane->gnb_counters ? plane->gnb_counters + (size_t)id * plane->lane_count : gnb->own;
    return gnb;
}

struct gnb *plane_gnb_restore(struct plane *plane, const union socket_address *address, uint32_t id)
{
    struct gnb *gnb = id <= plane->policy.gnbs ? new_gnb(plane, address, id) : NULL;
    if (!gnb || !table_put(&plane->gnbs, address_key(address), gnb)) {
        free(gnb);
        return NULL;
    }
    plane->gnb_ids = id > plane->gnb_ids ? id : plane->gnb_ids;
    return gnb;
}

struct gnb *plane_gnb_make(struct plane *plane, const union socket_address *address)
{
    struct gnb *gnb = table_get(&plane->gnbs, address_key(address));
    if (gnb)
        return address_same_host(&gnb->address, address) ? gnb : NULL;
    return plane_gnb_restore(plane, address, plane->gnb_ids + 1);
}

void plane_post(struct plane *plane, struct session *session, uint8_t news)
{
    bool listed = session->news != 0;
    session->news |= news;
    if (listed || session->gone)
        return;
    struct session *first = atomic_load_explicit(&plane->news, memory_order_relaxed);
    do {
        session->news_next = first;
    } while (!atomic_compare_exchange_weak_explicit(&plane->news, &first, session, memory_order_release,
                                                    memory_order_relaxed));
    if (!first && plane->wake)
        plane->wake(plane->wake_context);
}

struct session *plane_take_news(struct plane *plane, uint8_t *news)
{
    struct session *session = atomic_load_explicit(&plane->news, memory_order_acquire);
    while (session && !atomic_compare_exchange_weak_explicit(&plane->news, &session, session->news_next,
                                                             memory_order_acquire, memory_order_acquire))
        continue;
    if (!session)
        return NULL;
    session_lock(session);
    *news = session->news;
    session->news = 0;
    session_unlock(session);
    return session;
}

bool lane_report_error(struct plane *plane, struct lane *lane, struct tunnel_error error)
{
    unsigned written = atomic_load_explicit(&lane->errors_written, memory_order_relaxed);
    if (written - atomic_load_explicit(&lane->errors_read, memory_order_acquire) == LANE_ERRORS)
        return false;
    lane->errors[written % LANE_ERRORS] = error;
    atomic_store_explicit(&lane->errors_written, written + 1, memory_order_release);
    if (plane->wake)
        plane->wake(plane->wake_context);
    return true;
}

bool lane_take_error(struct lane *lane, struct tunnel_error *error)
{
    unsigned read = atomic_load_explicit(&lane->errors_read, memory_order_relaxed);
    if (read == atomic_load_explicit(&lane->errors_written, memory_order_acquire))
        return false;
    *error = lane->errors[read % LANE_ERRORS];
    atomic_store_explicit(&lane->errors_read, read + 1, memory_order_release);
    return true;
}

const char *drop_name(enum drop drop)
{
    static const char *const names[DROP_REASONS] = {
        [DROP_NONE] = "none",
        [DROP_OUTER_MALFORMED] = "outer_malformed",
        [DROP_OUTER_TYPE] = "outer_type",
        [DROP_UNKNOWN_TEID] = "unknown_teid",
        [DROP_WRONG_PEER] = "wrong_peer",
        [DROP_TOO_MANY] = "too_many",
        [DROP_INNER_MALFORMED] = "inner_malformed",
        [DROP_SPOOFED_SOURCE] = "spoofed_source",
        [DROP_MANY_MACS] = "many_macs",
        [DROP_LINK_LOCAL] = "link_local",
        [DROP_INNER_TUNNEL] = "inner_tunnel",
        [DROP_ENCAPSULATED] = "encapsulated",
        [DROP_INFRASTRUCTURE] = "infrastructure",
        [DROP_UE_TO_UE] = "ue_to_ue",
        [DROP_NO_SESSION] = "no_session",
        [DROP_NO_RULE] = "no_rule",
        [DROP_ACTION] = "action",
        [DROP_GATE] = "gate",
        [DROP_QUOTA] = "quota",
        [DROP_RATE] = "rate",
        [DROP_BUFFER_FULL] = "buffer_full",
        [DROP_TOO_BIG] = "too_big",
        [DROP_SEND] = "send",
    };
    return names[drop];
}
