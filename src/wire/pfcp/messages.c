/* SPDX-License-Identifier: Apache-2.0 */
/* PFCP as data: what each message is made of (TS 29.244 clauses 7.4, 7.5). */
#include "wire/pfcp/member.h"

/* Node messages, 7.4 */

static const struct pfcp_member heartbeat_members[] = {
    MANDATORY(RECOVERY_TIME_STAMP, pfcp_heartbeat, recovery_time_stamp),
};
GROUP(heartbeat);

static const struct pfcp_member association_setup_request_members[] = {
    MANDATORY(NODE_ID, pfcp_association_setup_request, node_id),
    MANDATORY(RECOVERY_TIME_STAMP, pfcp_association_setup_request, recovery_time_stamp),
    CONDITIONAL(UP_FUNCTION_FEATURES, pfcp_association_setup_request, up_features),
    CONDITIONAL(CP_FUNCTION_FEATURES, pfcp_association_setup_request, cp_features),
    OPTIONAL(PFCP_SESSION_RETENTION_INFORMATION, pfcp_association_setup_request, session_retention),
    LIST(UE_IP_ADDRESS_POOL_INFORMATION, pfcp_association_setup_request, ue_ip_pools),
    OPTIONAL(TRAFFIC_REPORTING, pfcp_association_setup_request, traffic_reporting),
};
GROUP(association_setup_request);

static const struct pfcp_member association_setup_response_members[] = {
    MANDATORY(NODE_ID, pfcp_association_setup_response, node_id),
    MANDATORY(CAUSE, pfcp_association_setup_response, cause),
    MANDATORY(RECOVERY_TIME_STAMP, pfcp_association_setup_response, recovery_time_stamp),
    CONDITIONAL(UP_FUNCTION_FEATURES, pfcp_association_setup_response, up_features),
    CONDITIONAL(CP_FUNCTION_FEATURES, pfcp_association_setup_response, cp_features),
    CONDITIONAL(PFCPASRSP_FLAGS, pfcp_association_setup_response, asrsp_flags),
    LIST(UE_IP_ADDRESS_POOL_INFORMATION, pfcp_association_setup_response, ue_ip_pools),
    OPTIONAL(TRAFFIC_REPORTING, pfcp_association_setup_response, traffic_reporting),
};
GROUP(association_setup_response);

static const struct pfcp_member association_update_request_members[] = {
    MANDATORY(NODE_ID, pfcp_association_update_request, node_id),
    OPTIONAL(UP_FUNCTION_FEATURES, pfcp_association_update_request, up_features),
    OPTIONAL(CP_FUNCTION_FEATURES, pfcp_association_update_request, cp_features),
    CONDITIONAL(ASSOCIATION_RELEASE_REQUEST, pfcp_association_update_request, release_request),
    CONDITIONAL(GRACEFUL_RELEASE_PERIOD, pfcp_association_update_request, graceful_release_period),
    OPTIONAL(PFCPAUREQ_FLAGS, pfcp_association_update_request, aureq_flags),
    LIST(UE_IP_ADDRESS_POOL_INFORMATION, pfcp_association_update_request, ue_ip_pools),
    CONDITIONAL(SHAPING, pfcp_association_update_request, shaping),
    LIST(SHAPING_OF_PEER, pfcp_association_update_request, shaped),
};
GROUP(association_update_request);

static const struct pfcp_member association_update_response_members[] = {
    MANDATORY(NODE_ID, pfcp_association_update_response, node_id),
    MANDATORY(CAUSE, pfcp_association_update_response, cause),
    OPTIONAL(UP_FUNCTION_FEATURES, pfcp_association_update_response, up_features),
    OPTIONAL(CP_FUNCTION_FEATURES, pfcp_association_update_response, cp_features),
};
GROUP(association_update_response);

static const struct pfcp_member association_release_request_members[] = {
    MANDATORY(NODE_ID, pfcp_association_release_request, node_id),
};
GROUP(association_release_request);

