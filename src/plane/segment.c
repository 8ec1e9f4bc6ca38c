/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/segment.h"

#include <string.h>

#include "plane/checksum.h"
#include "plane/enforce.h"
#include "wire/gtpu/gtpu.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

enum { TCP_FIN_PSH = 0x09, TCP_CHECKSUM = 16, UDP_CHECKSUM = 6 };

static bool finish_checksum(const struct virtio_net_hdr *header, struct packet *packet)
{
    size_t start = header->csum_start, at = start + header->csum_offset;
    if (start >= packet->length || at + 2 > packet->length)
        return false;
    uint16_t check = (uint16_t)~checksum_fold(checksum_add(0, packet->data + start, packet->length - start));
    memcpy(packet->data + at, &check, 2);
    return true;
}

static size_t transport_header(const struct flow *flow, const struct packet *packet)
{
    if (flow->protocol == PROTOCOL_UDP)
        return 8;
    size_t at = flow->transport + 12u;
    return at < packet->length ? (packet->data[at] >> 4) * 4u : 0;
}

bool segment_begin(const struct virtio_net_hdr *header, struct packet *packet)
{
    struct flow flow;
    packet->segment_bytes = 0;
    if ((header->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) == VIRTIO_NET_HDR_GSO_NONE)
        return !(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) || finish_checksum(header, packet);
    if (header->gso_size == 0 || flow_parse(bytes_of(packet->data, packet->length), &flow) != NULL ||
        flow.fragment || (flow.protocol != PROTOCOL_TCP && flow.protocol != PROTOCOL_UDP))
        return false;
    size_t headers = flow.transport + transport_header(&flow, packet);
    size_t least = flow.transport + (flow.protocol == PROTOCOL_TCP ? 20u : 8u);
    if (headers < least || headers >= packet->length ||
        headers + GTPU_HEADER_CONTAINER > TRANSMIT_HEADER_BYTES)
        return false;
    packet->segment_bytes = header->gso_size;
    packet->header_bytes = (uint16_t)headers;
    return true;
}

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void fix_ip(uint8_t *ip, const struct flow *flow, unsigned index, size_t length)
{
    if (flow->version == 6) {
        put16(ip + 4, (uint16_t)(length - 40));
        return;
    }
    put16(ip + 2, (uint16_t)length);
    put16(ip + 4, (uint16_t)((ip[4] << 8 | ip[5]) + index));
    memset(ip + 10, 0, 2);
    uint16_t check = (uint16_t)~checksum_fold(checksum_add(0, ip, (ip[0] & 15) * 4u));
    memcpy(ip + 10, &check, 2);
}

/* Headers of piece `index`, `offset` bytes into the payload. */
static void fix_headers(uint8_t *ip, const struct flow *flow, const struct packet *packet, unsigned index,
                        size_t offset, struct bytes payload)
{
    uint8_t *transport = ip + flow->transport;
    size_t header = packet->header_bytes - flow->transport;
    bool tcp = flow->protocol == PROTOCOL_TCP;
    bool last = packet->header_bytes + offset + payload.len == packet->length;
    fix_ip(ip, flow, index, packet->header_bytes + payload.len);
    if (tcp) {
        uint32_t sequence = get32(transport + 4) + (uint32_t)offset;
        put16(transport + 4, (uint16_t)(sequence >> 16));
        put16(transport + 6, (uint16_t)sequence);
        if (!last)
            transport[13] &= (uint8_t)~TCP_FIN_PSH;
        if (index > 0)
            transport[13] &= 0x7f; /* CWR is the first one's (RFC 3168 6.1.2) */
    } else {
        put16(transport + 4, (uint16_t)(header + payload.len));
    }
    uint8_t *check_at = transport + (tcp ? TCP_CHECKSUM : UDP_CHECKSUM);
    memset(check_at, 0, 2);
    uint64_t sum = checksum_pseudo(flow, flow->protocol, header + payload.len);
    sum = checksum_add(checksum_add(sum, transport, header), payload.data, payload.len);
    uint16_t check = (uint16_t)~checksum_fold(sum);
    if (!tcp && check == 0)
        check = 0xffff;
    memcpy(check_at, &check, 2);
}

void segment_transmit(struct transmit *transmit, struct lane *lane, const struct packet *packet)
{
    struct flow flow;
    if (flow_parse(bytes_of(packet->data, packet->length), &flow) != NULL)
        return;
    size_t total = packet->length - packet->header_bytes;
    for (unsigned i = 0; i < packet->segments; i++) {
        size_t offset = (size_t)i * packet->segment_bytes;
        size_t left = total - offset;
        struct bytes payload = {packet->data + packet->header_bytes + offset,
                                left < packet->segment_bytes ? left : packet->segment_bytes};
        struct datagram *datagram = transmit_next(transmit, lane);
        uint8_t *header = transmit->headers[transmit->count - 1];
        gtpu_g_pdu_header(header, packet->teid, GTPU_DOWNLINK, packet->qfi, packet->rqi,
                          packet->header_bytes + payload.len);
        memcpy(header + GTPU_HEADER_CONTAINER, packet->data, packet->header_bytes);
        fix_headers(header + GTPU_HEADER_CONTAINER, &flow, packet, i, offset, payload);
        datagram->to = packet->to;
        datagram->marking = packet->marking;
        datagram->part_count = 2;
        datagram->parts[0] = (struct iovec){header, (size_t)GTPU_HEADER_CONTAINER + packet->header_bytes};
        datagram->parts[1] = (struct iovec){(void *)payload.data, payload.len};
    }
}
