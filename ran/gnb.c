/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated gNB on N2 (TS 38.413). Its tunnels are in ran_gnb_tunnel.c. */
#include "ran/gnb.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/log.h"
#include "ran/gnb_inside.h"
#include "ran/gnb_tunnel.h"
#include "ran/phone.h"
#include "wire/ngap/ngap.h"
#include "wire/ngap/ngap_calls.h"

enum { MESSAGE_BYTES = 16 * 1024, CELL_BITS = 4 };

/* --- Sending --- */

void ran_gnb_send(struct ran_gnb *gnb, uint16_t stream, enum ngap_message_type type, const void *value)
{
    uint8_t room[MESSAGE_BYTES];
    struct writer w = writer_of(room, sizeof room);
    struct fault fault = {0};
    if (!ngap_encode(&w, type, value, &fault)) {
        log_error("gnb", gnb->settings.name, "%s not encoded: %s %s", ngap_message_name(type),
                  fault.where ? fault.where : "", fault.what ? fault.what : "");
        return;
    }
    if (gnb->radio->ports->saw_ngap) {
        struct ngap_pdu pdu = {.message = type};
        gnb->radio->ports->saw_ngap(gnb->radio->context, gnb, true, &pdu);
    }
    gnb->radio->ports->ngap(gnb->radio->context, gnb, stream, writer_bytes(&w));
}

/* Non-UE signalling has stream 0; UE-associated signalling another one where there is one (TS 38.412 7). */
void ran_gnb_send_for(struct ran_gnb_connection *connection, enum ngap_message_type type, const void *value)
{
    ran_gnb_send(connection->gnb, 1, type, value);
}

struct ngap_global_ran_node_id ran_gnb_identity(const struct ran_gnb *gnb)
{
    struct ngap_global_ran_node_id identity = {
        .which = NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID,
        .global_gnb_id.gnb_id = {.which = NGAP_GNB_ID_GNB_ID,
                                 .gnb_id = {.value = gnb->settings.id, .length = 32}}};
    memcpy(identity.global_gnb_id.plmn_identity, gnb->settings.plmn.octets, 3);
    return identity;
}

struct ngap_user_location_information ran_gnb_location(const struct ran_gnb *gnb)
{
    struct ngap_user_location_information location = {
        .which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR};
    struct ngap_user_location_information_nr *nr = &location.user_location_information_nr;
    memcpy(nr->nr_cgi.plmn_identity, gnb->settings.plmn.octets, 3);
    memcpy(nr->tai.plmn_identity, gnb->settings.plmn.octets, 3);
    nr->nr_cgi.nr_cell_identity = (uint64_t)gnb->settings.id << CELL_BITS;
    nr->tai.tac = gnb->settings.tac;
    return location;
}

/* --- The gNB's own life --- */

void ran_gnb_setup(struct ran_gnb *gnb)
{
    const struct ran_gnb_settings *settings = &gnb->settings;
    const struct ngap_slice_support_item slice = {.s_nssai = {.sst = settings->slice.sst,
                                                              .sd = settings->slice.sd,
                                                              .has_sd = settings->slice.sd != NAS_NO_SD}};
    struct ngap_broadcast_plmn_item plmn = {.tai_slice_support_list = {.items = &slice, .count = 1}};
    const struct ngap_supported_ta_item area = {.tac = settings->tac,
                                                .broadcast_plmn_list = {.items = &plmn, .count = 1}};
    struct ngap_ng_setup_request request = {
        .global_ran_node_id = ran_gnb_identity(gnb),
        .ran_node_name = bytes_of(settings->name, strlen(settings->name)),
        .supported_ta_list = {.items = &area, .count = 1},
        .default_paging_drx = NGAP_PAGING_DRX_V128,
    };
    memcpy(plmn.plmn_identity, settings->plmn.octets, 3);
    ran_gnb_send(gnb, 0, NGAP_NG_SETUP_REQUEST, &request);
}

