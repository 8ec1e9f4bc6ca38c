/* SPDX-License-Identifier: Apache-2.0 */
/* The host's forwarding, which all planes of a network namespace need: the first one that needs it switches it on, the last one off. */
#ifndef PLANE_FORWARDING_H
#define PLANE_FORWARDING_H

#include <stdbool.h>

struct forwarding {
    bool v4, v6;    /* was off before us, before a predecessor that was killed, or before a plane beside us */
    char note[256]; /* file that says so to a successor, and to the planes beside */
};

/* note: a file in the folder where all planes of this host have theirs, with names that end alike. What cannot be switched on is logged. */
void forwarding_need(struct forwarding *forwarding, bool v4, bool v6, const char *note);

/* As it was before, unless another plane needs it still. */
void forwarding_leave(struct forwarding *forwarding);

#endif
