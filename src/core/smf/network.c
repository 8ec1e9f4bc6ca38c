/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/network.h"

#include <stdlib.h>
#include <string.h>

enum { POOL_MOST = 1 << 24, WORD_BITS = 64, IPV4_OCTETS = 4, PREFIX_OCTETS = 8 };

/* The bits of an address that number it within its pool: 32 for IPv4, the upper 64 for an IPv6 prefix. */
static uint64_t pool_base(const struct pool *pool, unsigned octets)
{
    uint64_t base = 0;
    for (unsigned i = 0; i < octets; i++)
        base = base << 8 | pool->prefix.address[i];
    return base;
}

static uint64_t number_of(const uint8_t *address, unsigned octets)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < octets; i++)
        number = number << 8 | address[i];
    return number;
}

static void write_number(uint8_t *address, unsigned octets, uint64_t number)
{
    for (unsigned i = octets; i-- > 0; number >>= 8)
        address[i] = (uint8_t)number;
}

static bool is_taken(const struct pool *pool, uint32_t place)
{
    return pool->taken[place / WORD_BITS] >> place % WORD_BITS & 1;
}

static void mark(struct pool *pool, uint32_t place)
{
    pool->taken[place / WORD_BITS] |= UINT64_C(1) << place % WORD_BITS;
    pool->count++;
}

static void pool_init(struct pool *pool, const struct config_prefix *prefix, unsigned octets)
{
    *pool = (struct pool){.prefix = *prefix};
    if (prefix->family == 0 || prefix->length > 8 * octets)
        return;
    unsigned bits = 8 * octets - prefix->length;
    pool->size = bits >= 24 ? POOL_MOST : UINT32_C(1) << bits;
}

static bool bitmap_ready(const struct pool *pool, uint64_t **bitmap)
{
    if (!*bitmap && pool->size)
        *bitmap = calloc(pool->size / WORD_BITS + 1, sizeof **bitmap);
    return *bitmap != NULL;
}

static bool is_reserved(const struct pool *pool, uint32_t place)
{
    return pool->reserved && (pool->reserved[place / WORD_BITS] >> place % WORD_BITS & 1);
}

/* The next free one behind the last that was given out. */
static bool pool_take(struct pool *pool, uint32_t *place)
{
    if (!bitmap_ready(pool, &pool->taken) || pool->count == pool->size)
        return false;
    for (uint32_t tries = 0; tries < pool->size; tries++) {
        *place = pool->cursor;
        pool->cursor = (pool->cursor + 1) % pool->size;
        if (is_taken(pool, *place) || is_reserved(pool, *place))
            continue;
        mark(pool, *place);
        return true;
    }
    return false;
}

/* POOL_MOST when the address is not the pool's. */
static uint32_t place_of(const struct pool *pool, const uint8_t *address, unsigned octets)
{
    uint64_t offset = number_of(address, octets) - pool_base(pool, octets);
    return offset < pool->size ? (uint32_t)offset : POOL_MOST;
}

static bool pool_claim(struct pool *pool, const uint8_t *address, unsigned octets)
{
    uint32_t place = place_of(pool, address, octets);
    if (place == POOL_MOST)
        return true;
    if (!bitmap_ready(pool, &pool->taken) || is_taken(pool, place))
        return false;
    mark(pool, place);
    return true;
}

static void pool_reserve(struct pool *pool, const uint8_t *address, unsigned octets)
{
    uint32_t place = place_of(pool, address, octets);
    if (place != POOL_MOST && bitmap_ready(pool, &pool->reserved))
        pool->reserved[place / WORD_BITS] |= UINT64_C(1) << place % WORD_BITS;
}

static void pool_free(struct pool *pool)
{
    free(pool->taken);
    free(pool->reserved);
}

static void pool_release(struct pool *pool, const uint8_t *address, unsigned octets)
{
    uint32_t place = place_of(pool, address, octets);
    if (place == POOL_MOST || !pool->taken || !is_taken(pool, place))
        return;
    pool->taken[place / WORD_BITS] &= ~(UINT64_C(1) << place % WORD_BITS);
    pool->count--;
}

static bool same_prefix(const struct config_prefix *a, const struct config_prefix *b)
{
    return a->family == b->family && a->length == b->length && memcmp(a->address, b->address, 16) == 0;
}

/* The network's own address, the gateway's and the broadcast address are nobody's. */
static void adopt_ipv4(struct pool *pool, const struct config_prefix *prefix, const struct config_ip *gateway)
{
    uint8_t last[IPV4_OCTETS];
    if (same_prefix(&pool->prefix, prefix))
        return;
    pool_free(pool);
    pool_init(pool, prefix, IPV4_OCTETS);
    if (pool->size < 4)
        return;
    pool_claim(pool, pool->prefix.address, IPV4_OCTETS);
    if (gateway->family)
        pool_claim(pool, gateway->address, IPV4_OCTETS);
    write_number(last, IPV4_OCTETS, pool_base(pool, IPV4_OCTETS) + pool->size - 1);
    pool_claim(pool, last, IPV4_OCTETS);
}

/* The first prefix is the core's own link. */
static void adopt_ipv6(struct pool *pool, const struct config_prefix *prefix)
{
    if (same_prefix(&pool->prefix, prefix))
        return;
    pool_free(pool);
    pool_init(pool, prefix, PREFIX_OCTETS);
    if (pool->size > 1)
        pool_claim(pool, prefix->address, PREFIX_OCTETS);
}

static struct pools *find_pools(const struct network *network, const char *plane)
{
    struct pools *pools = network->pools;
    while (pools && strcmp(pools->plane, plane) != 0)
        pools = pools->next;
    return pools;
}

