/* SPDX-License-Identifier: Apache-2.0 */
/* What rules are compiled to, beside the walk through them: whatever the rules and the packet are, both find the same PDR. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../check.h"
#include "crypt/random.h"
#include "plane/classifier.h"
#include "walk.h"

enum { RULESETS = 3000, FLOWS = 100, MANY_FILTERS = 200, TEID = 0x10 };

struct draw {
    struct random_seeded random;
    bool frames; /* of Ethernet sessions */
};

static unsigned below(struct draw *draw, unsigned count)
{
    return (unsigned)(random_u64(&draw->random.random) % count);
}

static bool one_in(struct draw *draw, unsigned count)
{
    return below(draw, count) == 0;
}

static struct ruleset *rules_of(unsigned pdrs, unsigned filters)
{
    const struct ruleset counts = {.pdr_count = (uint8_t)pdrs, .filter_count = (uint16_t)filters};
    struct ruleset *rules = ruleset_new(&counts);
    assert_non_null(rules);
    return rules;
}

/* One uplink and one downlink PDR with this flow description. */
static struct ruleset *rules_for(const char *description)
{
    struct ruleset *rules = rules_of(2, 1);
    const char *wrong;
    assert_true(sdf_parse(bytes_of(description, strlen(description)), &rules->filters[0], &wrong));
    for (unsigned i = 0; i < 2; i++)
        rules->pdrs[i] = (struct pdr){.id = (uint16_t)i,
                                      .source = i ? PFCP_CORE : PFCP_ACCESS,
                                      .teid = i ? 0 : TEID,
                                      .filter_count = 1};
    assert_true(ruleset_compile(rules));
    return rules;
}

static bool matches(const struct ruleset *rules, bool uplink, const struct flow *flow)
{
    const uint8_t source = uplink ? PFCP_ACCESS : PFCP_CORE;
    const uint32_t teid = uplink ? TEID : 0;
    const struct pdr *pdr = ruleset_match(rules, source, teid, RULESET_ANY_QFI, flow);
    assert_ptr_equal(pdr, walk_match(rules, source, teid, RULESET_ANY_QFI, flow));
    return pdr != NULL;
}

static void filters_match_in_both_directions(void **state)
{
    const uint8_t server[4] = {8, 8, 8, 8}, ue[4] = {10, 45, 0, 2};
    struct flow down = {.version = 4,
                        .protocol = 17,
                        .source = server,
                        .destination = ue,
                        .source_port = 53,
                        .destination_port = 9,
                        .has_ports = true};
    const struct flow up = {.version = 4,
                            .protocol = 17,
                            .source = ue,
                            .destination = server,
                            .source_port = 9,
                            .destination_port = 1500,
                            .has_ports = true};
    (void)state;
    struct ruleset *rules = rules_for("permit out 17 from 8.8.0.0/16 53,1000-2000 to assigned");
    assert_true(matches(rules, false, &down));
    assert_true(matches(rules, true, &up));
    assert_false(matches(rules, false, &up));
    down.source_port = 54;
    assert_false(matches(rules, false, &down));
    down.source_port = 53;
    down.protocol = 6;
    assert_false(matches(rules, false, &down));
    ruleset_free(rules);
    rules = rules_for("permit out ip from !8.8.8.8 to any");
    assert_false(matches(rules, false, &down));
    ruleset_free(rules);
    rules = rules_for("permit out ip from any to assigned");
    assert_true(matches(rules, false, &down));
    assert_null(ruleset_match(rules, PFCP_ACCESS, TEID + 1, RULESET_ANY_QFI, &up));
    ruleset_free(rules);
}

/* --- whatever the rules are --- */

static const uint16_t PORTS[] = {0, 1, 52, 53, 54, 80, 443, 1000, 1023, 1024, 2152, 5060, 65534, 65535};
static const uint8_t PROTOCOLS[] = {0, 1, 6, 17, 50, 132, 136, 255};
static const uint32_t NUMBERS[] = {0, 1, 0x0fffe, 0xfffff, 0x80000000, 0xffffffff};

#define ONE_OF(list) (list)[below(draw, sizeof(list) / sizeof *(list))]

/* Few addresses, next to each other and far from each other, so that prefixes overlap. */
static void draw_address(struct draw *draw, uint8_t family, uint8_t *address)
{
    static const uint8_t firsts[] = {0, 10, 127, 128, 192, 255};
    memset(address, one_in(draw, 4) ? 0xff : 0, 16);
    address[0] = ONE_OF(firsts);
    address[family == AF_INET ? 3 : 15] = (uint8_t)below(draw, 4);
    if (one_in(draw, 2))
        address[family == AF_INET ? 2 : 7] = (uint8_t)(254 + below(draw, 2));
}

