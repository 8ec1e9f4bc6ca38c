/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/classifier.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

__extension__ typedef unsigned __int128 wide;

enum { RANGES = 33, EDGES = 256 }; /* a QFI list has at most 32 gaps, and stands for packets without one */

/* One bit of a record's masks: a PDR, and one of its filters. */
struct asking {
    const struct pdr *pdr;
    const struct sdf_filter *filter; /* NULL: it asks for nothing */
    uint8_t number;                  /* of the PDR */
    bool tunnels;                    /* PDRs of its direction are told apart by tunnels */
};

/* The values of a field that a filter admits: any of the ranges, or (except) all but them. */
struct admitted {
    bool all, except;
    unsigned count;
    struct {
        wide low, high;
    } ranges[RANGES];
};

/* Values of a field at which the answer changes, in order, and the filters that each satisfies. */
struct edges {
    unsigned count;
    wide at[EDGES];
    uint64_t filters[EDGES];
};

struct draft {
    struct classifier *to;
    const struct asking *askings;
    unsigned count;
    unsigned values, addresses; /* used */
    bool frame;                 /* it is the record of the frame */
};

/* --- what a filter admits --- */

static void add_range(struct admitted *set, wide low, wide high)
{
    set->ranges[set->count].low = low;
    set->ranges[set->count++].high = high;
}

static void admit_only(struct admitted *set, uint32_t value)
{
    set->all = false;
    add_range(set, value, value);
}

static void admit_qfis(struct admitted *set, uint64_t qfis)
{
    set->all = qfis == 0;
    for (unsigned qfi = 0; qfis && qfi < 64; qfi++) {
        if (!(qfis >> qfi & 1))
            continue;
        if (set->count && set->ranges[set->count - 1].high + 1 == qfi)
            set->ranges[set->count - 1].high = qfi;
        else
            add_range(set, qfi, qfi);
    }
    if (qfis)
        add_range(set, CLASSIFIER_ANY_QFI, CLASSIFIER_ANY_QFI);
}

static void admit_ports(struct admitted *set, const struct sdf_side *side)
{
    set->all = side->range_count == 0;
    for (unsigned i = 0; i < side->range_count; i++)
        add_range(set, side->ranges[i].low, side->ranges[i].high);
}

/* No address of the other family is in the prefix. */
static void admit_addresses(struct admitted *set, const struct sdf_side *side, uint8_t family)
{
    const unsigned bits = family == AF_INET ? 32 : 128;
    set->all = side->family == 0;
    set->except = side->not ;
    if (side->family != family)
        return;
    const unsigned free_bits = bits - side->length;
    wide low = 0;
    for (unsigned i = 0; i < bits / 8; i++)
        low = low << 8 | side->address[i];
    add_range(set, low, low | (free_bits == 128 ? ~(wide)0 : ((wide)1 << free_bits) - 1));
}

static void admit_of_filter(struct admitted *set, const struct sdf_filter *filter,
                            enum classifier_field field)
{
    switch (field) {
    case CLASSIFY_REMOTE_PORT:
        return admit_ports(set, &filter->remote);
    case CLASSIFY_LOCAL_PORT:
        return admit_ports(set, &filter->local);
    case CLASSIFY_REMOTE_V4:
        return admit_addresses(set, &filter->remote, AF_INET);
    case CLASSIFY_LOCAL_V4:
        return admit_addresses(set, &filter->local, AF_INET);
    case CLASSIFY_REMOTE_V6:
        return admit_addresses(set, &filter->remote, AF_INET6);
    case CLASSIFY_LOCAL_V6:
        return admit_addresses(set, &filter->local, AF_INET6);
    case CLASSIFY_SPI:
        if (filter->has_spi)
            admit_only(set, filter->spi);
        return;
    default:
        if (filter->has_flow_label)
            admit_only(set, filter->flow_label);
    }
}

static void admit_vids(struct admitted *set, const struct frame_tag_filter *tag)
{
    enum { VID_MOST = 0xfff };
    set->all = !tag->asks;
    if (tag->asks)
        add_range(set, tag->has_vid ? tag->vid : 0, tag->has_vid ? tag->vid : VID_MOST);
}

static void admit_macs(struct admitted *set, const struct frame_macs *macs)
{
    set->all = macs->low == 0 && macs->high == FRAME_MAC_MOST;
    if (!set->all)
        add_range(set, macs->low, macs->high);
}

static void admit_types(struct admitted *set, const struct frame_filter *filter)
{
    set->all = !filter->has_type && !filter->has_packet;
    if (filter->has_type) {
        add_range(set, filter->type, filter->type);
    } else if (filter->has_packet) {
        add_range(set, FRAME_IPV4, FRAME_IPV4);
        add_range(set, FRAME_IPV6, FRAME_IPV6);
    }
}

