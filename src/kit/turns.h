/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of several senders that wait to be handled, served in turn: one of each who has any, before a second of anybody.
 * A sender's own keep their order. So who sends much waits behind itself, and nobody behind more than one message of each
 * of the others.
 */
#ifndef KIT_TURNS_H
#define KIT_TURNS_H

#include "kit/bytes.h"
#include "kit/map.h"

struct turn {
    uint64_t sender;
    uint64_t tag; /* the owner's */
    struct bytes message;
};

struct turns {
    struct map senders;                /* who has messages waiting */
    struct turns_sender *next, **last; /* in the order of their turns */
    struct turns_letter *served;       /* what the latest turn lent */
    size_t octets;                     /* that wait, with what keeping them costs */
};

/* Not to be moved afterwards. */
void turns_init(struct turns *turns, uint64_t seed);
void turns_free(struct turns *turns);

/* Copies the message. False: more than `most` octets of this sender's would wait, or out of memory; it was not taken. */
bool turns_put(struct turns *turns, const struct turn *turn, size_t most);

/* Whose turn it is. The message is lent until the next call of turns_next or turns_free. False: nobody waits. */
bool turns_next(struct turns *turns, struct turn *turn);

static inline bool turns_wait(const struct turns *turns)
{
    return turns->senders.count > 0;
}

#endif
