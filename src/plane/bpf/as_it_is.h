/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The program sends packets on as they are inside. Those that somebody has to change first are the slow path's, and the host's behind it. */
#ifndef PLANE_BPF_AS_IT_IS_H
#define PLANE_BPF_AS_IT_IS_H

#include "plane/bpf/sum.h"
#include "plane/protocols.h"

/* Of a TCP header, behind ports and sequence number. */
struct tcp_rest {
    __be32 acknowledgment;
    __u8 offset, flags;
    __be16 window;
    __sum16 checksum;
    __be16 urgent;
};

/* Of a packet whose ports have been read; NULL: it is no TCP, or not all there. */
INLINE const struct tcp_rest *tcp_of(const struct frame *frame, const struct flow *flow)
{
    const struct tcp_rest *rest = frame->at;
    return flow->protocol == PROTOCOL_TCP && (void *)(rest + 1) <= frame->end ? rest : 0;
}

/* A connection begins, and the host is to lower the segment size that is asked for (plane/nat.c). */
INLINE bool is_clamped(const struct frame *frame, const struct fast_settings *plane, const struct flow *flow)
{
    enum { SYN = 0x02 };
    if (!plane->mss_clamp || flow->protocol != PROTOCOL_TCP || (frame->port & FAST_HOST))
        return false;
    const struct tcp_rest *tcp = tcp_of(frame, flow);
    return !tcp || (tcp->flags & SYN);
}

INLINE __u64 sum_of_either(const struct fast_address *address, bool v4)
{
    return v4 ? address->half[1] >> 32 : sum_of_address(address);
}

INLINE __u16 pseudo_header_sum(const struct flow *flow)
{
    const bool v4 = flow->version == 4;
    const __u32 header = v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
    __u64 sum = sum_of_either(&flow->source, v4) + sum_of_either(&flow->destination, v4) +
                bpf_htons((__u16)(flow->length - header)) + bpf_htons(flow->protocol);
    return fold(sum);
}

/* What is behind the IP header, its checksum with it, adds up. */
INLINE bool adds_up(const struct frame *frame, const struct flow *flow, __u16 pseudo_header)
{
    const __u32 header = flow->version == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
    const __s64 sum = sum_of(frame->context, flow->offset + header, flow->length - header);
    return sum >= 0 && fold((__u64)sum + pseudo_header) == 0xffff;
}

/*
 * Nobody has made its checksum yet. Hosts leave that to the device that a packet goes out by, and a virtual one leaves it to the next: what comes out of it has the sum of
 * the pseudo-header there (RFC 9293 3.1; of CRC32c zero). In a tunnel it would never be made. One finished checksum in 65,536 looks like that, too; that one is right.
 */
INLINE bool is_unfinished(const struct frame *frame, const struct flow *flow)
{
    const struct {
        __be16 ports[2], length;
        __sum16 checksum;
    } *udp = frame->at - sizeof *udp;
    if (!(frame->port & FAST_UNFINISHED))
        return false;
    const __u16 pseudo_header = pseudo_header_sum(flow);
    if (flow->protocol == PROTOCOL_TCP) {
        const struct tcp_rest *tcp = tcp_of(frame, flow);
        return !tcp || (tcp->checksum == pseudo_header && !adds_up(frame, flow, pseudo_header));
    }
    if (flow->protocol == PROTOCOL_UDP)
        return udp->checksum == pseudo_header && !adds_up(frame, flow, pseudo_header);
    return flow->protocol == PROTOCOL_SCTP;
}

#endif
