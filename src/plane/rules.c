/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/rules.h"

#include <stdlib.h>

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

static bool filters_match(const struct ruleset *rules, const struct pdr *pdr, const struct flow *flow,
                          bool uplink)
{
    const struct sdf_filter *filter = rules->filters + pdr->first_filter;
    for (unsigned i = 0; i < pdr->filter_count; i++)
        if (sdf_match(filter + i, flow, uplink))
            return true;
    return pdr->filter_count == 0;
}

const struct pdr *ruleset_match(const struct ruleset *rules, uint8_t source, uint32_t teid, uint8_t qfi,
                                const struct flow *flow)
{
    bool uplink = source == PFCP_ACCESS;
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        const struct pdr *pdr = &rules->pdrs[i];
        if (pdr->source != source || (uplink && pdr->teid != teid))
            continue;
        if (uplink && qfi != RULESET_ANY_QFI && pdr->qfis && !(pdr->qfis >> (qfi & 63) & 1))
            continue;
        if (filters_match(rules, pdr, flow, uplink))
            return pdr;
    }
    return NULL;
}

const struct far *ruleset_access_far(const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->far_count; i++) {
        const struct far *far = &rules->fars[i];
        if (far->has_outer && far->destination == PFCP_ACCESS && (far->action & PFCP_FORW))
            return far;
    }
    return NULL;
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
