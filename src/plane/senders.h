/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who sends on N3 what rule N6 of the line refuses: a packet worker's own table, of a fixed size. Where it is full, of the few that
 * share a place the one with the fewest packets makes room.
 */
#ifndef PLANE_SENDERS_H
#define PLANE_SENDERS_H

#include <stdatomic.h>

#include "kit/address.h"
#include "plane/counters.h"

enum { SENDER_SETS = 64, SENDER_WAYS = 8, SENDERS = SENDER_SETS * SENDER_WAYS };

struct sender {
    union socket_address address; /* family 0: free */
    uint64_t packets;
    uint32_t reasons[DROP_UE_TO_UE + 1];
};

struct senders {
    atomic_flag lock; /* the worker's while it counts, the agent's while it reads */
    uint64_t forgotten;
    struct sender sender[SENDERS];
};

/* Worker only. What a phone's rate or quota stops is not the sender's doing, and not counted. */
void senders_count(struct senders *senders, const union socket_address *address, enum drop reason);

/* What was counted elsewhere is counted here, too. */
void senders_take(struct senders *senders, const struct sender *counted);

/* Adds those of one worker to a list of `count` with room for `most`, by their addresses; returns the new count. */
unsigned senders_gather(struct senders *senders, struct sender *list, unsigned count, unsigned most);
/* Its address without a port. */
enum { SENDER_TEXT = 46 };
const char *sender_text(const union socket_address *address, char text[SENDER_TEXT]);
/* The most packets first. */
void senders_sort(struct sender *list, unsigned count);

#endif
