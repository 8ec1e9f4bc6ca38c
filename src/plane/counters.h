/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of a packet worker. Each is written by one thread and read by any, so no lock and no locked instruction.
 */
#ifndef PLANE_COUNTERS_H
#define PLANE_COUNTERS_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

/* Why a packet went no further. */
enum drop {
    DROP_NONE,
    DROP_OUTER_MALFORMED, /* no GTP-U packet */
    DROP_OUTER_TYPE,      /* a message type we do not serve */
    DROP_UNKNOWN_TEID,
    DROP_WRONG_PEER,      /* outer source is not the tunnel's gNB */
    DROP_INNER_MALFORMED, /* lengths, options or extension headers */
    DROP_SPOOFED_SOURCE,
    DROP_LINK_LOCAL,     /* neighbour discovery and the like, of no use on a tunnel */
    DROP_INNER_TUNNEL,   /* GTP-U inside GTP-U */
    DROP_ENCAPSULATED,   /* IP in IP, GRE and the like, on a data network that does not allow them */
    DROP_INFRASTRUCTURE, /* towards the core's or the radio's own networks */
    DROP_UE_TO_UE,
    DROP_NO_SESSION, /* downlink: nobody has this address */
    DROP_NO_RULE,    /* no PDR matches, or it has no FAR */
    DROP_ACTION,     /* the FAR says drop */
    DROP_GATE,
    DROP_QUOTA,
    DROP_RATE,
    DROP_BUFFER_FULL,
    DROP_TOO_BIG,
    DROP_SEND, /* the kernel did not take it */
    DROP_REASONS
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

struct gnb_counters {
    alignas(64) _Atomic uint64_t packets[2], bytes[2]; /* by enum direction; inner bytes */
};

struct lane_counters {
    alignas(64) _Atomic uint64_t packets[2], bytes[2];
    _Atomic uint64_t drops[DROP_REASONS];
    _Atomic uint64_t echo_requests, error_indications_sent, error_indications_received, end_markers_received;
    _Atomic uint64_t held, router_advertisements, too_big_sent;
};

#endif
