/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What limits a packet, and what counts it. */
#ifndef PLANE_BPF_COUNT_H
#define PLANE_BPF_COUNT_H

#include "plane/bpf/capture.h"

enum direction { UPLINK, DOWNLINK };

/* Beside enum drop. */
enum { TO_SLOW_PATH = DROP_REASONS };

/* plane/bucket.h */
enum { TICKS = 16, BURST_NS = 50000000, BURST_BYTES = 10 * 1500, TRIES = 4 };

/* Its line is on the way from memory while other lines are waited for. */
INLINE void touch(const struct fast_action *action)
{
    (void)*(const volatile __u64 *)&action->bytes;
}

/* The slow path decides. */
INLINE int pass(const struct frame *frame, enum direction direction)
{
    frame->lane->passed[direction]++;
    return XDP_PASS;
}

INLINE int drop(const struct frame *frame, enum drop reason)
{
    if (reason < DROP_REASONS)
        frame->lane->drops[reason]++;
    if (frame->captured)
        capture_as(frame, reason);
    return XDP_DROP;
}

/* Rule N6 of the line: it is counted by its sender, too. As a global function it is verified once. */
int count_refused(struct xdp_md *context, const struct fast_address *sender, __u32 reason, __u32 captured);
__attribute__((noinline)) int count_refused(struct xdp_md *context, const struct fast_address *sender,
                                            __u32 reason, __u32 captured)
{
    static const struct fast_refused none;
    if (!sender || reason >= DROP_REASONS)
        return XDP_DROP;
    struct fast_refused *entry = bpf_map_lookup_elem(&refused, sender);
    if (!entry) {
        bpf_map_update_elem(&refused, sender, &none, BPF_NOEXIST);
        entry = bpf_map_lookup_elem(&refused, sender);
    }
    if (entry) {
        __sync_fetch_and_add(&entry->packets, 1);
        __sync_fetch_and_add(&entry->reasons[reason], 1);
    }
    if (captured || sender_is_captured(sender))
        capture(context, captured, reason, 0, 0);
    return XDP_DROP;
}

INLINE int refuse(const struct frame *frame, const struct fast_address *sender, enum drop reason)
{
    if (reason < DROP_REASONS)
        frame->lane->drops[reason]++;
    return count_refused(frame->context, sender, reason, frame->captured);
}

/* Takes the bytes from a rate of that price, or nothing and false: a token bucket seen as a virtual schedule. */
INLINE bool take_rate(__u64 price, __u64 *booked, __u32 bytes, __u64 now)
{
    const __u64 ticks = now * TICKS, cost = bytes * price >> FAST_RATE_SHIFT;
    const __u64 least = BURST_BYTES * price >> FAST_RATE_SHIFT, most = (__u64)BURST_NS * TICKS;
    const __u64 burst = least > most ? least : most;
#pragma unroll
    for (int i = 0; i < TRIES; i++) {
        const __u64 before = *(volatile __u64 *)booked;
        const __u64 after = (before > ticks ? before : ticks) + cost;
        if (after - ticks > burst)
            return false;
        if (__sync_val_compare_and_swap(booked, before, after) == before)
            return true;
    }
    __sync_fetch_and_add(
        booked, cost); /* it fits, and many others take at the same moment: none of them is refused for it */
    return true;
}

INLINE void give_back(struct fast_rate *rate, __u32 bytes)
{
    if (rate)
        __sync_fetch_and_sub(&rate->booked, bytes * rate->price >> FAST_RATE_SHIFT);
}

/* Takes the bytes from every rate, or from none. Not static, so that the verifier looks at it once for all that call it. */
__attribute__((noinline)) int rates_admit(struct fast_action *action, __u32 bytes, __u64 now)
{
    if (!action)
        return false;
    struct fast_rate *first = action->rates[0] ? AT(rates, action->rates[0]) : 0;
    struct fast_rate *second = action->rates[1] ? AT(rates, action->rates[1]) : 0;
    if (first && !take_rate(first->price, &first->booked, bytes, now))
        return false;
    if (second && !take_rate(second->price, &second->booked, bytes, now))
        second = 0;
    else if (!action->price || take_rate(action->price, &action->booked, bytes, now))
        return true;
    give_back(first, bytes);
    give_back(second, bytes);
    return false;
}

/* May it go on without the slow path's having looked at quotas and thresholds? */
INLINE bool has_credit(const struct fast_action *action, __u32 bytes)
{
    return action->bytes + bytes <= action->credit;
}

/* At the gNB of that number, too. */
INLINE void count(const struct frame *frame, const struct fast_settings *plane, struct fast_action *action,
                  __u32 at_gnb, enum direction direction, __u32 bytes)
{
    struct fast_lane *lane = frame->lane;
    struct fast_gnb_count *gnb = AT(gnb_counts, at_gnb * plane->processors + frame->processor);
    __sync_fetch_and_add(&action->bytes, bytes);
    __sync_fetch_and_add(&action->packets, 1);
    action->seen = (__u32)(frame->now >> FAST_SEEN_SHIFT);
    lane->packets[direction]++;
    lane->bytes[direction] += bytes;
    if (gnb) {
        gnb->packets[direction]++;
        gnb->bytes[direction] += bytes;
    }
}

#endif
