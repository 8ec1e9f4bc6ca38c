/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Rule N6 of the line: where a phone may not send, and what is no plain packet of its own. */
#ifndef PLANE_BPF_DESTINATION_H
#define PLANE_BPF_DESTINATION_H

#include "plane/bpf/count.h"
#include "plane/protocols.h"

/* A chain of headers that has to be walked; the slow path does. */
INLINE bool is_extension(__u8 protocol, __u8 version)
{
    enum { MOBILITY = 135, HIP = 139, SHIM6 = 140 };
    if (protocol == PROTOCOL_AH)
        return true;
    if (version == 4)
        return false;
    switch (protocol) {
    case PROTOCOL_HOP_BY_HOP:
    case PROTOCOL_ROUTING:
    case PROTOCOL_FRAGMENT:
    case PROTOCOL_DESTINATION_OPTIONS:
    case MOBILITY:
    case HIP:
    case SHIM6:
        return true;
    default:
        return false;
    }
}

/* The ports, where the protocol has some. */
INLINE enum outcome read_transport(struct frame *frame, struct flow *flow)
{
    const struct {
        __be16 source, destination;
        __u32 more;
    } * ports;
    const __u32 header = flow->version == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
    flow->source_port = flow->destination_port = 0;
    switch (flow->protocol) {
    case PROTOCOL_TCP:
    case PROTOCOL_UDP:
    case PROTOCOL_SCTP:
    case PROTOCOL_UDPLITE:
        ports = take(frame, sizeof *ports);
        if (!ports || (void *)(ports + 1) > flow->header + flow->length)
            return NOT_PLAIN;
        flow->source_port = ports->source;
        flow->destination_port = ports->destination;
        return GOES_ON;
    case PROTOCOL_ESP: /* an SPI and a sequence number, at least (RFC 4303 2) */
        return flow->length < header + 8 ? NOT_PLAIN : GOES_ON;
    default:
        return is_extension(flow->protocol, flow->version) ? NOT_PLAIN : GOES_ON;
    }
}

INLINE bool is_tunnel(const struct flow *flow)
{
    return protocol_tunnels(flow->protocol, bpf_ntohs(flow->destination_port));
}

/* enum fast_place of an address, or FAST_FRAMED. */
INLINE __u32 place_of(const struct fast_address *address)
{
    if (is_v4(address)) {
        const __u32 block = bpf_ntohl(address->half[1] >> 32) >> 16;
        const struct fast_blocks *eight = AT(blocks, block / 8);
        const __u8 place = eight ? eight->place[block % 8] : FAST_FORBIDDEN;
        if (place != FAST_MIXED)
            return place;
    }
    const struct fast_prefix key = {128, *address};
    const __u32 *place = bpf_map_lookup_elem(&prefixes, &key);
    return place ? *place : FAST_ELSEWHERE;
}

/* The plane's own address in the pool; of an IPv6 pool it is the first. */
INLINE bool is_gateway(const struct fast_network *network, const struct fast_address *address)
{
    if (is_v4(address))
        return network->gateway == address->half[1] >> 32;
    return network->v6 == bpf_be64_to_cpu(address->half[0]) && address->half[1] == bpf_cpu_to_be64(1);
}

/* DROP_NONE, why not, or TO_SLOW_PATH. */
INLINE __u32 check_destination(const struct fast_settings *plane, __u32 network, const struct flow *flow)
{
    if (is_tunnel(flow))
        return DROP_INNER_TUNNEL;
    const struct fast_network *own = AT(networks, network);
    if (!own || (protocol_encapsulates(flow->protocol) && !own->encapsulation))
        return DROP_ENCAPSULATED;
    const __u32 place = place_of(&flow->destination);
    if (place == FAST_ELSEWHERE)
        return DROP_NONE;
    if (place == FAST_FORBIDDEN)
        return DROP_INFRASTRUCTURE;
    if (place & FAST_FRAMED)
        return plane->ue_to_ue ? TO_SLOW_PATH : DROP_UE_TO_UE;
    const struct fast_network *other = AT(networks, place - FAST_POOL);
    const bool gateway = other && other == own && is_gateway(other, &flow->destination);
    return gateway || plane->ue_to_ue ? TO_SLOW_PATH : DROP_UE_TO_UE;
}

#endif
