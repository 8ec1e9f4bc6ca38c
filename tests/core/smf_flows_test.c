/* SPDX-License-Identifier: Apache-2.0 */
/* QoS flows that come, change and go: plane, gNB and phone take part, or nothing changes (TS 23.502 4.3.3.2, TS 24.501 6.4.2). */
#include "smf_world.h"

#define GENEROUS                                                                   \
    "data_networks:\n  - name: internet\n    type: ipv4\n    ipv4: 10.45.0.0/16\n" \
    "    requested_fiveqis: [1, 5]\n    requested_gbr_uplink: 1 Mbps\n"            \
    "    requested_gbr_downlink: 1 Mbps\n"

static const char generous[] = GENEROUS;

static const char named[] =
    GENEROUS "planes:\n  - {name: a, n4: 127.0.0.7, n3: [127.0.0.7], data_networks: [{name: internet}]}\n";

enum { KBPS_128 = 128000, PTI = 9 };

static struct world world;

/* An open session of a phone that may ask for voice. */
static struct session *open_session(const char *yaml)
{
    world_open(&world, yaml);
    return world_session(&world, 1);
}

static void ask(struct nas_qos_flow flow, struct nas_qos_rule rule)
{
    struct nas_message message = {.type = NAS_SESSION_MODIFICATION_REQUEST, .pdu_session_id = 1, .pti = PTI};
    message.session_modification_request.qos_flows = (struct nas_qos_flows){&flow, flow.operation != 0};
    message.session_modification_request.qos_rules = (struct nas_qos_rules){&rule, 1};
    message.session_modification_request.has.qos_flows = flow.operation != 0;
    message.session_modification_request.has.qos_rules = true;
    assert_int_equal(world_ask(&world, 1, SMF_REQUEST_MODIFICATION, NULL, &message), SMF_TAKEN);
}

/* A flow for voice and the rule that leads into it. */
static void ask_voice(void)
{
    static const struct nas_filter_component udp = {NAS_FILTER_PROTOCOL, {(const uint8_t *)"\x11", 1}};
    static const struct nas_packet_filter filter = {
        .direction = NAS_FILTER_BOTH, .components = &udp, .count = 1};
    ask((struct nas_qos_flow){.operation = NAS_FLOW_CREATE,
                              .complete = true,
                              .five_qi = 1,
                              .gfbr_uplink = KBPS_128,
                              .gfbr_downlink = KBPS_128,
                              .mfbr_uplink = KBPS_128,
                              .mfbr_downlink = KBPS_128,
                              .has = {.five_qi = true,
                                      .gfbr_uplink = true,
                                      .gfbr_downlink = true,
                                      .mfbr_uplink = true,
                                      .mfbr_downlink = true}},
        (struct nas_qos_rule){.operation = NAS_RULE_CREATE,
                              .has_precedence = true,
                              .precedence = 70,
                              .has_qfi = true,
                              .filters = &filter,
                              .count = 1});
}

static void phone_answers(uint8_t type, uint8_t pti)
{
    struct nas_message message = {.type = type, .pdu_session_id = 1, .pti = pti};
    message.session_modification_command_reject.cause =
        type == NAS_SESSION_MODIFICATION_COMMAND_REJECT ? NAS_GSM_SEMANTIC_ERROR_QOS : 0;
    world_ask(&world, 1, SMF_REQUEST_ABSENT, NULL, &message);
}

/* A session with its flow for voice. */
static struct session *voice_session(void)
{
    struct session *session = open_session(generous);
    ask_voice();
    world_gnb_modifies(&world, 1, false, 0);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, PTI);
    assert_null(session->procedure);
    assert_non_null(qos_find_flow(session->qos, 2));
    return session;
}

static const struct ngap_pdu_session_resource_modify_request_transfer *transfer(void)
{
    const struct ngap_pdu_session_resource_modify_request_transfer *request;
    struct aper_diagnostics diagnostics;
    assert_int_equal(world.ue.n2, N2_MODIFY_REQUEST);
    assert_int_equal(
        ngap_decode_pdu_session_resource_modify_request_transfer(
            bytes_of(world.ue.transfer, world.ue.transfer_size), &world.memory, &request, &diagnostics),
        NGAP_OK);
    return request;
}

