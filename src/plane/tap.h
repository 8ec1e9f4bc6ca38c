/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of what passes N3 in the slow path, for `demarc trace` (kit/trace.h) and captures.
 */
#ifndef PLANE_TAP_H
#define PLANE_TAP_H

#include <stdatomic.h>
#include <sys/uio.h>

#include "kit/trace.h"

enum { TAP_TUNNELS = 4 };

/* What is captured for `demarc plane capture` (plane/capture.h): G-PDUs of a session's tunnels, or all that is exchanged with a gNB. The agent writes it, and
 * workers read it, each word by itself. */
struct tap_filter {
    _Atomic uint32_t incoming[TAP_TUNNELS], outgoing[TAP_TUNNELS]; /* TEIDs; 0: none */
    _Atomic uint64_t host[2];                                      /* of the gNB (tap_host); 0: none */
    _Atomic uint64_t packets;                                      /* that were captured; workers write it */
};

struct tap {
    struct trace *trace;
    struct trace *captures;
    struct tap_filter *filter;   /* with captures */
    union socket_address own[2]; /* N3, IPv4 and IPv6 */
};

/* Asked for each packet: is anybody looking? */
static inline bool tapped(const struct tap *tap)
{
    return trace_wanted(tap->trace) || trace_wanted(tap->captures);
}

/* The host of an address in two words, never both 0. */
void tap_host(const union socket_address *address, uint64_t host[2]);

void tap_received(const struct tap *tap, const union socket_address *from, struct bytes datagram);
void tap_sent(const struct tap *tap, const union socket_address *to, const struct iovec *parts,
              unsigned part_count);

#endif
