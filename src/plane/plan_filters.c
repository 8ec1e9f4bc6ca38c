/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a PDR detects packets and frames by: SDF filters (TS 29.244 8.2.5) and Ethernet packet filters (7.5.2.2-3). Each is one that the classifier knows, or, of
 * an Ethernet packet filter that lists several MAC addresses or SDF filters, one for each pair of them. A filter for both directions stands in one PDR and is
 * named by its identifier in others.
 */
#include <string.h>

#include "kit/mac.h"
#include "plane/plan.h"

enum { FILTERS_OF_PDR = UINT8_MAX, FILTERS_AT_FIRST = 4 };

struct filters {
    struct plan *plan;
    struct planned_pdr *planned;
    struct sdf_filter *list;
    size_t count, room;
};

static bool refuse(const struct filters *filters, const char *what)
{
    return plan_refuse_rule(filters->plan, PFCP_RULE_PDR, filters->planned->pdr.id, what);
}

/* A message has one arena for all its PDRs, most of which have few filters. */
static bool grow(struct filters *filters)
{
    const size_t twice = filters->room ? 2 * filters->room : FILTERS_AT_FIRST,
                 room = twice < FILTERS_OF_PDR ? twice : FILTERS_OF_PDR;
    struct sdf_filter *list = arena_array(filters->plan->arena, room, sizeof *list);
    if (!list || filters->room == FILTERS_OF_PDR)
        return false;
    if (filters->list)
        memcpy(list, filters->list, filters->count * sizeof *list);
    filters->list = list;
    filters->room = room;
    return true;
}

static struct sdf_filter *add(struct filters *filters)
{
    if (filters->count < filters->room || grow(filters))
        return &filters->list[filters->count++];
    refuse(filters, "too many filters");
    return NULL;
}

/* --- of packets --- */

static bool take_sdf(const struct filters *filters, const struct pfcp_sdf_filter *ie,
                     struct sdf_filter *filter)
{
    const char *wrong = NULL;
    *filter = (struct sdf_filter){
        .any_protocol = true,
        .has_traffic_class = ie->has_tos,
        .traffic_class = (uint8_t)(ie->tos >> 8),
        .traffic_class_mask = (uint8_t)ie->tos,
        .has_spi = ie->has_spi,
        .spi = ie->spi,
        .has_flow_label = ie->has_flow_label,
        .flow_label = ie->flow_label,
    };
    return !ie->flow_description.len || sdf_parse(ie->flow_description, filter, &wrong) ||
           refuse(filters, wrong);
}

static bool asks_for_packets(const struct pfcp_sdf_filter *ie)
{
    return ie->flow_description.len || ie->has_tos || ie->has_spi || ie->has_flow_label;
}

static bool add_sdf(struct filters *filters, const struct pfcp_sdf_filter *ie)
{
    struct sdf_filter *filter = add(filters);
    if (!filter || !take_sdf(filters, ie, filter))
        return false;
    filter->has_id = ie->has_id;
    filter->id = ie->id;
    filter->by_id = ie->has_id && !asks_for_packets(ie);
    return true;
}

/* --- of frames --- */

static struct frame_macs macs_of(bool has, const uint8_t *from, bool is_range, const uint8_t *to)
{
    if (!has)
        return (struct frame_macs){0, FRAME_MAC_MOST};
    return (struct frame_macs){mac_number(from), mac_number(is_range ? to : from)};
}

/* NULL: any addresses. */
static void take_macs(const struct filters *filters, const struct pfcp_mac *ie, struct frame_filter *frame)
{
    static const struct pfcp_mac any;
    const bool uplink = filters->planned->pdr.source == PFCP_ACCESS;
    ie = ie ? ie : &any;
    *(uplink ? &frame->local : &frame->remote) =
        macs_of(ie->has_source, ie->source, ie->has_upper_source, ie->upper_source);
    *(uplink ? &frame->remote : &frame->local) =
        macs_of(ie->has_destination, ie->destination, ie->has_upper_destination, ie->upper_destination);
}

static struct frame_tag_filter tag_of(bool has, const struct pfcp_vlan_tag *ie)
{
    enum { PCP = 0xe, DEI = 1 };
    return (struct frame_tag_filter){
        .asks = has,
        .has_vid = ie->has_vid,
        .vid = ie->vid,
        .priority = (uint8_t)(ie->pcp << 1 | ie->dei),
        .priority_mask = (uint8_t)((ie->has_pcp ? PCP : 0) | (ie->has_dei ? DEI : 0)),
    };
}

static bool asks_for_frames(const struct pfcp_ethernet_filter *ie)
{
    return ie->macs_count || ie->has_ethertype || ie->has_c_tag || ie->has_s_tag || ie->sdf_filters_count;
}

/* What no frame can have, or none that is taken. NULL: nothing. */
static const char *contradiction(const struct pfcp_ethernet_filter *ie)
{
    enum { NO_VLAN = 0xfff };
    const uint16_t type = ie->ethertype;
    if (ie->has_ethertype && type < FRAME_TYPE_LEAST)
        return "an Ethertype that is a length";
    if (ie->has_ethertype && (type == FRAME_CUSTOMER_TAG || type == FRAME_SERVICE_TAG))
        return "an Ethertype that is a VLAN tag's";
    if (ie->has_ethertype && ie->sdf_filters_count && type != FRAME_IPV4 && type != FRAME_IPV6)
        return "SDF filters of frames that have no IP packet";
    if (ie->c_tag.vid == NO_VLAN || ie->s_tag.vid == NO_VLAN)
        return "a VLAN identifier that is reserved";
    for (size_t i = 0; i < ie->sdf_filters_count; i++)
        if (!asks_for_packets(&ie->sdf_filters[i]))
            return "an SDF filter of frames that asks for nothing";
    return NULL;
}