/* Plane, session and store are as before the request. */
static void assert_unchanged(const struct session *session)
{
    assert_null(session->procedure);
    assert_null(session->qos);
    assert_null(session->qos_before);
    assert_int_equal(world.plane.pdrs, 2);
    assert_int_equal(world.plane.qers, 3);
}

static void assert_rejected(uint8_t cause)
{
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_REJECT);
    assert_int_equal(world.n1.pti, PTI);
    assert_int_equal(world.n1.session_modification_reject.cause, cause);
}

static void plane_gnb_and_phone_are_told_of_a_new_flow(void **state)
{
    (void)state;
    struct session *session = open_session(generous);
    ask_voice();
    assert_int_equal(world.plane.pdrs, 4);
    assert_int_equal(world.plane.qers, 4);
    assert_int_equal(world.plane.marks, 2);
    assert_string_equal(world.plane.filter, "permit out 17 from any to assigned");
    const struct nas_session_modification_command *command = &world_n1(&world)->session_modification_command;
    assert_int_equal(world.n1.type, NAS_SESSION_MODIFICATION_COMMAND);
    assert_int_equal(world.n1.pti, PTI);
    assert_int_equal(command->qos_flows.items[0].qfi, 2);
    assert_int_equal(command->qos_flows.items[0].gfbr_uplink, KBPS_128);
    assert_int_equal(command->qos_rules.items[0].id, 2);
    assert_int_equal(command->qos_rules.items[0].qfi, 2);
    assert_int_equal(command->qos_rules.items[0].filters[0].id, 1);
    const struct ngap_qos_flow_add_or_modify_request_item *flow =
        transfer()->qos_flow_add_or_modify_request_list.items;
    assert_int_equal(flow->qos_flow_identifier, 2);
    assert_int_equal(flow->qos_flow_level_qos_parameters->gbr_qos_information->guaranteed_flow_bit_rate_dl,
                     KBPS_128);
    world_gnb_modifies(&world, 1, false, 0);
    assert_non_null(session->procedure);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, PTI);
    assert_null(session->procedure);
    assert_null(session->qos_before);
    struct smf_flow_view view;
    assert_true(smf_view_flow(&world.ue, 1, 0, &view));
    assert_int_equal(view.rules, 1);
    world_close(&world);
}

static void a_user_plane_set_up_again_has_all_flows(void **state)
{
    (void)state;
    struct smf_setup_item items[SMF_SESSIONS_PER_UE];
    const struct ngap_pdu_session_resource_setup_request_transfer *request;
    struct aper_diagnostics diagnostics;
    voice_session();
    smf_deactivate(&world.ue, 1 << 1);
    world_pump(&world);
    assert_int_equal(smf_activate(&world.ue, 1 << 1, items), 1);
    assert_int_equal(ngap_decode_pdu_session_resource_setup_request_transfer(items[0].transfer, &world.memory,
                                                                             &request, &diagnostics),
                     NGAP_OK);
    assert_int_equal(request->qos_flow_setup_request_list.count, 2);
    world_close(&world);
}

static void what_is_not_allowed_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    struct session *session = open_session("");
    unsigned before = world.plane.heard[PFCP_SESSION_MODIFICATION_REQUEST];
    ask_voice();
    assert_rejected(NAS_GSM_QOS_NOT_ACCEPTED);
    assert_int_equal(world.plane.heard[PFCP_SESSION_MODIFICATION_REQUEST], before);
    assert_unchanged(session);
    world_close(&world);
}

static void a_subscriber_may_have_flows_of_his_own(void **state)
{
    (void)state;
    static const uint8_t voice[] = {1};
    struct store_subscriber subscriber;
    open_session("");
    assert_int_equal(store_subscriber_get(world.store, "imsi-999700000000001", &world.memory, &subscriber),
                     STORE_OK);
    struct store_dnn *dnn = (struct store_dnn *)subscriber.slices[0].dnns;
    dnn->has_flows = true;
    dnn->fiveqis = voice;
    dnn->fiveqi_count = 1;
    dnn->gbr_uplink = dnn->gbr_downlink = KBPS_128;
    assert_int_equal(store_subscriber_put(world.store, &subscriber), STORE_OK);
    ask_voice();
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_COMMAND);
    world_close(&world);
}

