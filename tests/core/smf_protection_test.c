/* SPDX-License-Identifier: Apache-2.0 */
/* User-plane security: the network's wish, the gNB's word, and what becomes of sessions where they differ (TS 33.501 6.6.1). */
#include "smf_world.h"

#define DATA_NETWORK "data_networks:\n  - name: internet\n    type: ipv4\n    ipv4: 10.45.0.0/16\n"

static const char required[] = DATA_NETWORK "    up_integrity: required\n    up_ciphering: required\n";
static const char preferred[] = DATA_NETWORK "    up_integrity: preferred\n    up_ciphering: not_needed\n";

#define BOTH    (PROTECTION_TOLD | PROTECTION_INTEGRITY | PROTECTION_CIPHERING)
#define NEITHER PROTECTION_TOLD

static struct world world;

static int open_world(void **state)
{
    world_open(&world, *state ? *state : "");
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

/* --- what gNBs say --- */

static struct ngap_security_result result_of(unsigned performed)
{
    return (struct ngap_security_result){
        performed & PROTECTION_INTEGRITY ? NGAP_INTEGRITY_PROTECTION_RESULT_PERFORMED
                                         : NGAP_INTEGRITY_PROTECTION_RESULT_NOT_PERFORMED,
        performed & PROTECTION_CIPHERING ? NGAP_CONFIDENTIALITY_PROTECTION_RESULT_PERFORMED
                                         : NGAP_CONFIDENTIALITY_PROTECTION_RESULT_NOT_PERFORMED};
}

static struct ngap_up_transport_layer_information somewhere(void)
{
    static const uint8_t address[4] = {10, 0, 0, 9};
    return (struct ngap_up_transport_layer_information){
        .which = NGAP_UP_TRANSPORT_LAYER_INFORMATION_GTP_TUNNEL,
        .gtp_tunnel = {.transport_layer_address = {address, 32}, .gtp_teid = 0x4321}};
}

static void gnb_sets_up(unsigned performed)
{
    uint8_t room[128];
    struct writer w = writer_of(room, sizeof room);
    const struct ngap_security_result result = result_of(performed);
    const struct ngap_associated_qos_flow_item flow = {.qos_flow_identifier = SMF_DEFAULT_QFI};
    const struct ngap_pdu_session_resource_setup_response_transfer response = {
        .dl_qos_flow_per_tnl_information = {.up_transport_layer_information = somewhere(),
                                            .associated_qos_flow_list = {&flow, 1}},
        .security_result = &result};
    assert_true(ngap_encode_pdu_session_resource_setup_response_transfer(&w, &response, NULL));
    smf_n2_response(&world.ue, 1, N2_SETUP_RESPONSE, writer_bytes(&w));
    world_pump(&world);
}

static void gnb_refuses(enum ngap_cause_radio_network cause)
{
    uint8_t room[32];
    struct writer w = writer_of(room, sizeof room);
    const struct ngap_pdu_session_resource_setup_unsuccessful_transfer unsuccessful = {
        .cause = {.which = NGAP_CAUSE_RADIO_NETWORK, .radio_network = cause}};
    assert_true(ngap_encode_pdu_session_resource_setup_unsuccessful_transfer(&w, &unsuccessful, NULL));
    smf_n2_response(&world.ue, 1, N2_SETUP_UNSUCCESSFUL, writer_bytes(&w));
    world_pump(&world);
}

/* A path switch to a gNB that holds this for the policy and does as much. */
static bool arrives(const struct ngap_security_indication *policy, unsigned performed,
                    struct smf_switch *item)
{
    uint8_t room[128];
    struct writer w = writer_of(room, sizeof room);
    struct ngap_user_plane_security_information told = {.security_result = result_of(performed)};
    const struct ngap_qos_flow_accepted_item flow = {.qos_flow_identifier = SMF_DEFAULT_QFI};
    if (policy)
        told.security_indication = *policy;
    const struct ngap_path_switch_request_transfer transfer = {.dl_ngu_up_tnl_information = somewhere(),
                                                               .user_plane_security_information =
                                                                   policy ? &told : NULL,
                                                               .qos_flow_accepted_list = {&flow, 1}};
    assert_true(ngap_encode_path_switch_request_transfer(&w, &transfer, NULL));
    *item = (struct smf_switch){.pdu_session_id = 1};
    return smf_switch_path(&world.ue, writer_bytes(&w), item);
}

/* --- what they are told --- */

static const struct ngap_security_indication *told_at_setup(struct bytes request)
{
    const struct ngap_pdu_session_resource_setup_request_transfer *transfer;
    struct aper_diagnostics diagnostics;
    assert_int_equal(ngap_decode_pdu_session_resource_setup_request_transfer(request, &world.memory,
                                                                             &transfer, &diagnostics),
                     NGAP_OK);
    assert_non_null(transfer->security_indication);
    return transfer->security_indication;
}

static const struct ngap_security_indication *told_at_switch(const struct smf_switch *item)
{
    const struct ngap_path_switch_request_acknowledge_transfer *transfer;
    struct aper_diagnostics diagnostics;
    assert_int_equal(ngap_decode_path_switch_request_acknowledge_transfer(item->answer, &world.memory,
                                                                          &transfer, &diagnostics),
                     NGAP_OK);
    return transfer->security_indication;
}

static void is_told(const struct ngap_security_indication *told, const struct ngap_security_indication *own)
{
    assert_int_equal(told->integrity_protection_indication, own->integrity_protection_indication);
    assert_int_equal(told->confidentiality_protection_indication, own->confidentiality_protection_indication);
    assert_int_equal(told->has_maximum_integrity_protected_data_rate_ul,
                     own->has_maximum_integrity_protected_data_rate_ul);
    assert_int_equal(told->maximum_integrity_protected_data_rate_ul,
                     own->maximum_integrity_protected_data_rate_ul);
    assert_int_equal(told->maximum_integrity_protected_data_rate_dl,
                     own->maximum_integrity_protected_data_rate_dl);
}

static struct session *session(void)
{
    return world.ue.sessions;
}

/* --- establishment --- */

static void asks_with_rate(uint8_t uplink, uint8_t downlink)
{
    struct nas_message message = {.type = NAS_SESSION_ESTABLISHMENT_REQUEST, .pdu_session_id = 1, .pti = 5};
    message.session_establishment_request.integrity_rate = (struct nas_integrity_rate){uplink, downlink};
    assert_int_equal(world_ask(&world, 1, SMF_REQUEST_INITIAL, NULL, &message), SMF_TAKEN);
}

static void is_rejected_with(uint8_t cause)
{
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    assert_int_equal(world.n1.session_establishment_reject.cause, cause);
    assert_null(world.ue.sessions);
}

static void the_gnb_is_told_what_is_wanted(void **state)
{
    (void)state;
    asks_with_rate(0xff, 0);
    const struct ngap_security_indication *told =
        told_at_setup(bytes_of(world.ue.transfer, world.ue.transfer_size));
    assert_int_equal(told->integrity_protection_indication, NGAP_INTEGRITY_PROTECTION_INDICATION_PREFERRED);
    assert_int_equal(told->confidentiality_protection_indication,
                     NGAP_CONFIDENTIALITY_PROTECTION_INDICATION_NOT_NEEDED);
    assert_true(told->has_maximum_integrity_protected_data_rate_ul);
    assert_true(told->has_maximum_integrity_protected_data_rate_dl);
    assert_int_equal(told->maximum_integrity_protected_data_rate_ul,
                     NGAP_MAXIMUM_INTEGRITY_PROTECTED_DATA_RATE_MAXIMUM_UE_RATE);
    assert_int_equal(told->maximum_integrity_protected_data_rate_dl,
                     NGAP_MAXIMUM_INTEGRITY_PROTECTED_DATA_RATE_BITRATE64KBS);
    gnb_sets_up(NEITHER);
    assert_int_equal(session()->state, SESSION_ACTIVE);
    assert_int_equal(session()->protection.performed, NEITHER);
}

static void by_default_ciphering_is_preferred_and_integrity_not_needed(void **state)
{
    (void)state;
    asks_with_rate(0, 0);
    const struct ngap_security_indication *told =
        told_at_setup(bytes_of(world.ue.transfer, world.ue.transfer_size));
    assert_int_equal(told->integrity_protection_indication, NGAP_INTEGRITY_PROTECTION_INDICATION_NOT_NEEDED);
    assert_int_equal(told->confidentiality_protection_indication,
                     NGAP_CONFIDENTIALITY_PROTECTION_INDICATION_PREFERRED);
    assert_false(told->has_maximum_integrity_protected_data_rate_ul);
    assert_false(told->has_maximum_integrity_protected_data_rate_dl);
}

static void a_phone_too_slow_for_required_integrity_is_refused(void **state)
{
    (void)state;
    asks_with_rate(0, 0xff);
    is_rejected_with(NAS_GSM_INTEGRITY_RATE_TOO_LOW);
    asks_with_rate(0xff, 1);
    is_rejected_with(NAS_GSM_INTEGRITY_RATE_TOO_LOW);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 0);
    asks_with_rate(0xff, 0xff);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
}

