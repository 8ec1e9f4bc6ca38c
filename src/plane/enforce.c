/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/enforce.h"

#include "plane/fast/counts.h"
#include "plane/shared_rate.h"
#include "plane/usage.h"

unsigned segments_of(const struct packet *packet)
{
    if (packet->segment_bytes == 0)
        return 1;
    size_t payload = packet->length - packet->header_bytes;
    return (unsigned)((payload + packet->segment_bytes - 1) / packet->segment_bytes);
}

size_t segments_bytes(const struct packet *packet, unsigned segments)
{
    if (packet->segment_bytes == 0)
        return segments ? packet->length : 0;
    size_t payload = packet->length - packet->header_bytes, sent = (size_t)segments * packet->segment_bytes;
    return (size_t)segments * packet->header_bytes + (sent < payload ? sent : payload);
}

bool enforce_gates_open(const struct ruleset *rules, const struct pdr *pdr, enum direction direction)
{
    for (unsigned i = 0; i < rules->qer_count; i++)
        if ((pdr->qers >> i & 1) && rules->qers[i].closed[direction])
            return false;
    return true;
}

static bool quota_left(const struct ruleset *rules, const struct pdr *pdr)
{
    for (unsigned i = 0; i < rules->urr_count; i++)
        if ((pdr->urrs >> i & 1) && rules->urrs[i].exhausted)
            return false;
    return true;
}

static bool limits(const struct ruleset *rules, const struct pdr *pdr, unsigned qer)
{
    return (pdr->qers >> qer & 1) && rules->qers[qer].has_mbr;
}

static _Atomic int64_t *booked_of(struct qer *qer, enum direction direction)
{
    if (qer->shared)
        return shared_rate_booked(qer->shared, direction);
    return qer->elsewhere[direction] ? qer->elsewhere[direction] : &qer->booked[direction];
}

static void give_back(struct ruleset *rules, const struct pdr *pdr, unsigned qers, enum direction direction,
                      size_t bytes)
{
    for (unsigned i = 0; i < qers; i++) {
        struct qer *qer = &rules->qers[i];
        if (limits(rules, pdr, i))
            bucket_give_back(booked_of(qer, direction), bytes, qer->mbr[direction]);
    }
}

/* Takes the bytes from every limit at once, or from none. */
static bool rates_admit(struct ruleset *rules, const struct pdr *pdr, enum direction direction, int64_t now,
                        size_t bytes)
{
    for (unsigned i = 0; i < rules->qer_count; i++) {
        struct qer *qer = &rules->qers[i];
        if (!limits(rules, pdr, i) ||
            bucket_take_shared(booked_of(qer, direction), now, bytes, qer->mbr[direction]))
            continue;
        give_back(rules, pdr, i, direction, bytes);
        return false;
    }
    return true;
}

static unsigned admitted(struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                         const struct packet *packet)
{
    unsigned segments = segments_of(packet);
    if (rates_admit(rules, pdr, direction, packet->now, segments_bytes(packet, segments)))
        return segments;
    unsigned n = 0;
    while (n < segments) {
        size_t piece = segments_bytes(packet, n + 1) - segments_bytes(packet, n);
        if (!rates_admit(rules, pdr, direction, packet->now, piece))
            break;
        n++;
    }
    return n;
}

static enum drop enforce(struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                         struct packet *packet, bool *due)
{
    if (!enforce_gates_open(rules, pdr, direction))
        return DROP_GATE;
    if (!quota_left(rules, pdr))
        return DROP_QUOTA;
    packet->segments = admitted(rules, pdr, direction, packet);
    if (packet->segments == 0)
        return DROP_RATE;
    size_t bytes = segments_bytes(packet, packet->segments);
    for (unsigned i = 0; i < rules->urr_count; i++)
        if (pdr->urrs >> i & 1)
            *due |= usage_count(&rules->urrs[i], direction, bytes, packet->segments, packet->now);
    return DROP_NONE;
}

enum drop enforce_qers(struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                       struct packet *packet)
{
    if (!enforce_gates_open(rules, pdr, direction))
        return DROP_GATE;
    packet->segments = admitted(rules, pdr, direction, packet);
    return packet->segments ? DROP_NONE : DROP_RATE;
}

enum drop enforce_both(struct plane *plane, struct session *session, const struct pdr *pdr,
                       enum direction direction, struct packet *packet, bool *due)
{
    *due |= fast_absorb(plane, session, packet->now);
    const enum drop drop = enforce(session->rules, pdr, direction, packet, due);
    fast_grant(plane, session);
    return drop;
}
