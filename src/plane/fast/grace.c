/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/grace.h"

#include <linux/membarrier.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct grace {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t asked_for;
    uint64_t asked, done;
    bool end;
};

/* The global barrier is a grace period of the kernel's RCU. A host whose processors are left alone (nohz_full) has none; there a pause must do. */
static void wait_for_processors(void)
{
    static const struct timespec pause = {.tv_nsec = 20000000};
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) != 0)
        nanosleep(&pause, NULL);
}

static void *run(void *context)
{
    struct grace *grace = context;
    pthread_mutex_lock(&grace->lock);
    while (!grace->end) {
        const uint64_t asked = grace->asked;
        if (grace->done == asked) {
            pthread_cond_wait(&grace->asked_for, &grace->lock);
            continue;
        }
        pthread_mutex_unlock(&grace->lock);
        wait_for_processors();
        pthread_mutex_lock(&grace->lock);
        grace->done = asked;
    }
    pthread_mutex_unlock(&grace->lock);
    return NULL;
}

struct grace *grace_new(void)
{
    struct grace *grace = calloc(1, sizeof *grace);
    if (!grace)
        return NULL;
    pthread_mutex_init(&grace->lock, NULL);
    pthread_cond_init(&grace->asked_for, NULL);
    if (pthread_create(&grace->thread, NULL, run, grace) == 0)
        return grace;
    free(grace);
    return NULL;
}

void grace_free(struct grace *grace)
{
    if (!grace)
        return;
    pthread_mutex_lock(&grace->lock);
    grace->end = true;
    pthread_cond_signal(&grace->asked_for);
    pthread_mutex_unlock(&grace->lock);
    pthread_join(grace->thread, NULL);
    pthread_cond_destroy(&grace->asked_for);
    pthread_mutex_destroy(&grace->lock);
    free(grace);
}

uint64_t grace_mark(struct grace *grace)
{
    if (!grace)
        return 0;
    pthread_mutex_lock(&grace->lock);
    const uint64_t mark = ++grace->asked;
    pthread_cond_signal(&grace->asked_for);
    pthread_mutex_unlock(&grace->lock);
    return mark;
}

bool grace_passed(struct grace *grace, uint64_t mark)
{
    if (!grace)
        return true;
    pthread_mutex_lock(&grace->lock);
    const bool passed = grace->done >= mark;
    pthread_mutex_unlock(&grace->lock);
    return passed;
}
