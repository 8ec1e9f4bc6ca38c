/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Puts a packet into a tunnel (TS 29.281 5.1) with a PDU session container (TS 38.415 5.5.2), and sends it to the gNB, or to another UPF. Over IPv6 the
 * datagram has a checksum, as the slow path's has from the kernel: that it may go without (RFC 6935) its receiver would have to have said.
 */
#ifndef PLANE_BPF_ENCAPSULATE_H
#define PLANE_BPF_ENCAPSULATE_H

#include "plane/bpf/route.h"
#include "plane/bpf/sum.h"

enum { TUNNEL_HOPS = 64, DOWNLINK_CONTAINER = 0x00, UPLINK_CONTAINER = 0x10 };

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

struct outer_v6 {
    struct ipv6hdr ip;
    struct udphdr udp;
    struct gtpu_header gtpu;
};

_Static_assert(sizeof(struct outer_v4) == TUNNEL_V4_BYTES && sizeof(struct outer_v6) == TUNNEL_V6_BYTES,
               "what leave_room() leaves");

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

/* Where a packet goes, and what its container says. */
struct way {
    const struct fast_route *route;
    const struct fast_gnb *gnb;
    __u32 teid;
    __u8 marking, pdu_type, qfi;
};

INLINE void write_gtpu(struct gtpu_header *gtpu, const struct way *way, __u32 bytes)
{
    *gtpu = (struct gtpu_header){
        .flags = 0x34,
        .type = 255,
        .length = bpf_htons((__u16)(bytes + sizeof *gtpu - 8)),
        .teid = way->teid,
        .next = 0x85,
        .words = 1,
        .pdu_type = way->pdu_type,
        .qfi = way->qfi,
    };
}

INLINE void write_udp(struct udphdr *udp, __u32 bytes)
{
    *udp = (struct udphdr){bpf_htons(GTPU_PORT), bpf_htons(GTPU_PORT),
                           bpf_htons((__u16)(bytes + sizeof *udp + sizeof(struct gtpu_header))), 0};
}

/* From its fields, which are in registers. */
INLINE __sum16 header_checksum(const struct iphdr *ip)
{
    return (__sum16)~fold((__u64)ip->saddr + ip->daddr + bpf_htons(0x4500 | ip->tos) + ip->tot_len +
                          ip->frag_off + bpf_htons((__u16)(ip->ttl << 8 | ip->protocol)));
}

/* The headers of a tunnel over IPv4 in front of a packet of that many bytes. */
INLINE void write_outer_v4(struct outer_v4 *outer, const struct way *way, __u32 bytes)
{
    outer->ip = (struct iphdr){
        .version = 4,
        .ihl = 5,
        .tos = way->marking,
        .tot_len = bpf_htons((__u16)(bytes + sizeof *outer)),
        .frag_off = bpf_htons(0x4000),
        .ttl = TUNNEL_HOPS,
        .protocol = IPPROTO_UDP,
        .saddr = way->gnb->source.half[1] >> 32,
        .daddr = way->gnb->address.half[1] >> 32,
    };
    outer->ip.check = header_checksum(&outer->ip);
    write_udp(&outer->udp, bytes);
    write_gtpu(&outer->gtpu, way, bytes);
}

/* --- over IPv6 --- */

/* RFC 8200 8.1; `inner` is the sum of the packet in the tunnel. */
INLINE __sum16 datagram_checksum(const struct outer_v6 *outer, const struct fast_gnb *gnb, __u64 inner)
{
    const __u32 *gtpu = (const void *)&outer->gtpu;
    const __u64 sum = sum_of_address(&gnb->source) + sum_of_address(&gnb->address) + bpf_htons(IPPROTO_UDP) +
                      2 * (__u64)outer->udp.len + 2 * bpf_htons(GTPU_PORT) + gtpu[0] + gtpu[1] + gtpu[2] +
                      gtpu[3] + inner;
    const __u16 check = (__u16)~fold(sum);
    return check ? check : 0xffff;
}

INLINE void write_outer_v6(struct outer_v6 *outer, const struct way *way, __u32 bytes, __u64 inner)
{
    const __u32 size = bytes + sizeof *outer - sizeof outer->ip;
    *(__be32 *)(void *)&outer->ip = bpf_htonl(0x60000000u | (__u32)way->marking << 20);
    outer->ip.payload_len = bpf_htons((__u16)size);
    outer->ip.nexthdr = IPPROTO_UDP;
    outer->ip.hop_limit = TUNNEL_HOPS;
    *(struct fast_address *)(void *)&outer->ip.saddr = way->gnb->source;
    *(struct fast_address *)(void *)&outer->ip.daddr = way->gnb->address;
    write_udp(&outer->udp, bytes);
    write_gtpu(&outer->gtpu, way, bytes);
    outer->udp.check = datagram_checksum(outer, way->gnb, inner);
}

/* Makes room in front of the packet, and writes the Ethernet header. The place behind that, or NULL. */
INLINE void *make_room(struct frame *frame, const struct fast_route *route, const struct flow *flow,
                       __u32 size, __be16 type)
{
    struct xdp_md *context = frame->context;
    const int grown = (int)flow->offset - (int)(sizeof(struct ethernet) + size);
    if (!trim(frame, flow) || bpf_xdp_adjust_head(context, grown) != 0 ||
        !write_ethernet(context, route, type))
        return 0;
    void *outer = (void *)(long)context->data + sizeof(struct ethernet);
    return outer + size <= (void *)(long)context->data_end ? outer : 0;
}

static __attribute__((noinline)) int send_over_v6(struct frame *frame, const struct way *way,
                                                  const struct flow *flow)
{
    const __u32 bytes = flow->length;
    const __s64 inner = sum_of(frame->context, flow->offset, bytes);
    struct outer_v6 *outer =
        inner < 0 ? 0 : make_room(frame, way->route, flow, sizeof(struct outer_v6), bpf_htons(ETH_P_IPV6));
    if (!outer)
        return XDP_ABORTED;
    write_outer_v6(outer, way, bytes, (__u64)inner);
    return (int)bpf_redirect(way->route->device, 0);
}

/* The packet at flow->header, which becomes one hop older where this host is its router. */
INLINE int send_into_tunnel(struct frame *frame, const struct way *way, const struct flow *flow)
{
    const __u32 bytes = flow->length;
    if (flow->routed)
        count_hop(flow->header, flow);
    if (!is_v4(&way->gnb->address))
        return send_over_v6(frame, way, flow);
    struct outer_v4 *outer = make_room(frame, way->route, flow, sizeof(struct outer_v4), bpf_htons(ETH_P_IP));
    if (!outer)
        return XDP_ABORTED;
    write_outer_v4(outer, way, bytes);
    return (int)bpf_redirect(way->route->device, 0);
}

#endif
