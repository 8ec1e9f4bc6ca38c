/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLANE_FAST_PROCESSORS_H
#define PLANE_FAST_PROCESSORS_H

/* As many as have numbers: with those that may still come, and with gaps between. */
unsigned fast_processors(void);

/* The same of a list as the kernel writes it, such as "0-3,8-11". 0: it is none. */
unsigned fast_processors_in(const char *list);

#endif
