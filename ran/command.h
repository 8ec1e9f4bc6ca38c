/* SPDX-License-Identifier: Apache-2.0 */
/* A shell command run beside the loop, its output line by line. */
#ifndef RAN_COMMAND_H
#define RAN_COMMAND_H

#include "kit/loop.h"

struct command {
    struct watch output;
    struct loop *loop;
    int pid;    /* 0: not running */
    int status; /* exit status once ended; 128 + signal if it was ended by one */
    char line[1024];
    unsigned length;
    void (*said)(struct command *command, const char *line);
    void (*ended)(struct command *command);
    void *context;
};

/* Starts `sh -c text` in a network namespace ("" or NULL: ours). said, ended and context must be set. False with errno. */
bool command_start(struct command *command, struct loop *loop, const char *netns, const char *text);

/* Ends it now, if it runs; `ended` is not called. */
void command_kill(struct command *command);

#endif
