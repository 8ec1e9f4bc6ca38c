/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 5GMM messages (TS 24.501 8.2, Rel-17). A struct's members are the message's IEs; mandatory ones are
 * always there, optional ones where `has` says so. What is opaque to the core is a view into the decoded
 * input.
 */
#ifndef WIRE_NAS_GMM_H
#define WIRE_NAS_GMM_H

#include "wire/nas/clock.h"
#include "wire/nas/mobility.h"

struct nas_registration_request {
    struct nas_registration_type type;
    uint8_t ngksi;
    struct nas_mobile_identity identity;
    uint8_t non_current_ngksi;
    struct nas_gmm_capability gmm_capability;
    struct nas_ue_security_capability ue_security_capability;
    struct nas_nssai requested_nssai;
    struct nas_tai last_visited_tai;
    struct bytes s1_ue_network_capability;
    nas_session_set uplink_data_status;
    nas_session_set pdu_session_status;
    struct nas_mico_indication mico_indication;
    struct nas_ue_status ue_status;
    struct nas_mobile_identity additional_guti;
    nas_session_set allowed_pdu_session_status;
    uint8_t usage_setting; /* 0 voice centric, 1 data centric */
    uint8_t requested_drx; /* 0 not specified, else 1: 32, 2: 64, 3: 128, 4: 256 radio frames */
    struct bytes eps_nas_message_container;
    struct nas_dnn_list ladn_indication;
    uint8_t payload_container_type; /* enum nas_payload_type */
    struct bytes payload_container;
    uint8_t network_slicing_indication;
    struct nas_update_type update_type;
    struct bytes mobile_station_classmark_2;
    struct bytes supported_codecs;
    struct bytes nas_message_container;
    uint16_t eps_bearer_context_status;
    struct bytes requested_extended_drx;
    uint32_t t3324;
    struct bytes ue_radio_capability_id;
    struct bytes requested_mapped_nssai;
    uint8_t additional_information_requested;
    struct bytes requested_wus_assistance;
    uint8_t n5gc_indication;
    uint8_t requested_nb_n1_drx;
    uint8_t ue_request_type;
    struct bytes paging_restriction;
    struct bytes slaa_container;
    struct bytes nid;
    struct nas_plmn disaster_plmn;
    struct bytes requested_peips_assistance;
    uint32_t requested_t3512;
    struct {
        bool non_current_ngksi, gmm_capability, ue_security_capability, requested_nssai, last_visited_tai,
            s1_ue_network_capability, uplink_data_status, pdu_session_status, mico_indication, ue_status,
            additional_guti, allowed_pdu_session_status, usage_setting, requested_drx,
            eps_nas_message_container, ladn_indication, payload_container_type, payload_container,
            network_slicing_indication, update_type, mobile_station_classmark_2, supported_codecs,
            nas_message_container, eps_bearer_context_status, requested_extended_drx, t3324,
            ue_radio_capability_id, requested_mapped_nssai, additional_information_requested,
            requested_wus_assistance, n5gc_indication, requested_nb_n1_drx, ue_request_type,
            paging_restriction, slaa_container, nid, disaster_plmn, requested_peips_assistance,
            requested_t3512;
    } has;
};

