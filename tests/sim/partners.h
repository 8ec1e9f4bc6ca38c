/* SPDX-License-Identifier: Apache-2.0 */
/* Histories in which every session leads to a partner's data network, and one of the gNBs may not be crossed. */
#ifndef SIM_PARTNERS_H
#define SIM_PARTNERS_H

#include <stdbool.h>
#include <stdint.h>

/* Lives through so many seeds from the first on; prints TAP. */
bool partners_live(uint64_t first, unsigned long seeds);

#endif
