/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * From N3 to the data network. As in plane/uplink.c, nothing is believed because of the port it came in on: the tunnel must exist, the sender must be
 * the gNB that the tunnel was given to, and what is inside must be the subscriber's own and bound for the outside.
 */
#ifndef PLANE_BPF_UPLINK_H
#define PLANE_BPF_UPLINK_H

#include "plane/bpf/as_it_is.h"
#include "plane/bpf/bother.h"
#include "plane/bpf/deliver.h"
#include "plane/bpf/destination.h"
#include "plane/bpf/detect.h"
#include "plane/bpf/order.h"

enum { GTPU_VERSION_1 = 0x30, GTPU_EXTENSION = 0x34, G_PDU = 255, SESSION_CONTAINER = 0x85, ANY_QFI = 0xff };

struct gtpu {
    __u8 flags, type;
    __be16 length;
    __be32 teid;
};

/* With one extension, the PDU session container (TS 38.415 5.5.2). */
struct gtpu_extension {
    __be16 sequence;
    __u8 n_pdu, next;
    __u8 words; /* of four octets, itself and the type of the next one counted */
    __u8 type, qfi, end;
};

struct tunnelled {
    __u32 teid;
    __u32 gnb; /* at which it counts */
    __u8 qfi;
    void *end; /* of the payload */
};

/* TS 29.281 5.1: a G-PDU without options, or with a PDU session container of the usual length and nothing else. */
INLINE enum outcome read_gtpu(struct frame *frame, const struct flow *outer, struct tunnelled *tunnelled)
{
    const struct gtpu *header = take(frame, sizeof *header);
    if (!header || header->type != G_PDU)
        return NOT_PLAIN;
    tunnelled->teid = header->teid;
    tunnelled->qfi = ANY_QFI;
    tunnelled->end = (void *)(header + 1) + bpf_ntohs(header->length);
    if (tunnelled->end != outer->header + outer->length) /* several, put together on receipt (UDP GRO) */
        return NOT_PLAIN;
    if (header->flags == GTPU_VERSION_1)
        return GOES_ON;
    const struct gtpu_extension *extension = take(frame, sizeof *extension);
    if (header->flags != GTPU_EXTENSION || !extension || extension->next != SESSION_CONTAINER ||
        extension->words != 1 || extension->end != 0 || (extension->type & 0xf0) > 0x10 ||
        (extension->qfi & 0x80))
        return NOT_PLAIN;
    tunnelled->qfi = extension->qfi & 0x3f;
    return GOES_ON;
}

INLINE enum outcome read_inner(struct frame *frame, const struct tunnelled *tunnelled, struct flow *inner)
{
    const __u8 *first = frame->at;
    if ((void *)(first + 1) > frame->end)
        return NOT_PLAIN;
    const enum outcome outcome = *first >> 4 == 4 ? read_v4(frame, inner) : read_v6(frame, inner);
    if (outcome != GOES_ON || inner->header + inner->length > tunnelled->end || inner->hops <= 1)
        return NOT_PLAIN;
    return read_transport(frame, inner);
}

INLINE bool is_own(const struct fast_tunnel *tunnel, const struct flow *flow,
                   const struct fast_address *address)
{
    if (flow->version == 4)
        return tunnel->v4 && tunnel->v4 == address->half[1] >> 32;
    return tunnel->v6 && tunnel->v6 == address->half[0];
}

/* Whether it is behind the phone. Asked when it is not the phone's own, where there is such a network. */
static __attribute__((noinline)) bool is_behind(__u32 session, const struct fast_address *address)
{
    if (!address)
        return false;
    const struct fast_prefix key = {128, *address};
    const __u32 *place = bpf_map_lookup_elem(&prefixes, &key);
    return place && *place == (FAST_FRAMED | session);
}

/* Link-local addresses and the unspecified one: a router is asked for, or neighbours. */
INLINE bool is_link_local(const struct flow *flow)
{
    const __u64 half = bpf_be64_to_cpu(flow->source.half[0]);
    return flow->version == 6 &&
           (half >> 54 == 0xfe80 >> 6 || (flow->source.half[0] | flow->source.half[1]) == 0);
}

