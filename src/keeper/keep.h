/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper proper, below the outermost process. */
#ifndef KEEPER_KEEP_H
#define KEEPER_KEEP_H

#include "config/config.h"
#include "keeper/host.h"

/* Runs until it is told to stop by SIGTERM or SIGINT, and all processes have ended. Returns the exit code. */
int keep(const struct config *config, const char *config_path, struct host_user user);

#endif
