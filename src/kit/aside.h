/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that would keep a loop from its events is done aside: on a thread of its own, one job at a time, with less claim to the processor than
 * the loop. What it works on is its own until its end is heard in the loop.
 */
#ifndef KIT_ASIDE_H
#define KIT_ASIDE_H

#include <pthread.h>
#include <stdbool.h>

#include "kit/loop.h"

struct aside {
    struct watch ended; /* first: the loop hands it back */
    struct loop *loop;
    pthread_t thread;
    bool busy;
    void (*work)(void *context);
    void (*done)(void *context);
    void *context;
};

/* False with errno. */
bool aside_open(struct aside *aside, struct loop *loop);
/* Waits for the job under way; its end is not heard any more. */
void aside_close(struct aside *aside);

/* work is called on the thread, and done in the loop afterwards; from there another job can be begun. False: one is under way, or there is
 * no thread to be had. */
bool aside_begin(struct aside *aside, void (*work)(void *context), void (*done)(void *context),
                 void *context);

#endif
