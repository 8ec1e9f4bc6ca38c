/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One rate over several sessions: QERs that have a QER Correlation ID in common (TS 29.244 5.4.4, 8.2.10), such as a UE-AMBR
 * over all sessions of a UE. Sessions are found and left by the agent's thread only; packet workers take from the rate
 * without a lock, and only workers that carry packets of the same UE meet at it.
 */
#ifndef PLANE_SHARED_RATE_H
#define PLANE_SHARED_RATE_H

#include <stdatomic.h>

#include "kit/map.h"
#include "plane/bucket.h"

struct shared_rate {
    struct map *home;
    uint64_t key;
    unsigned references; /* QERs that take from it */
    _Atomic int64_t booked[2];
};

/* The rate of that key in the map, made when new, with one reference more. NULL: out of memory. */
struct shared_rate *shared_rate_join(struct map *home, uint64_t key);
/* NULL is harmless. The last one to leave frees it. */
void shared_rate_leave(struct shared_rate *shared);

/* True: `bytes` conformed to a rate of kbps and are taken. */
static inline bool shared_rate_take(struct shared_rate *shared, unsigned direction, int64_t now,
                                    uint64_t bytes, uint64_t kbps)
{
    struct bucket bucket;
    int64_t booked = atomic_load_explicit(&shared->booked[direction], memory_order_relaxed);
    do {
        bucket.booked = booked;
        if (!bucket_fits(&bucket, now, bytes, kbps))
            return false;
        bucket_take(&bucket, now, bytes, kbps);
    } while (!atomic_compare_exchange_weak_explicit(&shared->booked[direction], &booked, bucket.booked,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

/* Bytes that were taken go nowhere after all. */
static inline void shared_rate_give_back(struct shared_rate *shared, unsigned direction, uint64_t bytes,
                                         uint64_t kbps)
{
    atomic_fetch_sub_explicit(&shared->booked[direction], bucket_cost(bytes, kbps), memory_order_relaxed);
}

#endif
