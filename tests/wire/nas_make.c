/* SPDX-License-Identifier: Apache-2.0 */
#include "nas_make.h"

#include "wire/nas/codec.h"

uint32_t nas_make_random(struct nas_maker *maker, uint32_t below)
{
    maker->seed = maker->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((maker->seed >> 33) % below);
}

#define RANDOM(below) nas_make_random(m, (below))

static void *items(struct nas_maker *m, size_t count, size_t size)
{
    return arena_array(m->arena, count, size);
}

static struct bytes octets(struct nas_maker *m, size_t least, size_t most)
{
    size_t length = least + RANDOM((uint32_t)(most - least + 1));
    uint8_t *data = items(m, length + 1, 1);
    for (size_t i = 0; i < length; i++)
        data[i] = (uint8_t)RANDOM(256);
    return bytes_of(data, length);
}

static void digits(struct nas_maker *m, char *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text[i] = (char)('0' + RANDOM(10));
    text[count] = '\0';
}

static struct nas_plmn plmn(struct nas_maker *m)
{
    char text[7];
    struct nas_plmn made = {0};
    digits(m, text, 5 + RANDOM(2));
    nas_plmn_from_text(text, &made);
    return made;
}

static void tais(struct nas_maker *m, struct nas_tai *list, size_t count)
{
    unsigned style = RANDOM(4);
    for (size_t i = 0; i < count; i++) {
        list[i].plmn = i == 0 || style == 2 || (style == 3 && RANDOM(2)) ? plmn(m) : list[i - 1].plmn;
        list[i].tac = style == 1 && i > 0 ? (list[i - 1].tac + 1) & 0xffffff : RANDOM(1 << 24);
    }
}

static void make_tai_list(struct nas_maker *m, struct nas_tai_list *list)
{
    list->count = 1 + RANDOM(m->known_elsewhere ? 8 : 16);
    struct nas_tai *areas = items(m, list->count, sizeof *areas);
    tais(m, areas, list->count);
    list->items = areas;
}

static void make_s_tmsi(struct nas_maker *m, struct nas_s_tmsi *s_tmsi)
{
    *s_tmsi = (struct nas_s_tmsi){(uint16_t)RANDOM(1024), (uint8_t)RANDOM(64), RANDOM(UINT32_MAX)};
}

static void make_suci(struct nas_maker *m, struct nas_suci *suci)
{
    suci->supi_format = (uint8_t)(RANDOM(4) == 0);
    if (suci->supi_format != NAS_SUPI_IMSI) {
        suci->nai = bytes_of("user@realm", 10);
        return;
    }
    suci->plmn = plmn(m);
    digits(m, suci->routing_indicator, 1 + RANDOM(4));
    suci->scheme = (uint8_t)RANDOM(3);
    suci->key_id = (uint8_t)RANDOM(3);
    suci->scheme_output =
        suci->scheme ? octets(m, suci->scheme == 1 ? 45 : 46, 50) : bytes_of("\x10\x32\x54\x76\xf8", 5);
}

static void make_identity(struct nas_maker *m, const struct nas_field *field,
                          struct nas_mobile_identity *identity)
{
    const uint8_t types = *(const uint8_t *)field->codec->detail;
    do
        identity->type = (uint8_t)(NAS_SUCI + RANDOM(NAS_EUI_64));
    while (!(types >> identity->type & 1));
    if (identity->type == NAS_SUCI)
        make_suci(m, &identity->suci);
    if (identity->type == NAS_GUTI) {
        identity->guti.plmn = plmn(m);
        identity->guti.amf_region_id = (uint8_t)RANDOM(256);
        make_s_tmsi(m, &identity->guti.s_tmsi);
    }
    if (identity->type == NAS_S_TMSI)
        make_s_tmsi(m, &identity->s_tmsi);
    if (identity->type == NAS_IMEI || identity->type == NAS_IMEISV)
        digits(m, identity->digits, identity->type == NAS_IMEI ? 15 : 16);
    if (identity->type == NAS_MAC_ADDRESS)
        memcpy(identity->mac.address, octets(m, 6, 6).data, 6);
    if (identity->type == NAS_EUI_64)
        memcpy(identity->eui_64, octets(m, 8, 8).data, 8);
}

