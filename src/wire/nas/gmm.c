/* SPDX-License-Identifier: Apache-2.0 */
/* TS 24.501 8.2: the 5GMM messages, a row for an information element, in the order and with the numbers of
 * its tables. */
#include "wire/nas/table.h"

/* clang-format off */

#define MESSAGE nas_registration_request
static const struct nas_field registration_request[] = {
    LOW(type, registration_type),
    HIGH(ngksi, u8),
    M(identity, LV_E, 3, N, identity),
    O1(0xc0, non_current_ngksi, u8),
    O(0x10, gmm_capability, TLV, 3, 15, gmm_capability),
    O(0x2e, ue_security_capability, TLV, 4, 10, security_capability),
    O(0x2f, requested_nssai, TLV, 4, 74, nssai),
    O(0x52, last_visited_tai, TV, 7, 7, tai),
    O(0x17, s1_ue_network_capability, TLV, 4, 15, opaque),
    O(0x40, uplink_data_status, TLV, 4, 34, sessions),
    O(0x50, pdu_session_status, TLV, 4, 34, sessions),
    O1(0xb0, mico_indication, mico),
    O(0x2b, ue_status, TLV, 3, 3, ue_status),
    O(0x77, additional_guti, TLV_E, 14, 14, guti),
    O(0x25, allowed_pdu_session_status, TLV, 4, 34, sessions),
    O(0x18, usage_setting, TLV, 3, 3, u8),
    O(0x51, requested_drx, TLV, 3, 3, u8),
    O(0x70, eps_nas_message_container, TLV_E, 4, N, opaque),
    O(0x74, ladn_indication, TLV_E, 3, 811, dnn_list),
    O1(0x80, payload_container_type, payload_type),
    O(0x7b, payload_container, TLV_E, 4, N, opaque),
    O1(0x90, network_slicing_indication, u8),
    O(0x53, update_type, TLV, 3, 3, update_type),
    O(0x41, mobile_station_classmark_2, TLV, 5, 5, opaque),
    O(0x42, supported_codecs, TLV, 5, N, opaque),
    O(0x71, nas_message_container, TLV_E, 4, N, opaque),
    O(0x60, eps_bearer_context_status, TLV, 4, 4, u16),
    O(0x6e, requested_extended_drx, TLV, 3, 4, opaque),
    O(0x6a, t3324, TLV, 3, 3, timer_3),
    O(0x67, ue_radio_capability_id, TLV, 3, N, opaque),
    O(0x35, requested_mapped_nssai, TLV, 3, 42, opaque),
    O(0x48, additional_information_requested, TLV, 3, 3, u8),
    O(0x1a, requested_wus_assistance, TLV, 3, N, opaque),
    O1(0xa0, n5gc_indication, u8),
    O(0x30, requested_nb_n1_drx, TLV, 3, 3, u8),
    O(0x29, ue_request_type, TLV, 3, 3, u8),
    O(0x28, paging_restriction, TLV, 3, 35, opaque),
    O(0x72, slaa_container, TLV_E, 6, N, opaque),
    O(0x32, nid, TLV, 8, 8, opaque),
    O(0x16, disaster_plmn, TLV, 5, 5, plmn),
    O(0x2a, requested_peips_assistance, TLV, 3, N, opaque),
    O(0x3b, requested_t3512, TLV, 3, 3, timer_3),
};
#undef MESSAGE

