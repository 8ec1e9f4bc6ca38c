/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ethernet packet filters (TS 29.244 7.5.2.2-3) from the SMF's request to the flow that a frame is in: downlink frames of the flow are marked with its QFI, and
 * uplink ones it drops, so that they are told from the others.
 */
#include "lab.h"
#include "plane/switch.h"

enum { DEFAULT = 1, FLOW = 7, CHOOSE_ID = 5, TEID = 0x50, FILTER_ID = 9 };
enum { ARP = 0x0806, IPV4 = 0x0800, LLDP = 0x88cc, C_TAG = 0x8100, S_TAG = 0x88a8 };

static const uint8_t host[FRAME_MAC] = {2, 9, 9, 9, 9, 9}, other_host[FRAME_MAC] = {2, 9, 9, 9, 9, 10};
static const uint8_t phone[FRAME_MAC] = {2, 0, 0, 0, 0, 1}, device[FRAME_MAC] = {2, 0, 0, 0, 0, 2};

struct bench {
    struct lab *lab;
    struct lab_session session;
    struct pfcp_create_pdr pdrs[4]; /* the default flow's, and the flow's: uplink, downlink */
    struct pfcp_create_far fars[3];
    struct pfcp_qer qers[2];
    uint64_t seid;
    uint32_t teid;
    uint8_t frame[2048];
    struct packet packet;
    uint8_t qfi; /* of the frame that went to the phone; 0: none did */
};

static uint32_t drop_far = 3, flow_qer = 2;

static int set_up(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);
    b->lab = lab_new_ethernet(&(struct lan_settings){16, SECONDS(300), false});
    lab_describe_ethernet(&b->session, 1);
    struct pfcp_session_establishment_request *request = &b->session.request.session_establishment_request;
    memcpy(b->pdrs, b->session.pdrs, sizeof b->session.pdrs);
    memcpy(b->fars, b->session.fars, sizeof b->session.fars);
    b->pdrs[0].pdi.f_teid.has_choose_id = true;
    b->pdrs[0].pdi.f_teid.choose_id = CHOOSE_ID;
    for (unsigned i = 0; i < 2; i++) {
        b->pdrs[2 + i] = b->pdrs[i];
        b->pdrs[2 + i].pdr_id = (uint16_t)(3 + i);
        b->pdrs[2 + i].precedence = 10;
    }
    b->pdrs[2].far_id = drop_far;
    b->pdrs[3].qer_ids = &flow_qer;
    b->fars[2] = b->fars[0];
    b->fars[2].far_id = drop_far;
    b->fars[2].apply_action = PFCP_DROP;
    b->qers[0] = b->session.qer;
    b->qers[1] = (struct pfcp_qer){.qer_id = flow_qer, .has_gate = true, .has_qfi = true, .qfi = FLOW};
    request->create_pdrs = b->pdrs;
    request->create_pdrs_count = 4;
    request->create_fars = b->fars;
    request->create_fars_count = 3;
    request->create_qers = b->qers;
    request->create_qers_count = 2;
    *state = b;
    return 0;
}

static void set_filters(struct pfcp_create_pdr *pdr, struct pfcp_ethernet_filter *filters, size_t count)
{
    pdr->pdi.ethernet_filters = filters;
    pdr->pdi.ethernet_filters_count = count;
}

static uint8_t ask(struct bench *b)
{
    b->session.request.sequence = 0;
    const struct pfcp_message answer = lab_ask(b->lab, &b->session.request);
    return answer.session_establishment_response.cause;
}

static void establish(struct bench *b)
{
    b->session.request.sequence = 0;
    b->seid = lab_establish(b->lab, &b->session, &b->teid);
    assert_int_equal(lab_switch(b->lab, b->seid, &b->lab->gnb, TEID, false), PFCP_ACCEPTED);
}

/* A filter for both ways: downlink it is only named. */
static void establish_both(struct bench *b, struct pfcp_ethernet_filter *filter)
{
    struct pfcp_ethernet_filter named = {.has_id = true, .id = FILTER_ID};
    filter->has_id = filter->has_properties = true;
    filter->id = FILTER_ID;
    filter->properties = PFCP_BIDE;
    set_filters(&b->pdrs[2], filter, 1);
    set_filters(&b->pdrs[3], &named, 1);
    establish(b);
}

