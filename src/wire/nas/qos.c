/* SPDX-License-Identifier: Apache-2.0 */
/* QoS rules (TS 24.501 9.11.4.13) and QoS flow descriptions (9.11.4.12). */
#include "wire/nas/codec.h"
#include "wire/nas/session.h"

const char nas_bad_packet_filter[] = "an unknown or cut packet filter component";

enum { FILTERS_MOST = 15 };

int nas_filter_component_size(uint8_t type)
{
    static const uint8_t sizes[][2] = {
        {NAS_FILTER_MATCH_ALL, 0},
        {NAS_FILTER_IPV4_REMOTE, 8},
        {NAS_FILTER_IPV4_LOCAL, 8},
        {NAS_FILTER_IPV6_REMOTE, 17},
        {NAS_FILTER_IPV6_LOCAL, 17},
        {NAS_FILTER_PROTOCOL, 1},
        {NAS_FILTER_LOCAL_PORT, 2},
        {NAS_FILTER_LOCAL_PORTS, 4},
        {NAS_FILTER_REMOTE_PORT, 2},
        {NAS_FILTER_REMOTE_PORTS, 4},
        {NAS_FILTER_SPI, 4},
        {NAS_FILTER_TRAFFIC_CLASS, 2},
        {NAS_FILTER_FLOW_LABEL, 3},
        {NAS_FILTER_MAC_DESTINATION, 6},
        {NAS_FILTER_MAC_SOURCE, 6},
        {NAS_FILTER_C_TAG_VID, 2},
        {NAS_FILTER_S_TAG_VID, 2},
        {NAS_FILTER_C_TAG_PCP, 1},
        {NAS_FILTER_S_TAG_PCP, 1},
        {NAS_FILTER_ETHERTYPE, 2},
        {NAS_FILTER_MAC_DESTINATIONS, 12},
        {NAS_FILTER_MAC_SOURCES, 12},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i][0] == type)
            return sizes[i][1];
    return -1;
}

static bool read_filter(struct reader *r, struct arena *arena, bool id_only, struct nas_packet_filter *filter)
{
    uint8_t head = read_u8(r);
    filter->id = head & 0x0f;
    if (id_only)
        return reader_ok(r);
    filter->direction = head >> 4 & 3;
    struct reader content = read_sub(r, read_u8(r));
    while (reader_ok(r) && reader_left(&content)) {
        struct nas_filter_component *component = nas_append(r, arena, &filter->components, sizeof *component);
        if (!component)
            return false;
        component->type = read_u8(&content);
        int size = nas_filter_component_size(component->type);
        if (size < 0 || (size_t)size > reader_left(&content))
            return reader_fail(r, NULL, nas_bad_packet_filter);
        component->value = read_bytes(&content, (size_t)size);
    }
    return reader_ok(r);
}

static void read_rule_end(struct reader *r, struct nas_qos_rule *rule)
{
    rule->has_precedence = reader_left(r) > 0;
    if (rule->has_precedence)
        rule->precedence = read_u8(r);
    rule->has_qfi = reader_left(r) > 0;
    if (rule->has_qfi) {
        uint8_t octet = read_u8(r);
        rule->segregation = octet >> 6 & 1;
        rule->qfi = octet & 0x3f;
    }
}

static bool read_rule(struct reader *r, struct arena *arena, struct nas_qos_rule *rule)
{
    uint8_t head = read_u8(r);
    rule->operation = head >> 5;
    rule->is_default = head >> 4 & 1;
    if (rule->operation < NAS_RULE_CREATE || rule->operation > NAS_RULE_MODIFY)
        return reader_fail(r, NULL, "a QoS rule with a reserved operation");
    for (unsigned left = head & 0x0f; left > 0; left--) {
        struct nas_packet_filter *filter = nas_append(r, arena, &rule->filters, sizeof *filter);
        if (!filter || !read_filter(r, arena, rule->operation == NAS_RULE_DELETE_FILTERS, filter))
            return false;
    }
    read_rule_end(r, rule);
    return reader_ok(r);
}

static bool rules_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    while (reader_left(r)) {
        struct nas_qos_rule *rule = nas_append(r, arena, value, sizeof *rule);
        if (!rule)
            return false;
        rule->id = read_u8(r);
        struct reader content = read_sub(r, read_u16(r));
        if (!reader_ok(r))
            return false;
        if (!read_rule(&content, arena, rule)) {
            r->fault = content.fault;
            return false;
        }
    }
    return reader_ok(r);
}

