/* SPDX-License-Identifier: Apache-2.0 */
/* Days of the (proleptic) Gregorian calendar, counted from 1970-01-01. */
#ifndef KIT_CALENDAR_H
#define KIT_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

struct calendar_day {
    int year, month, day; /* month and day from 1 */
};

/* Is there such a day, in a year of four digits from 1970 on? */
bool calendar_has(struct calendar_day day);
int32_t calendar_days(struct calendar_day day);
/* Of a number that is not negative. */
struct calendar_day calendar_of(int32_t days);

#endif
