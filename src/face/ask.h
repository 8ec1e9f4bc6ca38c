/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the running processes, for commands and the console. */
#ifndef FACE_ASK_H
#define FACE_ASK_H

#include <jansson.h>

#include "admin/admin.h"
#include "config/config.h"

/* How long an edge or a plane is waited for: one that is stopped or stuck shall not keep anybody from seeing the others. */
enum { ASK_ONE_OF_MANY_MS = 2000 };

/* kind "control", or "edge" and "plane" with a name. NULL with errno: it is not running. */
struct admin_client *ask_open(const struct config *config, const char *kind, const char *name);

/* One verb to one process: the reply if it is "ok", else NULL with errno; 0: it refused, EAGAIN: it is silent. */
json_t *ask_quietly(const struct config *config, const char *kind, const char *name, const char *verb);

/* For commands: opens control, or says that the core is not running. */
struct admin_client *ask_control(const struct config *config);

/* Takes over the request. The reply, or NULL after having said why. */
json_t *ask_or_fail(struct admin_client *client, json_t *request);
/* The same of what may take long: says so every few seconds, and goes on waiting as long as control answers other questions. */
json_t *ask_long_or_fail(const struct config *config, struct admin_client *client, json_t *request);
json_t *list_or_fail(struct admin_client *client, json_t *request);

/* Loads the configuration or says what is wrong with it. */
struct config *load_or_fail(const char *path);

#endif