void ran_gnb_reset(struct ran_gnb *gnb)
{
    const struct ngap_ng_reset reset = {
        .cause = {.which = NGAP_CAUSE_MISC, .misc = NGAP_CAUSE_MISC_OM_INTERVENTION},
        .reset_type = {.which = NGAP_RESET_TYPE_NG_INTERFACE, .ng_interface = NGAP_RESET_ALL_RESET_ALL}};
    ran_gnb_forget_all(gnb);
    ran_gnb_send(gnb, 0, NGAP_NG_RESET, &reset);
}

void ran_gnb_lost(struct ran_gnb *gnb)
{
    gnb->ready = false;
    ran_gnb_forget_all(gnb);
}

static void on_setup_answer(struct ran_gnb *gnb, bool accepted)
{
    gnb->ready = accepted;
    gnb->overload = false;
    gnb->radio->ports->gnb_ready(gnb->radio->context, gnb, accepted);
}

static void on_setup_response(struct ran_gnb *gnb, const struct ngap_ng_setup_response *response)
{
    if (response->served_guami_list.count)
        gnb->amf_set = (uint16_t)response->served_guami_list.items[0].guami.amf_set_id;
    on_setup_answer(gnb, true);
}

static void on_reset(struct ran_gnb *gnb, const struct ngap_ng_reset *reset)
{
    struct ngap_ng_reset_acknowledge acknowledge = {0};
    if (reset->reset_type.which == NGAP_RESET_TYPE_NG_INTERFACE) {
        ran_gnb_forget_all(gnb);
    } else {
        const struct ngap_ue_associated_logical_ng_connection_list *list =
            &reset->reset_type.part_of_ng_interface;
        for (size_t i = 0; i < list->count; i++)
            if (list->items[i].has_ran_ue_ngap_id)
                ran_gnb_forget(map_get(&gnb->connections, list->items[i].ran_ue_ngap_id));
        acknowledge.ue_associated_logical_ng_connection_list = *list;
    }
    ran_gnb_send(gnb, 0, NGAP_NG_RESET_ACKNOWLEDGE, &acknowledge);
}

/* --- Connections --- */

/* Its core has not answered in time, or it is of no use any more. */
static void relocation_over(struct timer *timer)
{
    struct ran_gnb_connection *connection =
        (struct ran_gnb_connection *)((char *)timer - offsetof(struct ran_gnb_connection, relocation));
    ran_gnb_end_relocation(connection);
}

struct ran_gnb_connection *ran_gnb_connect(struct ran_gnb *gnb, struct phone *phone)
{
    struct ran_gnb_connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    *connection = (struct ran_gnb_connection){
        .gnb = gnb, .phone = phone, .ran_ue_ngap_id = gnb->next_ran_id++, .relocation.fire = relocation_over};
    if (!map_put(&gnb->connections, connection->ran_ue_ngap_id, connection)) {
        free(connection);
        return NULL;
    }
    return connection;
}

/* Frees it; the phone hears of it unless it has moved on. */
static void disconnect(struct ran_gnb_connection *connection)
{
    struct phone *phone = connection->phone;
    ran_gnb_drop_tunnels(connection);
    map_take(&connection->gnb->connections, connection->ran_ue_ngap_id);
    bool its_own = phone && phone->connection == connection;
    timer_stop(connection->gnb->radio->timers, &connection->relocation);
    queue_free(&connection->nas);
    OPENSSL_cleanse(&connection->keys, sizeof connection->keys);
    free(connection);
    if (its_own)
        phone_on_release(phone);
}

void ran_gnb_forget(struct ran_gnb_connection *connection)
{
    if (connection)
        disconnect(connection);
}

void ran_gnb_forget_all(struct ran_gnb *gnb)
{
    size_t cursor = 0;
    void *value;
    while (map_next(&gnb->connections, &cursor, NULL, &value)) {
        disconnect(value);
        cursor = 0;
    }
}

