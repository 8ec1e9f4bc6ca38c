/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Packet detection (TS 29.244 5.2.1) compiled: what the PDRs of one direction ask of a packet, as sorted lists of the values at which the answer changes, one
 * list a field, with the filters that are satisfied from each of them on. A packet is looked up in each field by bisection; the filters that all fields admit
 * remain, and their order is that of precedence. The kernel and the slow path run this code on the same record, which plane/classifier.c makes.
 */
#ifndef PLANE_BPF_CLASSIFY_H
#define PLANE_BPF_CLASSIFY_H

#include <linux/types.h>
#include <stdbool.h>

enum {
    CLASSIFIER_FILTERS = 64, /* bits of a mask; a PDR without filters counts as one that admits all */
    CLASSIFIER_VALUES = 128, /* of all lists together; this and the next are powers of two */
    CLASSIFIER_ADDRESSES = 32,
    CLASSIFIER_NONE = 0xff,  /* no PDR */
    CLASSIFIER_ANY_QFI = 64, /* the packet names no QoS flow */
    CLASSIFIER_NO_PORT = 1 << 16,
};

/* Numbers in host order. */
enum classifier_field {
    CLASSIFY_TEID,
    CLASSIFY_QFI,
    CLASSIFY_REMOTE_PORT, /* the data network's side; the local one is the phone's */
    CLASSIFY_LOCAL_PORT,
    CLASSIFY_SPI,
    CLASSIFY_FLOW_LABEL,
    CLASSIFY_REMOTE_V4,
    CLASSIFY_LOCAL_V4,
    CLASSIFIER_VALUE_FIELDS,
    CLASSIFY_REMOTE_V6 = CLASSIFIER_VALUE_FIELDS,
    CLASSIFY_LOCAL_V6,
    CLASSIFIER_FIELDS
};

struct classifier_list {
    __u8 first, count; /* 0: no filter asks for it */
};

/* From this address on, its halves in host order. */
struct classifier_address {
    __u64 upper, lower, filters;
};

/* Bit 0 is the first filter in order of precedence. */
struct classifier {
    __u32 version; /* odd while it is being written */
    __u8 asks_protocol, asks_class;
    __u8 reserved[2];
    __u64 filters; /* all there are */
    struct classifier_list lists[CLASSIFIER_FIELDS];
    __u8 pdr[CLASSIFIER_FILTERS]; /* of a filter, by classifier_place() of its bit */
    __u8 unused[28];
    __u64 protocol[2][16]; /* by the upper half octet, and by the lower one */
    __u64 traffic_class[2][16];
    __u32 value[CLASSIFIER_VALUES];
    __u64 of_value[CLASSIFIER_VALUES]; /* filters that are satisfied from that value on */
    struct classifier_address address[CLASSIFIER_ADDRESSES];
};

_Static_assert(sizeof(struct classifier) % 64 == 0, "whole lines");

/* What is looked at in a packet. */
struct classified {
    __u32 value[CLASSIFIER_VALUE_FIELDS];
    __u64 remote[2], local[2]; /* IPv6, upper half first, host order */
    __u8 version, protocol, traffic_class;
};

/* A place of its own for each of the 64 bits (a de Bruijn sequence): no machine needs to count zeros. */
static inline __attribute__((always_inline)) __u32 classifier_place(__u64 bit)
{
    return (__u32)(bit * 0x03f79d71b4cb0a89u >> 58);
}

/* 1 if a < b, without a branch. */
static inline __attribute__((always_inline)) __u64 classifier_below(__u64 a, __u64 b)
{
    return ((~a & b) | ((~a | b) & (a - b))) >> 63;
}

static inline __attribute__((always_inline)) __u64 classify_value(const struct classifier *classifier,
                                                                  enum classifier_field field, __u32 value)
{
    __u32 at = classifier->lists[field].first, left = classifier->lists[field].count;
    if (left == 0)
        return ~(__u64)0;
    for (; left > 1; left = (left + 1) >> 1) {
        const __u32 half = left >> 1, middle = (at + half) & (CLASSIFIER_VALUES - 1);
        const __u64 short_of = classifier_below(value, classifier->value[middle]);
        at = (at + (half & ((__u32)short_of - 1))) & (CLASSIFIER_VALUES - 1);
    }
    return classifier->of_value[at & (CLASSIFIER_VALUES - 1)];
}

static inline __attribute__((always_inline)) __u64 classify_address(const struct classifier *classifier,
                                                                    enum classifier_field field,
                                                                    const __u64 address[2])
{
    __u32 at = classifier->lists[field].first, left = classifier->lists[field].count;
    if (left == 0)
        return ~(__u64)0;
    for (; left > 1; left = (left + 1) >> 1) {
        const __u32 half = left >> 1, middle = (at + half) & (CLASSIFIER_ADDRESSES - 1);
        const struct classifier_address *least = &classifier->address[middle];
        const __u64 beyond = classifier_below(least->upper, address[0]);
        const __u64 short_of = classifier_below(address[0], least->upper) |
                               (classifier_below(address[1], least->lower) & ~beyond);
        at = (at + (half & ((__u32)(short_of & 1) - 1))) & (CLASSIFIER_ADDRESSES - 1);
    }
    return classifier->address[at & (CLASSIFIER_ADDRESSES - 1)].filters;
}

static inline __attribute__((always_inline)) __u64 classify_octet(const __u64 halves[2][16], __u8 octet)
{
    return halves[0][octet >> 4] & halves[1][octet & 15];
}

static inline __attribute__((always_inline)) __u64 classify_addresses(const struct classifier *classifier,
                                                                      const struct classified *packet)
{
    if (packet->version == 4)
        return classify_value(classifier, CLASSIFY_REMOTE_V4, packet->value[CLASSIFY_REMOTE_V4]) &
               classify_value(classifier, CLASSIFY_LOCAL_V4, packet->value[CLASSIFY_LOCAL_V4]);
    return classify_address(classifier, CLASSIFY_REMOTE_V6, packet->remote) &
           classify_address(classifier, CLASSIFY_LOCAL_V6, packet->local);
}

/* All that the packet satisfies. */
static inline __attribute__((always_inline)) __u64 classify_filters(const struct classifier *classifier,
                                                                    const struct classified *packet)
{
    __u64 left = classifier->filters & classify_addresses(classifier, packet);
#pragma GCC unroll 8
    for (int field = 0; field < CLASSIFY_REMOTE_V4; field++)
        left &= classify_value(classifier, (enum classifier_field)field, packet->value[field]);
    if (classifier->asks_protocol)
        left &= classify_octet(classifier->protocol, packet->protocol);
    if (classifier->asks_class)
        left &= classify_octet(classifier->traffic_class, packet->traffic_class);
    return left;
}

/* The PDR's number in its ruleset, of the first of these; or CLASSIFIER_NONE. */
static inline __attribute__((always_inline)) __u32 classify_first(const struct classifier *classifier,
                                                                  __u64 left)
{
    return left ? classifier->pdr[classifier_place(left & -left)] : CLASSIFIER_NONE;
}

static inline __attribute__((always_inline)) __u32 classify(const struct classifier *classifier,
                                                            const struct classified *packet)
{
    return classify_first(classifier, classify_filters(classifier, packet));
}

#endif
