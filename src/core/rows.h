/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the next commit writes: rows of the store that follow structs in memory, and removals. What a failed commit has lost is
 * written again with the next one, removals first: a phone that came back meanwhile is put anew.
 */
#ifndef CORE_ROWS_H
#define CORE_ROWS_H

#include "core/core.h"

/* Puts everything that is queued into the store's batch. */
void rows_write(struct core *core);

/* How the batch ended. */
void rows_committed(struct core *core, bool durable);

/* Forgets the removals that are queued. */
void rows_free(struct core *core);

#endif
