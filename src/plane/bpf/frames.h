/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Ethernet frames between a phone and its data network (TS 23.501 5.6.10.2), as plane/switch.c and plane/uplink.c have them go: from a MAC address that is
 * known to be the phone's to one that is known to be in the data network, or the other way round. The slow path learns who is where, and does all else: what
 * is for several, for nobody known, or from one phone to another. The host's bridge is at the other end of a passage.
 */
#ifndef PLANE_BPF_FRAMES_H
#define PLANE_BPF_FRAMES_H

#include "plane/bpf/uplink.h"

/* What a frame's header says. */
struct header {
    __u64 destination, source; /* MAC addresses, as numbers */
    __u32 bytes;               /* with its tag */
    __be16 type;               /* of what is in it */
};

/* From one station to another, with one tag at most. All else is the slow path's (frame_is_plain). */
INLINE enum outcome read_header(struct frame *frame, struct header *header)
{
    enum { RESERVED_VLAN = 0x0fff, TYPE_LEAST = 0x600 };
    const struct ethernet *ethernet = take(frame, sizeof *ethernet);
    if (!ethernet)
        return NOT_PLAIN;
    header->destination = mac_number(ethernet->mac);
    header->source = mac_number(ethernet->mac + 3);
    header->bytes = sizeof *ethernet;
    header->type = ethernet->type;
    if (is_tag(ethernet->type)) {
        const struct vlan_tag *tag = take(frame, sizeof *tag);
        if (!tag || (tag->identity & bpf_htons(RESERVED_VLAN)) == bpf_htons(RESERVED_VLAN))
            return NOT_PLAIN;
        header->bytes += sizeof *tag;
        header->type = tag->type;
    }
    const bool stations = !is_group(header->destination) && !is_group(header->source) && header->source;
    return stations && !is_tag(header->type) && bpf_ntohs(header->type) >= TYPE_LEAST ? GOES_ON : NOT_PLAIN;
}

/* --- who is where --- */

enum { IN_NETWORK = 0, UNKNOWN = -1 };

/* Where a MAC address is. */
struct whereabouts {
    struct fast_station *station;
    __s64 place; /* of the session; IN_NETWORK, UNKNOWN */
    __s32 age;   /* units since it last sent */
};

INLINE __u32 units(__u64 now)
{
    return (__u32)(now >> FAST_SEEN_SHIFT);
}

/* One that has been silent for long the slow path may have given to another, or would if it were asked for. */
INLINE struct whereabouts where_is(const struct fast_network *lan, __u32 network, __u64 mac, __u64 now)
{
    const __u64 key = fast_station_key(network, mac);
    struct whereabouts where = {bpf_map_lookup_elem(&stations, &key), UNKNOWN, 0};
    if (!where.station)
        return where;
    const __u64 place = *(const volatile __u64 *)&where.station->place;
    where.age = (__s32)(units(now) - where.station->seen);
    if ((place ^ fast_station_place(key, 0)) >> FAST_PLACE_BITS == 0 && where.age <= (__s32)lan->ageing)
        where.place = (__s64)(place & ((1u << FAST_PLACE_BITS) - 1));
    return where;
}

/* --- from the phone --- */

/* Beside enum drop: also what follows it goes to the slow path; or it alone does (TO_SLOW_PATH). */
enum { TO_SLOW_PATH_FIRST = TO_SLOW_PATH + 1 };

/* Of what its prefixes forbid the slow path says whether they do so on a phone's own link, too. */
INLINE __u32 check_payload(struct frame *frame, const struct fast_network *lan, __be16 type, const void *end)
{
    const bool v4 = type == bpf_htons(ETH_P_IP);
    if (!v4 && type != bpf_htons(ETH_P_IPV6))
        return DROP_NONE;
    struct flow flow;
    if ((v4 ? read_v4(frame, &flow) : read_v6(frame, &flow)) != GOES_ON || flow.header + flow.length > end ||
        read_transport(frame, &flow) != GOES_ON)
        return TO_SLOW_PATH;
    if (is_tunnel(&flow))
        return DROP_INNER_TUNNEL;
    if (protocol_encapsulates(flow.protocol) && !lan->encapsulation)
        return DROP_ENCAPSULATED;
    return place_of(&flow.destination) == FAST_FORBIDDEN ? TO_SLOW_PATH : DROP_NONE;
}

