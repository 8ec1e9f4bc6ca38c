/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/qos.h"

#include <string.h>

bool qos_is_empty(const struct qos *qos)
{
    return qos_flow_places(qos) == 0 && qos_rule_places(qos) == 0;
}

const struct qos_flow *qos_find_flow(const struct qos *qos, uint8_t qfi)
{
    for (unsigned i = 0; qos && qfi && i < QOS_FLOWS; i++)
        if (qos->flows[i].qfi == qfi)
            return &qos->flows[i];
    return NULL;
}

const struct qos_rule *qos_find_rule(const struct qos *qos, uint8_t id)
{
    for (unsigned i = 0; qos && id && i < QOS_RULES; i++)
        if (qos->rules[i].id == id)
            return &qos->rules[i];
    return NULL;
}

unsigned qos_filter_count(const struct qos *qos)
{
    unsigned count = 0;
    for (unsigned i = 0; qos && i < QOS_FILTERS; i++)
        count += qos->filters[i].rule != 0;
    return count;
}

void qos_remove_rule(struct qos *qos, uint8_t id)
{
    for (unsigned i = 0; i < QOS_FILTERS; i++)
        if (qos->filters[i].rule == id)
            qos->filters[i] = (struct qos_filter){0};
    for (unsigned i = 0; i < QOS_RULES; i++)
        if (qos->rules[i].id == id)
            qos->rules[i] = (struct qos_rule){0};
}

bool qos_remove_flow(struct qos *qos, uint8_t qfi)
{
    const struct qos_flow *flow = qos_find_flow(qos, qfi);
    if (!flow)
        return false;
    for (unsigned i = 0; i < QOS_RULES; i++)
        if (qos->rules[i].id && qos->rules[i].qfi == qfi)
            qos_remove_rule(qos, qos->rules[i].id);
    qos->flows[flow - qos->flows] = (struct qos_flow){0};
    return true;
}

uint16_t qos_flow_places(const struct qos *qos)
{
    unsigned set = 0;
    for (unsigned i = 0; qos && i < QOS_FLOWS; i++)
        set |= qos->flows[i].qfi ? 1u << i : 0;
    return (uint16_t)set;
}

uint16_t qos_rule_places(const struct qos *qos)
{
    unsigned set = 0;
    for (unsigned i = 0; qos && i < QOS_RULES; i++)
        set |= qos->rules[i].id ? 1u << i : 0;
    return (uint16_t)set;
}

/* --- stored form: the number of each kind, then those with their places --- */

static void write_rates(struct writer *w, struct qos_rates rates)
{
    write_u64(w, rates.uplink);
    write_u64(w, rates.downlink);
}

static struct qos_rates read_rates(struct reader *r)
{
    struct qos_rates rates = {.uplink = read_u64(r)};
    rates.downlink = read_u64(r);
    return rates;
}

static void write_flows(struct writer *w, const struct qos *qos)
{
    write_u8(w, (uint8_t)__builtin_popcount(qos_flow_places(qos)));
    for (unsigned i = 0; i < QOS_FLOWS; i++) {
        const struct qos_flow *flow = &qos->flows[i];
        if (!flow->qfi)
            continue;
        write_u8(w, (uint8_t)i);
        write_u8(w, flow->qfi);
        write_u8(w, flow->fiveqi);
        write_u16(w, flow->averaging_window);
        write_rates(w, flow->gfbr);
        write_rates(w, flow->mfbr);
    }
}

static void write_rules(struct writer *w, const struct qos *qos)
{
    write_u8(w, (uint8_t)__builtin_popcount(qos_rule_places(qos)));
    for (unsigned i = 0; i < QOS_RULES; i++) {
        const struct qos_rule *rule = &qos->rules[i];
        if (!rule->id)
            continue;
        write_u8(w, (uint8_t)i);
        write_u8(w, rule->id);
        write_u8(w, rule->precedence);
        write_u8(w, rule->qfi);
    }
}

void qos_write(struct writer *w, const struct qos *qos)
{
    write_flows(w, qos);
    write_rules(w, qos);
    write_u8(w, (uint8_t)qos_filter_count(qos));
    for (unsigned i = 0; i < QOS_FILTERS; i++) {
        const struct qos_filter *filter = &qos->filters[i];
        if (!filter->rule)
            continue;
        write_u8(w, filter->rule);
        write_u8(w, filter->id);
        write_u8(w, filter->direction);
        write_u8(w, filter->size);
        write_bytes(w, bytes_of(filter->components, filter->size));
    }
}

static void read_flows(struct reader *r, struct qos *qos)
{
    for (unsigned left = read_u8(r); left > 0 && reader_ok(r); left--) {
        struct qos_flow *flow = &qos->flows[read_u8(r) % QOS_FLOWS];
        flow->qfi = read_u8(r);
        flow->fiveqi = read_u8(r);
        flow->averaging_window = read_u16(r);
        flow->gfbr = read_rates(r);
        flow->mfbr = read_rates(r);
    }
}

static void read_rules(struct reader *r, struct qos *qos)
{
    for (unsigned left = read_u8(r); left > 0 && reader_ok(r); left--) {
        struct qos_rule *rule = &qos->rules[read_u8(r) % QOS_RULES];
        rule->id = read_u8(r);
        rule->precedence = read_u8(r);
        rule->qfi = read_u8(r);
    }
}

bool qos_read(struct reader *r, struct qos *qos)
{
    *qos = (struct qos){0};
    read_flows(r, qos);
    read_rules(r, qos);
    unsigned count = read_u8(r);
    for (unsigned i = 0; i < count && i < QOS_FILTERS && reader_ok(r); i++) {
        struct qos_filter *filter = &qos->filters[i];
        filter->rule = read_u8(r);
        filter->id = read_u8(r);
        filter->direction = read_u8(r);
        struct bytes components = read_bytes(r, read_u8(r));
        if (components.len > sizeof filter->components)
            return false;
        filter->size = (uint8_t)components.len;
        if (components.len)
            memcpy(filter->components, components.data, components.len);
    }
    return reader_ok(r);
}
