/* SPDX-License-Identifier: Apache-2.0 */
/* Prefixes in their order: those of IPv6 first, then by address, and what holds others before them. */
#ifndef PLANE_FAST_PREFIXES_H
#define PLANE_FAST_PREFIXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plane/bpf/layout.h"

/* Of an IPv4-mapped one. */
bool fast_is_v4(const struct fast_prefix *prefix);

/* For qsort() and bsearch() of what begins with a prefix. */
int fast_prefix_order(const void *a, const void *b);

/* Leaves out those that lie within others; the rest is in order. Returns how many. */
unsigned fast_outermost(struct fast_prefix *prefixes, unsigned count);

/* Of entries of `size` octets that begin with prefixes, in order, none within another: the first that shares an address with the prefix; `count`: none does. Those that follow it may, too. */
unsigned fast_first_overlap(const void *entries, size_t size, unsigned count,
                            const struct fast_prefix *prefix);
bool fast_prefixes_overlap(const struct fast_prefix *a, const struct fast_prefix *b);

#endif
