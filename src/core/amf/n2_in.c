/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NGAP from the edges: what belongs to the interface, and what belongs to a UE - which is looked up among the connections
 * of the very association that it came over (TS 38.413 10.6).
 */
#include <stdlib.h>

#include "core/amf/admission.h"
#include "core/amf/area.h"
#include "core/amf/bar.h"
#include "core/amf/budget.h"
#include "core/amf/fence.h"
#include "core/amf/handover.h"
#include "core/amf/proof.h"
#include "core/amf/relay.h"
#include "core/amf/shelter.h"
#include "core/amf/suspension.h"
#include "core/traffic.h"
#include "kit/log.h"

/* Every list of sessions has the same shape: an identity and a transfer. */
#define TELL_SMF(ue, list, member, kind)                                                           \
    do {                                                                                           \
        for (size_t i = 0; i < (list).count; i++)                                                  \
            smf_n2_response((ue), (list).items[i].pdu_session_id, (kind), (list).items[i].member); \
    } while (0)

/* --- the gNB's context of a UE --- */

/* Once: an answer to what was never asked is an error of the gNB's that it is not told of (10.4). */
static bool context_answered(struct connection *connection)
{
    bool asked = connection->context_asked || connection->context_unknown;
    connection->context_asked = false;
    return asked;
}

static void context_setup_response(struct ue *ue, const struct ngap_initial_context_setup_response *response)
{
    if (!context_answered(ue->connection))
        return;
    ue->connection->context_up = true;
    ue->connection->context_unknown = false;
    timer_stop(ue->core->timers, &ue->connection->timer);
    core_dirty(ue->core, &ue->row);
    TELL_SMF(ue, response->pdu_session_resource_setup_list_cxt_res,
             pdu_session_resource_setup_response_transfer, N2_SETUP_RESPONSE);
    TELL_SMF(ue, response->pdu_session_resource_failed_to_setup_list_cxt_res,
             pdu_session_resource_setup_unsuccessful_transfer, N2_SETUP_UNSUCCESSFUL);
    if (!procedure_offer(ue->procedure, EV_INITIAL_CONTEXT_SETUP_RESPONSE, response))
        mobility_done(ue);
}

static void context_setup_failure(struct ue *ue, const struct ngap_initial_context_setup_failure *failure)
{
    char text[32];
    if (!context_answered(ue->connection))
        return;
    log_warning("amf", NULL, "the gNB cannot set up a context: %s",
                n2_cause_text(&failure->cause, text, sizeof text));
    TELL_SMF(ue, failure->pdu_session_resource_failed_to_setup_list_cxt_fail,
             pdu_session_resource_setup_unsuccessful_transfer, N2_SETUP_UNSUCCESSFUL);
    if (!procedure_offer(ue->procedure, EV_INITIAL_CONTEXT_SETUP_FAILURE, failure))
        an_release(ue, N2_RADIO(UNSPECIFIED), "no context at the gNB");
}

/* 8.3.2: the gNB has its reason, and gets it back. */
static void release_request(struct ue *ue, const struct ngap_ue_context_release_request *request)
{
    struct ngap_cause cause = request->cause.which ? request->cause : N2_RADIO(UNSPECIFIED);
    an_release(ue, cause, "the gNB asked for the release");
}

/* What it was told before comes at no cost to the store. */
static void radio_capability(struct connection *connection,
                             const struct ngap_ue_radio_capability_info_indication *info)
{
    struct ue *ue = connection->ue;
    const struct ngap_ue_radio_capability_for_paging *paging = info->ue_radio_capability_for_paging;
    const struct gnb *gnb = connection->gnb;
    const struct bytes of_nr = paging ? paging->ue_radio_capability_for_paging_of_nr : (struct bytes){0};
    if (relay_keep_capability(ue, gnb, gnb->domain->name, info->ue_radio_capability, of_nr))
        core_dirty(ue->core, &ue->row);
}

/* --- PDU sessions --- */

static void session_setup_response(struct ue *ue,
                                   const struct ngap_pdu_session_resource_setup_response *response)
{
    TELL_SMF(ue, response->pdu_session_resource_setup_list_su_res,
             pdu_session_resource_setup_response_transfer, N2_SETUP_RESPONSE);
    TELL_SMF(ue, response->pdu_session_resource_failed_to_setup_list_su_res,
             pdu_session_resource_setup_unsuccessful_transfer, N2_SETUP_UNSUCCESSFUL);
}