struct nas_registration_accept {
    struct nas_registration_result result;
    struct nas_mobile_identity guti;
    struct nas_plmn_list equivalent_plmns;
    struct nas_tai_list tai_list;
    struct nas_nssai allowed_nssai;
    struct nas_rejected_nssai rejected_nssai;
    struct nas_nssai configured_nssai;
    struct nas_network_feature_support network_feature_support;
    nas_session_set pdu_session_status;
    nas_session_set reactivation_result; /* a bit says: was not re-established */
    struct nas_session_causes reactivation_causes;
    struct nas_ladn_information ladn_information;
    struct nas_mico_indication mico_indication;
    uint8_t network_slicing_indication;
    struct nas_service_area_list service_area_list;
    uint32_t t3512;
    uint32_t non_3gpp_deregistration_timer;
    uint32_t t3502;
    struct nas_emergency_numbers emergency_numbers;
    struct bytes extended_emergency_numbers;
    struct bytes sor_container;
    struct bytes eap_message;
    uint8_t nssai_inclusion_mode;
    struct bytes access_category_definitions;
    uint8_t negotiated_drx;
    uint8_t non_3gpp_policies;
    uint16_t eps_bearer_context_status;
    struct bytes negotiated_extended_drx;
    uint32_t t3447;
    uint32_t t3448;
    uint32_t t3324;
    struct bytes ue_radio_capability_id;
    uint8_t radio_capability_id_deletion;
    struct nas_nssai pending_nssai;
    struct bytes ciphering_key_data;
    struct bytes cag_information;
    uint8_t truncated_s_tmsi; /* 4 bits AMF set id, 4 bits AMF pointer: how many are used */
    struct bytes negotiated_wus_assistance;
    uint8_t negotiated_nb_n1_drx;
    struct bytes extended_rejected_nssai;
    struct bytes slaa_container;
    struct bytes negotiated_peips_assistance;
    uint8_t additional_request_result;
    struct bytes nssrg_information;
    uint16_t disaster_roaming_wait_range;
    uint16_t disaster_return_wait_range;
    struct bytes disaster_plmns;
    struct nas_tai_list forbidden_tais_roaming;
    struct nas_tai_list forbidden_tais_regional;
    struct bytes extended_cag_information;
    struct bytes nsag_information;
    struct {
        bool guti, equivalent_plmns, tai_list, allowed_nssai, rejected_nssai, configured_nssai,
            network_feature_support, pdu_session_status, reactivation_result, reactivation_causes,
            ladn_information, mico_indication, network_slicing_indication, service_area_list, t3512,
            non_3gpp_deregistration_timer, t3502, emergency_numbers, extended_emergency_numbers,
            sor_container, eap_message, nssai_inclusion_mode, access_category_definitions, negotiated_drx,
            non_3gpp_policies, eps_bearer_context_status, negotiated_extended_drx, t3447, t3448, t3324,
            ue_radio_capability_id, radio_capability_id_deletion, pending_nssai, ciphering_key_data,
            cag_information, truncated_s_tmsi, negotiated_wus_assistance, negotiated_nb_n1_drx,
            extended_rejected_nssai, slaa_container, negotiated_peips_assistance, additional_request_result,
            nssrg_information, disaster_roaming_wait_range, disaster_return_wait_range, disaster_plmns,
            forbidden_tais_roaming, forbidden_tais_regional, extended_cag_information, nsag_information;
    } has;
};

struct nas_registration_complete {
    struct bytes sor_container;
    struct {
        bool sor_container;
    } has;
};

struct nas_registration_reject {
    uint8_t cause; /* enum nas_gmm_cause */
    uint32_t t3346;
    uint32_t t3502;
    struct bytes eap_message;
    struct nas_rejected_nssai rejected_nssai;
    struct bytes cag_information;
    struct bytes extended_rejected_nssai;
    uint16_t disaster_return_wait_range;
    struct bytes extended_cag_information;
    uint32_t lower_bound_timer;
    struct nas_tai_list forbidden_tais_roaming;
    struct nas_tai_list forbidden_tais_regional;
    struct {
        bool t3346, t3502, eap_message, rejected_nssai, cag_information, extended_rejected_nssai,
            disaster_return_wait_range, extended_cag_information, lower_bound_timer, forbidden_tais_roaming,
            forbidden_tais_regional;
    } has;
};

/* From the phone. */
struct nas_deregistration_request {
    struct nas_deregistration_type type;
    uint8_t ngksi;
    struct nas_mobile_identity identity;
};

/* To the phone. */
struct nas_network_deregistration_request {
    struct nas_deregistration_type type;
    uint8_t cause;
    uint32_t t3346;
    struct nas_rejected_nssai rejected_nssai;
    struct bytes cag_information;
    struct bytes extended_rejected_nssai;
    uint16_t disaster_return_wait_range;
    struct bytes extended_cag_information;
    uint32_t lower_bound_timer;
    struct nas_tai_list forbidden_tais_roaming;
    struct nas_tai_list forbidden_tais_regional;
    struct {
        bool cause, t3346, rejected_nssai, cag_information, extended_rejected_nssai,
            disaster_return_wait_range, extended_cag_information, lower_bound_timer, forbidden_tais_roaming,
            forbidden_tais_regional;
    } has;
};

