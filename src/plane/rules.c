/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/rules.h"

#include <stdlib.h>
#include <string.h>

#include "kit/address.h"
#include "kit/mac.h"
#include "plane/classifier.h"
#include "plane/shared_rate.h"
#include "plane/usage.h"

/* Places an array of `count` elements at *at and moves it on, aligned for any of them. */
static void *place(uintptr_t *at, size_t count, size_t size)
{
    uintptr_t here = *at;
    *at += (count * size + 7) & ~(size_t)7;
    return (void *)here;
}

/* Returns the bytes the arrays take from `begin` on. */
static size_t lay_out(struct ruleset *rules, uintptr_t begin)
{
    uintptr_t at = begin;
    rules->pdrs = place(&at, rules->pdr_count, sizeof *rules->pdrs);
    rules->fars = place(&at, rules->far_count, sizeof *rules->fars);
    rules->qers = place(&at, rules->qer_count, sizeof *rules->qers);
    rules->urrs = place(&at, rules->urr_count, sizeof *rules->urrs);
    rules->bars = place(&at, rules->bar_count, sizeof *rules->bars);
    rules->filters = place(&at, rules->filter_count, sizeof *rules->filters);
    rules->duplicating = place(&at, rules->duplicating_count, sizeof *rules->duplicating);
    rules->routes = place(&at, rules->route_count, sizeof *rules->routes);
    return at - begin;
}

struct ruleset *ruleset_new(const struct ruleset *counts)
{
    struct ruleset measure = *counts;
    struct ruleset *rules = calloc(1, sizeof *rules + lay_out(&measure, 0));
    if (!rules)
        return NULL;
    *rules = *counts;
    lay_out(rules, (uintptr_t)(rules + 1));
    return rules;
}

void ruleset_free(struct ruleset *rules)
{
    for (unsigned i = 0; rules && i < rules->qer_count; i++)
        shared_rate_leave(rules->qers[i].shared);
    for (unsigned i = 0; rules && i < 2; i++)
        free(rules->classifiers[i]);
    free(rules);
}

static void continue_urr(struct urr *urr, const struct urr *old)
{
    urr->volume = old->volume;
    urr->since = old->since;
    urr->first_packet = old->first_packet;
    urr->last_packet = old->last_packet;
    urr->sequence = old->sequence;
    urr->due = old->due;
    if (urr->renewed)
        return;
    urr->spent = old->spent;
    urr->quota_since = old->quota_since;
    urr->exhausted = old->exhausted;
}

static void take_over_urr(struct urr *urr, const struct ruleset *old, int64_t now)
{
    usage_begin(urr, now);
    urr->quota_since = now;
    for (unsigned i = 0; old && i < old->urr_count; i++)
        if (old->urrs[i].id == urr->id)
            continue_urr(urr, &old->urrs[i]);
    urr->renewed = false;
}

/* What has been taken from its bucket. Where the packet program takes from the bucket, too, it stays there if it has a place of its own; if not, it is here
 * until the session's actions are written. */
static void take_over_qer(struct qer *qer, const struct qer *old)
{
    qer->place = old->place;
    for (unsigned direction = UPLINK; direction <= DOWNLINK; direction++) {
        const _Atomic int64_t *from =
            old->elsewhere[direction] ? old->elsewhere[direction] : &old->booked[direction];
        qer->booked[direction] = *from;
        qer->elsewhere[direction] = old->place ? old->elsewhere[direction] : NULL;
    }
}

void ruleset_take_over(struct ruleset *rules, const struct ruleset *old, int64_t now)
{
    for (unsigned i = 0; i < rules->urr_count; i++)
        take_over_urr(&rules->urrs[i], old, now);
    for (unsigned i = 0; old && i < rules->qer_count; i++)
        for (unsigned j = 0; j < old->qer_count; j++)
            if (rules->qers[i].id == old->qers[j].id)
                take_over_qer(&rules->qers[i], &old->qers[j]);
}

/* --- matching --- */

static enum direction direction_of(uint8_t source)
{
    return source == PFCP_ACCESS ? UPLINK : DOWNLINK;
}

static bool is_plain(struct ruleset *rules, enum direction direction)
{
    unsigned count = 0, filters = 0;
    rules->only[direction] = RULES_NONE;
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        if (direction_of(rules->pdrs[i].source) != direction)
            continue;
        rules->only[direction] = (uint8_t)i;
        filters += rules->pdrs[i].filter_count;
        count++;
    }
    return count <= 1 && filters == 0;
}

static bool asks_frames(const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->filter_count; i++)
        if (rules->filters[i].frame.asks)
            return true;
    return false;
}