static void session_modify_response(struct ue *ue,
                                    const struct ngap_pdu_session_resource_modify_response *response)
{
    TELL_SMF(ue, response->pdu_session_resource_modify_list_mod_res,
             pdu_session_resource_modify_response_transfer, N2_MODIFY_RESPONSE);
    TELL_SMF(ue, response->pdu_session_resource_failed_to_modify_list_mod_res,
             pdu_session_resource_modify_unsuccessful_transfer, N2_MODIFY_UNSUCCESSFUL);
}

static void session_notify(struct ue *ue, const struct ngap_pdu_session_resource_notify *notify)
{
    TELL_SMF(ue, notify->pdu_session_resource_notify_list, pdu_session_resource_notify_transfer, N2_NOTIFY);
    TELL_SMF(ue, notify->pdu_session_resource_released_list_not,
             pdu_session_resource_notify_released_transfer, N2_NOTIFY_RELEASED);
}

/* --- messages of a UE --- */

static bool is_handover(const struct ngap_cause *cause)
{
    return cause->which == NGAP_CAUSE_RADIO_NETWORK &&
           (cause->radio_network == NGAP_CAUSE_RADIO_NETWORK_NG_INTRA_SYSTEM_HANDOVER_TRIGGERED ||
            cause->radio_network == NGAP_CAUSE_RADIO_NETWORK_XN_HANDOVER_TRIGGERED);
}

/* 8.6.4: what a handover overtook goes out where the phone ends up. */
static void nas_non_delivery(struct ue *ue, const struct ngap_nas_non_delivery_indication *indication)
{
    char text[32], context[UE_CONTEXT_TEXT];
    if (is_handover(&indication->cause) && held_nas_keep(ue, indication->nas_pdu))
        return;
    log_info("amf", ue_context_text(ue, context), "NAS message not delivered: %s",
             n2_cause_text(&indication->cause, text, sizeof text));
}

/* False: no message that a gNB sends for a UE. */
static bool ue_message(struct connection *connection, const struct ngap_pdu *pdu)
{
    struct ue *ue = connection->ue;
    const union ngap_value value = pdu->value;
    if (ue->target == connection)
        return handover_target_message(connection, pdu);
    switch (pdu->message) {
    case NGAP_UPLINK_NAS_TRANSPORT:
        connection->in_area =
            gmm_locate(ue, connection->gnb, &value.uplink_nas_transport->user_location_information);
        gmm_uplink(connection, value.uplink_nas_transport->nas_pdu);
        return true;
    case NGAP_INITIAL_CONTEXT_SETUP_RESPONSE:
        context_setup_response(ue, value.initial_context_setup_response);
        return true;
    case NGAP_INITIAL_CONTEXT_SETUP_FAILURE:
        context_setup_failure(ue, value.initial_context_setup_failure);
        return true;
    case NGAP_UE_CONTEXT_RELEASE_REQUEST:
        release_request(ue, value.ue_context_release_request);
        return true;
    case NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE:
        session_setup_response(ue, value.pdu_session_resource_setup_response);
        return true;
    case NGAP_PDU_SESSION_RESOURCE_MODIFY_RESPONSE:
        session_modify_response(ue, value.pdu_session_resource_modify_response);
        return true;
    case NGAP_PDU_SESSION_RESOURCE_RELEASE_RESPONSE:
        TELL_SMF(ue, value.pdu_session_resource_release_response->pdu_session_resource_released_list_rel_res,
                 pdu_session_resource_release_response_transfer, N2_RELEASE_RESPONSE);
        return true;
    case NGAP_PDU_SESSION_RESOURCE_NOTIFY:
        session_notify(ue, value.pdu_session_resource_notify);
        return true;
    case NGAP_PDU_SESSION_RESOURCE_MODIFY_INDICATION:
        modify_indication(ue, value.pdu_session_resource_modify_indication);
        return true;
    case NGAP_UE_RADIO_CAPABILITY_INFO_INDICATION:
        radio_capability(connection, value.ue_radio_capability_info_indication);
        return true;
    case NGAP_UE_CONTEXT_MODIFICATION_RESPONSE:
        context_modification_response(ue, value.ue_context_modification_response);
        return true;
    case NGAP_UE_CONTEXT_MODIFICATION_FAILURE:
        context_modification_failure(ue, value.ue_context_modification_failure);
        return true;
    case NGAP_NAS_NON_DELIVERY_INDICATION:
        nas_non_delivery(ue, value.nas_non_delivery_indication);
        return true;
    case NGAP_HANDOVER_REQUIRED:
        handover_required(connection, value.handover_required);
        return true;
    case NGAP_HANDOVER_CANCEL:
        handover_cancel(connection);
        return true;
    case NGAP_UPLINK_RAN_STATUS_TRANSFER:
        return handover_status(connection, value.uplink_ran_status_transfer);
    case NGAP_UPLINK_RAN_EARLY_STATUS_TRANSFER:
        return handover_early_status(connection, value.uplink_ran_early_status_transfer);
    case NGAP_LOCATION_REPORT:
    case NGAP_LOCATION_REPORTING_FAILURE_INDICATION:
    case NGAP_RRC_INACTIVE_TRANSITION_REPORT:
    case NGAP_SECONDARY_RAT_DATA_USAGE_REPORT:
    case NGAP_TRACE_FAILURE_INDICATION:
    case NGAP_CELL_TRAFFIC_TRACE:
    case NGAP_UE_RADIO_CAPABILITY_CHECK_RESPONSE:
        return true; /* nobody asked for these */
    default:
        return false;
    }
}

