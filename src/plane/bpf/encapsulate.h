/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Puts a packet into a tunnel (TS 29.281 5.1, TS 38.415 5.5.2.1) and sends it to the gNB. */
#ifndef PLANE_BPF_ENCAPSULATE_H
#define PLANE_BPF_ENCAPSULATE_H

#include "plane/bpf/route.h"

enum { TUNNEL_HOPS = 64 };

struct gtpu_header {
    __u8 flags, type;
    __be16 length;
    __be32 teid;
    __be16 sequence;
    __u8 n_pdu, next;
    __u8 words, pdu_type, qfi, end;
};

struct outer_v4 {
    struct iphdr ip;
    struct udphdr udp;
    struct gtpu_header gtpu;
};

/* Where a tunnel leads. */
union outer {
    struct {
        __u32 gnb, teid;
    };
    __u64 both;
};

/* Read once: the agent may be leading the session elsewhere. */
INLINE union outer outer_of(const struct fast_action *action)
{
    return (union outer){.both = *(const volatile __u64 *)&action->outer};
}

INLINE void write_gtpu(struct gtpu_header *gtpu, __u32 teid, const struct fast_action *action, __u32 bytes)
{
    *gtpu = (struct gtpu_header){
        .flags = 0x34,
        .type = 255,
        .length = bpf_htons((__u16)(bytes + sizeof *gtpu - 8)),
        .teid = teid,
        .next = 0x85,
        .words = 1,
        .qfi = (__u8)((action->reflective ? 0x40 : 0) | action->qfi),
    };
}

/* From its fields, which are in registers. */
INLINE __sum16 header_checksum(const struct iphdr *ip)
{
    __u64 sum = (__u64)ip->saddr + ip->daddr + bpf_htons(0x4500 | ip->tos) + ip->tot_len + ip->frag_off +
                bpf_htons((__u16)(ip->ttl << 8 | ip->protocol));
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return (__sum16) ~(sum + (sum >> 16));
}

/* The headers of a tunnel over IPv4 in front of a packet of that many bytes. */
INLINE void write_outer_v4(struct outer_v4 *outer, const struct fast_gnb *gnb, __u32 teid,
                           const struct fast_action *action, __u32 bytes)
{
    outer->ip = (struct iphdr){
        .version = 4,
        .ihl = 5,
        .tos = action->marking,
        .tot_len = bpf_htons((__u16)(bytes + sizeof *outer)),
        .frag_off = bpf_htons(0x4000),
        .ttl = TUNNEL_HOPS,
        .protocol = IPPROTO_UDP,
        .saddr = gnb->source.half[1] >> 32,
        .daddr = gnb->address.half[1] >> 32,
    };
    outer->ip.check = header_checksum(&outer->ip);
    outer->udp = (struct udphdr){bpf_htons(2152), bpf_htons(2152),
                                 bpf_htons((__u16)(bytes + sizeof *outer - sizeof outer->ip)), 0};
    write_gtpu(&outer->gtpu, teid, action, bytes);
}

/* The packet at flow->header, which becomes one hop older unless the host has counted that. */
INLINE int send_to_gnb(struct frame *frame, const struct fast_route *route, const struct fast_gnb *gnb,
                       __u32 teid, const struct fast_action *action, const struct flow *flow)
{
    struct xdp_md *context = frame->context;
    const __u32 ethernet = ethernet_bytes(route), bytes = flow->length;
    const int grown = (int)flow->offset - (int)(ethernet + sizeof(struct outer_v4));
    if (!(frame->port & FAST_HOST))
        count_hop(flow->header, flow);
    if (bpf_xdp_adjust_head(context, grown) != 0)
        return XDP_ABORTED;
    if (!write_ethernet(context, route, bpf_htons(ETH_P_IP)))
        return XDP_ABORTED;
    struct outer_v4 *outer = (void *)(long)context->data + ethernet;
    if ((void *)(outer + 1) > (void *)(long)context->data_end)
        return XDP_ABORTED;
    write_outer_v4(outer, gnb, teid, action, bytes);
    return (int)bpf_redirect(route->device, 0);
}

#endif
