/* SPDX-License-Identifier: Apache-2.0 */
/* Packet detection as the specification tells it (TS 29.244 5.2.1A), rule by rule and filter by filter: the referee of what is compiled. */
#ifndef TESTS_PLANE_WALK_H
#define TESTS_PLANE_WALK_H

#include "plane/rules.h"

/* As ruleset_match() says. */
const struct pdr *walk_match(const struct ruleset *rules, uint8_t source, uint32_t teid, uint8_t qfi,
                             const struct flow *flow);

#endif