static void a_slow_phone_may_have_a_slow_session(void **state)
{
    struct store_subscriber subscriber;
    (void)state;
    assert_int_equal(store_subscriber_get(world.store, "imsi-999700000000001", &world.memory, &subscriber),
                     STORE_OK);
    struct store_dnn *own = (struct store_dnn *)&subscriber.slices[0].dnns[0];
    own->ambr_uplink = own->ambr_downlink = 64000;
    assert_int_equal(store_subscriber_put(world.store, &subscriber), STORE_OK);
    asks_with_rate(0, 0);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
}

static void what_the_gnb_cannot_protect_is_refused_with_its_cause(void **state)
{
    static const struct {
        enum ngap_cause_radio_network from;
        uint8_t to;
    } causes[] = {
        {NGAP_CAUSE_RADIO_NETWORK_UE_MAX_INTEGRITY_PROTECTED_DATA_RATE_REASON,
         NAS_GSM_INTEGRITY_RATE_TOO_LOW},
        {NGAP_CAUSE_RADIO_NETWORK_UP_INTEGRITY_PROTECTION_NOT_POSSIBLE, NAS_GSM_REQUEST_REJECTED},
        {NGAP_CAUSE_RADIO_NETWORK_UP_CONFIDENTIALITY_PROTECTION_NOT_POSSIBLE, NAS_GSM_REQUEST_REJECTED},
        {NGAP_CAUSE_RADIO_NETWORK_RADIO_RESOURCES_NOT_AVAILABLE, NAS_GSM_INSUFFICIENT_RESOURCES},
    };
    (void)state;
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        asks_with_rate(0xff, 0xff);
        gnb_refuses(causes[i].from);
        is_rejected_with(causes[i].to);
    }
}

