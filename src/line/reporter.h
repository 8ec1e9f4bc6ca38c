/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process's way to the recorder: what line_event says here goes out over the channel that the keeper made, held back where it repeats
 * itself (evidence/repeats.h), kept until it is durable (evidence/sender.h). Nothing waits for it. One a process.
 */
#ifndef LINE_REPORTER_H
#define LINE_REPORTER_H

#include "kit/loop.h"

struct reporter;

struct reporter_settings {
    struct loop *loop;
    const char *unit; /* whom its log lines are of; borrowed, as the loop is */
    uint64_t chance;  /* a random number */
    size_t queue_bytes;
    size_t different;      /* entries that are told apart when they repeat themselves */
    int64_t patience;      /* how long entries may wait to be durable before they count as not taken */
    int64_t quorum_within; /* the same for the quorum of witnesses */
};

/* From now on line_event is heard. NULL: out of memory. */
struct reporter *reporter_new(const struct reporter_settings *settings);
void reporter_free(struct reporter *reporter);

/* There is a recorder: takes over the descriptor. */
void reporter_meet(struct reporter *reporter, int fd);
void reporter_flush(const struct reporter *reporter);

/* For metrics: what is not durable yet, in octets, and entries that found no place to wait. */
uint64_t reporter_waiting(const struct reporter *reporter);
uint64_t reporter_lost(const struct reporter *reporter);

#endif