static void send_initial(struct ran_gnb_connection *connection, struct bytes nas, uint8_t cause,
                         const struct nas_s_tmsi *s_tmsi)
{
    struct ngap_initial_ue_message message = {.ran_ue_ngap_id = connection->ran_ue_ngap_id,
                                              .nas_pdu = nas,
                                              .user_location_information = ran_gnb_location(connection->gnb),
                                              .rrc_establishment_cause =
                                                  (enum ngap_rrc_establishment_cause)cause,
                                              .ue_context_request = NGAP_UE_CONTEXT_REQUEST_REQUESTED,
                                              .has_ue_context_request = true};
    struct ngap_five_g_s_tmsi identity;
    if (s_tmsi) {
        identity = (struct ngap_five_g_s_tmsi){.amf_set_id = s_tmsi->amf_set_id,
                                               .amf_pointer = s_tmsi->amf_pointer,
                                               .five_g_tmsi = s_tmsi->tmsi};
        message.five_g_s_tmsi = &identity;
    }
    ran_gnb_send_for(connection, NGAP_INITIAL_UE_MESSAGE, &message);
}

static void send_uplink_nas(struct ran_gnb_connection *connection, struct bytes nas)
{
    const struct ngap_uplink_nas_transport message = {.amf_ue_ngap_id = connection->amf_ue_ngap_id,
                                                      .ran_ue_ngap_id = connection->ran_ue_ngap_id,
                                                      .nas_pdu = nas,
                                                      .user_location_information =
                                                          ran_gnb_location(connection->gnb)};
    ran_gnb_send_for(connection, NGAP_UPLINK_NAS_TRANSPORT, &message);
}

bool ran_gnb_uplink_nas(struct ran_gnb *gnb, struct phone *phone, struct bytes nas, uint8_t cause,
                        const struct nas_s_tmsi *s_tmsi)
{
    if (!gnb->ready)
        return false;
    struct ran_gnb_connection *connection = phone->connection;
    if (!connection && gnb->overload && cause == NGAP_RRC_ESTABLISHMENT_CAUSE_MO_SIGNALLING)
        return false;
    if (!connection) {
        connection = ran_gnb_connect(gnb, phone);
        phone->connection = connection;
        if (connection)
            send_initial(connection, nas, cause, s_tmsi);
        return connection != NULL;
    }
    if (connection->switching)
        return queue_put(&connection->nas, nas);
    send_uplink_nas(connection, nas);
    return true;
}

void ran_gnb_say_waiting(struct ran_gnb_connection *connection)
{
    for (struct queued *nas; (nas = queue_take(&connection->nas)) != NULL; free(nas))
        send_uplink_nas(connection, bytes_of(nas->content, nas->length));
}

void ran_gnb_ask_for_release(struct ran_gnb_connection *connection, struct ngap_cause cause)
{
    struct ngap_pdu_session_resource_item_cxt_rel_req items[GNB_TUNNELS];
    struct ngap_ue_context_release_request request = {.amf_ue_ngap_id = connection->amf_ue_ngap_id,
                                                      .ran_ue_ngap_id = connection->ran_ue_ngap_id,
                                                      .cause = cause};
    size_t count = 0;
    for (unsigned i = 0; i < GNB_TUNNELS; i++)
        if (connection->tunnels[i].pdu_session_id)
            items[count++].pdu_session_id = connection->tunnels[i].pdu_session_id;
    if (count) {
        request.pdu_session_resource_list_cxt_rel_req.items = items;
        request.pdu_session_resource_list_cxt_rel_req.count = count;
    }
    ran_gnb_send_for(connection, NGAP_UE_CONTEXT_RELEASE_REQUEST, &request);
}

void ran_gnb_release_request(struct ran_gnb_connection *connection)
{
    ran_gnb_ask_for_release(connection, GNB_CAUSE(USER_INACTIVITY));
}

void ran_gnb_lose(struct ran_gnb_connection *connection)
{
    if (connection && connection->has_amf_id)
        ran_gnb_ask_for_release(connection, GNB_CAUSE(RADIO_CONNECTION_WITH_UE_LOST));
    ran_gnb_forget(connection);
}

static bool has_moved_on(const struct ran_gnb_connection *connection)
{
    bool forwards = false;
    for (unsigned i = 0; i < GNB_TUNNELS; i++)
        forwards |= connection->tunnels[i].forward_teid != 0;
    return !connection->phone && forwards;
}

