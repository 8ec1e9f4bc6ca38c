/* SPDX-License-Identifier: Apache-2.0 */
/* A program of steps on a stack of its own, which waits in the middle of a line for what it has set going. */
#ifndef RAN_WAITER_H
#define RAN_WAITER_H

#include "kit/co.h"
#include "kit/timers.h"

struct waiter {
    struct timers *timers;
    struct co *co;
    struct timer patience;
    bool waiting, stirred, impatient;
    bool interrupted; /* the owner's to set: nothing is waited for any more */
};

void waiter_init(struct waiter *waiter, struct timers *timers);

/* Inside the program: until it holds, at most `time` nanoseconds; whether it holds. */
bool waiter_until(struct waiter *waiter, bool (*holds)(void *argument), void *argument, int64_t time);
void waiter_rest(struct waiter *waiter, int64_t time);

/* Something happened: what is waited for is looked at again when the batch is over. */
void waiter_wake(struct waiter *waiter);

/* From the loop's settle hook: goes on, between batches only, never in the middle of what somebody else does. */
void waiter_settled(struct waiter *waiter);

#endif