/* Whose an address is does not change within a second: the slow path would wait for longer before it gave it to another. */
INLINE __u32 check_stations(struct fast_tunnel *tunnel, const struct fast_network *lan,
                            const struct header *header, __u64 now)
{
    enum { SECOND = 1000000000 >> FAST_SEEN_SHIFT };
    const struct whereabouts destination = where_is(lan, tunnel->network, header->destination, now);
    const struct whereabouts source = where_is(lan, tunnel->network, header->source, now);
    if (destination.place == UNKNOWN || source.place == UNKNOWN)
        return TO_SLOW_PATH_FIRST;
    if (source.place != tunnel->session)
        return source.age < SECOND ? DROP_SPOOFED_SOURCE : TO_SLOW_PATH;
    if (destination.place != IN_NETWORK)
        return TO_SLOW_PATH;
    source.station->seen = units(now);
    return DROP_NONE;
}

/* A frame of so many octets at `offset`, behind the headers of its tunnel: DROP_NONE, why not, or one of those above. Global: see look_up(). */
int judge_frame(struct xdp_md *context, struct fast_tunnel *tunnel, __u32 offset, __u32 bytes, __u64 now);
__attribute__((noinline)) int judge_frame(struct xdp_md *context, struct fast_tunnel *tunnel, __u32 offset,
                                          __u32 bytes, __u64 now)
{
    const struct fast_network *lan = tunnel ? AT(networks, tunnel->network) : 0;
    struct frame frame = {.at = (void *)(long)context->data, .end = (void *)(long)context->data_end};
    struct header header;
    if (!lan || !lan->host.device || tunnel->flows || offset > 0xff || bytes > 0xffff)
        return TO_SLOW_PATH_FIRST;
    frame.at += offset;
    const void *end = frame.at + bytes;
    if (read_header(&frame, &header) != GOES_ON || bytes > header.bytes + lan->mtu || bytes < header.bytes)
        return TO_SLOW_PATH;
    const __u32 reason = check_stations(tunnel, lan, &header, now);
    return (int)(reason == DROP_NONE ? check_payload(&frame, lan, header.type, end) : reason);
}

/* At `offset` in the datagram that it came in. */
INLINE int send_to_segment(struct frame *frame, const struct fast_network *lan, __u32 offset, __u32 bytes)
{
    const struct flow whole = {.offset = offset, .length = bytes};
    if (!trim(frame, &whole) || bpf_xdp_adjust_head(frame->context, (int)offset) != 0)
        return XDP_ABORTED;
    return (int)bpf_redirect(lan->host.device, 0);
}

/* One that may go. XDP_PASS: not now. */
INLINE int carry_frame(struct frame *frame, const struct fast_settings *plane, struct fast_tunnel *tunnel,
                       __u32 offset, __u32 bytes)
{
    struct fast_action *action = &tunnel->action;
    const struct fast_gnb *from = AT(gnbs, tunnel->gnb);
    const struct fast_network *lan = AT(networks, tunnel->network);
    if (!from || !lan || from->shaped[UPLINK] || action->verdict != FAST_TO_CORE ||
        !has_credit(action, bytes))
        return XDP_PASS;
    if (from->captured)
        frame->captured = CAPTURE_IN;
    if (!rates_admit(action, bytes, frame->now))
        return drop(frame, DROP_RATE);
    count(frame, plane, action, tunnel->gnb, UPLINK, bytes);
    if (frame->captured)
        capture_as(frame, DROP_NONE);
    return send_to_segment(frame, lan, offset, bytes);
}