static void on_release_command(struct ran_gnb *gnb, const struct ngap_ue_context_release_command *command)
{
    if (command->ue_ngap_ids.which != NGAP_UE_NGAP_IDS_UE_NGAP_ID_PAIR)
        return;
    const struct ngap_ue_ngap_id_pair *pair = &command->ue_ngap_ids.ue_ngap_id_pair;
    struct ran_gnb_connection *connection = map_get(&gnb->connections, pair->ran_ue_ngap_id);
    const struct ngap_ue_context_release_complete complete = {.amf_ue_ngap_id = pair->amf_ue_ngap_id,
                                                              .ran_ue_ngap_id = pair->ran_ue_ngap_id};
    ran_gnb_send(gnb, 1, NGAP_UE_CONTEXT_RELEASE_COMPLETE, &complete);
    if (connection && has_moved_on(connection))
        ran_gnb_keep_remains(connection);
    else
        ran_gnb_forget(connection);
}

/* TS 38.413 10.6: the AMF does not know the connection, so it ends here too. */
static void on_error(struct ran_gnb *gnb, const struct ngap_error_indication *error)
{
    const struct ngap_cause *cause = error->cause;
    struct ran_gnb_connection *connection =
        error->has_ran_ue_ngap_id ? map_get(&gnb->connections, error->ran_ue_ngap_id) : NULL;
    if (connection && cause && cause->which == NGAP_CAUSE_RADIO_NETWORK &&
        (cause->radio_network == NGAP_CAUSE_RADIO_NETWORK_UNKNOWN_LOCAL_UE_NGAP_ID ||
         cause->radio_network == NGAP_CAUSE_RADIO_NETWORK_INCONSISTENT_REMOTE_UE_NGAP_ID))
        ran_gnb_forget(connection);
}

static void on_paging(struct ran_gnb *gnb, const struct ngap_paging *paging)
{
    if (paging->ue_paging_identity.which != NGAP_UE_PAGING_IDENTITY_FIVE_G_S_TMSI)
        return;
    struct phone *phone = map_get(&gnb->camped, paging->ue_paging_identity.five_g_s_tmsi.five_g_tmsi);
    if (phone)
        phone_on_paging(phone);
}

/* RRC's security mode command; the phone derives the key by itself. */
static void begin_access(struct ran_gnb_connection *connection, const uint8_t kgnb[32])
{
    connection->keys = (struct ran_gnb_keys){.set = true};
    memcpy(connection->keys.kgnb, kgnb, sizeof connection->keys.kgnb);
    phone_begin_access(connection->phone, kgnb);
}

static void on_context_setup(struct ran_gnb_connection *connection,
                             const struct ngap_initial_context_setup_request *request)
{
    struct ngap_initial_context_setup_response response = {.amf_ue_ngap_id = connection->amf_ue_ngap_id,
                                                           .ran_ue_ngap_id = connection->ran_ue_ngap_id};
    connection->capabilities = request->ue_security_capabilities;
    begin_access(connection, request->security_key);
    ran_gnb_setup_tunnels_in_context(connection, request, &response);
    ran_gnb_send_for(connection, NGAP_INITIAL_CONTEXT_SETUP_RESPONSE, &response);
}

static void on_context_modification(struct ran_gnb_connection *connection,
                                    const struct ngap_ue_context_modification_request *request)
{
    const struct ngap_ue_context_modification_response response = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id, .ran_ue_ngap_id = connection->ran_ue_ngap_id};
    if (request->has_security_key)
        ran_gnb_change_key(connection, request->security_key);
    ran_gnb_send_for(connection, NGAP_UE_CONTEXT_MODIFICATION_RESPONSE, &response);
}

static void on_session_setup(struct ran_gnb_connection *connection,
                             const struct ngap_pdu_session_resource_setup_request *request)
{
    struct ngap_pdu_session_resource_setup_response response = {.amf_ue_ngap_id = connection->amf_ue_ngap_id,
                                                                .ran_ue_ngap_id = connection->ran_ue_ngap_id};
    ran_gnb_setup_tunnels(connection, request, &response);
    ran_gnb_send_for(connection, NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE, &response);
}