static bool write_filter(struct writer *w, bool id_only, const struct nas_packet_filter *filter)
{
    if (filter->id > 0x0f || filter->direction > NAS_FILTER_BOTH)
        return false;
    write_u8(w, id_only ? filter->id : (uint8_t)(filter->direction << 4 | filter->id));
    if (id_only)
        return true;
    size_t mark = write_length_open(w, 1);
    for (size_t i = 0; i < filter->count; i++) {
        const struct nas_filter_component *component = &filter->components[i];
        if (nas_filter_component_size(component->type) != (int)component->value.len)
            return false;
        write_u8(w, component->type);
        write_bytes(w, component->value);
    }
    write_length_close(w, mark, 1);
    return true;
}

static bool write_rule(struct writer *w, const struct nas_qos_rule *rule)
{
    if (rule->operation < NAS_RULE_CREATE || rule->operation > NAS_RULE_MODIFY ||
        rule->count > FILTERS_MOST || rule->qfi > 0x3f)
        return false;
    write_u8(w, rule->id);
    size_t mark = write_length_open(w, 2);
    write_u8(w, (uint8_t)(rule->operation << 5 | rule->is_default << 4 | rule->count));
    for (size_t i = 0; i < rule->count; i++)
        if (!write_filter(w, rule->operation == NAS_RULE_DELETE_FILTERS, &rule->filters[i]))
            return false;
    if (rule->has_precedence)
        write_u8(w, rule->precedence);
    if (rule->has_qfi)
        write_u8(w, (uint8_t)(rule->segregation << 6 | rule->qfi));
    write_length_close(w, mark, 2);
    return rule->has_precedence || !rule->has_qfi;
}

static bool rules_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_qos_rules *rules = value;
    for (size_t i = 0; i < rules->count; i++)
        if (!write_rule(w, &rules->items[i]))
            return false;
    return true;
}

static void print_filter(struct printer *p, const struct nas_packet_filter *filter)
{
    static const char *const directions[] = {NULL, "downlink", "uplink", "bidirectional"};
    print_open(p, NULL);
    print_uint(p, "id", filter->id);
    print_enum(p, "direction", filter->direction, directions[filter->direction & 3]);
    print_list(p, "components");
    for (size_t i = 0; i < filter->count; i++) {
        print_open(p, NULL);
        print_uint(p, "type", filter->components[i].type);
        print_hex(p, "value", filter->components[i].value);
        print_close(p);
    }
    print_end(p);
    print_close(p);
}

static void print_rule(struct printer *p, const struct nas_qos_rule *rule)
{
    static const char *const operations[] = {
        NULL, "create", "delete", "add filters", "replace filters", "delete filters", "modify", NULL,
    };
    print_open(p, NULL);
    print_uint(p, "id", rule->id);
    print_enum(p, "operation", rule->operation, operations[rule->operation & 7]);
    print_bool(p, "default", rule->is_default);
    if (rule->has_precedence)
        print_uint(p, "precedence", rule->precedence);
    if (rule->has_qfi) {
        print_uint(p, "qfi", rule->qfi);
        print_bool(p, "segregation", rule->segregation);
    }
    print_list(p, "filters");
    for (size_t i = 0; i < rule->count; i++)
        print_filter(p, &rule->filters[i]);
    print_end(p);
    print_close(p);
}

static void rules_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    const struct nas_qos_rules *rules = value;
    print_list(p, name);
    for (size_t i = 0; i < rules->count; i++)
        print_rule(p, &rules->items[i]);
    print_end(p);
}

enum parameter_kind { PLAIN_NUMBER, RATE };

/* The parameters of a flow: identifier, octets, and where their values live. */
static const struct parameter {
    const char *name;
    uint8_t id, size, kind;
    uint16_t offset, has;
} parameters[] = {
#define PARAMETER(id, size, kind, member)                               \
    {                                                                   \
#member, id, size, kind, offsetof(struct nas_qos_flow, member), \
            offsetof(struct nas_qos_flow, has.member)                   \
    }
    PARAMETER(1, 1, PLAIN_NUMBER, five_qi),       PARAMETER(2, 3, RATE, gfbr_uplink),
    PARAMETER(3, 3, RATE, gfbr_downlink),         PARAMETER(4, 3, RATE, mfbr_uplink),
    PARAMETER(5, 3, RATE, mfbr_downlink),         PARAMETER(6, 2, PLAIN_NUMBER, averaging_window),
    PARAMETER(7, 1, PLAIN_NUMBER, eps_bearer_id),
#undef PARAMETER
};
enum { PARAMETERS = sizeof parameters / sizeof *parameters };

