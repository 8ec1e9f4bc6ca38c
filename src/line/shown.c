/* SPDX-License-Identifier: Apache-2.0 */
#include "line/shown.h"

#include <inttypes.h>
#include <stdio.h>

#include "kit/loop.h"
#include "line/event.h"

static void tell(enum evidence_step step, const char *reason)
{
    line_event(&(struct line_event){.kind = EVIDENCE_CAPTURE,
                                    .step = step,
                                    .time = wall_now(),
                                    .gnb = "",
                                    .procedure = "trace",
                                    .rule = "",
                                    .reason = reason});
}

static void begins(void *context, uid_t user, const struct trace_wish *wish)
{
    const struct line_shown *shown = context;
    char reason[EVIDENCE_REASON_BYTES];
    snprintf(reason, sizeof reason, "%s are shown to %s (user %u)",
             wish->deciphered && shown->deciphered ? shown->deciphered : shown->what,
             *wish->by ? wish->by : "somebody who gave no name", (unsigned)user);
    tell(EVIDENCE_BEGINS, reason);
}

static void ends(void *context, uint64_t records)
{
    char reason[EVIDENCE_REASON_BYTES];
    (void)context;
    snprintf(reason, sizeof reason, "messages shown: %" PRIu64, records);
    tell(EVIDENCE_ENDS, reason);
}

void line_shows(struct trace *trace, const struct line_shown *shown)
{
    trace_oversee(trace, &(struct trace_overseer){(void *)shown, begins, ends});
}
