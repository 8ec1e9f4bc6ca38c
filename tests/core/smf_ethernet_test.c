/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet PDU sessions (TS 23.501 5.6.10.2): who gets one, and what phone, gNB and plane are told. */
#include "smf_world.h"

#define NETWORK "data_networks:\n  - name: internet\n    type: ethernet\n    mtu: 1500\n"
#define PACKETS                                                                                \
    "data_networks:\n  - name: internet\n    type: ipv4v6\n    ipv4: 10.45.0.0/16\n    ipv6: " \
    "2001:db8::/48\n"

static struct world world;

static void subscribe_to(enum store_session_type type)
{
    struct arena memory;
    struct store_subscriber subscriber;
    arena_init(&memory, 0);
    assert_int_equal(store_subscriber_get(world.store, "imsi-999700000000001", &memory, &subscriber),
                     STORE_OK);
    ((struct store_dnn *)subscriber.slices[0].dnns)->type = type;
    assert_int_equal(store_subscriber_put(world.store, &subscriber), STORE_OK);
    arena_free(&memory);
}

static void open_world(const char *yaml, enum store_session_type subscribed)
{
    world_open(&world, yaml);
    subscribe_to(subscribed);
}

static uint8_t refusal(uint8_t asked)
{
    world_establish(&world, 1, 1, asked);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    return world.n1.session_establishment_reject.cause;
}

static void a_phone_gets_an_ethernet_session_without_an_address(void **state)
{
    (void)state;
    open_world(NETWORK, STORE_ETHERNET);
    world_establish(&world, 1, 1, NAS_SESSION_ETHERNET);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
    assert_int_equal(world.n1.session_establishment_accept.session_type, NAS_SESSION_ETHERNET);
    assert_false(world.n1.session_establishment_accept.has.pdu_address);
    assert_false(world.n1.session_establishment_accept.has.cause);
    struct session *session = session_find(&world.ue, 1);
    assert_false(session->has_ipv4 || session->has_prefix);
    world_gnb_accepts(&world, 1, 0x901);
    assert_int_equal(session->state, SESSION_ACTIVE);
    world_close(&world);
}

static void one_that_names_no_type_gets_what_there_is(void **state)
{
    (void)state;
    open_world(NETWORK, STORE_ETHERNET);
    world_establish(&world, 1, 1, 0);
    assert_int_equal(world_n1(&world)->session_establishment_accept.session_type, NAS_SESSION_ETHERNET);
    world_close(&world);
}

static void the_gnb_is_told_the_type(void **state)
{
    struct arena arena;
    struct aper_diagnostics diagnostics;
    const void *value;
    (void)state;
    open_world(NETWORK, STORE_ETHERNET);
    world_establish(&world, 1, 1, NAS_SESSION_ETHERNET);
    arena_init(&arena, 0);
    assert_true(ngap_decode_type(&ngap_type_pdu_session_resource_setup_request_transfer,
                                 bytes_of(world.ue.transfer, world.ue.transfer_size), &arena, &value,
                                 &diagnostics) <= NGAP_NOTIFY);
    const struct ngap_pdu_session_resource_setup_request_transfer *transfer = value;
    assert_int_equal(transfer->pdu_session_type, NGAP_PDU_SESSION_TYPE_ETHERNET);
    arena_free(&arena);
    world_close(&world);
}

static void the_plane_is_told_of_frames_and_of_no_address(void **state)
{
    (void)state;
    open_world(NETWORK, STORE_ETHERNET);
    world_establish(&world, 1, 1, NAS_SESSION_ETHERNET);
    assert_int_equal(world.plane.pdn_type, PFCP_PDN_ETHERNET);
    assert_int_equal(world.plane.addresses, 0);
    assert_true(world.plane.frames);
    world_close(&world);
}

static void a_session_of_packets_asks_for_no_frames(void **state)
{
    (void)state;
    open_world(PACKETS, STORE_IPV4V6);
    world_establish(&world, 1, 1, NAS_SESSION_IPV4);
    assert_int_equal(world.plane.pdn_type, PFCP_PDN_IPV4);
    assert_int_equal(world.plane.addresses, 2);
    assert_false(world.plane.frames);
    world_close(&world);
}