/* TS 38.413 10.6. The target of a handover tells its own number with its first answer. */
static bool pair_known(const struct connection *connection, const struct ngap_pdu *pdu)
{
    if (connection->numbered)
        return connection->ran_ue_ngap_id == pdu->ran_ue_ngap_id;
    return pdu->message == NGAP_HANDOVER_REQUEST_ACKNOWLEDGE || connection->releasing;
}

static void misplaced(struct gnb *gnb, const uint64_t *amf_id, const uint32_t *ran_id)
{
    gnb_misdeed(gnb, MISDEED_MISPLACED, 1);
    n2_refuse(gnb, "", "out of place in this state", N2_PROTOCOL(MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE),
              amf_id, ran_id);
}

static void foreign(struct gnb *gnb, struct ngap_cause cause, const uint64_t *amf_id, const uint32_t *ran_id)
{
    gnb_misdeed(gnb, MISDEED_FOREIGN_ID, 1);
    n2_refuse(gnb, "N2", "names a phone that is not this association's", cause, amf_id, ran_id);
}

static void for_ue(struct gnb *gnb, uint16_t stream, const struct ngap_pdu *pdu)
{
    const uint64_t *amf_id = &pdu->amf_ue_ngap_id;
    const uint32_t *ran_id = &pdu->ran_ue_ngap_id;
    struct connection *connection = connection_by_amf_id(gnb, *amf_id);
    bool complete = pdu->message == NGAP_UE_CONTEXT_RELEASE_COMPLETE;
    if (!connection || !pair_known(connection, pdu)) {
        if (!complete)
            foreign(gnb,
                    connection ? N2_RADIO(INCONSISTENT_REMOTE_UE_NGAP_ID)
                               : N2_RADIO(UNKNOWN_LOCAL_UE_NGAP_ID),
                    amf_id, ran_id);
        return;
    }
    if (pdu->message == NGAP_HANDOVER_REQUEST_ACKNOWLEDGE &&
        handover_answer(connection, stream, pdu->value.handover_request_acknowledge))
        return;
    if (connection->releasing) {
        if (complete) {
            paging_learn(gnb, connection->released, pdu->value.ue_context_release_complete);
            connection_free(connection);
        }
        return; /* crossed our release command */
    }
    if (!ue_message(connection, pdu))
        misplaced(gnb, amf_id, ran_id);
}

/* --- messages of the interface --- */

/* False: it is none. */
static bool interface_message(struct gnb *gnb, uint16_t stream, const struct ngap_pdu *pdu)
{
    switch (pdu->message) {
    case NGAP_RAN_CONFIGURATION_UPDATE:
        if (!proof_awaited(gnb, gnb->identity, pdu))
            ran_configuration_update(gnb, pdu->value.ran_configuration_update);
        return true;
    case NGAP_NG_RESET:
        ng_reset(gnb, pdu->value.ng_reset);
        return true;
    case NGAP_INITIAL_UE_MESSAGE:
        if (!gnb_is_shut(gnb)) /* it has been asked to hold back, and gets no other answer */
            gmm_initial(gnb, stream, pdu->value.initial_ue_message);
        return true;
    case NGAP_PATH_SWITCH_REQUEST:
        path_switch_request(gnb, stream, pdu->value.path_switch_request);
        return true;
    case NGAP_AMF_CONFIGURATION_UPDATE_FAILURE:
        log_warning("amf", NULL, "gNB %s refuses the AMF's configuration update", gnb->name);
        return true;
    case NGAP_AMF_CONFIGURATION_UPDATE_ACKNOWLEDGE:
    case NGAP_NG_RESET_ACKNOWLEDGE:
        return true;
    case NGAP_UPLINK_RAN_CONFIGURATION_TRANSFER:
        ran_configuration_transfer(gnb, pdu->value.uplink_ran_configuration_transfer);
        return true;
    case NGAP_HANDOVER_FAILURE:
        handover_failure(gnb, pdu->value.handover_failure);
        return true;
    default:
        return false;
    }
}

