/* SPDX-License-Identifier: Apache-2.0 */
#include "smf_world.h"

static const char plain[] = "";
static const char small_pool[] =
    "data_networks:\n  - name: internet\n    type: ipv4\n    ipv4: 10.45.0.0/29\n";

static struct world world;

static void a_phone_gets_an_address_and_packets_flow(void **state)
{
    (void)state;
    world_open(&world, plain);
    assert_int_equal(world_establish(&world, 1, 7, NAS_SESSION_IPV4), SMF_TAKEN);
    const struct nas_message *n1 = world_n1(&world);
    assert_int_equal(n1->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
    assert_int_equal(n1->pti, 7);
    assert_int_equal(n1->session_establishment_accept.pdu_address.type, NAS_SESSION_IPV4);
    assert_memory_equal(n1->session_establishment_accept.pdu_address.ipv4, world.plane.ue_ipv4, 4);
    assert_string_equal(n1->session_establishment_accept.dnn, "internet");
    assert_int_equal(n1->session_establishment_accept.qos_flows.items[0].five_qi, 9);
    assert_int_equal(world.ue.n2, N2_SETUP_REQUEST);
    assert_int_equal(world.plane.action, PFCP_BUFF);
    world_gnb_accepts(&world, 1, 0x1234);
    assert_int_equal(world.plane.action, PFCP_FORW);
    assert_int_equal(world.plane.header.teid, 0x1234);
    assert_int_equal(world.plane.mbr_downlink, 1000000);
    assert_int_equal(smf_active(&world.ue), 1 << 1);
    world_close(&world);
}

static void the_gnb_is_told_the_planes_tunnel(void **state)
{
    (void)state;
    const struct ngap_pdu_session_resource_setup_request_transfer *transfer;
    struct aper_diagnostics diagnostics;
    world_open(&world, plain);
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    assert_int_equal(
        ngap_decode_pdu_session_resource_setup_request_transfer(
            bytes_of(world.ue.transfer, world.ue.transfer_size), &world.memory, &transfer, &diagnostics),
        NGAP_OK);
    assert_int_equal(transfer->ul_ngu_up_tnl_information.gtp_tunnel.gtp_teid, world.plane.teid);
    assert_int_equal(transfer->pdu_session_type, NGAP_PDU_SESSION_TYPE_IPV4);
    assert_int_equal(transfer->qos_flow_setup_request_list.items[0].qos_flow_identifier, SMF_DEFAULT_QFI);
    world_close(&world);
}

struct refusal {
    uint8_t type, ssc_mode;
    const char *dnn;
    enum smf_request_type request;
    uint8_t cause;
};

static void what_cannot_be_granted_is_refused_with_its_cause(void **state)
{
    (void)state;
    static const struct refusal refusals[] = {
        {NAS_SESSION_IPV4, 1, "nowhere", SMF_REQUEST_INITIAL, NAS_GSM_MISSING_OR_UNKNOWN_DNN},
        {NAS_SESSION_IPV4, 1, "ims", SMF_REQUEST_INITIAL, NAS_GSM_SERVICE_OPTION_NOT_SUBSCRIBED},
        {NAS_SESSION_IPV4, 2, NULL, SMF_REQUEST_INITIAL, NAS_GSM_NOT_SUPPORTED_SSC_MODE},
        {NAS_SESSION_UNSTRUCTURED, 1, NULL, SMF_REQUEST_INITIAL, NAS_GSM_UNKNOWN_SESSION_TYPE},
        {NAS_SESSION_IPV4, 1, NULL, SMF_REQUEST_EXISTING, NAS_GSM_SESSION_DOES_NOT_EXIST},
        {NAS_SESSION_IPV4, 1, NULL, SMF_REQUEST_INITIAL_EMERGENCY, NAS_GSM_SERVICE_OPTION_NOT_SUPPORTED},
    };
    world_open(&world, plain);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct nas_message message = {
            .type = NAS_SESSION_ESTABLISHMENT_REQUEST, .pdu_session_id = 1, .pti = 5};
        message.session_establishment_request.session_type = refusals[i].type;
        message.session_establishment_request.ssc_mode = refusals[i].ssc_mode;
        message.session_establishment_request.has.session_type = true;
        message.session_establishment_request.has.ssc_mode = true;
        assert_int_equal(world_ask(&world, 1, refusals[i].request, refusals[i].dnn, &message), SMF_TAKEN);
        assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
        assert_int_equal(world.n1.session_establishment_reject.cause, refusals[i].cause);
        assert_null(world.ue.sessions);
    }
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 0);
    world_close(&world);
}

