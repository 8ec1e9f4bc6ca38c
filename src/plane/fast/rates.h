/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One bucket for each rate, whichever path a packet takes: where the packet program takes from it, workers do, too. A rate that one action alone takes from
 * is kept there, and one that several do (PDRs of a session; sessions of a phone) at a place of its own. All calls are the agent's, with the session's lock.
 */
#ifndef PLANE_FAST_RATES_H
#define PLANE_FAST_RATES_H

#include "plane/fast/fast.h"
#include "plane/plane.h"

/* The session's actions are about to be written anew: its buckets are its own again until then. Joins the rates that it has in common with other sessions: one
 * that a second session joins becomes common, and the first one's actions are written anew, too. */
void fast_begin_rates(struct plane *plane, struct session *session);

/* Sets the rates of `action`, for the packets of the PDR; what it takes from is at `live`, where the program will find it. False: these are more rates
 * than the program takes from, or all places are taken. */
bool fast_set_rates(struct fast *fast, struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                    struct fast_action *live, struct fast_action *action);

/* Frees the places of QERs of `rules` that `kept` (NULL: nothing) does not have. */
void fast_withdraw_rates(struct fast *fast, struct ruleset *rules, const struct ruleset *kept);
/* The session is over. */
void fast_leave_rates(const struct session *session);

/* place 0 is harmless. */
void fast_release_rate(struct fast *fast, unsigned place);
/* Places that were found in use and that nobody has claimed are free, and sessions that found none meanwhile get one. */
void fast_sweep_rates(struct plane *plane);
/* Which places are free. False: out of memory. */
bool fast_list_rates(struct fast *fast);

#endif