static const struct pfcp_member association_release_response_members[] = {
    MANDATORY(NODE_ID, pfcp_association_release_response, node_id),
    MANDATORY(CAUSE, pfcp_association_release_response, cause),
};
GROUP(association_release_response);

static const struct pfcp_member node_report_request_members[] = {
    MANDATORY(NODE_ID, pfcp_node_report_request, node_id),
    MANDATORY(NODE_REPORT_TYPE, pfcp_node_report_request, report_type),
    CONDITIONAL(USER_PLANE_PATH_FAILURE_REPORT, pfcp_node_report_request, path_failure),
    CONDITIONAL(USER_PLANE_PATH_RECOVERY_REPORT, pfcp_node_report_request, path_recovery),
    OPTIONAL(VENDOR_SPECIFIC_NODE_REPORT_TYPE, pfcp_node_report_request, vendor_report_type),
    CONDITIONAL(TRAFFIC_REPORT, pfcp_node_report_request, traffic_report),
    LIST(TRAFFIC_OF_PEER, pfcp_node_report_request, traffic),
};
GROUP(node_report_request);

static const struct pfcp_member node_report_response_members[] = {
    MANDATORY(NODE_ID, pfcp_node_report_response, node_id),
    MANDATORY(CAUSE, pfcp_node_report_response, cause),
    CONDITIONAL(OFFENDING_IE, pfcp_node_report_response, offending_ie),
};
GROUP(node_report_response);

/* Session messages, 7.5 */

static const struct pfcp_member session_establishment_request_members[] = {
    MANDATORY(NODE_ID, pfcp_session_establishment_request, node_id),
    MANDATORY(F_SEID, pfcp_session_establishment_request, cp_f_seid),
    MANDATORY_LIST(CREATE_PDR, pfcp_session_establishment_request, create_pdrs),
    MANDATORY_LIST(CREATE_FAR, pfcp_session_establishment_request, create_fars),
    LIST(CREATE_URR, pfcp_session_establishment_request, create_urrs),
    LIST(CREATE_QER, pfcp_session_establishment_request, create_qers),
    OPTIONAL(CREATE_BAR, pfcp_session_establishment_request, create_bar),
    CONDITIONAL(PDN_TYPE, pfcp_session_establishment_request, pdn_type),
    OPTIONAL(USER_PLANE_INACTIVITY_TIMER, pfcp_session_establishment_request, inactivity_timer),
    OPTIONAL(USER_ID, pfcp_session_establishment_request, user_id),
    OPTIONAL(APN_DNN, pfcp_session_establishment_request, dnn),
    CONDITIONAL(PFCPSEREQ_FLAGS, pfcp_session_establishment_request, sereq_flags),
    OPTIONAL(S_NSSAI, pfcp_session_establishment_request, s_nssai),
    OPTIONAL(RECOVERY_TIME_STAMP, pfcp_session_establishment_request, recovery_time_stamp),
};
GROUP(session_establishment_request);

static const struct pfcp_member session_establishment_response_members[] = {
    MANDATORY(NODE_ID, pfcp_session_establishment_response, node_id),
    MANDATORY(CAUSE, pfcp_session_establishment_response, cause),
    CONDITIONAL(OFFENDING_IE, pfcp_session_establishment_response, offending_ie),
    CONDITIONAL(F_SEID, pfcp_session_establishment_response, up_f_seid),
    LIST(CREATED_PDR, pfcp_session_establishment_response, created_pdrs),
    OPTIONAL(LOAD_CONTROL_INFORMATION, pfcp_session_establishment_response, load_control),
    OPTIONAL(OVERLOAD_CONTROL_INFORMATION, pfcp_session_establishment_response, overload_control),
    CONDITIONAL(FAILED_RULE_ID, pfcp_session_establishment_response, failed_rule),
};
GROUP(session_establishment_response);