/* By rule H4: with a cause after which the phone may ask again at once, from another cell (TS 24.501 6.4.1.4). */
static void a_protected_session_does_not_begin_at_a_high_risk_cell(void **state)
{
    (void)state;
    world_open(&world, plain);
    world.ue.withheld_dnn = "internet";
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    assert_int_equal(world.n1.session_establishment_reject.cause, NAS_GSM_REQUEST_REJECTED);
    assert_null(world.ue.sessions);
    assert_int_equal(world.plane.heard[PFCP_SESSION_ESTABLISHMENT_REQUEST], 0);
    world.ue.withheld_dnn = NULL;
    world_establish(&world, 1, 8, NAS_SESSION_IPV4);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
    world_close(&world);
}

static void a_phone_that_asks_for_both_families_is_told_what_it_gets(void **state)
{
    (void)state;
    world_open(&world, "data_networks:\n  - name: internet\n    type: ipv4\n    ipv4: 10.45.0.0/16\n");
    world_establish(&world, 1, 7, NAS_SESSION_IPV4V6);
    assert_int_equal(world_n1(&world)->session_establishment_accept.session_type, NAS_SESSION_IPV4);
    assert_int_equal(world.n1.session_establishment_accept.cause, NAS_GSM_IPV4_ONLY_ALLOWED);
    world_establish(&world, 2, 8, NAS_SESSION_IPV6);
    assert_int_equal(world_n1(&world)->session_establishment_reject.cause, NAS_GSM_IPV4_ONLY_ALLOWED);
    world_close(&world);
}

static void both_families_come_with_an_interface_identifier(void **state)
{
    (void)state;
    static const uint8_t none[8] = {0};
    world_open(&world, plain);
    world_establish(&world, 1, 7, NAS_SESSION_IPV4V6);
    assert_int_equal(world_n1(&world)->session_establishment_accept.session_type, NAS_SESSION_IPV4V6);
    assert_false(world.n1.session_establishment_accept.has.cause);
    assert_memory_not_equal(world.n1.session_establishment_accept.pdu_address.interface_id, none, 8);
    assert_true(world.plane.has_v4 && world.plane.has_v6);
    world_close(&world);
}

static void protocol_options_are_answered(void **state)
{
    (void)state;
    const struct nas_pco_unit asked[] = {
        {.id = NAS_PCO_DNS_IPV4}, {.id = NAS_PCO_IPV4_MTU}, {.id = NAS_PCO_P_CSCF_IPV4}};
    struct nas_message message = {.type = NAS_SESSION_ESTABLISHMENT_REQUEST, .pdu_session_id = 1, .pti = 5};
    message.session_establishment_request.pco = (struct nas_pco){asked, 3};
    message.session_establishment_request.has.pco = true;
    world_open(&world, plain);
    world_ask(&world, 1, SMF_REQUEST_INITIAL, NULL, &message);
    const struct nas_pco *pco = &world_n1(&world)->session_establishment_accept.pco;
    assert_non_null(nas_pco_find(pco, NAS_PCO_DNS_IPV4));
    assert_int_equal(nas_pco_find(pco, NAS_PCO_DNS_IPV4)->content.len, 4);
    assert_int_equal(nas_pco_find(pco, NAS_PCO_IPV4_MTU)->content.data[0] << 8 |
                         nas_pco_find(pco, NAS_PCO_IPV4_MTU)->content.data[1],
                     1400);
    assert_null(nas_pco_find(pco, NAS_PCO_P_CSCF_IPV4));
    world_close(&world);
}

