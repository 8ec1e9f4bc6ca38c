/* SPDX-License-Identifier: Apache-2.0 */
/* IP packets that the plane writes itself: ICMP errors towards the data network, router advertisements towards a UE. */
#ifndef PLANE_ANSWER_H
#define PLANE_ANSWER_H

#include "plane/plane.h"

enum { ANSWER_BYTES = 1280 }; /* the longest one (RFC 4443 2.4 c) */

/* "Fragmentation needed" (RFC 1191) or "Packet Too Big" (RFC 4443 3.2) to the sender of `packet`. Returns the length, or 0
 * when no such message may be sent (RFC 1812 4.3.2.7, RFC 4443 2.4 e: to an ICMP error, a source that is no host, an IPv4 fragment
 * other than the first). `to` holds ANSWER_BYTES and does not overlap the packet. */
size_t answer_too_big(const struct network *network, struct bytes packet, const struct flow *flow,
                      uint16_t mtu, uint8_t *to);

/* RFC 4861 4.2 with prefix, MTU and DNS servers (RFC 8106), from fe80::1 to all nodes on the tunnel. */
size_t answer_router_advertisement(const struct network *network, const uint8_t prefix[8], uint8_t *to);

#endif
