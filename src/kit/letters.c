/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/letters.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(struct letters *letters, size_t need)
{
    if (need <= letters->room)
        return true;
    uint8_t *octets = realloc(letters->octets, 2 * need);
    if (!octets)
        return false;
    letters->octets = octets;
    letters->room = 2 * need;
    return true;
}

bool letters_put(struct letters *letters, struct bytes message, size_t most)
{
    const uint32_t length = (uint32_t)message.len;
    const size_t need = letters->length + sizeof length + message.len;
    if (need > most || !make_room(letters, need))
        return false;
    memcpy(letters->octets + letters->length, &length, sizeof length);
    memcpy(letters->octets + letters->length + sizeof length, message.data, message.len);
    letters->length = need;
    return true;
}

bool letters_next(const struct letters *letters, size_t *at, struct bytes *message)
{
    uint32_t length;
    if (*at >= letters->length)
        return false;
    memcpy(&length, letters->octets + *at, sizeof length);
    *message = bytes_of(letters->octets + *at + sizeof length, length);
    *at += sizeof length + length;
    return true;
}

void letters_drop(struct letters *letters, size_t at)
{
    if (!at)
        return;
    memmove(letters->octets, letters->octets + at, letters->length - at);
    letters->length -= at;
}

void letters_free(struct letters *letters)
{
    free(letters->octets);
    *letters = (struct letters){0};
}
