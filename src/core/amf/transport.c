/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What passes between the phone or its gNB and the SMF (TS 24.501 5.4.5, TS 23.502 4.3; TS 38.413 8.2).
 */
#include "core/amf/away.h"
#include "core/amf/gmm.h"
#include "core/amf/restriction.h"
#include "core/amf/shelter.h"
#include "core/peer/peer.h"
#include "kit/log.h"

/* --- uplink --- */

static void not_forwarded(struct ue *ue, const struct nas_ul_nas_transport *message, uint8_t cause)
{
    struct nas_message answer = {
        .type = NAS_DL_NAS_TRANSPORT,
        .dl_nas_transport = {.payload_container_type = message->payload_container_type,
                             .payload_container = message->payload_container,
                             .pdu_session_id = message->pdu_session_id,
                             .cause = cause,
                             .has = {.pdu_session_id = message->has.pdu_session_id, .cause = true}},
    };
    if (cause == NAS_GMM_CONGESTION) {
        answer.dl_nas_transport.back_off_timer = gmm_back_off(ue->core);
        answer.dl_nas_transport.has.back_off_timer = true;
    }
    gmm_refuse(ue, &answer);
}

void amf_n1_not_forwarded(struct ue *ue, uint8_t pdu_session_id, struct bytes payload)
{
    const struct nas_ul_nas_transport message = {.payload_container_type = NAS_PAYLOAD_N1_SM,
                                                 .payload_container = payload,
                                                 .pdu_session_id = pdu_session_id,
                                                 .has = {.pdu_session_id = true}};
    not_forwarded(ue, &message, NAS_GMM_PAYLOAD_NOT_FORWARDED);
}

static bool slice_allowed(const struct ue *ue, struct config_slice slice)
{
    for (unsigned i = 0; i < ue->allowed_count; i++) {
        if (config_slice_equal(ue->allowed[i], slice))
            return true;
    }
    return false;
}

/* 5.4.5.2.3: the slice is the one asked for, or the first allowed one for a new session. */
static bool take_slice(const struct ue *ue, const struct nas_ul_nas_transport *message, struct smf_n1 *n1)
{
    if (message->has.s_nssai) {
        n1->slice = (struct config_slice){message->s_nssai.sst, message->s_nssai.sd};
        n1->has_slice = true;
        return slice_allowed(ue, n1->slice);
    }
    if (n1->request_type == SMF_REQUEST_INITIAL && ue->allowed_count) {
        n1->slice = ue->allowed[0];
        n1->has_slice = true;
    }
    return true;
}

/* By rule H4: not over the gNB that serves the UE. */
static bool is_withheld(const struct ue *ue, uint8_t pdu_session_id)
{
    return ue->connection &&
           shelter_withheld(ue, ue->connection->gnb, LINE_SERVICE_REQUEST, (uint16_t)(1u << pdu_session_id));
}

/* 5.4.5.2.5: where there is no service, sessions may only end. The SMF tells those that want more. */
static bool needs_service(const struct smf_n1 *n1)
{
    switch (n1->request_type) {
    case SMF_REQUEST_INITIAL:
    case SMF_REQUEST_EXISTING:
    case SMF_REQUEST_MODIFICATION:
        return true;
    default:
        return false;
    }
}

static void forward(struct ue *ue, const struct nas_ul_nas_transport *message)
{
    struct smf_n1 n1 = {
        .pdu_session_id = message->pdu_session_id,
        .request_type =
            message->has.request_type ? (enum smf_request_type)message->request_type : SMF_REQUEST_ABSENT,
        .dnn = message->has.dnn ? message->dnn : NULL,
        .payload = message->payload_container,
    };
    if (!message->has.pdu_session_id || n1.pdu_session_id < 1 || n1.pdu_session_id > SMF_SESSIONS_PER_UE ||
        !take_slice(ue, message, &n1)) {
        not_forwarded(ue, message, NAS_GMM_PAYLOAD_NOT_FORWARDED);
        return;
    }
    if (needs_service(&n1) && !restriction_lets_serve(ue)) {
        not_forwarded(ue, message, NAS_GMM_RESTRICTED_SERVICE_AREA);
        return;
    }
    if (n1.request_type == SMF_REQUEST_MODIFICATION && is_withheld(ue, n1.pdu_session_id)) {
        not_forwarded(ue, message, NAS_GMM_PAYLOAD_NOT_FORWARDED);
        return;
    }
    enum smf_verdict verdict = smf_n1_message(ue, &n1);
    if (verdict != SMF_TAKEN)
        not_forwarded(ue, message, (uint8_t)verdict);
}

void ul_nas_transport(struct ue *ue, const struct nas_ul_nas_transport *message)
{
    if (!ue->registered) {
        gmm_status(ue, NAS_MESSAGE_TYPE_NOT_COMPATIBLE);
        return;
    }
    if (message->payload_container_type == NAS_PAYLOAD_N1_SM)
        forward(ue, message);
    else
        log_info("amf", NULL, "payload container of type %u is not served", message->payload_container_type);
}

/* --- downlink --- */

static struct bytes wrap(struct ue *ue, const struct n1n2_message *message)
{
    struct nas_message transport = {
        .type = NAS_DL_NAS_TRANSPORT,
        .dl_nas_transport = {.payload_container_type = NAS_PAYLOAD_N1_SM,
                             .payload_container = message->n1,
                             .pdu_session_id = message->pdu_session_id,
                             .has = {.pdu_session_id = true}},
    };
    return message->n1.len ? gmm_seal(ue, &transport) : (struct bytes){0};
}