static void an_address_given_back_is_not_given_out_at_once(void **state)
{
    (void)state;
    const struct config_dnn dnn = {
        .name = "internet", .ipv4 = {AF_INET, 29, {10, 45, 0, 0}}, .ipv4_gateway = {AF_INET, {10, 45, 0, 1}}};
    const struct config config = {.smf = {.dnns = &dnn, .dnn_count = 1}};
    struct networks networks = {0};
    struct network *network = network_get(&networks, "internet", &config);
    uint8_t first[4], other[4];
    assert_true(network_take_ipv4(network, "", first));
    assert_int_equal(first[3], 2);
    network_release_ipv4(network, first);
    for (unsigned i = 3; i <= 6; i++) {
        assert_true(network_take_ipv4(network, "", other));
        assert_int_equal(other[3], i);
    }
    assert_true(network_take_ipv4(network, "", other));
    assert_memory_equal(first, other, 4);
    assert_false(network_take_ipv4(network, "", other));
    assert_false(network_claim_ipv4(network, first));
    networks_free(&networks);
}

static void pools_of_planes_stay_as_they_are_when_the_network_is_asked_for_again(void **state)
{
    (void)state;
    const uint8_t own[4] = {10, 46, 0, 1};
    const struct config_dnn dnn = {.name = "internet", .ipv4 = {AF_INET, 29, {10, 45, 0, 0}}};
    const struct config_plane_network pool = {.name = "internet", .ipv4 = {AF_INET, 29, {10, 46, 0, 0}}};
    const struct config_plane plane = {.name = "hill", .networks = &pool, .network_count = 1};
    const struct config config = {.smf = {.dnns = &dnn, .dnn_count = 1}, .planes = &plane, .plane_count = 1};
    struct networks networks = {0};
    uint8_t taken[4];
    network_reserve_ipv4(network_get(&networks, "internet", &config), own);
    assert_true(network_take_ipv4(network_get(&networks, "internet", &config), "hill", taken));
    assert_int_equal(taken[1], 46);
    assert_int_not_equal(taken[3], own[3]);
    networks_free(&networks);
}

static void an_empty_pool_is_a_refusal(void **state)
{
    (void)state;
    world_open(&world, small_pool);
    for (uint8_t psi = 1; psi <= 5; psi++)
        world_session(&world, psi);
    world_establish(&world, 6, 6, NAS_SESSION_IPV4);
    assert_int_equal(world_n1(&world)->session_establishment_reject.cause, NAS_GSM_INSUFFICIENT_RESOURCES);
    smf_release_all(&world.ue);
    world_pump(&world);
    assert_int_equal(world.plane.heard[PFCP_SESSION_DELETION_REQUEST], 5);
    world_session(&world, 6);
    world_close(&world);
}

static void a_request_sent_again_is_answered_once(void **state)
{
    (void)state;
    world_open(&world, plain);
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    assert_int_equal(world_establish(&world, 1, 7, NAS_SESSION_IPV4), SMF_TAKEN);
    assert_int_equal(world.ue.sent, 1);
    world_close(&world);
}

static void a_session_established_anew_replaces_the_old_one(void **state)
{
    (void)state;
    world_open(&world, plain);
    world_session(&world, 1);
    uint64_t old = world.plane.cp_seid;
    world_establish(&world, 1, 9, NAS_SESSION_IPV4);
    assert_int_equal(world.plane.heard[PFCP_SESSION_DELETION_REQUEST], 1);
    assert_int_not_equal(world.plane.cp_seid, old);
    assert_int_equal(world_n1(&world)->pti, 9);
    assert_null(world.ue.sessions->next);
    world_close(&world);
}

