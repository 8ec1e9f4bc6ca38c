/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/answer.h"

#include <string.h>

#include "plane/checksum.h"

enum { HOP_LIMIT = 64, ICMPV4_QUOTE = 548 }; /* an ICMPv4 error fits in 576 bytes (RFC 1812 4.3.2.3) */

/* Not inlined: gcc 12 would see writes past the end where the writer has just said that there is no room. */
__attribute__((noinline)) static struct writer answer_writer(uint8_t *to)
{
    return writer_of(to, ANSWER_BYTES);
}

static void finish_icmpv6(uint8_t *packet, size_t length)
{
    packet[4] = (uint8_t)((length - 40) >> 8);
    packet[5] = (uint8_t)(length - 40);
    struct flow flow = {.version = 6, .source = packet + 8, .destination = packet + 24};
    uint64_t sum = checksum_pseudo(&flow, PROTOCOL_ICMPV6, length - 40);
    uint16_t check = (uint16_t)~checksum_fold(checksum_add(sum, packet + 40, length - 40));
    memcpy(packet + 42, &check, 2);
}

static void write_ipv6(struct writer *w, uint8_t hop_limit)
{
    write_u32(w, 0x60000000);
    write_u16(w, 0);
    write_u8(w, PROTOCOL_ICMPV6);
    write_u8(w, hop_limit);
}

/* The first address of the pool behind its network address stands for the plane. */
static void write_gateway_v6(struct writer *w, const struct network *network)
{
    uint8_t address[16];
    memcpy(address, network->pool_v6.address, sizeof address);
    address[15] |= 1;
    write_bytes(w, BYTES(address));
}

static bool is_host_v6(const uint8_t address[16])
{
    static const uint8_t unspecified[16];
    return address[0] != 0xff && memcmp(address, unspecified, sizeof unspecified) != 0;
}

/* Or may be: of a later fragment nobody knows (RFC 4443 2.4 e). */
static bool is_error_v6(struct bytes packet, const struct flow *flow)
{
    enum { ERRORS_BELOW = 128, REDIRECT = 137 };
    const uint8_t type = packet.data[flow->transport];
    return flow->protocol == PROTOCOL_ICMPV6 && (flow->headless || type < ERRORS_BELOW || type == REDIRECT);
}

static size_t too_big_v6(const struct network *network, struct bytes packet, const struct flow *flow,
                         uint16_t mtu, uint8_t *to)
{
    enum { PACKET_TOO_BIG = 2 };
    if (!is_host_v6(flow->source) || is_error_v6(packet, flow))
        return 0;
    struct writer w = answer_writer(to);
    write_ipv6(&w, HOP_LIMIT);
    write_gateway_v6(&w, network);
    write_bytes(&w, bytes_of(flow->source, 16));
    write_u16(&w, PACKET_TOO_BIG << 8);
    write_u16(&w, 0);
    write_u32(&w, mtu);
    size_t room = writer_room(&w);
    write_bytes(&w, bytes_of(packet.data, packet.len < room ? packet.len : room));
    finish_icmpv6(to, writer_length(&w));
    return writer_length(&w);
}

static bool is_host_v4(const uint8_t address[4])
{
    return address[0] != 0 && address[0] != 127 && address[0] < 224;
}

/* Anything but questions and answers (RFC 1812 4.3.2.7). */
static bool is_error_v4(struct bytes packet, const struct flow *flow)
{
    enum { ECHO_REPLY = 0, ECHO_REQUEST = 8 };
    const uint8_t type = packet.data[flow->transport];
    return flow->protocol == PROTOCOL_ICMP && type != ECHO_REQUEST && type != ECHO_REPLY;
}