static bool setup(struct connection *c, const struct n1n2_message *message, struct bytes nas)
{
    const struct ue *ue = c->ue;
    struct ngap_ue_aggregate_maximum_bit_rate ambr = {ue->ambr_downlink, ue->ambr_uplink};
    struct ngap_pdu_session_resource_setup_item_su_req item = {
        .pdu_session_id = message->pdu_session_id,
        .pdu_session_nas_pdu = nas,
        .s_nssai = slice_to_ngap(message->slice),
        .pdu_session_resource_setup_request_transfer = message->n2_transfer,
    };
    struct ngap_pdu_session_resource_setup_request request = {
        .amf_ue_ngap_id = c->amf_ue_ngap_id,
        .ran_ue_ngap_id = c->ran_ue_ngap_id,
        .pdu_session_resource_setup_list_su_req = {&item, 1},
        .ue_aggregate_maximum_bit_rate = &ambr,
    };
    return n2_send_ue(c, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST, &request);
}

static bool modify(struct connection *c, const struct n1n2_message *message, struct bytes nas)
{
    struct ngap_pdu_session_resource_modify_item_mod_req item = {
        .pdu_session_id = message->pdu_session_id,
        .nas_pdu = nas,
        .pdu_session_resource_modify_request_transfer = message->n2_transfer,
    };
    struct ngap_pdu_session_resource_modify_request request = {
        .amf_ue_ngap_id = c->amf_ue_ngap_id,
        .ran_ue_ngap_id = c->ran_ue_ngap_id,
        .pdu_session_resource_modify_list_mod_req = {&item, 1},
    };
    return n2_send_ue(c, NGAP_PDU_SESSION_RESOURCE_MODIFY_REQUEST, &request);
}

static bool release(struct connection *c, const struct n1n2_message *message, struct bytes nas)
{
    struct ngap_pdu_session_resource_to_release_item_rel_cmd item = {
        .pdu_session_id = message->pdu_session_id,
        .pdu_session_resource_release_command_transfer = message->n2_transfer,
    };
    struct ngap_pdu_session_resource_release_command command = {
        .amf_ue_ngap_id = c->amf_ue_ngap_id,
        .ran_ue_ngap_id = c->ran_ue_ngap_id,
        .nas_pdu = nas,
        .pdu_session_resource_to_release_list_rel_cmd = {&item, 1},
    };
    return n2_send_ue(c, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND, &command);
}

static bool deliver(struct ue *ue, const struct n1n2_message *message)
{
    struct bytes nas = wrap(ue, message);
    if (message->n1.len && !nas.len)
        return false;
    switch (message->n2) {
    case N2_SETUP_REQUEST:
        return setup(ue->connection, message, nas);
    case N2_MODIFY_REQUEST:
        return modify(ue->connection, message, nas);
    case N2_RELEASE_COMMAND:
        return release(ue->connection, message, nas);
    case N2_NONE:
        break;
    }
    return gmm_send_sealed(ue, nas);
}

enum amf_delivery amf_n1n2_transfer(struct ue *ue, const struct n1n2_message *message)
{
    const struct connection *connection = ue->connection;
    if (ue->away)
        return away_transfer(ue, message);
    if ((ue->target && message->n2 != N2_NONE) || ue->handover_peer != NO_PEER)
        return AMF_PAGING; /* temporarily rejected: handover is in progress (TS 23.502 4.9.1.3.1) */
    if (message->n1.len && message->n2 != N2_NONE && gmm_keys_change(ue))
        return AMF_PAGING;
    if (message->n2 == N2_SETUP_REQUEST &&
        (!restriction_lets_serve(ue) || is_withheld(ue, message->pdu_session_id)))
        return AMF_UNREACHABLE;
    if (connection && connection->secured && (connection->context_up || message->n2 == N2_NONE))
        return deliver(ue, message) ? AMF_SENT : AMF_UNREACHABLE;
    return amf_page(ue, message->pdu_session_id) ? AMF_PAGING : AMF_UNREACHABLE;
}

void amf_lost_user_plane(struct ue *ue)
{
    an_release(ue, N2_RADIO(UNSPECIFIED), "the anchor of a session has not followed");
}

/* --- what the SMF may know of a UE --- */

supi_t amf_supi(const struct ue *ue)
{
    return ue->supi;
}

uint64_t amf_ue_ambr(const struct ue *ue, bool uplink)
{
    return uplink ? ue->ambr_uplink : ue->ambr_downlink;
}

struct core *amf_core(const struct ue *ue)
{
    return ue->core;
}

bool amf_connected(const struct ue *ue)
{
    return ue->connection != NULL;
}

struct tai amf_last_tai(const struct ue *ue)
{
    return ue->tai;
}

const struct gnb *amf_serving_gnb(const struct ue *ue)
{
    return ue->connection ? ue->connection->gnb : NULL;
}

const struct gnb *amf_target_gnb(const struct ue *ue)
{
    return ue->target ? ue->target->gnb : NULL;
}

struct remote **amf_remotes(struct ue *ue)
{
    return &ue->remotes;
}

struct session **amf_sessions(struct ue *ue)
{
    return &ue->sessions;
}
