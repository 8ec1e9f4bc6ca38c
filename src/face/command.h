/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands of the program share: the table they stand in, their options, and how they end. Exit codes: 0 done,
 * 1 it could not be done, 2 it was asked for wrongly.
 */
#ifndef FACE_COMMAND_H
#define FACE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;    /* NULL ends a table */
    const char *form;    /* what follows "demarc ", for usage messages */
    const char *summary; /* NULL: not in the help */
    int (*run)(const struct command *command, int argc,
               char **argv); /* argv[0] is the first word behind the name */
};

/* "--name" (flag) or "--name VALUE" and "--name=VALUE" (value). */
struct option_slot {
    const char *name; /* NULL ends a table */
    bool *flag;
    const char **value;
};

/* Takes the options out of argv and leaves the other words; "--" ends options. False: said what is wrong. */
bool take_options(const struct command *command, int *argc, char **argv, const struct option_slot *slots);

/* One line what is wrong, one line the right form. Returns EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int wrong_usage(const struct command *command, const char *format, ...);

/* "demarc: ..." on standard error. Returns EXIT_FAILED. */
__attribute__((format(printf, 1, 2))) int failed(const char *format, ...);

/* Runs the entry of the table that is named by argv[0]; suggests the nearest name for an unknown one. */
int run_command(const struct command *table, const struct command *outer, int argc, char **argv);

int run_subscriber(const struct command *command, int argc, char **argv);
int run_timers(const struct command *command, int argc, char **argv);
int run_check(const struct command *command, int argc, char **argv);
int run_status(const struct command *command, int argc, char **argv);
int run_gnb(const struct command *command, int argc, char **argv);
int run_ue(const struct command *command, int argc, char **argv);
int run_session(const struct command *command, int argc, char **argv);
int run_answer(const struct command *command, int argc, char **argv);
int run_line(const struct command *command, int argc, char **argv);
int run_evidence(const struct command *command, int argc, char **argv);
int run_report(const struct command *command, int argc, char **argv);
int run_witness(const struct command *command, int argc, char **argv);
int run_trace(const struct command *command, int argc, char **argv);
int run_upf(const struct command *command, int argc, char **argv);
int run_plane(const struct command *command, int argc, char **argv);
int run_digest(const struct command *command, int argc, char **argv);
int run_reload(const struct command *command, int argc, char **argv);
int run_role(const struct command *command, int argc, char **argv);
int run_edge(const struct command *command, int argc, char **argv);

#endif