static void setup(struct gnb *gnb, const struct ngap_pdu *pdu)
{
    const struct ngap_ng_setup_request *request = pdu->value.ng_setup_request;
    if (!proof_awaited(gnb, gnb_identity_of(&request->global_ran_node_id), pdu))
        ng_setup(gnb, request);
}

static void dispatch(struct gnb *gnb, uint16_t stream, const struct ngap_pdu *pdu)
{
    if (pdu->message == NGAP_NG_SETUP_REQUEST) {
        setup(gnb, pdu);
    } else if (pdu->message == NGAP_ERROR_INDICATION) {
        if (gnb->ready)
            error_indication(gnb, pdu->value.error_indication);
    } else if (!gnb->ready) {
        misplaced(gnb, NULL, NULL);
    } else if (!interface_message(gnb, stream, pdu)) {
        if (pdu->has_amf_ue_ngap_id && pdu->has_ran_ue_ngap_id)
            for_ue(gnb, stream, pdu);
        else
            misplaced(gnb, NULL, NULL);
    }
}

void core_ngap(struct core *core, uint64_t association, uint16_t stream, const struct ngap_pdu *pdu)
{
    struct gnb *gnb = gnb_find(core, association);
    core->metrics.ngap_in++;
    if (!gnb)
        return;
    log_charge(&gnb->payer, core->timers->now, gnb_budget(gnb).log_bytes);
    core->payer = association;
    dispatch(gnb, stream, pdu);
    core->payer = 0;
    log_charge(NULL, 0, 0);
}

/* --- associations --- */

void core_association_up(struct core *core, uint64_t association, const struct core_peer *peer)
{
    struct gnb *gnb = gnb_find(core, association);
    if (gnb)
        gnb_free(gnb, "the association began anew");
    if (!gnb_new(core, association, peer))
        core_close(core, association);
}

void core_association_down(struct core *core, uint64_t association, const char *reason)
{
    struct gnb *gnb = gnb_find(core, association);
    if (!gnb)
        return;
    if (gnb->ready)
        log_warning("amf", NULL, "gNB %s is lost: %s", gnb->name, reason);
    gnb_await_return(gnb, "its gNB is lost");
    gnb_free(gnb, "its gNB is lost");
}

void core_association_kept(struct core *core, uint64_t association, const struct core_peer *peer)
{
    core_association_up(core, association, peer);
}

/* Phones whose registration a restart cut short are known to the gNB alone; where there are no others, it is told. */
static void replay_setup(struct gnb *gnb, const struct ngap_ng_setup_request *request)
{
    gnb->replaying = true;
    ng_setup(gnb, request);
    gnb->replaying = false;
    if (!gnb->ready) {
        uint64_t association = gnb->association;
        struct core *core = gnb->core;
        gnb_free(gnb, "it does not fit the configuration any more");
        core_close(core, association);
        return;
    }
    amf_forgot_overload(gnb);
    if (adopt(gnb) == 0)
        ng_reset_send(gnb, N2_MISC(UNSPECIFIED));
    bar_meets(gnb);
    shelter_look(gnb);
}

void core_replay(struct core *core, uint64_t association, const struct ngap_pdu *pdu)
{
    struct gnb *gnb = gnb_find(core, association);
    if (!gnb)
        return;
    if (pdu->message == NGAP_NG_SETUP_REQUEST) {
        replay_setup(gnb, pdu->value.ng_setup_request);
    } else if (pdu->message == NGAP_RAN_CONFIGURATION_UPDATE && gnb->ready) {
        gnb->replaying = true;
        ran_configuration_update(gnb, pdu->value.ran_configuration_update);
        gnb->replaying = false;
    }
}

bool core_follow(struct core *core, const struct config *config, struct ledger **ledger, const char **why)
{
    struct ledger *old = core->ledger;
    if (!udm_reload(core->udm, config, why))
        return false;
    core->ledger = *ledger;
    *ledger = old;
    const bool other_areas = area_differs(core->config, config);
    core->config = config;
    traffic_reload(core);
    smf_reload(core);
    suspensions_look(core);
    gnbs_reconsider(core, amf_configuration_update);
    bars_reconsider(core);
    admission_watch(core);
    if (other_areas)
        area_tell_all(core);
    proof_watch(core);
    return true;
}

bool core_reload(struct core *core, const struct config *config, const char **why)
{
    struct config_report report = {0};
    struct ledger *ledger = ledger_new(&config->inventory, &report);
    *why = "the inventory's files are not right, see demarc line check";
    const bool done = ledger && core_follow(core, config, &ledger, why);
    ledger_free(ledger);
    return done;
}
