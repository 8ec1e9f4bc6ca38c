/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One rate over several sessions: QERs that have a QER Correlation ID in common (TS 29.244 5.4.4, 8.2.10), such as a UE-AMBR
 * over all sessions of a UE. Sessions are found and left by the agent's thread only; packet workers take from the rate
 * without a lock, and only workers that carry packets of the same UE meet at it, and the packet program, when it knows the rate (plane/fast/rates.h).
 */
#ifndef PLANE_SHARED_RATE_H
#define PLANE_SHARED_RATE_H

#include "kit/map.h"
#include "plane/bucket.h"

struct fast;
struct session;

struct shared_rate {
    struct map *home;
    uint64_t key;
    unsigned references;  /* QERs that take from it */
    unsigned place;       /* of the fast path's rates; 0: none */
    struct fast *fast;    /* that has the place */
    struct session *sole; /* the only session so far; NULL: none yet, or there were several */
    bool common;          /* there were */
    _Atomic int64_t booked[2];
    _Atomic(_Atomic int64_t *)
        elsewhere[2]; /* where the packet program takes from it, too; NULL: in `booked` */
};

/* The rate of that key in the map, made when new, with one reference more. NULL: out of memory. */
struct shared_rate *shared_rate_join(struct map *home, uint64_t key);
/* NULL is harmless. The last one to leave frees it. */
void shared_rate_leave(struct shared_rate *shared);

/* The state of the bucket that all take from. */
static inline _Atomic int64_t *shared_rate_booked(struct shared_rate *shared, unsigned direction)
{
    _Atomic int64_t *elsewhere = atomic_load_explicit(&shared->elsewhere[direction], memory_order_relaxed);
    return elsewhere ? elsewhere : &shared->booked[direction];
}

#endif