static void set_parameter(const struct parameter *parameter, struct reader *r, struct nas_qos_flow *flow)
{
    uint8_t *base = (uint8_t *)flow;
    if (parameter->kind == RATE)
        *(uint64_t *)(void *)(base + parameter->offset) = nas_rate_read(r);
    else if (parameter->size == 2)
        *(uint16_t *)(void *)(base + parameter->offset) = read_u16(r);
    else
        base[parameter->offset] = read_u8(r);
    base[parameter->has] = true;
}

/* Unknown parameters are stepped over, as are the later ones of a kind. */
static bool read_parameter(struct reader *r, struct nas_qos_flow *flow)
{
    uint8_t id = read_u8(r);
    struct reader content = read_sub(r, read_u8(r));
    for (unsigned i = 0; i < PARAMETERS && reader_ok(r); i++) {
        if (parameters[i].id != id || ((uint8_t *)flow)[parameters[i].has])
            continue;
        if (reader_left(&content) < parameters[i].size)
            return reader_fail(r, NULL, "a QoS flow parameter of the wrong length");
        set_parameter(&parameters[i], &content, flow);
    }
    return reader_ok(r);
}

static bool flows_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    while (reader_left(r)) {
        struct nas_qos_flow *flow = nas_append(r, arena, value, sizeof *flow);
        if (!flow)
            return false;
        flow->qfi = read_u8(r) & 0x3f;
        flow->operation = read_u8(r) >> 5;
        uint8_t head = read_u8(r);
        flow->complete = head >> 6 & 1;
        if (flow->operation < NAS_FLOW_CREATE || flow->operation > NAS_FLOW_MODIFY)
            return reader_fail(r, NULL, "a QoS flow description with a reserved operation");
        for (unsigned left = head & 0x3f; left > 0; left--)
            if (!read_parameter(r, flow))
                return false;
    }
    return reader_ok(r);
}

static uint64_t parameter_of(const struct parameter *parameter, const struct nas_qos_flow *flow)
{
    const uint8_t *at = (const uint8_t *)flow + parameter->offset;
    if (parameter->kind == RATE)
        return *(const uint64_t *)(const void *)at;
    return parameter->size == 2 ? *(const uint16_t *)(const void *)at : *at;
}

static bool has_parameter(const struct parameter *parameter, const struct nas_qos_flow *flow)
{
    return ((const uint8_t *)flow)[parameter->has];
}

static bool write_parameter(struct writer *w, const struct parameter *parameter,
                            const struct nas_qos_flow *flow)
{
    write_u8(w, parameter->id);
    write_u8(w, parameter->size);
    if (parameter->kind == RATE)
        return nas_rate_write(w, parameter_of(parameter, flow));
    write_uint(w, parameter_of(parameter, flow), parameter->size);
    return true;
}

static bool write_flow(struct writer *w, const struct nas_qos_flow *flow)
{
    unsigned count = 0;
    for (unsigned i = 0; i < PARAMETERS; i++)
        count += has_parameter(&parameters[i], flow);
    write_u8(w, flow->qfi);
    write_u8(w, (uint8_t)(flow->operation << 5));
    write_u8(w, (uint8_t)(flow->complete << 6 | count));
    for (unsigned i = 0; i < PARAMETERS; i++)
        if (has_parameter(&parameters[i], flow) && !write_parameter(w, &parameters[i], flow))
            return false;
    return flow->qfi <= 0x3f && flow->operation >= NAS_FLOW_CREATE && flow->operation <= NAS_FLOW_MODIFY;
}

static bool flows_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_qos_flows *flows = value;
    for (size_t i = 0; i < flows->count; i++)
        if (!write_flow(w, &flows->items[i]))
            return false;
    return true;
}

static void flows_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    static const char *const operations[] = {NULL, "create", "delete", "modify"};
    const struct nas_qos_flows *flows = value;
    print_list(p, name);
    for (size_t i = 0; i < flows->count; i++) {
        const struct nas_qos_flow *flow = &flows->items[i];
        print_open(p, NULL);
        print_uint(p, "qfi", flow->qfi);
        print_enum(p, "operation", flow->operation, operations[flow->operation & 3]);
        print_bool(p, "complete", flow->complete);
        for (unsigned j = 0; j < PARAMETERS; j++)
            if (has_parameter(&parameters[j], flow))
                print_uint(p, parameters[j].name, parameter_of(&parameters[j], flow));
        print_close(p);
    }
    print_end(p);
}

const struct nas_codec nas_codec_qos_rules = {rules_decode, rules_encode, rules_print, NULL,
                                              sizeof(struct nas_qos_rules)};
const struct nas_codec nas_codec_qos_flows = {flows_decode, flows_encode, flows_print, NULL,
                                              sizeof(struct nas_qos_flows)};
