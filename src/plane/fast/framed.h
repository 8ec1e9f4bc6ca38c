/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks behind phones (framed routes), as the packet program knows them: prefixes beside those of pools, each with the place of its session. They are looked up
 * where an address is in no pool: what is known by the upper 16 bits alone stays so elsewhere. The agent's thread only.
 */
#ifndef PLANE_FAST_FRAMED_H
#define PLANE_FAST_FRAMED_H

#include "plane/fast/fast.h"
#include "plane/fast/prefixes.h"
#include "plane/plane.h"

/* Those that a predecessor's sessions have, where the maps will say nothing else of their addresses: `prefixes` with their `places`, and `blocks`, which
 * comes to say where prefixes are to be looked up. Others go. Before any session of this process has some. False: out of memory. */
bool fast_find_routes(struct fast *fast, const struct fast_prefix *prefixes, const __u32 *places,
                      unsigned count, __u8 blocks[FAST_BLOCKS]);
void fast_forget_routes(struct fast *fast);
/* Each of them of which nobody has spoken yet, in order; none is within another. */
void fast_each_found_route(const struct plane *plane,
                           void (*visit)(void *context, const struct config_prefix *route), void *context);
/* Just this one is among them, and its session is of that data network. */
bool fast_has_found_route(const struct fast *fast, unsigned network, const struct config_prefix *route);

/* Besides those that the session has had (NULL: it is new); those that others have are about to give way. True without a fast path. */
bool fast_has_room_for_routes(const struct plane *plane, const struct ruleset *rules,
                              const struct ruleset *had);
/* The session's are those of its rules, or none (on_n6 false: what comes from the data network is not for it). */
void fast_put_routes(struct fast *fast, const struct session *session, bool on_n6);
/* Takes out the session's that `rules` have and `kept` (NULL: none) do not. */
void fast_withdraw_routes(struct fast *fast, const struct session *session, const struct ruleset *rules,
                          const struct ruleset *kept);
/* What was found of the session at the place goes, unless it has been put since. */
void fast_drop_found_routes(struct fast *fast, unsigned place);

#endif
