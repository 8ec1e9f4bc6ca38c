/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the log: what was left is looked at, a torn tail is cut, and what a checkpoint covers must be there as it was. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypt/primitive.h"
#include "kit/timers.h"
#include "recorder/files.h"
#include "recorder/log.h"

enum { PATH_BYTES = 4200 };

static const struct evidence_log closed = {
    .folder = -1, .segment = -1, .segments.folder = -1, .hashes.folder = -1};

/* A log that is being opened. */
struct opening {
    struct evidence_log *log;
    const char *folder, *origin;
    char *why;
    struct bytes content; /* of the last segment */
    size_t whole;         /* octets of it that are whole entries */
};

__attribute__((format(printf, 2, 3))) static bool refuse(const struct opening *opening, const char *format,
                                                         ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(opening->why, LOG_WHY_BYTES, format, arguments);
    va_end(arguments);
    return false;
}

/* Two recorders would write two logs into one. */
static bool take_folder(struct opening *opening)
{
    struct evidence_log *log = opening->log;
    if (mkdir(opening->folder, 0750) != 0 && errno != EEXIST)
        return refuse(opening, "the folder cannot be made: %s", strerror(errno));
    log->folder = open(opening->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (log->folder < 0 || !segments_open(&log->segments, log->folder, true) ||
        !hashes_open(&log->hashes, log->folder, true))
        return refuse(opening, "the folder cannot be used: %s", strerror(errno));
    if (flock(log->folder, LOCK_EX | LOCK_NB) != 0)
        return refuse(opening, "another recorder writes this log");
    return true;
}

static bool publish(struct opening *opening)
{
    char text[NOTE_KEY_TEXT_BYTES + 1];
    note_key_text(&opening->log->key, text);
    strcat(text, "\n");
    return file_replace(opening->log->folder, "log.pub", bytes_of(text, strlen(text))) ||
           refuse(opening, "log.pub cannot be written: %s", strerror(errno));
}

/* A log that has entries has a key, or it is not ours to go on with. */
static bool take_key(struct opening *opening)
{
    struct evidence_log *log = opening->log;
    char path[PATH_BYTES];
    uint8_t public_key[KEY_PUBLIC_BYTES];
    snprintf(path, sizeof path, "%s/log.key", opening->folder);
    log->secret = signing_key_load(path);
    if (!log->secret && errno == ENOENT && !log->segments.count)
        log->secret = signing_key_create(path);
    if (!log->secret)
        return refuse(opening, "log.key: %s", strerror(errno));
    signing_key_public(log->secret, public_key);
    if (!note_key_make(&log->key, opening->origin, NOTE_ED25519, public_key))
        return refuse(opening, "%s is no name for a log", opening->origin);
    return publish(opening);
}

static bool take_checkpoint(struct opening *opening)
{
    struct evidence_log *log = opening->log;
    uint8_t space[NOTE_BYTES];
    struct note note;
    struct fault fault;
    snprintf(log->checkpoint.origin, sizeof log->checkpoint.origin, "%s", opening->origin);
    const ssize_t length = file_read(log->folder, "checkpoint", space, sizeof space);
    if (length < 0 && errno == ENOENT)
        return log->segments.count < 2 || refuse(opening, "the checkpoint is missing");
    if (length < 0)
        return refuse(opening, "checkpoint: %s", strerror(errno));
    return checkpoint_open(bytes_of(space, (size_t)length), &log->key, &note, &log->checkpoint, &fault) ||
           refuse(opening, "checkpoint: %s %s", fault.where, fault.what);
}

/* The nodes below the checkpoint must lead to its root; what is above is made anew from the entries. */
static bool take_tree(struct opening *opening)
{
    struct evidence_log *log = opening->log;
    const struct tree_keeper keeper = hashes_keeper(&log->hashes);
    uint8_t root[TREE_HASH_BYTES];
    if (!tree_load(&log->tree, log->checkpoint.size, &keeper))
        return refuse(opening, "nodes of the tree are missing below the checkpoint");
    tree_root(&log->tree, root);
    if (log->checkpoint.size && memcmp(root, log->checkpoint.root, sizeof root) != 0)
        return refuse(opening, "the tree is not that of the checkpoint");
    return hashes_cut(&log->hashes, log->checkpoint.size) || refuse(opening, "hashes: %s", strerror(errno));
}

static bool is_entry(struct bytes line)
{
    struct evidence_entry entry;
    struct fault fault;
    return evidence_entry_read(line, &entry, &fault);
}

/* Whole entries behind something that is none: no crash leaves that, unless a part of the last write never came to the disk, which
 * reads as zeros. No entry has any. */
static bool goes_on(struct bytes content, size_t at)
{
    struct bytes line;
    if (at < content.len && memchr(content.data + at, '\0', content.len - at))
        return false;
    while (segment_line(content, &at, &line))
        if (is_entry(line))
            return true;
    return false;
}

/* One line of the last segment. False: it is the beginning of a torn tail, or (with why) the log is damaged. */
static bool take_line(struct opening *opening, uint64_t index, struct bytes line)
{
    struct evidence_log *log = opening->log;
    const struct tree_keeper keeper = hashes_keeper(&log->hashes);
    uint8_t leaf[TREE_HASH_BYTES], known[TREE_HASH_BYTES];
    if (index >= log->checkpoint.size && !is_entry(line))
        return false;
    tree_leaf(line, leaf);
    if (index >= log->checkpoint.size)
        tree_append(&log->tree, leaf, &keeper);
    else if (!keeper.find(keeper.context, 0, index, known) || memcmp(leaf, known, sizeof leaf) != 0)
        return refuse(opening, "entry %llu was changed after it was written", (unsigned long long)index);
    return true;
}

static bool take_lines(struct opening *opening, uint64_t first)
{
    struct evidence_log *log = opening->log;
    struct bytes line;
    size_t at = 0;
    log->count = 0;
    while (segment_line(opening->content, &at, &line) && take_line(opening, first + log->count, line)) {
        log->count++;
        opening->whole = at;
    }
    if (*opening->why)
        return false;
    const unsigned long long covered = log->checkpoint.size, there = first + log->count;
    if (there < covered || first > covered)
        return refuse(opening, "entries that the checkpoint covers are missing: it says %llu, there are %llu",
                      covered, there);
    return !goes_on(opening->content, opening->whole) ||
           refuse(opening, "entry %llu was changed after it was written", there);
}

/* What the segment began with. */
static int64_t first_day(struct bytes content)
{
    struct evidence_entry entry;
    struct fault fault;
    struct bytes line;
    size_t at = 0;
    const bool read = segment_line(content, &at, &line) && evidence_entry_read(line, &entry, &fault);
    return read ? entry.time / SECONDS(86400) : 0;
}

static bool take_segment(struct opening *opening)
{
    struct evidence_log *log = opening->log;
    char name[SEGMENT_NAME_BYTES];
    if (!log->segments.count)
        return !log->checkpoint.size || refuse(opening, "the entries are missing");
    const size_t last = log->segments.count - 1;
    segment_name(log->segments.firsts[last], name);
    log->segment = openat(log->segments.folder, name, O_RDWR | O_APPEND | O_CLOEXEC);
    if (log->segment < 0 || !segment_map(&log->segments, last, &opening->content))
        return refuse(opening, "entries/%s: %s", name, strerror(errno));
    if (!take_lines(opening, log->segments.firsts[last]))
        return false;
    log->begun = first_day(opening->content);
    log->octets = (off_t)opening->whole;
    return hashes_write(&log->hashes) || refuse(opening, "hashes: %s", strerror(errno));
}

/* --- A torn tail --- */

static struct evidence_entry repair_of(struct bytes tail, int64_t now)
{
    struct evidence_entry entry = {
        .time = now, .source = "recorder", .kind = EVIDENCE_REPAIR, .procedure = "start", .has_digest = true};
    snprintf(entry.reason, sizeof entry.reason, "a torn tail of %zu octets was cut", tail.len);
    sha256(&tail, 1, entry.digest);
    return entry;
}

/* The repair is written in place of the tail; what was found behind the checkpoint is signed. */
static bool repair(struct opening *opening, int64_t now)
{
    struct evidence_log *log = opening->log;
    struct reader rest = reader_of(opening->content);
    read_bytes(&rest, opening->whole);
    const struct bytes tail = read_rest(&rest);
    const struct evidence_entry entry = repair_of(tail, now);
    log->committed = log->tree;
    const bool repaired = !tail.len || (ftruncate(log->segment, log->octets) == 0 &&
                                        evidence_log_append(log, &entry) && evidence_log_commit(log));
    return (repaired && evidence_log_checkpoint(log)) ||
           refuse(opening, "what a crash left cannot be written anew: %s", strerror(errno));
}

bool evidence_log_open(struct evidence_log *log, const char *folder, const char *origin, int64_t now,
                       char why[LOG_WHY_BYTES])
{
    struct opening opening = {.log = log, .folder = folder, .origin = origin, .why = why};
    *log = closed;
    *why = '\0';
    const bool opened = take_folder(&opening) && take_key(&opening) && take_checkpoint(&opening) &&
                        take_tree(&opening) && take_segment(&opening) && repair(&opening, now);
    segment_unmap(opening.content);
    if (!opened)
        evidence_log_close(log);
    return opened;
}

void evidence_log_close(struct evidence_log *log)
{
    hashes_close(&log->hashes);
    segments_close(&log->segments);
    if (log->segment >= 0)
        close(log->segment);
    if (log->folder >= 0)
        close(log->folder);
    signing_key_free(log->secret);
    free(log->fresh);
    *log = closed;
}
