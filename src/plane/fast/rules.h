/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session's rules as the packet program wants them. What it does not do (several service data flows in a session, buffering) is marked as
 * the slow path's, so that the two together always serve the whole session. The agent's thread only; without a fast path (plane->fast NULL) nothing happens.
 */
#ifndef PLANE_FAST_RULES_H
#define PLANE_FAST_RULES_H

#include "plane/fast/fast.h"
#include "plane/plane.h"

/* Gives a new session a place. False: all are taken. */
bool fast_admit(struct plane *plane, struct session *session);
/* Its rules are others, or what waits for it in the slow path is. Needs its lock. */
void fast_update(struct plane *plane, struct session *session);
/* Takes out the tunnels of `rules` that `kept` does not have. */
void fast_withdraw(struct plane *plane, const struct session *session, struct ruleset *rules,
                   const struct ruleset *kept);
/* It is over; its place is free. What has been counted must have been absorbed (plane/fast_counts.h). */
void fast_dismiss(struct plane *plane, struct session *session);

/* Takes out what was found and no SMF has spoken of; returns how many sessions that was. */
unsigned fast_sweep(struct plane *plane);

/* Whether the TEID's place is free, or already has this TEID; true without a fast path. */
bool fast_has_place(const struct plane *plane, uint32_t teid);

/* The only uplink PDR of the tunnel, or downlink PDR, if it asks nothing of a packet but its QFI; NULL: there are several, or it looks closer. */
const struct pdr *fast_uplink(const struct ruleset *rules, uint32_t teid);
const struct pdr *fast_downlink(const struct ruleset *rules);
struct fast_tunnel *fast_tunnel_at(const struct fast *fast, uint32_t teid);

#endif
