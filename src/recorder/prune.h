/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving up what is older than it has to be kept. Whole segments go from the beginning; first an entry says how many entries there
 * were in them, with the root of the tree that they made, and a checkpoint covers it. The nodes that the later tree stands on stay,
 * so the head remains provable.
 */
#ifndef RECORDER_PRUNE_H
#define RECORDER_PRUNE_H

#include "recorder/log.h"

enum { PRUNE_GAP_DAYS = 31 };

/* Drops the segments that were ended longer ago than the retention (nanoseconds), never the last one. How long ago that is the log itself says, up to
 * `now` (since 1970): a step of its time over more than PRUNE_GAP_DAYS counts as so many, one back as none, so that a clock that leaps ahead by
 * years costs no evidence. *pruned: entries that went. False with errno. `number` is for the entry about it. */
bool evidence_log_prune(struct evidence_log *log, int64_t retention, int64_t now, uint64_t run,
                        uint64_t *number, uint64_t *pruned);

/* How many entries from the beginning a pruning says are gone. False: it is not written as one. */
bool pruning_read(const struct evidence_entry *entry, uint64_t *first);

#endif