struct nas_service_request {
    uint8_t ngksi;
    uint8_t service_type; /* enum nas_service_type */
    struct nas_mobile_identity identity;
    nas_session_set uplink_data_status;
    nas_session_set pdu_session_status;
    nas_session_set allowed_pdu_session_status;
    struct bytes nas_message_container;
    uint8_t ue_request_type;
    struct bytes paging_restriction;
    struct {
        bool uplink_data_status, pdu_session_status, allowed_pdu_session_status, nas_message_container,
            ue_request_type, paging_restriction;
    } has;
};

struct nas_service_accept {
    nas_session_set pdu_session_status;
    nas_session_set reactivation_result;
    struct nas_session_causes reactivation_causes;
    struct bytes eap_message;
    uint32_t t3448;
    uint8_t additional_request_result;
    struct nas_tai_list forbidden_tais_roaming;
    struct nas_tai_list forbidden_tais_regional;
    struct {
        bool pdu_session_status, reactivation_result, reactivation_causes, eap_message, t3448,
            additional_request_result, forbidden_tais_roaming, forbidden_tais_regional;
    } has;
};

struct nas_service_reject {
    uint8_t cause;
    nas_session_set pdu_session_status;
    uint32_t t3346;
    struct bytes eap_message;
    uint32_t t3448;
    struct bytes cag_information;
    uint16_t disaster_return_wait_range;
    struct bytes extended_cag_information;
    uint32_t lower_bound_timer;
    struct nas_tai_list forbidden_tais_roaming;
    struct nas_tai_list forbidden_tais_regional;
    struct {
        bool pdu_session_status, t3346, eap_message, t3448, cag_information, disaster_return_wait_range,
            extended_cag_information, lower_bound_timer, forbidden_tais_roaming, forbidden_tais_regional;
    } has;
};

struct nas_control_plane_service_request {
    uint8_t service_type;
    uint8_t ngksi;
    struct bytes ciot_small_data;
    uint8_t payload_container_type;
    struct bytes payload_container;
    uint8_t pdu_session_id;
    nas_session_set pdu_session_status;
    uint8_t release_assistance;
    nas_session_set uplink_data_status;
    struct bytes nas_message_container;
    struct bytes additional_information;
    nas_session_set allowed_pdu_session_status;
    uint8_t ue_request_type;
    struct bytes paging_restriction;
    struct {
        bool ciot_small_data, payload_container_type, payload_container, pdu_session_id, pdu_session_status,
            release_assistance, uplink_data_status, nas_message_container, additional_information,
            allowed_pdu_session_status, ue_request_type, paging_restriction;
    } has;
};

struct nas_configuration_update_command {
    struct nas_configuration_update_indication indication;
    struct nas_mobile_identity guti;
    struct nas_tai_list tai_list;
    struct nas_nssai allowed_nssai;
    struct nas_service_area_list service_area_list;
    struct nas_network_name full_name;
    struct nas_network_name short_name;
    int8_t local_time_zone; /* quarters of an hour east of UTC */
    struct nas_time universal_time;
    uint8_t daylight_saving; /* hours: 0, 1 or 2 */
    struct nas_ladn_information ladn_information;
    struct nas_mico_indication mico_indication;
    uint8_t network_slicing_indication;
    struct nas_nssai configured_nssai;
    struct nas_rejected_nssai rejected_nssai;
    struct bytes access_category_definitions;
    uint8_t sms_indication;
    uint32_t t3447;
    struct bytes cag_information;
    struct bytes ue_radio_capability_id;
    uint8_t radio_capability_id_deletion;
    struct nas_registration_result registration_result;
    uint8_t truncated_s_tmsi;
    uint8_t additional_indication;
    struct bytes extended_rejected_nssai;
    struct bytes slaa_container;
    struct bytes nssrg_information;
    uint16_t disaster_roaming_wait_range;
    uint16_t disaster_return_wait_range;
    struct bytes disaster_plmns;
    struct bytes extended_cag_information;
    struct bytes updated_peips_assistance;
    struct bytes nsag_information;
    struct {
        bool indication, guti, tai_list, allowed_nssai, service_area_list, full_name, short_name,
            local_time_zone, universal_time, daylight_saving, ladn_information, mico_indication,
            network_slicing_indication, configured_nssai, rejected_nssai, access_category_definitions,
            sms_indication, t3447, cag_information, ue_radio_capability_id, radio_capability_id_deletion,
            registration_result, truncated_s_tmsi, additional_indication, extended_rejected_nssai,
            slaa_container, nssrg_information, disaster_roaming_wait_range, disaster_return_wait_range,
            disaster_plmns, extended_cag_information, updated_peips_assistance, nsag_information;
    } has;
};

