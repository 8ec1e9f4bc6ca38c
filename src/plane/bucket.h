/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rate limiter that needs one number of state: the time at which the traffic admitted so far would have ended had it gone
 * at exactly the allowed rate (a token bucket seen as a virtual schedule). Times are sixteenths of a nanosecond, so that
 * rounding stays below 0.1 % at 100 Gbit/s.
 */
#ifndef PLANE_BUCKET_H
#define PLANE_BUCKET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    BUCKET_TICKS = 16,             /* a nanosecond */
    BUCKET_BURST_NS = 50000000,    /* what may pass at once, as time at the allowed rate ... */
    BUCKET_BURST_BYTES = 10 * 1500 /* ... but at least this much, so that slow rates pass whole packets */
};

struct bucket {
    int64_t booked; /* ticks */
};

static inline int64_t bucket_cost(uint64_t bytes, uint64_t kbps)
{
    return (int64_t)(bytes * 8 * 1000000 * BUCKET_TICKS / kbps);
}

static inline int64_t bucket_end(const struct bucket *bucket, int64_t now, uint64_t bytes, uint64_t kbps)
{
    int64_t ticks = now * BUCKET_TICKS;
    return (bucket->booked > ticks ? bucket->booked : ticks) + bucket_cost(bytes, kbps);
}

static inline int64_t bucket_burst(uint64_t kbps)
{
    int64_t burst = (int64_t)BUCKET_BURST_NS * BUCKET_TICKS;
    int64_t least = bucket_cost(BUCKET_BURST_BYTES, kbps);
    return burst > least ? burst : least;
}

/* Whether `bytes` at time `now` (ns) conform to a rate of kbps (0: nothing does). */
static inline bool bucket_fits(const struct bucket *bucket, int64_t now, uint64_t bytes, uint64_t kbps)
{
    return kbps && bucket_end(bucket, now, bytes, kbps) - now * BUCKET_TICKS <= bucket_burst(kbps);
}

/* How long (ns) until they do; 0: now. kbps is not 0. */
static inline int64_t bucket_wait(const struct bucket *bucket, int64_t now, uint64_t bytes, uint64_t kbps)
{
    int64_t over = bucket_end(bucket, now, bytes, kbps) - now * BUCKET_TICKS - bucket_burst(kbps);
    return over > 0 ? (over + BUCKET_TICKS - 1) / BUCKET_TICKS : 0;
}

static inline void bucket_take(struct bucket *bucket, int64_t now, uint64_t bytes, uint64_t kbps)
{
    bucket->booked = bucket_end(bucket, now, bytes, kbps);
}

/* The state of a bucket that others take from at the same time. True: `bytes` conformed and are taken. */
static inline bool bucket_take_shared(_Atomic int64_t *state, int64_t now, uint64_t bytes, uint64_t kbps)
{
    int64_t booked = atomic_load_explicit(state, memory_order_relaxed);
    struct bucket bucket;
    do {
        bucket.booked = booked;
        if (!bucket_fits(&bucket, now, bytes, kbps))
            return false;
        bucket_take(&bucket, now, bytes, kbps);
    } while (!atomic_compare_exchange_weak_explicit(state, &booked, bucket.booked, memory_order_relaxed,
                                                    memory_order_relaxed));
    return true;
}

/* Bytes that were taken go nowhere after all. */
static inline void bucket_give_back(_Atomic int64_t *state, uint64_t bytes, uint64_t kbps)
{
    atomic_fetch_sub_explicit(state, bucket_cost(bytes, kbps), memory_order_relaxed);
}

#endif