static const struct pfcp_member session_modification_request_members[] = {
    CONDITIONAL(F_SEID, pfcp_session_modification_request, cp_f_seid),
    LIST(REMOVE_PDR, pfcp_session_modification_request, remove_pdrs),
    LIST(REMOVE_FAR, pfcp_session_modification_request, remove_fars),
    LIST(REMOVE_URR, pfcp_session_modification_request, remove_urrs),
    LIST(REMOVE_QER, pfcp_session_modification_request, remove_qers),
    CONDITIONAL(REMOVE_BAR, pfcp_session_modification_request, remove_bar),
    LIST(CREATE_PDR, pfcp_session_modification_request, create_pdrs),
    LIST(CREATE_FAR, pfcp_session_modification_request, create_fars),
    LIST(CREATE_URR, pfcp_session_modification_request, create_urrs),
    LIST(CREATE_QER, pfcp_session_modification_request, create_qers),
    CONDITIONAL(CREATE_BAR, pfcp_session_modification_request, create_bar),
    LIST(UPDATE_PDR, pfcp_session_modification_request, update_pdrs),
    LIST(UPDATE_FAR, pfcp_session_modification_request, update_fars),
    LIST(UPDATE_URR, pfcp_session_modification_request, update_urrs),
    LIST(UPDATE_QER, pfcp_session_modification_request, update_qers),
    CONDITIONAL(UPDATE_BAR, pfcp_session_modification_request, update_bar),
    CONDITIONAL(PFCPSMREQ_FLAGS, pfcp_session_modification_request, smreq_flags),
    LIST(QUERY_URR, pfcp_session_modification_request, query_urrs),
    CONDITIONAL(USER_PLANE_INACTIVITY_TIMER, pfcp_session_modification_request, inactivity_timer),
    OPTIONAL(QUERY_URR_REFERENCE, pfcp_session_modification_request, query_reference),
    CONDITIONAL(NODE_ID, pfcp_session_modification_request, node_id),
    OPTIONAL(APN_DNN, pfcp_session_modification_request, dnn),
    OPTIONAL(S_NSSAI, pfcp_session_modification_request, s_nssai),
};
GROUP(session_modification_request);

static const struct pfcp_member session_modification_response_members[] = {
    MANDATORY(CAUSE, pfcp_session_modification_response, cause),
    CONDITIONAL(OFFENDING_IE, pfcp_session_modification_response, offending_ie),
    LIST(CREATED_PDR, pfcp_session_modification_response, created_pdrs),
    OPTIONAL(LOAD_CONTROL_INFORMATION, pfcp_session_modification_response, load_control),
    OPTIONAL(OVERLOAD_CONTROL_INFORMATION, pfcp_session_modification_response, overload_control),
    LIST(USAGE_REPORT_IN_MODIFICATION, pfcp_session_modification_response, usage_reports),
    CONDITIONAL(FAILED_RULE_ID, pfcp_session_modification_response, failed_rule),
    CONDITIONAL(ADDITIONAL_USAGE_REPORTS_INFORMATION, pfcp_session_modification_response, additional_reports),
};
GROUP(session_modification_response);

static const struct pfcp_group session_deletion_request = {0};

static const struct pfcp_member session_deletion_response_members[] = {
    MANDATORY(CAUSE, pfcp_session_deletion_response, cause),
    CONDITIONAL(OFFENDING_IE, pfcp_session_deletion_response, offending_ie),
    OPTIONAL(LOAD_CONTROL_INFORMATION, pfcp_session_deletion_response, load_control),
    OPTIONAL(OVERLOAD_CONTROL_INFORMATION, pfcp_session_deletion_response, overload_control),
    LIST(USAGE_REPORT_IN_DELETION, pfcp_session_deletion_response, usage_reports),
    CONDITIONAL(ADDITIONAL_USAGE_REPORTS_INFORMATION, pfcp_session_deletion_response, additional_reports),
};
GROUP(session_deletion_response);

