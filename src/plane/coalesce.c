/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/coalesce.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "plane/checksum.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

enum { TCP_PSH = 0x08, TCP_ACK = 0x10, TCP_CHECKSUM = 16, UDP_CHECKSUM = 6, UDP_HEADER = 8 };

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Lengths and checksums of the super-packet; the transport checksum is left to the kernel but for the pseudo header. */
static void finish(struct joined *joined)
{
    const struct flow *flow = &joined->flow;
    uint8_t *ip = joined->first, *transport = ip + flow->transport;
    bool tcp = flow->protocol == PROTOCOL_TCP;
    size_t below = joined->length - flow->transport;
    if (flow->version == 4) {
        ip[2] = (uint8_t)(joined->length >> 8);
        ip[3] = (uint8_t)joined->length;
        memset(ip + 10, 0, 2);
        uint16_t check = (uint16_t)~checksum_fold(checksum_add(0, ip, (ip[0] & 15) * 4u));
        memcpy(ip + 10, &check, 2);
    } else {
        ip[4] = (uint8_t)((joined->length - 40) >> 8);
        ip[5] = (uint8_t)(joined->length - 40);
    }
    if (!tcp) {
        transport[4] = (uint8_t)(below >> 8);
        transport[5] = (uint8_t)below;
    }
    uint16_t pseudo = checksum_fold(checksum_pseudo(flow, flow->protocol, below));
    memcpy(transport + (tcp ? TCP_CHECKSUM : UDP_CHECKSUM), &pseudo, 2);
    joined->header = (struct virtio_net_hdr){
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
        .gso_type = !tcp                 ? VIRTIO_NET_HDR_GSO_UDP_L4
                    : flow->version == 4 ? VIRTIO_NET_HDR_GSO_TCPV4
                                         : VIRTIO_NET_HDR_GSO_TCPV6,
        .hdr_len = joined->header_bytes,
        .gso_size = joined->piece_bytes,
        .csum_start = flow->transport,
        .csum_offset = tcp ? TCP_CHECKSUM : UDP_CHECKSUM,
    };
}

static void write_joined(struct joined *joined, struct lane *lane)
{
    if (joined->part_count > 2)
        finish(joined);
    else
        joined->header = (struct virtio_net_hdr){0};
    joined->parts[0] = (struct iovec){&joined->header, TUN_HEADER_BYTES};
    while (writev(joined->fd, joined->parts, (int)joined->part_count) < 0) {
        if (errno == EINTR)
            continue;
        count(&lane->counters.drops[DROP_SEND], joined->part_count - 1);
        break;
    }
    joined->part_count = 0;
}

void coalesce_flush(struct coalesce *coalesce, struct lane *lane)
{
    for (unsigned i = 0; i < coalesce->used_count; i++)
        write_joined(&coalesce->flows[coalesce->used[i]], lane);
    coalesce->used_count = 0;
}

void coalesce_frame(struct lane *lane, int fd, const struct packet *packet)
{
    while (write(fd, packet->data, packet->length) < 0) {
        if (errno == EINTR)
            continue;
        count(&lane->counters.drops[DROP_SEND], 1);
        break;
    }
}

/* Length of IP and transport headers of a packet that can be joined, or 0. A wrong checksum must not be healed. */
static size_t joinable(const struct coalesce *coalesce, const struct packet *packet, const struct flow *flow)
{
    const uint8_t *transport = packet->data + flow->transport;
    size_t left = packet->length - flow->transport, header;
    if (flow->fragment || (flow->version == 4 && flow->transport != 20) ||
        (flow->version == 6 && flow->transport != 40))
        return 0;
    if (flow->protocol == PROTOCOL_TCP) {
        if (left < 20 || (transport[13] & ~TCP_PSH) != TCP_ACK)
            return 0;
        header = (transport[12] >> 4) * 4u;
    } else if (flow->protocol == PROTOCOL_UDP && coalesce->udp_segments) {
        header = UDP_HEADER;
        bool whole = (size_t)(transport[4] << 8 | transport[5]) == left;
        if (!whole || (transport[6] | transport[7]) == 0)
            return 0;
    } else {
        return 0;
    }
    if (header < UDP_HEADER || header >= left)
        return 0;
    uint64_t sum = checksum_add(checksum_pseudo(flow, flow->protocol, left), transport, left);
    return checksum_fold(sum) == 0xffff ? flow->transport + header : 0;
}