static void on_session_modify(struct ran_gnb_connection *connection,
                              const struct ngap_pdu_session_resource_modify_request *request)
{
    struct ngap_pdu_session_resource_modify_response response = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id, .ran_ue_ngap_id = connection->ran_ue_ngap_id};
    ran_gnb_modify_tunnels(connection, request, &response);
    ran_gnb_send_for(connection, NGAP_PDU_SESSION_RESOURCE_MODIFY_RESPONSE, &response);
}

static void on_session_release(struct ran_gnb_connection *connection,
                               const struct ngap_pdu_session_resource_release_command *command)
{
    struct ngap_pdu_session_resource_release_response response = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id, .ran_ue_ngap_id = connection->ran_ue_ngap_id};
    ran_gnb_release_tunnels(connection, command, &response);
    ran_gnb_send_for(connection, NGAP_PDU_SESSION_RESOURCE_RELEASE_RESPONSE, &response);
}

/* NAS messages come alone, or in front of or inside of something else. The phone may drop its connection while it
 * handles them; nobody looks at the connection afterwards. */
static void give_nas(struct ran_gnb_connection *connection, struct bytes nas)
{
    if (nas.len)
        phone_on_nas(connection->phone, nas);
}

/* The phone has gone over Xn: the core has to say it again, to the gNB where it is now (TS 38.413 8.6.4). */
static void return_nas(struct ran_gnb_connection *connection, struct bytes nas)
{
    const struct ngap_nas_non_delivery_indication indication = {.amf_ue_ngap_id = connection->amf_ue_ngap_id,
                                                                .ran_ue_ngap_id = connection->ran_ue_ngap_id,
                                                                .nas_pdu = nas,
                                                                .cause = GNB_CAUSE(XN_HANDOVER_TRIGGERED)};
    ran_gnb_send_for(connection, NGAP_NAS_NON_DELIVERY_INDICATION, &indication);
}

static void on_message_for_gone(struct ran_gnb_connection *connection, const struct ngap_pdu *pdu)
{
    if (pdu->message == NGAP_DOWNLINK_NAS_TRANSPORT)
        return_nas(connection, pdu->value.downlink_nas_transport->nas_pdu);
}

static void on_ue_message(struct ran_gnb_connection *connection, const struct ngap_pdu *pdu)
{
    connection->amf_ue_ngap_id = pdu->amf_ue_ngap_id;
    connection->has_amf_id = true;
    connection->gnb->statuses += pdu->message == NGAP_DOWNLINK_RAN_STATUS_TRANSFER;
    if (!connection->phone) {
        on_message_for_gone(connection, pdu);
        return;
    }
    switch (pdu->message) {
    case NGAP_DOWNLINK_NAS_TRANSPORT:
        give_nas(connection, pdu->value.downlink_nas_transport->nas_pdu);
        break;
    case NGAP_INITIAL_CONTEXT_SETUP_REQUEST:
        on_context_setup(connection, pdu->value.initial_context_setup_request);
        ran_gnb_give_context_nas(connection, pdu->value.initial_context_setup_request);
        break;
    case NGAP_UE_CONTEXT_MODIFICATION_REQUEST:
        on_context_modification(connection, pdu->value.ue_context_modification_request);
        break;
    case NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST:
        on_session_setup(connection, pdu->value.pdu_session_resource_setup_request);
        ran_gnb_give_session_nas(connection, pdu->value.pdu_session_resource_setup_request);
        break;
    case NGAP_PDU_SESSION_RESOURCE_MODIFY_REQUEST:
        on_session_modify(connection, pdu->value.pdu_session_resource_modify_request);
        ran_gnb_give_modify_nas(connection, pdu->value.pdu_session_resource_modify_request);
        break;
    case NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND:
        on_session_release(connection, pdu->value.pdu_session_resource_release_command);
        give_nas(connection, pdu->value.pdu_session_resource_release_command->nas_pdu);
        break;
    case NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE:
        ran_gnb_on_path_switch_acknowledge(connection, pdu->value.path_switch_request_acknowledge);
        break;
    case NGAP_HANDOVER_COMMAND:
        ran_gnb_on_handover_command(connection, pdu->value.handover_command);
        break;
    case NGAP_HANDOVER_PREPARATION_FAILURE:
        ran_gnb_on_preparation_failure(connection);
        break;
    case NGAP_PATH_SWITCH_REQUEST_FAILURE:
        ran_gnb_on_path_switch_failure(connection);
        break;
    default:
        break;
    }
}

