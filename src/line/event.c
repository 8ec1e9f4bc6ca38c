/* SPDX-License-Identifier: Apache-2.0 */
#include "line/event.h"

#include <inttypes.h>
#include <stdio.h>

#include "kit/log.h"

void line_event(const struct line_event *event)
{
    char context[160];
    snprintf(context, sizeof context, "rule=%s association=%016" PRIx64 " time=%" PRId64 " victim-touched=no",
             event->rule, event->association, event->time / SECONDS(1));
    log_warning("line", context, "gNB %s: %s: %s", event->gnb, event->procedure, event->reason);
}