static void what_the_plane_refuses_changes_nothing(void **state)
{
    (void)state;
    struct session *session = open_session(generous);
    unsigned sent = world.ue.sent;
    world.plane.flows_cause = PFCP_NO_RESOURCES_AVAILABLE;
    ask_voice();
    assert_rejected(NAS_GSM_INSUFFICIENT_RESOURCES);
    assert_int_equal(world.n1.session_modification_reject.back_off_timer, 30);
    assert_int_equal(world.ue.sent, sent + 1);
    assert_unchanged(session);
    world_close(&world);
}

static void what_the_gnb_refuses_is_taken_back_from_the_plane(void **state)
{
    (void)state;
    struct session *session = open_session(generous);
    ask_voice();
    world_gnb_modifies(&world, 1, true, 0);
    assert_rejected(NAS_GSM_INSUFFICIENT_RESOURCES);
    assert_unchanged(session);
    world_close(&world);
}

static void a_flow_that_the_gnb_refuses_is_taken_back_from_the_phone(void **state)
{
    (void)state;
    struct session *session = open_session(generous);
    ask_voice();
    world_gnb_modifies(&world, 1, false, 2);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, PTI);
    const struct nas_session_modification_command *command = &world_n1(&world)->session_modification_command;
    assert_int_equal(world.n1.pti, 0);
    assert_int_equal(command->qos_flows.items[0].operation, NAS_FLOW_DELETE);
    assert_int_equal(command->qos_rules.items[0].operation, NAS_RULE_DELETE);
    world_gnb_modifies(&world, 1, false, 0);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, 0);
    assert_unchanged(session);
    world_close(&world);
}

static void what_the_phone_refuses_is_taken_back_from_the_gnb(void **state)
{
    (void)state;
    struct session *session = open_session(generous);
    ask_voice();
    world_gnb_modifies(&world, 1, false, 0);
    phone_answers(NAS_SESSION_MODIFICATION_COMMAND_REJECT, PTI);
    assert_int_equal(world.ue.n1_size, 0);
    assert_int_equal(transfer()->qos_flow_to_release_list.items[0].qos_flow_identifier, 2);
    assert_unchanged(session);
    world_close(&world);
}

static void a_phone_that_never_answers_leaves_nothing_behind(void **state)
{
    (void)state;
    struct session *session = open_session(generous);
    unsigned sent = world.ue.sent;
    ask_voice();
    world_gnb_modifies(&world, 1, false, 0);
    world_wait(&world, 6 * world.config->smf.t3591);
    assert_int_equal(world.ue.sent, sent + NAS_TRANSMISSIONS + 1); /* the last one to the gNB */
    assert_unchanged(session);
    world_close(&world);
}

/* Whichever write it is that fails: the phone is told of the flow and it is stored, or it is refused and nothing has changed. */
static void without_the_store_no_flow_is_promised(void **state)
{
    (void)state;
    unsigned refusals = 0;
    for (unsigned after = 0; after < 6; after++) {
        struct session *session = open_session(generous);
        store_inject(world.store, STORE_FULL, after);
        ask_voice();
        store_inject(world.store, STORE_OK, 0);
        world_pump(&world);
        if (world_n1(&world)->type == NAS_SESSION_MODIFICATION_REJECT) {
            refusals++;
            assert_int_equal(world.n1.session_modification_reject.cause, NAS_GSM_REQUEST_REJECTED);
            assert_false(world.n1.session_modification_reject.has.back_off_timer);
            assert_unchanged(session);
        } else {
            world_restart_core(&world);
            assert_non_null(qos_find_flow(session_find(&world.ue, 1)->qos, 2));
        }
        world_close(&world);
    }
    assert_true(refusals > 0);
}