static __attribute__((noinline)) int uplink_frame(struct frame *frame, const struct fast_settings *plane,
                                                  struct fast_tunnel *tunnel,
                                                  const struct tunnelled *tunnelled, const struct flow *outer)
{
    struct fast_queue *queue = &tunnel->queue;
    const __u32 ip = outer->version == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
    const __u32 extension = tunnelled->qfi == ANY_QFI ? 0 : sizeof(struct gtpu_extension);
    const __u32 offset =
        outer->offset + ip + (__u32)(sizeof(struct udphdr) + sizeof(struct gtpu)) + extension;
    long end = (long)tunnelled->end - (long)frame->context->data;
    __asm__("" : "+r"(end)); /* a number from here on, whatever it was made of */
    const __u32 bytes = (__u32)end - offset;
    if (!may_have_qfi(tunnel, tunnelled))
        return refuse(frame, &outer->source, DROP_NO_RULE);
    const __u32 reason = (__u32)judge_frame(frame->context, tunnel, offset, bytes, frame->now);
    if (reason == TO_SLOW_PATH)
        return pass_some_aside(frame, queue, &outer->source, UPLINK);
    if (reason != DROP_NONE && reason != TO_SLOW_PATH_FIRST)
        return refuse(frame, &outer->source, reason);
    const int sent = reason == DROP_NONE ? carry_frame(frame, plane, tunnel, offset, bytes) : XDP_PASS;
    return sent == XDP_PASS ? pass_traffic(frame, tunnel, &outer->source, true) : sent;
}

/* --- to the phone --- */

/* XDP_PASS: to the slow path, which counts what is for a phone's known address as what has been given to it here (plane/switch.c). */
INLINE int downlink_frame(struct frame *frame, const struct fast_settings *plane,
                          const struct fast_network *lan, __u32 network)
{
    struct header header;
    if (read_header(frame, &header) != GOES_ON)
        return pass(frame, DOWNLINK);
    const struct whereabouts destination = where_is(lan, network, header.destination, frame->now);
    struct fast_session *session = destination.place > 0 ? AT(sessions, (__u32)destination.place) : 0;
    if (!session || session->network != network)
        return pass(frame, DOWNLINK);
    struct fast_queue *queue = &session->queue;
    frame->captured = session->captured ? CAPTURE_OUT : 0;
    if (must_queue(frame, &session->state, queue))
        return pass_aside(frame, queue, DOWNLINK);
    const struct whereabouts source = where_is(lan, network, header.source, frame->now);
    if (source.place != IN_NETWORK || session->flows || frame->now < destination.station->settling)
        return pass_first(frame, &session->state, queue, DOWNLINK);
    source.station->seen = units(frame->now);
    const struct flow whole = {
        .header = (void *)(long)frame->context->data,
        .length = (__u32)((long)frame->context->data_end - (long)frame->context->data),
    };
    return deliver(frame, plane, session, &session->action, &whole);
}

/* A program of its own, at the end of a data network's passage and at the slow path's device. There nothing is the host's: what is not carried here is the slow path's. */
SEC("xdp")
int plane_frame(struct xdp_md *context)
{
    struct frame frame = frame_of(context);
    const struct fast_port *port = AT(ports, context->ingress_ifindex);
    const struct fast_settings *plane = AT(settings, 0);
    const struct fast_network *lan = port ? AT(networks, port->network) : 0;
    if (!lan || !plane || !frame.lane)
        return XDP_DROP;
    if (port->flags & FAST_TAP)
        return (int)bpf_redirect(lan->host.device, 0);
    frame.now = time_now(plane);
    frame.port = port->flags;
    const int verdict = downlink_frame(&frame, plane, lan, port->network);
    return verdict == XDP_PASS ? (int)bpf_redirect(lan->slow, 0) : verdict;
}

#endif
