/* SPDX-License-Identifier: Apache-2.0 */
/* QoS flows and rules worked out, without a network around them. */
#include "../check.h"

#include <stdio.h>
#include <string.h>

#include "core/smf/qos.h"
#include "wire/pfcp/ie.h"

static const struct qos_terms terms = {
    .session_type = NAS_SESSION_IPV4, .ipv4 = {10, 45, 0, 2}, .filters_most = 16};

/* --- packet filters --- */

struct filter_case {
    struct {
        uint8_t type;
        const char *value;
    } components[4];
    uint8_t cause;
    const char *description; /* what the plane is told, when there is no cause */
};

#define ANY_REMOTE "\xc0\x00\x02\x00\xff\xff\xff\x00"

static const struct filter_case filter_cases[] = {
    {{{NAS_FILTER_MATCH_ALL, ""}}, 0, "permit out ip from any to assigned"},
    {{{NAS_FILTER_IPV4_REMOTE, ANY_REMOTE},
      {NAS_FILTER_PROTOCOL, "\x11"},
      {NAS_FILTER_REMOTE_PORT, "\x13\xc4"}},
     0,
     "permit out 17 from 192.0.2.0/24 5060 to assigned"},
    {{{NAS_FILTER_LOCAL_PORTS, "\x10\x00\x10\x09"},
      {NAS_FILTER_IPV4_LOCAL, "\x0a\x2d\x00\x02\xff\xff\xff\xff"}},
     0,
     "permit out ip from any to 10.45.0.2/32 4096-4105"},
    {{{0}}, NAS_GSM_SYNTACTICAL_ERROR_FILTERS, NULL},
    {{{NAS_FILTER_PROTOCOL, "\x11"}, {NAS_FILTER_PROTOCOL, "\x06"}}, NAS_GSM_SYNTACTICAL_ERROR_FILTERS, NULL},
    {{{NAS_FILTER_MATCH_ALL, ""}, {NAS_FILTER_PROTOCOL, "\x06"}}, NAS_GSM_SYNTACTICAL_ERROR_FILTERS, NULL},
    {{{NAS_FILTER_REMOTE_PORT, "\1\2"}, {NAS_FILTER_REMOTE_PORTS, "\1\2\1\3"}},
     NAS_GSM_SYNTACTICAL_ERROR_FILTERS,
     NULL},
    {{{NAS_FILTER_IPV4_REMOTE, "\xc0\1\2\1\xff\1\xff\1"}}, NAS_GSM_SYNTACTICAL_ERROR_FILTERS, NULL},
    {{{NAS_FILTER_REMOTE_PORTS, "\2\2\1\3"}}, NAS_GSM_SEMANTIC_ERRORS_FILTERS, NULL},
    {{{NAS_FILTER_PROTOCOL, "\x01"}, {NAS_FILTER_REMOTE_PORT, "\1\2"}},
     NAS_GSM_SEMANTIC_ERRORS_FILTERS,
     NULL},
    {{{NAS_FILTER_SPI, "\1\2\3\4"}, {NAS_FILTER_REMOTE_PORT, "\1\2"}}, NAS_GSM_SEMANTIC_ERRORS_FILTERS, NULL},
    {{{NAS_FILTER_SPI, "\1\2\3\4"}, {NAS_FILTER_PROTOCOL, "\x11"}}, NAS_GSM_SEMANTIC_ERRORS_FILTERS, NULL},
    {{{NAS_FILTER_FLOW_LABEL, "\1\2\3"}}, NAS_GSM_SEMANTIC_ERRORS_FILTERS, NULL},
    {{{NAS_FILTER_IPV6_REMOTE, "\x20\1\2\3\4\5\6\7\1\2\3\4\5\6\7\1\x40"}},
     NAS_GSM_SEMANTIC_ERRORS_FILTERS,
     NULL},
    {{{NAS_FILTER_IPV4_LOCAL, "\x0a\x2d\1\3\xff\xff\xff\xff"}}, NAS_GSM_SEMANTIC_ERRORS_FILTERS, NULL},
    {{{NAS_FILTER_ETHERTYPE, "\1\2"}}, NAS_GSM_SEMANTIC_ERRORS_FILTERS, NULL},
};

