/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/routes.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "kit/bytes.h"

enum { WORD = 64 };

/* An address up to its nth bit, counted from 0; no route begins with eight zeros, so the first half of none is 0. */
struct stem {
    uint64_t half[2];
    unsigned nth;
};

/* What a table has under a number that is made of more than 64 bits. */
struct long_route {
    struct epoch_retired retired;
    struct stem stem;
    struct session *session;
};

static bool is_long(unsigned nth)
{
    return nth >= WORD;
}

void routes_init(struct routes *routes, struct epochs *epochs, uint64_t seed)
{
    for (unsigned i = 0; i < ROUTES_V4; i++)
        table_init(&routes->v4[i], epochs, seed);
    for (unsigned i = 0; i < ROUTES_V6; i++)
        table_init(&routes->v6[i], epochs, seed);
    atomic_store(&routes->v4_lengths, 0);
    for (unsigned i = 0; i < ROUTES_V6 / WORD; i++)
        atomic_store(&routes->v6_lengths[i], 0);
}

static void free_long(struct table *table)
{
    size_t cursor = 0;
    uint64_t key;
    void *route;
    while (table_next(table, &cursor, &key, &route))
        free(route);
}

void routes_free(struct routes *routes)
{
    for (unsigned i = 0; i < ROUTES_V4; i++)
        table_free(&routes->v4[i]);
    for (unsigned i = 0; i < ROUTES_V6; i++) {
        if (is_long(i))
            free_long(&routes->v6[i]);
        table_free(&routes->v6[i]);
    }
}

static struct stem stem_of(uint8_t version, const uint8_t *address, unsigned nth)
{
    struct reader r = reader_of(bytes_of(address, version == 4 ? 4 : 16));
    struct stem stem = {.nth = nth};
    stem.half[0] = version == 4 ? (uint64_t)read_u32(&r) << 32 : read_u64(&r);
    if (is_long(nth))
        stem.half[1] = read_u64(&r) & UINT64_MAX << (2 * WORD - 1 - nth);
    else
        stem.half[0] &= UINT64_MAX << (WORD - 1 - nth);
    return stem;
}

static uint8_t version_of(const struct config_prefix *route)
{
    return route->family == AF_INET ? 4 : 6;
}

/* The last bit of a route. */
static unsigned nth_of(const struct config_prefix *route)
{
    const unsigned most = route->family == AF_INET ? ROUTES_V4 : ROUTES_V6;
    return (route->length - 1u) & (most - 1);
}

static struct stem stem_of_route(const struct config_prefix *route)
{
    return stem_of(version_of(route), route->address, nth_of(route));
}

static bool same_stem(const struct stem *a, const struct stem *b)
{
    return a->half[0] == b->half[0] && a->half[1] == b->half[1];
}

static uint64_t key_of(const struct table *table, const struct stem *stem)
{
    enum { ODD = 1 };
    if (!is_long(stem->nth))
        return stem->half[0];
    uint64_t key = (stem->half[0] ^ table->seed) * 0x9e3779b97f4a7c15;
    key = (key ^ key >> 32 ^ stem->half[1]) * 0xd6e8feb86659fd93;
    return (key ^ key >> 29) | ODD; /* no key is 0 */
}

static struct session *get(const struct table *table, const struct stem *stem)
{
    void *value = table_get(table, key_of(table, stem));
    const struct long_route *route = value;
    if (!is_long(stem->nth))
        return value;
    return route && same_stem(&route->stem, stem) ? route->session : NULL;
}

/* The longest of 64 lengths, from the bit `first` on. */
static struct session *find_among(const struct table *tables, uint64_t lengths, unsigned first,
                                  uint8_t version, const uint8_t *address)
{
    struct session *session = NULL;
    while (lengths && !session) {
        const unsigned last = WORD - 1 - (unsigned)__builtin_clzll(lengths);
        const struct stem stem = stem_of(version, address, first + last);
        lengths &= ~(UINT64_C(1) << last);
        session = get(&tables[first + last], &stem);
    }
    return session;
}

static uint64_t read_lengths(const _Atomic uint64_t *lengths)
{
    return atomic_load_explicit(lengths, memory_order_acquire);
}

struct session *routes_find(const struct routes *routes, uint8_t version, const uint8_t *address)
{
    if (version == 4)
        return find_among(routes->v4, read_lengths(&routes->v4_lengths), 0, version, address);
    struct session *session =
        find_among(routes->v6, read_lengths(&routes->v6_lengths[1]), WORD, version, address);
    return session ? session
                   : find_among(routes->v6, read_lengths(&routes->v6_lengths[0]), 0, version, address);
}

