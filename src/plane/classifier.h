/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiles the PDRs of a ruleset to lookups (plane/bpf/classify.h) when a session is set up or changed, so that no packet walks a list of rules. A record
 * holds what nearly all sessions have; a ruleset that asks for more has several, in order of precedence.
 */
#ifndef PLANE_CLASSIFIER_H
#define PLANE_CLASSIFIER_H

#include "plane/bpf/classify.h"
#include "plane/rules.h"

struct classifiers {
    unsigned count;
    struct classifier records[];
};

/* Of the PDRs of one direction, each with the number that it has in the ruleset. The caller frees it; NULL: out of memory. */
struct classifiers *classifiers_compile(const struct ruleset *rules, enum direction direction);

#endif
