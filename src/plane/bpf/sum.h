/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Sums of octets as IP has them (RFC 1071), in network order. */
#ifndef PLANE_BPF_SUM_H
#define PLANE_BPF_SUM_H

#include "plane/bpf/packet.h"

INLINE __u16 fold(__u64 sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return (__u16)(sum + (sum >> 16));
}

INLINE __u64 sum_of_address(const struct fast_address *address)
{
    return (address->half[0] & 0xffffffff) + (address->half[0] >> 32) + (address->half[1] & 0xffffffff) +
           (address->half[1] >> 32);
}

enum { LONGEST_PIECE = 512, SUMMED_MOST = 2047 };

/* The sum of a packet of `size` octets, in pieces of lengths that the verifier knows; not static, so that it looks at them once. Negative: it is too
 * long, or ends before. */
__attribute__((noinline)) __s64 sum_of(struct xdp_md *context, __u32 offset, __u32 size)
{
    void *end = (void *)(long)context->data_end;
    void *at = (void *)(long)context->data + (offset & 0xff);
    __s64 sum = 0;
    if (size > SUMMED_MOST)
        return -1;
#pragma unroll
    for (int i = 0; i < SUMMED_MOST / LONGEST_PIECE; i++) {
        if (size < LONGEST_PIECE)
            continue;
        if (at + LONGEST_PIECE > end)
            return -1;
        sum = bpf_csum_diff(0, 0, at, LONGEST_PIECE, (__u32)sum);
        at += LONGEST_PIECE;
        size -= LONGEST_PIECE;
    }
#pragma unroll
    for (__u32 piece = LONGEST_PIECE / 2; piece >= 4; piece /= 2) {
        if (!(size & piece))
            continue;
        if (at + piece > end)
            return -1;
        sum = bpf_csum_diff(0, 0, at, piece, (__u32)sum);
        at += piece;
    }
    if (size & 2) {
        if (at + 2 > end)
            return -1;
        sum += *(__u16 *)at;
        at += 2;
    }
    if (size & 1) {
        if (at + 1 > end)
            return -1;
        sum += bpf_htons((__u16)(*(__u8 *)at << 8));
    }
    return sum;
}

#endif
