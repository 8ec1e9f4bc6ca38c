/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PFCP as data: which elements there are, and what the grouped ones are made of (TS 29.244 clauses 7.4, 7.5, 8.1.2).
 * Members are listed in the order in which they are written.
 */
#include "wire/pfcp/member.h"

/* Rules, 7.5.2 to 7.5.4 */

/* Nothing of a filter is left out because it is malformed: it would match what it must not. */
static const struct pfcp_member ethernet_filter_members[] = {
    CONDITIONAL(ETHERNET_FILTER_ID, pfcp_ethernet_filter, id),
    CONDITIONAL(ETHERNET_FILTER_PROPERTIES, pfcp_ethernet_filter, properties),
    LIST(MAC_ADDRESS, pfcp_ethernet_filter, macs),
    CONDITIONAL(ETHERTYPE, pfcp_ethernet_filter, ethertype),
    CONDITIONAL(C_TAG, pfcp_ethernet_filter, c_tag),
    CONDITIONAL(S_TAG, pfcp_ethernet_filter, s_tag),
    LIST(SDF_FILTER, pfcp_ethernet_filter, sdf_filters),
};
GROUP(ethernet_filter);

static const struct pfcp_member pdi_members[] = {
    MANDATORY(SOURCE_INTERFACE, pfcp_pdi, source_interface),
    CONDITIONAL(F_TEID, pfcp_pdi, f_teid),
    CONDITIONAL(NETWORK_INSTANCE, pfcp_pdi, network_instance),
    LIST(UE_IP_ADDRESS, pfcp_pdi, ue_ips),
    LIST(SDF_FILTER, pfcp_pdi, sdf_filters),
    CONDITIONAL(APPLICATION_ID, pfcp_pdi, application_id),
    CONDITIONAL(ETHERNET_PDU_SESSION_INFORMATION, pfcp_pdi, ethernet_session),
    LIST(ETHERNET_PACKET_FILTER, pfcp_pdi, ethernet_filters),
    LIST(QFI, pfcp_pdi, qfis),
    LIST(FRAMED_ROUTE, pfcp_pdi, framed_routes),
    OPTIONAL(FRAMED_ROUTING, pfcp_pdi, framed_routing),
    LIST(FRAMED_IPV6_ROUTE, pfcp_pdi, framed_ipv6_routes),
    OPTIONAL(TGPP_INTERFACE_TYPE, pfcp_pdi, interface_type),
};
GROUP(pdi);

static const struct pfcp_member create_pdr_members[] = {
    MANDATORY(PDR_ID, pfcp_create_pdr, pdr_id),
    MANDATORY(PRECEDENCE, pfcp_create_pdr, precedence),
    MANDATORY(PDI, pfcp_create_pdr, pdi),
    CONDITIONAL(OUTER_HEADER_REMOVAL, pfcp_create_pdr, outer_header_removal),
    CONDITIONAL(FAR_ID, pfcp_create_pdr, far_id),
    LIST(URR_ID, pfcp_create_pdr, urr_ids),
    LIST(QER_ID, pfcp_create_pdr, qer_ids),
    LIST(ACTIVATE_PREDEFINED_RULES, pfcp_create_pdr, predefined_rules),
};
GROUP(create_pdr);

static const struct pfcp_member update_pdr_members[] = {
    MANDATORY(PDR_ID, pfcp_update_pdr, pdr_id),
    CONDITIONAL(OUTER_HEADER_REMOVAL, pfcp_update_pdr, outer_header_removal),
    CONDITIONAL(PRECEDENCE, pfcp_update_pdr, precedence),
    CONDITIONAL(PDI, pfcp_update_pdr, pdi),
    CONDITIONAL(FAR_ID, pfcp_update_pdr, far_id),
    LIST(URR_ID, pfcp_update_pdr, urr_ids),
    LIST(QER_ID, pfcp_update_pdr, qer_ids),
    LIST(ACTIVATE_PREDEFINED_RULES, pfcp_update_pdr, predefined_rules),
    LIST(DEACTIVATE_PREDEFINED_RULES, pfcp_update_pdr, deactivated_rules),
};
GROUP(update_pdr);

static const struct pfcp_member created_pdr_members[] = {
    MANDATORY(PDR_ID, pfcp_created_pdr, pdr_id),
    CONDITIONAL(F_TEID, pfcp_created_pdr, f_teid),
    LIST(UE_IP_ADDRESS, pfcp_created_pdr, ue_ips),
};
GROUP(created_pdr);