static struct nas_packet_filter filter_of(const struct filter_case *c,
                                          struct nas_filter_component components[4])
{
    struct nas_packet_filter filter = {.direction = NAS_FILTER_BOTH, .components = components};
    for (size_t i = 0; i < 4 && c->components[i].type; i++) {
        uint8_t type = c->components[i].type;
        components[filter.count++] = (struct nas_filter_component){
            type, bytes_of(c->components[i].value, (size_t)nas_filter_component_size(type))};
    }
    return filter;
}

static void packet_filters_are_checked_and_told_to_planes(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof filter_cases / sizeof *filter_cases; i++) {
        struct nas_filter_component components[4];
        struct nas_packet_filter filter = filter_of(&filter_cases[i], components);
        assert_int_equal(qos_check_filter(&filter, &terms).cause, filter_cases[i].cause);
        if (filter_cases[i].cause)
            continue;
        struct qos_filter stored = {.rule = 2, .id = 1};
        struct writer w = writer_of(stored.components, sizeof stored.components);
        for (size_t k = 0; k < filter.count; k++) {
            write_u8(&w, components[k].type);
            write_bytes(&w, components[k].value);
        }
        stored.size = (uint8_t)writer_length(&w);
        struct bytes text = qos_sdf_filter(&arena, &stored).flow_description;
        assert_int_equal(text.len, strlen(filter_cases[i].description));
        assert_memory_equal(text.data, filter_cases[i].description, text.len);
    }
    arena_free(&arena);
}

/* --- operations --- */

static const struct nas_filter_component udp = {NAS_FILTER_PROTOCOL, {(const uint8_t *)"\x11", 1}};
static const struct nas_filter_component tcp = {NAS_FILTER_PROTOCOL, {(const uint8_t *)"\x06", 1}};
static const struct nas_packet_filter one[] = {
    {.direction = NAS_FILTER_BOTH, .components = &udp, .count = 1}};
static const struct nas_packet_filter two[] = {
    {.direction = NAS_FILTER_BOTH, .components = &udp, .count = 1},
    {.direction = NAS_FILTER_UPLINK, .components = &tcp, .count = 1}};
static const struct nas_packet_filter numbered[] = {
    {.id = 3, .direction = NAS_FILTER_BOTH, .components = &udp, .count = 1},
    {.id = 3, .direction = NAS_FILTER_BOTH, .components = &tcp, .count = 1}};

#define FLOW(number, qi)                                                                  \
    {                                                                                     \
        .qfi = (number), .operation = NAS_FLOW_CREATE, .complete = true, .five_qi = (qi), \
        .has.five_qi = true                                                               \
    }
#define RULE(number, level, flow)                                                                    \
    {                                                                                                \
        .id = (number), .operation = NAS_RULE_CREATE, .has_precedence = true, .precedence = (level), \
        .has_qfi = true, .qfi = (flow), .filters = one, .count = 1                                   \
    }

/* What is there when each case begins: flow 2 with 5QI 7, rule 2 of precedence 70 with packet filter 1. */
static struct qos settled(void)
{
    struct qos qos = {0};
    const struct nas_qos_flow flow = FLOW(0, 7);
    const struct nas_qos_rule rule = RULE(0, 70, 0);
    assert_int_equal(
        qos_apply(&qos, &(struct nas_qos_rules){&rule, 1}, &(struct nas_qos_flows){&flow, 1}, &terms).cause,
        0);
    assert_int_equal(qos.flows[0].qfi, 2);
    assert_int_equal(qos.rules[0].id, 2);
    assert_int_equal(qos.rules[0].qfi, 2);
    assert_int_equal(qos.filters[0].id, 1);
    return qos;
}

struct operation_case {
    struct nas_qos_flow flow;
    struct nas_qos_rule rule;
    uint8_t cause;
    unsigned flows, rules, filters; /* afterwards, when there is no cause */
};

