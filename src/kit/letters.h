/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that wait in the order in which they came, one behind the other in one block of memory. */
#ifndef KIT_LETTERS_H
#define KIT_LETTERS_H

#include "kit/bytes.h"

/* All zero: none wait. */
struct letters {
    uint8_t *octets; /* each message behind its length */
    size_t length, room;
};

/* Copies the message. False: more than `most` octets would wait, or out of memory; it was not taken. */
bool letters_put(struct letters *letters, struct bytes message, size_t most);

/* The message at *at (0: the first), and moves *at behind it. Borrowed until the next letters_put. False: there is none. */
bool letters_next(const struct letters *letters, size_t *at, struct bytes *message);

/* Forgets the messages before the place, which letters_next has given. */
void letters_drop(struct letters *letters, size_t at);

void letters_free(struct letters *letters);

#endif