static struct nas_s_nssai s_nssai(struct nas_maker *m)
{
    struct nas_s_nssai made = {.sst = (uint8_t)RANDOM(256), .sd = NAS_NO_SD, .mapped_sd = NAS_NO_SD};
    if (RANDOM(2))
        made.sd = RANDOM(NAS_NO_SD);
    made.mapped = RANDOM(3) == 0;
    if (made.mapped) {
        made.mapped_sst = (uint8_t)RANDOM(256);
        made.mapped_sd = RANDOM(2) ? RANDOM(NAS_NO_SD) : NAS_NO_SD;
    }
    return made;
}

static void make_nssai(struct nas_maker *m, struct nas_nssai *list)
{
    list->count = 1 + RANDOM(8);
    struct nas_s_nssai *made = items(m, list->count, sizeof *made);
    for (size_t i = 0; i < list->count; i++)
        made[i] = s_nssai(m);
    list->items = made;
}

static void make_rejected(struct nas_maker *m, struct nas_rejected_nssai *list)
{
    list->count = 1 + RANDOM(8);
    struct nas_rejected_s_nssai *made = items(m, list->count, sizeof *made);
    for (size_t i = 0; i < list->count; i++)
        made[i] = (struct nas_rejected_s_nssai){(uint8_t)RANDOM(3), (uint8_t)RANDOM(256),
                                                RANDOM(2) ? NAS_NO_SD : RANDOM(NAS_NO_SD)};
    list->items = made;
}

static const char *dnn(struct nas_maker *m)
{
    static const char *const names[] = {"internet", "ims", "a", "corp.example.mnc070.mcc999.gprs"};
    return names[RANDOM(4)];
}

static void make_ladn(struct nas_maker *m, struct nas_ladn_information *list)
{
    list->count = 1 + RANDOM(3);
    struct nas_ladn *made = items(m, list->count, sizeof *made);
    for (size_t i = 0; i < list->count; i++) {
        made[i].dnn = dnn(m);
        make_tai_list(m, &made[i].area);
    }
    list->items = made;
}

static void make_filter(struct nas_maker *m, bool id_only, struct nas_packet_filter *filter)
{
    static const uint8_t kinds[][2] = {{0x10, 8}, {0x11, 8}, {0x21, 17}, {0x30, 1}, {0x40, 2}, {0x41, 4},
                                       {0x50, 2}, {0x51, 4}, {0x60, 4},  {0x70, 2}, {0x80, 3}};
    filter->id = (uint8_t)RANDOM(16);
    if (id_only)
        return;
    filter->direction = (uint8_t)(1 + RANDOM(3));
    filter->count = 1 + RANDOM(3);
    struct nas_filter_component *made = items(m, filter->count, sizeof *made);
    for (size_t i = 0; i < filter->count; i++) {
        const uint8_t *kind = kinds[RANDOM(sizeof kinds / 2)];
        made[i] = (struct nas_filter_component){kind[0], octets(m, kind[1], kind[1])};
    }
    filter->components = made;
}

static void make_rules(struct nas_maker *m, struct nas_qos_rules *rules)
{
    rules->count = 1 + RANDOM(4);
    struct nas_qos_rule *made = items(m, rules->count, sizeof *made);
    for (size_t i = 0; i < rules->count; i++) {
        struct nas_qos_rule *rule = &made[i];
        rule->id = (uint8_t)(1 + RANDOM(255));
        rule->operation = (uint8_t)(1 + RANDOM(6));
        bool filters = rule->operation != NAS_RULE_DELETE && rule->operation != NAS_RULE_MODIFY;
        rule->count = filters ? 1 + RANDOM(4) : 0;
        struct nas_packet_filter *made_filters = items(m, rule->count + 1, sizeof *made_filters);
        for (size_t j = 0; j < rule->count; j++)
            make_filter(m, rule->operation == NAS_RULE_DELETE_FILTERS, &made_filters[j]);
        rule->filters = rule->count ? made_filters : NULL;
        rule->is_default = RANDOM(2);
        rule->has_precedence = rule->has_qfi = rule->operation != NAS_RULE_DELETE;
        rule->precedence = rule->has_precedence ? (uint8_t)RANDOM(256) : 0;
        rule->qfi = rule->has_qfi ? (uint8_t)(1 + RANDOM(63)) : 0;
    }
    rules->items = made;
}