static void admit_of_frame(struct admitted *set, const struct frame_filter *filter, int field)
{
    switch (field) {
    case FRAME_FIELD_TYPE:
        return admit_types(set, filter);
    case FRAME_FIELD_C_VID:
        return admit_vids(set, &filter->c_tag);
    case FRAME_FIELD_S_VID:
        return admit_vids(set, &filter->s_tag);
    case FRAME_FIELD_REMOTE:
        return admit_macs(set, &filter->remote);
    case FRAME_FIELD_LOCAL:
        return admit_macs(set, &filter->local);
    default:
        return;
    }
}

static struct admitted admitted_by(const struct draft *draft, unsigned number, enum classifier_field field)
{
    const struct asking *asking = &draft->askings[number];
    struct admitted set = {.all = true};
    const bool uplink = asking->pdr->source == PFCP_ACCESS;
    if (draft->frame) {
        if (asking->filter && asking->filter->frame.asks)
            admit_of_frame(&set, &asking->filter->frame, field);
        return set;
    }
    if (field == CLASSIFY_TEID && asking->tunnels)
        admit_only(&set, asking->pdr->teid);
    else if (field == CLASSIFY_QFI && uplink)
        admit_qfis(&set, asking->pdr->qfis);
    else if (field > CLASSIFY_QFI && asking->filter)
        admit_of_filter(&set, asking->filter, field);
    return set;
}

static bool admits(const struct admitted *set, wide value)
{
    bool within = set->all;
    for (unsigned i = 0; i < set->count; i++)
        within |= value >= set->ranges[i].low && value <= set->ranges[i].high;
    return within != set->except;
}

/* --- lists --- */

/* False: more than there is room for. */
static bool add_edge(struct edges *edges, wide value)
{
    unsigned at = edges->count;
    while (at > 0 && edges->at[at - 1] >= value)
        at--;
    if (at < edges->count && edges->at[at] == value)
        return true;
    if (edges->count == EDGES)
        return false;
    memmove(&edges->at[at + 1], &edges->at[at], (edges->count++ - at) * sizeof *edges->at);
    edges->at[at] = value;
    return true;
}

static wide highest(enum classifier_field field)
{
    return field < CLASSIFIER_VALUE_FIELDS ? UINT32_MAX : ~(wide)0;
}

/* Where what any filter says changes. An empty list: none asks for the field. */
static bool find_edges(const struct draft *draft, enum classifier_field field, struct edges *edges)
{
    bool asked = false, fit = true;
    edges->count = 0;
    for (unsigned i = 0; i < draft->count; i++) {
        const struct admitted set = admitted_by(draft, i, field);
        asked |= !set.all;
        for (unsigned n = 0; n < set.count && fit; n++)
            fit = add_edge(edges, set.ranges[n].low) &&
                  (set.ranges[n].high == highest(field) || add_edge(edges, set.ranges[n].high + 1));
    }
    return fit && (!asked || add_edge(edges, 0));
}

static void find_filters(const struct draft *draft, enum classifier_field field, struct edges *edges)
{
    memset(edges->filters, 0, edges->count * sizeof *edges->filters);
    for (unsigned i = 0; i < draft->count && edges->count; i++) {
        const struct admitted set = admitted_by(draft, i, field);
        for (unsigned n = 0; n < edges->count; n++)
            edges->filters[n] |= (uint64_t)admits(&set, edges->at[n]) << i;
    }
}

/* False: the record is full. */
static bool put_edge(struct draft *draft, enum classifier_field field, wide at, uint64_t filters)
{
    struct classifier *to = draft->to;
    if (field < CLASSIFIER_VALUE_FIELDS) {
        if (draft->values == CLASSIFIER_VALUES)
            return false;
        to->value[draft->values] = (uint32_t)at;
        to->of_value[draft->values++] = filters;
    } else {
        if (draft->addresses == CLASSIFIER_ADDRESSES)
            return false;
        to->address[draft->addresses++] =
            (struct classifier_address){(uint64_t)(at >> 64), (uint64_t)at, filters};
    }
    to->lists[field].count++;
    return true;
}

static bool compile_field(struct draft *draft, enum classifier_field field)
{
    struct edges edges;
    if (!find_edges(draft, field, &edges))
        return false;
    find_filters(draft, field, &edges);
    draft->to->lists[field].first =
        (uint8_t)(field < CLASSIFIER_VALUE_FIELDS ? draft->values : draft->addresses);
    for (unsigned i = 0; i < edges.count; i++) {
        if (i && edges.filters[i] == edges.filters[i - 1])
            continue;
        if (!put_edge(draft, field, edges.at[i], edges.filters[i]))
            return false;
    }
    return true;
}

/* --- octets --- */

/* Values that differ from this one at most where the mask is 0. */
static void admit_octet(__u64 halves[2][16], uint8_t value, uint8_t mask, uint64_t bit)
{
    for (unsigned i = 0; i < 16; i++) {
        if (((i ^ value >> 4) & mask >> 4) == 0)
            halves[0][i] |= bit;
        if (((i ^ value) & mask & 15) == 0)
            halves[1][i] |= bit;
    }
}

