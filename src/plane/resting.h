/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TEIDs that were given back rest: a packet that is still on its way to a tunnel that was, and who remembers its number, must not
 * meet another phone's. The agent's thread only.
 */
#ifndef PLANE_RESTING_H
#define PLANE_RESTING_H

#include "kit/map.h"

struct rested;

struct resting {
    struct map teids; /* struct rested by TEID */
    struct rested *first, **last;
    int64_t time; /* ns that each rests */
};

void resting_init(struct resting *resting, int64_t time, uint64_t seed);
void resting_free(struct resting *resting);

/* Without memory it does not rest. */
void resting_add(struct resting *resting, uint32_t teid, int64_t now);
bool resting_has(struct resting *resting, uint32_t teid, int64_t now);

#endif
