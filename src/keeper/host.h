/* SPDX-License-Identifier: Apache-2.0 */
/* What the core needs of its host. */
#ifndef KEEPER_HOST_H
#define KEEPER_HOST_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/config.h"

/* Whom the processes run as. */
struct host_user {
    bool set;
    uid_t uid;
    gid_t gid;
};

/* Each problem is logged: what, why, and what to do. False if the core cannot run. */
bool host_check(const struct config *config);

/* False if there is no such user. */
bool host_user_of(const struct config *config, struct host_user *user);

/* Makes runtime_dir and state_dir, and clears the former of sockets of a run before. */
bool host_prepare(const struct config *config, struct host_user user);

/* Removes the sockets and pid files that a keeper leaves in runtime_dir. */
void host_clear(const struct config *config);

#endif
