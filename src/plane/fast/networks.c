/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/networks.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kit/fingerprint.h"
#include "kit/log.h"
#include "plane/fast/adopt.h"
#include "plane/fast/framed.h"
#include "plane/passage.h"

struct fast_address fast_address_of(const union socket_address *address)
{
    const int family = address->any.sa_family;
    if (family != AF_INET && family != AF_INET6)
        return (struct fast_address){{0, 0}};
    return fast_map_address(family, family == AF_INET ? (const void *)&address->v4.sin_addr
                                                      : (const void *)&address->v6.sin6_addr);
}

union socket_address fast_address_as_socket(const struct fast_address *mapped)
{
    const uint8_t *octets = (const uint8_t *)mapped;
    union socket_address address = {.v6.sin6_family = AF_INET6};
    if (fast_is_mapped(mapped)) {
        address.v4.sin_family = AF_INET;
        memcpy(&address.v4.sin_addr, octets + FAST_MAPPED_BITS / 8, 4);
    } else {
        memcpy(&address.v6.sin6_addr, octets, 16);
    }
    return address;
}

struct fast_address fast_address_of_prefix(const struct config_prefix *prefix)
{
    return fast_map_address(prefix->family, prefix->address);
}

struct fast_prefix fast_prefix_of(const struct config_prefix *prefix)
{
    const unsigned mapped = prefix->family == AF_INET ? FAST_MAPPED_BITS : 0;
    return (struct fast_prefix){prefix->length + mapped, fast_address_of_prefix(prefix)};
}

struct config_prefix fast_prefix_as_configured(const struct fast_prefix *prefix)
{
    const bool v4 = fast_is_v4(prefix);
    const unsigned mapped = v4 ? FAST_MAPPED_BITS : 0;
    struct config_prefix configured = {.family = v4 ? AF_INET : AF_INET6,
                                       .length = (uint8_t)(prefix->length - mapped)};
    memcpy(configured.address, (const uint8_t *)&prefix->address + mapped / 8, v4 ? 4 : 16);
    return configured;
}

/* What the maps are to say of addresses, made up beside them: packets never see them half written. */
struct picture {
    __u8 blocks[FAST_BLOCKS];
    struct fast_prefix prefixes[FAST_PREFIXES];
    __u32 places[FAST_PREFIXES]; /* of prefixes */
    unsigned prefix_count;
    struct fast_network networks[FAST_NETWORKS];
};

static bool put_prefix(struct picture *picture, const struct config_prefix *prefix, uint32_t place)
{
    const unsigned nth = picture->prefix_count;
    if (nth == FAST_PREFIXES)
        return false;
    picture->prefixes[nth] = fast_prefix_of(prefix);
    picture->places[nth] = place;
    picture->prefix_count++;
    return true;
}

static uint32_t host_v4(const struct config_prefix *prefix)
{
    uint32_t word;
    memcpy(&word, prefix->address, sizeof word);
    return ntohl(word);
}

/* Blocks that are one thing as a whole say so by themselves; of others the prefixes are looked up. */
static void put_blocks(struct picture *picture, const struct config_prefix *prefix, uint8_t place)
{
    const struct fast_prefix mapped = fast_prefix_of(prefix);
    unsigned first = 0;
    const unsigned count = fast_blocks_of(&mapped, &first);
    for (unsigned block = first; block < first + count; block++) {
        __u8 *at = &picture->blocks[block];
        const bool whole = prefix->length <= FAST_BLOCK_BITS && (*at == FAST_ELSEWHERE || *at == place);
        *at = whole ? place : FAST_MIXED;
    }
}

static bool put_place(struct picture *picture, const struct config_prefix *prefix, uint8_t place)
{
    if (prefix->family == 0)
        return true;
    if (prefix->family == AF_INET)
        put_blocks(picture, prefix, place);
    return put_prefix(picture, prefix, place);
}