struct session *routes_holder(const struct routes *routes, const struct config_prefix *route)
{
    const struct stem stem = stem_of_route(route);
    return get(&(route->family == AF_INET ? routes->v4 : routes->v6)[stem.nth], &stem);
}

static struct table *table_of(struct routes *routes, const struct config_prefix *route)
{
    return &(route->family == AF_INET ? routes->v4 : routes->v6)[nth_of(route)];
}

static _Atomic uint64_t *lengths_of(struct routes *routes, const struct config_prefix *route)
{
    return route->family == AF_INET ? &routes->v4_lengths : &routes->v6_lengths[nth_of(route) / WORD];
}

static void release(struct epoch_retired *retired)
{
    free((struct long_route *)((char *)retired - offsetof(struct long_route, retired)));
}

/* What was there under the key goes; NULL as what comes: nothing comes. */
static bool replace_long(struct table *table, uint64_t key, struct long_route *route)
{
    struct long_route *old = table_get(table, key);
    if (route && !table_put(table, key, route))
        return false;
    if (!route)
        table_remove(table, key);
    if (old)
        epoch_retire(table->epochs, &old->retired, release);
    return true;
}

/* That two have one key is as rare as a guess at the seed; the second is not served. */
static bool put_long(struct table *table, const struct stem *stem, struct session *session)
{
    const uint64_t key = key_of(table, stem);
    const struct long_route *there = table_get(table, key);
    struct long_route *route =
        there && !same_stem(&there->stem, stem) ? NULL : (struct long_route *)calloc(1, sizeof *route);
    if (!route)
        return false;
    route->stem = *stem;
    route->session = session;
    if (replace_long(table, key, route))
        return true;
    free(route);
    return false;
}

bool routes_put(struct routes *routes, const struct config_prefix *route, struct session *session)
{
    const struct stem stem = stem_of_route(route);
    struct table *table = table_of(routes, route);
    if (!(is_long(stem.nth) ? put_long(table, &stem, session)
                            : table_put(table, key_of(table, &stem), session)))
        return false;
    atomic_fetch_or(lengths_of(routes, route), UINT64_C(1) << stem.nth % WORD);
    return true;
}

bool routes_remove(struct routes *routes, const struct config_prefix *route, const struct session *session)
{
    const struct stem stem = stem_of_route(route);
    struct table *table = table_of(routes, route);
    if (get(table, &stem) != session)
        return false;
    if (is_long(stem.nth))
        replace_long(table, key_of(table, &stem), NULL);
    else
        table_remove(table, key_of(table, &stem));
    if (table->count == 0)
        atomic_fetch_and(lengths_of(routes, route), ~(UINT64_C(1) << stem.nth % WORD));
    return true;
}

/* Up to the last bit of the route. */
static bool lies_within(const struct stem *stem, const struct stem *route)
{
    const uint64_t first = is_long(route->nth) ? UINT64_MAX : UINT64_MAX << (WORD - 1 - route->nth);
    const uint64_t second = is_long(route->nth) ? UINT64_MAX << (2 * WORD - 1 - route->nth) : 0;
    return ((stem->half[0] ^ route->half[0]) & first) == 0 &&
           ((stem->half[1] ^ route->half[1]) & second) == 0;
}

/* One that lies within the route: all of that length are looked at. Most networks' routes are of one length, and need no look. */
static struct session *within(const struct table *table, unsigned nth, const struct stem *route,
                              routes_counts *counts, const void *context)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (table_next(table, &cursor, &key, &value)) {
        const struct long_route *entry = value;
        const struct stem stem = is_long(nth) ? entry->stem : (struct stem){{key, 0}, nth};
        struct session *session = is_long(nth) ? entry->session : value;
        if (lies_within(&stem, route) && counts(context, session))
            return session;
    }
    return NULL;
}

struct session *routes_overlapping(const struct routes *routes, const struct config_prefix *route,
                                   routes_counts *counts, const void *context)
{
    const bool v4 = route->family == AF_INET;
    const struct stem stem = stem_of_route(route);
    for (unsigned nth = 0; nth < (v4 ? ROUTES_V4 : ROUTES_V6); nth++) {
        const struct table *table = &(v4 ? routes->v4 : routes->v6)[nth];
        if (table->count == 0)
            continue;
        const struct stem shorter = stem_of(version_of(route), route->address, nth);
        struct session *session =
            nth <= stem.nth ? get(table, &shorter) : within(table, nth, &stem, counts, context);
        if (session && counts(context, session))
            return session;
    }
    return NULL;
}
