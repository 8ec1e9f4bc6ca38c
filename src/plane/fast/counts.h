/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One account of a session that two paths carry. The packet program counts for itself; before anything is decided on counts (a limit, a report, the end) they
 * are taken into the session's books, which are the slow path's. Up to which count the program may go on without that is the credit it is given: where a
 * quota or a threshold is near there is none, so each is met to the packet. All calls need the session's lock.
 */
#ifndef PLANE_FAST_COUNTS_H
#define PLANE_FAST_COUNTS_H

#include "plane/fast/fast.h"
#include "plane/plane.h"

/* True: a URR has something to report. */
bool fast_absorb(struct plane *plane, struct session *session, int64_t now);
void fast_grant(struct plane *plane, const struct session *session);
/* What the place has counted for others is not this one's. */
void fast_open_book(struct fast_booked *book, const struct fast_action *action);
void fast_open_tunnel_book(struct fast *fast, const struct fast_tunnel *tunnel);
void fast_open_session_book(struct fast *fast, unsigned place);
/* The SMF has been told of what is in the books: who takes the place over begins there. */
void fast_reported(struct plane *plane, const struct session *session);
/* Books of what another has begun begin where he last reported. */
void fast_inherit_books(struct fast *fast, const struct session *session);

/* What the program has carried through the gNB, by enum direction, is added. */
void fast_count_gnb(const struct plane *plane, const struct gnb *gnb, uint64_t packets[2], uint64_t bytes[2]);
/* Packets that the program has carried, and those that it has left to the slow path, since it is in the kernel. */
struct fast_carried {
    uint64_t packets, passed;
};
struct fast_carried fast_carried(const struct plane *plane, enum direction direction);
/* Packets that the program has dropped since this process is there. */
uint64_t fast_drops(const struct plane *plane, enum drop reason);

#endif
