/* SPDX-License-Identifier: Apache-2.0 */
/* What the line has refused or done, one event each: the place where evidence is taken. */
#ifndef LINE_EVENT_H
#define LINE_EVENT_H

#include <stdint.h>

struct line_event {
    int64_t time; /* wall clock, nanoseconds since 1970 */
    uint64_t association;
    const char *gnb;       /* its name, or where it comes from */
    const char *procedure; /* "NG Setup" */
    const char *rule;      /* "N5" */
    const char *reason;    /* static text, or text valid during the call */
};

/* A line in the log. That no other subscriber was touched is what a refusal means: `victim-touched=no`. */
void line_event(const struct line_event *event);

#endif
