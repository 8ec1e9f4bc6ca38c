/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evidence log in its folder, as its one writer sees it.
 *
 *     log.key        Ed25519, mode 0400, made with the log
 *     log.pub        the same key as others trust it (NAME+ID+KEY)
 *     entries/       segments.h       hashes/     hashes.h
 *     checkpoint     the newest one, signed by the log
 *     cosigned       the newest one that the quorum of witnesses has cosigned
 *
 * An entry is durable when evidence_log_commit has returned, and beyond doubt from the next checkpoint on. What a crash leaves
 * behind the last whole entry is cut when the log is opened, and that is itself an entry; what a checkpoint covers is never
 * repaired: the log is refused.
 */
#ifndef RECORDER_LOG_H
#define RECORDER_LOG_H

#include <sys/types.h>

#include "evidence/checkpoint.h"
#include "evidence/entry.h"
#include "recorder/hashes.h"
#include "recorder/segments.h"

enum { LOG_WHY_BYTES = 256 };

struct evidence_log {
    int folder;
    struct segments segments;
    struct hashes hashes;
    struct tree tree;      /* with what is not committed yet */
    struct tree committed; /* in the files */
    struct checkpoint checkpoint;
    struct note_key key;
    struct signing_key *secret;
    int segment;    /* the last one; -1: the next commit begins one */
    off_t octets;   /* committed ones in it */
    bool torn;      /* something that is not committed may stand behind them */
    uint64_t count; /* entries in it */
    int64_t begun;  /* the day of its first entry, since 1970 */
    uint8_t *fresh; /* entries that are not committed yet */
    size_t fresh_octets, room;
    int64_t fresh_time; /* of the first of them */
    bool unsure;
};

/* Makes the folder's content where there is none. origin names the log and its key. What was repaired is an entry by `now`
 * (nanoseconds since 1970) when it returns. False with why. */
bool evidence_log_open(struct evidence_log *log, const char *folder, const char *origin, int64_t now,
                       char why[LOG_WHY_BYTES]);
void evidence_log_close(struct evidence_log *log);

/* False: out of memory, or more than one commit should write (commit first); it was not taken. */
bool evidence_log_append(struct evidence_log *log, const struct evidence_entry *entry);
/* Writes what was appended. False with errno: nothing of it was, and it is forgotten. */
bool evidence_log_commit(struct evidence_log *log);
/* Signs what is committed, if there is something new. False with errno. log->unsure then: nodes of the tree may be lost, although the
 * kernel will not say so again; the log is to be opened anew, which makes them from the entries. */
bool evidence_log_checkpoint(struct evidence_log *log);
/* The newest checkpoint, as its file says it. False: there is none. */
bool evidence_log_note(const struct evidence_log *log, struct writer *w);

/* From the newest committed entry back through the last segments, for as long as `see` returns true. */
void evidence_log_last(const struct evidence_log *log,
                       bool (*see)(void *context, const struct evidence_entry *entry), void *context);

#endif
