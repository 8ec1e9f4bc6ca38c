/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/calendar.h"

/* Years begin in March here, so that the leap day is the last one; eras are the 400 years after which days repeat. */
enum { DAYS_AN_ERA = 146097, YEARS_AN_ERA = 400, DAYS_TO_1970 = 719468 };

int32_t calendar_days(struct calendar_day day)
{
    const int y = day.month <= 2 ? day.year - 1 : day.year, era = y / YEARS_AN_ERA, of_era = y % YEARS_AN_ERA;
    const int of_year = (153 * (day.month + (day.month > 2 ? -3 : 9)) + 2) / 5 + day.day - 1;
    return era * DAYS_AN_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970;
}

struct calendar_day calendar_of(int32_t days)
{
    const int shifted = days + DAYS_TO_1970, era = shifted / DAYS_AN_ERA, of_era = shifted % DAYS_AN_ERA;
    const int of_400 = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int of_year = of_era - (365 * of_400 + of_400 / 4 - of_400 / 100), month = (5 * of_year + 2) / 153;
    struct calendar_day day = {.day = of_year - (153 * month + 2) / 5 + 1,
                               .month = month < 10 ? month + 3 : month - 9};
    day.year = era * YEARS_AN_ERA + of_400 + (day.month <= 2);
    return day;
}

bool calendar_has(struct calendar_day day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = day.year % 4 == 0 && (day.year % 100 != 0 || day.year % YEARS_AN_ERA == 0);
    return day.year >= 1970 && day.year <= 9999 && day.month >= 1 && day.month <= 12 && day.day >= 1 &&
           day.day <= lengths[day.month - 1] + (leap && day.month == 2);
}