static const struct operation_case operation_cases[] = {
    {FLOW(0, 6), RULE(0, 71, 0), 0, 2, 2, 2},
    {FLOW(9, 6), RULE(9, 71, 9), 0, 2, 2, 2},
    {{0}, RULE(0, 71, 0), 0, 1, 2, 2}, /* into the default flow */
    {{0}, RULE(0, 70, 0), NAS_GSM_SEMANTIC_ERROR_QOS, 0, 0, 0},
    {{0}, RULE(0, 255, 0), NAS_GSM_SEMANTIC_ERROR_QOS, 0, 0, 0},
    {{0}, RULE(2, 71, 0), NAS_GSM_SEMANTIC_ERROR_QOS, 0, 0, 0},
    {{0}, RULE(0, 71, 8), NAS_GSM_SYNTACTICAL_ERROR_QOS, 0, 0, 0},
    {FLOW(2, 6), RULE(0, 71, 2), NAS_GSM_SEMANTIC_ERROR_QOS, 0, 0, 0},
    {FLOW(1, 6), RULE(0, 71, 1), NAS_GSM_SEMANTIC_ERROR_QOS, 0, 0, 0},
    {FLOW(0, 6), {0}, NAS_GSM_SEMANTIC_ERROR_QOS, 0, 0, 0}, /* no rule leads into it */
    {{.operation = NAS_FLOW_CREATE, .five_qi = 6, .has.five_qi = true},
     RULE(0, 71, 0),
     NAS_GSM_SYNTACTICAL_ERROR_QOS,
     0,
     0,
     0},
    {{.operation = NAS_FLOW_CREATE, .complete = true},
     RULE(0, 71, 0),
     NAS_GSM_SYNTACTICAL_ERROR_QOS,
     0,
     0,
     0},
    {FLOW(0, 1), RULE(0, 71, 0), NAS_GSM_SEMANTIC_ERROR_QOS, 0, 0, 0}, /* GBR without rates */
    {{.qfi = 2, .operation = NAS_FLOW_DELETE}, {.id = 2, .operation = NAS_RULE_DELETE}, 0, 0, 0, 0},
    {{.qfi = 2, .operation = NAS_FLOW_DELETE}, {0}, NAS_GSM_SYNTACTICAL_ERROR_QOS, 0, 0, 0},
    {{.qfi = 3, .operation = NAS_FLOW_DELETE}, {0}, NAS_GSM_SEMANTIC_ERROR_QOS, 0, 0, 0},
    {{.qfi = 2, .operation = NAS_FLOW_DELETE, .complete = true}, {0}, NAS_GSM_SYNTACTICAL_ERROR_QOS, 0, 0, 0},
    {{.qfi = 2, .operation = NAS_FLOW_MODIFY, .five_qi = 8, .has.five_qi = true}, {0}, 0, 1, 1, 1},
    {{.qfi = 3, .operation = NAS_FLOW_MODIFY, .five_qi = 8, .has.five_qi = true},
     {0},
     NAS_GSM_SEMANTIC_ERROR_QOS,
     0,
     0,
     0},
    {{.qfi = 1, .operation = NAS_FLOW_MODIFY, .five_qi = 8, .has.five_qi = true},
     {0},
     NAS_GSM_QOS_NOT_ACCEPTED,
     0,
     0,
     0},
    {{0}, {.id = 1, .operation = NAS_RULE_DELETE}, NAS_GSM_SEMANTIC_ERROR_QOS, 0, 0, 0},
    {{0}, {.id = 5, .operation = NAS_RULE_DELETE}, NAS_GSM_SEMANTIC_ERROR_QOS, 0, 0, 0},
    {{0}, {.id = 2, .operation = NAS_RULE_DELETE}, NAS_GSM_SEMANTIC_ERROR_QOS, 0, 0, 0}, /* the flow stays */
    {{0},
     {.id = 2, .operation = NAS_RULE_DELETE, .filters = one, .count = 1},
     NAS_GSM_SYNTACTICAL_ERROR_QOS,
     0,
     0,
     0},
    {{0}, {.id = 2, .operation = NAS_RULE_ADD_FILTERS, .filters = two, .count = 2}, 0, 1, 1, 3},
    {{0}, {.id = 2, .operation = NAS_RULE_REPLACE_FILTERS, .filters = two, .count = 2}, 0, 1, 1, 2},
    {{0}, {.id = 2, .operation = NAS_RULE_ADD_FILTERS}, NAS_GSM_SYNTACTICAL_ERROR_QOS, 0, 0, 0},
    {{0},
     {.id = 5, .operation = NAS_RULE_ADD_FILTERS, .filters = one, .count = 1},
     NAS_GSM_SEMANTIC_ERROR_QOS,
     0,
     0,
     0},
    {{0},
     {.id = 2, .operation = NAS_RULE_ADD_FILTERS, .filters = numbered, .count = 2},
     NAS_GSM_SYNTACTICAL_ERROR_FILTERS,
     0,
     0,
     0},
    {{0},
     {.id = 2, .operation = NAS_RULE_DELETE_FILTERS, .filters = numbered, .count = 1},
     NAS_GSM_SYNTACTICAL_ERROR_QOS,
     0,
     0,
     0},
    {{0},
     {.id = 2, .operation = NAS_RULE_MODIFY, .filters = one, .count = 1},
     NAS_GSM_SYNTACTICAL_ERROR_QOS,
     0,
     0,
     0},
    {{0}, {.id = 2, .operation = NAS_RULE_MODIFY, .has_precedence = true, .precedence = 90}, 0, 1, 1, 1},
    {{0}, {.operation = NAS_RULE_CREATE, .is_default = true}, NAS_GSM_SEMANTIC_ERROR_QOS, 0, 0, 0},
    {{0},
     {.operation = NAS_RULE_CREATE, .has_precedence = true, .has_qfi = true},
     NAS_GSM_SYNTACTICAL_ERROR_QOS,
     0,
     0,
     0},
    {{0}, {.operation = NAS_RULE_CREATE, .filters = one, .count = 1}, NAS_GSM_SYNTACTICAL_ERROR_QOS, 0, 0, 0},
};

