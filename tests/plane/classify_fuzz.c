/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any rules, compiled (plane/classifier.h), and any packets: what is looked up is what a walk through the rules finds. Flow descriptions are read as the SMF
 * writes them, or filters are made up field by field; packets take addresses and ports from the filters, or from just beside them.
 *
 * Filters may ask for the frame around the packet, as those of Ethernet sessions do.
 *
 * An input is filters, PDRs and packets, one behind the other, each row with its count in front; what an input is too short for is zero.
 */
#include <string.h>
#include <sys/socket.h>

#include "../fuzz/must.h"
#include "plane/classifier.h"
#include "walk.h"

enum {
    FILTERS = 160,
    TEXT = 1,
    CORE = 1,
    TUNNELLED = 2,
    IPV6 = 1,
    PORTS = 2,
    ANY_QFI = 0x80,
    TEID = 0x10,
    FRAMED = 0x40
};

/* A packet's addresses, as a flow borrows them. */
struct addresses {
    uint8_t remote[16], local[16];
    uint8_t macs[2][FRAME_MAC]; /* destination, source */
};

static uint8_t below(struct reader *r, unsigned count)
{
    return (uint8_t)(read_u8(r) % count);
}

/* --- rules --- */

/* As sdf_parse leaves it: what is behind the prefix is zero. */
static void cut_prefix(struct sdf_side *side)
{
    for (unsigned bit = side->length; bit < 8 * sizeof side->address; bit++)
        side->address[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

static void read_side(struct reader *r, uint8_t family, struct sdf_side *side)
{
    const uint8_t kind = read_u8(r);
    *side = (struct sdf_side){.family = kind & 1 ? family : 0};
    if (side->family) {
        side->not = kind >> 1 & 1;
        side->length = below(r, family == AF_INET ? 33 : 129);
        for (unsigned i = 0; i * 8 < side->length; i++)
            side->address[i] = read_u8(r);
        cut_prefix(side);
    }
    side->range_count = (kind >> 2) % (SDF_PORT_RANGES + 1);
    for (unsigned i = 0; i < side->range_count; i++) {
        side->ranges[i].low = read_u16(r);
        side->ranges[i].high = read_u16(r);
    }
}

/* What a filter may ask for besides its description. */
static void read_marks(struct reader *r, uint8_t kind, struct sdf_filter *filter)
{
    filter->has_traffic_class = kind >> 1 & 1;
    filter->has_spi = kind >> 2 & 1;
    filter->has_flow_label = kind >> 3 & 1;
    if (filter->has_traffic_class) {
        filter->traffic_class = read_u8(r);
        filter->traffic_class_mask = read_u8(r);
    }
    if (filter->has_spi)
        filter->spi = read_u32(r);
    if (filter->has_flow_label)
        filter->flow_label = read_u32(r) & 0xfffff;
}

static uint64_t read_mac(struct reader *r)
{
    return read_uint(r, FRAME_MAC);
}

static struct frame_macs read_macs(struct reader *r, bool any)
{
    if (any)
        return (struct frame_macs){0, FRAME_MAC_MOST};
    const uint64_t low = read_mac(r);
    const uint16_t more = read_u16(r);
    return (struct frame_macs){low, low + more > FRAME_MAC_MOST ? low : low + more};
}

static struct frame_tag_filter read_tag(struct reader *r, bool asks)
{
    if (!asks)
        return (struct frame_tag_filter){0};
    const uint16_t control = read_u16(r);
    const uint8_t kind = read_u8(r);
    return (struct frame_tag_filter){true, kind >> 4 & 1, control & 0xfff, (uint8_t)(control >> 12),
                                     kind & 15};
}

static void read_frame_filter(struct reader *r, struct frame_filter *filter)
{
    const uint8_t kind = read_u8(r);
    filter->asks = true;
    filter->remote = read_macs(r, kind & 1);
    filter->local = read_macs(r, kind & 2);
    filter->c_tag = read_tag(r, kind & 4);
    filter->s_tag = read_tag(r, kind & 8);
    filter->has_type = kind & 16;
    filter->has_packet = !filter->has_type && kind & 32;
    if (filter->has_type)
        filter->type = read_u16(r);
}

static void read_filter(struct reader *r, struct sdf_filter *filter)
{
    const uint8_t kind = read_u8(r);
    const char *wrong;
    *filter = (struct sdf_filter){.any_protocol = true};
    if (kind & TEXT) {
        const size_t length = read_u8(r);
        const struct bytes text = read_bytes(r, length < reader_left(r) ? length : reader_left(r));
        if (!sdf_parse(text, filter, &wrong))
            *filter = (struct sdf_filter){.any_protocol = true};
    } else {
        filter->any_protocol = kind >> 5 & 1;
        filter->protocol = read_u8(r);
        read_side(r, kind & 0x10 ? AF_INET6 : AF_INET, &filter->remote);
        read_side(r, kind & 0x10 ? AF_INET6 : AF_INET, &filter->local);
    }
    read_marks(r, kind, filter);
    if (kind & FRAMED)
        read_frame_filter(r, &filter->frame);
}

static void read_pdr(struct reader *r, const struct ruleset *rules, unsigned *used, struct pdr *pdr)
{
    const uint8_t kind = read_u8(r);
    const unsigned left = rules->filter_count - *used;
    *pdr = (struct pdr){.source = kind & CORE ? PFCP_CORE : PFCP_ACCESS,
                        .teid = !(kind & CORE) || kind & TUNNELLED ? TEID + (kind >> 2 & 3) : 0,
                        .first_filter = (uint16_t)*used};
    pdr->qfis = kind & 0x80 ? read_u64(r) : 0;
    pdr->filter_count = below(r, left + 1);
    *used += pdr->filter_count;
}

static struct ruleset *read_rules(struct reader *r)
{
    const uint8_t filters = below(r, FILTERS), pdrs = below(r, RULES_MOST + 1);
    const struct ruleset counts = {.filter_count = filters, .pdr_count = pdrs};
    struct ruleset *rules = ruleset_new(&counts);
    unsigned used = 0;
    must(rules);
    for (unsigned i = 0; i < counts.filter_count; i++)
        read_filter(r, &rules->filters[i]);
    for (unsigned i = 0; i < counts.pdr_count; i++)
        read_pdr(r, rules, &used, &rules->pdrs[i]);
    must(ruleset_compile(rules));
    return rules;
}

/* --- packets --- */

/* From 2 below to 2 above, with a carry: edges of prefixes are where mistakes are made. */
static void step(uint8_t *number, size_t size, uint8_t by)
{
    int carry = by % 5 - 2;
    for (size_t i = size; i-- > 0;) {
        carry += number[i];
        number[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

/* The first address of the prefix or the last one, or one next to them. */
static void read_address(struct reader *r, const struct sdf_side *side, uint8_t version, uint8_t *address)
{
    const size_t size = version == 4 ? 4 : 16;
    const uint8_t kind = read_u8(r);
    memcpy(address, side->address, 16);
    for (unsigned bit = side->length; kind & 1 && bit < 8 * size; bit++)
        address[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    step(address, size, kind >> 1);
}

static uint16_t read_port(struct reader *r, const struct sdf_side *side)
{
    const uint8_t kind = read_u8(r);
    if (side->range_count == 0 || kind & 0x80)
        return read_u16(r);
    const struct sdf_ports *range = &side->ranges[(kind >> 1) % side->range_count];
    return (uint16_t)((kind & 1 ? range->high : range->low) + (kind >> 3) % 5 - 2);
}

static struct flow read_flow(struct reader *r, const struct ruleset *rules, bool uplink,
                             struct addresses *addresses)
{
    static const struct sdf_filter none;
    const uint8_t kind = read_u8(r);
    const struct sdf_filter *near =
        rules->filter_count ? &rules->filters[below(r, rules->filter_count)] : &none;
    struct flow flow = {.version = kind & IPV6 ? 6 : 4,
                        .source = uplink ? addresses->local : addresses->remote,
                        .destination = uplink ? addresses->remote : addresses->local,
                        .has_ports = kind & PORTS};
    flow.protocol = kind & 4 ? near->protocol : read_u8(r);
    flow.traffic_class = kind & 8 ? near->traffic_class : read_u8(r);
    flow.spi = kind & 16 ? near->spi : read_u32(r);
    flow.flow_label = kind & 32 ? near->flow_label : read_u32(r) & 0xfffff;
    read_address(r, &near->remote, flow.version, addresses->remote);
    read_address(r, &near->local, flow.version, addresses->local);
    if (!flow.has_ports)
        return flow;
    const uint16_t remote = read_port(r, &near->remote), local = read_port(r, &near->local);
    flow.source_port = uplink ? local : remote;
    flow.destination_port = uplink ? remote : local;
    return flow;
}

/* One end of the range, or next to it; numbers wrap round as addresses of 48 bits do. */
static void read_address_near(struct reader *r, const struct frame_macs *macs, uint8_t to[FRAME_MAC])
{
    const uint8_t kind = read_u8(r);
    const uint64_t number = (kind & 1 ? macs->high : macs->low) + (kind >> 1) % 3 - 1;
    for (unsigned i = 0; i < FRAME_MAC; i++)
        to[i] = (uint8_t)(number >> 8 * (FRAME_MAC - 1 - i));
}

static uint32_t read_control(struct reader *r, const struct frame_tag_filter *tag)
{
    const uint8_t kind = read_u8(r);
    if (kind & 1)
        return FRAME_NO_TAG;
    return kind & 2 ? read_u16(r) : (uint32_t)tag->priority << 12 | tag->vid;
}

static void read_frame(struct reader *r, const struct ruleset *rules, bool uplink,
                       struct addresses *addresses, struct flow *flow)
{
    static const struct sdf_filter none;
    const struct frame_filter *near =
        &(rules->filter_count ? &rules->filters[below(r, rules->filter_count)] : &none)->frame;
    read_address_near(r, uplink ? &near->remote : &near->local, addresses->macs[0]);
    read_address_near(r, uplink ? &near->local : &near->remote, addresses->macs[1]);
    flow->frame = (struct frame){.destination = addresses->macs[0], .source = addresses->macs[1]};
    flow->frame.c_tag = read_control(r, &near->c_tag);
    flow->frame.s_tag = read_control(r, &near->s_tag);
    const uint8_t kind = read_u8(r);
    flow->frame.type = kind & 1 ? near->type : kind & 2 ? read_u16(r) : FRAME_IPV4;
}

/* The packet counts only in a tunnel of a direction that has some. */
static void look_up(struct reader *r, const struct ruleset *rules)
{
    struct addresses addresses;
    const uint8_t way = read_u8(r), qfi = read_u8(r);
    const bool uplink = !(way & CORE), tunnelled = uplink || ruleset_core_teid(rules);
    const uint32_t teid = tunnelled ? TEID + (way >> 2 & 3) : 0;
    struct flow flow = read_flow(r, rules, uplink, &addresses);
    if (rules->asks_frames)
        read_frame(r, rules, uplink, &addresses, &flow);
    const uint8_t source = uplink ? PFCP_ACCESS : PFCP_CORE,
                  named = qfi & ANY_QFI ? RULESET_ANY_QFI : qfi & 63;
    must(ruleset_match(rules, source, teid, named, &flow) == walk_match(rules, source, teid, named, &flow));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_of(bytes_of(data, size));
    struct ruleset *rules = read_rules(&r);
    do
        look_up(&r, rules);
    while (reader_left(&r));
    ruleset_free(rules);
    return 0;
}
