/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N1 of the line: tunnels end only where the enrolment of the gNB that asks for them lets them (class 18 of hostile equipment). */
#include "smf_world.h"

static struct world world;

static const struct gnb honest = {.n3 = {.family = AF_INET, .length = 24, .address = {10, 0, 0}}};
static const struct gnb elsewhere = {.n3 = {.family = AF_INET, .length = 24, .address = {192, 0, 2}}};

static struct ngap_up_transport_layer_information tunnel_to(uint32_t teid)
{
    static const uint8_t address[4] = {10, 0, 0, 9};
    return (struct ngap_up_transport_layer_information){
        .which = NGAP_UP_TRANSPORT_LAYER_INFORMATION_GTP_TUNNEL,
        .gtp_tunnel = {.transport_layer_address = {address, 32}, .gtp_teid = teid}};
}

static int open_world(void **state)
{
    (void)state;
    world_open(&world, "");
    world.ue.serving = &honest;
    world_session(&world, 1);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static void nothing_moved(void)
{
    world_pump(&world);
    assert_int_equal(world.plane.header.teid, 0x901);
    assert_int_equal(smf_active(&world.ue), 1 << 1);
}

static void a_setup_to_a_foreign_address_fails(void **state)
{
    (void)state;
    world.ue.serving = &elsewhere;
    unsigned sent = world.ue.sent;
    assert_int_equal(world_establish(&world, 2, 1, NAS_SESSION_IPV4), SMF_TAKEN);
    world_gnb_accepts(&world, 2, 0x66);
    assert_null(session_find(&world.ue, 2));
    assert_int_equal(world.ue.sent, sent + 2);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    assert_int_not_equal(world.plane.header.teid, 0x66);
    assert_int_equal(smf_active(&world.ue), 1 << 1);
}

static void an_activation_to_a_foreign_address_leaves_no_user_plane(void **state)
{
    struct smf_setup_item items[SMF_SESSIONS_PER_UE];
    (void)state;
    smf_deactivate(&world.ue, 1 << 1);
    world_pump(&world);
    assert_int_equal(smf_activate(&world.ue, 1 << 1, items), 1);
    world.ue.serving = &elsewhere;
    world_gnb_accepts(&world, 1, 0x66);
    assert_int_equal(smf_active(&world.ue), 0);
    assert_int_not_equal(world.plane.header.teid, 0x66);
}

static struct bytes switch_request(void)
{
    static uint8_t room[128];
    struct writer w = writer_of(room, sizeof room);
    const struct ngap_qos_flow_accepted_item flow = {.qos_flow_identifier = SMF_DEFAULT_QFI};
    const struct ngap_path_switch_request_transfer transfer = {.dl_ngu_up_tnl_information = tunnel_to(0x66),
                                                               .qos_flow_accepted_list = {&flow, 1}};
    assert_true(ngap_encode_path_switch_request_transfer(&w, &transfer, NULL));
    return writer_bytes(&w);
}

static void a_path_switch_to_a_foreign_address_is_refused(void **state)
{
    struct smf_switch item = {.target.gnb = &elsewhere, .pdu_session_id = 1};
    const struct ngap_path_switch_request_unsuccessful_transfer *answer;
    struct aper_diagnostics diagnostics;
    (void)state;
    assert_false(smf_switch_path(&world.ue, switch_request(), &item));
    assert_int_equal(ngap_decode_path_switch_request_unsuccessful_transfer(item.answer, &world.memory,
                                                                           &answer, &diagnostics),
                     NGAP_OK);
    assert_int_equal(answer->cause.which, NGAP_CAUSE_TRANSPORT);
    nothing_moved();
    item = (struct smf_switch){.target.gnb = &honest, .pdu_session_id = 1};
    assert_true(smf_switch_path(&world.ue, switch_request(), &item));
}

static void an_indication_of_a_foreign_address_is_refused(void **state)
{
    uint8_t room[128];
    struct writer w = writer_of(room, sizeof room);
    const struct ngap_associated_qos_flow_item flow = {.qos_flow_identifier = SMF_DEFAULT_QFI};
    const struct ngap_pdu_session_resource_modify_indication_transfer transfer = {
        .dl_qos_flow_per_tnl_information = {.up_transport_layer_information = tunnel_to(0x66),
                                            .associated_qos_flow_list = {&flow, 1}}};
    struct bytes answer;
    (void)state;
    assert_true(ngap_encode_pdu_session_resource_modify_indication_transfer(&w, &transfer, NULL));
    world.ue.serving = &elsewhere;
    assert_false(smf_modify_indicated(&world.ue, 1, writer_bytes(&w), &answer));
    nothing_moved();
    world.ue.serving = &honest;
    assert_true(smf_modify_indicated(&world.ue, 1, writer_bytes(&w), &answer));
}

/* An N2 handover in which the target answers with these tunnels; direct: the source is to forward there itself. */
static bool hands_over(struct smf_handover *item, bool direct,
                       const struct ngap_up_transport_layer_information *forward)
{
    uint8_t room[128];
    struct writer w = writer_of(room, sizeof room);
    const struct ngap_handover_required_transfer required = {.has_direct_forwarding_path_availability =
                                                                 direct};
    const struct ngap_qos_flow_item_with_data_forwarding flow = {.qos_flow_identifier = SMF_DEFAULT_QFI,
                                                                 .has_data_forwarding_accepted = true};
    const struct ngap_handover_request_acknowledge_transfer acknowledge = {
        .dl_ngu_up_tnl_information = tunnel_to(0x66),
        .dl_forwarding_up_tnl_information = forward,
        .qos_flow_setup_response_list = {&flow, 1}};
    *item = (struct smf_handover){.pdu_session_id = 1};
    assert_true(ngap_encode_handover_required_transfer(&w, &required, NULL));
    assert_true(smf_handover_prepare(&world.ue, writer_bytes(&w), item));
    w = writer_of(room, sizeof room);
    assert_true(ngap_encode_handover_request_acknowledge_transfer(&w, &acknowledge, NULL));
    return smf_handover_admitted(&world.ue, writer_bytes(&w), item);
}

static void a_handover_target_with_a_foreign_address_does_not_get_the_session(void **state)
{
    const struct ngap_up_transport_layer_information forward = tunnel_to(0x67);
    struct smf_handover item;
    (void)state;
    world.ue.target = &elsewhere;
    assert_false(hands_over(&item, false, &forward));
    assert_false(item.admitted);
    nothing_moved();
    assert_int_equal(world.plane.forward_teid, 0);
    world.ue.target = &honest;
    assert_true(hands_over(&item, false, &forward));
    world_pump(&world);
    assert_int_not_equal(world.plane.forward_teid, 0);
}

static bool source_is_told_where_to_forward(const struct smf_handover *item)
{
    const struct ngap_handover_command_transfer *command;
    struct aper_diagnostics diagnostics;
    assert_int_equal(ngap_decode_handover_command_transfer(smf_handover_command(&world.ue, item),
                                                           &world.memory, &command, &diagnostics),
                     NGAP_OK);
    return command->dl_forwarding_up_tnl_information;
}

static void nothing_is_forwarded_directly_to_a_foreign_address(void **state)
{
    static const uint8_t address[4] = {192, 0, 2, 9};
    struct ngap_up_transport_layer_information forward = tunnel_to(0x67);
    struct smf_handover item;
    (void)state;
    world.ue.target = &honest;
    assert_true(hands_over(&item, true, &forward));
    assert_true(source_is_told_where_to_forward(&item));
    forward.gtp_tunnel.transport_layer_address.data = address;
    assert_true(hands_over(&item, true, &forward));
    assert_false(source_is_told_where_to_forward(&item));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(a_setup_to_a_foreign_address_fails),
        TEST(an_activation_to_a_foreign_address_leaves_no_user_plane),
        TEST(a_path_switch_to_a_foreign_address_is_refused),
        TEST(an_indication_of_a_foreign_address_is_refused),
        TEST(a_handover_target_with_a_foreign_address_does_not_get_the_session),
        TEST(nothing_is_forwarded_directly_to_a_foreign_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
