/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uplink packets of a phone that is at another gNB already (TS 23.502 4.9.1.2.2: it may send as soon as it is there), while the SMF
 * has not said so yet. They are kept, unread, and go on if it names that gNB; if it does not, they never leave. All calls need
 * the session's lock.
 */
#ifndef PLANE_EARLY_H
#define PLANE_EARLY_H

#include "plane/path.h"

/* Whether packets of this sender must queue up: it is not the session's gNB, or what it sent before is still here. */
bool early_concerns(const struct session *session, const union socket_address *peer);

/* Keeps the whole datagram. False: one gNB at a time, and no more than some packets. */
bool early_push(struct plane *plane, struct session *session, const union socket_address *peer,
                const struct packet *packet);

/* The oldest, if the session's gNB is their sender by now, moves into the packet's buffer, and *peer is who sent it. False: none;
 * what will never go has been dropped. */
bool early_pop(struct plane *plane, struct session *session, struct packet *packet,
               union socket_address *peer);

void early_discard(struct plane *plane, struct session *session);

#endif
