/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* To the phone, whichever way a packet for it came. */
#ifndef PLANE_BPF_DELIVER_H
#define PLANE_BPF_DELIVER_H

#include "plane/bpf/encapsulate.h"
#include "plane/bpf/order.h"

/* Over N9: behind the headers of a tunnel. */
INLINE bool is_from_upf(const struct flow *flow)
{
    return flow->offset > sizeof(struct ethhdr) + sizeof(struct vlan_tag);
}

/* Of a session whose packets need not queue. */
INLINE int deliver(struct frame *frame, const struct fast_settings *plane, struct fast_session *session,
                   struct fast_action *action, const struct flow *flow)
{
    struct fast_queue *queue = &session->queue;
    if (action->verdict == FAST_DROP)
        return drop(frame, action->reason);
    if (action->verdict != FAST_TO_TUNNEL || !has_credit(action, flow->length))
        return pass_first(frame, &session->state, queue, DOWNLINK);
    const union outer outer = outer_of(action);
    const struct fast_gnb *gnb = AT(gnbs, outer.gnb);
    if (!gnb || gnb->shaped[DOWNLINK])
        return pass_first(frame, &session->state, queue, DOWNLINK);
    if (gnb->captured)
        frame->captured |= is_from_upf(flow) ? CAPTURE_IN : CAPTURE_OUT;
    const struct fast_route *route = route_to_gnb(frame, plane, outer.gnb, gnb);
    if (!route || flow->length > route->mtu)
        return pass_first(frame, &session->state, queue, DOWNLINK);
    if (!rates_admit(action, flow->length, frame->now))
        return drop(frame, DROP_RATE);
    count(frame, plane, action, outer.gnb, DOWNLINK, flow->length);
    const struct way way = {.route = route,
                            .gnb = gnb,
                            .teid = outer.teid,
                            .marking = action->marking,
                            .pdu_type = DOWNLINK_CONTAINER,
                            .qfi = (__u8)((action->reflective ? 0x40 : 0) | action->qfi)};
    if (frame->captured & CAPTURE_BY_SENDER)
        capture_as(frame, DROP_NONE);
    else if (frame->captured)
        capture_sent(frame, outer.both, way.qfi, flow->offset);
    return send_into_tunnel(frame, &way, flow);
}

#endif
