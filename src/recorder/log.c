/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/log.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit/timers.h"
#include "recorder/files.h"

enum { BATCH_OCTETS = 16 * 1024 * 1024, LAST_SEGMENTS = 2 };

/* --- Appending --- */

static bool make_room(struct evidence_log *log)
{
    if (log->room - log->fresh_octets > EVIDENCE_ENTRY_BYTES)
        return true;
    const size_t room = log->room ? 2 * log->room : (size_t)16 * EVIDENCE_ENTRY_BYTES;
    uint8_t *fresh = room > BATCH_OCTETS ? NULL : realloc(log->fresh, room);
    if (!fresh)
        return false;
    log->fresh = fresh;
    log->room = room;
    return true;
}

bool evidence_log_append(struct evidence_log *log, const struct evidence_entry *entry)
{
    const struct tree_keeper keeper = hashes_keeper(&log->hashes);
    uint8_t leaf[TREE_HASH_BYTES];
    if (!make_room(log))
        return false;
    struct writer w = writer_of(log->fresh + log->fresh_octets, EVIDENCE_ENTRY_BYTES);
    if (!evidence_entry_write(&w, entry))
        return false;
    tree_leaf(writer_bytes(&w), leaf);
    tree_append(&log->tree, leaf, &keeper);
    if (!log->fresh_octets)
        log->fresh_time = entry->time;
    log->fresh_octets += writer_length(&w);
    log->fresh[log->fresh_octets++] = '\n';
    return true;
}

/* --- Committing --- */

static int64_t day_of(int64_t time)
{
    return time / SECONDS(86400);
}

static bool is_full(const struct evidence_log *log)
{
    return log->count >= SEGMENT_ENTRIES || (log->count && day_of(log->fresh_time) != log->begun);
}

/* The checkpoint covers all the segments but the last: only that one can have a torn tail. */
static bool next_segment(struct evidence_log *log)
{
    if (log->segment >= 0 && !is_full(log))
        return true;
    if (!evidence_log_checkpoint(log))
        return false;
    const int segment = segments_add(&log->segments, log->committed.size);
    if (segment < 0)
        return false;
    if (log->segment >= 0)
        close(log->segment);
    log->segment = segment;
    log->octets = 0;
    log->count = 0;
    return true;
}

/* A cut that failed before is made up for: what is written goes behind what is committed. */
static bool cut_tail(struct evidence_log *log)
{
    if (log->torn && ftruncate(log->segment, log->octets) != 0)
        return false;
    log->torn = false;
    return true;
}

static bool write_fresh(struct evidence_log *log)
{
    if (!cut_tail(log))
        return false;
    log->torn = true;
    for (size_t at = 0; at < log->fresh_octets;) {
        const ssize_t n = write(log->segment, log->fresh + at, log->fresh_octets - at);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return fdatasync(log->segment) == 0;
}

/* Back to what is committed. A tail that cannot be cut now is cut before anything is written behind it, or at the next opening. */
static void take_back(struct evidence_log *log)
{
    const int cause = errno;
    if (log->segment >= 0)
        (void)cut_tail(log);
    (void)hashes_cut(&log->hashes, log->committed.size);
    hashes_forget_fresh(&log->hashes);
    log->tree = log->committed;
    log->fresh_octets = 0;
    errno = cause;
}

bool evidence_log_commit(struct evidence_log *log)
{
    if (!log->fresh_octets)
        return true;
    if (!next_segment(log) || !write_fresh(log) || !hashes_write(&log->hashes)) {
        take_back(log);
        return false;
    }
    if (!log->count)
        log->begun = day_of(log->fresh_time);
    log->octets += (off_t)log->fresh_octets;
    log->torn = false;
    log->count += log->tree.size - log->committed.size;
    log->committed = log->tree;
    log->fresh_octets = 0;
    return true;
}

bool evidence_log_checkpoint(struct evidence_log *log)
{
    uint8_t space[NOTE_BYTES];
    struct writer w = writer_of(space, sizeof space);
    struct checkpoint next = log->checkpoint;
    next.size = log->committed.size;
    if (next.size == log->checkpoint.size)
        return true;
    tree_root(&log->committed, next.root);
    errno = EIO;
    if (!checkpoint_write(&w, &next, log->secret))
        return false;
    log->unsure = log->unsure || !hashes_sync(&log->hashes);
    if (log->unsure || !file_replace(log->folder, "checkpoint", writer_bytes(&w)))
        return false;
    log->checkpoint = next;
    return true;
}

bool evidence_log_note(const struct evidence_log *log, struct writer *w)
{
    return log->checkpoint.size && checkpoint_write(w, &log->checkpoint, log->secret);
}

/* --- Looking back --- */

/* Where the lines of a segment begin, so that they can be read backwards. */
static bool see_backwards(struct bytes content,
                          bool (*see)(void *context, const struct evidence_entry *entry), void *context)
{
    struct evidence_entry entry;
    struct fault fault;
    bool more = true;
    for (size_t end = content.len; more && end > 1;) {
        const uint8_t *before = memrchr(content.data, '\n', end - 1);
        const size_t begin = before ? (size_t)(before + 1 - content.data) : 0;
        if (evidence_entry_read(bytes_of(content.data + begin, end - 1 - begin), &entry, &fault))
            more = see(context, &entry);
        end = begin;
    }
    return more;
}

void evidence_log_last(const struct evidence_log *log,
                       bool (*see)(void *context, const struct evidence_entry *entry), void *context)
{
    bool more = true;
    for (size_t i = 0; more && i < LAST_SEGMENTS && i < log->segments.count; i++) {
        struct bytes content;
        if (!segment_map(&log->segments, log->segments.count - 1 - i, &content))
            return;
        more = see_backwards(content, see, context);
        segment_unmap(content);
    }
}
