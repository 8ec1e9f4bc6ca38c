/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks behind phones (framed routes, TS 23.501 5.6.14): whose session a prefix is. One writer, the agent; readers take no lock, and must be inside a batch
 * (plane/epoch.h). Prefixes of different sessions share no address, nor do those of one. A table a length: a packet looks into each that is in use, and into none
 * where there are no routes.
 */
#ifndef PLANE_ROUTES_H
#define PLANE_ROUTES_H

#include "config/framed_route.h"
#include "plane/table.h"

struct session;

enum { ROUTES_V4 = 32, ROUTES_V6 = 128 }; /* bits of the longest */

struct routes {
    struct table v4[ROUTES_V4], v6[ROUTES_V6];  /* by length - 1 */
    _Atomic uint64_t v4_lengths, v6_lengths[2]; /* bit n: some are of n + 1 bits */
};

/* Takes no memory until the first routes_put. */
void routes_init(struct routes *routes, struct epochs *epochs, uint64_t seed);
void routes_free(struct routes *routes);

/* The session behind which the address (4 or 16 octets) is, or NULL. */
struct session *routes_find(const struct routes *routes, uint8_t version, const uint8_t *address);

/* The session that has just this one, or NULL. */
struct session *routes_holder(const struct routes *routes, const struct config_prefix *route);

/* --- writer only --- */

/* False: out of memory. */
bool routes_put(struct routes *routes, const struct config_prefix *route, struct session *session);
/* If it is the session's; false: it is not. */
bool routes_remove(struct routes *routes, const struct config_prefix *route, const struct session *session);
/* A session that has a route with addresses of this one, and that `counts`, or NULL. */
typedef bool routes_counts(const void *context, const struct session *session);
struct session *routes_overlapping(const struct routes *routes, const struct config_prefix *route,
                                   routes_counts *counts, const void *context);

#endif
