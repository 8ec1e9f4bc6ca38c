/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite moves its write-ahead log into the database at some commit, which then waits for the disk: far longer than a phone's
 * answer may take. Here a thread with a connection of its own does it. The log begins anew when a writer finds it moved as a
 * whole; under a load that never pauses the thread is always a little behind, and then the writer moves the little rest itself.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "kit/timers.h"
#include "store/database.h"

enum { LOG_PAGES_WANTED = 2000, LOG_PAGES_MANY = 100000, LOG_PAGES_REST = 2000 };

struct checkpointer {
    sqlite3 *db; /* the thread's own */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool due, ending;
    atomic_int rest; /* pages of the log that the last round left */
};

static void move_log(struct checkpointer *c)
{
    int pages = 0, moved = 0;
    if (sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved) == SQLITE_OK)
        c->rest = pages - moved;
}

/* Rounds have a pause between them, or the writer would wake the thread at each commit. */
static void rest_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = MILLISECONDS(20)}, NULL);
}

static void *work(void *argument)
{
    struct checkpointer *c = argument;
    pthread_mutex_lock(&c->lock);
    while (!c->ending) {
        if (!c->due) {
            pthread_cond_wait(&c->wake, &c->lock);
            continue;
        }
        pthread_mutex_unlock(&c->lock);
        move_log(c);
        rest_a_little();
        pthread_mutex_lock(&c->lock);
        c->due = false;
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* Called by SQLite after each commit of the writer. */
static int committed(void *context, sqlite3 *db, const char *schema, int pages)
{
    struct checkpointer *c = context;
    if (pages >= LOG_PAGES_MANY && c->rest < LOG_PAGES_REST)
        sqlite3_wal_checkpoint_v2(db, schema, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (pages < LOG_PAGES_WANTED || pthread_mutex_trylock(&c->lock) != 0)
        return SQLITE_OK;
    if (!c->due)
        pthread_cond_signal(&c->wake);
    c->due = true;
    pthread_mutex_unlock(&c->lock);
    return SQLITE_OK;
}

/* Signals are for the thread that watches them. */
static bool start_quietly(struct checkpointer *c)
{
    sigset_t all, former;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    bool started = pthread_create(&c->thread, NULL, work, c) == 0;
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    return started;
}

struct checkpointer *checkpointer_new(sqlite3 *db, const char *path)
{
    struct checkpointer *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->rest = LOG_PAGES_MANY;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->wake, NULL);
    if (sqlite3_open_v2(path, &c->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK || !start_quietly(c)) {
        sqlite3_close(c->db);
        free(c);
        return NULL;
    }
    sqlite3_wal_hook(db, committed, c);
    return c;
}

void checkpointer_free(struct checkpointer *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->ending = true;
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    sqlite3_close(c->db);
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
