/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of a running scenario: its cast of gNBs and phones, and what steps are made of. */
#ifndef RAN_SCENARIO_CAST_H
#define RAN_SCENARIO_CAST_H

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "kit/co.h"
#include "ran/driver.h"
#include "ran/scenario.h"

enum { SCENARIO_STATIONS = 64 };

/* A phone with what the scenario needs to know of it. */
struct actor {
    struct phone phone;
    unsigned number;
    char netns[64]; /* where its TUN devices go; "": none are made unless asked for by `tun` */
    bool wants_tun;
    uint8_t cause;
    bool failed;
    bool handed_over; /* since it was asked for */
    bool released;    /* since it was asked for; a packet of its own may have brought it back at once */
};

struct scenario {
    const char *path;
    FILE *file;
    unsigned line;
    struct scenario_options options;
    struct driver driver;
    struct radio_ports ports;
    struct co_pool *stacks;
    struct co *co;
    struct timer patience;
    bool waiting, stirred, impatient, interrupted, failed, ending;
    int64_t began;
    unsigned watched; /* messages of phones up to this number are shown */
    uint32_t tac;

    struct phone_model model;
    struct station *stations[SCENARIO_STATIONS]; /* by number; NULL: none */
    bool answered[SCENARIO_STATIONS];            /* NG Setup was answered */
    struct map actors;                           /* by number */
};

struct scenario_line {
    char **words; /* words[0] is the step */
    unsigned count;
    const char *rest; /* behind the first colon, or NULL */
};

struct scenario_step {
    const char *word, *usage, *help;
    unsigned least_words;
    bool (*run)(struct scenario *scenario, const struct scenario_line *line);
};

extern const struct scenario_step scenario_steps[]; /* ends with word NULL */

/* Says on stderr in which line of the file what went wrong. Returns false. */
__attribute__((format(printf, 2, 3))) bool scenario_fail(struct scenario *scenario, const char *format, ...);

/* Inside a step: waits until it holds, at most `time` nanoseconds; whether it holds. */
bool scenario_until(struct scenario *scenario, bool (*holds)(struct scenario *scenario, const void *argument),
                    const void *argument, int64_t time);

/* Something happened: a waiting step looks again. */
void scenario_wake(struct scenario *scenario);

/* --- Parts of steps (scenario_steps.c) --- */

struct range {
    unsigned first, last;
};

/* Something that each phone of a range is waited for to have come to. */
struct wish {
    struct range range;
    bool (*granted)(const struct actor *actor, uint8_t argument);
    uint8_t argument;
};

struct actor *scenario_actor(struct scenario *scenario, unsigned number);
struct station *scenario_station(struct scenario *scenario, const char *word);
/* "3" or "1-4": all must exist; what they failed at before is forgotten. */
bool scenario_phones(struct scenario *scenario, const char *word, struct range *range);
/* what: "registered". False, and said, when a phone has failed or takes too long. */
bool scenario_expect(struct scenario *scenario, const struct wish *wish, const char *what);

/* --- Steps of scenario_moves.c --- */

bool scenario_xn_handover(struct scenario *scenario, const struct scenario_line *line);
bool scenario_n2_handover(struct scenario *scenario, const struct scenario_line *line);
bool scenario_cancel_handover(struct scenario *scenario, const struct scenario_line *line);
bool scenario_limit(struct scenario *scenario, const struct scenario_line *line);

/* --- Of scenario_flow.c --- */

bool scenario_flow(struct scenario *scenario, const struct scenario_line *line);

/* --- Of scenario.c: a step of which it is no failure that it fails --- */

bool scenario_try(struct scenario *scenario, const struct scenario_line *line);

bool scenario_cast_init(struct scenario *scenario);
void scenario_cast_free(struct scenario *scenario);

/* Runs a shell command, in a network namespace if given, showing each line it prints; its exit status. */
int scenario_command(struct scenario *scenario, const char *netns, const char *command);

#endif
