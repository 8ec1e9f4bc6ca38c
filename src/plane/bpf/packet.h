/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * A packet as the program reads it. What it understands is the plain shape that nearly all packets have; the slow path looks at all others
 * (fragments, options, chains of headers), and judges them as it does here.
 */
#ifndef PLANE_BPF_PACKET_H
#define PLANE_BPF_PACKET_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>

#include "plane/bpf/maps.h"

#define INLINE static __attribute__((always_inline)) inline

enum { AF_INET = 2, AF_INET6 = 10, GTPU_PORT = 2152 };

/* What could not be read is the slow path's. */
enum outcome { GOES_ON, NOT_PLAIN };

struct frame {
    struct xdp_md *context;
    void *at, *end; /* what is not read yet */
    __u32 taken;    /* octets read so far */
    __u64 now;      /* ns, of a coarse clock */
    struct fast_lane *lane;
    __u32 processor;
    __u32 port;     /* enum fast_port_flags of where it came in */
    __u32 captured; /* the agent wants to see it */
    __u16 type;     /* of the Ethernet payload, network order */
    __u16 vlan;     /* 802.1Q identifier, network order; 0: none, or a priority alone */
};

/* An IP header's fields. */
struct flow {
    struct fast_address source, destination;
    void *header;
    __u32 offset;                        /* of it in the frame */
    __u32 length;                        /* of the packet by its own header */
    __u16 source_port, destination_port; /* network order; 0: none */
    __u8 protocol, version, marking, hops;
    bool routed; /* this host is a router on its way: it grows a hop older */
};

INLINE struct fast_address mapped(__u32 v4)
{
    return (struct fast_address){{0, (__u64)v4 << 32 | 0xffff0000u}};
}

INLINE bool is_v4(const struct fast_address *address)
{
    return address->half[0] == 0 && (__u32)address->half[1] == 0xffff0000u;
}

INLINE bool same_address(const struct fast_address *a, const struct fast_address *b)
{
    return ((a->half[0] ^ b->half[0]) | (a->half[1] ^ b->half[1])) == 0;
}

INLINE struct frame frame_of(struct xdp_md *context)
{
    struct frame frame = {
        .context = context,
        .at = (void *)(long)context->data,
        .end = (void *)(long)context->data_end,
        .processor = bpf_get_smp_processor_id(),
    };
    frame.lane = AT(lanes, frame.processor);
    return frame;
}

INLINE __u64 time_now(const struct fast_settings *plane)
{
    return bpf_jiffies64() * plane->jiffy + plane->epoch;
}

/* The next header, of `size` bytes, or NULL. */
INLINE void *take(struct frame *frame, __u32 size)
{
    void *header = frame->at;
    if (header + size > frame->end)
        return 0;
    frame->at = header + size;
    frame->taken += size;
    return header;
}

/* As the kernel's, but not packed: those are read octet by octet. */
struct ethernet {
    __be16 mac[6], type;
};
struct vlan_tag {
    __be16 identity, type;
};

enum { VLAN_IDENTIFIER = 0x0fff };

INLINE bool is_tag(__be16 type)
{
    return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

/* The first octet is the highest, as in kit/mac.h. */
INLINE __u64 mac_number(const __be16 words[3])
{
    return (__u64)bpf_ntohs(words[0]) << 32 | (__u64)bpf_ntohs(words[1]) << 16 | bpf_ntohs(words[2]);
}

INLINE bool is_group(__u64 mac)
{
    return mac >> 40 & 1;
}

INLINE enum outcome read_ethernet(struct frame *frame)
{
    const struct ethernet *ethernet = take(frame, sizeof *ethernet);
    if (!ethernet)
        return NOT_PLAIN;
    frame->type = ethernet->type;
    if (frame->type != bpf_htons(ETH_P_8021Q))
        return GOES_ON;
    const struct vlan_tag *tag = take(frame, sizeof *tag);
    if (!tag)
        return NOT_PLAIN;
    frame->vlan = tag->identity & bpf_htons(VLAN_IDENTIFIER);
    frame->type = tag->type;
    return GOES_ON;
}

/* Takes off what is behind the packet: a frame's padding, or what a sender put there. Pointers into the frame are void afterwards. */
INLINE bool trim(const struct frame *frame, const struct flow *flow)
{
    long size = (long)frame->context->data_end - (long)frame->context->data;
    __asm__("" : "+r"(size)); /* a number from here on, whatever it was made of */
    const int behind = (int)size - (int)(flow->offset + flow->length);
    return behind <= 0 || bpf_xdp_adjust_tail(frame->context, -behind) == 0;
}

INLINE enum outcome read_v4(struct frame *frame, struct flow *flow)
{
    enum { MORE_OR_OFFSET = 0x3fff, PLAIN = 0x45 };
    const struct iphdr *ip = take(frame, sizeof *ip);
    if (!ip || *(const __u8 *)ip != PLAIN || (ip->frag_off & bpf_htons(MORE_OR_OFFSET)))
        return NOT_PLAIN;
    flow->header = (void *)ip;
    flow->offset = frame->taken - (__u32)sizeof *ip;
    flow->version = 4;
    flow->routed = false;
    flow->length = bpf_ntohs(ip->tot_len);
    flow->protocol = ip->protocol;
    flow->marking = ip->tos;
    flow->hops = ip->ttl;
    flow->source = mapped(ip->saddr);
    flow->destination = mapped(ip->daddr);
    return flow->length >= sizeof *ip && (void *)ip + flow->length <= frame->end ? GOES_ON : NOT_PLAIN;
}

INLINE enum outcome read_v6(struct frame *frame, struct flow *flow)
{
    const struct ipv6hdr *ip = take(frame, sizeof *ip);
    if (!ip || ip->version != 6)
        return NOT_PLAIN;
    flow->header = (void *)ip;
    flow->offset = frame->taken - (__u32)sizeof *ip;
    flow->version = 6;
    flow->routed = false;
    flow->length = (__u32)sizeof *ip + bpf_ntohs(ip->payload_len);
    flow->protocol = ip->nexthdr;
    flow->marking = (__u8)(ip->priority << 4 | ip->flow_lbl[0] >> 4);
    flow->hops = ip->hop_limit;
    flow->source = *(const struct fast_address *)(const void *)&ip->saddr;
    flow->destination = *(const struct fast_address *)(const void *)&ip->daddr;
    if (is_v4(&flow->source) || is_v4(&flow->destination)) /* no such address is on a wire */
        return NOT_PLAIN;
    return (void *)ip + flow->length <= frame->end ? GOES_ON : NOT_PLAIN;
}

#endif
