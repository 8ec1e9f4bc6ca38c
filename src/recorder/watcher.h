/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A witness's memory and its word (C2SP tlog-witness), without its door: for each log a file LOG.checkpoint with the newest checkpoint that it has
 * cosigned and that cosignature, replaced as a whole and durable before the answer is given out. So whatever a crash leaves, it never signs two
 * trees of one size, or a smaller one, nor at a time before the one that it has signed at.
 */
#ifndef RECORDER_WATCHER_H
#define RECORDER_WATCHER_H

#include "evidence/witness.h"

enum { WATCHER_LOGS = 16, WATCHER_FAILED = 500 };

struct watcher {
    int folder;                 /* borrowed; for nobody else to write */
    struct signing_key *secret; /* borrowed */
    struct note_key key;        /* its public side */
    struct witness_log logs[WATCHER_LOGS];
    unsigned count;
    bool late; /* the clock is behind what was signed; it has been said */
};

/* One more log, with what is remembered of it. False with *why (static text): it is not to be begun with. */
bool watcher_add(struct watcher *watcher, const struct note_key *log, const char **why);

/* Answers the body of an add-checkpoint at `now` (seconds since 1970) with a status code of HTTP: enum witness_verdict, or
 * WATCHER_FAILED if it cannot be kept. */
unsigned watcher_answer(struct watcher *watcher, struct bytes body, uint64_t now, struct writer *answer);

#endif
