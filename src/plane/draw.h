/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that must not be guessed (TEIDs, SEIDs, seeds), drawn from the kernel in blocks; for the agent's thread. */
#ifndef PLANE_DRAW_H
#define PLANE_DRAW_H

#include <stdbool.h>
#include <stdint.h>

/* Before the first draw. False: the kernel gives none (errno). */
bool draw_begin(void);
/* context is ignored: it has the shape of the agent's `random`. */
uint64_t draw(void *context);

#endif
