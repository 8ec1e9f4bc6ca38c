/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Where a packet goes next: what the host's routes and neighbours say, remembered for a second, or until the agent says that they have changed. What the
 * host does not know yet (a neighbour to be resolved) goes through the slow path, and the host learns it there. While there is no slow path, what was
 * remembered of it is good enough.
 */
#ifndef PLANE_BPF_ROUTE_H
#define PLANE_BPF_ROUTE_H

#include "plane/bpf/count.h"
#include "plane/bpf/served.h"
#include "plane/bpf/sum.h"

enum { REMEMBERED_NS = 1000000000, TUNNEL_V4_BYTES = 44, TUNNEL_V6_BYTES = 64 };

INLINE __u32 route_place(const struct frame *frame, const struct fast_address *to)
{
    const __u64 mixed = (to->half[0] ^ to->half[1]) * 0x9e3779b97f4a7c15u;
    return frame->processor * FAST_ROUTES + (mixed >> 48 & (FAST_ROUTES - 1));
}

/* Asks the host. 0: it cannot say, and what is at `route`, for another, stays. Global, as the kernel checks such a function once, and not for each way to it. */
int look_up(struct xdp_md *context, const struct fast_address *from, const struct fast_address *to,
            struct fast_route *route);
__attribute__((noinline)) int look_up(struct xdp_md *context, const struct fast_address *from,
                                      const struct fast_address *to, struct fast_route *route)
{
    if (!context || !from || !to || !route)
        return 0;
    struct bpf_fib_lookup question = {.ifindex = context->ingress_ifindex};
    if (is_v4(to)) {
        question.family = AF_INET;
        question.ipv4_src = from->half[1] >> 32;
        question.ipv4_dst = to->half[1] >> 32;
    } else {
        question.family = AF_INET6;
        __builtin_memcpy(question.ipv6_src, from, sizeof *from);
        __builtin_memcpy(question.ipv6_dst, to, sizeof *to);
    }
    if (bpf_fib_lookup(context, &question, sizeof question, 0) != BPF_FIB_LKUP_RET_SUCCESS)
        return 0;
    const struct fast_port *port = AT(ports, question.ifindex);
    if (!port || !(port->flags & FAST_OUT))
        return 0;
    /* What the host has been told of the way beyond counts, too (RFC 1191, RFC 8201); kernels before 5.12 do not say. */
    const __u16 mtu = question.mtu_result ? question.mtu_result : port->mtu;
    *route = (struct fast_route){.to = *to, .device = question.ifindex, .mtu = mtu};
    __builtin_memcpy(route->mac, question.dmac, 6);
    __builtin_memcpy((__u8 *)route->mac + 6, question.smac, 6);
    return 1;
}

/* At the end of a tunnel it is packets inside that have to fit; none longer than the slow path takes, nor over IPv6 than can be summed up. */
INLINE void leave_room(struct fast_route *route, const struct fast_settings *plane)
{
    const bool v4 = is_v4(&route->to);
    const __u32 headers = v4 ? TUNNEL_V4_BYTES : TUNNEL_V6_BYTES;
    const __u32 room = route->mtu > headers ? route->mtu - headers : 0;
    const __u32 most = v4 || plane->mtu < SUMMED_MOST ? plane->mtu : SUMMED_MOST;
    route->mtu = (__u16)(room < most ? room : most);
}

/* Of what is remembered at `route`. NULL: through the slow path. */
INLINE const struct fast_route *route_at(struct fast_route *route, const struct frame *frame,
                                         const struct fast_settings *plane, const struct fast_address *from,
                                         const struct fast_address *to, bool tunnel)
{
    if (!route)
        return 0;
    /* Before the host is asked: what it says may be of before the next change. */
    const __u32 routes = *(const volatile __u32 *)&plane->routes;
    if (same_address(&route->to, to) && route->routes == routes && frame->now < route->until)
        return route;
    if (look_up(frame->context, from, to, route)) {
        if (tunnel)
            leave_room(route, plane);
        route->routes = routes;
        route->until = frame->now + REMEMBERED_NS;
        return route;
    }
    return route->until && same_address(&route->to, to) && !is_served(frame->context) ? route : 0;
}

INLINE const struct fast_route *route_to_gnb(const struct frame *frame, const struct fast_settings *plane,
                                             __u32 index, const struct fast_gnb *gnb)
{
    struct fast_route *route = AT(gnb_routes, index * plane->processors + frame->processor);
    return route_at(route, frame, plane, &gnb->source, &gnb->address, true);
}

INLINE const struct fast_route *route_to_core(const struct frame *frame, const struct fast_settings *plane,
                                              __u32 network, const struct flow *flow)
{
    const struct fast_network *own = AT(networks, network);
    if (own && own->host.device)
        return &own->host;
    struct fast_route *route = AT(routes, route_place(frame, &flow->destination));
    return route_at(route, frame, plane, &flow->source, &flow->destination, false);
}

/* One hop less (RFC 791, RFC 1624). */
INLINE void count_hop(void *header, const struct flow *flow)
{
    if (flow->version == 6) {
        ((struct ipv6hdr *)header)->hop_limit--;
        return;
    }
    struct iphdr *ip = header;
    const __u32 sum = (__u32)ip->check + bpf_htons(0x100);
    ip->check = (__sum16)(sum + (sum >= 0xffff));
    ip->ttl--;
}

/* In front of what there is room for it. */
INLINE bool write_ethernet(struct xdp_md *context, const struct fast_route *route, __be16 type)
{
    struct ethernet *ethernet = (void *)(long)context->data;
    if ((void *)(ethernet + 1) > (void *)(long)context->data_end)
        return false;
    __u32 *to = (void *)ethernet;
    to[0] = route->mac[0];
    to[1] = route->mac[1];
    to[2] = route->mac[2];
    ethernet->type = type;
    return true;
}

#endif