static const struct pfcp_member forwarding_members[] = {
    MANDATORY_MARKED(DESTINATION_INTERFACE, pfcp_forwarding, destination_interface),
    OPTIONAL(NETWORK_INSTANCE, pfcp_forwarding, network_instance),
    CONDITIONAL(REDIRECT_INFORMATION, pfcp_forwarding, redirect),
    CONDITIONAL(OUTER_HEADER_CREATION, pfcp_forwarding, outer_header_creation),
    CONDITIONAL(TRANSPORT_LEVEL_MARKING, pfcp_forwarding, transport_level_marking),
    CONDITIONAL(FORWARDING_POLICY, pfcp_forwarding, forwarding_policy),
    OPTIONAL(TGPP_INTERFACE_TYPE, pfcp_forwarding, interface_type),
};
GROUP(forwarding);

static const struct pfcp_member update_forwarding_members[] = {
    CONDITIONAL(DESTINATION_INTERFACE, pfcp_forwarding, destination_interface),
    CONDITIONAL(NETWORK_INSTANCE, pfcp_forwarding, network_instance),
    CONDITIONAL(REDIRECT_INFORMATION, pfcp_forwarding, redirect),
    CONDITIONAL(OUTER_HEADER_CREATION, pfcp_forwarding, outer_header_creation),
    CONDITIONAL(TRANSPORT_LEVEL_MARKING, pfcp_forwarding, transport_level_marking),
    CONDITIONAL(FORWARDING_POLICY, pfcp_forwarding, forwarding_policy),
    CONDITIONAL(PFCPSMREQ_FLAGS, pfcp_forwarding, smreq_flags),
    OPTIONAL(TGPP_INTERFACE_TYPE, pfcp_forwarding, interface_type),
};
GROUP(update_forwarding);

#define DUPLICATING_RULES                                                                \
    CONDITIONAL(OUTER_HEADER_CREATION, pfcp_duplicating, outer_header_creation),         \
        CONDITIONAL(TRANSPORT_LEVEL_MARKING, pfcp_duplicating, transport_level_marking), \
        CONDITIONAL(FORWARDING_POLICY, pfcp_duplicating, forwarding_policy)

static const struct pfcp_member duplicating_members[] = {
    MANDATORY_MARKED(DESTINATION_INTERFACE, pfcp_duplicating, destination_interface),
    DUPLICATING_RULES,
};
GROUP(duplicating);

static const struct pfcp_member update_duplicating_members[] = {
    CONDITIONAL(DESTINATION_INTERFACE, pfcp_duplicating, destination_interface),
    DUPLICATING_RULES,
};
GROUP(update_duplicating);

static const struct pfcp_member create_far_members[] = {
    MANDATORY(FAR_ID, pfcp_create_far, far_id),
    MANDATORY(APPLY_ACTION, pfcp_create_far, apply_action),
    CONDITIONAL(FORWARDING_PARAMETERS, pfcp_create_far, forwarding),
    LIST(DUPLICATING_PARAMETERS, pfcp_create_far, duplicating),
    OPTIONAL(BAR_ID, pfcp_create_far, bar_id),
};
GROUP(create_far);

static const struct pfcp_member update_far_members[] = {
    MANDATORY(FAR_ID, pfcp_update_far, far_id),
    CONDITIONAL(APPLY_ACTION, pfcp_update_far, apply_action),
    CONDITIONAL(UPDATE_FORWARDING_PARAMETERS, pfcp_update_far, forwarding),
    LIST(UPDATE_DUPLICATING_PARAMETERS, pfcp_update_far, duplicating),
    CONDITIONAL(BAR_ID, pfcp_update_far, bar_id),
};
GROUP(update_far);