static void the_number_of_sessions_is_limited_by_configuration(void **state)
{
    (void)state;
    world_open(&world, "limits:\n  sessions_per_ue: 1\n");
    world_session(&world, 1);
    assert_int_equal(world_establish(&world, 2, 2, NAS_SESSION_IPV4), SMF_MAXIMUM_SESSIONS);
    world_close(&world);
}

static void what_the_gnb_cannot_set_up_is_refused_to_the_phone(void **state)
{
    (void)state;
    static const uint8_t transfer[] = {0};
    world_open(&world, plain);
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    smf_n2_response(&world.ue, 1, N2_SETUP_UNSUCCESSFUL, BYTES(transfer));
    world_pump(&world);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    assert_null(world.ue.sessions);
    assert_int_equal(world.plane.heard[PFCP_SESSION_DELETION_REQUEST], 1);
    world_close(&world);
}

static void without_the_store_no_session_is_promised(void **state)
{
    (void)state;
    world_open(&world, plain);
    store_inject(world.store, STORE_FULL, 0);
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    store_inject(world.store, STORE_OK, 0);
    world_pump(&world);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    assert_null(world.ue.sessions);
    world_close(&world);
}

static void an_accept_waits_until_the_phone_is_reachable(void **state)
{
    (void)state;
    world_open(&world, plain);
    world.ue.connected = false;
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    assert_int_equal(world.ue.sent, 0);
    assert_int_equal(smf_pending(&world.ue), 1 << 1);
    world.ue.connected = true;
    smf_reachable(&world.ue);
    world_pump(&world);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
    world_close(&world);
}

static void ask_release(uint8_t psi, uint8_t pti)
{
    struct nas_message message = {.type = NAS_SESSION_RELEASE_REQUEST, .pdu_session_id = psi, .pti = pti};
    world_ask(&world, psi, SMF_REQUEST_ABSENT, NULL, &message);
}

static void complete_release(uint8_t psi, uint8_t pti)
{
    struct nas_message message = {.type = NAS_SESSION_RELEASE_COMPLETE, .pdu_session_id = psi, .pti = pti};
    world_ask(&world, psi, SMF_REQUEST_ABSENT, NULL, &message);
}

static bool never(void *context, const char *supi, uint8_t psi, struct bytes blob)
{
    (void)supi;
    (void)psi;
    (void)blob;
    ++*(unsigned *)context;
    return true;
}

static void a_phone_releases_its_session(void **state)
{
    (void)state;
    unsigned rows = 0;
    world_open(&world, plain);
    world_session(&world, 1);
    ask_release(1, 4);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
    assert_int_equal(world.n1.pti, 4);
    assert_int_equal(world.ue.n2, N2_RELEASE_COMMAND);
    complete_release(1, 4);
    assert_null(world.ue.sessions);
    assert_int_equal(world.core.sessions, 0);
    store_session_each(world.store, NULL, never, &rows);
    assert_int_equal(rows, 0);
    ask_release(1, 5);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_REJECT);
    assert_int_equal(world.n1.session_release_reject.cause, NAS_GSM_INVALID_SESSION_IDENTITY);
    world_close(&world);
}

static void the_networks_release_is_repeated_and_then_done_alone(void **state)
{
    (void)state;
    world_open(&world, plain);
    world_session(&world, 1);
    unsigned before = world.ue.sent;
    assert_true(smf_admin_release(&world.ue, 1));
    world_pump(&world);
    assert_int_equal(world.ue.sent, before + 1);
    world_wait(&world, world.config->smf.t3592);
    assert_int_equal(world.ue.sent, before + 2);
    assert_int_equal(world.ue.n2, N2_NONE);
    world_wait(&world, 10 * world.config->smf.t3592);
    assert_null(world.ue.sessions);
    world_close(&world);
}

