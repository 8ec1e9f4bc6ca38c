/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations of a phone's request on QoS flows and rules (TS 24.501 6.4.2.3, 6.4.2.4, 9.11.4.12, 9.11.4.13). A phone leaves
 * the numbers of what is new to the network: identifier 0 stands for the flow that the same message creates.
 */
#include <string.h>

#include "core/smf/qos.h"

enum { FILTER_IDS = 16, FIRST_DYNAMIC_QFI = SMF_DEFAULT_QFI + 1 };

struct request {
    struct qos *qos;
    const struct qos_terms *terms;
    struct qos_refusal refusal;
    bool has_unnumbered;
    uint8_t unnumbered; /* the flow that the message creates without a number */
};

static bool refuse(struct request *request, uint8_t cause, const char *what)
{
    request->refusal = (struct qos_refusal){cause, what};
    return false;
}

static bool semantic(struct request *request, const char *what)
{
    return refuse(request, NAS_GSM_SEMANTIC_ERROR_QOS, what);
}

static bool syntactical(struct request *request, const char *what)
{
    return refuse(request, NAS_GSM_SYNTACTICAL_ERROR_QOS, what);
}

/* --- flows --- */

static struct qos_flow *find_flow(struct request *request, uint8_t qfi)
{
    const struct qos_flow *flow = qos_find_flow(request->qos, qfi);
    return flow ? &request->qos->flows[flow - request->qos->flows] : NULL;
}

static struct qos_flow *free_flow(struct request *request)
{
    for (unsigned i = 0; i < QOS_FLOWS; i++)
        if (!request->qos->flows[i].qfi)
            return &request->qos->flows[i];
    refuse(request, NAS_GSM_INSUFFICIENT_RESOURCES, "more QoS flows than a session may have");
    return NULL;
}

static uint8_t free_qfi(struct request *request)
{
    uint8_t qfi = FIRST_DYNAMIC_QFI;
    while (find_flow(request, qfi))
        qfi++;
    return qfi;
}

/* Parameters of a flow that guarantees nothing have no meaning. */
static bool take_parameters(struct request *request, struct qos_flow *flow, const struct nas_qos_flow *asked)
{
    if (asked->has.five_qi)
        flow->fiveqi = asked->five_qi;
    if (flow->fiveqi == 0)
        return syntactical(request, "a QoS flow without a 5QI");
    if (asked->has.gfbr_uplink)
        flow->gfbr.uplink = asked->gfbr_uplink;
    if (asked->has.gfbr_downlink)
        flow->gfbr.downlink = asked->gfbr_downlink;
    if (asked->has.mfbr_uplink)
        flow->mfbr.uplink = asked->mfbr_uplink;
    if (asked->has.mfbr_downlink)
        flow->mfbr.downlink = asked->mfbr_downlink;
    if (asked->has.averaging_window)
        flow->averaging_window = asked->averaging_window;
    if (fiveqi_kind(flow->fiveqi) != FIVEQI_GBR) {
        *flow = (struct qos_flow){.qfi = flow->qfi, .fiveqi = flow->fiveqi};
        return true;
    }
    bool rates = flow->gfbr.uplink && flow->gfbr.downlink && flow->mfbr.uplink && flow->mfbr.downlink;
    return rates || semantic(request, "a GBR QoS flow without its four rates");
}

static bool create_flow(struct request *request, const struct nas_qos_flow *asked)
{
    if (!asked->complete)
        return syntactical(request, "a new QoS flow without parameters");
    if (asked->qfi == SMF_DEFAULT_QFI || find_flow(request, asked->qfi))
        return semantic(request, "a new QoS flow of a number in use");
    if (asked->qfi == 0 && request->has_unnumbered)
        return semantic(request, "two new QoS flows without a number");
    struct qos_flow *flow = free_flow(request);
    if (!flow)
        return false;
    uint8_t qfi = asked->qfi ? asked->qfi : free_qfi(request);
    *flow = (struct qos_flow){.qfi = qfi, .fiveqi = asked->qfi};
    if (asked->qfi == 0) {
        request->has_unnumbered = true;
        request->unnumbered = qfi;
    }
    return take_parameters(request, flow, asked);
}

static bool modify_flow(struct request *request, const struct nas_qos_flow *asked)
{
    if (asked->qfi == SMF_DEFAULT_QFI)
        return refuse(request, NAS_GSM_QOS_NOT_ACCEPTED, "the default QoS flow is the subscription's");
    struct qos_flow *flow = find_flow(request, asked->qfi);
    if (!flow)
        return semantic(request, "a QoS flow to modify that does not exist");
    if (asked->complete)
        *flow = (struct qos_flow){.qfi = flow->qfi, .fiveqi = flow->fiveqi};
    return take_parameters(request, flow, asked);
}

static bool delete_flow(struct request *request, const struct nas_qos_flow *asked)
{
    if (asked->complete)
        return syntactical(request, "a QoS flow to delete with parameters");
    struct qos_flow *flow = find_flow(request, asked->qfi);
    if (!flow)
        return semantic(request, "a QoS flow to delete that does not exist");
    *flow = (struct qos_flow){0};
    return true;
}