#define URR_RULES                                                                     \
    CONDITIONAL(MEASUREMENT_PERIOD, pfcp_urr, measurement_period),                    \
        CONDITIONAL(VOLUME_THRESHOLD, pfcp_urr, volume_threshold),                    \
        CONDITIONAL(VOLUME_QUOTA, pfcp_urr, volume_quota),                            \
        CONDITIONAL(TIME_THRESHOLD, pfcp_urr, time_threshold),                        \
        CONDITIONAL(TIME_QUOTA, pfcp_urr, time_quota),                                \
        CONDITIONAL(QUOTA_HOLDING_TIME, pfcp_urr, quota_holding_time),                \
        OPTIONAL(MONITORING_TIME, pfcp_urr, monitoring_time),                         \
        OPTIONAL(SUBSEQUENT_VOLUME_THRESHOLD, pfcp_urr, subsequent_volume_threshold), \
        OPTIONAL(SUBSEQUENT_TIME_THRESHOLD, pfcp_urr, subsequent_time_threshold),     \
        CONDITIONAL(INACTIVITY_DETECTION_TIME, pfcp_urr, inactivity_detection_time),  \
        LIST(LINKED_URR_ID, pfcp_urr, linked_urr_ids),                                \
        CONDITIONAL(MEASUREMENT_INFORMATION, pfcp_urr, measurement_information),      \
        CONDITIONAL(FAR_ID, pfcp_urr, quota_far_id),                                  \
        CONDITIONAL(ETHERNET_INACTIVITY_TIMER, pfcp_urr, ethernet_inactivity_timer)

static const struct pfcp_member create_urr_members[] = {
    MANDATORY(URR_ID, pfcp_urr, urr_id),
    MANDATORY_MARKED(MEASUREMENT_METHOD, pfcp_urr, measurement_method),
    MANDATORY_MARKED(REPORTING_TRIGGERS, pfcp_urr, reporting_triggers),
    URR_RULES,
};
GROUP(create_urr);

static const struct pfcp_member update_urr_members[] = {
    MANDATORY(URR_ID, pfcp_urr, urr_id),
    CONDITIONAL(MEASUREMENT_METHOD, pfcp_urr, measurement_method),
    CONDITIONAL(REPORTING_TRIGGERS, pfcp_urr, reporting_triggers),
    URR_RULES,
};
GROUP(update_urr);

#define QER_RULES                                                                                       \
    CONDITIONAL(MBR, pfcp_qer, mbr), CONDITIONAL(GBR, pfcp_qer, gbr), CONDITIONAL(QFI, pfcp_qer, qfi),  \
        CONDITIONAL(RQI, pfcp_qer, rqi), CONDITIONAL(PAGING_POLICY_INDICATOR, pfcp_qer, paging_policy), \
        OPTIONAL(AVERAGING_WINDOW, pfcp_qer, averaging_window)

static const struct pfcp_member create_qer_members[] = {
    MANDATORY(QER_ID, pfcp_qer, qer_id),
    CONDITIONAL(QER_CORRELATION_ID, pfcp_qer, correlation_id),
    MANDATORY_MARKED(GATE_STATUS, pfcp_qer, gate),
    QER_RULES,
};
GROUP(create_qer);

static const struct pfcp_member update_qer_members[] = {
    MANDATORY(QER_ID, pfcp_qer, qer_id),
    CONDITIONAL(QER_CORRELATION_ID, pfcp_qer, correlation_id),
    CONDITIONAL(GATE_STATUS, pfcp_qer, gate),
    QER_RULES,
};
GROUP(update_qer);

static const struct pfcp_member bar_members[] = {
    MANDATORY(BAR_ID, pfcp_bar, bar_id),
    CONDITIONAL(DOWNLINK_DATA_NOTIFICATION_DELAY, pfcp_bar, notification_delay),
    CONDITIONAL(SUGGESTED_BUFFERING_PACKETS_COUNT, pfcp_bar, packets),
};
GROUP(bar);

static const struct pfcp_member reported_bar_members[] = {
    MANDATORY(BAR_ID, pfcp_bar, bar_id),
    CONDITIONAL(DOWNLINK_DATA_NOTIFICATION_DELAY, pfcp_bar, notification_delay),
    CONDITIONAL(DL_BUFFERING_DURATION, pfcp_bar, buffering_duration),
    OPTIONAL(DL_BUFFERING_SUGGESTED_PACKET_COUNT, pfcp_bar, buffering_packets),
    CONDITIONAL(SUGGESTED_BUFFERING_PACKETS_COUNT, pfcp_bar, packets),
};
GROUP(reported_bar);