static void the_phone_asks_for_a_modification(void **state)
{
    (void)state;
    struct nas_message ask = {.type = NAS_SESSION_MODIFICATION_REQUEST, .pdu_session_id = 1, .pti = 3};
    struct nas_message done = {.type = NAS_SESSION_MODIFICATION_COMPLETE, .pdu_session_id = 1, .pti = 3};
    ask.session_modification_request.always_on_requested = 1;
    ask.session_modification_request.has.always_on_requested = true;
    world_open(&world, plain);
    struct session *session = world_session(&world, 1);
    world_ask(&world, 1, SMF_REQUEST_MODIFICATION, NULL, &ask);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_COMMAND);
    assert_int_equal(world.n1.session_modification_command.always_on, 1);
    assert_non_null(session->procedure);
    world_ask(&world, 1, SMF_REQUEST_ABSENT, NULL, &done);
    assert_null(session->procedure);
    world_close(&world);
}

static void a_session_can_be_looked_at(void **state)
{
    (void)state;
    struct smf_session_view view;
    struct smf_plane_view plane;
    world_open(&world, plain);
    struct session *session = world_session(&world, 1);
    assert_true(smf_view(&world.ue, 1, &view));
    assert_true(view.active && view.has_ipv4);
    assert_string_equal(view.dnn, "internet");
    assert_memory_equal(view.ipv4, session->ipv4, 4);
    assert_true(smf_plane(&world.core, 0, &plane));
    assert_true(plane.associated);
    assert_int_equal(plane.sessions, 1);
    assert_false(smf_plane(&world.core, 1, &plane));
    assert_false(smf_view(&world.ue, 2, &view));
    world_close(&world);
}

static void a_session_waits_a_moment_for_the_first_plane(void **state)
{
    (void)state;
    world_open(&world, plain);
    struct upf *upf = world.core.smf->upfs;
    upf->associated = false;
    assert_int_equal(world_establish(&world, 1, 7, NAS_SESSION_IPV4), SMF_TAKEN);
    assert_int_equal(world.ue.sent, 0);
    upf->associated = true;
    world_wait(&world, MILLISECONDS(100));
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_ACCEPT);
    assert_int_equal(world.n1.pti, 7);
    world_close(&world);
}

static void and_no_longer(void **state)
{
    (void)state;
    world_open(&world, "smf: {plane_wait: 1s}\n");
    world.core.smf->upfs->associated = false;
    world_establish(&world, 1, 7, NAS_SESSION_IPV4);
    world.core.smf->upfs->associated = false;
    world_wait(&world, MILLISECONDS(1100));
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_ESTABLISHMENT_REJECT);
    assert_null(world.ue.sessions);
    world_close(&world);
}

static void a_changed_subscription_changes_the_session(void **state)
{
    (void)state;
    struct nas_message done = {.type = NAS_SESSION_MODIFICATION_COMPLETE, .pdu_session_id = 1};
    world_open(&world, plain);
    world_session(&world, 1);
    world_change_rate(&world, 5000000);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_COMMAND);
    assert_int_equal(world.n1.session_modification_command.session_ambr.downlink, 5000000);
    assert_int_equal(world.ue.n2, N2_MODIFY_REQUEST);
    assert_int_equal(world.plane.mbr_downlink, 5000);
    world_ask(&world, 1, SMF_REQUEST_ABSENT, NULL, &done);
    assert_null(world.ue.sessions->procedure);
    assert_int_equal(store_subscriber_remove(world.store, "imsi-999700000000001"), STORE_OK);
    smf_subscription_changed(&world.ue);
    world_pump(&world);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
    world_close(&world);
}

static void a_subscription_that_changes_during_establishment_waits_for_its_end(void **state)
{
    (void)state;
    world_open(&world, plain);
    world_establish(&world, 1, 1, NAS_SESSION_IPV4);
    unsigned sent = world.ue.sent;
    world_change_rate(&world, 5000000);
    assert_int_equal(world.ue.sent, sent);
    assert_int_equal(world.ue.looked_at_again, 0);
    world_gnb_accepts(&world, 1, 0x901);
    assert_int_equal(world.ue.looked_at_again, 1);
    smf_subscription_changed(&world.ue);
    world_pump(&world);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_COMMAND);
    world_close(&world);
}

