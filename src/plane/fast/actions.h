/* SPDX-License-Identifier: Apache-2.0 */
/* What the packet program does with the packets of a PDR. */
#ifndef PLANE_FAST_ACTIONS_H
#define PLANE_FAST_ACTIONS_H

#include "plane/fast/fast.h"
#include "plane/plane.h"

/* FAST_SLOW where the program cannot. Counters are not touched. */
void fast_set_action(struct fast *fast, struct ruleset *rules, const struct pdr *pdr,
                     enum direction direction, struct fast_action *to);

#endif
