/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/usage.h"

#include "kit/timers.h"

enum { TOTAL, UP, DOWN };

void usage_begin(struct urr *urr, int64_t now)
{
    urr->volume = (struct volume){0};
    urr->first_packet = urr->last_packet = 0;
    urr->since = now;
    urr->due = 0;
}

/* Whether any of the limits named by the flags has been reached. */
static bool reached(const struct volume *volume, uint8_t flags, const uint64_t limit[3])
{
    uint64_t up = volume->bytes[UPLINK], down = volume->bytes[DOWNLINK];
    return ((flags & PFCP_TOVOL) && up + down >= limit[TOTAL]) || ((flags & PFCP_ULVOL) && up >= limit[UP]) ||
           ((flags & PFCP_DLVOL) && down >= limit[DOWN]);
}

static bool mark(struct urr *urr, uint32_t trigger)
{
    bool fresh = !(urr->due & trigger);
    urr->due |= trigger;
    return fresh;
}

bool usage_count(struct urr *urr, enum direction direction, uint64_t bytes, uint64_t packets, int64_t now)
{
    bool due = false;
    if (!urr->first_packet) {
        urr->first_packet = now;
        if (urr->triggers & PFCP_REPORT_START)
            due |= mark(urr, PFCP_USAGE_START);
    }
    if (now > urr->last_packet)
        urr->last_packet = now;
    urr->volume.bytes[direction] += bytes;
    urr->volume.packets[direction] += packets;
    urr->spent.bytes[direction] += bytes;
    if ((urr->triggers & PFCP_REPORT_VOLTH) && reached(&urr->volume, urr->threshold_flags, urr->threshold))
        due |= mark(urr, PFCP_USAGE_VOLTH);
    if (!urr->exhausted && reached(&urr->spent, urr->quota_flags, urr->quota)) {
        urr->exhausted = true;
        if (urr->triggers & PFCP_REPORT_VOLQU)
            due |= mark(urr, PFCP_USAGE_VOLQU);
    }
    return due;
}

int64_t usage_next(const struct urr *urr)
{
    int64_t next = INT64_MAX;
    if (urr->time_quota && !urr->exhausted)
        next = urr->quota_since + SECONDS(urr->time_quota);
    if (urr->due)
        return next;
    if ((urr->triggers & PFCP_REPORT_PERIO) && urr->period)
        next = earlier(next, urr->since + SECONDS(urr->period));
    if ((urr->triggers & PFCP_REPORT_TIMTH) && urr->time_threshold)
        next = earlier(next, urr->since + SECONDS(urr->time_threshold));
    return next;
}

bool usage_tick(struct urr *urr, int64_t now)
{
    bool due = false;
    if ((urr->triggers & PFCP_REPORT_PERIO) && urr->period && now >= urr->since + SECONDS(urr->period))
        due |= mark(urr, PFCP_USAGE_PERIO);
    if ((urr->triggers & PFCP_REPORT_TIMTH) && urr->time_threshold &&
        now >= urr->since + SECONDS(urr->time_threshold))
        due |= mark(urr, PFCP_USAGE_TIMTH);
    if (urr->time_quota && !urr->exhausted && now >= urr->quota_since + SECONDS(urr->time_quota)) {
        urr->exhausted = true;
        if (urr->triggers & PFCP_REPORT_TIMQU)
            due |= mark(urr, PFCP_USAGE_TIMQU);
    }
    return due;
}

static uint32_t wall_seconds(int64_t now, int64_t wall)
{
    return (uint32_t)(wall + now / SECONDS(1));
}

static struct pfcp_volume measured(const struct urr *urr)
{
    const struct volume *volume = &urr->volume;
    struct pfcp_volume out = {
        .flags = PFCP_TOVOL | PFCP_ULVOL | PFCP_DLVOL,
        .total = volume->bytes[UPLINK] + volume->bytes[DOWNLINK],
        .uplink = volume->bytes[UPLINK],
        .downlink = volume->bytes[DOWNLINK],
    };
    if (urr->count_packets) {
        out.flags |= PFCP_TONOP | PFCP_ULNOP | PFCP_DLNOP;
        out.total_packets = volume->packets[UPLINK] + volume->packets[DOWNLINK];
        out.uplink_packets = volume->packets[UPLINK];
        out.downlink_packets = volume->packets[DOWNLINK];
    }
    return out;
}

void usage_report(struct urr *urr, uint32_t trigger, int64_t now, int64_t wall,
                  struct pfcp_usage_report *report)
{
    *report = (struct pfcp_usage_report){
        .urr_id = urr->id,
        .sequence = urr->sequence++,
        .trigger = trigger,
        .has_start_time = true,
        .has_end_time = true,
        .start_time = wall_seconds(urr->since, wall),
        .end_time = wall_seconds(now, wall),
    };
    if (urr->method & PFCP_VOLUM) {
        report->has_volume = true;
        report->volume = measured(urr);
    }
    if (urr->method & PFCP_DURAT) {
        report->has_duration = true;
        report->duration = (uint32_t)((now - urr->since) / SECONDS(1));
    }
    if (urr->first_packet) {
        report->has_first_packet = report->has_last_packet = true;
        report->first_packet = wall_seconds(urr->first_packet, wall);
        report->last_packet = wall_seconds(urr->last_packet, wall);
    }
    usage_begin(urr, now);
}

static int64_t moment(uint32_t seconds, int64_t wall)
{
    return SECONDS((int64_t)seconds - wall);
}

static void take_back_volume(struct volume *to, const struct pfcp_volume *from)
{
    to->bytes[UPLINK] += from->uplink;
    to->bytes[DOWNLINK] += from->downlink;
    if (from->flags & PFCP_ULNOP)
        to->packets[UPLINK] += from->uplink_packets;
    if (from->flags & PFCP_DLNOP)
        to->packets[DOWNLINK] += from->downlink_packets;
}

void usage_take_back(struct urr *urr, const struct pfcp_usage_report *report, int64_t wall)
{
    if (report->has_volume)
        take_back_volume(&urr->volume, &report->volume);
    if (report->has_start_time)
        urr->since = earlier(urr->since, moment(report->start_time, wall));
    if (report->has_first_packet)
        urr->first_packet = moment(report->first_packet, wall);
    if (report->has_last_packet && urr->last_packet == 0)
        urr->last_packet = moment(report->last_packet, wall);
    /* The one was asked for, and is asked for again; the other is due when there is something to tell. */
    urr->due |= report->trigger & ~(uint32_t)(PFCP_USAGE_IMMER | PFCP_USAGE_MACAR);
}