static bool is_backwards(const struct frame_filter *frame)
{
    return frame->local.low > frame->local.high || frame->remote.low > frame->remote.high;
}

/* One pair of what the filter lists. */
static bool add_pair(struct filters *filters, const struct pfcp_ethernet_filter *ie,
                     const struct pfcp_mac *mac, const struct pfcp_sdf_filter *sdf)
{
    static const struct pfcp_sdf_filter any;
    struct sdf_filter *filter = add(filters);
    if (!filter || !take_sdf(filters, sdf ? sdf : &any, filter))
        return false;
    filter->has_id = ie->has_id && (ie->properties & PFCP_BIDE);
    filter->id = ie->id;
    filter->frame = (struct frame_filter){.asks = true,
                                          .has_type = ie->has_ethertype,
                                          .type = ie->ethertype,
                                          .has_packet = sdf != NULL,
                                          .c_tag = tag_of(ie->has_c_tag, &ie->c_tag),
                                          .s_tag = tag_of(ie->has_s_tag, &ie->s_tag)};
    take_macs(filters, mac, &filter->frame);
    return !is_backwards(&filter->frame) ||
           refuse(filters, "a range of MAC addresses that ends before it begins");
}

static bool add_pairs(struct filters *filters, const struct pfcp_ethernet_filter *ie)
{
    const size_t macs = ie->macs_count ? ie->macs_count : 1,
                 sdfs = ie->sdf_filters_count ? ie->sdf_filters_count : 1;
    for (size_t i = 0; i < macs; i++)
        for (size_t n = 0; n < sdfs; n++)
            if (!add_pair(filters, ie, ie->macs_count ? &ie->macs[i] : NULL,
                          ie->sdf_filters_count ? &ie->sdf_filters[n] : NULL))
                return false;
    return true;
}

static bool add_reference(struct filters *filters, const struct pfcp_ethernet_filter *ie)
{
    if (!ie->has_id)
        return refuse(filters, "an Ethernet packet filter that asks for nothing");
    struct sdf_filter *filter = add(filters);
    if (filter)
        *filter = (struct sdf_filter){.id = ie->id, .has_id = true, .by_id = true, .frame = {.asks = true}};
    return filter != NULL;
}

static bool add_frames(struct filters *filters, const struct pfcp_ethernet_filter *ie)
{
    const char *wrong = contradiction(ie);
    if (wrong)
        return refuse(filters, wrong);
    return asks_for_frames(ie) ? add_pairs(filters, ie) : add_reference(filters, ie);
}

/* --- of a PDR --- */

static bool keep(const struct filters *filters)
{
    filters->planned->filters = filters->list;
    filters->planned->pdr.filter_count = (uint16_t)filters->count;
    return true;
}

bool plan_set_filters(struct plan *plan, struct planned_pdr *planned, const struct pfcp_pdi *pdi)
{
    struct filters filters = {.plan = plan, .planned = planned};
    for (size_t i = 0; i < pdi->sdf_filters_count; i++)
        if (!add_sdf(&filters, &pdi->sdf_filters[i]))
            return false;
    for (size_t i = 0; i < pdi->ethernet_filters_count; i++)
        if (!add_frames(&filters, &pdi->ethernet_filters[i]))
            return false;
    return keep(&filters);
}

/* --- by their identifiers --- */

static bool is_meant(const struct sdf_filter *filter, const struct sdf_filter *by_id)
{
    return filter->has_id && !filter->by_id && filter->id == by_id->id &&
           filter->frame.asks == by_id->frame.asks;
}

/* All that the first PDR with such filters has of them. */
static bool add_meant(struct filters *filters, const struct sdf_filter *by_id)
{
    const struct plan *plan = filters->plan;
    const size_t before = filters->count;
    for (unsigned i = 0; i < plan->pdr_count && filters->count == before; i++)
        for (unsigned n = 0; n < plan->pdrs[i].pdr.filter_count; n++) {
            const struct sdf_filter *filter = &plan->pdrs[i].filters[n];
            struct sdf_filter *place = is_meant(filter, by_id) ? add(filters) : NULL;
            if (place)
                *place = *filter;
            else if (is_meant(filter, by_id))
                return false;
        }
    return filters->count > before || refuse(filters, "no filter for both directions has that identifier");
}

static bool find_meant(struct plan *plan, struct planned_pdr *planned)
{
    struct filters filters = {.plan = plan, .planned = planned};
    for (unsigned i = 0; i < planned->pdr.filter_count; i++) {
        const struct sdf_filter *filter = &planned->filters[i];
        if (filter->by_id) {
            if (!add_meant(&filters, filter))
                return false;
            continue;
        }
        struct sdf_filter *place = add(&filters);
        if (!place)
            return false;
        *place = *filter;
    }
    return keep(&filters);
}

static bool names_any(const struct planned_pdr *planned)
{
    for (unsigned i = 0; i < planned->pdr.filter_count; i++)
        if (planned->filters[i].by_id)
            return true;
    return false;
}

bool plan_find_filters(struct plan *plan)
{
    for (unsigned i = 0; i < plan->pdr_count; i++)
        if (names_any(&plan->pdrs[i]) && !find_meant(plan, &plan->pdrs[i]))
            return false;
    return true;
}
