/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The fast path of the user plane, at the host's interfaces (XDP). It forwards what is plain and in order, refuses what is plainly not, and leaves the
 * rest to the slow path (plane/worker.c), which the kernel hands it to: so each packet is judged once, by the same rules.
 */
#include "plane/bpf/downlink.h"
#include "plane/bpf/frames.h"
#include "plane/bpf/ran_port.h"

INLINE bool is_for_n3(const struct fast_settings *plane, const struct flow *flow)
{
    return same_address(&flow->destination, &plane->n3[flow->version != 4]);
}

/* Of a datagram of GTP-U the UDP header; NULL: it is none. */
INLINE const struct udphdr *take_gtpu(struct frame *frame, const struct flow *flow)
{
    const struct udphdr *udp = flow->protocol == IPPROTO_UDP ? take(frame, sizeof *udp) : 0;
    return udp && udp->dest == bpf_htons(GTPU_PORT) ? udp : 0;
}

/* A datagram for the slow path that is not plain outside: options, chains, fragments, lengths that differ, which the host makes one of. Of a chain longer than is
 * walked it may, too. As a global function it is verified by itself. */
int odd_datagram(struct xdp_md *context, __u64 now);
__attribute__((noinline)) int odd_datagram(struct xdp_md *context, __u64 now)
{
    struct frame frame = frame_of(context);
    const struct fast_settings *plane = AT(settings, 0);
    struct arrival arrival;
    if (!plane || !frame.lane || read_ethernet(&frame) != GOES_ON)
        return XDP_PASS;
    frame.now = now;
    const bool v4 = frame.type == bpf_htons(ETH_P_IP);
    if (!(v4 ? read_arrival_v4(&frame, &arrival) : read_arrival_v6(&frame, &arrival)) ||
        (arrival.protocol != PROTOCOL_UDP && arrival.protocol != NO_PROTOCOL) ||
        !same_address(&arrival.destination, &plane->n3[!v4]))
        return XDP_PASS;
    return pass_some(&frame, &arrival.source, FAST_BOTHER_PACKET);
}

/* Nothing comes in at a RAN port that the rules of the line do not name; elsewhere anything may. */
INLINE int let_in(const struct frame *frame)
{
    return frame->port & FAST_RAN ? may_come_in(frame->context) : XDP_PASS;
}

/* A tag of VLAN 0 says a priority alone, and the host takes off as many as there are: behind the second nothing here would have looked at the packet. */
INLINE int no_packet(struct frame *frame)
{
    const int verdict = let_in(frame);
    if (verdict != XDP_PASS || !(frame->port & FAST_N3) || frame->vlan || !is_tag(frame->type))
        return verdict;
    const struct vlan_tag *tag = take(frame, sizeof *tag);
    return tag && !(tag->identity & bpf_htons(VLAN_IDENTIFIER)) ? drop(frame, DROP_OUTER_MALFORMED)
                                                                : XDP_PASS;
}

INLINE int odd_outside(const struct frame *frame, __u32 bytes)
{
    const int verdict = frame->port & FAST_N3 ? odd_datagram(frame->context, frame->now) : XDP_PASS;
    if ((frame->port & FAST_RAN) && verdict != XDP_PASS)
        count_end(frame, FAST_RAN_N3, bytes);
    return verdict;
}

INLINE int forward(struct frame *frame, const struct fast_settings *plane)
{
    struct flow flow;
    const __u32 bytes = (__u32)(frame->end - frame->at);
    const bool v4 = frame->type == bpf_htons(ETH_P_IP);
    if (!v4 && frame->type != bpf_htons(ETH_P_IPV6))
        return no_packet(frame);
    if ((v4 ? read_v4(frame, &flow) : read_v6(frame, &flow)) != GOES_ON)
        return let_in(frame) == XDP_PASS ? odd_outside(frame, bytes) : XDP_DROP;
    const bool tunnels = (frame->port & FAST_N3) && is_for_n3(plane, &flow);
    const struct udphdr *udp = tunnels ? take_gtpu(frame, &flow) : 0;
    if (udp && (void *)udp + bpf_ntohs(udp->len) == flow.header + flow.length) {
        const int verdict = uplink(frame, plane, &flow);
        if ((frame->port & FAST_RAN) && verdict != XDP_PASS)
            count_end(frame, FAST_RAN_N3, bytes);
        return verdict;
    }
    if (let_in(frame) != XDP_PASS)
        return XDP_DROP;
    if (udp || (tunnels && is_extension(flow.protocol, flow.version)))
        return odd_outside(frame, bytes);
    return frame->port & FAST_N6 ? downlink(frame, plane, &flow) : XDP_PASS;
}

INLINE __u64 addressee(const struct xdp_md *context)
{
    const struct ethernet *ethernet = (void *)(long)context->data;
    return (void *)(ethernet + 1) <= (void *)(long)context->data_end ? mac_number(ethernet->mac) : 0;
}

/* What a switch floods, or a host that listens to all gets besides, another router forwards. What is sent to everybody none does, but the host takes what has
 * its own IP address. */
INLINE int of_others(struct frame *frame, __u64 mac)
{
    const __u32 bytes = (__u32)(frame->end - frame->at);
    if (frame->type != bpf_htons(ETH_P_IP) && frame->type != bpf_htons(ETH_P_IPV6))
        return no_packet(frame);
    const int verdict = let_in(frame);
    return verdict == XDP_PASS && is_group(mac) ? odd_outside(frame, bytes) : verdict;
}

SEC("xdp")
int plane_packet(struct xdp_md *context)
{
    struct frame frame = frame_of(context);
    const struct fast_port *port = AT(ports, context->ingress_ifindex);
    const struct fast_settings *plane = AT(settings, 0);
    if (!port || !plane || !frame.lane || !(port->flags & (FAST_N3 | FAST_N6 | FAST_RAN)) ||
        read_ethernet(&frame) != GOES_ON)
        return XDP_PASS;
    frame.now = time_now(plane);
    frame.port = port->flags;
    if (frame.vlan) /* another network's: the host has an interface for it, or none */
        return let_in(&frame);
    const __u64 mac = addressee(context);
    if (port->mac && port->mac != mac)
        return of_others(&frame, mac);
    return forward(&frame, plane);
}

/* Run once by the agent, to learn how jiffies and its clock belong together. */
SEC("xdp")
int plane_clock(struct xdp_md *context)
{
    (void)context;
    struct fast_settings *plane = AT(settings, 0);
    if (plane)
        plane->epoch = bpf_ktime_get_ns() - bpf_jiffies64() * plane->jiffy;
    return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
