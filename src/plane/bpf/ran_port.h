/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Rule L2 of the line, before the kernel has made anything of a packet: where radio equipment is connected nothing comes in but N2, N3, neighbours' questions
 * and named hops. nftables beneath has the same rules (plane/ran_port_rules.c) and counts what goes on; here is counted what ends.
 */
#ifndef PLANE_BPF_RAN_PORT_H
#define PLANE_BPF_RAN_PORT_H

#include "plane/bpf/count.h"
#include "plane/protocols.h"

enum { NO_PROTOCOL = 0xffff, CHAIN = 8, FRAGMENT_OFFSET = 0x1fff, FRAGMENT_OFFSET_V6 = 0xfff8 };

/* A packet as far as the rules ask; of one that is no whole IP packet the addresses. */
struct arrival {
    struct fast_address source, destination;
    __u16 source_port, destination_port; /* network order */
    __u16 protocol;                      /* or NO_PROTOCOL */
    __u8 version, hops;
    __u8 kind;   /* the first octet behind the IP headers */
    bool behind; /* a fragment behind the first: it has no ports */
    bool ports;  /* there are four octets to read them from */
};

INLINE bool skip(struct frame *frame, __u32 size)
{
    frame->at += size;
    return frame->at <= frame->end;
}

INLINE void read_ports(struct frame *frame, struct arrival *arrival)
{
    const __u8 *kind = frame->at;
    const __u16 *ports = frame->at;
    if (arrival->behind || (void *)(kind + 1) > frame->end)
        return;
    arrival->kind = *kind;
    if ((void *)(ports + 2) > frame->end)
        return;
    arrival->source_port = ports[0];
    arrival->destination_port = ports[1];
    arrival->ports = true;
}

/* False: there is no IP header. */
INLINE bool read_arrival_v4(struct frame *frame, struct arrival *arrival)
{
    const struct iphdr *ip = take(frame, sizeof *ip);
    if (!ip)
        return false;
    const __u32 header = ip->ihl * 4u, length = bpf_ntohs(ip->tot_len);
    *arrival = (struct arrival){
        .source = mapped(ip->saddr), .destination = mapped(ip->daddr), .protocol = NO_PROTOCOL, .version = 4};
    if (ip->version != 4 || header < sizeof *ip || length < header || (void *)ip + length > frame->end)
        return true;
    arrival->protocol = ip->protocol;
    arrival->behind = (ip->frag_off & bpf_htons(FRAGMENT_OFFSET)) != 0;
    if (skip(frame, header - (__u32)sizeof *ip))
        read_ports(frame, arrival);
    return true;
}

/* The protocol behind the chain of headers; NO_PROTOCOL: it is too long, or cut off. */
INLINE __u16 walk_chain(struct frame *frame, __u8 protocol, bool *behind)
{
    for (unsigned i = 0; i < CHAIN; i++) {
        if (protocol != PROTOCOL_HOP_BY_HOP && protocol != PROTOCOL_ROUTING &&
            protocol != PROTOCOL_DESTINATION_OPTIONS && protocol != PROTOCOL_AH &&
            protocol != PROTOCOL_FRAGMENT)
            return protocol;
        const struct {
            __u8 next, words;
            __be16 offset;
            __u32 more;
        } *header = take(frame, sizeof *header);
        if (!header)
            return NO_PROTOCOL;
        const bool fragment = protocol == PROTOCOL_FRAGMENT;
        const __u32 words = header->words;
        *behind = fragment && (header->offset & bpf_htons(FRAGMENT_OFFSET_V6));
        const __u32 more = fragment ? 0 : protocol == PROTOCOL_AH ? words * 4 : words * 8;
        protocol = header->next;
        if (*behind)
            return protocol;
        if (!skip(frame, more))
            return NO_PROTOCOL;
    }
    return NO_PROTOCOL;
}

INLINE bool read_arrival_v6(struct frame *frame, struct arrival *arrival)
{
    const struct ipv6hdr *ip = take(frame, sizeof *ip);
    if (!ip)
        return false;
    *arrival = (struct arrival){.protocol = NO_PROTOCOL, .version = 6, .hops = ip->hop_limit};
    __builtin_memcpy(&arrival->source, &ip->saddr, sizeof arrival->source);
    __builtin_memcpy(&arrival->destination, &ip->daddr, sizeof arrival->destination);
    if (ip->version != 6 || (void *)(ip + 1) + bpf_ntohs(ip->payload_len) > frame->end)
        return true;
    arrival->protocol = walk_chain(frame, ip->nexthdr, &arrival->behind);
    if (arrival->protocol != NO_PROTOCOL)
        read_ports(frame, arrival);
    return true;
}

INLINE bool is_endpoint(const struct fast_ran_rules *rules, const struct arrival *arrival)
{
    for (unsigned i = 0; i < FAST_ENDPOINTS && i < rules->endpoints; i++) {
        const struct fast_endpoint *own = &rules->endpoint[i];
        if (own->protocol == arrival->protocol &&
            (arrival->behind || (arrival->ports && own->port == arrival->destination_port)) &&
            same_address(&own->address, &arrival->destination))
            return true;
    }
    return false;
}

INLINE bool lies_in(const struct fast_address *address, const struct fast_address *prefix,
                    const struct fast_address *mask)
{
    return (((address->half[0] ^ prefix->half[0]) & mask->half[0]) |
            ((address->half[1] ^ prefix->half[1]) & mask->half[1])) == 0;
}