static void it_is_followed_though_the_gnb_never_answers(void **state)
{
    (void)state;
    static const struct config_prefix behind = {.family = AF_INET, .length = 24, .address = {10, 9, 8}};
    world_open(&world, plain);
    world_establish(&world, 1, 1, NAS_SESSION_IPV4);
    world_put_routes(&world, &behind, 1);
    smf_subscription_changed(&world.ue);
    world_wait(&world, world.config->amf.timers.n2_procedure);
    assert_null(session_find(&world.ue, 1)->procedure);
    assert_int_equal(world.ue.looked_at_again, 1);
    smf_subscription_changed(&world.ue);
    world_pump(&world);
    assert_int_equal(world_n1(&world)->session_release_command.cause, NAS_GSM_REACTIVATION_REQUESTED);
    world_close(&world);
}

static void stray_messages_get_a_status(void **state)
{
    (void)state;
    static const uint8_t unknown[] = {0x2e, 1, 7, 0xe0};
    struct smf_n1 n1 = {.pdu_session_id = 1, .payload = BYTES(unknown)};
    world_open(&world, plain);
    complete_release(1, 4);
    assert_int_equal(world_n1(&world)->gsm_status.cause, NAS_GSM_PTI_MISMATCH);
    world_establish(&world, 1, 0, NAS_SESSION_IPV4);
    assert_int_equal(world_n1(&world)->gsm_status.cause, NAS_GSM_INVALID_PTI);
    smf_n1_message(&world.ue, &n1);
    assert_int_equal(world_n1(&world)->gsm_status.cause, NAS_MESSAGE_TYPE_UNKNOWN);
    world_close(&world);
}

static void memory_per_idle_session_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct session) <= 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phone_gets_an_address_and_packets_flow),
        cmocka_unit_test(the_gnb_is_told_the_planes_tunnel),
        cmocka_unit_test(what_cannot_be_granted_is_refused_with_its_cause),
        cmocka_unit_test(a_protected_session_does_not_begin_at_a_high_risk_cell),
        cmocka_unit_test(a_phone_that_asks_for_both_families_is_told_what_it_gets),
        cmocka_unit_test(both_families_come_with_an_interface_identifier),
        cmocka_unit_test(protocol_options_are_answered),
        cmocka_unit_test(an_address_given_back_is_not_given_out_at_once),
        cmocka_unit_test(pools_of_planes_stay_as_they_are_when_the_network_is_asked_for_again),
        cmocka_unit_test(an_empty_pool_is_a_refusal),
        cmocka_unit_test(a_request_sent_again_is_answered_once),
        cmocka_unit_test(a_session_established_anew_replaces_the_old_one),
        cmocka_unit_test(the_number_of_sessions_is_limited_by_configuration),
        cmocka_unit_test(what_the_gnb_cannot_set_up_is_refused_to_the_phone),
        cmocka_unit_test(without_the_store_no_session_is_promised),
        cmocka_unit_test(an_accept_waits_until_the_phone_is_reachable),
        cmocka_unit_test(a_phone_releases_its_session),
        cmocka_unit_test(the_networks_release_is_repeated_and_then_done_alone),
        cmocka_unit_test(the_phone_asks_for_a_modification),
        cmocka_unit_test(a_session_can_be_looked_at),
        cmocka_unit_test(a_session_waits_a_moment_for_the_first_plane),
        cmocka_unit_test(and_no_longer),
        cmocka_unit_test(a_changed_subscription_changes_the_session),
        cmocka_unit_test(a_subscription_that_changes_during_establishment_waits_for_its_end),
        cmocka_unit_test(it_is_followed_though_the_gnb_never_answers),
        cmocka_unit_test(stray_messages_get_a_status),
        cmocka_unit_test(memory_per_idle_session_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
