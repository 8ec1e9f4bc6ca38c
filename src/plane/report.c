/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "kit/loop.h"
#include "line/event.h"
#include "plane/fast/senders.h"

enum { KNOWN = 2 * SENDERS, TOLD_AT_ONCE = 64, REASON_BYTES = 320 };
static const int64_t PERIOD = SECONDS(10);

struct plane_report {
    const struct plane *plane;
    struct timers *timers;
    struct timer timer;
    unsigned refusals; /* of PFCP messages in this period */
    unsigned count;
    struct sender known[KNOWN]; /* as it was told last */
    struct sender now[KNOWN];
};

static void tell(const char *who, const char *procedure, const char *rule, const char *reason,
                 struct bytes octets)
{
    line_event(&(struct line_event){.time = wall_now(),
                                    .gnb = who,
                                    .procedure = procedure,
                                    .rule = rule,
                                    .reason = reason,
                                    .about = octets});
}

/* --- N3 --- */

/* Where a worker had to make room, counts begin anew: then all of it is new. */
static uint64_t grown(uint64_t now, uint64_t before)
{
    return now >= before ? now - before : now;
}

static const struct sender *find(const struct plane_report *report, const union socket_address *address)
{
    for (unsigned i = 0; i < report->count; i++)
        if (address_same_host(&report->known[i].address, address))
            return &report->known[i];
    return NULL;
}

static void tell_sender(const struct sender *now, const struct sender *before)
{
    static const struct sender nothing;
    char from[SENDER_TEXT], reason[REASON_BYTES];
    before = before ? before : &nothing;
    int length =
        snprintf(reason, sizeof reason, "packets dropped: %" PRIu64, grown(now->packets, before->packets));
    for (enum drop drop = DROP_NONE + 1; drop <= DROP_UE_TO_UE && length < REASON_BYTES; drop++) {
        const uint64_t more = grown(now->reasons[drop], before->reasons[drop]);
        if (more)
            length += snprintf(reason + length, sizeof reason - (size_t)length, ", %s %" PRIu64,
                               drop_name(drop), more);
    }
    tell(sender_text(&now->address, from), "N3", "N6", reason, (struct bytes){0});
}

static void tell_rest(uint64_t packets, unsigned senders)
{
    char reason[REASON_BYTES];
    snprintf(reason, sizeof reason, "packets dropped: %" PRIu64 ", of %u further senders", packets, senders);
    if (senders)
        tell("", "N3", "N6", reason, (struct bytes){0});
}

static void tell_more_refusals(struct plane_report *report)
{
    char reason[REASON_BYTES];
    snprintf(reason, sizeof reason, "messages refused: %u more", report->refusals - TOLD_AT_ONCE);
    if (report->refusals > TOLD_AT_ONCE)
        tell("", "PFCP", "", reason, (struct bytes){0});
    report->refusals = 0;
}

void plane_report_turn(struct plane_report *report)
{
    unsigned count = 0, told = 0, rest = 0;
    uint64_t packets = 0;
    fast_collect_senders(report->plane);
    for (unsigned i = 0; i < report->plane->lane_count; i++)
        count = senders_gather(&report->plane->lanes[i].senders, report->now, count, KNOWN);
    for (unsigned i = 0; i < count; i++) {
        const struct sender *before = find(report, &report->now[i].address);
        const uint64_t more = grown(report->now[i].packets, before ? before->packets : 0);
        if (more && told++ < TOLD_AT_ONCE) {
            tell_sender(&report->now[i], before);
        } else if (more) {
            packets += more;
            rest++;
        }
    }
    tell_rest(packets, rest);
    tell_more_refusals(report);
    memcpy(report->known, report->now, count * sizeof *report->now);
    report->count = count;
}

static void due(struct timer *timer)
{
    struct plane_report *report =
        (struct plane_report *)((char *)timer - offsetof(struct plane_report, timer));
    plane_report_turn(report);
    timer_start(report->timers, timer, PERIOD);
}

/* --- N4 and the RAN port --- */

void plane_report_refused(struct plane_report *report, const union socket_address *from, const char *message,
                          const char *why, struct bytes octets)
{
    char text[SENDER_TEXT];
    if (report->refusals++ < TOLD_AT_ONCE)
        tell(sender_text(from, text), message, "", why, octets);
}

void plane_report_denied(const char *source, uint64_t packets)
{
    char reason[REASON_BYTES];
    snprintf(reason, sizeof reason, "it sends what may not come in, packets dropped: %" PRIu64, packets);
    tell(source, "RAN port", "L2", reason, (struct bytes){0});
}

void plane_report_port_opened(const char *why)
{
    char reason[REASON_BYTES];
    snprintf(reason, sizeof reason, "the rules of the RAN port are not in force: %s", why);
    line_event(&(struct line_event){.kind = EVIDENCE_BREACH,
                                    .step = EVIDENCE_BEGINS,
                                    .time = wall_now(),
                                    .gnb = "",
                                    .procedure = "RAN port",
                                    .rule = "L2",
                                    .reason = reason});
}

/* --- Life --- */

struct plane_report *plane_report_new(const struct plane *plane, struct timers *timers)
{
    struct plane_report *report = calloc(1, sizeof *report);
    if (!report)
        return NULL;
    report->plane = plane;
    report->timers = timers;
    report->timer.fire = due;
    if (timer_start(timers, &report->timer, PERIOD))
        return report;
    free(report);
    return NULL;
}

void plane_report_free(struct plane_report *report)
{
    if (!report)
        return;
    timer_stop(report->timers, &report->timer);
    plane_report_turn(report);
    free(report);
}
