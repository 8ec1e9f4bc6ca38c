/* SPDX-License-Identifier: Apache-2.0 */
/* The Internet checksum (RFC 1071), with sums kept unfolded so that parts can be added up in any order. */
#ifndef PLANE_CHECKSUM_H
#define PLANE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "plane/flow.h"

/* Adds the bytes, as if they began at an even offset, to a sum. Sums are in memory order, not host order. */
uint64_t checksum_add(uint64_t sum, const void *data, size_t length);

/* The 16 bits, in memory order, that go into a header. */
static inline uint16_t checksum_fold(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

/* The pseudo header of TCP, UDP and ICMPv6 (RFC 9293 3.1, RFC 8200 8.1) with `length` bytes of transport header and data. */
uint64_t checksum_pseudo(const struct flow *flow, uint8_t protocol, size_t length);

#endif