/* Tags are types and control information, up to the type 0. */
static struct bytes frame(struct bench *b, const uint8_t *to, const uint8_t *from, const uint16_t *tags,
                          uint16_t type, struct bytes payload)
{
    struct writer w = writer_of(b->frame, sizeof b->frame);
    write_bytes(&w, bytes_of(to, FRAME_MAC));
    write_bytes(&w, bytes_of(from, FRAME_MAC));
    for (; *tags; tags += 2) {
        write_u16(&w, tags[0]);
        write_u16(&w, tags[1]);
    }
    write_u16(&w, type);
    write_bytes(&w, payload);
    return writer_bytes(&w);
}

static const uint16_t untagged[] = {0};
static const uint8_t padding[64];

static bool uplink_in_flow(struct bench *b, struct bytes octets)
{
    const uint64_t before = lab_drops(b->lab, DROP_ACTION);
    const enum verdict verdict = lab_uplink(b->lab, &b->lab->gnb, b->teid, DEFAULT, octets, &b->packet);
    const bool in_flow = lab_drops(b->lab, DROP_ACTION) == before + 1;
    assert_int_equal(verdict, in_flow ? PATH_DROP : PATH_TO_N6);
    return in_flow;
}

static void keep(void *context, enum verdict verdict, struct packet *packet)
{
    struct bench *b = context;
    struct gtpu_packet gtpu;
    struct fault fault;
    assert_int_equal(verdict, PATH_TO_N3);
    assert_true(gtpu_parse(bytes_of(packet->data, packet->length), &gtpu, &fault));
    b->qfi = gtpu.container.qfi;
}

static bool downlink_in_flow(struct bench *b, struct bytes octets)
{
    b->qfi = 0;
    lab_load(b->lab, octets, &b->packet);
    switch_inward(&b->lab->plane, &b->lab->plane.lanes[0], &b->lab->networks[0], &b->packet, keep, b);
    assert_true(b->qfi == DEFAULT || b->qfi == FLOW);
    return b->qfi == FLOW;
}

/* As the phone sends it, and as it comes back from there; both ways in the flow or neither. */
static bool in_flow(struct bench *b, const uint8_t *of_phone, const uint8_t *of_host, const uint16_t *tags,
                    uint16_t type)
{
    static const uint8_t anybody[FRAME_MAC] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const bool up = uplink_in_flow(b, frame(b, of_host, of_phone, tags, type, BYTES(padding)));
    lab_uplink(b->lab, &b->lab->gnb, b->teid, DEFAULT,
               frame(b, anybody, of_phone, untagged, 0x88b5, BYTES(padding)), &b->packet); /* it is known */
    const bool down = downlink_in_flow(b, frame(b, of_phone, of_host, tags, type, BYTES(padding)));
    assert_int_equal(up, down);
    return up;
}

/* --- what is detected --- */

static void a_flow_is_of_one_type_of_frames(void **state)
{
    struct bench *b = *state;
    struct pfcp_ethernet_filter filter = {.has_ethertype = true, .ethertype = ARP};
    static const uint16_t tagged[] = {C_TAG, 5, 0};
    establish_both(b, &filter);
    assert_true(in_flow(b, phone, host, untagged, ARP));
    assert_true(in_flow(b, phone, host, tagged, ARP));
    assert_false(in_flow(b, phone, host, untagged, LLDP));
    assert_false(in_flow(b, phone, host, untagged, 64)); /* a length */
}

static void a_flow_is_between_two_mac_addresses_and_the_other_way_round_downlink(void **state)
{
    struct bench *b = *state;
    struct pfcp_mac mac = {.has_source = true, .has_destination = true};
    struct pfcp_ethernet_filter filter = {.macs = &mac, .macs_count = 1};
    memcpy(mac.source, phone, FRAME_MAC);
    memcpy(mac.destination, host, FRAME_MAC);
    establish_both(b, &filter);
    assert_true(in_flow(b, phone, host, untagged, ARP));
    assert_false(in_flow(b, device, host, untagged, ARP));
    assert_false(in_flow(b, phone, other_host, untagged, ARP));
}

