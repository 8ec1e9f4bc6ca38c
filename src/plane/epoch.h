/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Freeing what other threads may still be reading. One writer (the agent's thread) takes things out of shared tables and
 * retires them; each reader (a packet worker) says when it begins and ends a batch. Retired memory is freed once every
 * reader has ended the batch that was running at the time. Readers never wait and never write to a shared line.
 */
#ifndef PLANE_EPOCH_H
#define PLANE_EPOCH_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct epoch_reader {
    alignas(64) _Atomic uint64_t seen; /* 0: outside a batch */
};

/* Embedded in what is to be freed. */
struct epoch_retired {
    struct epoch_retired *next;
    uint64_t epoch;
    void (*release)(struct epoch_retired *retired);
};

struct epochs {
    _Atomic uint64_t now;
    struct epoch_reader *readers; /* borrowed; may be NULL with none */
    unsigned reader_count;
    struct epoch_retired *oldest, **tail;
};

void epochs_init(struct epochs *epochs, struct epoch_reader *readers, unsigned reader_count);

/* Frees all that is still retired; no reader may be inside a batch. */
void epochs_free(struct epochs *epochs);

static inline void epoch_enter(const struct epochs *epochs, struct epoch_reader *reader)
{
    atomic_store(&reader->seen, atomic_load_explicit(&epochs->now, memory_order_relaxed));
}

static inline void epoch_leave(struct epoch_reader *reader)
{
    atomic_store_explicit(&reader->seen, 0, memory_order_release);
}

/* Writer only. What was in force before the mark is read by no one once the mark has passed. */
uint64_t epoch_mark(struct epochs *epochs);
/* Whether every reader has ended the batch that was running at the mark. */
bool epoch_passed(const struct epochs *epochs, uint64_t mark);

/* Writer only: already unreachable for a reader that begins now. */
void epoch_retire(struct epochs *epochs, struct epoch_retired *retired,
                  void (*release)(struct epoch_retired *));

/* Writer only: frees what no reader can still see. True when nothing is left. */
bool epoch_collect(struct epochs *epochs);

#endif
