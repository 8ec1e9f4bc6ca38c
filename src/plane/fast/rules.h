/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session's rules as the packet program wants them. What it does not do (buffering, more flows than a record holds) is marked as
 * the slow path's, so that the two together always serve the whole session. The agent's thread only; without a fast path (plane->fast NULL) nothing happens.
 */
#ifndef PLANE_FAST_RULES_H
#define PLANE_FAST_RULES_H

#include "plane/fast/fast.h"
#include "plane/plane.h"

/* Gives a new session a place: that of `old` (NULL: none), which it replaces, or the one that a predecessor of this process gave it, so that packets go on as
 * they did; or a free one. False: all are taken. */
bool fast_admit(struct plane *plane, struct session *session, struct session *old, int64_t now);
/* Its rules are others, or what waits for it in the slow path is. Needs its lock. */
void fast_update(struct plane *plane, struct session *session);
/* Takes out the tunnels and addresses of `rules` that `kept` does not have. */
void fast_withdraw(struct plane *plane, const struct session *session, struct ruleset *rules,
                   const struct ruleset *kept);
/* It is over; its place is free. What has been counted must have been absorbed (plane/fast_counts.h). */
void fast_dismiss(struct plane *plane, struct session *session);

/* Whether the TEID can be given to a tunnel; true without a fast path. */
bool fast_has_place(const struct plane *plane, uint32_t teid);
/* Whether its place is nobody else's: its own, or one that it had until a moment ago. */
bool fast_is_free(const struct fast *fast, uint32_t teid);
/* Whether it is known to the program. */
bool fast_has_tunnel(const struct fast *fast, uint32_t teid);
void fast_clear_tunnel(struct fast_tunnel *tunnel);
/* Where the session of an address of the network (host order; of IPv6 the prefix) is looked up; NULL: it is none of them. */
__u32 *fast_address_at(const struct fast *fast, unsigned network, unsigned version, uint64_t address);

/* The phone's address and the upper half of its prefix as they are in records; 0: none. */
uint32_t fast_v4_of(const struct ruleset *rules);
uint64_t fast_v6_of(const struct ruleset *rules);

struct fast_tunnel *fast_tunnel_at(const struct fast *fast, uint32_t teid);

#endif