static uint64_t rate(struct nas_maker *m)
{
    uint64_t unit = 1000;
    for (unsigned i = RANDOM(3); i > 0; i--)
        unit *= 1000;
    return unit * (1 + RANDOM(60000));
}

static void make_flows(struct nas_maker *m, struct nas_qos_flows *flows)
{
    flows->count = 1 + RANDOM(3);
    struct nas_qos_flow *made = items(m, flows->count, sizeof *made);
    for (size_t i = 0; i < flows->count; i++) {
        struct nas_qos_flow *flow = &made[i];
        flow->qfi = (uint8_t)(1 + RANDOM(63));
        flow->operation = (uint8_t)(1 + RANDOM(3));
        flow->complete = flow->operation == NAS_FLOW_CREATE;
        if (flow->operation == NAS_FLOW_DELETE)
            continue;
        flow->has.five_qi = true;
        flow->five_qi = (uint8_t)(1 + RANDOM(9));
        flow->has.gfbr_uplink = flow->has.mfbr_downlink = RANDOM(2);
        flow->gfbr_uplink = flow->has.gfbr_uplink ? rate(m) : 0;
        flow->mfbr_downlink = flow->has.mfbr_downlink ? rate(m) : 0;
        flow->has.averaging_window = RANDOM(2);
        flow->averaging_window = flow->has.averaging_window ? (uint16_t)RANDOM(65536) : 0;
    }
    flows->items = made;
}

static void make_pco(struct nas_maker *m, struct nas_pco *pco)
{
    pco->count = 1 + RANDOM(3);
    struct nas_pco_unit *made = items(m, pco->count, sizeof *made);
    for (size_t i = 0; i < pco->count; i++) {
        bool dns = RANDOM(2);
        made[i].id = dns ? NAS_PCO_DNS_IPV4 : NAS_PCO_IPV4_MTU;
        made[i].content = octets(m, dns ? 4 : 2, dns ? 4 : 2);
    }
    pco->items = made;
}

static void make_address(struct nas_maker *m, struct nas_pdu_address *address)
{
    address->type = (uint8_t)(1 + RANDOM(3));
    if (address->type != NAS_SESSION_IPV4)
        memcpy(address->interface_id, octets(m, 8, 8).data, 8);
    if (address->type != NAS_SESSION_IPV6)
        memcpy(address->ipv4, octets(m, 4, 4).data, 4);
}

static void make_opaque(struct nas_maker *m, const struct nas_field *field, struct bytes *value)
{
    static const uint8_t head[] = {[NAS_LV] = 1, [NAS_LV_E] = 2, [NAS_TLV] = 2, [NAS_TLV_E] = 3};
    size_t least = (size_t)field->least - head[field->format];
    size_t most = field->most == NAS_ANY ? least + 40 : (size_t)field->most - head[field->format];
    *value = octets(m, least, most);
    if (m->known_elsewhere && strcmp(field->name, "payload_container") == 0)
        *value = bytes_of("\x2e\x01\x01\xd6\x6f", 5);
    if (m->known_elsewhere && strcmp(field->name, "nas_message_container") == 0)
        *value = bytes_of("\x7e\x00\x43", 3);
    if (m->known_elsewhere && strcmp(field->name, "eap_message") == 0)
        *value = bytes_of("\x04\x01\x00\x04", 4);
}

static void make_bits(struct nas_maker *m, const struct nas_codec *codec, uint8_t *value)
{
    const struct nas_bits *bits = codec->detail;
    for (unsigned i = 0; i < bits->count; i++)
        if (!m->known_elsewhere || bits->bits[i].octet < 3)
            value[bits->bits[i].offset] = (uint8_t)RANDOM(1u << bits->bits[i].width);
}

