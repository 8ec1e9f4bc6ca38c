/* SPDX-License-Identifier: Apache-2.0 */
/* An entry while there is no recorder: of what ended a start before it began. */
#ifndef RECORDER_ALONE_H
#define RECORDER_ALONE_H

#include "config/config.h"
#include "evidence/entry.h"

/* Writes the entry into the log, and a checkpoint over it, in a process of its own that becomes the recorder's user; waits for its end. Source,
 * run and number are given to it here. False (logged): it was not written, for instance because a recorder runs. */
bool recorder_alone(const struct config *config, const struct evidence_entry *entry);

#endif