static void operations_are_carried_out_or_refused_with_their_cause(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof operation_cases / sizeof *operation_cases; i++) {
        const struct operation_case *c = &operation_cases[i];
        struct qos qos = settled();
        struct qos_refusal refusal =
            qos_apply(&qos, &(struct nas_qos_rules){&c->rule, c->rule.operation != 0},
                      &(struct nas_qos_flows){&c->flow, c->flow.operation != 0}, &terms);
        if (refusal.cause != c->cause)
            fail_msg("case %zu: cause %u (%s), expected %u", i, refusal.cause, refusal.what, c->cause);
        if (c->cause)
            continue;
        assert_int_equal(__builtin_popcount(qos_flow_places(&qos)), c->flows);
        assert_int_equal(__builtin_popcount(qos_rule_places(&qos)), c->rules);
        assert_int_equal(qos_filter_count(&qos), c->filters);
    }
}

static void deleting_the_last_filter_of_a_rule_is_refused(void **state)
{
    (void)state;
    static const struct nas_packet_filter first = {.id = 1};
    struct qos qos = settled();
    const struct nas_qos_rule rule = {
        .id = 2, .operation = NAS_RULE_DELETE_FILTERS, .filters = &first, .count = 1};
    assert_int_equal(
        qos_apply(&qos, &(struct nas_qos_rules){&rule, 1}, &(struct nas_qos_flows){0}, &terms).cause,
        NAS_GSM_SEMANTIC_ERROR_QOS);
}

static void there_are_no_more_flows_rules_and_filters_than_fit(void **state)
{
    (void)state;
    struct qos qos = {0};
    struct qos_refusal refusal = {0};
    for (unsigned i = 0; i <= QOS_RULES && !refusal.cause; i++) {
        const struct nas_qos_flow flow = FLOW(0, 7);
        const struct nas_qos_rule rule = RULE(0, (uint8_t)(70 + i), 0);
        const struct qos_terms wide = {.session_type = NAS_SESSION_IPV4, .filters_most = 100};
        refusal =
            qos_apply(&qos, &(struct nas_qos_rules){&rule, 1}, &(struct nas_qos_flows){&flow, 1}, &wide);
        assert_int_equal(refusal.cause, i == QOS_RULES ? NAS_GSM_INSUFFICIENT_RESOURCES : 0);
    }
    const struct nas_qos_rule more = {.id = 2, .operation = NAS_RULE_ADD_FILTERS, .filters = one, .count = 1};
    qos = settled();
    struct qos_terms narrow = terms;
    narrow.filters_most = 2; /* the default rule's filter is one of them */
    assert_int_equal(
        qos_apply(&qos, &(struct nas_qos_rules){&more, 1}, &(struct nas_qos_flows){0}, &narrow).cause,
        NAS_GSM_INSUFFICIENT_RESOURCES);
}

/* --- policy --- */

static struct qos with_flow(uint8_t fiveqi, uint64_t gfbr, uint64_t mfbr)
{
    struct qos qos = {0};
    qos.flows[0] = (struct qos_flow){.qfi = 2, .fiveqi = fiveqi, .gfbr = {gfbr, gfbr}, .mfbr = {mfbr, mfbr}};
    return qos;
}

