/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of a packet worker. Each is written by one thread and read by any, so no lock and no locked instruction.
 */
#ifndef PLANE_COUNTERS_H
#define PLANE_COUNTERS_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#include "plane/drop.h"

/* Why a packet of a gNB that is shaped went sooner than its rate would have it. */
enum hurried {
    HURRIED_LATE, /* it would have had to wait too long */
    HURRIED_FULL, /* there was no place to wait in */
    HURRIED_REASONS
};

const char *drop_name(enum drop drop);

/* By the owning thread only. */
static inline void count(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

static inline uint64_t counted(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit((_Atomic uint64_t *)counter, memory_order_relaxed);
}

/*
 * What was carried between N3 and a data network, by enum direction: octets of the packets inside G-PDUs, from the first of the inner IP
 * header to the last that it tells of; tunnel headers, link padding, end markers, echo and router advertisements are none. A packet
 * counts when it has passed every rule and is handed on, once, at the gNB through which it went: uplink at the one that sent it, downlink
 * at the one that it was sent to. What that one sends back for the phone's next gNB (TS 23.502 4.9.1.3) is not counted again.
 * So the sums over all gNBs are those over all lanes, to the octet. They never go back while the plane lives (rule H2 of the line).
 */
struct gnb_counters {
    alignas(64) _Atomic uint64_t packets[2], bytes[2];
    /* As in struct bucket: what it had of the worker while that was crowded (plane/crowd.h). */
    _Atomic int64_t share;
};

struct lane_counters {
    alignas(64) _Atomic uint64_t packets[2], bytes[2];
    _Atomic uint64_t led_on[2]; /* packets, bytes: between gNBs at a handover */
    _Atomic uint64_t copied[2]; /* packets, bytes: duplicated, each copy by itself */
    _Atomic uint64_t shaped[2]; /* packets, bytes: had to wait for the rate of their gNB ... */
    _Atomic uint64_t marked;    /* ... and were told so */
    _Atomic uint64_t hurried[HURRIED_REASONS];
    _Atomic uint64_t drops[DROP_REASONS];
    _Atomic uint64_t echo_requests, error_indications_sent, error_indications_received, end_markers_received;
    _Atomic uint64_t held, router_advertisements, too_big_sent;
};

#endif