static void a_request_repeated_after_a_restart_is_answered_again(void **state)
{
    (void)state;
    open_session(generous);
    ask_voice();
    world.ue.n1_size = 0;
    world_restart_core(&world);
    world_wait(&world, SECONDS(1));
    assert_int_equal(world.plane.pdrs, 4);
    ask_voice();
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_COMMAND);
    assert_int_equal(world.n1.session_modification_command.qos_flows.items[0].qfi, 2);
    world_gnb_modifies(&world, 1, false, 0);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, PTI);
    assert_null(session_find(&world.ue, 1)->qos_before);
    world_close(&world);
}

static void an_answer_after_a_restart_counts(void **state)
{
    (void)state;
    open_session(generous);
    ask_voice();
    world_restart_core(&world);
    world_wait(&world, SECONDS(1));
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, PTI);
    const struct session *session = session_find(&world.ue, 1);
    assert_null(session->qos_before);
    assert_non_null(qos_find_flow(session->qos, 2));
    world_restart_core(&world);
    world_wait(&world, SECONDS(1));
    assert_non_null(qos_find_flow(session_find(&world.ue, 1)->qos, 2));
    assert_int_equal(world.plane.pdrs, 4);
    world_close(&world);
}

/* The plane took a flow while it was cut off; the change was undone, and it is found out only by the next process. */
static void what_a_silent_plane_may_have_taken_is_told_anew_after_a_restart(void **state)
{
    (void)state;
    open_session(generous);
    world.plane.falls_silent = true;
    ask_voice();
    world_wait(&world, SECONDS(20));
    assert_rejected(NAS_GSM_INSUFFICIENT_RESOURCES);
    assert_int_equal(world.plane.pdrs, 4);
    world.plane.silent = world.plane.falls_silent = false;
    world_restart_core(&world);
    world_wait(&world, SECONDS(1));
    assert_unchanged(session_find(&world.ue, 1));
    assert_true(world.plane.restored);
    world.plane.restored = false;
    world_restart_core(&world);
    world_wait(&world, SECONDS(1));
    assert_false(world.plane.restored); /* there is no doubt any more */
    world_close(&world);
}

/* It has not heard yet that it is associated when the change reaches it, and refuses that. */
static void a_plane_that_associates_anew_meanwhile_ends_the_change(void **state)
{
    (void)state;
    struct session *session = open_session(generous);
    struct pfcp_message setup = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id = {.ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}}},
                                      .recovery_time_stamp = world.plane.time_stamp,
                                      .has_session_retention = true,
                                      .has_up_features = true,
                                      .up_features = PFCP_UP_FTUP | PFCP_UP_RESPS},
    };
    world.plane.silent = true;
    ask_voice();
    world.plane.silent = false;
    const uint32_t sequence = world.core.smf->sequence;
    world_from_plane(&world, &setup);
    struct pfcp_message refusal = {
        .type = PFCP_SESSION_MODIFICATION_RESPONSE,
        .seid = session->seid,
        .sequence = sequence,
        .session_modification_response = {.cause = PFCP_NO_ESTABLISHED_ASSOCIATION},
    };
    world_from_plane(&world, &refusal);
    world_wait(&world, SECONDS(1));
    assert_rejected(NAS_GSM_INSUFFICIENT_RESOURCES);
    assert_unchanged(session);
    ask_voice();
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_COMMAND);
    assert_int_equal(world.plane.pdrs, 4);
    world_close(&world);
}

/* One more rule into the flow for voice; to the store, the gNB and the phone, too. */
static void add_rule(unsigned number)
{
    const uint8_t port[] = {(uint8_t)(number >> 8), (uint8_t)number};
    const struct nas_filter_component remote_port = {NAS_FILTER_REMOTE_PORT, BYTES(port)};
    const struct nas_packet_filter filter = {
        .direction = NAS_FILTER_BOTH, .components = &remote_port, .count = 1};
    ask((struct nas_qos_flow){0}, (struct nas_qos_rule){.operation = NAS_RULE_CREATE,
                                                        .has_precedence = true,
                                                        .precedence = (uint8_t)(70 + number),
                                                        .has_qfi = true,
                                                        .qfi = 2,
                                                        .filters = &filter,
                                                        .count = 1});
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_COMMAND);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, PTI);
}

