/* SPDX-License-Identifier: Apache-2.0 */
/* What `demarc plane` shows: the replies of docs/admin.md to `paths`, `rules` and `counters`. New references; NULL: out of memory. */
#ifndef PLANE_SHOW_H
#define PLANE_SHOW_H

#include <jansson.h>

#include "plane/agent.h"

/* The packet program: where it sits and what room it has; or why there is none. */
json_t *paths_reply(const struct agent *agent);
/* One session: {"session": address or SEID}. */
json_t *rules_reply(const struct agent *agent, const json_t *request);
json_t *counters_reply(const struct agent *agent);

#endif
