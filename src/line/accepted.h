/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state that was accepted last, in the folder `line` of state_dir: its seal (`accepted`; without signatures where nothing is signed), and a
 * copy of each of its files under its digest. It is there before the state is in force, whole or not at all; and it is what processes that
 * start while the core runs read, whatever lies beside the inventory by then.
 */
#ifndef LINE_ACCEPTED_H
#define LINE_ACCEPTED_H

#include "config/config.h"
#include "evidence/note.h"

struct accepted {
    struct config_bundle *bundle; /* NULL: nothing has been accepted yet; owned */
    uint32_t serial;
    size_t length;
    uint8_t seal[NOTE_BYTES];
};

/* False with *error: what is there cannot be read, or is not what was written. */
bool accepted_read(const char *state_dir, struct accepted *accepted, struct config_error *error);

/* The bundle's parts have all been taken. */
bool accepted_write(const char *state_dir, const struct config_bundle *bundle, struct bytes seal,
                    struct config_error *error);

#endif
