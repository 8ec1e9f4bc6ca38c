/* SPDX-License-Identifier: Apache-2.0 */
/* The fast path of a plane's process, from the configuration to the packet program at its interfaces, and back. */
#ifndef PLANE_FAST_START_H
#define PLANE_FAST_START_H

#include "config/config.h"
#include "plane/fast/fast.h"
#include "plane/plane.h"

/* Puts plane->fast, or leaves it NULL where there is none, and says why (plane->fast_why, and the log): without it everything works, at the slow path's pace. */
void fast_start(struct fast *fast, struct plane *plane, const struct config *config,
                const struct config_plane *own);
/* Octets of its maps, worked out before anything is loaded; 0: it is to have no fast path, or this build has none. */
size_t fast_memory_needed(const struct config *config, const struct config_plane *own);
/* Once the slow path's device of a data network of frames is there: the program leads frames between the bridge, the tunnels and that device. False: it does not, and
 * the device belongs into the bridge. */
bool fast_lead_frames(struct plane *plane, const struct config_plane *own, const struct network *network);
/* The program leaves the interfaces: the plane is taken down, not restarted. */
void fast_end(struct plane *plane, const struct config_plane *config);
/* Packets go on without this process, until another one comes. */
void fast_leave(struct plane *plane);

#endif