/* A phone sends at its next gNB as soon as it is there, and what the last one had is still coming: the slow path knows (plane/early.h). Until the
 * SMF has said that a phone moves, that path is bothered with no more than it would keep. */
INLINE bool may_be_early(struct fast_tunnel *tunnel, __u64 now)
{
    enum { KEPT = 64, SECOND_SHIFT = 30 };
    const __u8 second = (__u8)(now >> SECOND_SHIFT);
    if (now < tunnel->settling)
        return true;
    if (tunnel->second != second) {
        tunnel->second = second;
        tunnel->strangers = 0;
    }
    return tunnel->strangers < KEPT && tunnel->strangers++ < KEPT;
}

/* The packet inside, one hop older unless that is counted where it goes; all in front of it is taken off. */
INLINE int send_to_core(struct frame *frame, const struct fast_route *route, const struct flow *inner)
{
    struct xdp_md *context = frame->context;
    const int gone = (int)inner->offset - (int)sizeof(struct ethernet);
    if (!route->routed_there)
        count_hop(inner->header, inner);
    if (!trim(frame, inner) || bpf_xdp_adjust_head(context, gone) != 0)
        return XDP_ABORTED;
    if (!write_ethernet(context, route, inner->version == 4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6)))
        return XDP_ABORTED;
    return (int)bpf_redirect(route->device, 0);
}

/* TS 29.281 7.3.1: the sender is to be told, which the slow path does. A search for tunnels costs it no more than that, and its sender his own answers. */
static __attribute__((noinline)) int unknown_tunnel(const struct frame *frame,
                                                    const struct fast_address *sender)
{
    const struct fast_settings *plane = AT(settings, 0);
    if (!frame || !sender || !plane || !frame->lane)
        return XDP_DROP;
    if (plane->crowded)
        return pass_some(frame, sender, FAST_BOTHER_PACKET);
    return may_bother(sender, FAST_BOTHER_UNKNOWN, frame->now) ? pass(frame, UPLINK)
                                                               : refuse(frame, sender, DROP_UNKNOWN_TEID);
}

/* What read_gtpu() does not take: a message, a packet with more in front of it than the program reads, or nonsense. */
static __attribute__((noinline)) int odd_gtpu(const struct frame *frame, const struct fast_address *sender,
                                              const struct gtpu *header)
{
    enum { VERSION = 0xf0 };
    if (!frame || !sender)
        return XDP_DROP;
    const bool is_packet = (void *)(header + 1) <= frame->end && header->type == G_PDU &&
                           (header->flags & VERSION) == GTPU_VERSION_1;
    return pass_some(frame, sender, is_packet ? FAST_BOTHER_PACKET : FAST_BOTHER_MESSAGE);
}

/* Of a session, but no part of a flow that the fast path carries. */
static __attribute__((noinline)) int pass_some_aside(const struct frame *frame, struct fast_queue *queue,
                                                     const struct fast_address *sender,
                                                     enum direction direction)
{
    if (!frame || !queue || !sender || !frame->lane)
        return XDP_DROP;
    return may_bother(sender, FAST_BOTHER_PACKET, frame->now) ? pass_aside(frame, queue, direction)
                                                              : refuse(frame, sender, DROP_TOO_MANY);
}

/* Of a session that the slow path carries, uplink: `first` begins that, others follow. */
static __attribute__((noinline)) int pass_traffic(const struct frame *frame, struct fast_tunnel *tunnel,
                                                  const struct fast_address *sender, bool first)
{
    if (!frame || !tunnel || !sender || !frame->lane)
        return XDP_DROP;
    if (!may_bother(sender, FAST_BOTHER_TRAFFIC, frame->now))
        return refuse(frame, sender, DROP_TOO_MANY);
    return first ? pass_first(frame, &tunnel->state, &tunnel->queue, UPLINK)
                 : pass_aside(frame, &tunnel->queue, UPLINK);
}

INLINE bool may_have_qfi(const struct fast_tunnel *tunnel, const struct tunnelled *tunnelled)
{
    return tunnelled->qfi == ANY_QFI || (tunnel->qfis >> tunnelled->qfi & 1);
}

