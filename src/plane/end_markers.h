/* SPDX-License-Identifier: Apache-2.0 */
/*
 * End markers: the last packets on a path that a session has left (TS 23.501 5.8.2.9, TS 29.281 7.3.2). Workers and processors may still hold
 * packets that they have made for that path, so a marker waits until each worker has ended the batch it was in, and each processor its run of the packet
 * program (plane/fast/grace.h), and while the gNB is shaped also for as long as its packets may be delayed.
 */
#ifndef PLANE_END_MARKERS_H
#define PLANE_END_MARKERS_H

#include "plane/agent.h"
#include "plane/plan.h"

/* For all paths that the plan, which is in force, has left: at once if no worker is at work, else as soon as that is so. */
void end_markers_send(struct agent *agent, const struct plan *plan);

/* Those that still wait are not sent any more. */
void end_markers_forget(struct agent *agent);

#endif