static void who_asks_for_another_type_is_told_which_one_is_allowed(void **state)
{
    (void)state;
    open_world(NETWORK, STORE_ETHERNET);
    assert_int_equal(refusal(NAS_SESSION_IPV4), NAS_GSM_ETHERNET_ONLY_ALLOWED);
    assert_int_equal(refusal(NAS_SESSION_IPV4V6), NAS_GSM_ETHERNET_ONLY_ALLOWED);
    assert_int_equal(refusal(NAS_SESSION_UNSTRUCTURED), NAS_GSM_UNKNOWN_SESSION_TYPE);
    world_close(&world);
    open_world(PACKETS, STORE_IPV4V6);
    assert_int_equal(refusal(NAS_SESSION_ETHERNET), NAS_GSM_IPV4V6_ONLY_ALLOWED);
    subscribe_to(STORE_IPV4);
    assert_int_equal(refusal(NAS_SESSION_ETHERNET), NAS_GSM_IPV4_ONLY_ALLOWED);
    subscribe_to(STORE_IPV6);
    assert_int_equal(refusal(NAS_SESSION_ETHERNET), NAS_GSM_IPV6_ONLY_ALLOWED);
    world_close(&world);
}

static void who_is_not_subscribed_to_the_type_of_the_data_network_is_refused(void **state)
{
    (void)state;
    open_world(NETWORK, STORE_IPV4V6);
    assert_int_equal(refusal(NAS_SESSION_ETHERNET), NAS_GSM_SERVICE_OPTION_NOT_SUBSCRIBED);
    assert_int_equal(refusal(0), NAS_GSM_SERVICE_OPTION_NOT_SUBSCRIBED);
    world_close(&world);
    open_world(PACKETS, STORE_ETHERNET);
    assert_int_equal(refusal(NAS_SESSION_IPV4), NAS_GSM_SERVICE_OPTION_NOT_SUBSCRIBED);
    world_close(&world);
}

static void an_ethernet_session_outlives_the_core(void **state)
{
    (void)state;
    open_world(NETWORK, STORE_ETHERNET);
    world_establish(&world, 1, 1, NAS_SESSION_ETHERNET);
    world_gnb_accepts(&world, 1, 0x901);
    world_restart_core(&world);
    struct session *session = session_find(&world.ue, 1);
    assert_non_null(session);
    assert_int_equal(session->type, NAS_SESSION_ETHERNET);
    assert_false(session->has_ipv4 || session->has_prefix);
    world_close(&world);
}

/* --- flows --- */

#define FLOWS NETWORK "    requested_fiveqis: [7]\n"

static struct session *open_session(void)
{
    open_world(FLOWS, STORE_ETHERNET);
    world_establish(&world, 1, 1, NAS_SESSION_ETHERNET);
    world_gnb_accepts(&world, 1, 0x901);
    return session_find(&world.ue, 1);
}

static void ask_for_flow(uint8_t direction, const struct nas_filter_component *components, size_t count)
{
    const struct nas_packet_filter filter = {
        .direction = direction, .components = components, .count = count};
    const struct nas_qos_rule rule = {.operation = NAS_RULE_CREATE,
                                      .has_precedence = true,
                                      .precedence = 10,
                                      .has_qfi = true,
                                      .filters = &filter,
                                      .count = 1};
    const struct nas_qos_flow flow = {
        .operation = NAS_FLOW_CREATE, .complete = true, .five_qi = 7, .has.five_qi = true};
    struct nas_message message = {.type = NAS_SESSION_MODIFICATION_REQUEST, .pdu_session_id = 1, .pti = 9};
    message.session_modification_request.qos_rules = (struct nas_qos_rules){&rule, 1};
    message.session_modification_request.qos_flows = (struct nas_qos_flows){&flow, 1};
    message.session_modification_request.has.qos_rules = true;
    message.session_modification_request.has.qos_flows = true;
    world_ask(&world, 1, SMF_REQUEST_MODIFICATION, NULL, &message);
}

static const uint8_t DEVICE[] = {2, 0, 0, 0, 0, 1}, SERVER[] = {2, 9, 9, 9, 9, 9}, IPV4[] = {8, 0},
                     UDP[] = {17}, ARP[] = {8, 6};
#define PART(component, octets)                                              \
    {                                                                        \
        .type = NAS_FILTER_##component, .value = {(octets), sizeof(octets) } \
    }
#define COUNT(list) (sizeof(list) / sizeof *(list))

