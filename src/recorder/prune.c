/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/prune.h"

#include <inttypes.h>
#include <stdio.h>

#include "kit/timers.h"

#define WORDS "entries pruned from the beginning: %" PRIu64

bool pruning_read(const struct evidence_entry *entry, uint64_t *first)
{
    char again[EVIDENCE_REASON_BYTES];
    if (sscanf(entry->reason, "entries pruned from the beginning: %20" SCNu64, first) != 1)
        return false;
    snprintf(again, sizeof again, WORDS, *first);
    return strcmp(again, entry->reason) == 0 && entry->has_digest;
}

/* By its first entry. False: it cannot be read. */
static bool begun_at(const struct segments *segments, size_t place, int64_t *time)
{
    struct bytes content, line;
    struct evidence_entry entry;
    struct fault fault;
    size_t at = 0;
    if (!segment_map(segments, place, &content))
        return false;
    const bool read = segment_line(content, &at, &line) && evidence_entry_read(line, &entry, &fault);
    segment_unmap(content);
    if (read)
        *time = entry.time;
    return read;
}

/* How much of a step of the clock is believed. */
static int64_t believed(int64_t from, int64_t to)
{
    static const int64_t most = PRUNE_GAP_DAYS * SECONDS(86400);
    return to <= from ? 0 : to - from < most ? to - from : most;
}

/* The segments that may go are the first `count`: when one was ended is when the next was begun. */
static size_t count_old(const struct segments *segments, int64_t retention, int64_t now)
{
    int64_t age = 0, begun = 0, after = now;
    for (size_t place = segments->count; place-- > 1; after = begun) {
        if (!begun_at(segments, place, &begun))
            return 0;
        age += believed(begun, after);
        if (age > retention)
            return place;
    }
    return 0;
}

static bool say(struct evidence_log *log, uint64_t first, int64_t now, uint64_t run, uint64_t number)
{
    const struct tree_keeper keeper = hashes_keeper(&log->hashes);
    struct evidence_entry entry = {.time = now,
                                   .source = "recorder",
                                   .run = run,
                                   .number = number,
                                   .kind = EVIDENCE_PRUNING,
                                   .procedure = "retention",
                                   .has_digest = true};
    struct tree gone;
    if (!tree_load(&gone, first, &keeper))
        return false;
    tree_root(&gone, entry.digest);
    snprintf(entry.reason, sizeof entry.reason, WORDS, first);
    return evidence_log_append(log, &entry) && evidence_log_commit(log) && evidence_log_checkpoint(log);
}

/* Everything that was appended is to be committed before. */
bool evidence_log_prune(struct evidence_log *log, int64_t retention, int64_t now, uint64_t run,
                        uint64_t *number, uint64_t *pruned)
{
    const size_t count = count_old(&log->segments, retention, now);
    const uint64_t first = count ? log->segments.firsts[count] : 0;
    *pruned = 0;
    if (!count)
        return true;
    *pruned = first - log->segments.firsts[0];
    if (!say(log, first, now, run, ++*number))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!segments_remove_first(&log->segments))
            return false;
    hashes_prune(&log->hashes, first);
    return true;
}