#define MESSAGE nas_registration_accept
static const struct nas_field registration_accept[] = {
    M(result, LV, 2, 2, registration_result),
    O(0x77, guti, TLV_E, 14, 14, guti),
    O(0x4a, equivalent_plmns, TLV, 5, 47, plmns),
    O(0x54, tai_list, TLV, 9, 114, tai_list),
    O(0x15, allowed_nssai, TLV, 4, 74, nssai),
    O(0x11, rejected_nssai, TLV, 4, 42, rejected_nssai),
    O(0x31, configured_nssai, TLV, 4, 146, nssai),
    O(0x21, network_feature_support, TLV, 3, 5, gmm_features),
    O(0x50, pdu_session_status, TLV, 4, 34, sessions),
    O(0x26, reactivation_result, TLV, 4, 34, sessions),
    O(0x72, reactivation_causes, TLV_E, 5, 515, session_causes),
    O(0x79, ladn_information, TLV_E, 12, 1715, ladn),
    O1(0xb0, mico_indication, mico),
    O1(0x90, network_slicing_indication, u8),
    O(0x27, service_area_list, TLV, 6, 114, service_area),
    O(0x5e, t3512, TLV, 3, 3, timer_3),
    O(0x5d, non_3gpp_deregistration_timer, TLV, 3, 3, timer),
    O(0x16, t3502, TLV, 3, 3, timer),
    O(0x34, emergency_numbers, TLV, 5, 50, emergency_numbers),
    O(0x7a, extended_emergency_numbers, TLV_E, 7, N, opaque),
    O(0x73, sor_container, TLV_E, 20, N, opaque),
    O(0x78, eap_message, TLV_E, 7, 1503, opaque),
    O1(0xa0, nssai_inclusion_mode, u8),
    O(0x76, access_category_definitions, TLV_E, 3, 8323, opaque),
    O(0x51, negotiated_drx, TLV, 3, 3, u8),
    O1(0xd0, non_3gpp_policies, u8),
    O(0x60, eps_bearer_context_status, TLV, 4, 4, u16),
    O(0x6e, negotiated_extended_drx, TLV, 3, 4, opaque),
    O(0x6c, t3447, TLV, 3, 3, timer_3),
    O(0x6b, t3448, TLV, 3, 3, timer),
    O(0x6a, t3324, TLV, 3, 3, timer_3),
    O(0x67, ue_radio_capability_id, TLV, 3, N, opaque),
    O1(0xe0, radio_capability_id_deletion, u8),
    O(0x39, pending_nssai, TLV, 4, 146, nssai),
    O(0x74, ciphering_key_data, TLV_E, 34, N, opaque),
    O(0x75, cag_information, TLV_E, 3, N, opaque),
    O(0x1b, truncated_s_tmsi, TLV, 3, 3, u8),
    O(0x1c, negotiated_wus_assistance, TLV, 3, N, opaque),
    O(0x29, negotiated_nb_n1_drx, TLV, 3, 3, u8),
    O(0x68, extended_rejected_nssai, TLV, 5, 90, opaque),
    O(0x7b, slaa_container, TLV_E, 6, N, opaque),
    O(0x33, negotiated_peips_assistance, TLV, 3, N, opaque),
    O(0x35, additional_request_result, TLV, 3, 3, u8),
    O(0x70, nssrg_information, TLV_E, 7, 4099, opaque),
    O(0x14, disaster_roaming_wait_range, TLV, 4, 4, u16),
    O(0x2c, disaster_return_wait_range, TLV, 4, 4, u16),
    O(0x13, disaster_plmns, TLV, 2, N, opaque),
    O(0x1d, forbidden_tais_roaming, TLV, 9, 114, tai_list),
    O(0x1e, forbidden_tais_regional, TLV, 9, 114, tai_list),
    O(0x71, extended_cag_information, TLV_E, 3, N, opaque),
    O(0x7c, nsag_information, TLV_E, 9, 3143, opaque),
};
#undef MESSAGE

#define MESSAGE nas_registration_complete
static const struct nas_field registration_complete[] = {
    O(0x73, sor_container, TLV_E, 20, 20, opaque),
};
#undef MESSAGE

