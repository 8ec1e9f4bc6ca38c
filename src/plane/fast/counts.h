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
/* What the tunnel's place has counted for others is not this one's. */
void fast_open_book(struct fast *fast, const struct fast_tunnel *tunnel);
/* The place is another's from now on. */
void fast_forget(struct plane *plane, const struct session *session);

#endif
