/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the slow path has done with, told to the packet program (plane/bpf/order.h): sent, dropped, or kept where the session is not the fast path's anyway.
 * Of packets that are sent in a batch it is told when the batch has left. One thread's own.
 */
#ifndef PLANE_FAST_DONE_H
#define PLANE_FAST_DONE_H

#include "plane/fast/fast.h"
#include "plane/path.h"

enum { FAST_DONE = 64 };

struct fast_done {
    unsigned count;
    struct {
        struct fast_queue *queue;
        unsigned frames;
    } of[FAST_DONE];
};

/* Whether it has room for another. */
static inline bool fast_done_fits(const struct fast_done *done)
{
    return done->count < FAST_DONE;
}

/* The packet is as the path has left it. */
static inline void fast_done_note(struct fast_done *done, const struct packet *packet)
{
    if (packet->queue) {
        done->of[done->count].queue = packet->queue;
        done->of[done->count++].frames = packet->frames;
    }
}

/* Never more than was given: what came past the program (from the host itself, or in pieces) is not counted as one that is still to come. */
static inline void fast_done_add(struct fast_queue *queue, unsigned frames)
{
    uint32_t before = __atomic_load_n(&queue->done, __ATOMIC_RELAXED), out;
    do
        out = __atomic_load_n(&queue->given, __ATOMIC_RELAXED) - before;
    while ((int32_t)out > 0 &&
           !__atomic_compare_exchange_n(&queue->done, &before, before + (frames < out ? frames : out), false,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

/* All that were noted have left. */
static inline void fast_done_tell(struct fast_done *done)
{
    for (unsigned i = 0; i < done->count; i++)
        fast_done_add(done->of[i].queue, done->of[i].frames);
    done->count = 0;
}

#endif