static void a_flow_is_of_a_range_of_mac_addresses_and_of_several(void **state)
{
    struct bench *b = *state;
    struct pfcp_mac macs[2] = {
        {.has_destination = true, .has_upper_destination = true, .destination = {2, 9, 9, 9, 9, 8}},
        {.has_source = true}};
    struct pfcp_ethernet_filter filter = {.macs = macs, .macs_count = 2};
    memcpy(macs[0].upper_destination, host, FRAME_MAC);
    memcpy(macs[1].source, device, FRAME_MAC);
    establish_both(b, &filter);
    assert_true(in_flow(b, phone, host, untagged, ARP));
    assert_false(in_flow(b, phone, other_host, untagged, ARP));
    assert_true(in_flow(b, device, other_host, untagged, ARP));
}

static void a_flow_is_of_a_vlan_and_its_priority(void **state)
{
    static const uint16_t right[] = {C_TAG, 5 << 13 | 100, 0}, no_priority[] = {C_TAG, 4 << 13 | 100, 0},
                          eligible[] = {C_TAG, 5 << 13 | 1 << 12 | 100, 0},
                          other_vlan[] = {C_TAG, 5 << 13 | 101, 0}, service[] = {S_TAG, 5 << 13 | 100, 0},
                          both[] = {S_TAG, 7, C_TAG, 5 << 13 | 100, 0};
    struct bench *b = *state;
    struct pfcp_ethernet_filter filter = {.has_c_tag = true,
                                          .c_tag = {.has_vid = true, .vid = 100, .has_pcp = true, .pcp = 5}};
    establish_both(b, &filter);
    assert_true(in_flow(b, phone, host, right, ARP));
    assert_true(in_flow(b, phone, host, eligible, ARP));
    assert_true(in_flow(b, phone, host, both, ARP));
    assert_false(in_flow(b, phone, host, no_priority, ARP));
    assert_false(in_flow(b, phone, host, other_vlan, ARP));
    assert_false(in_flow(b, phone, host, service, ARP));
    assert_false(in_flow(b, phone, host, untagged, ARP));
}

static void a_flow_is_of_any_frame_with_a_service_tag_that_may_be_dropped(void **state)
{
    static const uint16_t right[] = {S_TAG, 1 << 12 | 3, C_TAG, 5, 0},
                          not_eligible[] = {S_TAG, 3, C_TAG, 5, 0}, customer[] = {C_TAG, 1 << 12 | 3, 0};
    struct bench *b = *state;
    struct pfcp_ethernet_filter filter = {.has_s_tag = true, .s_tag = {.has_dei = true, .dei = true}};
    establish_both(b, &filter);
    assert_true(in_flow(b, phone, host, right, ARP));
    assert_false(in_flow(b, phone, host, not_eligible, ARP));
    assert_false(in_flow(b, phone, host, customer, ARP));
}

static struct bytes udp_frame(struct bench *b, uint16_t port, bool tagged)
{
    static const uint16_t tags[] = {C_TAG, 5, 0};
    uint8_t packet[256];
    const size_t length = lab_udp(packet, (uint8_t[]){192, 168, 7, 2}, (uint8_t[]){10, 1, 1, 1}, port, 100);
    return frame(b, host, phone, tagged ? tags : untagged, IPV4, bytes_of(packet, length));
}

static void a_flow_is_of_what_is_in_the_ip_packet_of_a_frame(void **state)
{
    struct bench *b = *state;
    static const char description[] = "permit out 17 from 10.1.1.0/24 5060 to assigned";
    struct pfcp_sdf_filter sdf = {.flow_description = bytes_of(description, sizeof description - 1)};
    struct pfcp_ethernet_filter filter = {.sdf_filters = &sdf, .sdf_filters_count = 1};
    establish_both(b, &filter);
    assert_true(uplink_in_flow(b, udp_frame(b, 5060, false)));
    assert_true(uplink_in_flow(b, udp_frame(b, 5060, true)));
    assert_false(uplink_in_flow(b, udp_frame(b, 5061, false)));
    assert_false(in_flow(b, phone, host, untagged, ARP));
}