static const struct pfcp_member session_report_request_members[] = {
    MANDATORY(REPORT_TYPE, pfcp_session_report_request, report_type),
    CONDITIONAL(DOWNLINK_DATA_REPORT, pfcp_session_report_request, downlink_data),
    LIST(USAGE_REPORT_IN_REPORT, pfcp_session_report_request, usage_reports),
    CONDITIONAL(ERROR_INDICATION_REPORT, pfcp_session_report_request, error_indication),
    OPTIONAL(LOAD_CONTROL_INFORMATION, pfcp_session_report_request, load_control),
    OPTIONAL(OVERLOAD_CONTROL_INFORMATION, pfcp_session_report_request, overload_control),
    CONDITIONAL(ADDITIONAL_USAGE_REPORTS_INFORMATION, pfcp_session_report_request, additional_reports),
    CONDITIONAL(PFCPSRREQ_FLAGS, pfcp_session_report_request, srreq_flags),
};
GROUP(session_report_request);

static const struct pfcp_member session_report_response_members[] = {
    MANDATORY(CAUSE, pfcp_session_report_response, cause),
    CONDITIONAL(OFFENDING_IE, pfcp_session_report_response, offending_ie),
    CONDITIONAL(UPDATE_BAR_IN_REPORT_RESPONSE, pfcp_session_report_response, update_bar),
    CONDITIONAL(PFCPSRRSP_FLAGS, pfcp_session_report_response, srrsp_flags),
    OPTIONAL(F_SEID, pfcp_session_report_response, cp_f_seid),
};
GROUP(session_report_response);

static const struct pfcp_group version_not_supported = {0};

static const struct pfcp_message_form forms[] = {
    [PFCP_HEARTBEAT_REQUEST] = {"Heartbeat Request", false, &heartbeat},
    [PFCP_HEARTBEAT_RESPONSE] = {"Heartbeat Response", false, &heartbeat},
    [PFCP_ASSOCIATION_SETUP_REQUEST] = {"Association Setup Request", false, &association_setup_request},
    [PFCP_ASSOCIATION_SETUP_RESPONSE] = {"Association Setup Response", false, &association_setup_response},
    [PFCP_ASSOCIATION_UPDATE_REQUEST] = {"Association Update Request", false, &association_update_request},
    [PFCP_ASSOCIATION_UPDATE_RESPONSE] = {"Association Update Response", false, &association_update_response},
    [PFCP_ASSOCIATION_RELEASE_REQUEST] = {"Association Release Request", false, &association_release_request},
    [PFCP_ASSOCIATION_RELEASE_RESPONSE] = {"Association Release Response", false,
                                           &association_release_response},
    [PFCP_VERSION_NOT_SUPPORTED_RESPONSE] = {"Version Not Supported Response", false, &version_not_supported},
    [PFCP_NODE_REPORT_REQUEST] = {"Node Report Request", false, &node_report_request},
    [PFCP_NODE_REPORT_RESPONSE] = {"Node Report Response", false, &node_report_response},
    [PFCP_SESSION_ESTABLISHMENT_REQUEST] = {"Session Establishment Request", true,
                                            &session_establishment_request},
    [PFCP_SESSION_ESTABLISHMENT_RESPONSE] = {"Session Establishment Response", true,
                                             &session_establishment_response},
    [PFCP_SESSION_MODIFICATION_REQUEST] = {"Session Modification Request", true,
                                           &session_modification_request},
    [PFCP_SESSION_MODIFICATION_RESPONSE] = {"Session Modification Response", true,
                                            &session_modification_response},
    [PFCP_SESSION_DELETION_REQUEST] = {"Session Deletion Request", true, &session_deletion_request},
    [PFCP_SESSION_DELETION_RESPONSE] = {"Session Deletion Response", true, &session_deletion_response},
    [PFCP_SESSION_REPORT_REQUEST] = {"Session Report Request", true, &session_report_request},
    [PFCP_SESSION_REPORT_RESPONSE] = {"Session Report Response", true, &session_report_response},
};

const struct pfcp_message_form *pfcp_form_of(uint8_t type)
{
    return type < sizeof forms / sizeof *forms && forms[type].name ? &forms[type] : NULL;
}
