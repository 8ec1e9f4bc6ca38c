/* SPDX-License-Identifier: Apache-2.0 */
#include "line/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "crypt/primitive.h"
#include "kit/log.h"

static struct line_recorder recorder;

void line_record(const struct line_recorder *to)
{
    recorder = to ? *to : (struct line_recorder){0};
}

void line_last_entry(uint64_t *run, uint64_t *number)
{
    *run = *number = 0;
    if (recorder.last)
        recorder.last(recorder.context, run, number);
}

bool line_is_recorded(void)
{
    return !recorder.takes || recorder.takes(recorder.context);
}

const char *line_evidence_doubt(void)
{
    return recorder.doubt ? recorder.doubt(recorder.context) : NULL;
}

void line_digest(struct bytes about, uint8_t digest[EVIDENCE_DIGEST_BYTES])
{
    sha256(&about, 1, digest);
}

static void record(const struct line_event *event)
{
    struct evidence_entry entry = {.kind = event->kind,
                                   .step = event->step,
                                   .time = event->time,
                                   .association = event->association,
                                   .has_digest = event->digest || event->about.len};
    evidence_text(entry.rule, sizeof entry.rule, event->rule);
    evidence_text(entry.gnb, sizeof entry.gnb, event->gnb);
    evidence_text(entry.procedure, sizeof entry.procedure, event->procedure);
    evidence_text(entry.reason, sizeof entry.reason, event->reason);
    if (recorder.wants && !recorder.wants(recorder.context, &entry))
        return;
    if (event->digest)
        memcpy(entry.digest, event->digest, sizeof entry.digest);
    else if (entry.has_digest)
        line_digest(event->about, entry.digest);
    recorder.take(recorder.context, &entry);
}

/* What goes as it should is no warning. */
static enum log_level loudness(const struct line_event *event)
{
    switch (event->kind) {
    case EVIDENCE_ADMISSION:
        return event->step == EVIDENCE_ENDS ? LOG_WARNING : LOG_INFO;
    case EVIDENCE_POLICY:
    case EVIDENCE_DRILL:
    case EVIDENCE_ANSWER:
    case EVIDENCE_REPORT:
        return LOG_INFO;
    default:
        return LOG_WARNING;
    }
}

static void write_log(const struct line_event *event)
{
    const char *step = evidence_step_name(event->step);
    char context[192];
    snprintf(context, sizeof context,
             "kind=%s%s%s rule=%s association=%016" PRIx64 " time=%" PRId64 " victim-touched=no",
             evidence_kind_name(event->kind), *step ? " step=" : "", step, event->rule, event->association,
             event->time / SECONDS(1));
    log_at(loudness(event), "line", context, "%s%s%s%s: %s", *event->gnb ? "gNB " : "", event->gnb,
           *event->gnb ? ": " : "", event->procedure, event->reason);
}

void line_event(const struct line_event *event)
{
    if (!event->logged)
        write_log(event);
    if (recorder.take)
        record(event);
}