/* It is the phone's side of a filter for both directions. */
static void the_plane_is_told_of_a_flow_of_frames_in_either_direction(void **state)
{
    static const uint8_t vid[] = {0x01, 0x23}, priority[] = {0x0b};
    static const struct nas_filter_component parts[] = {PART(MAC_SOURCE, DEVICE),
                                                        PART(MAC_DESTINATION, SERVER), PART(C_TAG_VID, vid),
                                                        PART(C_TAG_PCP, priority), PART(S_TAG_VID, vid)};
    (void)state;
    open_session();
    ask_for_flow(NAS_FILTER_BOTH, parts, COUNT(parts));
    const struct pfcp_mac *up = &world.plane.macs[0], *down = &world.plane.macs[1];
    assert_true(up->has_source && up->has_destination && down->has_source && down->has_destination);
    assert_memory_equal(up->source, DEVICE, sizeof DEVICE);
    assert_memory_equal(up->destination, SERVER, sizeof SERVER);
    assert_memory_equal(down->source, SERVER, sizeof SERVER);
    assert_memory_equal(down->destination, DEVICE, sizeof DEVICE);
    const struct pfcp_ethernet_filter *filter = &world.plane.frame_filters[1];
    assert_true(filter->has_c_tag && filter->c_tag.has_vid && filter->c_tag.has_pcp && filter->c_tag.has_dei);
    assert_int_equal(filter->c_tag.vid, 0x123);
    assert_int_equal(filter->c_tag.pcp, 5);
    assert_true(filter->c_tag.dei);
    assert_true(filter->has_s_tag && filter->s_tag.has_vid && !filter->s_tag.has_pcp);
    assert_false(filter->has_ethertype || filter->sdf_filters_count);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_COMMAND);
    const struct nas_qos_rule *rule = world.n1.session_modification_command.qos_rules.items;
    assert_int_equal(rule->filters[0].count, COUNT(parts));
    assert_memory_equal(rule->filters[0].components[0].value.data, DEVICE, sizeof DEVICE);
    world_close(&world);
}

static void source_and_destination_of_a_filter_for_one_direction_are_the_frame_s(void **state)
{
    static const uint8_t range[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9};
    static const struct nas_filter_component parts[] = {PART(MAC_SOURCE, SERVER),
                                                        PART(MAC_DESTINATIONS, range)};
    (void)state;
    open_session();
    ask_for_flow(NAS_FILTER_DOWNLINK, parts, COUNT(parts));
    const struct pfcp_mac *down = &world.plane.macs[1];
    assert_int_equal(world.plane.frame_filters[0].macs_count, 0);
    assert_memory_equal(down->source, SERVER, sizeof SERVER);
    assert_true(down->has_upper_destination && !down->has_upper_source);
    assert_memory_equal(down->destination, range, 6);
    assert_memory_equal(down->upper_destination, range + 6, 6);
    world_close(&world);
}

static void a_flow_may_ask_for_the_packet_in_a_frame(void **state)
{
    static const struct nas_filter_component parts[] = {PART(ETHERTYPE, IPV4), PART(PROTOCOL, UDP)};
    (void)state;
    open_session();
    ask_for_flow(NAS_FILTER_BOTH, parts, COUNT(parts));
    assert_int_equal(world.plane.frame_filters[0].ethertype, 0x0800);
    assert_int_equal(world.plane.frame_filters[0].sdf_filters_count, 1);
    assert_string_equal(world.plane.filter, "permit out 17 from any to assigned");
    world_close(&world);
}

static void one_filter_that_matches_all_leaves_none_to_the_plane(void **state)
{
    static const struct nas_filter_component all = {.type = NAS_FILTER_MATCH_ALL};
    (void)state;
    struct session *session = open_session();
    ask_for_flow(NAS_FILTER_BOTH, &all, 1);
    assert_int_equal(world.plane.pdrs, 4);
    assert_false(world.plane.frame_filters[0].macs_count || world.plane.frame_filters[0].has_ethertype);
    assert_non_null(session->qos);
    world_close(&world);
}

static void a_flow_of_frames_outlives_the_core(void **state)
{
    static const struct nas_filter_component parts[] = {PART(MAC_SOURCE, DEVICE), PART(ETHERTYPE, ARP)};
    (void)state;
    open_session();
    ask_for_flow(NAS_FILTER_BOTH, parts, COUNT(parts));
    world_gnb_modifies(&world, 1, false, 0);
    struct nas_message complete = {.type = NAS_SESSION_MODIFICATION_COMPLETE, .pdu_session_id = 1, .pti = 9};
    world_ask(&world, 1, SMF_REQUEST_ABSENT, NULL, &complete);
    world.plane.frame_filters[1] = (struct pfcp_ethernet_filter){0};
    world_restart_core(&world);
    world_pump(&world);
    struct session *session = session_find(&world.ue, 1);
    assert_non_null(qos_find_flow(session->qos, 2));
    assert_int_equal(session->qos->filters[0].size, 10);
    world_close(&world);
}