static void the_policy_says_which_flows_there_may_be(void **state)
{
    (void)state;
    static const uint8_t fiveqis[] = {1, 5};
    static const struct {
        uint8_t fiveqi;
        uint64_t gfbr, mfbr;
        uint8_t cause;
    } cases[] = {
        {9, 0, 0, 0}, /* the default flow's */
        {5, 0, 0, 0},
        {6, 0, 0, NAS_GSM_QOS_NOT_ACCEPTED},
        {50, 0, 0, NAS_GSM_UNSUPPORTED_5QI},
        {1, 1000, 1000, 0},
        {1, 1000, 2001, NAS_GSM_QOS_NOT_ACCEPTED},
        {1, 1001, 1000, NAS_GSM_SEMANTIC_ERROR_QOS},
        {2, 1000, 1000, NAS_GSM_QOS_NOT_ACCEPTED},
    };
    const struct qos_policy policy = {fiveqis, 2, {2000, 2000}, 9}, narrow = {fiveqis, 2, {0, 0}, 9};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct qos qos = with_flow(cases[i].fiveqi, cases[i].gfbr, cases[i].mfbr);
        assert_int_equal(qos_allowed(NULL, &qos, &policy).cause, cases[i].cause);
    }
    struct qos qos = with_flow(1, 1500, 1500);
    assert_int_equal(qos_allowed(NULL, &qos, &narrow).cause, NAS_GSM_QOS_NOT_ACCEPTED);
    assert_ptr_equal(qos_first_forbidden(&qos, &narrow), &qos.flows[0]);
    assert_null(qos_first_forbidden(&qos, &policy));
    qos.flows[1] = qos.flows[0];
    qos.flows[1].qfi = 3;
    assert_int_equal(qos_allowed(NULL, &qos, &policy).cause, NAS_GSM_INSUFFICIENT_RESOURCES);
}

/* --- differences --- */

static void a_change_says_what_leads_from_one_to_the_other(void **state)
{
    (void)state;
    struct arena arena;
    struct qos_change change;
    struct qos from = settled(), to = from;
    arena_init(&arena, 0);
    assert_true(qos_change(&arena, &from, &to, &change));
    assert_int_equal(change.rules.count + change.flows.count, 0);
    to.rules[0].precedence++;
    to.flows[0].fiveqi = 8;
    assert_true(qos_change(&arena, &from, &to, &change));
    assert_int_equal(change.rules.items[0].operation, NAS_RULE_MODIFY);
    assert_int_equal(change.rules.items[0].count, 0);
    assert_int_equal(change.flows.items[0].operation, NAS_FLOW_MODIFY);
    to.filters[0].direction = NAS_FILTER_UPLINK;
    assert_true(qos_change(&arena, &from, &to, &change));
    assert_int_equal(change.rules.items[0].operation, NAS_RULE_REPLACE_FILTERS);
    assert_int_equal(change.rules.items[0].filters[0].components[0].type, NAS_FILTER_PROTOCOL);
    assert_true(qos_change(&arena, &from, NULL, &change));
    assert_int_equal(change.rules.items[0].operation, NAS_RULE_DELETE);
    assert_int_equal(change.flows.items[0].operation, NAS_FLOW_DELETE);
    assert_true(qos_change(&arena, NULL, &from, &change));
    assert_int_equal(change.rules.items[0].operation, NAS_RULE_CREATE);
    assert_int_equal(change.flows.items[0].operation, NAS_FLOW_CREATE);
    arena_free(&arena);
}

static void what_is_stored_is_read_again(void **state)
{
    (void)state;
    uint8_t bytes[4096];
    struct qos qos = settled(), again;
    struct writer w = writer_of(bytes, sizeof bytes);
    qos_write(&w, &qos);
    struct reader r = reader_of(writer_bytes(&w));
    assert_true(qos_read(&r, &again));
    assert_int_equal(reader_left(&r), 0);
    assert_memory_equal(&qos, &again, sizeof qos);
    for (size_t cut = 0; cut < writer_length(&w); cut++) {
        r = reader_of(bytes_of(bytes, cut));
        assert_false(qos_read(&r, &again));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packet_filters_are_checked_and_told_to_planes),
        cmocka_unit_test(operations_are_carried_out_or_refused_with_their_cause),
        cmocka_unit_test(deleting_the_last_filter_of_a_rule_is_refused),
        cmocka_unit_test(there_are_no_more_flows_rules_and_filters_than_fit),
        cmocka_unit_test(the_policy_says_which_flows_there_may_be),
        cmocka_unit_test(a_change_says_what_leads_from_one_to_the_other),
        cmocka_unit_test(what_is_stored_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
