/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/timers.h"

#include <stdlib.h>

void timers_init(struct timers *timers, int64_t now)
{
    *timers = (struct timers){.now = now};
}

void timers_free(struct timers *timers)
{
    for (size_t i = 0; i < timers->count; i++)
        timers->heap[i]->place = 0;
    free(timers->heap);
    timers_init(timers, timers->now);
}

static bool before(const struct timer *a, const struct timer *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void settle_at(struct timers *timers, size_t i, struct timer *timer)
{
    timers->heap[i] = timer;
    timer->place = (uint32_t)i + 1;
}

static void sift_up(struct timers *timers, size_t i, struct timer *timer)
{
    for (; i > 0 && before(timer, timers->heap[(i - 1) / 2]); i = (i - 1) / 2)
        settle_at(timers, i, timers->heap[(i - 1) / 2]);
    settle_at(timers, i, timer);
}

static void sift_down(struct timers *timers, size_t i, struct timer *timer)
{
    for (size_t child; (child = 2 * i + 1) < timers->count; i = child) {
        if (child + 1 < timers->count && before(timers->heap[child + 1], timers->heap[child]))
            child++;
        if (!before(timers->heap[child], timer))
            break;
        settle_at(timers, i, timers->heap[child]);
    }
    settle_at(timers, i, timer);
}

static bool grow(struct timers *timers)
{
    if (timers->count < timers->room)
        return true;
    size_t room = timers->room ? 2 * timers->room : 64;
    struct timer **heap = room < UINT32_MAX ? reallocarray(timers->heap, room, sizeof(struct timer *)) : NULL;
    if (!heap)
        return false;
    timers->heap = heap;
    timers->room = room;
    return true;
}

bool timer_start(struct timers *timers, struct timer *timer, int64_t after)
{
    timer_stop(timers, timer);
    if (!grow(timers))
        return false;
    if (__builtin_add_overflow(timers->now, after > 0 ? after : 0, &timer->due))
        timer->due = INT64_MAX;
    timer->order = timers->armed++;
    sift_up(timers, timers->count++, timer);
    return true;
}

void timer_stop(struct timers *timers, struct timer *timer)
{
    if (!timer->place)
        return;
    size_t i = timer->place - 1;
    timer->place = 0;
    struct timer *last = timers->heap[--timers->count];
    if (last == timer)
        return;
    if (i > 0 && before(last, timers->heap[(i - 1) / 2]))
        sift_up(timers, i, last);
    else
        sift_down(timers, i, last);
}

void timers_run(struct timers *timers, int64_t now)
{
    /* What a callback arms anew waits for the next run, so that a timer of zero cannot keep us here. */
    const uint64_t armed_before = timers->armed;
    if (now > timers->now)
        timers->now = now;
    while (timers->count && timers->heap[0]->due <= timers->now && timers->heap[0]->order < armed_before) {
        struct timer *timer = timers->heap[0];
        timer_stop(timers, timer);
        timer->fire(timer);
    }
}

int64_t timers_next(const struct timers *timers)
{
    return timers->count ? timers->heap[0]->due : INT64_MAX;
}
