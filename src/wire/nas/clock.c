/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/nas/clock.h"
#include "wire/nas/codec.h"

enum { UNIT_BITS = 5, MULTIPLE_MOST = 31, DEACTIVATED = 7 };

/* Seconds by unit; 0: deactivated (7), or read as the minute (TS 24.008 10.5.7.3). */
static const uint32_t units[8] = {2, 60, 360};
static const uint32_t units_3[8] = {600, 3600, 36000, 2, 30, 60, 1152000};

static bool timer_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)arena;
    uint8_t octet = read_u8(r);
    uint32_t unit = ((const uint32_t *)codec->detail)[octet >> UNIT_BITS];
    *(uint32_t *)value = octet >> UNIT_BITS == DEACTIVATED ? NAS_TIMER_DEACTIVATED
                                                           : (unit ? unit : 60) * (octet & MULTIPLE_MOST);
    return reader_ok(r);
}

/* The unit that says the time exactly, else the one that rounds it up least. UINT64_MAX: beyond what can be said. */
static uint64_t best_of(const uint32_t *by_unit, uint32_t seconds, uint8_t *octet)
{
    uint8_t best = DEACTIVATED << UNIT_BITS;
    uint64_t best_seconds = UINT64_MAX;
    for (unsigned unit = 0; unit < DEACTIVATED && seconds != NAS_TIMER_DEACTIVATED; unit++) {
        uint64_t multiple =
            by_unit[unit] ? ((uint64_t)seconds + by_unit[unit] - 1) / by_unit[unit] : UINT64_MAX;
        if (multiple <= MULTIPLE_MOST && multiple * by_unit[unit] < best_seconds) {
            best_seconds = multiple * by_unit[unit];
            best = (uint8_t)(unit << UNIT_BITS | multiple);
        }
    }
    *octet = best;
    return best_seconds;
}

static bool timer_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    uint32_t seconds = *(const uint32_t *)value;
    uint8_t octet;
    uint64_t said = best_of(codec->detail, seconds, &octet);
    write_u8(w, octet);
    return seconds == NAS_TIMER_DEACTIVATED || said != UINT64_MAX;
}

uint32_t nas_timer_3_said(uint32_t seconds)
{
    uint8_t octet;
    uint64_t said = best_of(units_3, seconds, &octet);
    return said < NAS_TIMER_DEACTIVATED ? (uint32_t)said : NAS_TIMER_DEACTIVATED;
}

static void timer_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    uint32_t seconds = *(const uint32_t *)value;
    print_enum(p, name, seconds, seconds == NAS_TIMER_DEACTIVATED ? "deactivated" : NULL);
}

/* TS 23.040 9.2.3.11: two digits, the first in the low nibble. */
static uint8_t swapped(unsigned number)
{
    return (uint8_t)(number % 10 << 4 | number / 10);
}

static bool read_swapped(struct reader *r, unsigned least, unsigned most, uint8_t *number)
{
    uint8_t octet = read_u8(r);
    *number = (uint8_t)((octet & 0x0f) * 10 + (octet >> 4));
    if ((octet & 0x0f) > 9 || octet >> 4 > 9 || *number < least || *number > most)
        return reader_fail(r, NULL, "a time out of range");
    return true;
}

/* Quarters of an hour; the sign is in bit 4. */
static bool read_zone(struct reader *r, int8_t *zone)
{
    uint8_t octet = read_u8(r);
    int quarters = (octet & 0x07) * 10 + (octet >> 4);
    *zone = (int8_t)(octet & 0x08 ? -quarters : quarters);
    return octet >> 4 <= 9 || reader_fail(r, NULL, "a time zone that is not of digits");
}

static bool write_zone(struct writer *w, int8_t zone)
{
    write_u8(w, swapped((unsigned)(zone < 0 ? -zone : zone)) | (zone < 0 ? 0x08 : 0));
    return zone >= -79 && zone <= 79;
}

static bool zone_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec, (void)arena;
    return read_zone(r, value);
}

static bool zone_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    return write_zone(w, *(const int8_t *)value);
}

static void zone_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    print_int(p, name, *(const int8_t *)value);
}

static bool time_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec, (void)arena;
    struct nas_time *time = value;
    return read_swapped(r, 0, 99, &time->year) && read_swapped(r, 1, 12, &time->month) &&
           read_swapped(r, 1, 31, &time->day) && read_swapped(r, 0, 23, &time->hour) &&
           read_swapped(r, 0, 59, &time->minute) && read_swapped(r, 0, 59, &time->second) &&
           read_zone(r, &time->zone);
}

static bool time_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_time *time = value;
    const uint8_t parts[] = {time->year, time->month, time->day, time->hour, time->minute, time->second};
    static const uint8_t most[] = {99, 12, 31, 23, 59, 59};
    for (unsigned i = 0; i < sizeof parts; i++) {
        if (parts[i] > most[i])
            return false;
        write_u8(w, swapped(parts[i]));
    }
    return time->month > 0 && time->day > 0 && write_zone(w, time->zone);
}

static void time_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    const struct nas_time *time = value;
    print_open(p, name);
    print_uint(p, "year", 2000u + time->year);
    print_uint(p, "month", time->month);
    print_uint(p, "day", time->day);
    print_uint(p, "hour", time->hour);
    print_uint(p, "minute", time->minute);
    print_uint(p, "second", time->second);
    print_int(p, "zone", time->zone);
    print_close(p);
}

const struct nas_codec nas_codec_timer = {timer_decode, timer_encode, timer_print, units, sizeof(uint32_t)};
const struct nas_codec nas_codec_timer_3 = {timer_decode, timer_encode, timer_print, units_3,
                                            sizeof(uint32_t)};
const struct nas_codec nas_codec_zone = {zone_decode, zone_encode, zone_print, NULL, sizeof(int8_t)};
const struct nas_codec nas_codec_time = {time_decode, time_encode, time_print, NULL, sizeof(struct nas_time)};