bool ruleset_compile(struct ruleset *rules)
{
    rules->asks_frames = asks_frames(rules);
    for (int direction = UPLINK; direction <= DOWNLINK; direction++) {
        if (is_plain(rules, (enum direction)direction))
            continue;
        rules->classifiers[direction] = classifiers_compile(rules, (enum direction)direction);
        if (!rules->classifiers[direction])
            return false;
    }
    return true;
}

static const struct pdr *match_only(const struct ruleset *rules, uint8_t source, uint32_t teid, uint8_t qfi)
{
    const uint8_t only = rules->only[direction_of(source)];
    const struct pdr *pdr = only != RULES_NONE ? &rules->pdrs[only] : NULL;
    if (!pdr || pdr->teid != teid)
        return NULL;
    const bool in_flow =
        source != PFCP_ACCESS || qfi == RULESET_ANY_QFI || pdr->qfis == 0 || (pdr->qfis >> (qfi & 63) & 1);
    return in_flow ? pdr : NULL;
}

static uint32_t v4_of(const uint8_t *address)
{
    struct reader r = reader_of(bytes_of(address, 4));
    return read_u32(&r);
}

static void v6_of(const uint8_t *address, __u64 halves[2])
{
    struct reader r = reader_of(bytes_of(address, 16));
    halves[0] = read_u64(&r);
    halves[1] = read_u64(&r);
}

static struct classified classified(const struct flow *flow, bool uplink, uint32_t teid, uint8_t qfi)
{
    const uint8_t *remote = uplink ? flow->destination : flow->source;
    const uint8_t *local = uplink ? flow->source : flow->destination;
    struct classified packet = {
        .version = flow->version, .protocol = flow->protocol, .traffic_class = flow->traffic_class};
    packet.value[CLASSIFY_TEID] = teid;
    packet.value[CLASSIFY_QFI] = qfi == RULESET_ANY_QFI ? CLASSIFIER_ANY_QFI : qfi & 63;
    packet.value[CLASSIFY_REMOTE_PORT] = uplink ? flow->destination_port : flow->source_port;
    packet.value[CLASSIFY_LOCAL_PORT] = uplink ? flow->source_port : flow->destination_port;
    if (!flow->has_ports)
        packet.value[CLASSIFY_REMOTE_PORT] = packet.value[CLASSIFY_LOCAL_PORT] = CLASSIFIER_NO_PORT;
    packet.value[CLASSIFY_SPI] = flow->spi;
    packet.value[CLASSIFY_FLOW_LABEL] = flow->flow_label;
    if (flow->version == 4) {
        packet.value[CLASSIFY_REMOTE_V4] = v4_of(remote);
        packet.value[CLASSIFY_LOCAL_V4] = v4_of(local);
    } else {
        v6_of(remote, packet.remote);
        v6_of(local, packet.local);
    }
    return packet;
}

static uint32_t vid_of(uint32_t tag)
{
    return tag == FRAME_NO_TAG ? CLASSIFIER_NO_PORT : tag & 0xfff;
}

/* The frame in the places of a packet's fields (plane/classifier.h). */
static struct classified classified_frame(const struct frame *frame, bool uplink)
{
    struct classified packet = {
        .version = 6, .protocol = (uint8_t)((frame->s_tag >> 12 & 15) << 4 | (frame->c_tag >> 12 & 15))};
    packet.value[FRAME_FIELD_TYPE] = frame->type < FRAME_TYPE_LEAST ? CLASSIFIER_NO_PORT : frame->type;
    packet.value[FRAME_FIELD_C_VID] = vid_of(frame->c_tag);
    packet.value[FRAME_FIELD_S_VID] = vid_of(frame->s_tag);
    packet.remote[1] = mac_number(uplink ? frame->destination : frame->source);
    packet.local[1] = mac_number(uplink ? frame->source : frame->destination);
    return packet;
}

static const struct pdr *match_frame(const struct ruleset *rules, const struct classifiers *classifiers,
                                     const struct classified *packet, const struct flow *flow, bool uplink)
{
    if (!flow->frame.destination)
        return NULL;
    const struct classified frame = classified_frame(&flow->frame, uplink);
    for (const struct classifier *record = classifiers->records;
         record < classifiers->records + classifiers->count; record += 2) {
        const uint64_t left = classify_filters(record, packet) & classify_filters(record + 1, &frame);
        if (left)
            return &rules->pdrs[classify_first(record, left)];
    }
    return NULL;
}