static void all_rules_of_a_phone_with_networks_behind_it_are_told_and_restored(void **state)
{
    struct config_prefix behind[16];
    (void)state;
    for (unsigned i = 0; i < 16; i++)
        behind[i] = (struct config_prefix){
            .family = AF_INET, .length = 24, .address = {192, 168, (uint8_t)(100 + i), 0}};
    world_open(&world, generous);
    world.plane.features = PFCP_UP_FRRT;
    world.plane.time_stamp++;
    world_wait(&world, world.config->smf.pfcp_heartbeat + SECONDS(1));
    world_put_routes(&world, behind, 16);
    const struct session *session = world_session(&world, 1);
    ask_voice();
    world_gnb_modifies(&world, 1, false, 0);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, PTI);
    for (unsigned i = 1; i < QOS_RULES; i++)
        add_rule(i);
    assert_null(session->procedure);
    assert_int_equal(world.plane.pdrs, 2 + 2 * QOS_RULES);
    world.plane = (struct plane){.time_stamp = 2000, .features = PFCP_UP_FRRT};
    world_wait(&world, world.config->smf.pfcp_heartbeat + SECONDS(1));
    assert_int_equal(world.plane.pdrs, 2 + 2 * QOS_RULES);
    assert_int_equal(world.plane.routes[0], 16);
    assert_false(session->n4_lost);
    world_close(&world);
}

/* --- what no message can hold: here it is the data network's name in the plane --- */

static char endless[PFCP_MESSAGE_BYTES + 1];

static struct session *open_endless(void)
{
    struct session *session = open_session(named);
    memset(endless, 'a', sizeof endless - 1);
    ((struct config_plane_network *)world.config->planes[0].networks)->network_instance = endless;
    return session;
}

static void a_change_that_cannot_be_sent_is_undone(void **state)
{
    (void)state;
    struct session *session = open_endless();
    ask_voice();
    assert_rejected(NAS_GSM_INSUFFICIENT_RESOURCES);
    assert_unchanged(session);
    world_close(&world);
}

static void so_is_one_that_has_waited_for_its_turn(void **state)
{
    (void)state;
    struct session *session = open_endless();
    world.plane.silent = true;
    n4_sync(session);
    ask_voice();
    assert_non_null(session->procedure);
    world.plane.silent = false;
    world_wait(&world, 2 * world.config->smf.pfcp_t1);
    assert_rejected(NAS_GSM_INSUFFICIENT_RESOURCES);
    assert_unchanged(session);
    world_close(&world);
}

static void a_session_that_cannot_be_restored_is_to_be_established_anew(void **state)
{
    (void)state;
    open_endless();
    world.plane = (struct plane){.time_stamp = 2000};
    world_wait(&world, world.config->smf.pfcp_heartbeat + SECONDS(1));
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_RELEASE_COMMAND);
    assert_int_equal(world.n1.session_release_command.cause, NAS_GSM_REACTIVATION_REQUESTED);
    world_close(&world);
}

static void the_phone_gives_its_flow_back(void **state)
{
    (void)state;
    struct session *session = voice_session();
    ask((struct nas_qos_flow){.qfi = 2, .operation = NAS_FLOW_DELETE},
        (struct nas_qos_rule){.id = 2, .operation = NAS_RULE_DELETE});
    assert_int_equal(transfer()->qos_flow_to_release_list.count, 1);
    world_gnb_modifies(&world, 1, false, 0);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, PTI);
    assert_unchanged(session);
    world_close(&world);
}