static void an_sdf_filter_that_admits_any_packet_admits_no_frame_without_one(void **state)
{
    struct bench *b = *state;
    static const char description[] = "permit out ip from any to assigned";
    struct pfcp_sdf_filter sdf = {.flow_description = bytes_of(description, sizeof description - 1)};
    struct pfcp_ethernet_filter filter = {.sdf_filters = &sdf, .sdf_filters_count = 1};
    establish_both(b, &filter);
    assert_true(uplink_in_flow(b, udp_frame(b, 5060, false)));
    assert_false(in_flow(b, phone, host, untagged, ARP));
}

static void each_direction_has_a_filter_of_its_own(void **state)
{
    struct bench *b = *state;
    struct pfcp_mac from_phone = {.has_source = true}, to_phone = {.has_destination = true};
    struct pfcp_ethernet_filter up = {.macs = &from_phone, .macs_count = 1},
                                down = {.macs = &to_phone, .macs_count = 1};
    memcpy(from_phone.source, phone, FRAME_MAC);
    memcpy(to_phone.destination, phone, FRAME_MAC);
    set_filters(&b->pdrs[2], &up, 1);
    set_filters(&b->pdrs[3], &down, 1);
    establish(b);
    assert_true(in_flow(b, phone, host, untagged, ARP));
    assert_false(in_flow(b, device, host, untagged, ARP));
}

static void a_filter_may_be_named_in_front_of_the_pdr_that_has_it(void **state)
{
    struct bench *b = *state;
    struct pfcp_ethernet_filter named = {.has_id = true, .id = FILTER_ID};
    struct pfcp_ethernet_filter filter = {.has_id = true,
                                          .id = FILTER_ID,
                                          .has_properties = true,
                                          .properties = PFCP_BIDE,
                                          .has_ethertype = true,
                                          .ethertype = ARP};
    set_filters(&b->pdrs[2], &named, 1);
    set_filters(&b->pdrs[3], &filter, 1);
    establish(b);
    assert_true(in_flow(b, phone, host, untagged, ARP));
    assert_false(in_flow(b, phone, host, untagged, LLDP));
}

static void held(void *context, enum verdict verdict, struct packet *packet)
{
    (void)context;
    (void)packet;
    assert_int_equal(verdict, PATH_HELD);
}

static void a_frame_that_was_held_comes_out_in_its_flow(void **state)
{
    struct bench *b = *state;
    struct pfcp_ethernet_filter filter = {.has_ethertype = true, .ethertype = ARP};
    struct gtpu_packet gtpu;
    struct fault fault;
    establish_both(b, &filter);
    assert_true(in_flow(b, phone, host, untagged, ARP));
    assert_int_equal(lab_switch(b->lab, b->seid, NULL, 0, false), PFCP_ACCEPTED);
    lab_load(b->lab, frame(b, phone, host, untagged, ARP, BYTES(padding)), &b->packet);
    switch_inward(&b->lab->plane, &b->lab->plane.lanes[0], &b->lab->networks[0], &b->packet, held, NULL);
    b->lab->n3_count = 0;
    assert_int_equal(lab_switch(b->lab, b->seid, &b->lab->gnb, TEID, false), PFCP_ACCEPTED);
    assert_int_equal(b->lab->n3_count, 1);
    assert_true(gtpu_parse(bytes_of(b->lab->n3[0].data, b->lab->n3[0].length), &gtpu, &fault));
    assert_int_equal(gtpu.container.qfi, FLOW);
}

/* --- what is refused --- */

/* A modification that is refused leaves everything as it was. */
static void assert_refused(struct bench *b, struct pfcp_ethernet_filter filter)
{
    struct pfcp_ethernet_filter right = {.has_ethertype = true, .ethertype = ARP};
    struct pfcp_update_pdr update = {.pdr_id = 3, .has_pdi = true, .pdi = b->pdrs[2].pdi};
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .session_modification_request = {.update_pdrs = &update, .update_pdrs_count = 1}};
    set_filters(&b->pdrs[2], &filter, 1);
    set_filters(&b->pdrs[3], &right, 1);
    assert_int_equal(ask(b), PFCP_RULE_FAILURE);
    set_filters(&b->pdrs[2], &right, 1);
    establish(b);
    request.seid = b->seid;
    update.pdi.has_f_teid = false;
    update.pdi.ethernet_filters = &filter;
    update.pdi.ethernet_filters_count = 1;
    const struct pfcp_message answer = lab_ask(b->lab, &request);
    assert_int_equal(answer.session_modification_response.cause, PFCP_RULE_FAILURE);
    assert_true(answer.session_modification_response.has_failed_rule);
    assert_int_equal(answer.session_modification_response.failed_rule.kind, PFCP_RULE_PDR);
    assert_int_equal(answer.session_modification_response.failed_rule.id, 3);
    assert_true(in_flow(b, phone, host, untagged, ARP));
    assert_false(in_flow(b, phone, host, untagged, LLDP));
}

