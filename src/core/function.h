/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NF registration: a network function that is not of this process, a plane or another core, is taken into use if the line lets it (rules L1, L5
 * and H7). In the inventory it is an asset of kind function by the name that the configuration calls it. Who is in no inventory is high-risk,
 * and of class core.
 */
#ifndef CORE_FUNCTION_H
#define CORE_FUNCTION_H

#include "core/core.h"

struct function {
    const char *what, *name; /* "plane", "peer"; as configured */
    bool ours;               /* our own keeper starts it: without an asset nothing is asked */
};

/* What has been told of it, so that the same is not told again. */
struct function_told {
    bool any;
    uint8_t verdict, recorded, rule, why;
    int64_t refused; /* when its last request was, by timers->now */
    unsigned untold; /* that it has been refused since */
};

/* May it be used, today? What is new is evidence. `asks`: it has asked itself, so that a no is evidence too, at most once a second with the number
 * of those left out. */
bool function_admitted(struct core *core, const struct function *function, struct function_told *told,
                       bool asks);

#endif
