/* SPDX-License-Identifier: Apache-2.0 */
/* The frames that the packet program copies for a capture (plane/bpf/capture.h). While nobody captures there is nothing of this, and no memory for it. */
#ifndef PLANE_FAST_TAP_H
#define PLANE_FAST_TAP_H

#include "kit/bytes.h"
#include "plane/fast/fast.h"

struct fast_tap;

typedef void fast_tap_saw(void *context, const struct fast_captured *captured, struct bytes frame);

/* Where there is no room for much, it has less. NULL with errno. */
struct fast_tap *fast_tap_new(const struct fast *fast, fast_tap_saw *saw, void *context);
/* Becomes readable when there is something to drain. */
int fast_tap_descriptor(const struct fast_tap *tap);
void fast_tap_drain(struct fast_tap *tap);
/* Frames for which there was no room. */
uint64_t fast_tap_lost(const struct fast_tap *tap);
/* NULL is harmless. */
void fast_tap_free(struct fast_tap *tap);

#endif