static bool apply_flow(struct request *request, const struct nas_qos_flow *asked)
{
    switch (asked->operation) {
    case NAS_FLOW_CREATE:
        return create_flow(request, asked);
    case NAS_FLOW_MODIFY:
        return modify_flow(request, asked);
    default:
        return delete_flow(request, asked);
    }
}

/* --- rules --- */

static struct qos_rule *find_rule(struct request *request, uint8_t id)
{
    const struct qos_rule *rule = qos_find_rule(request->qos, id);
    return rule ? &request->qos->rules[rule - request->qos->rules] : NULL;
}

static bool has_filter(const struct request *request, uint8_t rule, uint8_t id)
{
    for (unsigned i = 0; i < QOS_FILTERS; i++)
        if (request->qos->filters[i].rule == rule && request->qos->filters[i].id == id)
            return true;
    return false;
}

/* Identifier 0 is the network's to choose. */
static bool number_filter(struct request *request, uint8_t rule, uint8_t asked, uint8_t *id)
{
    *id = asked;
    if (asked != 0)
        return !has_filter(request, rule, asked) ||
               refuse(request, NAS_GSM_SYNTACTICAL_ERROR_FILTERS, "two packet filters of one number");
    for (*id = 1; *id < FILTER_IDS; ++*id)
        if (!has_filter(request, rule, *id))
            return true;
    return refuse(request, NAS_GSM_INSUFFICIENT_RESOURCES, "more packet filters than a rule may have");
}

static struct qos_filter *free_filter(struct request *request)
{
    for (unsigned i = 0; i < QOS_FILTERS; i++)
        if (!request->qos->filters[i].rule)
            return &request->qos->filters[i];
    refuse(request, NAS_GSM_INSUFFICIENT_RESOURCES, "more packet filters than a session may have");
    return NULL;
}

static bool add_filter(struct request *request, uint8_t rule, const struct nas_packet_filter *asked)
{
    uint8_t id;
    request->refusal = qos_check_filter(asked, request->terms);
    if (request->refusal.cause || !number_filter(request, rule, asked->id, &id))
        return false;
    struct qos_filter *filter = free_filter(request);
    if (!filter)
        return false;
    *filter = (struct qos_filter){.rule = rule, .id = id, .direction = asked->direction};
    struct writer w = writer_of(filter->components, sizeof filter->components);
    for (size_t i = 0; i < asked->count; i++) {
        write_u8(&w, asked->components[i].type);
        write_bytes(&w, asked->components[i].value);
    }
    filter->size = (uint8_t)writer_length(&w);
    return !w.full || refuse(request, NAS_GSM_SYNTACTICAL_ERROR_FILTERS, "a packet filter too long");
}

static bool add_filters(struct request *request, uint8_t rule, const struct nas_qos_rule *asked)
{
    for (size_t i = 0; i < asked->count; i++)
        if (!add_filter(request, rule, &asked->filters[i]))
            return false;
    return true;
}

static void drop_filters(struct request *request, uint8_t rule)
{
    for (unsigned i = 0; i < QOS_FILTERS; i++)
        if (request->qos->filters[i].rule == rule)
            request->qos->filters[i] = (struct qos_filter){0};
}

static bool drop_filter(struct request *request, uint8_t rule, uint8_t id)
{
    for (unsigned i = 0; i < QOS_FILTERS; i++) {
        struct qos_filter *filter = &request->qos->filters[i];
        if (filter->rule != rule || filter->id != id)
            continue;
        *filter = (struct qos_filter){0};
        return true;
    }
    return syntactical(request, "a packet filter to delete that does not exist");
}

static bool drop_some_filters(struct request *request, uint8_t rule, const struct nas_qos_rule *asked)
{
    for (size_t i = 0; i < asked->count; i++)
        if (!drop_filter(request, rule, asked->filters[i].id))
            return false;
    for (unsigned i = 0; i < QOS_FILTERS; i++)
        if (request->qos->filters[i].rule == rule)
            return true;
    return semantic(request, "a QoS rule that is left without packet filters");
}

static uint8_t free_rule_id(struct request *request)
{
    uint8_t id = QOS_DEFAULT_RULE + 1;
    while (find_rule(request, id))
        id++;
    return id;
}

/* Without a number: the flow the message creates, if any, else the default one. */
static uint8_t qfi_meant(const struct request *request, uint8_t asked)
{
    if (asked)
        return asked;
    return request->has_unnumbered ? request->unnumbered : SMF_DEFAULT_QFI;
}

