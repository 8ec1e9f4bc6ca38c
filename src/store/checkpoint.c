/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite moves its write-ahead log into the database at some commit, which then waits for the disk: far longer than a phone's
 * answer may take. Here a thread with a connection of its own does it, in rounds, while the writer goes on.
 *
 * The log begins anew when a writer finds all of it moved, which any pause in the load brings about. Under a load that never
 * pauses each round leaves what was written meanwhile; so when the log has become long, the writer moves the rest itself between
 * two batches, as soon as a round has left little of it. What is little doubles with each round, so that it comes to an end on a
 * slow disk as well.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "kit/timers.h"
#include "store/database.h"

enum { LOG_PAGES_WANTED = 4000, LOG_PAGES_MANY = 50000, REST_PAGES = 64 };

struct checkpointer {
    sqlite3 *db; /* the thread's own */
    pthread_t thread;
    pthread_mutex_t lock; /* held through a round */
    pthread_cond_t wake;
    bool due, ending;
    int moved;  /* pages of the log that are in the database */
    int little; /* pages that the writer may be left with */
};

static void move_log(struct checkpointer *c)
{
    int moved;
    if (sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, &moved) == SQLITE_OK)
        c->moved = moved;
    c->due = false;
}

/* In which the writer may look at what a round has left. A round at each commit would only keep the disk busy. */
static void rest_a_little(struct checkpointer *c)
{
    pthread_mutex_unlock(&c->lock);
    nanosleep(&(struct timespec){.tv_nsec = MILLISECONDS(10)}, NULL);
    pthread_mutex_lock(&c->lock);
}

static void *work(void *argument)
{
    struct checkpointer *c = argument;
    pthread_mutex_lock(&c->lock);
    while (!c->ending) {
        if (c->due) {
            move_log(c);
            rest_a_little(c);
        } else {
            pthread_cond_wait(&c->wake, &c->lock);
        }
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* Moves the rest, so that the log begins anew with the next batch. */
static void finish_log(struct checkpointer *c, sqlite3 *db, const char *schema)
{
    sqlite3_wal_checkpoint_v2(db, schema, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    c->moved = 0;
    c->little = REST_PAGES;
    c->due = false;
}

static void begin_round(struct checkpointer *c, int pages)
{
    if (pages >= LOG_PAGES_MANY && c->moved)
        c->little *= 2;
    c->due = true;
    pthread_cond_signal(&c->wake);
}

/* Called by SQLite after each commit of the writer. */
static int committed(void *context, sqlite3 *db, const char *schema, int pages)
{
    struct checkpointer *c = context;
    if (pages < LOG_PAGES_WANTED || pthread_mutex_trylock(&c->lock) != 0)
        return SQLITE_OK;
    if (pages < c->moved) /* the log has begun anew */
        c->moved = 0;
    if (pages >= LOG_PAGES_MANY && pages - c->moved <= c->little)
        finish_log(c, db, schema);
    else if (!c->due)
        begin_round(c, pages);
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
    c->little = REST_PAGES;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->wake, NULL);
    /* A connection knows of the log only once it has read something. */
    if (sqlite3_open_v2(path, &c->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(c->db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL) != SQLITE_OK ||
        !start_quietly(c)) {
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