static void make_octet(struct nas_maker *m, const struct nas_field *field, uint8_t *value)
{
    const struct nas_names *names = field->codec->detail;
    bool half = field->format == NAS_TV1 || field->format == NAS_V_LOW || field->format == NAS_V_HIGH;
    *value = (uint8_t)RANDOM(half ? 8 : 256);
    while (names && (*value >= names->count || !names->names[*value]))
        *value = (uint8_t)RANDOM(names->count < 256 ? names->count : 256);
    if (m->known_elsewhere && strcmp(field->name, "payload_container_type") == 0)
        *value = NAS_PAYLOAD_N1_SM;
}

static void make_numbers(struct nas_maker *m, struct nas_emergency_numbers *list)
{
    static const struct nas_emergency_number numbers[] = {{1, "112"}, {0x1f, "911"}, {4, "1234"}};
    list->items = numbers;
    list->count = 1 + RANDOM(3);
}

static void make_time(struct nas_maker *m, struct nas_time *time)
{
    *time = (struct nas_time){(uint8_t)RANDOM(100),     (uint8_t)(1 + RANDOM(12)), (uint8_t)(1 + RANDOM(28)),
                              (uint8_t)RANDOM(24),      (uint8_t)RANDOM(60),       (uint8_t)RANDOM(60),
                              (int8_t)(RANDOM(97) - 48)};
}

static void make_capability(struct nas_maker *m, struct nas_ue_security_capability *capability)
{
    static const uint8_t lengths[] = {2, 4, 5, 8};
    capability->length = lengths[RANDOM(m->known_elsewhere ? 2 : 4)];
    memcpy(capability->octets, octets(m, 8, 8).data, capability->length);
}

static void make_area(struct nas_maker *m, struct nas_service_area_list *area)
{
    struct nas_tai_list list = {0};
    make_tai_list(m, &list);
    area->non_allowed = RANDOM(2);
    area->items = list.items;
    area->count = list.count;
}

static void make_plmns(struct nas_maker *m, struct nas_plmn_list *list)
{
    list->count = 1 + RANDOM(15);
    struct nas_plmn *made = items(m, list->count, sizeof *made);
    for (size_t i = 0; i < list->count; i++)
        made[i] = plmn(m);
    list->items = made;
}

static void make_causes(struct nas_maker *m, struct nas_session_causes *list)
{
    list->count = 1 + RANDOM(5);
    struct nas_session_cause *made = items(m, list->count, sizeof *made);
    for (size_t i = 0; i < list->count; i++)
        made[i] = (struct nas_session_cause){(uint8_t)(1 + RANDOM(15)), NAS_GMM_LADN_NOT_AVAILABLE};
    list->items = made;
}

static void make_dnns(struct nas_maker *m, struct nas_dnn_list *list)
{
    const char **made = items(m, 3, sizeof *made);
    list->count = RANDOM(4);
    for (size_t i = 0; i < list->count; i++)
        made[i] = dnn(m);
    list->items = made;
}

