/* SPDX-License-Identifier: Apache-2.0 */
#include "face/keys.h"

#include <stdio.h>

#include "face/command.h"

bool keys_read(const char *text, enum note_key_type type, struct key_list *list)
{
    for (const char *at = text; *at;) {
        char one[NOTE_KEY_TEXT_BYTES];
        struct note_key *key = &list->keys[list->count];
        const size_t length = strcspn(at, ",");
        snprintf(one, sizeof one, "%.*s", (int)length, at);
        if (list->count == KEYS_MOST || length >= sizeof one || !note_key_parse(one, key) ||
            key->type != type)
            return failed("%s is no public key of a %s (NAME+ID+KEY), or one too many", one,
                          type == NOTE_ED25519 ? "log" : "witness") == EXIT_DONE;
        for (unsigned i = 0; i < list->count; i++)
            if (list->keys[i].id == key->id && strcmp(list->keys[i].name, key->name) == 0)
                return failed("%s is named twice", one) == EXIT_DONE;
        list->count++;
        at += length + (at[length] == ',');
    }
    return true;
}