#define MESSAGE nas_registration_reject
static const struct nas_field registration_reject[] = {
    M(cause, V, 1, 1, gmm_cause),
    O(0x5f, t3346, TLV, 3, 3, timer),
    O(0x16, t3502, TLV, 3, 3, timer),
    O(0x78, eap_message, TLV_E, 7, 1503, opaque),
    O(0x69, rejected_nssai, TLV, 4, 42, rejected_nssai),
    O(0x75, cag_information, TLV_E, 3, N, opaque),
    O(0x68, extended_rejected_nssai, TLV, 5, 90, opaque),
    O(0x2c, disaster_return_wait_range, TLV, 4, 4, u16),
    O(0x71, extended_cag_information, TLV_E, 3, N, opaque),
    O(0x3a, lower_bound_timer, TLV, 3, 3, timer_3),
    O(0x1d, forbidden_tais_roaming, TLV, 9, 114, tai_list),
    O(0x1e, forbidden_tais_regional, TLV, 9, 114, tai_list),
};
#undef MESSAGE

#define MESSAGE nas_deregistration_request
static const struct nas_field deregistration_request[] = {
    LOW(type, deregistration_type),
    HIGH(ngksi, u8),
    M(identity, LV_E, 3, N, identity),
};
#undef MESSAGE

#define MESSAGE nas_network_deregistration_request
static const struct nas_field network_deregistration_request[] = {
    LOW(type, deregistration_type),
    O(0x58, cause, TV, 2, 2, gmm_cause),
    O(0x5f, t3346, TLV, 3, 3, timer),
    O(0x6d, rejected_nssai, TLV, 4, 42, rejected_nssai),
    O(0x75, cag_information, TLV_E, 3, N, opaque),
    O(0x68, extended_rejected_nssai, TLV, 5, 90, opaque),
    O(0x2c, disaster_return_wait_range, TLV, 4, 4, u16),
    O(0x71, extended_cag_information, TLV_E, 3, N, opaque),
    O(0x3a, lower_bound_timer, TLV, 3, 3, timer_3),
    O(0x1d, forbidden_tais_roaming, TLV, 9, 114, tai_list),
    O(0x1e, forbidden_tais_regional, TLV, 9, 114, tai_list),
};
#undef MESSAGE

#define MESSAGE nas_service_request
static const struct nas_field service_request[] = {
    LOW(ngksi, u8),
    HIGH(service_type, service_type),
    M(identity, LV_E, 9, 9, s_tmsi),
    O(0x40, uplink_data_status, TLV, 4, 34, sessions),
    O(0x50, pdu_session_status, TLV, 4, 34, sessions),
    O(0x25, allowed_pdu_session_status, TLV, 4, 34, sessions),
    O(0x71, nas_message_container, TLV_E, 4, N, opaque),
    O(0x29, ue_request_type, TLV, 3, 3, u8),
    O(0x28, paging_restriction, TLV, 3, 35, opaque),
};
#undef MESSAGE

#define MESSAGE nas_service_accept
static const struct nas_field service_accept[] = {
    O(0x50, pdu_session_status, TLV, 4, 34, sessions),
    O(0x26, reactivation_result, TLV, 4, 34, sessions),
    O(0x72, reactivation_causes, TLV_E, 5, 515, session_causes),
    O(0x78, eap_message, TLV_E, 7, 1503, opaque),
    O(0x6b, t3448, TLV, 3, 3, timer),
    O(0x34, additional_request_result, TLV, 3, 3, u8),
    O(0x1d, forbidden_tais_roaming, TLV, 9, 114, tai_list),
    O(0x1e, forbidden_tais_regional, TLV, 9, 114, tai_list),
};
#undef MESSAGE

#define MESSAGE nas_service_reject
static const struct nas_field service_reject[] = {
    M(cause, V, 1, 1, gmm_cause),
    O(0x50, pdu_session_status, TLV, 4, 34, sessions),
    O(0x5f, t3346, TLV, 3, 3, timer),
    O(0x78, eap_message, TLV_E, 7, 1503, opaque),
    O(0x6b, t3448, TLV, 3, 3, timer),
    O(0x75, cag_information, TLV_E, 3, N, opaque),
    O(0x2c, disaster_return_wait_range, TLV, 4, 4, u16),
    O(0x71, extended_cag_information, TLV_E, 3, N, opaque),
    O(0x3a, lower_bound_timer, TLV, 3, 3, timer_3),
    O(0x1d, forbidden_tais_roaming, TLV, 9, 114, tai_list),
    O(0x1e, forbidden_tais_regional, TLV, 9, 114, tai_list),
};
#undef MESSAGE