static void the_network_adds_a_flow_of_frames(void **state)
{
    (void)state;
    const char *why;
    open_session();
    struct smf_flow_order order = {.fiveqi = 7,
                                   .precedence = 100,
                                   .filter = {.has_local_mac = true,
                                              .local_mac = {2, 0, 0, 0, 0, 1},
                                              .has_vlan = true,
                                              .vlan = 100,
                                              .ethertype = 0x88f7}};
    assert_int_equal(smf_admin_add_flow(&world.ue, 1, &order, &why), SMF_FLOW_BEGUN);
    world_pump(&world);
    assert_memory_equal(world.plane.macs[1].destination, DEVICE, sizeof DEVICE);
    assert_int_equal(world.plane.frame_filters[1].c_tag.vid, 100);
    assert_int_equal(world.plane.frame_filters[1].ethertype, 0x88f7);
    order.filter.protocol = 17;
    assert_int_equal(smf_admin_add_flow(&world.ue, 1, &order, &why), SMF_FLOW_REFUSED);
    world_close(&world);
}

static void assert_refused(uint8_t cause, const struct nas_filter_component *parts, size_t count)
{
    ask_for_flow(NAS_FILTER_BOTH, parts, count);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_REJECT);
    assert_int_equal(world.n1.session_modification_reject.cause, cause);
    assert_int_equal(world.plane.pdrs, 2);
}

#define REFUSED(cause, ...)                                               \
    do {                                                                  \
        static const struct nas_filter_component parts[] = {__VA_ARGS__}; \
        assert_refused(NAS_GSM_##cause##_FILTERS, parts, COUNT(parts));   \
    } while (0)

static void filters_that_contradict_themselves_are_refused(void **state)
{
    static const uint8_t range[] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1}, no_vlan[] = {0x0f, 0xff},
                         length[] = {5, 0}, tag[] = {0x81, 0}, ipv6[17] = {0x20, 1},
                         gaps[] = {10, 0, 0, 1, 255, 0, 255, 0};
    (void)state;
    open_session();
    REFUSED(SEMANTIC_ERRORS, PART(PROTOCOL, UDP)); /* of what is no IP packet */
    REFUSED(SEMANTIC_ERRORS, PART(ETHERTYPE, ARP), PART(PROTOCOL, UDP));
    REFUSED(SEMANTIC_ERRORS, PART(ETHERTYPE, IPV4), PART(IPV6_REMOTE, ipv6));
    REFUSED(SYNTACTICAL_ERROR, PART(ETHERTYPE, IPV4), PART(IPV4_REMOTE, gaps));
    REFUSED(SYNTACTICAL_ERROR, PART(MAC_SOURCE, DEVICE), PART(MAC_SOURCE, SERVER));
    REFUSED(SYNTACTICAL_ERROR, PART(MAC_DESTINATION, DEVICE), PART(MAC_DESTINATIONS, range));
    REFUSED(SEMANTIC_ERRORS, PART(MAC_DESTINATIONS, range));
    REFUSED(SEMANTIC_ERRORS, PART(S_TAG_VID, no_vlan));
    REFUSED(SEMANTIC_ERRORS, PART(ETHERTYPE, length));
    REFUSED(SEMANTIC_ERRORS, PART(ETHERTYPE, tag));
    REFUSED(SYNTACTICAL_ERROR, {.type = NAS_FILTER_MATCH_ALL}, PART(ETHERTYPE, ARP));
    world_close(&world);
}

static void filters_of_frames_have_no_place_in_a_session_of_packets(void **state)
{
    (void)state;
    open_world(PACKETS "    requested_fiveqis: [7]\n", STORE_IPV4V6);
    world_establish(&world, 1, 1, NAS_SESSION_IPV4);
    world_gnb_accepts(&world, 1, 0x901);
    REFUSED(SEMANTIC_ERRORS, PART(ETHERTYPE, IPV4));
    REFUSED(SEMANTIC_ERRORS, PART(MAC_SOURCE, DEVICE), PART(PROTOCOL, UDP));
    world_close(&world);
}

/* --- who is behind the phone --- */