INLINE bool is_hop(const struct fast_ran_rules *rules, const struct arrival *arrival)
{
    for (unsigned i = 0; i < FAST_HOPS && i < rules->hops; i++) {
        const struct fast_hop *hop = &rules->hop[i];
        if (hop->version == arrival->version && (!hop->protocol || hop->protocol == arrival->protocol) &&
            (arrival->ports || !(hop->port | hop->source_port)) &&
            (!hop->port || hop->port == arrival->destination_port) &&
            (!hop->source_port || hop->source_port == arrival->source_port) &&
            lies_in(&arrival->source, &hop->source, &hop->source_mask) &&
            lies_in(&arrival->destination, &hop->destination, &hop->destination_mask))
            return true;
    }
    return false;
}

/* RFC 4861: neighbours are on the link, and nobody else says so. Router advertisements are not among them. */
INLINE bool is_neighbour(const struct arrival *arrival)
{
    enum { SOLICITATION = 135, ADVERTISEMENT = 136, ON_LINK = 255 };
    return arrival->protocol == PROTOCOL_ICMPV6 && arrival->hops == ON_LINK &&
           (arrival->kind == SOLICITATION || arrival->kind == ADVERTISEMENT);
}

/* What every host sends of itself and nobody here listens to: it is dropped without a word about its sender. */
INLINE bool is_housekeeping(const struct arrival *arrival)
{
    enum { MLD_REPORT = 131, ROUTER_SOLICITATION = 133, MLD2_REPORT = 143 };
    return arrival->version == 6 && arrival->protocol == PROTOCOL_ICMPV6 &&
           (arrival->kind == MLD_REPORT || arrival->kind == MLD2_REPORT ||
            arrival->kind == ROUTER_SOLICITATION);
}

/* Some router takes no packets as long as ours. Anybody can say so in its name: it is denied as all else is, but whoever runs the host has to know (docs/plane.md). */
INLINE bool is_too_big(const struct arrival *arrival)
{
    enum { FRAGMENTATION_NEEDED = 3 << 8 | 4, PACKET_TOO_BIG = 2 };
    if (arrival->version == 6)
        return arrival->protocol == PROTOCOL_ICMPV6 && arrival->kind == PACKET_TOO_BIG;
    return arrival->protocol == PROTOCOL_ICMP && arrival->source_port == bpf_htons(FRAGMENTATION_NEEDED);
}

INLINE bool is_arp(struct frame *frame)
{
    const struct {
        __u8 kinds[6];
        __be16 operation;
    } *arp = take(frame, sizeof *arp);
    return arp && (arp->operation == bpf_htons(1) || arp->operation == bpf_htons(2));
}

INLINE void count_end(const struct frame *frame, enum fast_ran_end end, __u32 bytes)
{
    if (!frame->lane)
        return;
    frame->lane->ran[end][0]++;
    frame->lane->ran[end][1] += bytes;
}

static __attribute__((noinline)) int count_stranger(const struct frame *frame,
                                                    const struct fast_stranger *stranger, __u32 bytes)
{
    static const struct fast_denied none;
    if (!frame || !stranger)
        return XDP_DROP;
    struct fast_denied *entry = bpf_map_lookup_elem(&denied, stranger);
    if (!entry) {
        bpf_map_update_elem(&denied, stranger, &none, BPF_NOEXIST);
        entry = bpf_map_lookup_elem(&denied, stranger);
    }
    if (!entry)
        return XDP_DROP;
    __sync_fetch_and_add(&entry->packets, 1);
    __sync_fetch_and_add(&entry->bytes, bytes);
    return XDP_DROP;
}

/* By the frame's own source where there is no IP header to believe. */
INLINE int deny(const struct frame *frame, const struct fast_address *sender, __u32 bytes)
{
    struct fast_stranger stranger = {.type = 0};
    const struct ethhdr *ethernet = (void *)(long)frame->context->data;
    count_end(frame, FAST_RAN_DENIED, bytes);
    if (sender)
        stranger.address = *sender;
    else if ((void *)(ethernet + 1) <= (void *)(long)frame->context->data_end) {
        __builtin_memcpy(&stranger.address, ethernet->h_source, ETH_ALEN);
        stranger.type = ethernet->h_proto;
    }
    return count_stranger(frame, &stranger, bytes);
}

INLINE int judge(struct frame *frame, const struct fast_ran_rules *rules)
{
    struct arrival arrival;
    const __u32 bytes = (__u32)(frame->end - frame->at);
    if (frame->type == bpf_htons(ETH_P_ARP))
        return is_arp(frame) ? XDP_PASS : deny(frame, 0, bytes);
    const bool v4 = frame->type == bpf_htons(ETH_P_IP);
    if ((!v4 && frame->type != bpf_htons(ETH_P_IPV6)) ||
        !(v4 ? read_arrival_v4(frame, &arrival) : read_arrival_v6(frame, &arrival)))
        return deny(frame, 0, bytes);
    if (is_neighbour(&arrival) || is_endpoint(rules, &arrival))
        return XDP_PASS;
    if (is_housekeeping(&arrival)) {
        count_end(frame, FAST_RAN_HOUSEKEEPING, bytes);
        return XDP_DROP;
    }
    if (is_hop(rules, &arrival))
        return XDP_PASS;
    if (is_too_big(&arrival))
        count_end(frame, FAST_RAN_TOO_BIG, bytes);
    return deny(frame, &arrival.source, bytes);
}

/* XDP_PASS, or XDP_DROP with the packet counted. As a global function it is verified by itself: its loops, in all states that a caller may leave behind, would be
 * more than the verifier looks at. */
int may_come_in(struct xdp_md *context);
__attribute__((noinline)) int may_come_in(struct xdp_md *context)
{
    struct frame frame = frame_of(context);
    const struct fast_settings *plane = AT(settings, 0);
    const struct fast_ran_rules *rules = plane ? AT(ran_rules, plane->ran_rules & 1) : 0;
    return rules && read_ethernet(&frame) == GOES_ON ? judge(&frame, rules) : XDP_DROP;
}

#endif