static size_t too_big_v4(const struct network *network, struct bytes packet, const struct flow *flow,
                         uint16_t mtu, uint8_t *to)
{
    enum { UNREACHABLE = 3, FRAGMENTATION_NEEDED = 4 };
    if (!is_host_v4(flow->source) || flow->headless || is_error_v4(packet, flow))
        return 0;
    struct bytes quote = {packet.data, packet.len < ICMPV4_QUOTE ? packet.len : ICMPV4_QUOTE};
    struct writer w = answer_writer(to);
    write_u16(&w, 0x4500);
    write_u16(&w, (uint16_t)(28 + quote.len));
    write_u32(&w, 0);
    write_u8(&w, HOP_LIMIT);
    write_u8(&w, PROTOCOL_ICMP);
    write_u16(&w, 0);
    write_bytes(&w, bytes_of(network->gateway_v4.address, 4));
    write_bytes(&w, bytes_of(flow->source, 4));
    write_u16(&w, UNREACHABLE << 8 | FRAGMENTATION_NEEDED);
    write_u16(&w, 0);
    write_u32(&w, mtu);
    write_bytes(&w, quote);
    uint16_t check = (uint16_t)~checksum_fold(checksum_add(0, to, 20));
    memcpy(to + 10, &check, 2);
    check = (uint16_t)~checksum_fold(checksum_add(0, to + 20, 8 + quote.len));
    memcpy(to + 22, &check, 2);
    return writer_length(&w);
}

size_t answer_too_big(const struct network *network, struct bytes packet, const struct flow *flow,
                      uint16_t mtu, uint8_t *to)
{
    if (packet.len <= flow->transport)
        return 0;
    return flow->version == 4 ? too_big_v4(network, packet, flow, mtu, to)
                              : too_big_v6(network, packet, flow, mtu, to);
}

static void write_dns(struct writer *w, const struct network *network, uint32_t lifetime)
{
    enum { RECURSIVE_DNS_SERVERS = 25 };
    unsigned servers = (network->dns6[0].family != 0) + (network->dns6[1].family != 0);
    if (servers == 0)
        return;
    write_u8(w, RECURSIVE_DNS_SERVERS);
    write_u8(w, (uint8_t)(1 + 2 * servers));
    write_u16(w, 0);
    write_u32(w, lifetime);
    for (unsigned i = 0; i < servers; i++)
        write_bytes(w, bytes_of(network->dns6[i].address, 16));
}

size_t answer_router_advertisement(const struct network *network, const uint8_t prefix[8], uint8_t *to)
{
    enum { ROUTER_ADVERTISEMENT = 134, PREFIX_INFORMATION = 3, AUTONOMOUS = 0x40, MTU = 5, LIFETIME = 9000 };
    static const uint8_t router[16] = {0xfe, 0x80, [15] = 1}, all_nodes[16] = {0xff, 2, [15] = 1};
    struct writer w = answer_writer(to);
    write_ipv6(&w, 255);
    write_bytes(&w, BYTES(router));
    write_bytes(&w, BYTES(all_nodes));
    write_u16(&w, ROUTER_ADVERTISEMENT << 8);
    write_u16(&w, 0);
    write_u8(&w, HOP_LIMIT);
    write_u8(&w, 0); /* neither managed addresses nor other configuration by DHCPv6 */
    write_u16(&w, LIFETIME);
    write_u64(&w, 0); /* reachable time and retransmission timer: not specified */
    write_u8(&w, PREFIX_INFORMATION);
    write_u8(&w, 4);
    write_u8(&w, 64);
    write_u8(&w, AUTONOMOUS); /* never on-link: the tunnel is the only link (TS 29.061 11.2.1.3.2) */
    write_u32(&w, UINT32_MAX);
    write_u32(&w, UINT32_MAX);
    write_u32(&w, 0);
    write_bytes(&w, bytes_of(prefix, 8));
    write_u64(&w, 0);
    write_u8(&w, MTU);
    write_u8(&w, 1);
    write_u16(&w, 0);
    write_u32(&w, network->mtu);
    write_dns(&w, network, LIFETIME);
    finish_icmpv6(to, writer_length(&w));
    return writer_length(&w);
}
