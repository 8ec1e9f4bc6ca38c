/* SPDX-License-Identifier: Apache-2.0 */
/* What both directions share. */
#include "plane/pathway.h"

#include <string.h>

#include "plane/answer.h"
#include "wire/gtpu/gtpu.h"

enum verdict path_drop(struct lane *lane, enum drop reason)
{
    count(&lane->counters.drops[reason], 1);
    lane->reason = reason;
    return PATH_DROP;
}

void path_pass(struct lane *lane, struct session *session, struct gnb *gnb, enum direction direction,
               struct packet *packet)
{
    size_t bytes = segments_bytes(packet, packet->segments);
    count(&lane->counters.packets[direction], packet->segments);
    count(&lane->counters.bytes[direction], bytes);
    session->counters.passed.packets[direction] += packet->segments;
    session->counters.passed.bytes[direction] += bytes;
    session->counters.last_packet = packet->now;
    count(&gnb->counters[lane->index].packets[direction], packet->segments);
    count(&gnb->counters[lane->index].bytes[direction], bytes);
    if (shaping_concerns(&gnb->shaping, direction))
        shaping_schedule(lane, gnb, direction, packet);
}

/* Where there is no IP packet, or none that is whole, there is nothing that a filter of packets asks for. */
static void read_packet_in(const struct ruleset *rules, const struct frame *frame, struct bytes octets,
                           struct flow *flow)
{
    static const uint8_t none[16];
    const struct bytes packet = bytes_of(octets.data + frame->payload, octets.len - frame->payload);
    if (!rules->asks_frames || !frame_is_ip(frame) || flow_parse(packet, flow) != NULL)
        *flow = (struct flow){.source = none, .destination = none, .version = 6};
}

bool path_read_frame(const struct ruleset *rules, struct bytes octets, struct flow *flow)
{
    struct frame frame;
    if (frame_parse(octets, &frame) != NULL)
        return false;
    read_packet_in(rules, &frame, octets, flow);
    flow->frame = frame;
    return true;
}

enum verdict path_encapsulate(const struct ruleset *rules, const struct pdr *pdr, const struct far *far,
                              struct packet *packet)
{
    packet->to = far->to;
    packet->marking = far->has_marking ? far->marking : 0;
    packet->teid = far->teid;
    const bool uplink = far->destination == PFCP_CORE; /* N9: the flow stays what it is, unless a QER says */
    const uint8_t qfi = ruleset_qfi(rules, pdr, &packet->rqi);
    packet->qfi = qfi == 0 && uplink ? packet->qfi : qfi;
    if (packet->segment_bytes == 0) {
        packet->data -= GTPU_HEADER_CONTAINER;
        gtpu_g_pdu_header(packet->data, packet->teid, uplink ? GTPU_UPLINK : GTPU_DOWNLINK, packet->qfi,
                          packet->rqi && !uplink, packet->length);
        packet->length += GTPU_HEADER_CONTAINER;
    }
    return PATH_TO_N3;
}

void path_copy(const struct ruleset *rules, const struct pdr *pdr, enum direction direction,
               struct packet *packet)
{
    const struct far *far = &rules->fars[pdr->far];
    bool reflective;
    if (!(far->action & PFCP_DUPL) || packet->copied)
        return;
    packet->copied = true;
    packet->copies = (struct copies){
        .to = rules->duplicating + far->first_duplicating,
        .count = far->duplicating_count,
        .packet = bytes_of(packet->data, packet->length),
        .segments = packet->segments,
        .qfi = direction == UPLINK ? packet->qfi : ruleset_qfi(rules, pdr, &reflective),
        .way = direction,
    };
}

void path_copy_dropped(struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                       struct packet *packet)
{
    const bool copies = (rules->fars[pdr->far].action & PFCP_DUPL) && !packet->copied;
    if (copies && enforce_qers(rules, pdr, direction, packet) == DROP_NONE)
        path_copy(rules, pdr, direction, packet);
}

/* The header is written where that of the packet itself may be. */
void path_send_copies(struct lane *lane, const struct packet *packet,
                      void (*send)(void *context, struct packet *copy), void *context)
{
    const struct copies *copies = &packet->copies;
    uint8_t kept[GTPU_HEADER_CONTAINER];
    if (copies->count == 0)
        return;
    uint8_t *inner = (uint8_t *)copies->packet.data, *header = inner - GTPU_HEADER_CONTAINER;
    memcpy(kept, header, sizeof kept);
    for (const struct duplicating *to = copies->to; to < copies->to + copies->count; to++) {
        struct packet copy = {.data = inner,
                              .length = copies->packet.len,
                              .end = packet->end,
                              .now = packet->now,
                              .segment_bytes = packet->segment_bytes,
                              .header_bytes = packet->header_bytes,
                              .segments = copies->segments,
                              .to = to->to,
                              .teid = to->teid,
                              .marking = to->marking,
                              .qfi = copies->qfi};
        count(&lane->counters.copied[0], copy.segments);
        count(&lane->counters.copied[1], segments_bytes(&copy, copy.segments));
        if (copy.segment_bytes == 0) {
            gtpu_g_pdu_header(header, to->teid, copies->way == UPLINK ? GTPU_UPLINK : GTPU_DOWNLINK,
                              copies->qfi, false, copy.length);
            copy.data = header;
            copy.length += GTPU_HEADER_CONTAINER;
        }
        send(context, &copy);
    }
    memcpy(header, kept, sizeof kept);
}

/* The downlink PDR that marks what no rule matches: the last in precedence. */
static const struct pdr *default_pdr(const struct ruleset *rules)
{
    for (unsigned i = rules->pdr_count; i-- > 0;)
        if (rules->pdrs[i].source == PFCP_CORE)
            return &rules->pdrs[i];
    return NULL;
}

enum verdict path_advertise_locked(struct lane *lane, struct session *session, struct packet *packet)
{
    const struct ruleset *rules = session->rules;
    const struct far *far = rules->has_v6 ? ruleset_access_far(rules) : NULL;
    const struct pdr *pdr = far ? default_pdr(rules) : NULL;
    if (!pdr || packet->end - packet->data < ANSWER_BYTES)
        return path_drop(lane, DROP_LINK_LOCAL);
    packet->length = answer_router_advertisement(session->network, rules->v6, packet->data);
    packet->segment_bytes = 0;
    count(&lane->counters.router_advertisements, 1);
    return path_encapsulate(rules, pdr, far, packet);
}

enum verdict path_advertise(struct lane *lane, struct session *session, struct packet *packet)
{
    session_lock(session);
    enum verdict verdict = path_advertise_locked(lane, session, packet);
    session_unlock(session);
    return verdict;
}
