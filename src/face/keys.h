/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys on a command line: NAME+ID+KEY, several with commas between. */
#ifndef FACE_KEYS_H
#define FACE_KEYS_H

#include "evidence/note.h"

enum { KEYS_MOST = 16 };

struct key_list {
    struct note_key keys[KEYS_MOST];
    unsigned count;
};

/* Adds to the list. False: one of them is none, or of the other type; it was said which. */
bool keys_read(const char *text, enum note_key_type type, struct key_list *list);

#endif
