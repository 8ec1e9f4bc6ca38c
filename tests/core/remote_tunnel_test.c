/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N1 of the line for N3, of sessions that another core anchors: what this core's gNBs say is looked at before that core hears it. */
#include "smf_world.h"

#include "core/smf/remote_tunnel.h"

#define END         struct ngap_up_transport_layer_information
#define ACKNOWLEDGE struct ngap_handover_request_acknowledge_transfer

static struct world world;
static uint8_t room[256];

/* Of 10.0.0.0/24. */
static const struct gnb gnb = {.n3 = {.family = AF_INET, .length = 24, .address = {10, 0, 0}}};
static const uint8_t within[4] = {10, 0, 0, 9}, without[4] = {192, 0, 2, 9};

static END end_at(const uint8_t address[4])
{
    return (END){.which = NGAP_UP_TRANSPORT_LAYER_INFORMATION_GTP_TUNNEL,
                 .gtp_tunnel = {.transport_layer_address = {address, 32}, .gtp_teid = 0x66}};
}

static struct bytes transfer_of(const struct aper_type *type, const void *value)
{
    struct writer w = writer_of(room, sizeof room);
    assert_true(ngap_encode_type(type, &w, value, NULL));
    return writer_bytes(&w);
}

static int open_world(void **state)
{
    (void)state;
    world_open(&world, "");
    world.ue.serving = &gnb;
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

/* --- path switch --- */

static struct bytes switch_to(const uint8_t address[4])
{
    const struct ngap_qos_flow_accepted_item flow = {.qos_flow_identifier = SMF_DEFAULT_QFI};
    const struct ngap_path_switch_request_transfer transfer = {.dl_ngu_up_tnl_information = end_at(address),
                                                               .qos_flow_accepted_list = {&flow, 1}};
    return transfer_of(&ngap_type_path_switch_request_transfer, &transfer);
}

static void a_path_is_switched_to_own_ends_only(void **state)
{
    (void)state;
    assert_true(remote_admits_switch(&world.ue, &gnb, switch_to(within)));
    assert_false(remote_admits_switch(&world.ue, &gnb, switch_to(without)));
    assert_false(remote_admits_switch(&world.ue, &gnb, bytes_of("\xff", 1)));
    assert_false(remote_admits_switch(&world.ue, &gnb, (struct bytes){0}));
    assert_true(remote_admits_switch(&world.ue, NULL, switch_to(without)));
}

/* --- handover --- */

static bool admits(const ACKNOWLEDGE *transfer)
{
    return remote_admits_handover(&world.ue, &gnb,
                                  transfer_of(&ngap_type_handover_request_acknowledge_transfer, transfer));
}

/* Ends: of the user plane, of what is forwarded down and up, and of the same for a bearer. */
static void a_target_names_own_ends_only(void **state)
{
    static const struct ngap_qos_flow_item_with_data_forwarding flow = {.qos_flow_identifier =
                                                                            SMF_DEFAULT_QFI};
    (void)state;
    for (unsigned foreign = 0; foreign <= 5; foreign++) {
        END ends[5];
        for (unsigned i = 0; i < 5; i++)
            ends[i] = end_at(i + 1 == foreign ? without : within);
        const struct ngap_data_forwarding_response_drb_item bearer = {
            .drb_id = 1,
            .dl_forwarding_up_tnl_information = &ends[3],
            .ul_forwarding_up_tnl_information = &ends[4]};
        const ACKNOWLEDGE transfer = {.dl_ngu_up_tnl_information = ends[0],
                                      .dl_forwarding_up_tnl_information = &ends[1],
                                      .ul_forwarding_up_tnl_information = &ends[2],
                                      .qos_flow_setup_response_list = {&flow, 1},
                                      .data_forwarding_response_drb_list = {&bearer, 1}};
        assert_int_equal(admits(&transfer), foreign == 0);
    }
    const ACKNOWLEDGE least = {.dl_ngu_up_tnl_information = end_at(within),
                               .qos_flow_setup_response_list = {&flow, 1}};
    assert_true(admits(&least));
    assert_false(remote_admits_handover(&world.ue, &gnb, bytes_of("\xff", 1)));
}

/* --- answers of the serving gNB --- */

static struct bytes setup_at(const uint8_t address[4])
{
    const struct ngap_associated_qos_flow_item flow = {.qos_flow_identifier = SMF_DEFAULT_QFI};
    const struct ngap_pdu_session_resource_setup_response_transfer transfer = {
        .dl_qos_flow_per_tnl_information = {.up_transport_layer_information = end_at(address),
                                            .associated_qos_flow_list = {&flow, 1}}};
    return transfer_of(&ngap_type_pdu_session_resource_setup_response_transfer, &transfer);
}

static struct bytes modify_at(const uint8_t *address)
{
    const END end = end_at(address ? address : within);
    const struct ngap_pdu_session_resource_modify_response_transfer transfer = {.dl_ngu_up_tnl_information =
                                                                                    address ? &end : NULL};
    return transfer_of(&ngap_type_pdu_session_resource_modify_response_transfer, &transfer);
}

static void passes(enum n2_answer kind, struct bytes transfer)
{
    const struct bytes before = transfer;
    enum n2_answer told = kind;
    remote_check_answer(&world.ue, &told, &transfer);
    assert_int_equal(told, kind);
    assert_ptr_equal(transfer.data, before.data);
}

/* The anchor hears of a failure instead, for want of a transport resource. */
static void fails(enum n2_answer kind, struct bytes transfer, enum n2_answer failure)
{
    const struct ngap_pdu_session_resource_setup_unsuccessful_transfer *setup;
    const struct ngap_pdu_session_resource_modify_unsuccessful_transfer *modify;
    struct aper_diagnostics diagnostics;
    remote_check_answer(&world.ue, &kind, &transfer);
    assert_int_equal(kind, failure);
    if (failure == N2_SETUP_UNSUCCESSFUL) {
        assert_int_equal(ngap_decode_pdu_session_resource_setup_unsuccessful_transfer(transfer, &world.memory,
                                                                                      &setup, &diagnostics),
                         NGAP_OK);
        assert_int_equal(setup->cause.which, NGAP_CAUSE_TRANSPORT);
    } else {
        assert_int_equal(ngap_decode_pdu_session_resource_modify_unsuccessful_transfer(
                             transfer, &world.memory, &modify, &diagnostics),
                         NGAP_OK);
        assert_int_equal(modify->cause.which, NGAP_CAUSE_TRANSPORT);
    }
}

static void an_answer_with_a_foreign_end_becomes_a_failure(void **state)
{
    (void)state;
    passes(N2_SETUP_RESPONSE, setup_at(within));
    fails(N2_SETUP_RESPONSE, setup_at(without), N2_SETUP_UNSUCCESSFUL);
    fails(N2_SETUP_RESPONSE, bytes_of("\xff", 1), N2_SETUP_UNSUCCESSFUL);
    passes(N2_MODIFY_RESPONSE, modify_at(within));
    passes(N2_MODIFY_RESPONSE, modify_at(NULL));
    fails(N2_MODIFY_RESPONSE, modify_at(without), N2_MODIFY_UNSUCCESSFUL);
    fails(N2_MODIFY_RESPONSE, (struct bytes){0}, N2_MODIFY_UNSUCCESSFUL);
}

static void an_answer_that_names_no_end_passes_as_it_is(void **state)
{
    static const enum n2_answer kinds[] = {N2_SETUP_UNSUCCESSFUL, N2_MODIFY_UNSUCCESSFUL, N2_RELEASE_RESPONSE,
                                           N2_NOTIFY, N2_NOTIFY_RELEASED};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        passes(kinds[i], bytes_of("\xff", 1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(a_path_is_switched_to_own_ends_only),
        TEST(a_target_names_own_ends_only),
        TEST(an_answer_with_a_foreign_end_becomes_a_failure),
        TEST(an_answer_that_names_no_end_passes_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
