/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of N2 handover from either gNB (TS 38.413 8.4): what begins a procedure, what belongs to the one that runs, and what is
 * passed on from one gNB to the other.
 */
#include "core/amf/relay.h"
#include "core/amf/relocation.h"
#include "kit/log.h"

/* --- from the source --- */

/* 8.4.1: one handover at a time, and only of a phone that has keys there. */
void handover_required(struct connection *connection, const struct ngap_handover_required *required)
{
    struct ue *ue = connection->ue;
    struct ngap_handover_preparation_failure failure = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .cause = N2_RADIO(INTERACTION_WITH_OTHER_PROCEDURE),
    };
    struct core *core = ue->core;
    core->metrics.handovers_asked[HANDOVER_N2]++;
    bool ours = relocation_peer(core, required) == NO_PEER;
    if (connection->context_up && ue->registered && !ue->handover) {
        if (procedure_start(core, &ue->handover, ours ? "N2 handover" : "N2 handover to another core",
                            ours ? n2_handover : relocation_out, ue, (void *)required))
            return;
        failure.cause = N2_MISC(CONTROL_PROCESSING_OVERLOAD);
    }
    core->metrics.handovers_failed[HANDOVER_N2]++;
    amf_refused(ue, "", "Handover Required",
                failure.cause.which == NGAP_CAUSE_MISC ? "limits.procedures is reached"
                                                       : "another procedure is under way");
    n2_send_ue(connection, NGAP_HANDOVER_PREPARATION_FAILURE, &failure);
}

/* 8.4.5: acknowledged even if there is nothing to cancel. */
void handover_cancel(struct connection *connection)
{
    struct ngap_handover_cancel_acknowledge acknowledge = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
    };
    n2_send_ue(connection, NGAP_HANDOVER_CANCEL_ACKNOWLEDGE, &acknowledge);
    procedure_offer(connection->ue->handover, EV_HANDOVER_CANCEL, NULL);
}

/* 8.4.6, 8.4.7 */
bool handover_status(const struct connection *connection,
                     const struct ngap_uplink_ran_status_transfer *status)
{
    struct connection *target = connection->ue->target;
    if (!target || !connection->leaving)
        return relocation_status_send(connection->ue, &status->ran_status_transfer_transparent_container);
    if (!relay_follows(target->gnb->core, connection->gnb, relay_between(connection->gnb, target->gnb)))
        return true;
    struct ngap_downlink_ran_status_transfer message = {
        .amf_ue_ngap_id = target->amf_ue_ngap_id,
        .ran_ue_ngap_id = target->ran_ue_ngap_id,
        .ran_status_transfer_transparent_container = status->ran_status_transfer_transparent_container,
    };
    return n2_send_ue(target, NGAP_DOWNLINK_RAN_STATUS_TRANSFER, &message);
}

/* 8.4.10, 8.4.11 */
bool handover_early_status(const struct connection *connection,
                           const struct ngap_uplink_ran_early_status_transfer *status)
{
    struct connection *target = connection->ue->target;
    if (!target || !connection->leaving)
        return relocation_early_status_send(connection->ue,
                                            &status->early_status_transfer_transparent_container);
    if (!relay_follows(target->gnb->core, connection->gnb, relay_between(connection->gnb, target->gnb)))
        return true;
    struct ngap_downlink_ran_early_status_transfer message = {
        .amf_ue_ngap_id = target->amf_ue_ngap_id,
        .ran_ue_ngap_id = target->ran_ue_ngap_id,
        .early_status_transfer_transparent_container = status->early_status_transfer_transparent_container,
    };
    return n2_send_ue(target, NGAP_DOWNLINK_RAN_EARLY_STATUS_TRANSFER, &message);
}

/* --- from the SMF --- */

void amf_handover_forwarding(struct ue *ue)
{
    procedure_offer(ue->handover, EV_HANDOVER_FORWARDING, NULL);
}

/* --- from the target --- */

bool handover_answer(struct connection *target, uint16_t stream,
                     const struct ngap_handover_request_acknowledge *answer)
{
    if (target->numbered || !connection_number(target, answer->ran_ue_ngap_id, stream))
        return false;
    if (!target->releasing)
        procedure_offer(target->ue->handover, EV_HANDOVER_REQUEST_ACKNOWLEDGE, answer);
    return true;
}

void handover_failure(struct gnb *gnb, const struct ngap_handover_failure *failure)
{
    struct connection *target = connection_by_amf_id(gnb, failure->amf_ue_ngap_id);
    if (target && target->releasing && !target->numbered)
        connection_free(target); /* crossed the release: there is nothing to release */
    else if (!target || target->releasing)
        n2_refuse(gnb, "N2", "names a phone that is not this association's",
                  N2_RADIO(UNKNOWN_LOCAL_UE_NGAP_ID), &failure->amf_ue_ngap_id, NULL);
    else if (target->numbered || !procedure_offer(target->ue->handover, EV_HANDOVER_FAILURE, failure))
        n2_refuse(gnb, "", "no handover waits for it",
                  N2_PROTOCOL(MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE), &failure->amf_ue_ngap_id, NULL);
}

/* A gNB that gives the prepared resources back. */
static bool withdrawn(struct connection *target, struct ngap_cause cause)
{
    struct ue *ue = target->ue;
    n2_release(target, cause.which ? cause : N2_RADIO(UNSPECIFIED));
    return procedure_offer(ue->handover, EV_HANDOVER_TARGET_LOST, NULL);
}

bool handover_target_message(struct connection *target, const struct ngap_pdu *pdu)
{
    switch (pdu->message) {
    case NGAP_HANDOVER_NOTIFY:
        return procedure_offer(target->ue->handover, EV_HANDOVER_NOTIFY, pdu->value.handover_notify);
    case NGAP_UE_CONTEXT_RELEASE_REQUEST:
        return withdrawn(target, pdu->value.ue_context_release_request->cause);
    default:
        return false;
    }
}
