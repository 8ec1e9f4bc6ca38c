/* SPDX-License-Identifier: Apache-2.0 */
/* What happens when one procedure of a phone meets another: docs/collisions.md, walked. */
#ifndef SIM_COLLISIONS_H
#define SIM_COLLISIONS_H

#include <stdbool.h>

/* Every pair of the table, the second procedure beginning after each message of the first. Prints TAP, a case for each first
 * procedure. False: an outcome that the table does not name, or something is left. */
bool collisions_walk(const char *table);

/* The meeting of that number, as the walk prints it. NULL: nothing is left. */
const char *collisions_meet(unsigned number);

#endif