static bool same_flow(const struct joined *joined, int fd, const struct flow *flow)
{
    const struct flow *own = &joined->flow;
    size_t size = flow->version == 4 ? 4 : 16;
    return joined->part_count && joined->fd == fd && own->version == flow->version &&
           own->protocol == flow->protocol && own->source_port == flow->source_port &&
           own->destination_port == flow->destination_port && memcmp(own->source, flow->source, size) == 0 &&
           memcmp(own->destination, flow->destination, size) == 0;
}

/* Whether all that must be equal in the headers is: what a receiver would see must not change. */
static bool same_headers(const struct joined *joined, const struct packet *packet)
{
    const uint8_t *a = joined->first, *b = packet->data;
    size_t transport = joined->flow.transport;
    bool ip = joined->flow.version == 4 ? a[1] == b[1] && a[6] == b[6] && a[8] == b[8]
                                        : memcmp(a, b, 4) == 0 && a[7] == b[7];
    if (!ip || joined->flow.protocol == PROTOCOL_UDP)
        return ip;
    a += transport;
    b += transport;
    return get32(b + 4) == joined->next_sequence && memcmp(a + 8, b + 8, 5) == 0 &&
           memcmp(a + 14, b + 14, 2) == 0 &&
           memcmp(a + 20, b + 20, joined->header_bytes - transport - 20) == 0;
}

static bool append(struct joined *joined, const struct packet *packet, size_t header_bytes)
{
    size_t payload = packet->length - header_bytes;
    if (joined->closed || header_bytes != joined->header_bytes || payload > joined->piece_bytes ||
        joined->part_count == 1 + COALESCE_PIECES || joined->length + payload > COALESCE_BYTES ||
        !same_headers(joined, packet))
        return false;
    joined->parts[joined->part_count++] = (struct iovec){packet->data + header_bytes, payload};
    joined->length += payload;
    joined->next_sequence += (uint32_t)payload;
    joined->closed = payload < joined->piece_bytes;
    if (joined->flow.protocol == PROTOCOL_TCP && (packet->data[joined->flow.transport + 13] & TCP_PSH)) {
        joined->first[joined->flow.transport + 13] |= TCP_PSH;
        joined->closed = true;
    }
    return true;
}

static void begin(struct joined *joined, int fd, const struct packet *packet, const struct flow *flow,
                  size_t header_bytes)
{
    joined->fd = fd;
    joined->flow = *flow;
    joined->first = packet->data;
    joined->header_bytes = (uint16_t)header_bytes;
    joined->piece_bytes = (uint16_t)(packet->length - header_bytes);
    joined->length = packet->length;
    joined->parts[1] = (struct iovec){packet->data, packet->length};
    joined->part_count = 2;
    bool tcp = flow->protocol == PROTOCOL_TCP;
    joined->next_sequence = tcp ? get32(packet->data + flow->transport + 4) + joined->piece_bytes : 0;
    joined->closed = header_bytes == 0 || (tcp && (packet->data[flow->transport + 13] & TCP_PSH));
}

/* Flows that share a place only join less. */
static unsigned place_of(const struct flow *flow)
{
    size_t size = flow->version == 4 ? 4 : 16;
    uint32_t mixed =
        get32(flow->source + size - 4) * 0x9e3779b1u ^ get32(flow->destination + size - 4) * 0x85ebca6bu;
    mixed ^= ((uint32_t)flow->source_port << 16 | flow->destination_port) * 0xc2b2ae35u;
    return (mixed ^ mixed >> 15) >> 8 & (COALESCE_FLOWS - 1);
}

void coalesce_packet(struct coalesce *coalesce, struct lane *lane, int fd, struct packet *packet)
{
    struct flow flow;
    if (flow_parse(bytes_of(packet->data, packet->length), &flow) != NULL)
        return;
    size_t header_bytes = joinable(coalesce, packet, &flow);
    unsigned place = place_of(&flow);
    struct joined *joined = &coalesce->flows[place];
    if (header_bytes && same_flow(joined, fd, &flow) && append(joined, packet, header_bytes))
        return;
    if (joined->part_count)
        write_joined(joined, lane);
    else
        coalesce->used[coalesce->used_count++] = (uint8_t)place;
    begin(joined, fd, packet, &flow, header_bytes);
}
