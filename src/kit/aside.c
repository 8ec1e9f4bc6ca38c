/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/aside.h"

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum { NICENESS = 5 };

static void *run(void *context)
{
    const struct aside *aside = context;
    const uint64_t one = 1;
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
    aside->work(aside->context);
    return write(aside->ended.fd, &one, sizeof one) == sizeof one ? NULL : context;
}

static void end(struct watch *watch, uint32_t events)
{
    struct aside *aside = (struct aside *)watch;
    uint64_t count;
    (void)events;
    if (read(watch->fd, &count, sizeof count) != sizeof count)
        return;
    pthread_join(aside->thread, NULL);
    aside->busy = false;
    aside->done(aside->context);
}

bool aside_open(struct aside *aside, struct loop *loop)
{
    *aside =
        (struct aside){.ended = {.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .ready = end}, .loop = loop};
    return aside->ended.fd >= 0 && loop_watch(loop, &aside->ended, EPOLLIN);
}

void aside_close(struct aside *aside)
{
    if (!aside->loop)
        return;
    if (aside->busy)
        pthread_join(aside->thread, NULL);
    loop_forget(aside->loop, &aside->ended);
    if (aside->ended.fd >= 0)
        close(aside->ended.fd);
    *aside = (struct aside){0};
}

bool aside_begin(struct aside *aside, void (*work)(void *context), void (*done)(void *context), void *context)
{
    if (aside->busy)
        return false;
    aside->work = work;
    aside->done = done;
    aside->context = context;
    aside->busy = pthread_create(&aside->thread, NULL, run, aside) == 0;
    return aside->busy;
}
