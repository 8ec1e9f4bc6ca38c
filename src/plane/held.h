/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets held for an idle UE (TS 23.501 5.8.3), oldest first. While anything is held, whatever follows for the same UE
 * queues up behind it, also after the UE can be reached again: order is kept. All calls need the session's lock.
 */
#ifndef PLANE_HELD_H
#define PLANE_HELD_H

#include "plane/path.h"

/* False: a limit was reached, or no memory; the packet was not taken. */
bool held_push(struct plane *plane, struct session *session, const struct packet *packet, unsigned most);

/* The oldest, still held; NULL: none. */
struct held;
const struct held *held_first(const struct session *session);
struct bytes held_bytes(const struct held *held);

/* Moves the oldest into the packet's buffer, which must have room for it. */
void held_pop(struct plane *plane, struct session *session, struct packet *packet);

/* Packets held, pieces of super-packets counted each. */
unsigned held_pieces(const struct session *session);

void held_discard(struct plane *plane, struct session *session);

#endif
