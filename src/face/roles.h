/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of the processes. Each takes over the configuration; config_path is what it was read from (NULL: by default), for
 * a reload; name is the plane's. Returns the exit code.
 */
#ifndef FACE_ROLES_H
#define FACE_ROLES_H

struct config;

int keeper_main(struct config *config, const char *config_path, const char *name);
int control_main(struct config *config, const char *config_path, const char *name);
int recorder_main(struct config *config, const char *config_path, const char *name);
int console_main(struct config *config, const char *config_path, const char *name);

#endif
