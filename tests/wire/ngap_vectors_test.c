/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that other implementations packed, and one worked out by hand. */
#include "../check.h"
#include "unhex.h"

#include "wire/ngap/ngap.h"

static struct arena arena;
static struct ngap_pdu pdu;

/* Decodes and encodes again, to the same octets. */
static void decode(const char *hex)
{
    static uint8_t buffer[4096];
    struct bytes in = unhex(hex, &arena);
    struct fault fault = {0};
    struct writer w = writer_of(buffer, sizeof buffer);
    assert_int_equal(ngap_decode(in, &arena, NGAP_STRICT_ORDER, &pdu), NGAP_OK);
    assert_true(ngap_encode(&w, pdu.message, pdu.value.any, &fault));
    assert_true(bytes_equal(writer_bytes(&w), in));
}

static void an_ng_setup_request_of_a_gnb_simulator(void **state)
{
    (void)state;
    decode("00150033000004001b00080000f1100000066c0052400a0380747374676e62303100"
           "66000d00000000070000f110000000080015400160");
    const struct ngap_ng_setup_request *request = pdu.value.ng_setup_request;
    assert_int_equal(request->global_ran_node_id.which, NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID);
    assert_int_equal(request->global_ran_node_id.global_gnb_id.gnb_id.gnb_id.length, 22);
    assert_int_equal(request->global_ran_node_id.global_gnb_id.gnb_id.gnb_id.value, 411);
    assert_int_equal(request->ran_node_name.len, 8);
    assert_memory_equal(request->ran_node_name.data, "tstgnb01", 8);
    assert_int_equal(request->supported_ta_list.count, 1);
    assert_int_equal(request->supported_ta_list.items[0].tac, 7);
    const struct ngap_broadcast_plmn_item *plmn =
        &request->supported_ta_list.items[0].broadcast_plmn_list.items[0];
    assert_memory_equal(plmn->plmn_identity, "\x00\xf1\x10", 3);
    assert_int_equal(plmn->tai_slice_support_list.items[0].s_nssai.sst, 1);
    assert_false(plmn->tai_slice_support_list.items[0].s_nssai.has_sd);
    assert_int_equal(request->default_paging_drx, NGAP_PAGING_DRX_V256);
}

static void an_initial_context_setup_request_of_another_core(void **state)
{
    (void)state;
    decode("000e008090000008000a0002000c005500020000001c00070000f11002004000000002000100"
           "77000918000c000000000000005e002050636e38151d62356d9a1a0c9f2391885177307ad4"
           "94be15281dfe5fdac06302002240080123456700ffff010026402f2e7e02cf5b405e017e00"
           "42010177000bf200f110020040dd00b06454072000f11000000715020101210201005e0129");
    const struct ngap_initial_context_setup_request *request = pdu.value.initial_context_setup_request;
    assert_int_equal(request->amf_ue_ngap_id, 12);
    assert_int_equal(request->ran_ue_ngap_id, 0);
    assert_int_equal(request->guami.amf_region_id, 2);
    assert_int_equal(request->guami.amf_set_id, 1);
    assert_int_equal(request->guami.amf_pointer, 0);
    assert_int_equal(request->allowed_nssai.count, 1);
    assert_int_equal(request->ue_security_capabilities.n_rencryption_algorithms, 0xc000);
    assert_int_equal(request->ue_security_capabilities.n_rintegrity_protection_algorithms, 0xc000);
    assert_int_equal(request->security_key[0], 0x50);
    assert_int_equal(request->nas_pdu.len, 46);
    assert_true(pdu.has_amf_ue_ngap_id && pdu.amf_ue_ngap_id == 12);
}

static void a_transfer_worked_out_by_hand(void **state)
{
    (void)state;
    /* PDU Session Resource Setup Response Transfer: 10.0.0.1, TEID 0x11223344, QoS flow 9. */
    struct bytes in = unhex("0003e00a000001112233440009", &arena);
    const struct ngap_pdu_session_resource_setup_response_transfer *transfer;
    struct aper_diagnostics diagnostics;
    assert_int_equal(
        ngap_decode_pdu_session_resource_setup_response_transfer(in, &arena, &transfer, &diagnostics),
        NGAP_OK);
    const struct ngap_qos_flow_per_tnl_information *flows = &transfer->dl_qos_flow_per_tnl_information;
    const struct ngap_gtp_tunnel *tunnel = &flows->up_transport_layer_information.gtp_tunnel;
    assert_int_equal(tunnel->gtp_teid, 0x11223344);
    assert_int_equal(tunnel->transport_layer_address.bits, 32);
    assert_memory_equal(tunnel->transport_layer_address.data, "\x0a\x00\x00\x01", 4);
    assert_int_equal(flows->associated_qos_flow_list.items[0].qos_flow_identifier, 9);
    uint8_t buffer[64];
    struct writer w = writer_of(buffer, sizeof buffer);
    assert_true(ngap_encode_pdu_session_resource_setup_response_transfer(&w, transfer, NULL));
    assert_true(bytes_equal(writer_bytes(&w), in));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ng_setup_request_of_a_gnb_simulator),
        cmocka_unit_test(an_initial_context_setup_request_of_another_core),
        cmocka_unit_test(a_transfer_worked_out_by_hand),
    };
    arena_init(&arena, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