static void a_gnb_that_leaves_out_what_is_required_does_not_get_the_session(void **state)
{
    (void)state;
    asks_with_rate(0xff, 0xff);
    gnb_sets_up(PROTECTION_TOLD | PROTECTION_INTEGRITY);
    assert_null(session());
    assert_int_equal(world.core.metrics.security_mismatches, 1);
}

/* --- handover --- */

static void the_right_policy_is_not_told_again(void **state)
{
    struct smf_switch item;
    (void)state;
    struct ngap_security_indication own = protection_indication(world_session(&world, 1));
    assert_true(arrives(&own, BOTH, &item));
    assert_false(item.policy_differs);
    assert_null(told_at_switch(&item));
    assert_int_equal(session()->protection.performed, BOTH);
    smf_switch_end(&world.ue, &item, 1, false);
    assert_int_equal(session()->protection.performed, 0);
}

static void a_target_that_says_nothing_is_told_nothing(void **state)
{
    struct smf_switch item;
    (void)state;
    world_session(&world, 1);
    assert_true(arrives(NULL, 0, &item));
    assert_false(item.policy_differs);
    assert_null(told_at_switch(&item));
}

static void another_policy_is_answered_with_the_session_s_own(void **state)
{
    struct smf_switch item;
    (void)state;
    struct ngap_security_indication own = protection_indication(world_session(&world, 1));
    struct ngap_security_indication others[] = {own, own};
    others[0].integrity_protection_indication = NGAP_INTEGRITY_PROTECTION_INDICATION_NOT_NEEDED;
    others[1].confidentiality_protection_indication = NGAP_CONFIDENTIALITY_PROTECTION_INDICATION_PREFERRED;
    for (size_t i = 0; i < 2; i++) {
        assert_true(arrives(&others[i], NEITHER, &item));
        assert_true(item.policy_differs);
        assert_non_null(told_at_switch(&item));
        is_told(told_at_switch(&item), &own);
        assert_int_equal(session()->protection.performed, 0);
    }
}

