/* SPDX-License-Identifier: Apache-2.0 */
/* Packet filters: are they well made (TS 24.501 6.4.2.4, 9.11.4.13), and what planes are told of them (TS 29.244 8.2.5)? */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/smf/qos.h"
#include "wire/pfcp/rules.h"

enum { SDF_TEXT = 256, IPV4_OCTETS = 4, IPV6_OCTETS = 16, ICMP = 1, ICMPV6 = 58, ESP = 50, AH = 51 };
enum {
    FRAME_IPV4 = 0x0800,
    FRAME_IPV6 = 0x86dd,
    FRAME_C_TAG = 0x8100,
    FRAME_S_TAG = 0x88a8,
    NO_VLAN = 0xfff
};

/* A filter's components, each NULL or its value. */
struct parts {
    const uint8_t *all, *remote4, *local4, *remote6, *local6, *protocol, *local_port, *local_ports,
        *remote_port, *remote_ports, *spi, *traffic_class, *flow_label;
    const uint8_t *mac_to, *macs_to, *mac_from, *macs_from, *c_vid, *s_vid, *c_pcp, *s_pcp, *ethertype;
};

#define PART(type, member) [NAS_FILTER_##type] = 1 + offsetof(struct parts, member)
/* Where the value of a component goes: behind that offset less one. */
static const uint8_t places[UINT8_MAX + 1] = {
    PART(MATCH_ALL, all),
    PART(IPV4_REMOTE, remote4),
    PART(IPV4_LOCAL, local4),
    PART(IPV6_REMOTE, remote6),
    PART(IPV6_LOCAL, local6),
    PART(PROTOCOL, protocol),
    PART(LOCAL_PORT, local_port),
    PART(LOCAL_PORTS, local_ports),
    PART(REMOTE_PORT, remote_port),
    PART(REMOTE_PORTS, remote_ports),
    PART(SPI, spi),
    PART(TRAFFIC_CLASS, traffic_class),
    PART(FLOW_LABEL, flow_label),
    PART(MAC_DESTINATION, mac_to),
    PART(MAC_DESTINATIONS, macs_to),
    PART(MAC_SOURCE, mac_from),
    PART(MAC_SOURCES, macs_from),
    PART(C_TAG_VID, c_vid),
    PART(S_TAG_VID, s_vid),
    PART(C_TAG_PCP, c_pcp),
    PART(S_TAG_PCP, s_pcp),
    PART(ETHERTYPE, ethertype),
};
_Static_assert(sizeof(struct parts) < UINT8_MAX, "an offset is an octet");

/* NULL: components of that type are not known. */
static const uint8_t **part(struct parts *parts, uint8_t type)
{
    return places[type] ? (const uint8_t **)((char *)parts + places[type] - 1) : NULL;
}

static bool asks_for_packets(const struct parts *parts)
{
    return parts->remote4 || parts->local4 || parts->remote6 || parts->local6 || parts->protocol ||
           parts->local_port || parts->local_ports || parts->remote_port || parts->remote_ports ||
           parts->spi || parts->traffic_class || parts->flow_label;
}

static bool asks_for_frames(const struct parts *parts)
{
    return parts->mac_to || parts->macs_to || parts->mac_from || parts->macs_from || parts->c_vid ||
           parts->s_vid || parts->c_pcp || parts->s_pcp || parts->ethertype;
}

static struct qos_refusal semantic(const char *what)
{
    return (struct qos_refusal){NAS_GSM_SEMANTIC_ERRORS_FILTERS, what};
}

static struct qos_refusal syntactical(const char *what)
{
    return (struct qos_refusal){NAS_GSM_SYNTACTICAL_ERROR_FILTERS, what};
}

static struct qos_refusal take_apart(const struct nas_packet_filter *filter, struct parts *parts)
{
    static const uint8_t nothing[1];
    if (filter->count == 0)
        return syntactical("a packet filter without components");
    if (filter->direction == 0)
        return syntactical("a packet filter of no direction");
    for (size_t i = 0; i < filter->count; i++) {
        const struct nas_filter_component *component = &filter->components[i];
        const uint8_t **place = part(parts, component->type);
        if (!place)
            return semantic("a component that is not known");
        if (*place)
            return syntactical("a component twice in a packet filter");
        *place = component->value.len ? component->value.data : nothing;
    }
    if (parts->all && filter->count > 1)
        return syntactical("match-all beside other components");
    return (struct qos_refusal){0};
}

