/* SPDX-License-Identifier: Apache-2.0 */
/* One process that the keeper keeps alive. */
#ifndef KEEPER_CHILD_H
#define KEEPER_CHILD_H

#include "config/config.h"
#include "keeper/host.h"
#include "kit/loop.h"

/* In the order in which they are stopped: nothing new comes in, what is under way ends, and then what tells of it. */
enum child_stage { STAGE_OUTSIDE, STAGE_CONTROL, STAGE_PLANE, STAGE_RECORDER, STAGES };

struct child {
    const char *role;
    const char *name;               /* of an edge or plane; or NULL */
    const struct config_edge *edge; /* whose sockets it gets; or NULL */
    bool has_edges;                 /* gets the sockets of all edges, which have no processes */
    bool chartered;                 /* is spoken to while it runs (broker.h) */
    bool reports;                   /* has evidence to give */
    struct watch charter;           /* our end; fd -1 while it does not run */
    enum child_stage stage;
    bool unprivileged; /* runs as the configured user */
    bool answers;      /* has an admin socket */
    pid_t pid;         /* 0: not running */
    int64_t started;
    unsigned quick_deaths; /* in a row, each within a second of its start */
    struct timer again;
};

/* Starts it, and writes its ROLE-NAME.pid into runtime_dir. False with errno (logged). */
bool child_start(struct child *child, const struct config *config, const char *config_path,
                 struct host_user user);

/* It has ended: closes our end of the charter. */
void child_hang_up(struct child *child);

/* After a keeper that was killed: waits until the process that it left under this name has ended, too, and lets go of its ports;
 * for a second at most. Its socket is taken away, so that nobody thinks that the new one is up. */
void child_succeed(const struct child *child, const struct config *config);

/* How long to wait before it is started again: not at all, unless it keeps dying. Nanoseconds. */
int64_t child_pause(struct child *child, int64_t now);

/* "edge default", for logs. */
const char *child_title(const struct child *child, char text[static 64]);

/* Has it come up: does its admin socket exist, if it has one? */
bool child_is_up(const struct child *child, const struct config *config);

void pid_file_write(const char *path, pid_t pid);

#endif