#define REFUSED(name, ...)                                                  \
    static void name(void **state)                                          \
    {                                                                       \
        assert_refused(*state, (struct pfcp_ethernet_filter){__VA_ARGS__}); \
    }

static struct pfcp_mac backwards = {.has_source = true,
                                    .has_upper_source = true,
                                    .source = {2, 0, 0, 0, 0, 9},
                                    .upper_source = {2, 0, 0, 0, 0, 8}};
static struct pfcp_sdf_filter nothing, unreadable = {.flow_description = {(const uint8_t *)"permit in", 9}},
                                       any_packet = {.has_tos = true};

REFUSED(a_filter_that_asks_for_nothing_is_refused, 0)
REFUSED(one_whose_id_no_filter_has_is_refused, .has_id = true, .id = 77)
REFUSED(an_ethertype_that_is_a_length_is_refused, .has_ethertype = true, .ethertype = 1500)
REFUSED(an_ethertype_that_is_a_tag_is_refused, .has_ethertype = true, .ethertype = C_TAG)
REFUSED(a_range_of_addresses_the_wrong_way_round_is_refused, .macs = &backwards, .macs_count = 1)
REFUSED(a_vlan_that_there_is_not_is_refused, .has_s_tag = true, .s_tag = {.has_vid = true, .vid = 0xfff})
REFUSED(an_sdf_filter_of_frames_without_packets_is_refused, .has_ethertype = true, .ethertype = ARP,
        .sdf_filters = &any_packet, .sdf_filters_count = 1)
REFUSED(an_sdf_filter_that_asks_for_nothing_is_refused, .sdf_filters = &nothing, .sdf_filters_count = 1)
REFUSED(an_sdf_filter_that_cannot_be_read_is_refused, .sdf_filters = &unreadable, .sdf_filters_count = 1)

/* Its identifier is known, but it is for one direction. */
static void a_filter_for_one_direction_is_not_found_by_its_identifier(void **state)
{
    struct bench *b = *state;
    struct pfcp_ethernet_filter filter = {
        .has_id = true, .id = FILTER_ID, .has_ethertype = true, .ethertype = ARP};
    struct pfcp_ethernet_filter named = {.has_id = true, .id = FILTER_ID};
    set_filters(&b->pdrs[2], &filter, 1);
    set_filters(&b->pdrs[3], &named, 1);
    assert_int_equal(ask(b), PFCP_RULE_FAILURE);
}

static void more_pairs_of_addresses_and_sdf_filters_than_a_pdr_may_have_are_refused(void **state)
{
    enum { EACH = 16 };
    struct bench *b = *state;
    struct pfcp_mac macs[EACH];
    struct pfcp_sdf_filter sdfs[EACH];
    for (unsigned i = 0; i < EACH; i++) {
        macs[i] = (struct pfcp_mac){.has_source = true, .source = {2, 0, 0, 0, 1, (uint8_t)i}};
        sdfs[i] = (struct pfcp_sdf_filter){.has_tos = true, .tos = (uint16_t)(i << 8 | 0xff)};
    }
    struct pfcp_ethernet_filter filter = {
        .macs = macs, .macs_count = EACH, .sdf_filters = sdfs, .sdf_filters_count = EACH};
    set_filters(&b->pdrs[2], &filter, 1);
    assert_int_equal(ask(b), PFCP_RULE_FAILURE);
    filter.sdf_filters_count = EACH - 1;
    assert_int_equal(ask(b), PFCP_ACCEPTED);
}

