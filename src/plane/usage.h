/* SPDX-License-Identifier: Apache-2.0 */
/* Usage measurement (TS 29.244 5.2.2): what a URR counts, when it is due, and the report it makes. */
#ifndef PLANE_USAGE_H
#define PLANE_USAGE_H

#include "plane/rules.h"

/* Of two moments. */
static inline int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A new or renewed measurement begins. */
void usage_begin(struct urr *urr, int64_t now);

/* Counts packets of that many bytes together. True: a threshold or quota was crossed now. */
bool usage_count(struct urr *urr, enum direction direction, uint64_t bytes, uint64_t packets, int64_t now);

/* When something falls due by time alone: INT64_MAX for never. Of what is due already, a quota's end. */
int64_t usage_next(const struct urr *urr);

/* Marks what fell due by time. True: something did. */
bool usage_tick(struct urr *urr, int64_t now);

/* Fills a report with what was counted since the last one, and begins the next measurement. wall: seconds since 1900 at
 * time 0 of the clock. */
void usage_report(struct urr *urr, uint32_t trigger, int64_t now, int64_t wall,
                  struct pfcp_usage_report *report);

/* Nobody has heard of it: it counts with what has been measured since, and is due again. */
void usage_take_back(struct urr *urr, const struct pfcp_usage_report *report, int64_t wall);

#endif