static void a_target_that_leaves_out_what_is_required_does_not_get_the_session(void **state)
{
    struct smf_switch item;
    (void)state;
    struct ngap_security_indication own = protection_indication(world_session(&world, 1));
    struct tunnel before = session()->gnb;
    assert_false(arrives(&own, PROTECTION_TOLD | PROTECTION_CIPHERING, &item));
    assert_memory_equal(&before, &session()->gnb, sizeof before);
    assert_int_equal(world.core.metrics.security_mismatches, 1);
    assert_true(arrives(&own, BOTH, &item));
}

static void an_n2_target_is_told_and_answers(void **state)
{
    uint8_t room[128];
    (void)state;
    struct ngap_security_indication own = protection_indication(world_session(&world, 1));
    const struct ngap_handover_required_transfer required_transfer = {0};
    struct writer w = writer_of(room, sizeof room);
    assert_true(ngap_encode_handover_required_transfer(&w, &required_transfer, NULL));
    struct smf_handover item = {.pdu_session_id = 1};
    assert_true(smf_handover_prepare(&world.ue, writer_bytes(&w), &item));
    is_told(told_at_setup(item.transfer), &own);
    const unsigned answers[] = {NEITHER, BOTH};
    for (size_t i = 0; i < 2; i++) {
        const struct ngap_security_result result = result_of(answers[i]);
        const struct ngap_qos_flow_item_with_data_forwarding flow = {.qos_flow_identifier = SMF_DEFAULT_QFI};
        const struct ngap_handover_request_acknowledge_transfer acknowledge = {
            .dl_ngu_up_tnl_information = somewhere(),
            .security_result = &result,
            .qos_flow_setup_response_list = {&flow, 1}};
        w = writer_of(room, sizeof room);
        assert_true(ngap_encode_handover_request_acknowledge_transfer(&w, &acknowledge, NULL));
        assert_int_equal(smf_handover_admitted(&world.ue, writer_bytes(&w), &item), answers[i] == BOTH);
    }
    smf_handover_complete(&world.ue, &item);
    assert_int_equal(session()->protection.performed, BOTH);
}

static void a_restart_knows_policy_and_result(void **state)
{
    (void)state;
    asks_with_rate(0xff, 0xff);
    gnb_sets_up(BOTH);
    struct protection before = session()->protection;
    world_restart_core(&world);
    assert_memory_equal(&before, &session()->protection, sizeof before);
    assert_int_equal(before.integrity, CONFIG_REQUIRED);
}

int main(void)
{
#define TEST(name, yaml)                                                \
    {                                                                   \
#name, name, open_world, close_world, (void *)(uintptr_t)(yaml) \
    }
    const struct CMUnitTest tests[] = {
        TEST(the_gnb_is_told_what_is_wanted, preferred),
        TEST(by_default_ciphering_is_preferred_and_integrity_not_needed, NULL),
        TEST(a_phone_too_slow_for_required_integrity_is_refused, required),
        TEST(a_slow_phone_may_have_a_slow_session, required),
        TEST(what_the_gnb_cannot_protect_is_refused_with_its_cause, required),
        TEST(a_gnb_that_leaves_out_what_is_required_does_not_get_the_session, required),
        TEST(the_right_policy_is_not_told_again, required),
        TEST(a_target_that_says_nothing_is_told_nothing, required),
        TEST(another_policy_is_answered_with_the_session_s_own, required),
        TEST(a_target_that_leaves_out_what_is_required_does_not_get_the_session, required),
        TEST(an_n2_target_is_told_and_answers, required),
        TEST(a_restart_knows_policy_and_result, required),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