#define MESSAGE nas_control_plane_service_request
static const struct nas_field control_plane_service_request[] = {
    LOW(service_type, u8),
    HIGH(ngksi, u8),
    O(0x6f, ciot_small_data, TLV, 4, 257, opaque),
    O1(0x80, payload_container_type, payload_type),
    O(0x7b, payload_container, TLV_E, 4, N, opaque),
    O(0x12, pdu_session_id, TV, 2, 2, u8),
    O(0x50, pdu_session_status, TLV, 4, 34, sessions),
    O1(0xf0, release_assistance, u8),
    O(0x40, uplink_data_status, TLV, 4, 34, sessions),
    O(0x71, nas_message_container, TLV_E, 4, N, opaque),
    O(0x24, additional_information, TLV, 3, N, opaque),
    O(0x25, allowed_pdu_session_status, TLV, 4, 34, sessions),
    O(0x29, ue_request_type, TLV, 3, 3, u8),
    O(0x28, paging_restriction, TLV, 3, 35, opaque),
};
#undef MESSAGE

#define MESSAGE nas_configuration_update_command
static const struct nas_field configuration_update_command[] = {
    O1(0xd0, indication, update_indication),
    O(0x77, guti, TLV_E, 14, 14, guti),
    O(0x54, tai_list, TLV, 9, 114, tai_list),
    O(0x15, allowed_nssai, TLV, 4, 74, nssai),
    O(0x27, service_area_list, TLV, 6, 114, service_area),
    O(0x43, full_name, TLV, 3, N, network_name),
    O(0x45, short_name, TLV, 3, N, network_name),
    O(0x46, local_time_zone, TV, 2, 2, zone),
    O(0x47, universal_time, TV, 8, 8, time),
    O(0x49, daylight_saving, TLV, 3, 3, u8),
    O(0x79, ladn_information, TLV_E, 3, 1715, ladn),
    O1(0xb0, mico_indication, mico),
    O1(0x90, network_slicing_indication, u8),
    O(0x31, configured_nssai, TLV, 4, 146, nssai),
    O(0x11, rejected_nssai, TLV, 4, 42, rejected_nssai),
    O(0x76, access_category_definitions, TLV_E, 3, 8323, opaque),
    O1(0xf0, sms_indication, u8),
    O(0x6c, t3447, TLV, 3, 3, timer_3),
    O(0x75, cag_information, TLV_E, 3, N, opaque),
    O(0x67, ue_radio_capability_id, TLV, 3, N, opaque),
    O1(0xa0, radio_capability_id_deletion, u8),
    O(0x44, registration_result, TLV, 3, 3, registration_result),
    O(0x1b, truncated_s_tmsi, TLV, 3, 3, u8),
    O1(0xc0, additional_indication, u8),
    O(0x68, extended_rejected_nssai, TLV, 5, 90, opaque),
    O(0x72, slaa_container, TLV_E, 6, N, opaque),
    O(0x70, nssrg_information, TLV_E, 7, 4099, opaque),
    O(0x14, disaster_roaming_wait_range, TLV, 4, 4, u16),
    O(0x2c, disaster_return_wait_range, TLV, 4, 4, u16),
    O(0x13, disaster_plmns, TLV, 2, N, opaque),
    O(0x71, extended_cag_information, TLV_E, 3, N, opaque),
    O(0x1f, updated_peips_assistance, TLV, 3, N, opaque),
    O(0x73, nsag_information, TLV_E, 9, 3143, opaque),
};
#undef MESSAGE

