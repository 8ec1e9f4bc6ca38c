/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of several service data flows: where the packet program finds what their rules were compiled to (plane/classifier.h), an action for each PDR and
 * the books of its counters. When no place is left for another such session, or its rules do not fit into one record a direction, it is served by the slow
 * path, which has room for all. All calls but the first need the session's lock.
 */
#ifndef PLANE_FAST_FLOWS_H
#define PLANE_FAST_FLOWS_H

#include "plane/fast/fast.h"
#include "plane/plane.h"

/* Which places are free. False: out of memory. */
bool fast_list_flows(struct fast *fast);

/* Writes what the session's rules are now, at a place that it gets if it has none. Its tunnels and its downlink are held meanwhile. Returns the place that it
 * needs no more (0: none), to be given back when they have been told. */
unsigned fast_put_flows(struct fast *fast, struct session *session);
/* Nothing leads to the place any more. */
void fast_give_flows_back(struct fast *fast, unsigned place);
/* The same of a session that is over. */
void fast_release_flows(struct fast *fast, struct fast_session *session);

/* Where the program counts the PDR's packets, and how much of that is in the agent's books. NULL: it has no part in them. */
struct fast_action *fast_action_of(const struct fast *fast, const struct session *session,
                                   const struct pdr *pdr, struct fast_booked **book);

#endif
