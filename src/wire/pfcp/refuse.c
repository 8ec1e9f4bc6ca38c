/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to a PFCP request that is refused. */
#include "wire/pfcp/pfcp.h"

bool pfcp_refuse(const struct pfcp_message *request, const struct pfcp_problem *problem,
                 const struct pfcp_node_id *own, uint32_t recovery_time_stamp, struct pfcp_message *answer)
{
    uint16_t offending = problem->offending_ie;
    uint8_t cause = problem->cause;
    *answer = (struct pfcp_message){.sequence = request->sequence, .type = (uint8_t)(request->type + 1)};
    if (problem->reaction == PFCP_ANSWER_VERSION) {
        answer->type = PFCP_VERSION_NOT_SUPPORTED_RESPONSE;
        return true;
    }
    if (problem->reaction == PFCP_DISCARD)
        return false;
    switch (request->type) {
    case PFCP_ASSOCIATION_SETUP_REQUEST:
        answer->association_setup_response = (struct pfcp_association_setup_response){
            .node_id = *own, .cause = cause, .recovery_time_stamp = recovery_time_stamp};
        return true;
    case PFCP_ASSOCIATION_UPDATE_REQUEST:
        answer->association_update_response =
            (struct pfcp_association_update_response){.node_id = *own, .cause = cause};
        return true;
    case PFCP_ASSOCIATION_RELEASE_REQUEST:
        answer->association_release_response =
            (struct pfcp_association_release_response){.node_id = *own, .cause = cause};
        return true;
    case PFCP_NODE_REPORT_REQUEST:
        answer->node_report_response = (struct pfcp_node_report_response){
            .node_id = *own, .cause = cause, .has_offending_ie = offending, .offending_ie = offending};
        return true;
    case PFCP_SESSION_ESTABLISHMENT_REQUEST:
        answer->seid = request->session_establishment_request.cp_f_seid.seid;
        answer->session_establishment_response = (struct pfcp_session_establishment_response){
            .node_id = *own, .cause = cause, .has_offending_ie = offending, .offending_ie = offending};
        return true;
    case PFCP_SESSION_MODIFICATION_REQUEST:
        answer->session_modification_response = (struct pfcp_session_modification_response){
            .cause = cause, .has_offending_ie = offending, .offending_ie = offending};
        return true;
    case PFCP_SESSION_DELETION_REQUEST:
        answer->session_deletion_response = (struct pfcp_session_deletion_response){
            .cause = cause, .has_offending_ie = offending, .offending_ie = offending};
        return true;
    case PFCP_SESSION_REPORT_REQUEST:
        answer->session_report_response = (struct pfcp_session_report_response){
            .cause = cause, .has_offending_ie = offending, .offending_ie = offending};
        return true;
    default: /* a heartbeat has no cause to give */
        return false;
    }
}
