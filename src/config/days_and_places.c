/* SPDX-License-Identifier: Apache-2.0 */
/* Days of the calendar, places on the map, and ranges of IMSIs. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/values.h"
#include "kit/calendar.h"
#include "kit/timers.h"

enum { SECONDS_A_DAY = 86400 };

static bool number_of(const char *text, size_t digits, int *value)
{
    *value = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

bool config_date_parse(const char *text, struct config_date *value)
{
    struct calendar_day day;
    if (strlen(text) != strlen("2027-12-31") || text[4] != '-' || text[7] != '-' ||
        !number_of(text, 4, &day.year) || !number_of(text + 5, 2, &day.month) ||
        !number_of(text + 8, 2, &day.day) || !calendar_has(day) || calendar_days(day) == 0)
        return false;
    value->days = calendar_days(day);
    return true;
}

const char *config_date_text(struct config_date value, char *buffer)
{
    const struct calendar_day day = calendar_of(value.days > 0 ? value.days : 0);
    buffer[0] = '\0';
    if (value.days > 0)
        snprintf(buffer, VALUE_TEXT_BYTES, "%04d-%02d-%02d", day.year, day.month, day.day);
    return buffer;
}

struct config_date config_date_of(int64_t nanoseconds)
{
    const int64_t days = nanoseconds / SECONDS(SECONDS_A_DAY);
    return (struct config_date){days > 0 ? (int32_t)days : 0};
}

enum { DEGREE = 10000000, DECIMALS = 7 };

/* Behind the number; NULL: there is none, or it lies beyond `most` degrees. */
static const char *degrees(const char *text, int most, int32_t *value)
{
    const bool negative = *text == '-';
    int64_t number = 0, scale = DEGREE;
    const char *at = text + negative, *first = at;
    for (; *at >= '0' && *at <= '9' && at - first < 4; at++)
        number = number * 10 + (*at - '0') * (int64_t)DEGREE;
    if (at == first)
        return NULL;
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9' && scale > 1; at++)
            number += (*at - '0') * (scale /= 10);
    if (number > (int64_t)most * DEGREE)
        return NULL;
    *value = (int32_t)(negative ? -number : number);
    return at;
}

bool config_position_parse(const char *text, struct config_position *value)
{
    struct config_position position = {.known = true};
    const char *at = degrees(text, 90, &position.latitude);
    at = at && *at == ' ' ? degrees(at + strspn(at, " "), 180, &position.longitude) : NULL;
    if (!at || *at)
        return false;
    *value = position;
    return true;
}

static int degrees_text(int32_t value, char *buffer, size_t size)
{
    const uint32_t size_of = value < 0 ? -(uint32_t)value : (uint32_t)value;
    int length = snprintf(buffer, size, "%s%" PRIu32 ".%0*" PRIu32, value < 0 ? "-" : "", size_of / DEGREE,
                          DECIMALS, size_of % DEGREE);
    while (buffer[length - 1] == '0' && buffer[length - 2] != '.')
        buffer[--length] = '\0';
    return length;
}

const char *config_position_text(struct config_position value, char *buffer)
{
    buffer[0] = '\0';
    if (!value.known)
        return buffer;
    int length = degrees_text(value.latitude, buffer, VALUE_TEXT_BYTES - 1);
    buffer[length++] = ' ';
    degrees_text(value.longitude, buffer + length, VALUE_TEXT_BYTES - (size_t)length);
    return buffer;
}

enum { IMSI_LEAST = 5, IMSI_MOST = 15 };

bool config_imsi_range_parse(const char *text, struct config_imsi_range *value)
{
    struct config_imsi_range range = {0};
    for (; text[range.length] >= '0' && text[range.length] <= '9'; range.length++) {
        if (range.length == IMSI_MOST)
            return false;
        range.digits = range.digits * 10 + (uint64_t)(text[range.length] - '0');
    }
    const char *rest = text + range.length;
    range.prefix = *rest == '*';
    if (rest[range.prefix] || range.length < (range.prefix ? 1 : IMSI_LEAST))
        return false;
    *value = range;
    return true;
}

const char *config_imsi_range_text(struct config_imsi_range value, char *buffer)
{
    snprintf(buffer, VALUE_TEXT_BYTES, "%0*" PRIu64 "%s", value.length, value.digits,
             value.prefix ? "*" : "");
    return buffer;
}