#define MESSAGE nas_authentication_request
static const struct nas_field authentication_request[] = {
    LOW(ngksi, u8),
    M(abba, LV, 3, N, opaque),
    O(0x21, rand, TV, 17, 17, octets16),
    O(0x20, autn, TLV, 18, 18, octets16),
    O(0x78, eap_message, TLV_E, 7, 1503, opaque),
};
#undef MESSAGE

#define MESSAGE nas_authentication_response
static const struct nas_field authentication_response[] = {
    O(0x2d, response, TLV, 18, 18, opaque),
    O(0x78, eap_message, TLV_E, 7, 1503, opaque),
};
#undef MESSAGE

#define MESSAGE nas_authentication_reject
static const struct nas_field authentication_reject[] = {
    O(0x78, eap_message, TLV_E, 7, 1503, opaque),
};
#undef MESSAGE

#define MESSAGE nas_authentication_failure
static const struct nas_field authentication_failure[] = {
    M(cause, V, 1, 1, gmm_cause),
    O(0x30, auts, TLV, 16, 16, octets14),
};
#undef MESSAGE

#define MESSAGE nas_authentication_result
static const struct nas_field authentication_result[] = {
    LOW(ngksi, u8),
    M(eap_message, LV_E, 6, 1502, opaque),
    O(0x38, abba, TLV, 4, N, opaque),
};
#undef MESSAGE

#define MESSAGE nas_identity_request
static const struct nas_field identity_request[] = {
    LOW(identity_type, identity_type),
};
#undef MESSAGE

#define MESSAGE nas_identity_response
static const struct nas_field identity_response[] = {
    M(identity, LV_E, 3, N, identity),
};
#undef MESSAGE

#define MESSAGE nas_security_mode_command
static const struct nas_field security_mode_command[] = {
    M(algorithms, V, 1, 1, algorithms),
    LOW(ngksi, u8),
    M(replayed_capability, LV, 3, 9, security_capability),
    O1(0xe0, imeisv_request, u8),
    O(0x57, eps_algorithms, TV, 2, 2, algorithms),
    O(0x36, additional_information, TLV, 3, 3, security_information),
    O(0x78, eap_message, TLV_E, 7, 1503, opaque),
    O(0x38, abba, TLV, 4, N, opaque),
    O(0x19, replayed_s1_capability, TLV, 4, 7, opaque),
};
#undef MESSAGE

#define MESSAGE nas_security_mode_complete
static const struct nas_field security_mode_complete[] = {
    O(0x77, imeisv, TLV_E, 12, 12, imeisv),
    O(0x71, nas_message_container, TLV_E, 4, N, opaque),
    O(0x78, non_imeisv_pei, TLV_E, 7, N, pei),
};
#undef MESSAGE

#define MESSAGE nas_security_mode_reject
static const struct nas_field security_mode_reject[] = {
    M(cause, V, 1, 1, gmm_cause),
};
#undef MESSAGE

#define MESSAGE nas_gmm_status
static const struct nas_field gmm_status[] = {
    M(cause, V, 1, 1, gmm_cause),
};
#undef MESSAGE

#define MESSAGE nas_notification
static const struct nas_field notification[] = {
    LOW(access, access),
};
#undef MESSAGE

#define MESSAGE nas_notification_response
static const struct nas_field notification_response[] = {
    O(0x50, pdu_session_status, TLV, 4, 34, sessions),
};
#undef MESSAGE

#define MESSAGE nas_ul_nas_transport
static const struct nas_field ul_nas_transport[] = {
    LOW(payload_container_type, payload_type),
    M(payload_container, LV_E, 3, N, opaque),
    O(0x12, pdu_session_id, TV, 2, 2, u8),
    O(0x59, old_pdu_session_id, TV, 2, 2, u8),
    O1(0x80, request_type, request_type),
    O(0x22, s_nssai, TLV, 3, 10, s_nssai),
    O(0x25, dnn, TLV, 3, 102, dnn),
    O(0x24, additional_information, TLV, 3, N, opaque),
    O1(0xa0, ma_pdu_session, u8),
    O1(0xf0, release_assistance, u8),
};
#undef MESSAGE