/* What belongs to every host itself; as in plane/uplink.c. */
static bool put_host_internal(struct picture *picture)
{
    static const struct config_prefix prefixes[] = {
        {.family = AF_INET, .length = 8, .address = {0}},
        {.family = AF_INET, .length = 8, .address = {127}},
        {.family = AF_INET, .length = 16, .address = {169, 254}},
        {.family = AF_INET, .length = 24, .address = {224}},
        {.family = AF_INET, .length = 4, .address = {240}},
        {.family = AF_INET6, .length = 80, .address = {0}},
        {.family = AF_INET6, .length = 10, .address = {0xfe, 0x80}},
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (!put_place(picture, &prefixes[i], FAST_FORBIDDEN))
            return false;
    const struct config_prefix any_v4 = {.family = AF_INET};
    if (!put_prefix(picture, &any_v4, FAST_ELSEWHERE)) /* which the empty IPv6 prefix above would hold */
        return false;
    for (unsigned scope = 0; scope < 3 * 16; scope++) {
        const struct config_prefix multicast = {
            .family = AF_INET6, .length = 16, .address = {0xff, (uint8_t)(scope / 3 << 4 | scope % 3)}};
        if (!put_prefix(picture, &multicast, FAST_FORBIDDEN))
            return false;
    }
    return true;
}

uint32_t fast_pool_size(const struct config_prefix *pool, unsigned bits)
{
    return pool->family == 0           ? 0
           : pool->length >= bits      ? 1
           : bits - pool->length >= 32 ? UINT32_MAX
                                       : UINT32_C(1) << (bits - pool->length);
}

/* False: its pools are larger than the table of addresses. */
static bool put_network(const struct fast *fast, struct picture *picture, const struct network *network,
                        uint32_t *first)
{
    struct fast_network *to = &picture->networks[network->index];
    const uint64_t v4 = fast_pool_size(&network->pool_v4, 32), v6 = fast_pool_size(&network->pool_v6, 64);
    if (*first + v4 + v6 > fast->sizes.addresses)
        return false;
    to->v4 = host_v4(&network->pool_v4);
    to->v4_first = *first;
    to->v4_count = (uint32_t)v4;
    to->v6_first = *first + (uint32_t)v4;
    to->v6_count = (uint32_t)v6;
    to->encapsulation = network->encapsulation;
    if (network->lan) {
        to->lan = fingerprint(bytes_of(network->name, strlen(network->name)));
        to->mtu = network->mtu;
        to->ageing = (uint32_t)(lan_ageing(network->lan) >> FAST_SEEN_SHIFT);
    }
    for (unsigned i = 0; i < 8; i++)
        to->v6 = to->v6 << 8 | network->pool_v6.address[i];
    memcpy(&to->gateway, network->gateway_v4.address, sizeof to->gateway);
    *first += (uint32_t)(v4 + v6);
    return put_place(picture, &network->pool_v4, (uint8_t)(FAST_POOL + network->index)) &&
           put_place(picture, &network->pool_v6, (uint8_t)(FAST_POOL + network->index));
}

struct fast_address fast_address_of_ip(const struct config_ip *ip)
{
    struct config_prefix prefix = {.family = ip->family};
    memcpy(prefix.address, ip->address, sizeof ip->address);
    return ip->family ? fast_address_of_prefix(&prefix) : (struct fast_address){{0, 0}};
}

static bool draw_picture(const struct fast *fast, const struct plane *plane, struct picture *picture)
{
    uint32_t first = 0;
    if (plane->network_count > FAST_NETWORKS || !put_host_internal(picture))
        return false;
    for (unsigned i = 0; i < plane->network_count; i++)
        if (!put_network(fast, picture, &plane->networks[i], &first))
            return false;
    for (unsigned i = 0; i < plane->policy.infrastructure_count; i++)
        if (!put_place(picture, &plane->policy.infrastructure[i], FAST_FORBIDDEN))
            return false;
    return true;
}

/* Whether what was found is of other networks, whose phones may have the addresses of these. */
static bool has_moved(const struct fast *fast, const struct picture *picture)
{
    enum { POOLS = offsetof(struct fast_network, encapsulation) };
    for (unsigned i = 0; i < FAST_NETWORKS; i++)
        if (memcmp(&fast->networks[i], &picture->networks[i], POOLS) != 0)
            return true;
    return false;
}

/* Prefixes first, as blocks refer to them; what is no more goes when nothing refers to it any more. What is as it was is not touched. */
static bool publish(struct fast *fast, struct picture *picture)
{
    for (unsigned i = 0; i < FAST_NETWORKS; i++)
        memcpy(&fast->networks[i], &picture->networks[i], offsetof(struct fast_network, host));
    for (unsigned i = 0; i < picture->prefix_count; i++)
        if (!fast_put_prefix(fast, &picture->prefixes[i], picture->places[i]))
            return false;
    for (unsigned block = 0; block < FAST_BLOCKS; block++)
        if (fast->blocks[block / 8].place[block % 8] != picture->blocks[block])
            fast->blocks[block / 8].place[block % 8] = picture->blocks[block];
    qsort(picture->prefixes, picture->prefix_count, sizeof *picture->prefixes, fast_prefix_order);
    fast_keep_prefixes(fast, picture->prefixes,
                       picture->prefix_count); /* they and their places have parted */
    return true;
}

static void put_own(struct fast_address *at, const struct config_ip *ip)
{
    const struct fast_address own = fast_address_of_ip(ip);
    if (memcmp(at, &own, sizeof own) != 0)
        *at = own;
}

void fast_lead_to_host(struct fast *fast, const struct network *network, unsigned device)
{
    struct fast_route *route = &fast->networks[network->index].host;
    route->mtu = network->mtu;
    route->routed_there = 1;
    memcpy(route->mac, passage_mac, sizeof passage_mac);
    memcpy((uint8_t *)route->mac + sizeof passage_mac, passage_mac, sizeof passage_mac);
    atomic_signal_fence(memory_order_seq_cst);
    route->device = device;
}

enum { UNKNOWN_TUNNELS = 100 }; /* in a second and of one gNB: as many as the slow path answers */

/* Nanoseconds for each of so many in a second. */
static uint32_t interval(unsigned in_a_second)
{
    enum { SECOND = 1000000000 };
    return in_a_second ? SECOND / in_a_second : 0;
}

bool fast_describe(struct fast *fast, const struct plane *plane)
{
    struct picture *picture = calloc(1, sizeof *picture);
    const bool drawn = picture && draw_picture(fast, plane, picture);
    if (drawn && fast_adopted(fast) && has_moved(fast, picture)) {
        log_warning("plane", NULL, "fast path: what was found is of other data networks, and goes");
        fast_disown(fast);
    }
    const bool published =
        drawn &&
        fast_find_routes(fast, picture->prefixes, picture->places, picture->prefix_count, picture->blocks) &&
        publish(fast, picture);
    free(picture);
    put_own(&fast->settings->n3[0], &plane->n3_v4);
    put_own(&fast->settings->n3[1], &plane->n3_v6);
    fast->settings->mtu = plane->policy.tunnel_mtu;
    fast->settings->bother_interval[FAST_BOTHER_MESSAGE] = interval(plane->policy.slow_messages);
    fast->settings->bother_interval[FAST_BOTHER_PACKET] = interval(plane->policy.slow_packets);
    fast->settings->bother_interval[FAST_BOTHER_TRAFFIC] = interval(plane->policy.slow_traffic);
    fast->settings->bother_interval[FAST_BOTHER_UNKNOWN] = interval(UNKNOWN_TUNNELS);
    fast->settings->ue_to_ue = plane->policy.ue_to_ue;
    return published;
}
