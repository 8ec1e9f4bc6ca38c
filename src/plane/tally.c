/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/tally.h"

#include <stdlib.h>

#include "kit/log.h"
#include "plane/agent_state.h"
#include "plane/fast/counts.h"
#include "wire/pfcp/address.h"

enum { PAGE = 32 }; /* gNBs in a message: with IPv6 addresses too it fits a frame of Ethernet */

struct tally_reading tally_read(const struct plane *plane, const struct gnb *gnb)
{
    struct tally_reading reading = {.gnb = gnb};
    fast_count_gnb(plane, gnb, reading.packets, reading.bytes);
    for (unsigned i = 0; i < plane->lane_count; i++)
        for (unsigned d = UPLINK; d <= DOWNLINK; d++) {
            reading.packets[d] += counted(&gnb->counters[i].packets[d]);
            reading.bytes[d] += counted(&gnb->counters[i].bytes[d]);
        }
    return reading;
}

struct tally_reading tally_read_all(const struct plane *plane)
{
    struct tally_reading sum = {0};
    size_t cursor = 0;
    uint64_t key;
    void *gnb;
    while (table_next(&plane->gnbs, &cursor, &key, &gnb)) {
        const struct tally_reading reading = tally_read(plane, gnb);
        for (unsigned d = UPLINK; d <= DOWNLINK; d++) {
            sum.packets[d] += reading.packets[d];
            sum.bytes[d] += reading.bytes[d];
        }
    }
    return sum;
}

static void forget_round(struct tally *tally)
{
    free(tally->round);
    tally->round = NULL;
    tally->count = tally->at = 0;
}

static bool make_room(struct tally *tally, size_t gnbs)
{
    forget_round(tally);
    tally->round = calloc(gnbs + 1, sizeof *tally->round);
    if (tally->told_count >= gnbs || !tally->round)
        return tally->round != NULL;
    void *told = realloc(tally->told, gnbs * sizeof *tally->told);
    if (!told)
        return false;
    tally->told = told;
    memset(tally->told + tally->told_count, 0, (gnbs - tally->told_count) * sizeof *tally->told);
    tally->told_count = gnbs;
    return true;
}

/* All counters at this moment; those with news are in the round. */
static bool read_all(struct smf *smf)
{
    const struct plane *plane = smf->agent->settings.plane;
    struct tally *tally = &smf->tally;
    size_t cursor = 0;
    uint64_t key;
    void *gnb;
    if (!make_room(tally, plane->gnb_ids))
        return false;
    tally->total[UPLINK] = tally->total[DOWNLINK] = 0;
    while (table_next(&plane->gnbs, &cursor, &key, &gnb)) {
        const struct tally_reading reading = tally_read(plane, gnb);
        tally->total[UPLINK] += reading.bytes[UPLINK];
        tally->total[DOWNLINK] += reading.bytes[DOWNLINK];
        if (memcmp(tally->told[reading.gnb->id - 1], reading.bytes, sizeof reading.bytes) != 0)
            tally->round[tally->count++] = reading;
    }
    return true;
}

static size_t page_size(const struct tally *tally)
{
    const size_t left = tally->count - tally->at;
    return left < PAGE ? left : PAGE;
}

static struct pfcp_traffic_of_peer item_of(const struct tally_reading *reading)
{
    return (struct pfcp_traffic_of_peer){pfcp_ip_of(&reading->gnb->address), reading->bytes[UPLINK],
                                         reading->bytes[DOWNLINK]};
}

static uint8_t port_flags(const struct agent_settings *settings)
{
    bool in_force;
    if (!settings->ran_port || !settings->ran_port(settings->context, &in_force))
        return 0;
    return PFCP_TRAFFIC_HOLDS_PORT | (in_force ? PFCP_TRAFFIC_PORT_IN_FORCE : 0);
}

