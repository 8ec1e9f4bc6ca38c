/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * No packet of a session overtakes another, whichever path they take. The fast path is the shorter one, so order is at stake only where a packet follows
 * one that was left to the slow path (it waits for a phone that sleeps, for a rate, for a quota, for a neighbour): then all that follow go there too, and are
 * counted. The slow path counts what has left it (plane/fast/done.h). When it has done with all, the next packet takes the fast path again.
 *
 * The host drops packets between the two paths (a full queue), which no one counts. So what has not come out after a quarter of a second without
 * any more is taken for lost, and a session whose slow path is never empty for a second, as it is given more than it carries, returns all the same: there
 * alone packets may overtake. Neither needs the agent. Where there is no slow path at all, no
 * packet waits for another that would have to come out of it.
 */
#ifndef PLANE_BPF_ORDER_H
#define PLANE_BPF_ORDER_H

#include "plane/bpf/count.h"
#include "plane/bpf/served.h"

enum { ORDER_SHIFT = 20, LOST_AFTER = 238, RETURN_WITHIN = 954 }; /* units of 2^20 ns: 250 ms, 1 s */

INLINE void give(struct fast_queue *queue, __u64 now)
{
    __sync_fetch_and_add(&queue->given, 1);
    queue->last = (__u16)(now >> ORDER_SHIFT);
}

/* More than so many units ago; what another processor has noted in the clock's next tick is not. A note wraps after 69 s, and may seem to be fresh then for as
 * long as these units take, but never longer. */
INLINE bool is_past(__u16 noted, __u64 now, __u16 units)
{
    enum { AHEAD = 64 };
    return (__u16)((__u16)(now >> ORDER_SHIFT) - noted + AHEAD) > units + AHEAD;
}

/* Nothing that it was given is still in the slow path, or what has not come out is lost. */
INLINE bool is_empty(const struct fast_queue *queue, __u64 now)
{
    return (__s32)(queue->done - queue->given) >= 0 || is_past(queue->last, now, LOST_AFTER);
}

INLINE bool has_done(struct fast_queue *queue, __u64 now)
{
    if (is_empty(queue, now))
        return true;
    if (queue->since == 0)
        queue->since = (__u16)(now >> ORDER_SHIFT) | 1;
    return is_past(queue->since, now, RETURN_WITHIN);
}

/* True: it has to go to the slow path, behind others. */
INLINE bool must_queue(const struct frame *frame, __u32 *state, struct fast_queue *queue)
{
    if (*state == FAST_ACTIVE)
        return false;
    if (*state == FAST_RETURNING && (has_done(queue, frame->now) || !is_served(frame->context))) {
        queue->done = queue->given;
        if (__sync_val_compare_and_swap(state, FAST_RETURNING, FAST_ACTIVE) == FAST_RETURNING)
            return false;
    }
    return true;
}

/* To the slow path, and those that come after it follow. */
INLINE int pass_first(const struct frame *frame, __u32 *state, struct fast_queue *queue,
                      enum direction direction)
{
    if (!is_served(frame->context))
        return pass(frame, direction);
    if (__sync_val_compare_and_swap(state, FAST_ACTIVE, FAST_RETURNING) == FAST_ACTIVE) {
        queue->since = 0;
        if (is_empty(queue, frame->now)) /* else what went aside before is waited for, too */
            queue->done = queue->given;
    }
    give(queue, frame->now);
    return pass(frame, direction);
}

/* To the slow path, in its turn; also what is no part of a flow that the fast path carries. */
INLINE int pass_aside(const struct frame *frame, struct fast_queue *queue, enum direction direction)
{
    give(queue, frame->now);
    return pass(frame, direction);
}

#endif
