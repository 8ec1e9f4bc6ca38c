/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Having checkpoints cosigned (C2SP tlog-witness). A round takes the newest checkpoint to all witnesses at once; when all have
 * answered or failed, the next round begins with what is newest then. Once the quorum has signed, the note with the signatures
 * replaces `cosigned`. A witness that is away holds nobody up.
 */
#ifndef RECORDER_SUBMIT_H
#define RECORDER_SUBMIT_H

#include "config/config.h"
#include "recorder/log.h"

struct submission;

/* The log and the configuration are borrowed; the log is looked at from the first turn on. Reads what it needs of the host's files, so it comes before
 * the cage. NULL: out of memory, or a witness's key is none (logged). */
struct submission *submission_new(struct loop *loop, struct evidence_log *log,
                                  const struct config_recorder *config);
void submission_free(struct submission *submission);

/* Begins a round if none runs and there is something new. */
void submission_turn(struct submission *submission);

/* For status and metrics. */
struct submission_view {
    const char *name;
    uint64_t size;   /* of the checkpoint that it cosigned last */
    bool present;    /* it has cosigned in the last round */
    const char *why; /* it has not; "" */
};
bool submission_look(const struct submission *submission, unsigned i, struct submission_view *view);
unsigned submission_missing(const struct submission *submission);
uint64_t submission_witnessed(const struct submission *submission); /* size that the quorum has cosigned */

#endif
