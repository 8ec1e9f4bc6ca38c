/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/network.h"

#include <stdlib.h>
#include <string.h>

enum { POOL_MOST = 1 << 24, WORD_BITS = 64 };

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

enum { IPV4_OCTETS = 4, PREFIX_OCTETS = 8 };

/* The network's own address, the gateway's and the broadcast address are nobody's. */
static void reserve_ipv4(struct network *network, const struct config_dnn *dnn)
{
    struct pool *pool = &network->ipv4;
    uint8_t last[IPV4_OCTETS];
    if (pool->size < 4)
        return;
    pool_claim(pool, pool->prefix.address, IPV4_OCTETS);
    if (dnn->ipv4_gateway.family)
        pool_claim(pool, dnn->ipv4_gateway.address, IPV4_OCTETS);
    write_number(last, IPV4_OCTETS, pool_base(pool, IPV4_OCTETS) + pool->size - 1);
    pool_claim(pool, last, IPV4_OCTETS);
}

static bool same_prefix(const struct config_prefix *a, const struct config_prefix *b)
{
    return a->family == b->family && a->length == b->length && memcmp(a->address, b->address, 16) == 0;
}

/* A pool that changed is only taken over while nobody has an address of it. */
static void adopt_pools(struct network *network, const struct config_dnn *dnn)
{
    if (network->sessions || network->resting)
        return;
    if (!same_prefix(&network->ipv4.prefix, &dnn->ipv4)) {
        pool_free(&network->ipv4);
        pool_init(&network->ipv4, &dnn->ipv4, IPV4_OCTETS);
        reserve_ipv4(network, dnn);
    }
    if (!same_prefix(&network->ipv6.prefix, &dnn->ipv6)) {
        pool_free(&network->ipv6);
        pool_init(&network->ipv6, &dnn->ipv6, PREFIX_OCTETS);
        if (network->ipv6.size > 1)
            pool_claim(&network->ipv6, dnn->ipv6.address, PREFIX_OCTETS); /* the core's own link */
    }
}

struct network *network_get(struct networks *networks, const char *name, const struct config_dnn *dnn)
{
    struct network *network = networks->first;
    while (network && strcmp(network->name, name) != 0)
        network = network->next;
    if (!network) {
        size_t size = strlen(name) + 1;
        network = calloc(1, sizeof *network + size);
        if (!network)
            return NULL;
        memcpy(network->name, name, size);
        network->next = networks->first;
        networks->first = network;
    }
    if (dnn)
        adopt_pools(network, dnn);
    return network;
}

void networks_free(struct networks *networks)
{
    while (networks->first) {
        struct network *network = networks->first;
        networks->first = network->next;
        pool_free(&network->ipv4);
        pool_free(&network->ipv6);
        free(network);
    }
}

bool network_take_ipv4(struct network *network, uint8_t address[4])
{
    uint32_t place;
    if (!pool_take(&network->ipv4, &place))
        return false;
    write_number(address, IPV4_OCTETS, pool_base(&network->ipv4, IPV4_OCTETS) + place);
    return true;
}

bool network_take_ipv6(struct network *network, uint8_t prefix[8])
{
    uint32_t place;
    if (!pool_take(&network->ipv6, &place))
        return false;
    write_number(prefix, PREFIX_OCTETS, pool_base(&network->ipv6, PREFIX_OCTETS) + place);
    return true;
}

bool network_claim_ipv4(struct network *network, const uint8_t address[4])
{
    return pool_claim(&network->ipv4, address, IPV4_OCTETS);
}

bool network_claim_ipv6(struct network *network, const uint8_t prefix[8])
{
    return pool_claim(&network->ipv6, prefix, PREFIX_OCTETS);
}

void network_reserve_ipv4(struct network *network, const uint8_t address[4])
{
    pool_reserve(&network->ipv4, address, IPV4_OCTETS);
}

void network_reserve_ipv6(struct network *network, const uint8_t prefix[8])
{
    pool_reserve(&network->ipv6, prefix, PREFIX_OCTETS);
}

void network_release_ipv4(struct network *network, const uint8_t address[4])
{
    pool_release(&network->ipv4, address, IPV4_OCTETS);
}

void network_release_ipv6(struct network *network, const uint8_t prefix[8])
{
    pool_release(&network->ipv6, prefix, PREFIX_OCTETS);
}

bool network_draws(const struct network *network, const uint8_t *address, size_t octets)
{
    const struct pool *pool = octets == IPV4_OCTETS ? &network->ipv4 : &network->ipv6;
    uint32_t place = place_of(pool, address, (unsigned)octets);
    return place != POOL_MOST && !is_reserved(pool, place);
}
