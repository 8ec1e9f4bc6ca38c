/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper, `demarc run`: checks the host, starts the processes of the core, and starts again whatever dies.
 * It parses nothing from a network.
 *
 *     demarc run                the outermost process: keeps the keeper alive, passes signals on
 *       keeper                  opens N2's privileged sockets, keeps the others alive
 *         control, recorder, plane NAME, edge NAME, console
 *
 * The processes below the keeper end with it, and a new keeper starts them anew.
 */
#ifndef KEEPER_KEEPER_H
#define KEEPER_KEEPER_H

struct config;

/* Takes over the configuration; config_path is what it was read from (NULL: by default); name is not used.
 * Returns the exit code. */
int keeper_main(struct config *config, const char *config_path, const char *name);

#endif
