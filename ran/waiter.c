/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/waiter.h"

static void patience_over(struct timer *timer)
{
    struct waiter *waiter = (struct waiter *)((char *)timer - offsetof(struct waiter, patience));
    waiter->impatient = true;
    waiter_wake(waiter);
}

void waiter_init(struct waiter *waiter, struct timers *timers)
{
    *waiter = (struct waiter){.timers = timers, .patience.fire = patience_over};
}

bool waiter_until(struct waiter *waiter, bool (*holds)(void *argument), void *argument, int64_t time)
{
    waiter->impatient = false;
    timer_start(waiter->timers, &waiter->patience, time);
    while (!holds(argument) && !waiter->impatient && !waiter->interrupted) {
        waiter->waiting = true;
        co_suspend();
    }
    timer_stop(waiter->timers, &waiter->patience);
    return holds(argument);
}

static bool never(void *argument)
{
    (void)argument;
    return false;
}

void waiter_rest(struct waiter *waiter, int64_t time)
{
    waiter_until(waiter, never, NULL, time);
}

void waiter_wake(struct waiter *waiter)
{
    waiter->stirred = true;
}

void waiter_settled(struct waiter *waiter)
{
    if (!waiter->waiting || !waiter->stirred)
        return;
    waiter->waiting = waiter->stirred = false;
    co_resume(waiter->co, 0);
}
