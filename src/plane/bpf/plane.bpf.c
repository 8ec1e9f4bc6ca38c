/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The fast path of the user plane, at the host's interfaces (XDP). It forwards what is plain and in order, refuses what is plainly not, and leaves the
 * rest to the slow path (plane/worker.c), which the kernel hands it to: so each packet is judged once, by the same rules.
 */
#include "plane/bpf/downlink.h"

INLINE int forward(struct frame *frame, const struct fast_settings *plane, __u32 flags)
{
    struct flow flow;
    const bool v4 = frame->type == bpf_htons(ETH_P_IP);
    if (!v4 && frame->type != bpf_htons(ETH_P_IPV6))
        return XDP_PASS;
    if ((v4 ? read_v4(frame, &flow) : read_v6(frame, &flow)) != GOES_ON)
        return XDP_PASS;
    if ((flags & FAST_N3) && flow.protocol == IPPROTO_UDP &&
        same_address(&flow.destination, &plane->n3[!v4])) {
        const struct udphdr *udp = take(frame, sizeof *udp);
        return udp && udp->dest == bpf_htons(GTPU_PORT) ? uplink(frame, plane, &flow) : XDP_PASS;
    }
    return flags & FAST_N6 ? downlink(frame, plane, &flow) : XDP_PASS;
}

SEC("xdp")
int plane_packet(struct xdp_md *context)
{
    struct frame frame = {
        .context = context,
        .at = (void *)(long)context->data,
        .end = (void *)(long)context->data_end,
        .processor = bpf_get_smp_processor_id(),
    };
    frame.lane = AT(lanes, frame.processor);
    const struct fast_port *port = AT(ports, context->ingress_ifindex);
    const struct fast_settings *plane = AT(settings, 0);
    if (!port || !plane || !frame.lane || !(port->flags & (FAST_N3 | FAST_N6)) ||
        read_ethernet(&frame) != GOES_ON)
        return XDP_PASS;
    frame.now = bpf_jiffies64() * plane->jiffy + plane->epoch;
    return forward(&frame, plane, port->flags);
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
