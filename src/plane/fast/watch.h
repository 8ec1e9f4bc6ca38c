/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows the host's routes, neighbours, addresses and interfaces (rtnetlink(7)), so that what the packet program remembers of them is void as soon as it is
 * wrong, and so that an interface that comes later, or again, gets the program. The host does not see the packets that the program sends, and would not ask
 * whether a neighbour is still where it was: it is asked to as soon as it is in doubt. While no agent is there what is remembered expires after a second.
 */
#ifndef PLANE_FAST_WATCH_H
#define PLANE_FAST_WATCH_H

#include "config/config.h"
#include "kit/loop.h"
#include "plane/fast/fast.h"

struct fast_watch;

/* All outlive it. NULL: the kernel does not tell, or no memory; then only the second counts. */
struct fast_watch *fast_watch_new(struct loop *loop, struct fast *fast, const struct config_plane *config);
/* NULL is harmless. */
void fast_watch_free(struct fast_watch *watch);

#endif
