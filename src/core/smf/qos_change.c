/* SPDX-License-Identifier: Apache-2.0 */
/* What leads a phone from one set of QoS flows and rules to another: operations of TS 24.501 9.11.4.12 and 9.11.4.13. */
#include <string.h>

#include "core/smf/qos.h"

static bool rates_equal(struct qos_rates a, struct qos_rates b)
{
    return a.uplink == b.uplink && a.downlink == b.downlink;
}

bool qos_flow_equal(const struct qos_flow *a, const struct qos_flow *b)
{
    return a->qfi == b->qfi && a->fiveqi == b->fiveqi && a->averaging_window == b->averaging_window &&
           rates_equal(a->gfbr, b->gfbr) && rates_equal(a->mfbr, b->mfbr);
}

static struct nas_qos_flow describe_flow(const struct qos_flow *flow, uint8_t operation)
{
    bool gbr = flow->mfbr.uplink || flow->mfbr.downlink;
    return (struct nas_qos_flow){
        .qfi = flow->qfi,
        .operation = operation,
        .complete = true,
        .five_qi = flow->fiveqi,
        .averaging_window = flow->averaging_window,
        .gfbr_uplink = flow->gfbr.uplink,
        .gfbr_downlink = flow->gfbr.downlink,
        .mfbr_uplink = flow->mfbr.uplink,
        .mfbr_downlink = flow->mfbr.downlink,
        .has = {.five_qi = true,
                .gfbr_uplink = gbr,
                .gfbr_downlink = gbr,
                .mfbr_uplink = gbr,
                .mfbr_downlink = gbr,
                .averaging_window = flow->averaging_window != 0},
    };
}

static bool change_flows(struct arena *arena, const struct qos *from, const struct qos *to,
                         struct nas_qos_flows *list)
{
    struct nas_qos_flow *items = arena_array(arena, 2 * QOS_FLOWS, sizeof *items);
    size_t count = 0;
    if (!items)
        return false;
    for (unsigned i = 0; from && i < QOS_FLOWS; i++)
        if (from->flows[i].qfi && !qos_find_flow(to, from->flows[i].qfi))
            items[count++] = (struct nas_qos_flow){.qfi = from->flows[i].qfi, .operation = NAS_FLOW_DELETE};
    for (unsigned i = 0; to && i < QOS_FLOWS; i++) {
        const struct qos_flow *flow = &to->flows[i], *before = qos_find_flow(from, flow->qfi);
        if (flow->qfi && !before)
            items[count++] = describe_flow(flow, NAS_FLOW_CREATE);
        else if (flow->qfi && !qos_flow_equal(before, flow))
            items[count++] = describe_flow(flow, NAS_FLOW_MODIFY);
    }
    *list = (struct nas_qos_flows){items, count};
    return true;
}

/* A stored component is followed by the next: the codec's own sizes cut them apart. */
static bool describe_filter(struct arena *arena, const struct qos_filter *filter,
                            struct nas_packet_filter *described)
{
    struct nas_filter_component *components = arena_array(arena, QOS_FILTER_BYTES / 2, sizeof *components);
    size_t count = 0;
    if (!components)
        return false;
    struct reader r = reader_of(bytes_of(filter->components, filter->size));
    while (reader_left(&r)) {
        uint8_t type = read_u8(&r);
        components[count++] =
            (struct nas_filter_component){type, read_bytes(&r, (size_t)nas_filter_component_size(type))};
    }
    *described = (struct nas_packet_filter){filter->id, filter->direction, components, count};
    return reader_ok(&r);
}

static bool describe_rule(struct arena *arena, const struct qos *qos, const struct qos_rule *rule,
                          uint8_t operation, struct nas_qos_rule *described)
{
    struct nas_packet_filter *filters = arena_array(arena, QOS_FILTERS, sizeof *filters);
    *described = (struct nas_qos_rule){.id = rule->id,
                                       .operation = operation,
                                       .has_precedence = true,
                                       .precedence = rule->precedence,
                                       .has_qfi = true,
                                       .qfi = rule->qfi,
                                       .filters = filters};
    for (unsigned i = 0; filters && operation != NAS_RULE_MODIFY && i < QOS_FILTERS; i++)
        if (qos->filters[i].rule == rule->id &&
            !describe_filter(arena, &qos->filters[i], &filters[described->count++]))
            return false;
    return filters != NULL;
}

static const struct qos_filter *find_filter(const struct qos *qos, const struct qos_filter *like)
{
    for (unsigned i = 0; qos && i < QOS_FILTERS; i++)
        if (qos->filters[i].rule == like->rule && qos->filters[i].id == like->id)
            return &qos->filters[i];
    return NULL;
}

static bool filter_equal(const struct qos_filter *a, const struct qos_filter *b)
{
    return b && a->direction == b->direction && a->size == b->size &&
           memcmp(a->components, b->components, a->size) == 0;
}

/* Each filter of the rule in `a` is in `b` too. */
static bool filters_within(const struct qos *a, const struct qos *b, uint8_t rule)
{
    for (unsigned i = 0; a && i < QOS_FILTERS; i++)
        if (a->filters[i].rule == rule && !filter_equal(&a->filters[i], find_filter(b, &a->filters[i])))
            return false;
    return true;
}

/* 0: nothing is to be done. */
static uint8_t operation_on(const struct qos *from, const struct qos *to, const struct qos_rule *rule)
{
    const struct qos_rule *before = qos_find_rule(from, rule->id);
    if (!before)
        return NAS_RULE_CREATE;
    if (!filters_within(from, to, rule->id) || !filters_within(to, from, rule->id))
        return NAS_RULE_REPLACE_FILTERS;
    return before->precedence != rule->precedence || before->qfi != rule->qfi ? NAS_RULE_MODIFY : 0;
}

static bool change_rules(struct arena *arena, const struct qos *from, const struct qos *to,
                         struct nas_qos_rules *list)
{
    struct nas_qos_rule *items = arena_array(arena, 2 * QOS_RULES, sizeof *items);
    size_t count = 0;
    if (!items)
        return false;
    for (unsigned i = 0; from && i < QOS_RULES; i++)
        if (from->rules[i].id && !qos_find_rule(to, from->rules[i].id))
            items[count++] = (struct nas_qos_rule){.id = from->rules[i].id, .operation = NAS_RULE_DELETE};
    for (unsigned i = 0; to && i < QOS_RULES; i++) {
        uint8_t operation = to->rules[i].id ? operation_on(from, to, &to->rules[i]) : 0;
        if (operation && !describe_rule(arena, to, &to->rules[i], operation, &items[count++]))
            return false;
    }
    *list = (struct nas_qos_rules){items, count};
    return true;
}

bool qos_change(struct arena *arena, const struct qos *from, const struct qos *to, struct qos_change *change)
{
    return change_flows(arena, from, to, &change->flows) && change_rules(arena, from, to, &change->rules);
}