static void make_value(struct nas_maker *m, const struct nas_field *field, void *value)
{
    static const char *const names[] = {"Demarc", "Netz \xc3\x84\xc3\x96", "\xe7\xbd\x91\xe7\xbb\x9c",
                                        "12345678"};
    static const uint32_t times[] = {0, 2, 62, 600, 3600, 60};
    const struct nas_codec *c = field->codec;
    if (c->decode == nas_bits_decode)
        make_bits(m, c, value);
    else if (c->decode == nas_codec_identity.decode)
        make_identity(m, field, value);
    else if (c == &nas_codec_plmn)
        *(struct nas_plmn *)value = plmn(m);
    else if (c == &nas_codec_plmns)
        make_plmns(m, value);
    else if (c == &nas_codec_tai)
        tais(m, value, 1);
    else if (c == &nas_codec_tai_list)
        make_tai_list(m, value);
    else if (c == &nas_codec_service_area)
        make_area(m, value);
    else if (c == &nas_codec_s_nssai)
        *(struct nas_s_nssai *)value = s_nssai(m);
    else if (c == &nas_codec_nssai)
        make_nssai(m, value);
    else if (c == &nas_codec_rejected_nssai)
        make_rejected(m, value);
    else if (c == &nas_codec_dnn)
        *(const char **)value = dnn(m);
    else if (c == &nas_codec_dnn_list)
        make_dnns(m, value);
    else if (c == &nas_codec_ladn)
        make_ladn(m, value);
    else if (c == &nas_codec_security_capability)
        make_capability(m, value);
    else if (c == &nas_codec_sessions || c == &nas_codec_u16)
        *(uint16_t *)value = (uint16_t)RANDOM(65536);
    else if (c == &nas_codec_filters_max)
        *(uint16_t *)value = (uint16_t)(17 + RANDOM(1000));
    else if (c == &nas_codec_session_causes)
        make_causes(m, value);
    else if (c == &nas_codec_emergency_numbers)
        make_numbers(m, value);
    else if (c == &nas_codec_timer || c == &nas_codec_timer_3)
        *(uint32_t *)value = RANDOM(4) ? times[RANDOM(6)] : NAS_TIMER_DEACTIVATED;
    else if (c == &nas_codec_network_name)
        *(struct nas_network_name *)value = (struct nas_network_name){names[RANDOM(4)], RANDOM(2)};
    else if (c == &nas_codec_time)
        make_time(m, value);
    else if (c == &nas_codec_zone)
        *(int8_t *)value = (int8_t)((int)RANDOM(97) - 48);
    else if (c == &nas_codec_ambr)
        *(struct nas_session_ambr *)value = (struct nas_session_ambr){rate(m), rate(m)};
    else if (c == &nas_codec_pdu_address)
        make_address(m, value);
    else if (c == &nas_codec_pco)
        make_pco(m, value);
    else if (c == &nas_codec_qos_rules)
        make_rules(m, value);
    else if (c == &nas_codec_qos_flows)
        make_flows(m, value);
    else if (c == &nas_codec_opaque)
        make_opaque(m, field, value);
    else if (c == &nas_codec_octets14 || c == &nas_codec_octets16 || c == &nas_codec_interface_id)
        memcpy(value, octets(m, c->size, c->size).data, c->size);
    else
        make_octet(m, field, value);
}

/* IEs of releases or shapes that a Rel-16 dissector flags for its own reasons, or that stay opaque here. */
static bool taken_elsewhere(uint8_t type, const struct nas_field *field)
{
    static const char *const shunned[] = {"ue_request_type",
                                          "additional_request_result",
                                          "lower_bound_timer",
                                          "forbidden_tais_roaming",
                                          "forbidden_tais_regional",
                                          "disaster_plmn",
                                          "disaster_roaming_wait_range",
                                          "disaster_return_wait_range",
                                          "requested_t3512",
                                          "session_pair_id",
                                          "rsn"};
    for (size_t i = 0; i < sizeof shunned / sizeof *shunned; i++)
        if (strcmp(field->name, shunned[i]) == 0)
            return false;
    if (type == NAS_CONTROL_PLANE_SERVICE_REQUEST && field->iei == 0x25)
        return false;
    return field->codec != &nas_codec_opaque || strcmp(field->name, "payload_container") == 0 ||
           strcmp(field->name, "nas_message_container") == 0 || strcmp(field->name, "eap_message") == 0;
}

void nas_make(struct nas_maker *m, uint8_t type, struct nas_message *message)
{
    const struct nas_shape *shape = nas_shape_of(type);
    uint8_t *body = (uint8_t *)&message->registration_request;
    *message = (struct nas_message){.type = type};
    if (type >= 0x80) {
        message->pdu_session_id = (uint8_t)(1 + RANDOM(15));
        message->pti = (uint8_t)(1 + RANDOM(254));
    }
    for (unsigned i = 0; i < shape->count; i++) {
        const struct nas_field *field = &shape->fields[i];
        if (field->has &&
            (RANDOM(256) >= m->presence || (m->known_elsewhere && !taken_elsewhere(type, field))))
            continue;
        make_value(m, field, body + field->offset);
        if (field->has)
            body[field->has] = true;
    }
}