static const struct pfcp_member remove_pdr_members[] = {MANDATORY(PDR_ID, pfcp_remove_pdr, pdr_id)};
static const struct pfcp_member remove_far_members[] = {MANDATORY(FAR_ID, pfcp_remove_rule, id)};
static const struct pfcp_member remove_urr_members[] = {MANDATORY(URR_ID, pfcp_remove_rule, id)};
static const struct pfcp_member remove_qer_members[] = {MANDATORY(QER_ID, pfcp_remove_rule, id)};
static const struct pfcp_member remove_bar_members[] = {MANDATORY(BAR_ID, pfcp_remove_bar, bar_id)};
GROUP(remove_pdr);
GROUP(remove_far);
GROUP(remove_urr);
GROUP(remove_qer);
GROUP(remove_bar);

/* Reports, 7.5.5 to 7.5.8 */

static const struct pfcp_member ethernet_traffic_members[] = {
    LIST(MAC_ADDRESSES_DETECTED, pfcp_ethernet_traffic, detected),
    LIST(MAC_ADDRESSES_REMOVED, pfcp_ethernet_traffic, removed),
};
GROUP(ethernet_traffic);

static const struct pfcp_member usage_report_members[] = {
    MANDATORY(URR_ID, pfcp_usage_report, urr_id),
    MANDATORY(UR_SEQN, pfcp_usage_report, sequence),
    MANDATORY(USAGE_REPORT_TRIGGER, pfcp_usage_report, trigger),
    CONDITIONAL(START_TIME, pfcp_usage_report, start_time),
    CONDITIONAL(END_TIME, pfcp_usage_report, end_time),
    CONDITIONAL(VOLUME_MEASUREMENT, pfcp_usage_report, volume),
    CONDITIONAL(DURATION_MEASUREMENT, pfcp_usage_report, duration),
    CONDITIONAL(TIME_OF_FIRST_PACKET, pfcp_usage_report, first_packet),
    CONDITIONAL(TIME_OF_LAST_PACKET, pfcp_usage_report, last_packet),
    CONDITIONAL(QUERY_URR_REFERENCE, pfcp_usage_report, query_reference),
    CONDITIONAL(ETHERNET_TRAFFIC_INFORMATION, pfcp_usage_report, ethernet_traffic),
};
GROUP(usage_report);

static const struct pfcp_member downlink_data_members[] = {
    MANDATORY_LIST(PDR_ID, pfcp_downlink_data_report, pdr_ids),
    LIST(DOWNLINK_DATA_SERVICE_INFORMATION, pfcp_downlink_data_report, services),
};
GROUP(downlink_data);

static const struct pfcp_member error_indication_members[] = {
    MANDATORY_LIST(F_TEID, pfcp_error_indication_report, remote_f_teids),
};
GROUP(error_indication);

static const struct pfcp_member path_report_members[] = {
    MANDATORY_LIST(REMOTE_GTP_U_PEER, pfcp_path_report, peers),
};
GROUP(path_report);

static const struct pfcp_member load_control_members[] = {
    MANDATORY(SEQUENCE_NUMBER, pfcp_load_control, sequence),
    MANDATORY(METRIC, pfcp_load_control, metric),
};
GROUP(load_control);

static const struct pfcp_member overload_control_members[] = {
    MANDATORY(SEQUENCE_NUMBER, pfcp_overload_control, sequence),
    MANDATORY(METRIC, pfcp_overload_control, metric),
    MANDATORY(TIMER, pfcp_overload_control, period),
    CONDITIONAL(OCI_FLAGS, pfcp_overload_control, oci_flags),
};
GROUP(overload_control);

/* Of associations, 7.4.4 */

static const struct pfcp_member ue_ip_pool_members[] = {
    LIST(UE_IP_ADDRESS_POOL_IDENTITY, pfcp_ue_ip_pool, identities),
    OPTIONAL(NETWORK_INSTANCE, pfcp_ue_ip_pool, network_instance),
    LIST(S_NSSAI, pfcp_ue_ip_pool, s_nssais),
    OPTIONAL(IP_VERSION, pfcp_ue_ip_pool, ip_versions),
};
GROUP(ue_ip_pool);

static const struct pfcp_member session_retention_members[] = {
    LIST(CP_PFCP_ENTITY_IP_ADDRESS, pfcp_session_retention, cp_entities),
};
GROUP(session_retention);

#define VALUE(ie, text, kind)        [PFCP_IE_##ie] = {.name = (text), .value = &pfcp_value_##kind}
#define GROUPED(ie, text, the_group) [PFCP_IE_##ie] = {.name = (text), .group = &(the_group)}