/* Ones, then zeros: what a prefix can say. */
static bool is_prefix_mask(const uint8_t mask[IPV4_OCTETS], unsigned *length)
{
    uint32_t bits = (uint32_t)mask[0] << 24 | (uint32_t)mask[1] << 16 | (uint32_t)mask[2] << 8 | mask[3];
    *length = bits == 0 ? 0 : (unsigned)__builtin_popcount(bits);
    uint32_t whole = *length == 0 ? 0 : UINT32_MAX << (32 - *length);
    return bits == whole;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    for (unsigned i = 0; i < bits; i++)
        if ((a[i / 8] ^ b[i / 8]) & 0x80 >> i % 8)
            return false;
    return true;
}

static struct qos_refusal check_addresses(const struct parts *parts, const struct qos_terms *terms)
{
    bool v4 = parts->remote4 || parts->local4, v6 = parts->remote6 || parts->local6 || parts->flow_label;
    unsigned length;
    if (v4 && v6)
        return semantic("IPv4 and IPv6 in one packet filter");
    if ((v4 && !nas_session_has_ipv4(terms->session_type)) ||
        (v6 && !nas_session_has_ipv6(terms->session_type)))
        return semantic("a packet filter of a family that the session does not have");
    if ((parts->remote4 && !is_prefix_mask(parts->remote4 + IPV4_OCTETS, &length)) ||
        (parts->local4 && !is_prefix_mask(parts->local4 + IPV4_OCTETS, &length)))
        return syntactical("an IPv4 mask with gaps");
    if ((parts->remote6 && parts->remote6[IPV6_OCTETS] > 128) ||
        (parts->local6 && parts->local6[IPV6_OCTETS] > 128))
        return syntactical("an IPv6 prefix longer than an address");
    if (parts->local4 && !same_bits(parts->local4, terms->ipv4, length))
        return semantic("a local address that is not the session's");
    length = parts->local6 && parts->local6[IPV6_OCTETS] < 64 ? parts->local6[IPV6_OCTETS] : 64;
    if (parts->local6 && !same_bits(parts->local6, terms->prefix, length))
        return semantic("a local address that is not the session's");
    return (struct qos_refusal){0};
}

static bool is_backwards(const uint8_t *range)
{
    return range && (range[0] > range[2] || (range[0] == range[2] && range[1] > range[3]));
}

static struct qos_refusal check_ports(const struct parts *parts)
{
    bool ports = parts->local_port || parts->local_ports || parts->remote_port || parts->remote_ports;
    if ((parts->local_port && parts->local_ports) || (parts->remote_port && parts->remote_ports))
        return syntactical("a port and a range of ports of one side");
    if (is_backwards(parts->local_ports) || is_backwards(parts->remote_ports))
        return semantic("a range of ports that ends before it begins");
    if (ports && parts->spi)
        return semantic("ports and a security parameter index in one packet filter");
    uint8_t protocol = parts->protocol ? *parts->protocol : 0;
    bool portless = protocol == ICMP || protocol == ICMPV6 || protocol == ESP || protocol == AH;
    if (ports && portless)
        return semantic("ports of a protocol that has none");
    if (parts->spi && parts->protocol && protocol != ESP && protocol != AH)
        return semantic("a security parameter index of a protocol that has none");
    return (struct qos_refusal){0};
}

/* --- in sessions of Ethernet frames --- */

static uint16_t octets16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

/* A phone has no address that its core knows of, so any may be the local one. */
static struct qos_refusal check_packets_in_frames(const struct parts *parts)
{
    const uint16_t type = parts->ethertype ? octets16(parts->ethertype) : 0;
    const bool v4 = parts->remote4 || parts->local4,
               v6 = parts->remote6 || parts->local6 || parts->flow_label;
    unsigned length;
    if (asks_for_packets(parts) && type != FRAME_IPV4 && type != FRAME_IPV6)
        return semantic("components of IP packets without the Ethertype of IP packets");
    if ((v4 && type != FRAME_IPV4) || (v6 && type != FRAME_IPV6))
        return semantic("addresses of another family than the Ethertype's");
    if ((parts->remote4 && !is_prefix_mask(parts->remote4 + IPV4_OCTETS, &length)) ||
        (parts->local4 && !is_prefix_mask(parts->local4 + IPV4_OCTETS, &length)))
        return syntactical("an IPv4 mask with gaps");
    if ((parts->remote6 && parts->remote6[IPV6_OCTETS] > 128) ||
        (parts->local6 && parts->local6[IPV6_OCTETS] > 128))
        return syntactical("an IPv6 prefix longer than an address");
    return (struct qos_refusal){0};
}

