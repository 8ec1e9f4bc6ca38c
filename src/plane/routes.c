/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/routes.h"

#include <arpa/inet.h>

#include "kit/bytes.h"

void routes_init(struct routes *routes, struct epochs *epochs, uint64_t seed)
{
    for (unsigned i = 0; i < ROUTES_V4; i++)
        table_init(&routes->v4[i], epochs, seed);
    for (unsigned i = 0; i < ROUTES_V6; i++)
        table_init(&routes->v6[i], epochs, seed);
    atomic_store(&routes->v4_lengths, 0);
    atomic_store(&routes->v6_lengths, 0);
}

void routes_free(struct routes *routes)
{
    for (unsigned i = 0; i < ROUTES_V4; i++)
        table_free(&routes->v4[i]);
    for (unsigned i = 0; i < ROUTES_V6; i++)
        table_free(&routes->v6[i]);
}

/* An address up to its nth bit, counted from 0; no route begins with eight zeros, so none is 0. */
static uint64_t key_of(uint8_t version, const uint8_t *address, unsigned nth)
{
    struct reader r = reader_of(bytes_of(address, version == 4 ? 4 : 8));
    const uint64_t bits = version == 4 ? (uint64_t)read_u32(&r) << 32 : read_u64(&r);
    return bits & UINT64_MAX << (63 - nth);
}

static const struct table *tables(const struct routes *routes, uint8_t version, uint64_t *lengths)
{
    *lengths =
        atomic_load_explicit(version == 4 ? &routes->v4_lengths : &routes->v6_lengths, memory_order_acquire);
    return version == 4 ? routes->v4 : routes->v6;
}

struct session *routes_find(const struct routes *routes, uint8_t version, const uint8_t *address)
{
    uint64_t lengths;
    const struct table *of = tables(routes, version, &lengths);
    struct session *session = NULL;
    while (lengths && !session) {
        const unsigned last = 63 - (unsigned)__builtin_clzll(lengths);
        lengths &= ~(UINT64_C(1) << last);
        session = table_get(&of[last], key_of(version, address, last));
    }
    return session;
}

/* The last bit of a route. */
static unsigned nth_of(const struct config_prefix *route)
{
    return (route->length - 1u) & 63;
}

static uint8_t version_of(const struct config_prefix *route)
{
    return route->family == AF_INET ? 4 : 6;
}

bool routes_put(struct routes *routes, const struct config_prefix *route, struct session *session)
{
    const bool v4 = route->family == AF_INET;
    const unsigned nth = nth_of(route);
    if (!table_put(&(v4 ? routes->v4 : routes->v6)[nth],
                   key_of(version_of(route), route->address, nth_of(route)), session))
        return false;
    atomic_fetch_or(v4 ? &routes->v4_lengths : &routes->v6_lengths, UINT64_C(1) << nth);
    return true;
}

bool routes_remove(struct routes *routes, const struct config_prefix *route, const struct session *session)
{
    const bool v4 = route->family == AF_INET;
    const unsigned nth = nth_of(route);
    struct table *table = &(v4 ? routes->v4 : routes->v6)[nth];
    const uint64_t key = key_of(version_of(route), route->address, nth_of(route));
    if (table_get(table, key) != session)
        return false;
    table_remove(table, key);
    if (table->count == 0)
        atomic_fetch_and(v4 ? &routes->v4_lengths : &routes->v6_lengths, ~(UINT64_C(1) << nth));
    return true;
}

/* One that lies within the route: all of that length are looked at. Most networks' routes are of one length, and need no look. */
static struct session *within(const struct table *table, const struct config_prefix *route,
                              const struct session *own)
{
    const uint64_t first = key_of(version_of(route), route->address, nth_of(route));
    size_t cursor = 0;
    uint64_t key;
    void *session;
    while (table_next(table, &cursor, &key, &session))
        if (session != own && (key & UINT64_MAX << (63 - nth_of(route))) == first)
            return session;
    return NULL;
}

struct session *routes_overlapping(const struct routes *routes, const struct config_prefix *route,
                                   const struct session *own)
{
    uint64_t lengths;
    const struct table *of = tables(routes, version_of(route), &lengths);
    for (unsigned nth = 0; nth < ROUTES_V6 && lengths >> nth; nth++) {
        struct session *session = NULL;
        if (!(lengths >> nth & 1))
            continue;
        if (nth < route->length)
            session = table_get(&of[nth], key_of(version_of(route), route->address, nth));
        else
            session = within(&of[nth], route, own);
        if (session && session != own)
            return session;
    }
    return NULL;
}
