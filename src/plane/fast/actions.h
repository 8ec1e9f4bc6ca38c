/* SPDX-License-Identifier: Apache-2.0 */
/* What the packet program does with the packets of a PDR. */
#ifndef PLANE_FAST_ACTIONS_H
#define PLANE_FAST_ACTIONS_H

#include "plane/fast/fast.h"
#include "plane/plane.h"

/* FAST_SLOW where the program cannot. `live` is where it will be, for its rates. */
void fast_describe_action(struct fast *fast, struct ruleset *rules, const struct pdr *pdr,
                          enum direction direction, struct fast_action *live, struct fast_action *action);

/* Whether a packet that saw half of each would go astray: the action must not be in force while it is put. */
bool fast_leads_elsewhere(const struct fast_action *live, const struct fast_action *wanted);
/* Counters, and what has been booked, are not touched. */
void fast_put_action(struct fast_action *to, const struct fast_action *from);

/* It is nobody's any more. Counters go on, as a packet may still be counted; what the next one takes begins anew. */
void fast_clear_action(struct fast_action *action);

#endif
