/* SPDX-License-Identifier: Apache-2.0 */
/* Which gNBs the packet program leaves to the slow path, as their packets wait there for their rate (plane/shaping.h). */
#ifndef PLANE_FAST_SHAPED_H
#define PLANE_FAST_SHAPED_H

#include "plane/fast/fast.h"
#include "plane/plane.h"

/* Says how it is now. */
static inline void fast_shape(const struct plane *plane, struct gnb *gnb)
{
    if (!plane->fast)
        return;
    __u32 *shaped = plane->fast->gnbs[gnb->id].shaped;
    for (unsigned direction = UPLINK; direction <= DOWNLINK; direction++)
        __atomic_store_n(&shaped[direction], shaping_concerns(&gnb->shaping, direction), __ATOMIC_RELEASE);
}

#endif