static struct pools *make_pools(struct network *network, const char *plane)
{
    struct pools *pools = find_pools(network, plane);
    const size_t size = strlen(plane) + 1;
    if (pools || !(pools = calloc(1, sizeof *pools + size)))
        return pools;
    memcpy(pools->plane, plane, size);
    pools->next = network->pools;
    network->pools = pools;
    return pools;
}

/* Pools that changed are only taken over while nobody has an address of them. */
static void adopt_pools(struct network *network, const struct config_dnn *dnn, const struct config *config)
{
    struct pools *common = find_pools(network, "");
    if (network->sessions || network->resting || !common)
        return;
    adopt_ipv4(&common->ipv4, &dnn->ipv4, &dnn->ipv4_gateway);
    adopt_ipv6(&common->ipv6, &dnn->ipv6);
    for (unsigned i = 0; i < config->plane_count; i++) {
        const struct config_plane *plane = &config->planes[i];
        const struct config_plane_network *own = config_plane_network(plane, network->name);
        struct pools *pools = own ? make_pools(network, plane->name) : NULL;
        if (!pools)
            continue;
        adopt_ipv4(&pools->ipv4, &own->ipv4, &own->ipv4_gateway);
        adopt_ipv6(&pools->ipv6, &own->ipv6);
    }
}

static void free_network(struct network *network)
{
    while (network->pools) {
        struct pools *pools = network->pools;
        network->pools = pools->next;
        pool_free(&pools->ipv4);
        pool_free(&pools->ipv6);
        free(pools);
    }
    free(network);
}

static struct network *make_network(struct networks *networks, const char *name)
{
    const size_t size = strlen(name) + 1;
    struct network *network = calloc(1, sizeof *network + size);
    if (!network || !make_pools(network, "")) {
        free(network);
        return NULL;
    }
    memcpy(network->name, name, size);
    network->next = networks->first;
    networks->first = network;
    return network;
}

struct network *network_get(struct networks *networks, const char *name, const struct config *config)
{
    const struct config_dnn *dnn = config_find_dnn(config, name);
    struct network *network = networks->first;
    while (network && strcmp(network->name, name) != 0)
        network = network->next;
    if (!network)
        network = make_network(networks, name);
    if (network && dnn)
        adopt_pools(network, dnn, config);
    return network;
}

void networks_free(struct networks *networks)
{
    while (networks->first) {
        struct network *network = networks->first;
        networks->first = network->next;
        free_network(network);
    }
}

static struct pool *pool_in(struct pools *pools, unsigned octets)
{
    return octets == IPV4_OCTETS ? &pools->ipv4 : &pools->ipv6;
}

static struct pools *holding(const struct network *network, const uint8_t *address, unsigned octets)
{
    struct pools *pools = network->pools;
    while (pools && place_of(pool_in(pools, octets), address, octets) == POOL_MOST)
        pools = pools->next;
    return pools;
}

/* A plane without a pool of its own of that family gives out the data network's. */
static struct pool *pool_of_plane(const struct network *network, const char *plane, unsigned octets)
{
    struct pools *own = find_pools(network, plane);
    return own && pool_in(own, octets)->size ? pool_in(own, octets)
                                             : pool_in(find_pools(network, ""), octets);
}

static bool take(struct network *network, const char *plane, uint8_t *address, unsigned octets)
{
    struct pool *pool = pool_of_plane(network, plane, octets);
    uint32_t place;
    if (!pool_take(pool, &place))
        return false;
    write_number(address, octets, pool_base(pool, octets) + place);
    return true;
}

bool network_take_ipv4(struct network *network, const char *plane, uint8_t address[4])
{
    return take(network, plane, address, IPV4_OCTETS);
}

bool network_take_ipv6(struct network *network, const char *plane, uint8_t prefix[8])
{
    return take(network, plane, prefix, PREFIX_OCTETS);
}

static bool claim(struct network *network, const uint8_t *address, unsigned octets)
{
    struct pools *pools = holding(network, address, octets);
    return !pools || pool_claim(pool_in(pools, octets), address, octets);
}

bool network_claim_ipv4(struct network *network, const uint8_t address[4])
{
    return claim(network, address, IPV4_OCTETS);
}

bool network_claim_ipv6(struct network *network, const uint8_t prefix[8])
{
    return claim(network, prefix, PREFIX_OCTETS);
}

static void reserve(struct network *network, const uint8_t *address, unsigned octets)
{
    struct pools *pools = holding(network, address, octets);
    if (pools)
        pool_reserve(pool_in(pools, octets), address, octets);
}

void network_reserve_ipv4(struct network *network, const uint8_t address[4])
{
    reserve(network, address, IPV4_OCTETS);
}

void network_reserve_ipv6(struct network *network, const uint8_t prefix[8])
{
    reserve(network, prefix, PREFIX_OCTETS);
}

static void release(struct network *network, const uint8_t *address, unsigned octets)
{
    struct pools *pools = holding(network, address, octets);
    if (pools)
        pool_release(pool_in(pools, octets), address, octets);
}

void network_release_ipv4(struct network *network, const uint8_t address[4])
{
    release(network, address, IPV4_OCTETS);
}

void network_release_ipv6(struct network *network, const uint8_t prefix[8])
{
    release(network, prefix, PREFIX_OCTETS);
}

bool network_draws(const struct network *network, const uint8_t *address, size_t octets)
{
    struct pools *pools = holding(network, address, (unsigned)octets);
    const struct pool *pool = pools ? pool_in(pools, (unsigned)octets) : NULL;
    return pool && !is_reserved(pool, place_of(pool, address, (unsigned)octets));
}

bool network_gives(const struct network *network, const char *plane, const uint8_t *address, size_t octets)
{
    const struct pool *pool = pool_of_plane(network, plane, (unsigned)octets);
    return place_of(pool, address, (unsigned)octets) != POOL_MOST;
}
