/* SPDX-License-Identifier: Apache-2.0 */
/* Who sends on N3 what rule N6 of the line refuses, as the packet program has counted it. */
#ifndef PLANE_FAST_SENDERS_H
#define PLANE_FAST_SENDERS_H

#include "plane/fast/fast.h"
#include "plane/plane.h"

/* Takes them over into the table of the agent's lane, which is the plane's last. */
void fast_collect_senders(const struct plane *plane);

#endif
