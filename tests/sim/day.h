/* SPDX-License-Identifier: Apache-2.0 */
/* A day in the life of many phones. */
#ifndef SIM_DAY_H
#define SIM_DAY_H

#include <stdbool.h>
#include <stdint.h>

/* Prints TAP: a case for each thing that must hold when all have gone home. False: one does not. */
bool day_live(unsigned phones, uint64_t seed);

#endif
