/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder process: takes entries from its sources, writes them into the log, signs a checkpoint each second when there is
 * something new, and has it cosigned. It alone holds the signing key, and runs as a user of its own.
 */
#ifndef RECORDER_RECORDER_H
#define RECORDER_RECORDER_H

#include "admin/admin.h"
#include "admin/keeper.h"
#include "config/config.h"
#include "evidence/post.h"
#include "kit/budget.h"
#include "kit/channel.h"
#include "kit/loop.h"
#include "recorder/cage.h"
#include "recorder/log.h"
#include "recorder/submit.h"
#include "recorder/waiting.h"

struct recorder;

/* One who has evidence to give, by the keeper's word (evidence/post.h): whether it does or not. */
struct source {
    struct recorder *recorder;
    struct channel *channel; /* NULL: it is not there */
    struct source *next;
    char name[EVIDENCE_SOURCE_BYTES];
    uint64_t run;       /* 0: it has not said HELLO */
    uint64_t heard;     /* number of its newest entry that was appended */
    uint64_t committed; /* of the newest one that is durable */
    uint64_t told;      /* it knows that it is */
    int64_t heard_at;   /* loop time of its last message, or when it was first expected */
    bool known;         /* it has been heard before */
    bool silent;
    struct budget budget;
    uint64_t over; /* entries beyond it that no entry tells of yet */
};

struct recorder {
    const struct config *config;
    struct loop *loop;
    struct admin *admin;
    struct submission *submission;
    struct evidence_log log;
    struct keeper_ear keeper;
    struct evidence_cage cage;
    struct source *sources;
    struct timer tick;
    uint64_t run, number;  /* of our own entries */
    int64_t full_since;    /* no room since then; 0: there is */
    int64_t clock_offset;  /* wall clock minus the monotonic one, as of the last look */
    int64_t checkpoint_at; /* loop time of the last one */
    int64_t prune_at;      /* loop time */
    int64_t watched_at;    /* loop time when sources were looked after last */
    struct waiting waiting;
    bool unwitnessed; /* for too long: an alarm was given */
    uint64_t silences, losses;
};

/* An entry of our own, committed with the next ones. False: there is no room for it. */
struct recorder_words {
    enum evidence_kind kind;
    enum evidence_step step;
    const char *procedure, *about, *reason;
};
bool recorder_say(struct recorder *recorder, const struct recorder_words *words);

/* --- source.c --- */

/* It is missed when it says nothing. NULL: out of memory (logged). */
struct source *source_expected(struct recorder *recorder, const char *name);
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
unsigned sources_silent(const struct recorder *recorder);
/* Control hears how far the log is proved. */
void sources_tell_state(const struct recorder *recorder, const struct post_state *state);
void sources_flush(const struct recorder *recorder);

/* --- serve.c: the verbs of the admin socket (docs/admin.md) --- */

extern const struct admin_verb recorder_verbs[];
extern const size_t recorder_verb_count;

/* Drops what is older than the retention; false with errno. */
bool recorder_prune(struct recorder *recorder, uint64_t *pruned);

/* Makes the folder, stands in it, and gives it to the recorder's user where that is for us to do. False (logged). */
bool recorder_enter(const struct config_recorder *config);

/* The process (face/roles.h). Takes over the configuration. Returns the exit code. */
int recorder_main(struct config *config, const char *config_path, const char *name);

#endif
