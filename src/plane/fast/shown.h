/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose packets the packet program copies for a capture (plane/capture.h): marks in the records of sessions, tunnels and gNBs, which outlive who set them. The
 * agent's thread only; without a fast path (plane->fast NULL) nothing happens.
 */
#ifndef PLANE_FAST_SHOWN_H
#define PLANE_FAST_SHOWN_H

#include "plane/fast/fast.h"
#include "plane/plane.h"

void fast_show(const struct plane *plane, const struct session *session, bool wanted);
/* What it exchanges with the plane, and what is refused of it. */
void fast_show_gnb(const struct plane *plane, const struct gnb *gnb, bool wanted);
/* Takes all marks, whoever has left them. Looks at each record there is room for. */
void fast_show_nobody(struct fast *fast);

#endif
