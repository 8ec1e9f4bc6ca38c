/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_LOSSES_H
#define SIM_LOSSES_H

#include <stdbool.h>
#include <stdint.h>

/* So many histories in which one of two UPFs dies and does not come back; prints TAP. */
bool losses_live(uint64_t first, unsigned long seeds, bool say);

#endif
