/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_LOSSES_H
#define SIM_LOSSES_H

#include <stdbool.h>
#include <stdint.h>

/* So many histories in which one of two UPFs dies and does not come back; prints TAP. */
bool losses_live(uint64_t first, unsigned long seeds, bool say);
/* A UPF dies with a session of each of so many phones, which all move. Prints a JSON object: how long a turn of the loop takes at most, in processor
 * time, of whatever process. */
bool losses_measure(unsigned phones);

#endif