static void the_network_adds_and_releases_flows(void **state)
{
    (void)state;
    struct session *session = open_session("");
    const char *why;
    struct smf_flow_order order = {
        .fiveqi = 5, .precedence = 100, .filter = {.remote_port = 5060, .protocol = 17}};
    assert_int_equal(smf_admin_add_flow(&world.ue, 1, &order, &why), SMF_FLOW_BEGUN);
    world_pump(&world);
    assert_int_equal(world_n1(&world)->pti, 0);
    assert_string_equal(world.plane.filter, "permit out 17 from any 5060 to assigned");
    assert_int_equal(smf_admin_release_flow(&world.ue, 1, 2), SMF_FLOW_BUSY);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, 0);
    assert_int_equal(smf_admin_release_flow(&world.ue, 1, 3), SMF_FLOW_UNKNOWN);
    assert_int_equal(smf_admin_release_flow(&world.ue, 1, 2), SMF_FLOW_BEGUN);
    world_pump(&world);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, 0);
    assert_unchanged(session);
    order.fiveqi = 99;
    assert_int_equal(smf_admin_add_flow(&world.ue, 1, &order, &why), SMF_FLOW_REFUSED);
    assert_int_equal(smf_admin_add_flow(&world.ue, 2, &order, &why), SMF_FLOW_NO_SESSION);
    world_close(&world);
}

static void a_subscription_that_no_longer_allows_a_flow_takes_it(void **state)
{
    (void)state;
    struct store_subscriber subscriber;
    struct session *session = voice_session();
    assert_int_equal(store_subscriber_get(world.store, "imsi-999700000000001", &world.memory, &subscriber),
                     STORE_OK);
    ((struct store_dnn *)subscriber.slices[0].dnns)->has_flows = true;
    assert_int_equal(store_subscriber_put(world.store, &subscriber), STORE_OK);
    smf_subscription_changed(&world.ue);
    world_pump(&world);
    assert_int_equal(world_n1(&world)->session_modification_command.qos_flows.items[0].operation,
                     NAS_FLOW_DELETE);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, 0);
    assert_unchanged(session);
    world_close(&world);
}

static void a_flow_that_the_gnb_gives_up_ends(void **state)
{
    (void)state;
    uint8_t bytes[256];
    struct writer w = writer_of(bytes, sizeof bytes);
    struct fault fault;
    const struct ngap_qos_flow_with_cause_item gone = {
        2, {.which = NGAP_CAUSE_NAS, .nas = NGAP_CAUSE_NAS_UNSPECIFIED}};
    const struct ngap_pdu_session_resource_notify_transfer notify = {.qos_flow_released_list = {&gone, 1}};
    struct session *session = voice_session();
    assert_true(ngap_encode_pdu_session_resource_notify_transfer(&w, &notify, &fault));
    smf_n2_response(&world.ue, 1, N2_NOTIFY, writer_bytes(&w));
    world_pump(&world);
    assert_int_equal(world.ue.n2, N2_NONE);
    assert_int_equal(world_n1(&world)->session_modification_command.qos_flows.items[0].operation,
                     NAS_FLOW_DELETE);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, 0);
    assert_unchanged(session);
    world_close(&world);
}

static void what_is_not_served_is_refused_with_its_cause(void **state)
{
    (void)state;
    static const uint8_t something[] = {1, 2, 3, 4};
    struct nas_message message = {.type = NAS_SESSION_MODIFICATION_REQUEST, .pdu_session_id = 1, .pti = PTI};
    struct nas_session_modification_request *request = &message.session_modification_request;
    struct session *session = open_session(generous);
    request->mapped_eps_bearers = BYTES(something);
    request->has.mapped_eps_bearers = true;
    world_ask(&world, 1, SMF_REQUEST_MODIFICATION, NULL, &message);
    assert_rejected(NAS_GSM_INVALID_MAPPED_EPS_BEARER);
    request->has.mapped_eps_bearers = false;
    request->slaa_container = BYTES(something);
    request->has.slaa_container = true;
    world_ask(&world, 1, SMF_REQUEST_MODIFICATION, NULL, &message);
    assert_rejected(NAS_GSM_UAS_NOT_ALLOWED);
    request->has.slaa_container = false;
    request->port_management = BYTES(something);
    request->has.port_management = true;
    world_ask(&world, 1, SMF_REQUEST_MODIFICATION, NULL, &message);
    assert_rejected(NAS_GSM_SERVICE_OPTION_NOT_SUPPORTED);
    message.pti = 0;
    world_ask(&world, 1, SMF_REQUEST_MODIFICATION, NULL, &message);
    assert_int_equal(world_n1(&world)->gsm_status.cause, NAS_GSM_INVALID_PTI);
    assert_unchanged(session);
    world_close(&world);
}

