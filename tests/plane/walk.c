/* SPDX-License-Identifier: Apache-2.0 */
#include "walk.h"

#include <string.h>
#include <sys/socket.h>

static bool prefix_equal(const uint8_t *a, const uint8_t *b, unsigned length)
{
    if (memcmp(a, b, length / 8) != 0)
        return false;
    return length % 8 == 0 || (a[length / 8] ^ b[length / 8]) >> (8 - length % 8) == 0;
}

static bool match_side(const struct sdf_side *side, const struct flow *flow, const uint8_t *address,
                       uint16_t port)
{
    if (side->family) {
        bool same = side->family == (flow->version == 4 ? AF_INET : AF_INET6) &&
                    prefix_equal(address, side->address, side->length);
        if (same == side->not )
            return false;
    }
    if (side->range_count == 0)
        return true;
    for (unsigned i = 0; flow->has_ports && i < side->range_count; i++)
        if (port >= side->ranges[i].low && port <= side->ranges[i].high)
            return true;
    return false;
}

static bool filter_matches(const struct sdf_filter *filter, const struct flow *flow, bool uplink)
{
    if (!filter->any_protocol && filter->protocol != flow->protocol)
        return false;
    if (filter->has_traffic_class &&
        ((flow->traffic_class ^ filter->traffic_class) & filter->traffic_class_mask))
        return false;
    if ((filter->has_spi && filter->spi != flow->spi) ||
        (filter->has_flow_label && filter->flow_label != flow->flow_label))
        return false;
    const struct sdf_side *from = uplink ? &filter->local : &filter->remote;
    const struct sdf_side *to = uplink ? &filter->remote : &filter->local;
    return match_side(from, flow, flow->source, flow->source_port) &&
           match_side(to, flow, flow->destination, flow->destination_port);
}

static bool match_macs(const struct frame_macs *macs, const uint8_t *mac)
{
    uint8_t low[8], high[8];
    for (int i = 0; i < 6; i++) {
        low[i] = (uint8_t)(macs->low >> (40 - 8 * i));
        high[i] = (uint8_t)(macs->high >> (40 - 8 * i));
    }
    return memcmp(mac, low, 6) >= 0 && memcmp(mac, high, 6) <= 0;
}

static bool match_tag(const struct frame_tag_filter *filter, uint32_t tag)
{
    if (!filter->asks)
        return true;
    return tag != FRAME_NO_TAG && (!filter->has_vid || filter->vid == tag % 4096) &&
           ((tag / 4096 ^ filter->priority) & filter->priority_mask) == 0;
}

static bool frame_matches(const struct frame_filter *filter, const struct frame *frame, bool uplink)
{
    if (!filter->asks)
        return true;
    if (!frame->destination)
        return false;
    const bool is_length = frame->type < 0x600; /* of an IEEE 802.3 frame, which has no type there */
    if (filter->has_type && (is_length || filter->type != frame->type))
        return false;
    if (filter->has_packet && frame->type != 0x0800 && frame->type != 0x86dd)
        return false;
    return match_tag(&filter->c_tag, frame->c_tag) && match_tag(&filter->s_tag, frame->s_tag) &&
           match_macs(&filter->local, uplink ? frame->source : frame->destination) &&
           match_macs(&filter->remote, uplink ? frame->destination : frame->source);
}

static bool filters_match(const struct ruleset *rules, const struct pdr *pdr, const struct flow *flow,
                          bool uplink)
{
    const struct sdf_filter *filter = rules->filters + pdr->first_filter;
    for (unsigned i = 0; i < pdr->filter_count; i++)
        if (filter_matches(filter + i, flow, uplink) && frame_matches(&filter[i].frame, &flow->frame, uplink))
            return true;
    return pdr->filter_count == 0;
}

const struct pdr *walk_match(const struct ruleset *rules, uint8_t source, uint32_t teid, uint8_t qfi,
                             const struct flow *flow)
{
    const bool uplink = source == PFCP_ACCESS;
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        const struct pdr *pdr = &rules->pdrs[i];
        if (pdr->source != source || pdr->teid != teid)
            continue;
        if (uplink && qfi != RULESET_ANY_QFI && pdr->qfis && !(pdr->qfis >> (qfi & 63) & 1))
            continue;
        if (filters_match(rules, pdr, flow, uplink))
            return pdr;
    }
    return NULL;
}
