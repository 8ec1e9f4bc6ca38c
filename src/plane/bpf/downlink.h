/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* From a data network to N3, as in plane/downlink.c: find the subscriber by address, obey his rules. */
#ifndef PLANE_BPF_DOWNLINK_H
#define PLANE_BPF_DOWNLINK_H

#include "plane/bpf/as_it_is.h"
#include "plane/bpf/uplink.h"

/* Most IPv4 addresses have the place of their own number: then the table of addresses need not be read. */
INLINE struct fast_session *session_at(__u32 address, bool v4)
{
    struct fast_session *home = v4 ? AT(sessions, address) : 0;
    if (home && home->at_home)
        return home;
    const struct fast_addresses *two = AT(addresses, address / 2);
    const __u32 session = two ? two->session[address % 2] : 0;
    return session ? AT(sessions, session) : 0;
}

/* Whose address it is, or behind whom; NULL: nobody's. */
INLINE struct fast_session *find_session(const struct flow *flow)
{
    const __u32 place = place_of(&flow->destination);
    if (place < FAST_POOL)
        return 0;
    if (place & FAST_FRAMED)
        return AT(sessions, place & ~FAST_FRAMED);
    const struct fast_network *network = AT(networks, place - FAST_POOL);
    if (!network)
        return 0;
    const bool v4 = flow->version == 4;
    const __u64 nth = v4 ? bpf_ntohl(flow->destination.half[1] >> 32) - network->v4
                         : bpf_be64_to_cpu(flow->destination.half[0]) - network->v6;
    if (nth >= (v4 ? network->v4_count : network->v6_count))
        return 0;
    return session_at((v4 ? network->v4_first : network->v6_first) + (__u32)nth, v4);
}

/* What is done with the packet, as find_action() says. */
INLINE __u32 downlink_action(struct fast_session *session, const struct flow *flow,
                             struct fast_action **action)
{
    *action = &session->action;
    return session->flows ? find_action(session->flows, flow, 0, 0, DOWNLINK, action) : DROP_NONE;
}

/* Is the age of the packet such that it must not go on? Where the host has routed it, that has counted the hop. */
INLINE bool is_too_old(const struct frame *frame, const struct flow *flow)
{
    return flow->hops <= 1 && !(frame->port & FAST_HOST);
}

INLINE int downlink(struct frame *frame, const struct fast_settings *plane, struct flow *flow)
{
    struct fast_session *session = find_session(flow);
    if (!session)
        return XDP_PASS;
    touch(&session->action);
    struct fast_queue *queue = &session->queue;
    frame->captured = session->captured ? CAPTURE_OUT : 0;
    if (must_queue(frame, &session->state, queue))
        return pass_aside(frame, queue, DOWNLINK);
    if (read_transport(frame, flow) != GOES_ON || is_too_old(frame, flow) || is_clamped(frame, plane, flow))
        return pass_aside(frame, queue, DOWNLINK);
    if (flow->length > session->mtu || is_unfinished(frame, flow))
        return pass_first(frame, &session->state, queue, DOWNLINK);
    struct fast_action *action;
    const __u32 reason = downlink_action(session, flow, &action);
    if (reason == TO_SLOW_PATH)
        return pass_first(frame, &session->state, queue, DOWNLINK);
    if (reason != DROP_NONE)
        return drop(frame, reason);
    flow->routed = !(frame->port & FAST_HOST); /* else the host has been */
    return deliver(frame, plane, session, action, flow);
}

#endif
