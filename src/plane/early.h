/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uplink packets of a phone that is at a gNB already, while the SMF has not said so yet: at its first one, which has just set the
 * session's user plane up (TS 23.502 4.2.3.2, 4.3.2.2.1), or at another one, where it may send as soon as it is there (4.9.1.2.2).
 * They are kept, unread, and go on if it names that gNB; if it does not, they never leave. All calls need the session's lock.
 */
#ifndef PLANE_EARLY_H
#define PLANE_EARLY_H

#include "plane/path.h"

/* The SMF sets the user plane up, and will name the gNB. */
static inline bool early_awaits(const struct session *session)
{
    return !session->gnb && !session->idle;
}

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