static void report_macs(struct bytes detected, struct bytes removed)
{
    struct pfcp_macs lists[2] = {{.addresses = detected}, {.addresses = removed}};
    struct pfcp_usage_report usage = {.urr_id = 2,
                                      .trigger = PFCP_USAGE_MACAR,
                                      .has_ethernet_traffic = true,
                                      .ethernet_traffic = {.detected = &lists[0],
                                                           .detected_count = detected.len != 0,
                                                           .removed = &lists[1],
                                                           .removed_count = removed.len != 0}};
    struct pfcp_message message = {.type = PFCP_SESSION_REPORT_REQUEST,
                                   .seid = world.plane.cp_seid,
                                   .session_report_request = {.report_type = PFCP_USAR,
                                                              .usage_reports = &usage,
                                                              .usage_reports_count = 1}};
    world_from_plane(&world, &message);
}

static unsigned macs_shown(uint8_t first[MAC_OCTETS])
{
    struct smf_session_view view;
    assert_true(smf_view(&world.ue, 1, &view));
    if (view.mac_count)
        memcpy(first, view.macs[0], MAC_OCTETS);
    return view.mac_count;
}

static void the_plane_is_asked_for_mac_addresses_and_what_it_says_is_shown(void **state)
{
    static const uint8_t both[] = {2, 0, 0, 0, 0, 1, 2, 9, 9, 9, 9, 9};
    const struct bytes none = {0};
    uint8_t first[MAC_OCTETS];
    (void)state;
    open_session();
    assert_true(world.plane.triggers & PFCP_REPORT_MACAR);
    assert_int_equal(macs_shown(first), 0);
    report_macs(BYTES(both), none);
    report_macs(BYTES(both), none); /* it begins anew after a loss */
    assert_int_equal(macs_shown(first), 2);
    assert_memory_equal(first, DEVICE, MAC_OCTETS);
    report_macs(none, BYTES(DEVICE));
    report_macs(none, BYTES(DEVICE));
    assert_int_equal(macs_shown(first), 1);
    assert_memory_equal(first, SERVER, MAC_OCTETS);
    world_close(&world);
}

static void no_plane_makes_a_session_remember_more_than_it_may_have(void **state)
{
    static uint8_t many[255][MAC_OCTETS];
    uint8_t first[MAC_OCTETS];
    (void)state;
    open_session();
    for (unsigned round = 0; round < 6; round++) {
        for (unsigned i = 0; i < 255; i++)
            memcpy(many[i], (uint8_t[]){2, 0, 0, 0, (uint8_t)round, (uint8_t)i}, MAC_OCTETS);
        report_macs(bytes_of(many[0], sizeof many), (struct bytes){0});
    }
    assert_int_equal(macs_shown(first), SESSION_MACS);
    world_close(&world);
}

static void a_plane_of_packets_is_not_believed_to_see_any(void **state)
{
    uint8_t first[MAC_OCTETS];
    (void)state;
    open_world(PACKETS, STORE_IPV4V6);
    world_establish(&world, 1, 1, NAS_SESSION_IPV4);
    world_gnb_accepts(&world, 1, 0x901);
    assert_false(world.plane.triggers & PFCP_REPORT_MACAR);
    report_macs(BYTES(DEVICE), (struct bytes){0});
    assert_int_equal(macs_shown(first), 0);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phone_gets_an_ethernet_session_without_an_address),
        cmocka_unit_test(one_that_names_no_type_gets_what_there_is),
        cmocka_unit_test(the_gnb_is_told_the_type),
        cmocka_unit_test(the_plane_is_told_of_frames_and_of_no_address),
        cmocka_unit_test(a_session_of_packets_asks_for_no_frames),
        cmocka_unit_test(who_asks_for_another_type_is_told_which_one_is_allowed),
        cmocka_unit_test(who_is_not_subscribed_to_the_type_of_the_data_network_is_refused),
        cmocka_unit_test(an_ethernet_session_outlives_the_core),
        cmocka_unit_test(the_plane_is_told_of_a_flow_of_frames_in_either_direction),
        cmocka_unit_test(source_and_destination_of_a_filter_for_one_direction_are_the_frame_s),
        cmocka_unit_test(a_flow_may_ask_for_the_packet_in_a_frame),
        cmocka_unit_test(one_filter_that_matches_all_leaves_none_to_the_plane),
        cmocka_unit_test(a_flow_of_frames_outlives_the_core),
        cmocka_unit_test(the_network_adds_a_flow_of_frames),
        cmocka_unit_test(filters_that_contradict_themselves_are_refused),
        cmocka_unit_test(filters_of_frames_have_no_place_in_a_session_of_packets),
        cmocka_unit_test(the_plane_is_asked_for_mac_addresses_and_what_it_says_is_shown),
        cmocka_unit_test(no_plane_makes_a_session_remember_more_than_it_may_have),
        cmocka_unit_test(a_plane_of_packets_is_not_believed_to_see_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
