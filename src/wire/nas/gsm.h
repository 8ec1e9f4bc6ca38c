/* SPDX-License-Identifier: Apache-2.0 */
/* The 5GSM messages (TS 24.501 8.3, Rel-17); see gmm.h for how to read the structs. */
#ifndef WIRE_NAS_GSM_H
#define WIRE_NAS_GSM_H

#include "wire/nas/clock.h"
#include "wire/nas/session.h"
#include "wire/nas/slice.h"

struct nas_session_establishment_request {
    struct nas_integrity_rate integrity_rate;
    uint8_t session_type; /* enum nas_session_type */
    uint8_t ssc_mode;     /* 1 to 3 */
    struct nas_gsm_capability gsm_capability;
    uint16_t maximum_packet_filters;
    uint8_t always_on_requested;
    struct bytes dn_request_container;
    struct nas_pco pco;
    struct bytes ip_header_compression;
    struct bytes ds_tt_mac;
    struct bytes ue_ds_tt_residence_time;
    struct bytes port_management;
    uint8_t ethernet_header_compression;
    struct nas_interface_id suggested_interface_id;
    struct bytes slaa_container;
    struct bytes requested_mbs;
    uint8_t session_pair_id;
    uint8_t rsn;
    struct {
        bool session_type, ssc_mode, gsm_capability, maximum_packet_filters, always_on_requested,
            dn_request_container, pco, ip_header_compression, ds_tt_mac, ue_ds_tt_residence_time,
            port_management, ethernet_header_compression, suggested_interface_id, slaa_container,
            requested_mbs, session_pair_id, rsn;
    } has;
};

struct nas_session_establishment_accept {
    uint8_t session_type;
    uint8_t ssc_mode;
    struct nas_qos_rules qos_rules;
    struct nas_session_ambr session_ambr;
    uint8_t cause; /* enum nas_gsm_cause */
    struct nas_pdu_address pdu_address;
    uint32_t rq_timer;
    struct nas_s_nssai s_nssai;
    uint8_t always_on;
    struct bytes mapped_eps_bearers;
    struct bytes eap_message;
    struct nas_qos_flows qos_flows;
    struct nas_pco pco;
    const char *dnn;
    struct bytes network_feature_support;
    uint16_t plmn_rate_control;
    struct bytes atsss_container;
    uint8_t control_plane_only;
    struct bytes ip_header_compression;
    uint8_t ethernet_header_compression;
    struct bytes slaa_container;
    struct bytes received_mbs;
    struct {
        bool cause, pdu_address, rq_timer, s_nssai, always_on, mapped_eps_bearers, eap_message, qos_flows,
            pco, dnn, network_feature_support, plmn_rate_control, atsss_container, control_plane_only,
            ip_header_compression, ethernet_header_compression, slaa_container, received_mbs;
    } has;
};

struct nas_session_establishment_reject {
    uint8_t cause;
    uint32_t back_off_timer;
    uint8_t allowed_ssc_modes; /* bit n-1: mode n */
    struct bytes eap_message;
    struct nas_congestion_reattempt congestion_reattempt;
    struct nas_pco pco;
    struct nas_reattempt reattempt;
    struct bytes slaa_container;
    struct {
        bool back_off_timer, allowed_ssc_modes, eap_message, congestion_reattempt, pco, reattempt,
            slaa_container;
    } has;
};

struct nas_session_authentication_command {
    struct bytes eap_message;
    struct nas_pco pco;
    struct {
        bool pco;
    } has;
};

struct nas_session_authentication_complete {
    struct bytes eap_message;
    struct nas_pco pco;
    struct {
        bool pco;
    } has;
};

struct nas_session_authentication_result {
    struct bytes eap_message;
    struct nas_pco pco;
    struct {
        bool eap_message, pco;
    } has;
};

struct nas_session_modification_request {
    struct nas_gsm_capability gsm_capability;
    uint8_t cause;
    uint16_t maximum_packet_filters;
    uint8_t always_on_requested;
    struct nas_integrity_rate integrity_rate;
    struct nas_qos_rules qos_rules;
    struct nas_qos_flows qos_flows;
    struct bytes mapped_eps_bearers;
    struct nas_pco pco;
    struct bytes port_management;
    struct bytes ip_header_compression;
    uint8_t ethernet_header_compression;
    struct bytes requested_mbs;
    struct bytes slaa_container;
    struct {
        bool gsm_capability, cause, maximum_packet_filters, always_on_requested, integrity_rate, qos_rules,
            qos_flows, mapped_eps_bearers, pco, port_management, ip_header_compression,
            ethernet_header_compression, requested_mbs, slaa_container;
    } has;
};

struct nas_session_modification_reject {
    uint8_t cause;
    uint32_t back_off_timer;
    struct nas_congestion_reattempt congestion_reattempt;
    struct nas_pco pco;
    struct nas_reattempt reattempt;
    struct {
        bool back_off_timer, congestion_reattempt, pco, reattempt;
    } has;
};

struct nas_session_modification_command {
    uint8_t cause;
    struct nas_session_ambr session_ambr;
    uint32_t rq_timer;
    uint8_t always_on;
    struct nas_qos_rules qos_rules;
    struct bytes mapped_eps_bearers;
    struct nas_qos_flows qos_flows;
    struct nas_pco pco;
    struct bytes atsss_container;
    struct bytes ip_header_compression;
    struct bytes port_management;
    uint16_t plmn_rate_control;
    uint8_t ethernet_header_compression;
    struct bytes received_mbs;
    struct bytes slaa_container;
    struct {
        bool cause, session_ambr, rq_timer, always_on, qos_rules, mapped_eps_bearers, qos_flows, pco,
            atsss_container, ip_header_compression, port_management, plmn_rate_control,
            ethernet_header_compression, received_mbs, slaa_container;
    } has;
};

struct nas_session_modification_complete {
    struct nas_pco pco;
    struct bytes port_management;
    struct {
        bool pco, port_management;
    } has;
};

struct nas_session_modification_command_reject {
    uint8_t cause;
    struct nas_pco pco;
    struct {
        bool pco;
    } has;
};

struct nas_session_release_request {
    uint8_t cause;
    struct nas_pco pco;
    struct {
        bool cause, pco;
    } has;
};

struct nas_session_release_reject {
    uint8_t cause;
    struct nas_pco pco;
    struct {
        bool pco;
    } has;
};

struct nas_session_release_command {
    uint8_t cause;
    uint32_t back_off_timer;
    struct bytes eap_message;
    struct nas_congestion_reattempt congestion_reattempt;
    struct nas_pco pco;
    uint8_t access; /* enum nas_access */
    struct bytes slaa_container;
    struct {
        bool back_off_timer, eap_message, congestion_reattempt, pco, access, slaa_container;
    } has;
};

struct nas_session_release_complete {
    uint8_t cause;
    struct nas_pco pco;
    struct {
        bool cause, pco;
    } has;
};

struct nas_gsm_status {
    uint8_t cause;
};

#endif
