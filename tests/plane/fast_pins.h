/* SPDX-License-Identifier: Apache-2.0 */
/* Planes that die and others that come after them, with the maps of the packet program between them: pinned in a BPF file system of the test's own. */
#ifndef TESTS_PLANE_FAST_PINS_H
#define TESTS_PLANE_FAST_PINS_H

#include "fast_lab.h"

/* For a group of tests. Skips them all, loudly, where there is no such file system. */
int mount_pins(void **state);
int unmount_pins(void **state);

/* The folder. */
const char *pins(void);
struct bench *begin(unsigned sessions);
/* What SIGKILL leaves of a plane. */
void die(struct bench *bench);
void end(struct bench *bench);

#endif
