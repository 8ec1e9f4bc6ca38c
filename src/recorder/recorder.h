/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder process: takes entries from its sources, writes them into the log, signs a checkpoint each second when there is
 * something new, and has it cosigned. It alone holds the signing key, and runs as a user of its own.
 */
#ifndef RECORDER_RECORDER_H
#define RECORDER_RECORDER_H

#include "admin/admin.h"
#include "config/config.h"
#include "kit/channel.h"
#include "kit/loop.h"
#include "recorder/log.h"
#include "recorder/submit.h"

struct recorder;

/* One who has evidence to give, by the keeper's word (evidence/post.h). */
struct source {
    struct recorder *recorder;
    struct channel *channel;
    struct source *next;
    char name[EVIDENCE_SOURCE_BYTES];
    uint64_t run;       /* 0: it has not said HELLO */
    uint64_t heard;     /* number of its newest entry that was appended */
    uint64_t committed; /* of the newest one that is durable */
    uint64_t told;      /* it knows that it is */
    int64_t heard_at;   /* loop time of its last message */
    bool silent;
};

struct recorder {
    const struct config *config;
    struct loop *loop;
    struct admin *admin;
    struct submission *submission;
    struct evidence_log log;
    struct watch keeper; /* the charter; fd -1: there is none */
    struct source *sources;
    struct timer tick;
    uint64_t run, number;  /* of our own entries */
    int64_t full_since;    /* wall clock, since when there is no room; 0: there is */
    int64_t checkpoint_at; /* loop time of the last one */
    int64_t prune_at;      /* loop time */
    uint64_t silences, losses;
};

/* Wall clock, nanoseconds since 1970. */
int64_t recorder_wall(void);
/* An entry of our own, committed with the next ones. */
void recorder_say(struct recorder *recorder, enum evidence_kind kind, const char *procedure,
                  const char *about, const char *reason);

/* --- source.c --- */

/* Takes over the descriptor. */
void source_comes(struct recorder *recorder, const char *name, int fd);
void sources_free(struct recorder *recorder);
/* What was appended is durable now; or all of it was lost here. */
void sources_committed(struct recorder *recorder);
void sources_taken_back(struct recorder *recorder);
/* There is room again. */
void sources_again(struct recorder *recorder);
/* Once a second: who has fallen silent? */
void sources_watch(struct recorder *recorder);
void sources_flush(const struct recorder *recorder);

/* --- serve.c: the verbs of the admin socket (docs/admin.md) --- */

extern const struct admin_verb recorder_verbs[];
extern const size_t recorder_verb_count;

/* Drops what is older than the retention; false with errno. */
bool recorder_prune(struct recorder *recorder, uint64_t *pruned);

/* The process (face/roles.h). Takes over the configuration. Returns the exit code. */
int recorder_main(struct config *config, const char *config_path, const char *name);

#endif