void ran_gnb_on_ngap(struct ran_gnb *gnb, struct bytes message)
{
    struct ngap_pdu pdu;
    arena_reset(&gnb->arena);
    if (ngap_decode(message, &gnb->arena, NGAP_STRICT_ORDER, &pdu) > NGAP_NOTIFY) {
        gnb->undecodable++;
        return;
    }
    if (gnb->radio->ports->saw_ngap)
        gnb->radio->ports->saw_ngap(gnb->radio->context, gnb, false, &pdu);
    switch (pdu.message) {
    case NGAP_NG_SETUP_RESPONSE:
        on_setup_response(gnb, pdu.value.ng_setup_response);
        break;
    case NGAP_NG_SETUP_FAILURE:
        on_setup_answer(gnb, false);
        break;
    case NGAP_NG_RESET:
        on_reset(gnb, pdu.value.ng_reset);
        break;
    case NGAP_AMF_CONFIGURATION_UPDATE:
        ran_gnb_send(gnb, 0, NGAP_AMF_CONFIGURATION_UPDATE_ACKNOWLEDGE,
                     &(struct ngap_amf_configuration_update_acknowledge){0});
        break;
    case NGAP_ERROR_INDICATION:
        on_error(gnb, pdu.value.error_indication);
        break;
    case NGAP_OVERLOAD_START:
    case NGAP_OVERLOAD_STOP:
        gnb->overload = pdu.message == NGAP_OVERLOAD_START;
        break;
    case NGAP_PAGING:
        on_paging(gnb, pdu.value.paging);
        break;
    case NGAP_HANDOVER_REQUEST:
        ran_gnb_on_handover_request(gnb, pdu.value.handover_request);
        break;
    case NGAP_DOWNLINK_RAN_CONFIGURATION_TRANSFER:
        ran_gnb_on_configuration(gnb, pdu.value.downlink_ran_configuration_transfer);
        break;
    case NGAP_REROUTE_NAS_REQUEST:
        ran_gnb_on_reroute(gnb, pdu.value.reroute_nas_request);
        break;
    case NGAP_UE_CONTEXT_RELEASE_COMMAND:
        on_release_command(gnb, pdu.value.ue_context_release_command);
        break;
    default: {
        struct ran_gnb_connection *connection =
            pdu.has_ran_ue_ngap_id ? map_get(&gnb->connections, pdu.ran_ue_ngap_id) : NULL;
        if (connection)
            on_ue_message(connection, &pdu);
    }
    }
}

void ran_gnb_init(struct ran_gnb *gnb, struct radio *radio, const struct ran_gnb_settings *settings)
{
    *gnb = (struct ran_gnb){.radio = radio, .settings = *settings, .next_ran_id = 1, .admits = GNB_TUNNELS};
    gnb->next = radio->gnbs;
    radio->gnbs = gnb;
    uint64_t seed = random_u64(radio->random);
    gnb->next_teid = (uint32_t)seed | 1;
    arena_init(&gnb->arena, 0);
    map_init(&gnb->connections, seed);
    map_init(&gnb->tunnels, seed);
    map_init(&gnb->camped, seed);
}

static void strike_off(struct ran_gnb *gnb)
{
    struct ran_gnb **place = &gnb->radio->gnbs;
    while (*place != gnb)
        place = &(*place)->next;
    *place = gnb->next;
}

void ran_gnb_free(struct ran_gnb *gnb)
{
    strike_off(gnb);
    ran_gnb_forget_all(gnb);
    map_free(&gnb->connections);
    map_free(&gnb->tunnels);
    map_free(&gnb->camped);
    arena_free(&gnb->arena);
}