/* Rules whose coding is wrong: a packet filter component that does not exist, and a rule that is cut off. */
static void coding_that_cannot_be_read_is_refused(void **state)
{
    (void)state;
    static const uint8_t bad_filter[] = {0x2e, 1, PTI, 0xc9, 0x7a, 0, 9, 0, 0, 6, 0x21, 0x30, 1, 0xfe, 70, 0};
    static const uint8_t cut_rule[] = {0x2e, 1, PTI, 0xc9, 0x7a, 0, 4, 0, 0, 9, 0x21};
    struct smf_n1 n1 = {.pdu_session_id = 1, .payload = BYTES(bad_filter)};
    struct session *session = open_session(generous);
    smf_n1_message(&world.ue, &n1);
    assert_rejected(NAS_GSM_SYNTACTICAL_ERROR_FILTERS);
    n1.payload = BYTES(cut_rule);
    smf_n1_message(&world.ue, &n1);
    assert_rejected(NAS_GSM_SYNTACTICAL_ERROR_QOS);
    assert_unchanged(session);
    world_close(&world);
}

static void what_the_phone_supports_is_remembered(void **state)
{
    (void)state;
    struct nas_message message = {.type = NAS_SESSION_MODIFICATION_REQUEST, .pdu_session_id = 1, .pti = PTI};
    struct nas_session_modification_request *request = &message.session_modification_request;
    request->maximum_packet_filters = 100;
    request->gsm_capability.reflective_qos = true;
    request->integrity_rate = (struct nas_integrity_rate){0, 255};
    request->has.maximum_packet_filters = request->has.gsm_capability = request->has.integrity_rate = true;
    open_session("");
    world_ask(&world, 1, SMF_REQUEST_MODIFICATION, NULL, &message);
    assert_int_equal(world_n1(&world)->type, NAS_SESSION_MODIFICATION_COMMAND);
    phone_answers(NAS_SESSION_MODIFICATION_COMPLETE, PTI);
    world_restart_core(&world);
    const struct session *session = session_find(&world.ue, 1);
    assert_int_equal(session->packet_filters, 100);
    assert_true(session->reflective_qos);
    assert_int_equal(session->integrity_rate.uplink, 0);
    assert_int_equal(session->integrity_rate.downlink, 255);
    world_close(&world);
}

static void sessions_of_a_phone_share_its_rate_in_the_plane(void **state)
{
    (void)state;
    world_open(&world, "");
    world_session(&world, 1);
    uint32_t shared = world.plane.ue_rate.correlation_id;
    assert_int_not_equal(shared, 0);
    assert_int_equal(world.plane.ue_rate.mbr.uplink, 1000000);
    assert_int_equal(world.plane.ue_rate.mbr.downlink, 2000000);
    world_session(&world, 2);
    assert_int_equal(world.plane.ue_rate.correlation_id, shared);
    world.ue.ambr_downlink = 5000000;
    smf_subscription_changed(&world.ue);
    world_pump(&world);
    assert_int_equal(world.plane.ue_rate.mbr.downlink, 5000);
    world_close(&world);
}

static void a_full_plane_is_a_refusal(void **state)
{
    (void)state;
    world_open(&world,
               "planes:\n  - name: default\n    n4: 127.0.0.7\n    n3: [127.0.0.7]\n    sessions: 1\n");
    world_session(&world, 1);
    world_establish(&world, 2, 2, NAS_SESSION_IPV4);
    assert_int_equal(world_n1(&world)->session_establishment_reject.cause, NAS_GSM_INSUFFICIENT_RESOURCES);
    assert_int_equal(world.n1.session_establishment_reject.back_off_timer, 30);
    world_close(&world);
}