static void cut_prefix(struct sdf_side *side)
{
    for (unsigned bit = side->length; bit < 128; bit++)
        side->address[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

/* Ports may be the wrong way round: such a range admits none. */
static void draw_side(struct draw *draw, uint8_t family, struct sdf_side *side)
{
    static const uint8_t lengths[] = {0, 1, 7, 8, 9, 24, 30, 31, 32};
    *side = (struct sdf_side){.family = one_in(draw, 2) ? family : 0};
    if (side->family) {
        draw_address(draw, family, side->address);
        side->length = family == AF_INET ? ONE_OF(lengths) : (uint8_t)(ONE_OF(lengths) * 4);
        side->not = one_in(draw, 4);
        cut_prefix(side);
    }
    if (one_in(draw, 2))
        return;
    side->range_count = (uint8_t)(1 + below(draw, SDF_PORT_RANGES));
    for (unsigned i = 0; i < side->range_count; i++)
        side->ranges[i] = (struct sdf_ports){ONE_OF(PORTS), ONE_OF(PORTS)};
}

static const uint16_t TYPES[] = {0x0600, 0x0800, 0x0806, 0x86dd, 0x88cc, 0xffff};
static const uint64_t MACS[] = {0, 1, 0x20000000001, 0x20000000002, 0x20000000009, FRAME_MAC_MOST};

static struct frame_macs draw_macs(struct draw *draw)
{
    const uint64_t one = ONE_OF(MACS), other = ONE_OF(MACS);
    if (one_in(draw, 2))
        return (struct frame_macs){0, FRAME_MAC_MOST};
    return (struct frame_macs){one, one_in(draw, 2) || other < one ? one : other};
}

static struct frame_tag_filter draw_tag(struct draw *draw)
{
    return (struct frame_tag_filter){.asks = one_in(draw, 4),
                                     .has_vid = one_in(draw, 2),
                                     .vid = (uint16_t)below(draw, 3),
                                     .priority = (uint8_t)below(draw, 16),
                                     .priority_mask = one_in(draw, 2) ? 0 : (uint8_t)below(draw, 16)};
}

static struct frame_filter draw_frame_filter(struct draw *draw)
{
    const bool has_type = one_in(draw, 3);
    return (struct frame_filter){.asks = !one_in(draw, 8),
                                 .remote = draw_macs(draw),
                                 .local = draw_macs(draw),
                                 .c_tag = draw_tag(draw),
                                 .s_tag = draw_tag(draw),
                                 .has_type = has_type,
                                 .type = ONE_OF(TYPES),
                                 .has_packet = !has_type && one_in(draw, 2)};
}

/* Mostly of frames alone. */
static struct sdf_filter draw_filter(struct draw *draw)
{
    if (draw->frames && !one_in(draw, 3))
        return (struct sdf_filter){.any_protocol = true, .frame = draw_frame_filter(draw)};
    const uint8_t family = one_in(draw, 2) ? AF_INET : AF_INET6;
    struct sdf_filter filter = {
        .any_protocol = one_in(draw, 2),
        .protocol = ONE_OF(PROTOCOLS),
        .has_traffic_class = one_in(draw, 4),
        .traffic_class = (uint8_t)below(draw, 256),
        .traffic_class_mask = one_in(draw, 2) ? 0xfc : (uint8_t)below(draw, 256),
        .has_spi = one_in(draw, 8),
        .spi = ONE_OF(NUMBERS),
        .has_flow_label = one_in(draw, 8),
        .flow_label = ONE_OF(NUMBERS),
    };
    draw_side(draw, family, &filter.remote);
    draw_side(draw, family, &filter.local);
    if (draw->frames)
        filter.frame = draw_frame_filter(draw);
    return filter;
}

static uint64_t draw_qfis(struct draw *draw)
{
    if (one_in(draw, 2))
        return 0;
    return one_in(draw, 8) ? random_u64(&draw->random.random) : UINT64_C(1) << below(draw, 64);
}

static struct ruleset *draw_rules(struct draw *draw)
{
    const unsigned pdrs = below(draw, RULES_MOST + 1),
                   filters = below(draw, one_in(draw, 8) ? MANY_FILTERS : 40);
    struct ruleset *rules = rules_of(pdrs, filters);
    unsigned used = 0;
    for (unsigned i = 0; i < filters; i++)
        rules->filters[i] = draw_filter(draw);
    for (unsigned i = 0; i < pdrs; i++) {
        const unsigned left = filters - used, most = left < 8 || i + 1 == pdrs ? left : 8;
        rules->pdrs[i] = (struct pdr){
            .id = (uint16_t)i,
            .source = one_in(draw, 2) ? PFCP_ACCESS : PFCP_CORE,
            .qfis = draw_qfis(draw),
            .teid = one_in(draw, 8) ? 0 : TEID + below(draw, 2), /* of a data network's: over N9 */
            .first_filter = (uint16_t)used,
            .filter_count = (uint16_t)(one_in(draw, 8) ? 0 : below(draw, most + 1))};
        used += rules->pdrs[i].filter_count;
    }
    assert_true(ruleset_compile(rules));
    return rules;
}

static struct flow draw_flow(struct draw *draw, uint8_t addresses[2][16])
{
    const uint8_t family = one_in(draw, 2) ? AF_INET : AF_INET6;
    struct flow flow = {.source = addresses[0],
                        .destination = addresses[1],
                        .version = family == AF_INET ? 4 : 6,
                        .protocol = ONE_OF(PROTOCOLS),
                        .traffic_class = (uint8_t)below(draw, 256),
                        .has_ports = !one_in(draw, 8)};
    draw_address(draw, family, addresses[0]);
    draw_address(draw, family, addresses[1]);
    if (flow.has_ports) {
        flow.source_port = (uint16_t)(ONE_OF(PORTS) + below(draw, 2));
        flow.destination_port = (uint16_t)(ONE_OF(PORTS) - below(draw, 2));
    }
    flow.spi = one_in(draw, 2) ? ONE_OF(NUMBERS) : 0;
    flow.flow_label = one_in(draw, 2) ? ONE_OF(NUMBERS) : 0;
    return flow;
}

/* Addresses that filters name, or next to them. */
static void draw_mac(struct draw *draw, uint8_t mac[FRAME_MAC])
{
    const uint64_t number = ONE_OF(MACS) + below(draw, 3) - 1;
    for (unsigned i = 0; i < FRAME_MAC; i++)
        mac[i] = (uint8_t)(number >> 8 * (FRAME_MAC - 1 - i));
}

static uint32_t draw_control(struct draw *draw)
{
    return one_in(draw, 2) ? FRAME_NO_TAG : below(draw, 16) << 12 | below(draw, 4);
}

static void draw_frame(struct draw *draw, uint8_t macs[2][FRAME_MAC], struct flow *flow)
{
    draw_mac(draw, macs[0]);
    draw_mac(draw, macs[1]);
    flow->frame = (struct frame){.destination = macs[0],
                                 .source = macs[1],
                                 .type = one_in(draw, 2)      ? ONE_OF(TYPES)
                                         : flow->version == 4 ? 0x0800
                                                              : 0x86dd,
                                 .c_tag = draw_control(draw),
                                 .s_tag = draw_control(draw)};
    if (one_in(draw, 8))
        flow->frame.type = (uint16_t)below(draw, 0x600);
}

static bool agree(struct draw *draw, const struct ruleset *rules)
{
    uint8_t addresses[2][16], macs[2][FRAME_MAC];
    struct flow flow = draw_flow(draw, addresses);
    if (draw->frames)
        draw_frame(draw, macs, &flow);
    const uint8_t source = one_in(draw, 2) ? PFCP_ACCESS : PFCP_CORE;
    const bool tunnelled = source == PFCP_ACCESS || ruleset_core_teid(rules);
    const uint32_t teid = tunnelled ? TEID + below(draw, 3) : 0;
    const uint8_t qfi = one_in(draw, 4) ? RULESET_ANY_QFI : (uint8_t)below(draw, 64);
    const struct pdr *compiled = ruleset_match(rules, source, teid, qfi, &flow);
    assert_ptr_equal(compiled, walk_match(rules, source, teid, qfi, &flow));
    return compiled != NULL;
}

static void compare(bool frames)
{
    struct draw draw = {.frames = frames};
    unsigned found = 0, more = 0;
    random_seed(&draw.random, 29244);
    for (unsigned i = 0; i < RULESETS; i++) {
        struct ruleset *rules = draw_rules(&draw);
        for (unsigned n = 0; n < FLOWS; n++)
            found += agree(&draw, rules);
        more += rules->classifiers[DOWNLINK] &&
                rules->classifiers[DOWNLINK]->count > (rules->asks_frames ? 2 : 1);
        ruleset_free(rules);
    }
    print_message("# %u of %u packets match; %u rulesets need more than one record\n", found,
                  RULESETS * FLOWS, more);
    assert_true(found > RULESETS * FLOWS / 10 && found < RULESETS * FLOWS * 9 / 10 && more > RULESETS / 100);
}

static void both_find_the_same_rule(void **state)
{
    (void)state;
    compare(false);
}

static void both_find_the_same_rule_for_frames(void **state)
{
    (void)state;
    compare(true);
}

/* The packet program takes rulesets of one record. */
static void what_asks_for_frames_is_no_work_for_the_packet_program(void **state)
{
    (void)state;
    struct ruleset *rules = rules_of(1, 1);
    rules->pdrs[0] = (struct pdr){.source = PFCP_ACCESS, .teid = TEID, .filter_count = 1};
    rules->filters[0] = (struct sdf_filter){
        .any_protocol = true,
        .frame = {.asks = true, .remote = {0, FRAME_MAC_MOST}, .local = {0, FRAME_MAC_MOST}}};
    assert_true(ruleset_compile(rules));
    assert_true(rules->asks_frames);
    assert_int_equal(rules->classifiers[UPLINK]->count, 2);
    const struct flow no_frame = {
        .version = 4, .source = (const uint8_t[4]){0}, .destination = (const uint8_t[4]){0}};
    assert_null(ruleset_match(rules, PFCP_ACCESS, TEID, RULESET_ANY_QFI, &no_frame));
    ruleset_free(rules);
}

/* --- what there is room for --- */

static struct ruleset *rules_of_ports(unsigned pdrs, unsigned filters_each)
{
    struct ruleset *rules = rules_of(pdrs, pdrs * filters_each);
    for (unsigned i = 0; i < pdrs; i++)
        rules->pdrs[i] = (struct pdr){.source = PFCP_CORE,
                                      .first_filter = (uint16_t)(i * filters_each),
                                      .filter_count = (uint16_t)filters_each};
    for (unsigned i = 0; i < pdrs * filters_each; i++)
        rules->filters[i] = (struct sdf_filter){
            .any_protocol = true,
            .remote = {.range_count = 1, .ranges = {{(uint16_t)(100 + 2 * i), (uint16_t)(100 + 2 * i)}}}};
    assert_true(ruleset_compile(rules));
    return rules;
}

static void a_session_of_many_flows_has_one_record(void **state)
{
    (void)state;
    struct ruleset *rules = rules_of_ports(RULES_MOST, 1);
    assert_int_equal(rules->classifiers[DOWNLINK]->count, 1);
    assert_null(rules->classifiers[UPLINK]);
    ruleset_free(rules);
    rules = rules_of_ports(RULES_MOST, 8);
    assert_true(rules->classifiers[DOWNLINK]->count >= 4);
    const uint8_t address[4] = {1, 2, 3, 4};
    struct flow flow = {.version = 4,
                        .source = address,
                        .destination = address,
                        .has_ports = true,
                        .source_port = 100 + 2 * 255};
    assert_ptr_equal(ruleset_match(rules, PFCP_CORE, 0, 0, &flow), &rules->pdrs[RULES_MOST - 1]);
    flow.source_port++;
    assert_null(ruleset_match(rules, PFCP_CORE, 0, 0, &flow));
    ruleset_free(rules);
}

/* A PDR that lists every other QFI, with all that a filter can ask for, has room in a record of its own. */
static void one_filter_always_fits(void **state)
{
    (void)state;
    struct ruleset *rules = rules_of(1, 1);
    rules->pdrs[0] = (struct pdr){
        .source = PFCP_ACCESS, .teid = TEID, .qfis = UINT64_C(0x5555555555555555), .filter_count = 1};
    struct sdf_side side = {.family = AF_INET6, .address = {0x20, 1}, .length = 64, .range_count = 4};
    for (uint16_t i = 0; i < SDF_PORT_RANGES; i++)
        side.ranges[i] = (struct sdf_ports){(uint16_t)(10 * i + 1), (uint16_t)(10 * i + 5)};
    rules->filters[0] = (struct sdf_filter){.remote = side,
                                            .local = side,
                                            .protocol = 17,
                                            .has_traffic_class = true,
                                            .has_spi = true,
                                            .has_flow_label = true,
                                            .spi = 9,
                                            .flow_label = 9};
    assert_true(ruleset_compile(rules));
    assert_int_equal(rules->classifiers[UPLINK]->count, 1);
    ruleset_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_match_in_both_directions),
        cmocka_unit_test(both_find_the_same_rule),
        cmocka_unit_test(both_find_the_same_rule_for_frames),
        cmocka_unit_test(what_asks_for_frames_is_no_work_for_the_packet_program),
        cmocka_unit_test(a_session_of_many_flows_has_one_record),
        cmocka_unit_test(one_filter_always_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
