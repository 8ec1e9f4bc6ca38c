/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop of a process: descriptors (epoll), timers on the monotonic clock, signals, and one hook that
 * runs after each batch of events ("settle"): there a process commits its store once and sends all it has
 * queued.
 */
#ifndef KIT_LOOP_H
#define KIT_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "kit/timers.h"

struct loop;

/* Embedded by the owner, which must keep it until loop_forget. `ready` gets the EPOLL* events. */
struct watch {
    int fd;
    void (*ready)(struct watch *watch, uint32_t events);
};

struct loop *loop_new(void); /* NULL with errno */
void loop_free(struct loop *loop);

/* The loop's timers; their `now` is set once a batch. */
struct timers *loop_timers(struct loop *loop);

bool loop_watch(struct loop *loop, struct watch *watch,
                uint32_t events); /* adds or changes; false with errno */
void loop_forget(struct loop *loop, struct watch *watch);

/* Called after each batch of descriptor events and timers. One hook per loop. */
void loop_on_settle(struct loop *loop, void (*settle)(void *context), void *context);

/* The given signal is delivered as a call from the loop instead. */
bool loop_on_signal(struct loop *loop, int signal, void (*handle)(void *context, int signal), void *context);

/* Runs until loop_stop; returns the code given to it. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop, int code);

/* Monotonic time, nanoseconds. */
int64_t clock_now(void);
/* Wall clock, nanoseconds since 1970. */
int64_t wall_now(void);

#endif