static bool macs_are_backwards(const uint8_t *range)
{
    return range && memcmp(range, range + PFCP_MAC_OCTETS, PFCP_MAC_OCTETS) > 0;
}

static bool is_no_vlan(const uint8_t *vid)
{
    return vid && (octets16(vid) & NO_VLAN) == NO_VLAN;
}

static struct qos_refusal check_frames(const struct parts *parts)
{
    enum { TYPE_LEAST = 0x600 };
    const uint16_t type = parts->ethertype ? octets16(parts->ethertype) : TYPE_LEAST;
    if ((parts->mac_to && parts->macs_to) || (parts->mac_from && parts->macs_from))
        return syntactical("a MAC address and a range of them of one side");
    if (macs_are_backwards(parts->macs_to) || macs_are_backwards(parts->macs_from))
        return semantic("a range of MAC addresses that ends before it begins");
    if (type < TYPE_LEAST || type == FRAME_C_TAG || type == FRAME_S_TAG)
        return semantic("an Ethertype that no frame has behind its tags");
    if (is_no_vlan(parts->c_vid) || is_no_vlan(parts->s_vid))
        return semantic("a VLAN identifier that is reserved");
    return check_packets_in_frames(parts);
}

struct qos_refusal qos_check_filter(const struct nas_packet_filter *filter, const struct qos_terms *terms)
{
    const bool ethernet = terms->session_type == NAS_SESSION_ETHERNET;
    struct parts parts = {0};
    struct qos_refusal refusal = take_apart(filter, &parts);
    if (!refusal.cause && !ethernet && asks_for_frames(&parts))
        refusal = semantic("a component that no IP packet has");
    if (!refusal.cause)
        refusal = ethernet ? check_frames(&parts) : check_addresses(&parts, terms);
    return refusal.cause ? refusal : check_ports(&parts);
}

/* --- for planes --- */

/* What is stored was checked, and is stored whole. */
static struct parts parts_of(const struct qos_filter *filter)
{
    struct parts parts = {0};
    for (unsigned at = 0; at < filter->size;) {
        uint8_t type = filter->components[at++];
        const uint8_t **place = part(&parts, type);
        if (!place)
            break;
        *place = filter->components + at;
        at += (unsigned)nas_filter_component_size(type);
    }
    return parts;
}

static void put_side(char *text, size_t size, const uint8_t *v4, const uint8_t *v6, const uint8_t *port,
                     const uint8_t *ports, const char *any)
{
    char address[INET6_ADDRSTRLEN], where[INET6_ADDRSTRLEN + 8];
    unsigned length = 0;
    snprintf(where, sizeof where, "%s", any);
    if (v4 && is_prefix_mask(v4 + IPV4_OCTETS, &length))
        snprintf(where, sizeof where, "%s/%u", inet_ntop(AF_INET, v4, address, sizeof address), length);
    if (v6)
        snprintf(where, sizeof where, "%s/%u", inet_ntop(AF_INET6, v6, address, sizeof address),
                 v6[IPV6_OCTETS]);
    if (port)
        snprintf(text, size, "%s %u", where, octets16(port));
    else if (ports)
        snprintf(text, size, "%s %u-%u", where, octets16(ports), octets16(ports + 2));
    else
        snprintf(text, size, "%s", where);
}

static struct bytes description(struct arena *arena, const struct parts *parts)
{
    char text[SDF_TEXT], protocol[8] = "ip", remote[80], local[80];
    if (parts->protocol)
        snprintf(protocol, sizeof protocol, "%u", *parts->protocol);
    put_side(remote, sizeof remote, parts->remote4, parts->remote6, parts->remote_port, parts->remote_ports,
             "any");
    put_side(local, sizeof local, parts->local4, parts->local6, parts->local_port, parts->local_ports,
             "assigned");
    int length = snprintf(text, sizeof text, "permit out %s from %s to %s", protocol, remote, local);
    return arena_copy(arena, bytes_of(text, (size_t)length));
}