/* What is done with the packet, as find_action() says. */
INLINE __u32 uplink_action(struct fast_tunnel *tunnel, const struct tunnelled *tunnelled,
                           const struct flow *inner, struct fast_action **action)
{
    *action = &tunnel->action;
    if (!tunnel->flows)
        return may_have_qfi(tunnel, tunnelled) ? DROP_NONE : DROP_NO_RULE;
    const __u32 qfi = tunnelled->qfi == ANY_QFI ? CLASSIFIER_ANY_QFI : tunnelled->qfi;
    return find_action(tunnel->flows, inner, bpf_ntohl(tunnelled->teid), qfi, UPLINK, action);
}

/* N9: what another UPF has for the phone; `inner` is NULL if it is not plain. */
static __attribute__((noinline)) int from_upf(struct frame *frame, const struct fast_settings *plane,
                                              const struct fast_tunnel *tunnel,
                                              const struct fast_address *sender, const struct flow *inner)
{
    struct fast_session *session = AT(sessions, tunnel->session);
    if (!session)
        return pass(frame, DOWNLINK);
    struct fast_queue *queue = &session->queue;
    const struct fast_gnb *upf = AT(gnbs, tunnel->gnb);
    frame->captured = session->captured ? CAPTURE_IN : 0;
    if (!upf || !same_address(&upf->address, sender))
        return tunnel->state == FAST_HELD ? pass_some_aside(frame, queue, sender, DOWNLINK)
                                          : refuse(frame, sender, DROP_WRONG_PEER);
    if (upf->captured)
        frame->captured = CAPTURE_IN | CAPTURE_BY_SENDER;
    if (tunnel->state == FAST_HELD)
        return pass_aside(frame, queue, DOWNLINK);
    if (session->flows) /* the tunnel counts among what tells them apart */
        return pass_aside(frame, queue, DOWNLINK);
    if (must_queue(frame, &session->state, queue))
        return pass_aside(frame, queue, DOWNLINK);
    if (!inner || is_link_local(inner))
        return pass_some_aside(frame, queue, sender, DOWNLINK);
    if (!is_own(tunnel, inner, &inner->destination) &&
        !((tunnel->flags & FAST_BEHIND) && is_behind(tunnel->session, &inner->destination)))
        return refuse(frame, sender, DROP_NO_SESSION);
    return deliver(frame, plane, session, &session->action, inner);
}

/* N9: the data network is another UPF's. XDP_PASS: the slow path is the way there. */
static __attribute__((noinline)) int to_upf(struct frame *frame, const struct fast_settings *plane,
                                            struct fast_action *action, const struct tunnelled *tunnelled,
                                            const struct flow *inner)
{
    const __u8 qfi = tunnelled->qfi == ANY_QFI ? 0 : tunnelled->qfi;
    const union outer outer = outer_of(action);
    const struct fast_gnb *upf = AT(gnbs, outer.gnb);
    const struct fast_route *route = upf ? route_to_gnb(frame, plane, outer.gnb, upf) : 0;
    if (!route || inner->length > route->mtu)
        return XDP_PASS;
    if (!rates_admit(action, inner->length, frame->now))
        return drop(frame, DROP_RATE);
    count(frame, plane, action, tunnelled->gnb, UPLINK, inner->length);
    const struct way way = {.route = route,
                            .gnb = upf,
                            .teid = outer.teid,
                            .marking = action->marking,
                            .pdu_type = UPLINK_CONTAINER,
                            .qfi = action->qfi ? action->qfi : qfi};
    if (frame->captured)
        capture_as(frame, DROP_NONE);
    else if (upf->captured)
        capture_sent(frame, outer.both, way.qfi | MARK_UPLINK, inner->offset);
    return send_into_tunnel(frame, &way, inner);
}

/* In the tunnel of an Ethernet session, from its gNB (plane/bpf/frames.h). */
static int uplink_frame(struct frame *frame, const struct fast_settings *plane, struct fast_tunnel *tunnel,
                        const struct tunnelled *tunnelled, const struct flow *outer);

