/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of what passes N3, for `demarc trace` (kit/trace.h).
 */
#ifndef PLANE_TAP_H
#define PLANE_TAP_H

#include <sys/uio.h>

#include "kit/trace.h"

struct tap {
    struct trace *trace;
    union socket_address own[2]; /* N3, IPv4 and IPv6 */
};

/* Asked for each packet: is anybody looking? */
static inline bool tapped(const struct tap *tap)
{
    return trace_wanted(tap->trace);
}

void tap_received(const struct tap *tap, const union socket_address *from, struct bytes datagram);
void tap_sent(const struct tap *tap, const union socket_address *to, const struct iovec *parts,
              unsigned part_count);

#endif