#define MESSAGE nas_dl_nas_transport
static const struct nas_field dl_nas_transport[] = {
    LOW(payload_container_type, payload_type),
    M(payload_container, LV_E, 3, N, opaque),
    O(0x12, pdu_session_id, TV, 2, 2, u8),
    O(0x24, additional_information, TLV, 3, N, opaque),
    O(0x58, cause, TV, 2, 2, gmm_cause),
    O(0x37, back_off_timer, TLV, 3, 3, timer_3),
    O(0x3a, lower_bound_timer, TLV, 3, 3, timer_3),
};
#undef MESSAGE

const struct nas_shape nas_gmm_shapes[] = {
    SHAPE(NAS_REGISTRATION_REQUEST, "Registration request", registration_request),
    SHAPE(NAS_REGISTRATION_ACCEPT, "Registration accept", registration_accept),
    SHAPE(NAS_REGISTRATION_COMPLETE, "Registration complete", registration_complete),
    SHAPE(NAS_REGISTRATION_REJECT, "Registration reject", registration_reject),
    SHAPE(NAS_DEREGISTRATION_REQUEST, "Deregistration request (UE originating)", deregistration_request),
    BARE(NAS_DEREGISTRATION_ACCEPT, "Deregistration accept (UE originating)"),
    SHAPE(NAS_NETWORK_DEREGISTRATION_REQUEST, "Deregistration request (UE terminated)",
          network_deregistration_request),
    BARE(NAS_NETWORK_DEREGISTRATION_ACCEPT, "Deregistration accept (UE terminated)"),
    SHAPE(NAS_SERVICE_REQUEST, "Service request", service_request),
    SHAPE(NAS_SERVICE_REJECT, "Service reject", service_reject),
    SHAPE(NAS_SERVICE_ACCEPT, "Service accept", service_accept),
    SHAPE(NAS_CONTROL_PLANE_SERVICE_REQUEST, "Control plane service request", control_plane_service_request),
    SHAPE(NAS_CONFIGURATION_UPDATE_COMMAND, "Configuration update command", configuration_update_command),
    BARE(NAS_CONFIGURATION_UPDATE_COMPLETE, "Configuration update complete"),
    SHAPE(NAS_AUTHENTICATION_REQUEST, "Authentication request", authentication_request),
    SHAPE(NAS_AUTHENTICATION_RESPONSE, "Authentication response", authentication_response),
    SHAPE(NAS_AUTHENTICATION_REJECT, "Authentication reject", authentication_reject),
    SHAPE(NAS_AUTHENTICATION_FAILURE, "Authentication failure", authentication_failure),
    SHAPE(NAS_AUTHENTICATION_RESULT, "Authentication result", authentication_result),
    SHAPE(NAS_IDENTITY_REQUEST, "Identity request", identity_request),
    SHAPE(NAS_IDENTITY_RESPONSE, "Identity response", identity_response),
    SHAPE(NAS_SECURITY_MODE_COMMAND, "Security mode command", security_mode_command),
    SHAPE(NAS_SECURITY_MODE_COMPLETE, "Security mode complete", security_mode_complete),
    SHAPE(NAS_SECURITY_MODE_REJECT, "Security mode reject", security_mode_reject),
    SHAPE(NAS_GMM_STATUS, "5GMM status", gmm_status),
    SHAPE(NAS_NOTIFICATION, "Notification", notification),
    SHAPE(NAS_NOTIFICATION_RESPONSE, "Notification response", notification_response),
    SHAPE(NAS_UL_NAS_TRANSPORT, "UL NAS transport", ul_nas_transport),
    SHAPE(NAS_DL_NAS_TRANSPORT, "DL NAS transport", dl_nas_transport),
};
const size_t nas_gmm_shape_count = NAS_COUNT(nas_gmm_shapes);
