/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/loop.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 256, SIGNALS = 65 };

struct signal_handler {
    void (*handle)(void *context, int signal);
    void *context;
};

struct loop {
    int epoll;
    bool stopped;
    int code;
    struct timers timers;
    void (*settle)(void *context);
    void *settle_context;
    struct epoll_event batch[BATCH];
    int batch_count;
    struct watch signals; /* signalfd; fd is -1 until the first loop_on_signal */
    sigset_t signal_set;
    struct signal_handler handlers[SIGNALS];
};

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return SECONDS(now.tv_sec) + now.tv_nsec;
}

int64_t clock_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t wall_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

struct loop *loop_new(void)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return NULL;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0) {
        free(loop);
        return NULL;
    }
    loop->signals.fd = -1;
    sigemptyset(&loop->signal_set);
    timers_init(&loop->timers, clock_now());
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    if (loop->signals.fd >= 0)
        close(loop->signals.fd);
    sigprocmask(SIG_UNBLOCK, &loop->signal_set, NULL);
    close(loop->epoll);
    timers_free(&loop->timers);
    free(loop);
}

struct timers *loop_timers(struct loop *loop)
{
    return &loop->timers;
}

bool loop_watch(struct loop *loop, struct watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->fd, &event) == 0)
        return true;
    return errno == ENOENT && epoll_ctl(loop->epoll, EPOLL_CTL_ADD, watch->fd, &event) == 0;
}

void loop_forget(struct loop *loop, struct watch *watch)
{
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    for (int i = 0; i < loop->batch_count; i++)
        if (loop->batch[i].data.ptr == watch)
            loop->batch[i].data.ptr = NULL;
}

void loop_on_settle(struct loop *loop, void (*settle)(void *context), void *context)
{
    loop->settle = settle;
    loop->settle_context = context;
}

static void signals_ready(struct watch *watch, uint32_t events)
{
    struct loop *loop = (struct loop *)((char *)watch - offsetof(struct loop, signals));
    struct signalfd_siginfo info;
    (void)events;
    while (read(watch->fd, &info, sizeof info) == sizeof info) {
        struct signal_handler *handler = &loop->handlers[info.ssi_signo];
        handler->handle(handler->context, (int)info.ssi_signo);
    }
}

bool loop_on_signal(struct loop *loop, int signal, void (*handle)(void *context, int signal), void *context)
{
    if (signal <= 0 || signal >= SIGNALS) {
        errno = EINVAL;
        return false;
    }
    loop->handlers[signal] = (struct signal_handler){handle, context};
    sigaddset(&loop->signal_set, signal);
    sigprocmask(SIG_BLOCK, &loop->signal_set, NULL);
    int fd = signalfd(loop->signals.fd, &loop->signal_set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return false;
    loop->signals = (struct watch){.fd = fd, .ready = signals_ready};
    return loop_watch(loop, &loop->signals, EPOLLIN);
}

static int timeout_of(const struct loop *loop)
{
    int64_t next = timers_next(&loop->timers);
    if (next == INT64_MAX)
        return -1;
    int64_t left = next - clock_now();
    if (left <= 0)
        return 0;
    left = (left + MILLISECONDS(1) - 1) / MILLISECONDS(1);
    return left < INT_MAX ? (int)left : INT_MAX;
}

static void dispatch(struct loop *loop)
{
    for (int i = 0; i < loop->batch_count; i++) {
        struct watch *watch = loop->batch[i].data.ptr; /* NULL: forgotten earlier in this batch */
        if (watch)
            watch->ready(watch, loop->batch[i].events);
    }
    loop->batch_count = 0;
}

static void settle(struct loop *loop)
{
    if (loop->settle)
        loop->settle(loop->settle_context);
}

int loop_run(struct loop *loop)
{
    loop->stopped = false;
    settle(loop);
    while (!loop->stopped) {
        int count = epoll_wait(loop->epoll, loop->batch, BATCH, timeout_of(loop));
        loop->batch_count = count > 0 ? count : 0;
        timers_run(&loop->timers, clock_now());
        dispatch(loop);
        settle(loop);
    }
    return loop->code;
}

void loop_stop(struct loop *loop, int code)
{
    loop->stopped = true;
    loop->code = code;
}
