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

static void ask_for_flow(const struct nas_filter_component *component)
{
    const struct nas_packet_filter filter = {
        .direction = NAS_FILTER_BOTH, .components = component, .count = 1};
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

static void filters_of_ip_packets_have_no_place_in_it(void **state)
{
    static const uint8_t udp = 17, type[2] = {8, 6};
    const struct nas_filter_component protocol = {.type = NAS_FILTER_PROTOCOL, .value = {&udp, 1}};
    const struct nas_filter_component ethertype = {.type = NAS_FILTER_ETHERTYPE, .value = {type, 2}};
    (void)state;
    open_world(NETWORK "    requested_fiveqis: [7]\n", STORE_ETHERNET);
    world_establish(&world, 1, 1, NAS_SESSION_ETHERNET);
    world_gnb_accepts(&world, 1, 0x901);
    ask_for_flow(&protocol);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_REJECT);
    assert_int_equal(world.n1.session_modification_reject.cause, NAS_GSM_SEMANTIC_ERRORS_FILTERS);
    ask_for_flow(&ethertype);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_REJECT);
    assert_int_equal(world.n1.session_modification_reject.cause, NAS_GSM_SEMANTIC_ERRORS_FILTERS);
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
        cmocka_unit_test(filters_of_ip_packets_have_no_place_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