static const struct pfcp_element elements[PFCP_IE_TYPES] = {
    GROUPED(CREATE_PDR, "Create PDR", create_pdr),
    GROUPED(PDI, "PDI", pdi),
    GROUPED(CREATE_FAR, "Create FAR", create_far),
    GROUPED(FORWARDING_PARAMETERS, "Forwarding Parameters", forwarding),
    GROUPED(DUPLICATING_PARAMETERS, "Duplicating Parameters", duplicating),
    GROUPED(CREATE_URR, "Create URR", create_urr),
    GROUPED(CREATE_QER, "Create QER", create_qer),
    GROUPED(CREATED_PDR, "Created PDR", created_pdr),
    GROUPED(UPDATE_PDR, "Update PDR", update_pdr),
    GROUPED(UPDATE_FAR, "Update FAR", update_far),
    GROUPED(UPDATE_FORWARDING_PARAMETERS, "Update Forwarding Parameters", update_forwarding),
    GROUPED(UPDATE_DUPLICATING_PARAMETERS, "Update Duplicating Parameters", update_duplicating),
    GROUPED(UPDATE_BAR_IN_REPORT_RESPONSE, "Update BAR", reported_bar),
    GROUPED(UPDATE_URR, "Update URR", update_urr),
    GROUPED(UPDATE_QER, "Update QER", update_qer),
    GROUPED(REMOVE_PDR, "Remove PDR", remove_pdr),
    GROUPED(REMOVE_FAR, "Remove FAR", remove_far),
    GROUPED(REMOVE_URR, "Remove URR", remove_urr),
    GROUPED(REMOVE_QER, "Remove QER", remove_qer),
    VALUE(CAUSE, "Cause", cause),
    VALUE(SOURCE_INTERFACE, "Source Interface", interface),
    VALUE(F_TEID, "F-TEID", f_teid),
    VALUE(NETWORK_INSTANCE, "Network Instance", labels),
    VALUE(SDF_FILTER, "SDF Filter", sdf_filter),
    VALUE(APPLICATION_ID, "Application ID", text),
    VALUE(GATE_STATUS, "Gate Status", gate),
    VALUE(MBR, "MBR", bit_rate),
    VALUE(GBR, "GBR", bit_rate),
    VALUE(QER_CORRELATION_ID, "QER Correlation ID", u32),
    VALUE(PRECEDENCE, "Precedence", u32),
    VALUE(TRANSPORT_LEVEL_MARKING, "Transport Level Marking", u16),
    VALUE(VOLUME_THRESHOLD, "Volume Threshold", volume),
    VALUE(TIME_THRESHOLD, "Time Threshold", u32),
    VALUE(MONITORING_TIME, "Monitoring Time", u32),
    VALUE(SUBSEQUENT_VOLUME_THRESHOLD, "Subsequent Volume Threshold", volume),
    VALUE(SUBSEQUENT_TIME_THRESHOLD, "Subsequent Time Threshold", u32),
    VALUE(INACTIVITY_DETECTION_TIME, "Inactivity Detection Time", u32),
    VALUE(REPORTING_TRIGGERS, "Reporting Triggers", reporting_triggers),
    VALUE(REDIRECT_INFORMATION, "Redirect Information", redirect),
    VALUE(REPORT_TYPE, "Report Type", report_type),
    VALUE(OFFENDING_IE, "Offending IE", offending_ie),
    VALUE(FORWARDING_POLICY, "Forwarding Policy", octets),
    VALUE(DESTINATION_INTERFACE, "Destination Interface", interface),
    VALUE(UP_FUNCTION_FEATURES, "UP Function Features", up_features),
    VALUE(APPLY_ACTION, "Apply Action", apply_action),
    VALUE(DOWNLINK_DATA_SERVICE_INFORMATION, "Downlink Data Service Information", downlink_service),
    VALUE(DOWNLINK_DATA_NOTIFICATION_DELAY, "Downlink Data Notification Delay", u8),
    VALUE(DL_BUFFERING_DURATION, "DL Buffering Duration", u8),
    VALUE(DL_BUFFERING_SUGGESTED_PACKET_COUNT, "DL Buffering Suggested Packet Count", buffering_packets),
    VALUE(PFCPSMREQ_FLAGS, "PFCPSMReq-Flags", smreq_flags),
    VALUE(PFCPSRRSP_FLAGS, "PFCPSRRsp-Flags", smreq_flags),
    GROUPED(LOAD_CONTROL_INFORMATION, "Load Control Information", load_control),
    VALUE(SEQUENCE_NUMBER, "Sequence Number", u32),
    VALUE(METRIC, "Metric", u8),
    GROUPED(OVERLOAD_CONTROL_INFORMATION, "Overload Control Information", overload_control),
    VALUE(TIMER, "Timer", u8),
    VALUE(PDR_ID, "PDR ID", u16),
    VALUE(F_SEID, "F-SEID", f_seid),
    VALUE(NODE_ID, "Node ID", node_id),
    VALUE(MEASUREMENT_METHOD, "Measurement Method", measurement_method),
    VALUE(USAGE_REPORT_TRIGGER, "Usage Report Trigger", usage_trigger),
    VALUE(MEASUREMENT_PERIOD, "Measurement Period", u32),
    VALUE(VOLUME_MEASUREMENT, "Volume Measurement", measured_volume),
    VALUE(DURATION_MEASUREMENT, "Duration Measurement", u32),
    VALUE(TIME_OF_FIRST_PACKET, "Time of First Packet", u32),
    VALUE(TIME_OF_LAST_PACKET, "Time of Last Packet", u32),
    VALUE(QUOTA_HOLDING_TIME, "Quota Holding Time", u32),
    VALUE(VOLUME_QUOTA, "Volume Quota", volume),
    VALUE(TIME_QUOTA, "Time Quota", u32),
    VALUE(START_TIME, "Start Time", u32),
    VALUE(END_TIME, "End Time", u32),
    GROUPED(QUERY_URR, "Query URR", remove_urr),
    GROUPED(USAGE_REPORT_IN_MODIFICATION, "Usage Report", usage_report),
    GROUPED(USAGE_REPORT_IN_DELETION, "Usage Report", usage_report),
    GROUPED(USAGE_REPORT_IN_REPORT, "Usage Report", usage_report),
    VALUE(URR_ID, "URR ID", u32),
    VALUE(LINKED_URR_ID, "Linked URR ID", u32),
    GROUPED(DOWNLINK_DATA_REPORT, "Downlink Data Report", downlink_data),
    VALUE(OUTER_HEADER_CREATION, "Outer Header Creation", outer_header_creation),
    GROUPED(CREATE_BAR, "Create BAR", bar),
    GROUPED(UPDATE_BAR, "Update BAR", bar),
    GROUPED(REMOVE_BAR, "Remove BAR", remove_bar),
    VALUE(BAR_ID, "BAR ID", u8),
    VALUE(CP_FUNCTION_FEATURES, "CP Function Features", cp_features),
    VALUE(UE_IP_ADDRESS, "UE IP Address", ue_ip),
    VALUE(OUTER_HEADER_REMOVAL, "Outer Header Removal", outer_header_removal),
    VALUE(RECOVERY_TIME_STAMP, "Recovery Time Stamp", u32),
    GROUPED(ERROR_INDICATION_REPORT, "Error Indication Report", error_indication),
    VALUE(MEASUREMENT_INFORMATION, "Measurement Information", flags),
    VALUE(NODE_REPORT_TYPE, "Node Report Type", flags),
    GROUPED(USER_PLANE_PATH_FAILURE_REPORT, "User Plane Path Failure Report", path_report),
    VALUE(REMOTE_GTP_U_PEER, "Remote GTP-U Peer", remote_peer),
    VALUE(UR_SEQN, "UR-SEQN", u32),
    VALUE(ACTIVATE_PREDEFINED_RULES, "Activate Predefined Rules", text),
    VALUE(DEACTIVATE_PREDEFINED_RULES, "Deactivate Predefined Rules", text),
    VALUE(FAR_ID, "FAR ID", u32),
    VALUE(QER_ID, "QER ID", u32),
    VALUE(OCI_FLAGS, "OCI Flags", flags),
    VALUE(ASSOCIATION_RELEASE_REQUEST, "PFCP Association Release Request", flags),
    VALUE(GRACEFUL_RELEASE_PERIOD, "Graceful Release Period", u8),
    VALUE(PDN_TYPE, "PDN Type", pdn_type),
    VALUE(FAILED_RULE_ID, "Failed Rule ID", failed_rule),
    VALUE(USER_PLANE_INACTIVITY_TIMER, "User Plane Inactivity Timer", u32),
    VALUE(RQI, "RQI", one_bit),
    VALUE(QFI, "QFI", six_bits),
    VALUE(QUERY_URR_REFERENCE, "Query URR Reference", u32),
    VALUE(ADDITIONAL_USAGE_REPORTS_INFORMATION, "Additional Usage Reports Information", u16),
    GROUPED(ETHERNET_PACKET_FILTER, "Ethernet Packet Filter", ethernet_filter),
    VALUE(MAC_ADDRESS, "MAC address", mac),
    VALUE(C_TAG, "C-TAG", vlan_tag),
    VALUE(S_TAG, "S-TAG", vlan_tag),
    VALUE(ETHERTYPE, "Ethertype", u16),
    VALUE(ETHERNET_FILTER_ID, "Ethernet Filter ID", u32),
    VALUE(ETHERNET_FILTER_PROPERTIES, "Ethernet Filter Properties", flags),
    VALUE(SUGGESTED_BUFFERING_PACKETS_COUNT, "Suggested Buffering Packets Count", u8),
    VALUE(USER_ID, "User ID", user_id),
    VALUE(ETHERNET_PDU_SESSION_INFORMATION, "Ethernet PDU Session Information", flags),
    GROUPED(ETHERNET_TRAFFIC_INFORMATION, "Ethernet Traffic Information", ethernet_traffic),
    VALUE(MAC_ADDRESSES_DETECTED, "MAC Addresses Detected", macs),
    VALUE(MAC_ADDRESSES_REMOVED, "MAC Addresses Removed", macs),
    VALUE(ETHERNET_INACTIVITY_TIMER, "Ethernet Inactivity Timer", u32),
    VALUE(FRAMED_ROUTE, "Framed-Route", text),
    VALUE(FRAMED_ROUTING, "Framed-Routing", u32),
    VALUE(FRAMED_IPV6_ROUTE, "Framed-IPv6-Route", text),
    VALUE(AVERAGING_WINDOW, "Averaging Window", u32),
    VALUE(PAGING_POLICY_INDICATOR, "Paging Policy Indicator", three_bits),
    VALUE(APN_DNN, "APN/DNN", labels),
    VALUE(TGPP_INTERFACE_TYPE, "3GPP Interface Type", six_bits),
    VALUE(PFCPSRREQ_FLAGS, "PFCPSRReq-Flags", flags),
    VALUE(PFCPAUREQ_FLAGS, "PFCPAUReq-Flags", flags),
    VALUE(UE_IP_ADDRESS_POOL_IDENTITY, "UE IP address Pool Identity", pool_identity),
    GROUPED(PFCP_SESSION_RETENTION_INFORMATION, "PFCP Session Retention Information", session_retention),
    VALUE(CP_PFCP_ENTITY_IP_ADDRESS, "CP PFCP Entity IP Address", remote_peer),
    VALUE(PFCPASRSP_FLAGS, "PFCPASRsp-Flags", flags),
    VALUE(PFCPSEREQ_FLAGS, "PFCPSEReq-Flags", flags),
    GROUPED(USER_PLANE_PATH_RECOVERY_REPORT, "User Plane Path Recovery Report", path_report),
    GROUPED(UE_IP_ADDRESS_POOL_INFORMATION, "UE IP address Pool Information", ue_ip_pool),
    VALUE(S_NSSAI, "S-NSSAI", s_nssai),
    VALUE(IP_VERSION, "IP version", flags),
    VALUE(VENDOR_SPECIFIC_NODE_REPORT_TYPE, "Vendor-Specific Node Report Type", vendor_report),
};

static const struct pfcp_element own_elements[PFCP_IE_OWN_END - PFCP_IE_OWN] = {
    {.name = "Traffic Reporting", .value = &pfcp_value_u16},
    {.name = "Traffic Report", .value = &pfcp_value_traffic_report},
    {.name = "Traffic of Peer", .value = &pfcp_value_traffic_of_peer},
    {.name = "Traffic Shaping", .value = &pfcp_value_shaping},
    {.name = "Traffic Shaping of Peer", .value = &pfcp_value_shaping_of_peer},
};

const struct pfcp_element *pfcp_element_of(uint16_t type)
{
    if (type >= PFCP_IE_OWN && type < PFCP_IE_OWN_END)
        return &own_elements[type - PFCP_IE_OWN];
    return type < PFCP_IE_TYPES && elements[type].name ? &elements[type] : NULL;
}
