/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 791, RFC 8200, RFC 4302 (AH), RFC 4303 (ESP). */
#include "plane/flow.h"

static uint16_t be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t be32(const uint8_t *at)
{
    return (uint32_t)be16(at) << 16 | be16(at + 2);
}

static const char *parse_transport(const uint8_t *packet, struct flow *flow)
{
    const uint8_t *at = packet + flow->transport;
    unsigned left = flow->length - flow->transport;
    switch (flow->protocol) {
    case PROTOCOL_TCP:
    case PROTOCOL_UDP:
    case PROTOCOL_SCTP:
    case PROTOCOL_UDPLITE:
        if (left < 8)
            return "transport header ends too early";
        flow->source_port = be16(at);
        flow->destination_port = be16(at + 2);
        flow->has_ports = true;
        return NULL;
    case PROTOCOL_ESP:
        if (left < 8)
            return "ESP header ends too early";
        flow->spi = be32(at);
        return NULL;
    default:
        return NULL;
    }
}

/* Source routes would let a phone choose the way through the network behind the plane. */
static const char *check_ipv4_options(const uint8_t *at, const uint8_t *end)
{
    enum { END = 0, NOP = 1, LOOSE_SOURCE_ROUTE = 131, STRICT_SOURCE_ROUTE = 137 };
    while (at < end && *at != END) {
        if (*at == NOP) {
            at++;
            continue;
        }
        if (*at == LOOSE_SOURCE_ROUTE || *at == STRICT_SOURCE_ROUTE)
            return "IPv4 source route option";
        if (end - at < 2 || at[1] < 2 || at[1] > end - at)
            return "IPv4 option length is wrong";
        at += at[1];
    }
    return NULL;
}

/* The length of the extension header at `at`, or 0 if it is none. Of them IPv4 knows AH only. */
static unsigned extension_length(const struct flow *flow, const uint8_t *at, unsigned left)
{
    enum { MOBILITY = 135, HIP = 139, SHIM6 = 140 };
    if (flow->protocol == PROTOCOL_AH)
        return left < 12 ? 12 : (at[1] + 2u) * 4;
    if (flow->version == 4)
        return 0;
    switch (flow->protocol) {
    case PROTOCOL_HOP_BY_HOP:
    case PROTOCOL_ROUTING:
    case PROTOCOL_DESTINATION_OPTIONS:
    case MOBILITY:
    case HIP:
    case SHIM6:
        return left < 8 ? 8 : (at[1] + 1u) * 8;
    case PROTOCOL_FRAGMENT:
        return 8;
    default:
        return 0;
    }
}

/* One extension header was found at `at`: takes from it what matters. True in *opaque: what follows is not the first
 * fragment, so nothing behind can be read. */
static const char *parse_extension(const uint8_t *at, unsigned count, struct flow *flow, bool *opaque)
{
    if (flow->protocol == PROTOCOL_HOP_BY_HOP && count != 0)
        return "hop-by-hop options are not first";
    if (flow->protocol == PROTOCOL_ROUTING && at[3] != 0)
        return "IPv6 routing header with segments left";
    if (flow->protocol == PROTOCOL_AH)
        flow->spi = be32(at + 4);
    if (flow->protocol == PROTOCOL_FRAGMENT) {
        uint16_t field = be16(at + 2);
        flow->fragment = (field & 0xfff9) != 0;
        *opaque = flow->headless = (field & 0xfff8) != 0;
    }
    return NULL;
}

/* From the IP header on to the transport header, whose ports it reads. */
static const char *follow_headers(const uint8_t *packet, struct flow *flow)
{
    for (unsigned count = 0;; count++) {
        const uint8_t *at = packet + flow->transport;
        unsigned left = flow->length - flow->transport;
        unsigned extension = extension_length(flow, at, left);
        if (extension == 0)
            return parse_transport(packet, flow);
        if (extension > left)
            return "extension header ends too early";
        if (count == FLOW_EXTENSION_HEADERS)
            return "too many extension headers";
        bool opaque = false;
        const char *wrong = parse_extension(at, count, flow, &opaque);
        if (wrong)
            return wrong;
        flow->protocol = at[0];
        flow->transport = (uint16_t)(flow->transport + extension);
        if (opaque)
            return NULL;
    }
}

static const char *parse_ipv4(struct bytes in, struct flow *flow)
{
    const uint8_t *p = in.data;
    unsigned header = (p[0] & 15) * 4u;
    if (in.len < 20 || header < 20)
        return "IPv4 header is too short";
    flow->length = be16(p + 2);
    if (flow->length < header || flow->length > in.len)
        return "IPv4 total length is wrong";
    const char *wrong = check_ipv4_options(p + 20, p + header);
    if (wrong)
        return wrong;
    flow->traffic_class = p[1];
    flow->protocol = p[9];
    flow->source = p + 12;
    flow->destination = p + 16;
    flow->transport = (uint16_t)header;
    uint16_t offset = be16(p + 6) & 0x1fff;
    flow->headless = offset != 0;
    flow->fragment = flow->headless || (p[6] & 0x20);
    if (flow->headless)
        return NULL;
    return follow_headers(p, flow);
}

static const char *parse_ipv6(struct bytes in, struct flow *flow)
{
    const uint8_t *p = in.data;
    if (in.len < 40)
        return "IPv6 header is too short";
    unsigned length = 40u + be16(p + 4);
    if (length > in.len || length > UINT16_MAX)
        return "IPv6 payload length is wrong";
    flow->length = (uint16_t)length;
    flow->traffic_class = (uint8_t)(p[0] << 4 | p[1] >> 4);
    flow->flow_label = be32(p) & 0xfffff;
    flow->source = p + 8;
    flow->destination = p + 24;
    flow->protocol = p[6];
    flow->transport = 40;
    return follow_headers(p, flow);
}

const char *flow_parse(struct bytes packet, struct flow *flow)
{
    *flow = (struct flow){0};
    if (packet.len == 0)
        return "packet is empty";
    flow->version = packet.data[0] >> 4;
    if (flow->version == 4)
        return parse_ipv4(packet, flow);
    if (flow->version == 6)
        return parse_ipv6(packet, flow);
    return "neither IPv4 nor IPv6";
}
