/* SPDX-License-Identifier: Apache-2.0 */
/* Erroneous protocol data is answered at the line, as TS 38.413 clause 10 wants it; control never sees it. */
#include "edge/association.h"

/* The messages that travel from the NG-RAN node to the AMF (TS 38.413 8 and 9.2). */
static bool is_uplink(enum ngap_message_type message)
{
    switch (message) {
    case NGAP_AMF_CONFIGURATION_UPDATE_ACKNOWLEDGE:
    case NGAP_AMF_CONFIGURATION_UPDATE_FAILURE:
    case NGAP_CELL_TRAFFIC_TRACE:
    case NGAP_ERROR_INDICATION:
    case NGAP_HANDOVER_CANCEL:
    case NGAP_HANDOVER_FAILURE:
    case NGAP_HANDOVER_NOTIFY:
    case NGAP_HANDOVER_REQUEST_ACKNOWLEDGE:
    case NGAP_HANDOVER_REQUIRED:
    case NGAP_INITIAL_CONTEXT_SETUP_FAILURE:
    case NGAP_INITIAL_CONTEXT_SETUP_RESPONSE:
    case NGAP_INITIAL_UE_MESSAGE:
    case NGAP_LOCATION_REPORT:
    case NGAP_LOCATION_REPORTING_FAILURE_INDICATION:
    case NGAP_NAS_NON_DELIVERY_INDICATION:
    case NGAP_NG_RESET:
    case NGAP_NG_RESET_ACKNOWLEDGE:
    case NGAP_NG_SETUP_REQUEST:
    case NGAP_PATH_SWITCH_REQUEST:
    case NGAP_PDU_SESSION_RESOURCE_MODIFY_INDICATION:
    case NGAP_PDU_SESSION_RESOURCE_MODIFY_RESPONSE:
    case NGAP_PDU_SESSION_RESOURCE_NOTIFY:
    case NGAP_PDU_SESSION_RESOURCE_RELEASE_RESPONSE:
    case NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE:
    case NGAP_RAN_CONFIGURATION_UPDATE:
    case NGAP_RRC_INACTIVE_TRANSITION_REPORT:
    case NGAP_SECONDARY_RAT_DATA_USAGE_REPORT:
    case NGAP_TRACE_FAILURE_INDICATION:
    case NGAP_UE_CONTEXT_MODIFICATION_FAILURE:
    case NGAP_UE_CONTEXT_MODIFICATION_RESPONSE:
    case NGAP_UE_CONTEXT_RELEASE_COMPLETE:
    case NGAP_UE_CONTEXT_RELEASE_REQUEST:
    case NGAP_UE_RADIO_CAPABILITY_CHECK_RESPONSE:
    case NGAP_UE_RADIO_CAPABILITY_INFO_INDICATION:
    case NGAP_UPLINK_NAS_TRANSPORT:
    case NGAP_UPLINK_RAN_CONFIGURATION_TRANSFER:
    case NGAP_UPLINK_RAN_EARLY_STATUS_TRANSFER:
    case NGAP_UPLINK_RAN_STATUS_TRANSFER:
        return true;
    default:
        return false;
    }
}

bool edge_admits(const struct edge_association *association, enum ngap_message_type message)
{
    if (message == NGAP_NG_SETUP_REQUEST)
        return association->setup != SETUP_ASKED;
    if (message == NGAP_RAN_CONFIGURATION_UPDATE && association->asked_update)
        return false;
    return association->setup == SETUP_DONE && is_uplink(message);
}

/* Two nodes that answer Error Indications with Error Indications never stop. */
static bool is_error_indication(const struct ngap_pdu *pdu)
{
    return pdu->message == NGAP_ERROR_INDICATION;
}

static void send_error_indication(struct edge *edge, struct edge_association *association,
                                  const struct ngap_error_indication *indication)
{
    edge_send_gnb(edge, association, 0, NGAP_ERROR_INDICATION, indication);
}

/* The unsuccessful outcome of the procedure, where it has one that the edge can fill in. */
static bool send_unsuccessful(struct edge *edge, struct edge_association *association,
                              const struct ngap_pdu *pdu, struct ngap_cause cause)
{
    const struct ngap_criticality_diagnostics *diagnostics =
        ngap_criticality_diagnostics_of(pdu, &edge->arena);
    if (pdu->message == NGAP_NG_SETUP_REQUEST) {
        struct ngap_ng_setup_failure failure = {.cause = cause, .criticality_diagnostics = diagnostics};
        return edge_send_gnb(edge, association, 0, NGAP_NG_SETUP_FAILURE, &failure);
    }
    if (pdu->message == NGAP_RAN_CONFIGURATION_UPDATE) {
        struct ngap_ran_configuration_update_failure failure = {.cause = cause,
                                                                .criticality_diagnostics = diagnostics};
        return edge_send_gnb(edge, association, 0, NGAP_RAN_CONFIGURATION_UPDATE_FAILURE, &failure);
    }
    if (pdu->message == NGAP_HANDOVER_REQUIRED && pdu->has_amf_ue_ngap_id && pdu->has_ran_ue_ngap_id) {
        struct ngap_handover_preparation_failure failure = {.amf_ue_ngap_id = pdu->amf_ue_ngap_id,
                                                            .ran_ue_ngap_id = pdu->ran_ue_ngap_id,
                                                            .cause = cause,
                                                            .criticality_diagnostics = diagnostics};
        return edge_send_gnb(edge, association, 0, NGAP_HANDOVER_PREPARATION_FAILURE, &failure);
    }
    return false;
}

static bool wants_answer(const struct ngap_pdu *pdu, enum ngap_verdict verdict)
{
    if (is_error_indication(pdu))
        return false;
    if (verdict == NGAP_UNKNOWN_PROCEDURE)
        return pdu->criticality != NGAP_CRITICALITY_IGNORE; /* 10.3.4.1 */
    /* A faulty response ends its procedure here; only its sender's fault is known to us (10.3.4.2, 10.3.5). */
    return verdict == NGAP_TRANSFER_SYNTAX_ERROR || pdu->kind == NGAP_INITIATING;
}

void edge_answer_fault(struct edge *edge, struct edge_association *association, const struct ngap_pdu *pdu,
                       enum ngap_verdict verdict)
{
    if (!wants_answer(pdu, verdict))
        return;
    bool rejected = verdict == NGAP_REJECT || verdict == NGAP_FALSELY_CONSTRUCTED;
    if (rejected && send_unsuccessful(edge, association, pdu, ngap_verdict_cause(verdict)))
        return;
    struct ngap_error_indication indication = ngap_error_indication_for(pdu, verdict, &edge->arena);
    send_error_indication(edge, association, &indication);
}

/* 10.4: a logical error. */
void edge_answer_misplaced(struct edge *edge, struct edge_association *association,
                           const struct ngap_pdu *pdu)
{
    if (is_error_indication(pdu))
        return;
    struct ngap_cause cause = {
        .which = NGAP_CAUSE_PROTOCOL,
        .protocol = NGAP_CAUSE_PROTOCOL_MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE,
    };
    if (association->setup != SETUP_NONE && send_unsuccessful(edge, association, pdu, cause))
        return;
    struct ngap_error_indication indication = ngap_error_indication_for(pdu, NGAP_REJECT, &edge->arena);
    indication.cause = &cause;
    send_error_indication(edge, association, &indication);
}
