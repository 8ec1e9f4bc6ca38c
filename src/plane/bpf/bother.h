/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * How much of the slow path one sender may have. It has few processors, which all gNBs share, and nothing that the program hands on costs its sender anything:
 * without a bound a gNB that sends what only the slow path understands would take it from the others. So each gNB has a budget of each kind (enum
 * fast_bother_kind); all who are no gNBs have one of each together. What is beyond ends here, and is counted at its sender.
 *
 * The wide one is that of traffic: a session may be the slow path's as a whole, or for a while (plane/bpf/order.h), and then needs as much of it as its phone sends.
 */
#ifndef PLANE_BPF_BOTHER_H
#define PLANE_BPF_BOTHER_H

#include "plane/bpf/count.h"

/* Takes one packet from the budget of that kind (enum fast_bother_kind), or nothing and 0. Global, so that it is verified once. */
int may_bother(const struct fast_address *sender, __u32 kind, __u64 now);
__attribute__((noinline)) int may_bother(const struct fast_address *sender, __u32 kind, __u64 now)
{
    const struct fast_address nobody = {};
    const struct fast_settings *plane = AT(settings, 0);
    if (!sender || !plane || kind >= FAST_BOTHER_KINDS)
        return 0;
    struct fast_bother *of = bpf_map_lookup_elem(&bothers, sender);
    if (!of) {
        of = bpf_map_lookup_elem(&bothers, &nobody);
        kind = kind == FAST_BOTHER_PACKET ? FAST_BOTHER_MESSAGE : kind;
    }
    const __u64 interval = plane->bother_interval[kind];
    const __u64 least = interval * FAST_BOTHER_LEAST, burst = least > FAST_BOTHER_NS ? least : FAST_BOTHER_NS;
    if (!of || interval == 0)
        return 1;
#pragma unroll
    for (int i = 0; i < TRIES; i++) {
        const __u64 before = *(volatile __u64 *)&of->booked[kind];
        const __u64 from = before > now ? before : now;
        if (from - now > burst)
            return 0;
        if (__sync_val_compare_and_swap(&of->booked[kind], before, from + interval) == before)
            return 1;
    }
    return 0;
}

/* To the slow path, if that is not too much of it. */
static __attribute__((noinline)) int pass_some(const struct frame *frame, const struct fast_address *sender,
                                               __u32 kind)
{
    if (!frame || !sender || !frame->lane)
        return XDP_DROP;
    return may_bother(sender, kind, frame->now) ? pass(frame, UPLINK) : refuse(frame, sender, DROP_TOO_MANY);
}

#endif
