/* SPDX-License-Identifier: Apache-2.0 */
/* Prefixes in their order: those of IPv6 first, then by address, and what holds others before them. */
#ifndef PLANE_FAST_PREFIXES_H
#define PLANE_FAST_PREFIXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plane/bpf/layout.h"

enum {
    FAST_MAPPED_BITS = 96, /* in front of the IPv4 address in an IPv4-mapped one (RFC 4291 2.5.5.2) */
    FAST_BLOCK_BITS = 16,  /* of IPv4 addresses, by which they are in blocks */
};

/* AF_INET: 4 octets, as IPv4-mapped; AF_INET6: 16 octets. */
struct fast_address fast_map_address(int family, const void *octets);
/* 16 octets are one. */
bool fast_is_mapped(const void *address);

/* Of an IPv4-mapped one. */
bool fast_is_v4(const struct fast_prefix *prefix);
/* How many blocks of IPv4 addresses it has some of, and the first one; 0 of IPv6. */
unsigned fast_blocks_of(const struct fast_prefix *prefix, unsigned *first);

/* For qsort() and bsearch() of what begins with a prefix. */
int fast_prefix_order(const void *a, const void *b);

/* Leaves out those that lie within others; the rest is in order. Returns how many. */
unsigned fast_outermost(struct fast_prefix *prefixes, unsigned count);

/* Of entries of `size` octets that begin with prefixes, in order, none within another: the first that shares an address with the prefix; `count`: none does. Those that follow it may, too. */
unsigned fast_first_overlap(const void *entries, size_t size, unsigned count,
                            const struct fast_prefix *prefix);
bool fast_prefixes_overlap(const struct fast_prefix *a, const struct fast_prefix *b);

#endif
