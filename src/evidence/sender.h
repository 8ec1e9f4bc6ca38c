/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source's end of evidence/post.h, without the socket. It never waits: what the recorder has not made durable is kept up to a
 * limit, beyond it entries are lost, and the next one that finds room says how many.
 */
#ifndef EVIDENCE_SENDER_H
#define EVIDENCE_SENDER_H

#include "evidence/post.h"
#include "kit/letters.h"

/* Zeroed but for the first four. */
struct sender {
    uint64_t run; /* by chance */
    size_t most;  /* octets that wait */
    void *context;
    bool (*send)(void *context, struct bytes message); /* false: not taken, try again later */
    struct letters waiting;                            /* not durable yet, in the order of their numbers */
    size_t sent;                                       /* octets of them that were said */
    bool open;                                         /* the recorder has said where to go on */
    uint64_t last;                                     /* number given out */
    uint64_t taken;                                    /* durable ones */
    uint64_t lost;                                     /* ever */
    uint64_t untold;                                   /* of them, those that no entry tells of yet */
    struct post_state state;                           /* that the recorder told last */
    int64_t state_at;                                  /* the wall clock then; 0: not since it was opened */
    int64_t since; /* the wall clock when the first of those that wait came; 0: none waits */
};

/* Takes the entry over; source, run and number are given to it here. */
void sender_take(struct sender *sender, const struct evidence_entry *entry);

/* There is a recorder now; there is none any more. */
void sender_open(struct sender *sender);
void sender_shut(struct sender *sender);
/* False: no recorder says this. */
bool sender_heard(struct sender *sender, struct bytes message, int64_t now);
/* Once a second. */
void sender_beat(struct sender *sender);

void sender_free(struct sender *sender);

#endif