struct pfcp_sdf_filter qos_sdf_filter(struct arena *arena, const struct qos_filter *filter)
{
    struct parts parts = parts_of(filter);
    struct pfcp_sdf_filter sdf = {.flow_description = description(arena, &parts)};
    if (parts.traffic_class) {
        sdf.has_tos = true;
        sdf.tos = octets16(parts.traffic_class);
    }
    if (parts.spi) {
        sdf.has_spi = true;
        sdf.spi = (uint32_t)octets16(parts.spi) << 16 | octets16(parts.spi + 2);
    }
    if (parts.flow_label) {
        sdf.has_flow_label = true;
        sdf.flow_label = (uint32_t)(parts.flow_label[0] & 0x0f) << 16 | octets16(parts.flow_label + 1);
    }
    return sdf;
}

bool qos_matches_all(const struct qos_filter *filter)
{
    return parts_of(filter).all != NULL;
}

/* --- of frames, for planes --- */

/* One address, or a range of them. */
static void put_macs(const uint8_t *one, const uint8_t *range, bool *has, bool *has_upper,
                     uint8_t lower[PFCP_MAC_OCTETS], uint8_t upper[PFCP_MAC_OCTETS])
{
    *has = one || range;
    *has_upper = range != NULL;
    if (*has)
        memcpy(lower, one ? one : range, PFCP_MAC_OCTETS);
    if (range)
        memcpy(upper, range + PFCP_MAC_OCTETS, PFCP_MAC_OCTETS);
}

/* TS 24.501 9.11.4.13: of a filter for both directions the source is the phone's side, else it is the frame's. */
static void add_macs(struct arena *arena, const struct parts *parts, bool turned,
                     struct pfcp_ethernet_filter *to)
{
    const uint8_t *from = turned ? parts->mac_to : parts->mac_from,
                  *froms = turned ? parts->macs_to : parts->macs_from,
                  *dest = turned ? parts->mac_from : parts->mac_to,
                  *dests = turned ? parts->macs_from : parts->macs_to;
    to->macs = from || froms || dest || dests ? arena_array(arena, 1, sizeof *to->macs) : NULL;
    if (!to->macs)
        return;
    to->macs_count = 1;
    put_macs(from, froms, &to->macs->has_source, &to->macs->has_upper_source, to->macs->source,
             to->macs->upper_source);
    put_macs(dest, dests, &to->macs->has_destination, &to->macs->has_upper_destination, to->macs->destination,
             to->macs->upper_destination);
}

/* The second one is PCP and DEI in 4 bits. */
static struct pfcp_vlan_tag tag_of(const uint8_t *vid, const uint8_t *priority)
{
    struct pfcp_vlan_tag tag = {
        .has_vid = vid != NULL, .has_pcp = priority != NULL, .has_dei = priority != NULL};
    if (vid)
        tag.vid = octets16(vid) & NO_VLAN;
    if (priority) {
        tag.pcp = *priority >> 1 & 7;
        tag.dei = *priority & 1;
    }
    return tag;
}

struct pfcp_ethernet_filter qos_ethernet_filter(struct arena *arena, const struct qos_filter *filter,
                                                bool uplink)
{
    const struct parts parts = parts_of(filter);
    struct pfcp_ethernet_filter to = {
        .has_ethertype = parts.ethertype != NULL,
        .ethertype = parts.ethertype ? octets16(parts.ethertype) : 0,
        .has_c_tag = parts.c_vid || parts.c_pcp,
        .c_tag = tag_of(parts.c_vid, parts.c_pcp),
        .has_s_tag = parts.s_vid || parts.s_pcp,
        .s_tag = tag_of(parts.s_vid, parts.s_pcp),
    };
    add_macs(arena, &parts, filter->direction == NAS_FILTER_BOTH && !uplink, &to);
    to.sdf_filters = asks_for_packets(&parts) ? arena_array(arena, 1, sizeof *to.sdf_filters) : NULL;
    if (to.sdf_filters) {
        to.sdf_filters_count = 1;
        *to.sdf_filters = qos_sdf_filter(arena, filter);
    }
    return to;
}