/* `items` has room for a page. */
static struct pfcp_message page_of(const struct smf *smf, struct pfcp_traffic_of_peer *items)
{
    const struct tally *tally = &smf->tally;
    const size_t size = page_size(tally);
    const bool last = tally->at + size == tally->count;
    for (size_t i = 0; i < size; i++)
        items[i] = item_of(&tally->round[tally->at + i]);
    return (struct pfcp_message){
        .type = PFCP_NODE_REPORT_REQUEST,
        .node_report_request =
            {
                .node_id = smf->agent->settings.node_id,
                .report_type = PFCP_VSR,
                .has_vendor_report_type = true,
                .vendor_report_type = {PFCP_ENTERPRISE, 1},
                .has_traffic_report = true,
                .traffic_report = {.instance = smf->agent->instance,
                                   .uplink = tally->total[UPLINK],
                                   .downlink = tally->total[DOWNLINK],
                                   .flags = (uint8_t)(port_flags(&smf->agent->settings) |
                                                      PFCP_TRAFFIC_SHAPES | (last ? PFCP_TRAFFIC_LAST : 0))},
                .traffic = items,
                .traffic_count = size,
            },
    };
}

static void tell_page(struct smf *smf)
{
    struct pfcp_traffic_of_peer items[PAGE];
    struct pfcp_message message = page_of(smf, items);
    if (smf_request(smf, &message, 0)) {
        smf->tally.sequence = message.sequence;
        return;
    }
    log_error("plane", NULL, "traffic could not be reported: out of memory");
    forget_round(&smf->tally);
}

static void begin(struct timer *timer)
{
    struct smf *smf = (struct smf *)((char *)timer - offsetof(struct smf, tally.timer));
    struct tally *tally = &smf->tally;
    timer_start(smf->agent->settings.timers, timer, tally->period);
    if (tally->round)
        return; /* the last one takes its time */
    if (read_all(smf))
        tell_page(smf);
}

static void mark_told(struct tally *tally)
{
    for (size_t left = page_size(tally); left > 0; left--) {
        const struct tally_reading *reading = &tally->round[tally->at++];
        memcpy(tally->told[reading->gnb->id - 1], reading->bytes, sizeof reading->bytes);
    }
}

void tally_answered(struct smf *smf, uint32_t sequence, bool accepted)
{
    struct tally *tally = &smf->tally;
    if (!tally->round || sequence != tally->sequence)
        return;
    if (accepted)
        mark_told(tally);
    else if (tally->told_count)
        memset(tally->told, 0, tally->told_count * sizeof *tally->told);
    if (accepted && tally->at < tally->count)
        tell_page(smf);
    else
        forget_round(tally);
}

void tally_rest(struct smf *smf)
{
    timer_stop(smf->agent->settings.timers, &smf->tally.timer);
    forget_round(&smf->tally);
}

void tally_free(struct smf *smf)
{
    tally_rest(smf);
    free(smf->tally.told);
    smf->tally = (struct tally){0};
}

void tally_ask(struct smf *smf, unsigned period)
{
    tally_free(smf);
    smf->tally.timer.fire = begin;
    smf->tally.period = SECONDS(period);
    if (period)
        timer_start(smf->agent->settings.timers, &smf->tally.timer, 0);
}

static void tell_last(struct smf *smf)
{
    struct tally *tally = &smf->tally;
    if (!read_all(smf))
        return;
    do {
        struct pfcp_traffic_of_peer items[PAGE];
        struct pfcp_message message = page_of(smf, items);
        if (message.node_report_request.traffic_report.flags & PFCP_TRAFFIC_LAST)
            message.node_report_request.traffic_report.flags |= PFCP_TRAFFIC_ENDS;
        message.sequence = smf->next_sequence = (smf->next_sequence + 1) & 0xffffff;
        smf_send(smf, &message);
        mark_told(tally);
    } while (tally->at < tally->count);
}

void tally_end(struct agent *agent)
{
    for (unsigned i = 0; i < agent->smf_count; i++)
        if (agent->smfs[i].associated && agent->smfs[i].tally.period)
            tell_last(&agent->smfs[i]);
}