static bool create_rule(struct request *request, const struct nas_qos_rule *asked)
{
    struct qos_rule *rule = NULL;
    if (asked->is_default)
        return semantic(request, "a second default QoS rule");
    if (asked->id == QOS_DEFAULT_RULE || find_rule(request, asked->id))
        return semantic(request, "a new QoS rule of a number in use");
    if (asked->count == 0)
        return syntactical(request, "a new QoS rule without packet filters");
    if (!asked->has_precedence || !asked->has_qfi)
        return syntactical(request, "a new QoS rule without precedence or flow");
    for (unsigned i = 0; i < QOS_RULES && !rule; i++)
        rule = request->qos->rules[i].id ? NULL : &request->qos->rules[i];
    if (!rule)
        return refuse(request, NAS_GSM_INSUFFICIENT_RESOURCES, "more QoS rules than a session may have");
    *rule = (struct qos_rule){.id = asked->id ? asked->id : free_rule_id(request),
                              .precedence = asked->precedence,
                              .qfi = qfi_meant(request, asked->qfi)};
    return add_filters(request, rule->id, asked);
}

static bool delete_rule(struct request *request, const struct nas_qos_rule *asked)
{
    if (asked->count || asked->has_precedence)
        return syntactical(request, "a QoS rule to delete with more than its number");
    if (asked->id == QOS_DEFAULT_RULE)
        return semantic(request, "the default QoS rule cannot be deleted");
    if (!find_rule(request, asked->id))
        return semantic(request, "a QoS rule to delete that does not exist");
    qos_remove_rule(request->qos, asked->id);
    return true;
}

static bool modify_filters(struct request *request, struct qos_rule *rule, const struct nas_qos_rule *asked)
{
    if ((asked->operation == NAS_RULE_MODIFY) != (asked->count == 0))
        return syntactical(request, "packet filters do not fit the operation on the QoS rule");
    switch (asked->operation) {
    case NAS_RULE_REPLACE_FILTERS:
        drop_filters(request, rule->id);
        return add_filters(request, rule->id, asked);
    case NAS_RULE_ADD_FILTERS:
        return add_filters(request, rule->id, asked);
    case NAS_RULE_DELETE_FILTERS:
        return drop_some_filters(request, rule->id, asked);
    default:
        return true;
    }
}

static bool modify_rule(struct request *request, const struct nas_qos_rule *asked)
{
    struct qos_rule *rule = find_rule(request, asked->id);
    if (asked->id == QOS_DEFAULT_RULE || asked->is_default)
        return semantic(request, "the default QoS rule is the network's");
    if (!rule)
        return semantic(request, "a QoS rule to modify that does not exist");
    if (!modify_filters(request, rule, asked))
        return false;
    if (asked->has_precedence)
        rule->precedence = asked->precedence;
    if (asked->has_qfi)
        rule->qfi = qfi_meant(request, asked->qfi);
    return true;
}

static bool apply_rule(struct request *request, const struct nas_qos_rule *asked)
{
    switch (asked->operation) {
    case NAS_RULE_CREATE:
        return create_rule(request, asked);
    case NAS_RULE_DELETE:
        return delete_rule(request, asked);
    default:
        return modify_rule(request, asked);
    }
}

/* --- the outcome as a whole --- */

static bool has_rule_for(const struct qos *qos, uint8_t qfi)
{
    for (unsigned i = 0; i < QOS_RULES; i++)
        if (qos->rules[i].id && qos->rules[i].qfi == qfi)
            return true;
    return false;
}

static bool precedence_is_taken(const struct qos *qos, const struct qos_rule *rule)
{
    for (unsigned i = 0; i < QOS_RULES; i++) {
        const struct qos_rule *other = &qos->rules[i];
        if (other->id && other != rule && other->precedence == rule->precedence)
            return true;
    }
    return rule->precedence == QOS_LOWEST_PRECEDENCE;
}

static bool is_whole(struct request *request)
{
    const struct qos *qos = request->qos;
    for (unsigned i = 0; i < QOS_RULES; i++) {
        const struct qos_rule *rule = &qos->rules[i];
        if (!rule->id)
            continue;
        if (precedence_is_taken(qos, rule))
            return semantic(request, "two QoS rules of one precedence");
        if (rule->qfi != SMF_DEFAULT_QFI && !qos_find_flow(qos, rule->qfi))
            return syntactical(request, "a QoS rule for a flow that does not exist");
    }
    for (unsigned i = 0; i < QOS_FLOWS; i++)
        if (qos->flows[i].qfi && !has_rule_for(qos, qos->flows[i].qfi))
            return semantic(request, "a QoS flow that no rule leads into");
    return qos_filter_count(qos) < request->terms->filters_most ||
           refuse(request, NAS_GSM_INSUFFICIENT_RESOURCES, "more packet filters than are supported");
}

static bool apply(struct request *request, const struct nas_qos_rules *rules,
                  const struct nas_qos_flows *flows)
{
    for (size_t i = 0; i < flows->count; i++)
        if (!apply_flow(request, &flows->items[i]))
            return false;
    for (size_t i = 0; i < rules->count; i++)
        if (!apply_rule(request, &rules->items[i]))
            return false;
    return is_whole(request);
}

struct qos_refusal qos_apply(struct qos *qos, const struct nas_qos_rules *rules,
                             const struct nas_qos_flows *flows, const struct qos_terms *terms)
{
    struct request request = {.qos = qos, .terms = terms};
    apply(&request, rules, flows);
    return request.refusal;
}