struct nas_authentication_request {
    uint8_t ngksi;
    struct bytes abba;
    uint8_t rand[16];
    uint8_t autn[16];
    struct bytes eap_message;
    struct {
        bool rand, autn, eap_message;
    } has;
};

struct nas_authentication_response {
    struct bytes response; /* RES*, 16 octets in 5G-AKA */
    struct bytes eap_message;
    struct {
        bool response, eap_message;
    } has;
};

struct nas_authentication_reject {
    struct bytes eap_message;
    struct {
        bool eap_message;
    } has;
};

struct nas_authentication_failure {
    uint8_t cause;
    uint8_t auts[14];
    struct {
        bool auts;
    } has;
};

struct nas_authentication_result {
    uint8_t ngksi;
    struct bytes eap_message;
    struct bytes abba;
    struct {
        bool abba;
    } has;
};

struct nas_identity_request {
    uint8_t identity_type; /* enum nas_identity_type */
};

struct nas_identity_response {
    struct nas_mobile_identity identity;
};

struct nas_security_mode_command {
    struct nas_security_algorithms algorithms;
    uint8_t ngksi;
    struct nas_ue_security_capability replayed_capability;
    uint8_t imeisv_request; /* 1: requested */
    struct nas_security_algorithms eps_algorithms;
    struct nas_additional_security_information additional_information;
    struct bytes eap_message;
    struct bytes abba;
    struct bytes replayed_s1_capability;
    struct {
        bool imeisv_request, eps_algorithms, additional_information, eap_message, abba,
            replayed_s1_capability;
    } has;
};

struct nas_security_mode_complete {
    struct nas_mobile_identity imeisv;
    struct bytes nas_message_container;
    struct nas_mobile_identity non_imeisv_pei;
    struct {
        bool imeisv, nas_message_container, non_imeisv_pei;
    } has;
};

struct nas_security_mode_reject {
    uint8_t cause;
};

struct nas_gmm_status {
    uint8_t cause;
};

struct nas_notification {
    uint8_t access; /* enum nas_access */
};

struct nas_notification_response {
    nas_session_set pdu_session_status;
    struct {
        bool pdu_session_status;
    } has;
};

struct nas_ul_nas_transport {
    uint8_t payload_container_type; /* enum nas_payload_type */
    struct bytes payload_container;
    uint8_t pdu_session_id;
    uint8_t old_pdu_session_id;
    uint8_t request_type; /* enum nas_request_type */
    struct nas_s_nssai s_nssai;
    const char *dnn;
    struct bytes additional_information;
    uint8_t ma_pdu_session;
    uint8_t release_assistance;
    struct {
        bool pdu_session_id, old_pdu_session_id, request_type, s_nssai, dnn, additional_information,
            ma_pdu_session, release_assistance;
    } has;
};

struct nas_dl_nas_transport {
    uint8_t payload_container_type;
    struct bytes payload_container;
    uint8_t pdu_session_id;
    struct bytes additional_information;
    uint8_t cause; /* enum nas_gmm_cause */
    uint32_t back_off_timer;
    uint32_t lower_bound_timer;
    struct {
        bool pdu_session_id, additional_information, cause, back_off_timer, lower_bound_timer;
    } has;
};

#endif
