/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers on whatever clock the owner drives them with: the real one in a process, a virtual one in the
 * simulation. Times are nanoseconds on one monotonic scale. Timers are intrusive; arming is O(log n), and
 * equal due times fire in the order they were armed, so that a run replays.
 */
#ifndef KIT_TIMERS_H
#define KIT_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MILLISECONDS(n) ((int64_t)(n)*1000000)
#define SECONDS(n)      ((int64_t)(n)*1000000000)

struct timer {
    int64_t due;
    uint64_t order;
    uint32_t place; /* 0: not armed; else 1 + its place in the heap */
    void (*fire)(struct timer *);
};

struct timers {
    struct timer **heap;
    size_t count, room;
    uint64_t armed; /* ever, for `order` */
    int64_t now;
};

void timers_init(struct timers *timers, int64_t now);
void timers_free(struct timers *timers);

/* (Re)arms the timer to fire `after` nanoseconds from timers->now. timer->fire must be set. False: out of
 * memory. */
bool timer_start(struct timers *timers, struct timer *timer, int64_t after);

/* Harmless when the timer is not armed. */
void timer_stop(struct timers *timers, struct timer *timer);

static inline bool timer_armed(const struct timer *timer)
{
    return timer->place != 0;
}

/* Moves the clock to `now` (never backwards) and fires all that is due, each unarmed before its call. */
void timers_run(struct timers *timers, int64_t now);

/* When the next one is due, or INT64_MAX when none is armed. */
int64_t timers_next(const struct timers *timers);

#endif