static void an_ip_session_has_no_such_filters(void **state)
{
    struct lab *lab = lab_new();
    struct lab_session session;
    struct pfcp_ethernet_filter filter = {.has_ethertype = true, .ethertype = ARP};
    (void)state;
    lab_describe(&session, 9);
    set_filters(&session.pdrs[0], &filter, 1);
    assert_int_equal(lab_ask(lab, &session.request).session_establishment_response.cause,
                     PFCP_SERVICE_NOT_SUPPORTED);
    lab_free(lab);
}

/* As an Ethernet packet filter: of SDF filters the identifier alone says that it is for both directions (8.2.5). */
static void an_sdf_filter_that_is_only_named_is_that_of_another_pdr(void **state)
{
    static const char description[] = "permit out 17 from any 5060 to assigned";
    struct lab *lab = lab_new();
    struct lab_session session;
    struct pfcp_sdf_filter whole = {
        .flow_description = bytes_of(description, sizeof description - 1), .has_id = true, .id = 4};
    struct pfcp_sdf_filter named = {.has_id = true, .id = 4};
    struct packet packet;
    uint8_t octets[256];
    uint32_t teid;
    (void)state;
    lab_describe(&session, 9);
    session.pdrs[0].pdi.sdf_filters = &named;
    session.pdrs[0].pdi.sdf_filters_count = 1;
    assert_int_equal(lab_ask(lab, &session.request).session_establishment_response.cause, PFCP_RULE_FAILURE);
    session.pdrs[1].pdi.sdf_filters = &whole;
    session.pdrs[1].pdi.sdf_filters_count = 1;
    session.request.sequence = 0;
    const uint64_t seid = lab_establish(lab, &session, &teid);
    assert_int_equal(lab_switch(lab, seid, &lab->gnb, TEID, false), PFCP_ACCEPTED);
    for (uint16_t port = 5060; port < 5062; port++) {
        const size_t length = lab_udp(octets, session.ue_ip.ip.v4, (uint8_t[]){10, 1, 1, 1}, port, 20);
        assert_int_equal(lab_uplink(lab, &lab->gnb, teid, 1, bytes_of(octets, length), &packet),
                         port == 5060 ? PATH_TO_N6 : PATH_DROP);
    }
    lab_free(lab);
}

int main(void)
{
#define BENCH(name) cmocka_unit_test_setup_teardown(name, set_up, lab_tear_down)
    const struct CMUnitTest tests[] = {
        BENCH(a_flow_is_of_one_type_of_frames),
        BENCH(a_flow_is_between_two_mac_addresses_and_the_other_way_round_downlink),
        BENCH(a_flow_is_of_a_range_of_mac_addresses_and_of_several),
        BENCH(a_flow_is_of_a_vlan_and_its_priority),
        BENCH(a_flow_is_of_any_frame_with_a_service_tag_that_may_be_dropped),
        BENCH(a_flow_is_of_what_is_in_the_ip_packet_of_a_frame),
        BENCH(an_sdf_filter_that_admits_any_packet_admits_no_frame_without_one),
        BENCH(each_direction_has_a_filter_of_its_own),
        BENCH(a_filter_may_be_named_in_front_of_the_pdr_that_has_it),
        BENCH(a_frame_that_was_held_comes_out_in_its_flow),
        BENCH(a_filter_that_asks_for_nothing_is_refused),
        BENCH(one_whose_id_no_filter_has_is_refused),
        BENCH(an_ethertype_that_is_a_length_is_refused),
        BENCH(an_ethertype_that_is_a_tag_is_refused),
        BENCH(a_range_of_addresses_the_wrong_way_round_is_refused),
        BENCH(a_vlan_that_there_is_not_is_refused),
        BENCH(an_sdf_filter_of_frames_without_packets_is_refused),
        BENCH(an_sdf_filter_that_asks_for_nothing_is_refused),
        BENCH(an_sdf_filter_that_cannot_be_read_is_refused),
        BENCH(a_filter_for_one_direction_is_not_found_by_its_identifier),
        BENCH(more_pairs_of_addresses_and_sdf_filters_than_a_pdr_may_have_are_refused),
        cmocka_unit_test(an_ip_session_has_no_such_filters),
        cmocka_unit_test(an_sdf_filter_that_is_only_named_is_that_of_another_pdr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
