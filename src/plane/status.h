/* SPDX-License-Identifier: Apache-2.0 */
/* What the plane says of itself: the replies of docs/admin.md to `status`, `session`, `gnb`, `sender` and `metrics`.
 * New references; NULL: out of memory. */
#ifndef PLANE_STATUS_H
#define PLANE_STATUS_H

#include <jansson.h>

#include "config/config.h"
#include "plane/agent.h"

json_t *status_reply(const struct agent *agent, const struct config_plane *config);
json_t *session_reply(const struct agent *agent, const json_t *request);
json_t *gnb_reply(const struct agent *agent, const json_t *request);
json_t *sender_reply(const struct agent *agent);
json_t *metrics_reply(const struct agent *agent);

/* Adds one of the metrics, with a label unless that is NULL. */
void metric_add(json_t *metrics, const char *name, const char *type, const char *help, uint64_t value,
                const char *label, const char *labelled);

#endif