static void a_full_data_network_is_a_refusal(void **state)
{
    (void)state;
    world_open(&world, "data_networks:\n  - name: internet\n    type: ipv4\n    ipv4: 10.45.0.0/16\n"
                       "    sessions: 1\nsmf:\n  back_off: 0s\n");
    world_session(&world, 1);
    world_establish(&world, 2, 2, NAS_SESSION_IPV4);
    assert_int_equal(world_n1(&world)->session_establishment_reject.cause,
                     NAS_GSM_INSUFFICIENT_RESOURCES_SLICE_DNN);
    assert_false(world.n1.session_establishment_reject.has.back_off_timer);
    smf_release_all(&world.ue);
    world_pump(&world);
    world_session(&world, 2);
    world_close(&world);
}

static void report_path(bool failed)
{
    struct pfcp_remote_peer gnb = {.ip = {.has_v4 = true, .v4 = {10, 0, 0, 9}}};
    struct pfcp_message message = {
        .type = PFCP_NODE_REPORT_REQUEST,
        .node_report_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 7}},
                                .report_type = failed ? PFCP_UPFR : PFCP_UPRR,
                                .has_path_failure = failed,
                                .has_path_recovery = !failed,
                                .path_failure = {&gnb, 1},
                                .path_recovery = {&gnb, 1}},
    };
    world_from_plane(&world, &message);
}

static void a_failed_path_is_counted_and_marked_until_it_works_again(void **state)
{
    (void)state;
    struct smf_plane_view plane;
    world_open(&world, "");
    report_path(true);
    report_path(true);
    assert_int_equal(world.core.metrics.path_failures, 1);
    assert_true(smf_plane(&world.core, 0, &plane));
    assert_int_equal(plane.failed_paths, 1);
    report_path(false);
    smf_plane(&world.core, 0, &plane);
    assert_int_equal(plane.failed_paths, 0);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plane_gnb_and_phone_are_told_of_a_new_flow),
        cmocka_unit_test(a_user_plane_set_up_again_has_all_flows),
        cmocka_unit_test(what_is_not_allowed_is_refused_and_changes_nothing),
        cmocka_unit_test(a_subscriber_may_have_flows_of_his_own),
        cmocka_unit_test(what_the_plane_refuses_changes_nothing),
        cmocka_unit_test(what_the_gnb_refuses_is_taken_back_from_the_plane),
        cmocka_unit_test(a_flow_that_the_gnb_refuses_is_taken_back_from_the_phone),
        cmocka_unit_test(what_the_phone_refuses_is_taken_back_from_the_gnb),
        cmocka_unit_test(a_phone_that_never_answers_leaves_nothing_behind),
        cmocka_unit_test(without_the_store_no_flow_is_promised),
        cmocka_unit_test(a_request_repeated_after_a_restart_is_answered_again),
        cmocka_unit_test(an_answer_after_a_restart_counts),
        cmocka_unit_test(what_a_silent_plane_may_have_taken_is_told_anew_after_a_restart),
        cmocka_unit_test(a_plane_that_associates_anew_meanwhile_ends_the_change),
        cmocka_unit_test(all_rules_of_a_phone_with_networks_behind_it_are_told_and_restored),
        cmocka_unit_test(a_change_that_cannot_be_sent_is_undone),
        cmocka_unit_test(so_is_one_that_has_waited_for_its_turn),
        cmocka_unit_test(a_session_that_cannot_be_restored_is_to_be_established_anew),
        cmocka_unit_test(the_phone_gives_its_flow_back),
        cmocka_unit_test(the_network_adds_and_releases_flows),
        cmocka_unit_test(a_subscription_that_no_longer_allows_a_flow_takes_it),
        cmocka_unit_test(a_flow_that_the_gnb_gives_up_ends),
        cmocka_unit_test(what_is_not_served_is_refused_with_its_cause),
        cmocka_unit_test(coding_that_cannot_be_read_is_refused),
        cmocka_unit_test(what_the_phone_supports_is_remembered),
        cmocka_unit_test(sessions_of_a_phone_share_its_rate_in_the_plane),
        cmocka_unit_test(a_full_plane_is_a_refusal),
        cmocka_unit_test(a_full_data_network_is_a_refusal),
        cmocka_unit_test(a_failed_path_is_counted_and_marked_until_it_works_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
