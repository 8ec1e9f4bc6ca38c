/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When no processor follows any more what maps said before: a run of the packet program, with the sending of what it has redirected, is a section that the
 * kernel can be asked to wait for. A thread of its own does the waiting, for all that ask meanwhile. NULL: no program runs but when this process runs it.
 */
#ifndef PLANE_FAST_GRACE_H
#define PLANE_FAST_GRACE_H

#include <stdbool.h>
#include <stdint.h>

struct grace;

/* NULL: out of memory or threads. */
struct grace *grace_new(void);
/* NULL is harmless. */
void grace_free(struct grace *grace);

/* What has been written before the mark is what every run sees once the mark has passed: some ten milliseconds. */
uint64_t grace_mark(struct grace *grace);
bool grace_passed(struct grace *grace, uint64_t mark);

#endif
