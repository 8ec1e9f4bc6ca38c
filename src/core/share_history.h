/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the shares of rules H1 and H2 were, hour by hour of the wall clock, for thirteen months: as they stood when planes first told of their
 * traffic in that hour. An hour in which the share of traffic was not known has no point. A clock that jumps overwrites nothing and forgets
 * nothing: the newest hours are kept, whatever time it is.
 */
#ifndef CORE_SHARE_HISTORY_H
#define CORE_SHARE_HISTORY_H

#include <jansson.h>

#include "core/core.h"

struct share_history *share_history_new(struct core *core); /* NULL: out of memory */
void share_history_free(struct share_history *history);

/* Planes have told. */
void share_history_look(struct core *core);

/* The reply of docs/admin.md to `shares`. */
json_t *share_history_reply(const struct core *core, const json_t *request);

#endif
