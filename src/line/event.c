/* SPDX-License-Identifier: Apache-2.0 */
#include "line/event.h"

#include <inttypes.h>
#include <stdio.h>

#include "crypt/primitive.h"
#include "kit/log.h"

static struct line_recorder recorder;

void line_record(const struct line_recorder *to)
{
    recorder = to ? *to : (struct line_recorder){0};
}

bool line_is_recorded(void)
{
    return !recorder.takes || recorder.takes(recorder.context);
}

static void record(const struct line_event *event)
{
    struct evidence_entry entry = {.kind = event->kind,
                                   .time = event->time,
                                   .association = event->association,
                                   .has_digest = event->about.len > 0};
    evidence_text(entry.rule, sizeof entry.rule, event->rule);
    evidence_text(entry.gnb, sizeof entry.gnb, event->gnb);
    evidence_text(entry.procedure, sizeof entry.procedure, event->procedure);
    evidence_text(entry.reason, sizeof entry.reason, event->reason);
    if (entry.has_digest)
        sha256(&event->about, 1, entry.digest);
    recorder.take(recorder.context, &entry);
}

/* What was admitted is told in words of its own by those who admit. */
void line_event(const struct line_event *event)
{
    char context[160];
    snprintf(context, sizeof context, "rule=%s association=%016" PRIx64 " time=%" PRId64 " victim-touched=no",
             event->rule, event->association, event->time / SECONDS(1));
    if (event->kind != EVIDENCE_ADMISSION)
        log_warning("line", context, "gNB %s: %s: %s", event->gnb, event->procedure, event->reason);
    if (recorder.take)
        record(event);
}
