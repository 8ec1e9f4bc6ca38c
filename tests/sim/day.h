/* SPDX-License-Identifier: Apache-2.0 */
/* A day in the life of many phones. */
#ifndef SIM_DAY_H
#define SIM_DAY_H

#include <stdbool.h>
#include <stdint.h>

struct timer;
struct world;

/* Prints TAP: a case for each thing that must hold when all have gone home; and what happened. False: one does not hold. */
bool day_live(unsigned phones, uint64_t seed);

/* --- day_life.c --- */

/* Everybody begins with it within that time. */
void day_all(struct world *world, void (*do_it)(struct timer *timer), int64_t within);

/* What to do, for the timer of an inhabitant: to come and get a session; to live at random; to switch off. */
void day_come(struct timer *timer);
void day_live_on(struct timer *timer);
void day_go_home(struct timer *timer);

#endif