/* A packet in its own phone's tunnel, from the gNB that the tunnel was given to, with none before it in the slow path. */
INLINE int uplink_packet(struct frame *frame, const struct fast_settings *plane, struct fast_tunnel *tunnel,
                         struct tunnelled *tunnelled, const struct flow *outer, const struct fast_gnb *from,
                         const struct flow *inner)
{
    struct fast_action *action;
    __u32 reason = uplink_action(tunnel, tunnelled, inner, &action);
    if (reason == DROP_NO_RULE)
        return refuse(frame, &outer->source, reason);
    /* In a tunnel that leads on to another gNB nothing is the phone's own. */
    if (reason == TO_SLOW_PATH || action->verdict == FAST_SLOW)
        return pass_traffic(frame, tunnel, &outer->source, true);
    if (!is_own(tunnel, inner, &inner->source) &&
        !((tunnel->flags & FAST_BEHIND) && is_behind(tunnel->session, &inner->source)))
        return refuse(frame, &outer->source, DROP_SPOOFED_SOURCE);
    reason = check_destination(plane, tunnel->network, inner);
    if (reason == TO_SLOW_PATH)
        return pass_some_aside(frame, &tunnel->queue, &outer->source, UPLINK);
    if (reason != DROP_NONE)
        return refuse(frame, &outer->source, reason);
    if (!has_credit(action, inner->length) || from->shaped[UPLINK])
        return pass_traffic(frame, tunnel, &outer->source, true);
    if (from->captured)
        frame->captured = CAPTURE_IN;
    if (action->verdict == FAST_TO_TUNNEL) {
        tunnelled->gnb = tunnel->gnb;
        const int sent = to_upf(frame, plane, action, tunnelled, inner);
        return sent == XDP_PASS ? pass_traffic(frame, tunnel, &outer->source, true) : sent;
    }
    if (action->verdict == FAST_DROP)
        return drop(frame, action->reason);
    if (action->verdict != FAST_TO_CORE)
        return pass_traffic(frame, tunnel, &outer->source, true);
    const struct fast_route *route = route_to_core(frame, plane, tunnel->network, inner);
    if (!route || inner->length > route->mtu)
        return pass_traffic(frame, tunnel, &outer->source, true);
    if (is_clamped(frame, plane, inner))
        return pass_some_aside(frame, &tunnel->queue, &outer->source, UPLINK);
    if (!rates_admit(action, inner->length, frame->now))
        return drop(frame, DROP_RATE);
    count(frame, plane, action, tunnel->gnb, UPLINK, inner->length);
    if (frame->captured)
        capture_as(frame, DROP_NONE);
    return send_to_core(frame, route, inner);
}

INLINE int uplink(struct frame *frame, const struct fast_settings *plane, const struct flow *outer)
{
    struct tunnelled tunnelled;
    struct flow inner;
    const struct gtpu *header = frame->at;
    if (read_gtpu(frame, outer, &tunnelled) != GOES_ON)
        return odd_gtpu(frame, &outer->source, header);
    struct fast_tunnel *tunnel = AT(tunnels, bpf_ntohl(tunnelled.teid) & plane->tunnels);
    if (!tunnel)
        return pass(frame, UPLINK);
    touch(&tunnel->action);
    if (tunnel->teid != tunnelled.teid)
        return unknown_tunnel(frame, &outer->source);
    const bool is_plain = read_inner(frame, &tunnelled, &inner) == GOES_ON;
    if (tunnel->flags & FAST_FROM_CORE)
        return from_upf(frame, plane, tunnel, &outer->source, is_plain ? &inner : 0);
    struct fast_queue *queue = &tunnel->queue;
    const struct fast_gnb *from = AT(gnbs, tunnel->gnb);
    if (!from)
        return pass(frame, UPLINK);
    frame->captured = tunnel->flags & FAST_CAPTURED ? CAPTURE_IN : 0;
    if (!same_address(&from->address, &outer->source))
        return tunnel->state == FAST_HELD || may_be_early(tunnel, frame->now)
                   ? pass_some_aside(frame, queue, &outer->source, UPLINK)
                   : refuse(frame, &outer->source, DROP_WRONG_PEER);
    if (must_queue(frame, &tunnel->state, queue))
        return pass_traffic(frame, tunnel, &outer->source, false);
    if (tunnel->flags & FAST_FRAMES)
        return uplink_frame(frame, plane, tunnel, &tunnelled, outer);
    if (!is_plain || is_link_local(&inner))
        return pass_some_aside(frame, queue, &outer->source, UPLINK);
    return uplink_packet(frame, plane, tunnel, &tunnelled, outer, from, &inner);
}

#endif