const struct pdr *ruleset_match(const struct ruleset *rules, uint8_t source, uint32_t teid, uint8_t qfi,
                                const struct flow *flow)
{
    const struct classifiers *classifiers = rules->classifiers[direction_of(source)];
    if (!classifiers)
        return match_only(rules, source, teid, qfi);
    const bool uplink = source == PFCP_ACCESS;
    const struct classified packet = classified(flow, uplink, teid, qfi);
    if (classifiers->frames)
        return match_frame(rules, classifiers, &packet, flow, uplink);
    for (unsigned i = 0; i < classifiers->count; i++) {
        const uint32_t pdr = classify(&classifiers->records[i], &packet);
        if (pdr != CLASSIFIER_NONE)
            return &rules->pdrs[pdr];
    }
    return NULL;
}

enum pfcp_interface ruleset_side(const struct ruleset *rules, uint32_t teid)
{
    for (unsigned i = 0; i < rules->pdr_count; i++)
        if (rules->pdrs[i].teid == teid && rules->pdrs[i].source == PFCP_CORE)
            return PFCP_CORE;
    return PFCP_ACCESS;
}

struct urr *ruleset_urr(const struct ruleset *rules, uint32_t id)
{
    for (unsigned i = 0; i < rules->urr_count; i++)
        if (rules->urrs[i].id == id)
            return &rules->urrs[i];
    return NULL;
}

bool ruleset_has_teid(const struct ruleset *rules, uint32_t teid)
{
    for (unsigned i = 0; i < rules->pdr_count; i++)
        if (rules->pdrs[i].teid == teid)
            return true;
    return false;
}

uint32_t ruleset_core_teid(const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->pdr_count; i++)
        if (rules->pdrs[i].teid && rules->pdrs[i].source == PFCP_CORE)
            return rules->pdrs[i].teid;
    return 0;
}

uint64_t ruleset_v4_key(const struct ruleset *rules)
{
    struct reader r = reader_of(BYTES(rules->v4));
    return rules->has_v4 ? read_u32(&r) : 0;
}

uint64_t ruleset_v6_key(const struct ruleset *rules)
{
    struct reader r = reader_of(BYTES(rules->v6));
    return rules->has_v6 ? read_u64(&r) : 0;
}

static bool is_behind(const struct ruleset *rules, uint8_t version, const uint8_t *address)
{
    struct config_ip ip = {.family = version == 4 ? AF_INET : AF_INET6};
    memcpy(ip.address, address, version == 4 ? 4 : 16);
    for (unsigned i = 0; i < rules->route_count; i++)
        if (config_prefix_holds(&rules->routes[i], &ip))
            return true;
    return false;
}

bool ruleset_owns(const struct ruleset *rules, uint8_t version, const uint8_t *address)
{
    if (version == 4 && rules->has_v4 && memcmp(address, rules->v4, 4) == 0)
        return true;
    if (version == 6 && rules->has_v6 && memcmp(address, rules->v6, 8) == 0)
        return true;
    return rules->route_count && is_behind(rules, version, address);
}

bool ruleset_has_route(const struct ruleset *rules, const struct config_prefix *route)
{
    for (unsigned i = 0; i < rules->route_count; i++)
        if (memcmp(&rules->routes[i], route, sizeof *route) == 0)
            return true;
    return false;
}

const struct far *ruleset_core_far(const struct ruleset *rules, const union socket_address *peer)
{
    for (unsigned i = 0; i < rules->far_count; i++) {
        const struct far *far = &rules->fars[i];
        if (far->has_outer && far->destination == PFCP_CORE && (far->action & PFCP_FORW) &&
            (!peer || address_same_host(&far->to, peer)))
            return far;
    }
    return NULL;
}

const struct far *ruleset_access_far(const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->far_count; i++) {
        const struct far *far = &rules->fars[i];
        if (far_leads_to_access(far) && (far->action & PFCP_FORW))
            return far;
    }
    return NULL;
}

bool ruleset_duplicates(const struct ruleset *rules, enum direction direction)
{
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        const struct pdr *pdr = &rules->pdrs[i];
        if (direction_of(pdr->source) == direction && pdr->far != RULES_NONE &&
            (rules->fars[pdr->far].action & PFCP_DUPL))
            return true;
    }
    return false;
}

bool ruleset_notifies(const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->far_count; i++)
        if (rules->fars[i].action & PFCP_NOCP)
            return true;
    return false;
}

uint8_t ruleset_qfi(const struct ruleset *rules, const struct pdr *pdr, bool *rqi)
{
    uint8_t qfi = 0;
    *rqi = false;
    for (unsigned i = 0; i < rules->qer_count; i++) {
        const struct qer *qer = &rules->qers[i];
        if (!(pdr->qers >> i & 1))
            continue;
        if (qer->has_qfi)
            qfi = qer->qfi;
        *rqi |= qer->rqi;
    }
    return qfi;
}
