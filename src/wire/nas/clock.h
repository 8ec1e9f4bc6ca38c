/* SPDX-License-Identifier: Apache-2.0 */
/* Timers, times and the name a phone shows
 * (TS 24.008 10.5.7.3, 10.5.7.4, 10.5.7.4a, 10.5.3.5a, 10.5.3.8, 10.5.3.9). */
#ifndef WIRE_NAS_CLOCK_H
#define WIRE_NAS_CLOCK_H

#include "kit/bytes.h"

/*
 * All three GPRS timers are seconds in structs. What a timer's units cannot say exactly is rounded up; beyond
 * its range the message cannot be encoded.
 */
#define NAS_TIMER_DEACTIVATED UINT32_MAX

/* What the other side hears when a GPRS timer 3 is sent that says so many seconds. Above its range: deactivated. */
uint32_t nas_timer_3_said(uint32_t seconds);

/* UTF-8. Sent in the GSM 7-bit default alphabet (TS 23.038) where that can spell it, else in UCS-2. */
struct nas_network_name {
    const char *text;
    bool add_country_initials;
};

struct nas_time {
    uint8_t year; /* since 2000 */
    uint8_t month, day, hour, minute, second;
    int8_t zone; /* quarters of an hour east of UTC, summer time included */
};

#endif