static void compile_octets(struct draft *draft, const struct asking *asking, uint64_t bit)
{
    struct classifier *to = draft->to;
    const struct sdf_filter *filter = asking->filter;
    const bool protocol = filter && !filter->any_protocol, class = filter && filter->has_traffic_class;
    to->asks_protocol |= protocol;
    to->asks_class |= class;
    admit_octet(to->protocol, protocol ? filter->protocol : 0, protocol ? UINT8_MAX : 0, bit);
    admit_octet(to->traffic_class, class ? filter->traffic_class : 0, class ? filter->traffic_class_mask : 0,
                bit);
}

static uint8_t mask_of(const struct frame_tag_filter *tag)
{
    return tag->asks ? tag->priority_mask : 0;
}

static void compile_priorities(struct draft *draft, const struct asking *asking, uint64_t bit)
{
    static const struct frame_filter none;
    const struct frame_filter *filter =
        asking->filter && asking->filter->frame.asks ? &asking->filter->frame : &none;
    const uint8_t value = (uint8_t)(filter->s_tag.priority << 4 | filter->c_tag.priority);
    const uint8_t mask = (uint8_t)(mask_of(&filter->s_tag) << 4 | mask_of(&filter->c_tag));
    draft->to->asks_protocol |= mask != 0;
    admit_octet(draft->to->protocol, value, mask, bit);
}

/* --- records --- */

/* False: they do not fit; of one there is always room. */
static bool compile_record(struct classifier *to, const struct asking *askings, unsigned count, bool frame)
{
    struct draft draft = {.to = to, .askings = askings, .count = count, .frame = frame};
    *to = (struct classifier){.filters = UINT64_MAX >> (CLASSIFIER_FILTERS - count)};
    for (int field = 0; field < CLASSIFIER_FIELDS; field++)
        if (!compile_field(&draft, (enum classifier_field)field))
            return false;
    for (unsigned i = 0; i < count; i++) {
        (frame ? compile_priorities : compile_octets)(&draft, &askings[i], UINT64_C(1) << i);
        to->pdr[classifier_place(UINT64_C(1) << i)] = askings[i].number;
    }
    return true;
}

static bool compile(struct classifier *to, const struct asking *askings, unsigned count, bool frames)
{
    return compile_record(to, askings, count, false) &&
           (!frames || compile_record(to + 1, askings, count, true));
}

/* By one record, or a pair. */
static struct classifiers *extend(struct classifiers *classifiers, bool frames)
{
    const size_t count = (classifiers ? classifiers->count : 0) + (frames ? 2u : 1u);
    struct classifiers *more = realloc(classifiers, sizeof *more + count * sizeof *more->records);
    if (!more) {
        free(classifiers);
        return NULL;
    }
    more->count = (unsigned)count;
    more->frames = frames;
    return more;
}

/* As many as fit; returns how many. */
static unsigned compile_some(struct classifier *to, const struct asking *askings, unsigned count, bool frames)
{
    for (unsigned some = count < CLASSIFIER_FILTERS ? count : CLASSIFIER_FILTERS; some > 1; some /= 2)
        if (compile(to, askings, some, frames))
            return some;
    compile(to, askings, 1, frames);
    return 1;
}

static struct classifiers *compile_all(const struct asking *askings, unsigned count, bool frames)
{
    const unsigned step = frames ? 2 : 1;
    struct classifiers *classifiers = NULL;
    while (count) {
        classifiers = extend(classifiers, frames);
        if (!classifiers)
            return NULL;
        const unsigned some =
            compile_some(&classifiers->records[classifiers->count - step], askings, count, frames);
        askings += some;
        count -= some;
    }
    return classifiers;
}

static unsigned list_askings(const struct ruleset *rules, enum direction direction, struct asking *askings)
{
    const bool tunnels = direction == UPLINK || ruleset_core_teid(rules);
    unsigned count = 0;
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        const struct pdr *pdr = &rules->pdrs[i];
        if ((pdr->source == PFCP_ACCESS) != (direction == UPLINK))
            continue;
        if (pdr->filter_count == 0)
            askings[count++] = (struct asking){pdr, NULL, (uint8_t)i, tunnels};
        for (unsigned n = 0; n < pdr->filter_count; n++)
            askings[count++] =
                (struct asking){pdr, &rules->filters[pdr->first_filter + n], (uint8_t)i, tunnels};
    }
    return count;
}

struct classifiers *classifiers_compile(const struct ruleset *rules, enum direction direction)
{
    struct asking *askings = calloc(rules->filter_count + (size_t)rules->pdr_count + 1, sizeof *askings);
    if (!askings)
        return NULL;
    const unsigned count = list_askings(rules, direction, askings);
    struct classifiers *classifiers =
        count ? compile_all(askings, count, rules->asks_frames) : calloc(1, sizeof *classifiers);
    free(askings);
    return classifiers;
}
