/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of 5GMM information elements (TS 24.501 9.11.3). One-octet members hold what their bits say; spare
 * bits are neither kept nor sent.
 */
#ifndef WIRE_NAS_MOBILITY_H
#define WIRE_NAS_MOBILITY_H

#include "wire/nas/identity.h"
#include "wire/nas/slice.h"

enum { NAS_NO_KEY = 7 }; /* ngKSI: no key is available */

enum nas_registration_kind {
    NAS_INITIAL_REGISTRATION = 1,
    NAS_MOBILITY_REGISTRATION = 2,
    NAS_PERIODIC_REGISTRATION = 3,
    NAS_EMERGENCY_REGISTRATION = 4,
    NAS_SNPN_ONBOARDING_REGISTRATION = 5,
    NAS_DISASTER_MOBILITY_REGISTRATION = 6,
    NAS_DISASTER_INITIAL_REGISTRATION = 7,
};

/* 9.11.3.7; kind: reserved values stay as they came (TS 24.501 has them read as initial registration). */
struct nas_registration_type {
    uint8_t kind;
    bool follow_on;
};

enum nas_access { NAS_ACCESS_3GPP = 1, NAS_ACCESS_NON_3GPP = 2, NAS_ACCESS_BOTH = 3 };

/* 9.11.3.6 */
struct nas_registration_result {
    uint8_t access; /* enum nas_access */
    bool sms_allowed, nssaa_to_be_performed, emergency_registered, disaster_roaming;
};

/* 9.11.3.20 */
struct nas_deregistration_type {
    uint8_t access; /* enum nas_access */
    bool reregistration_required;
    bool switch_off;
};

enum nas_service_type {
    NAS_SERVICE_SIGNALLING = 0,
    NAS_SERVICE_DATA = 1,
    NAS_SERVICE_MOBILE_TERMINATED = 2,
    NAS_SERVICE_EMERGENCY = 3,
    NAS_SERVICE_EMERGENCY_FALLBACK = 4,
    NAS_SERVICE_HIGH_PRIORITY_ACCESS = 5,
    NAS_SERVICE_ELEVATED_SIGNALLING = 6,
};

/* 9.11.3.54. Length and octets are kept exactly, for they are replayed to the phone. */
struct nas_ue_security_capability {
    uint8_t length; /* 2, 4 or more up to 8 */
    union {
        uint8_t octets[8];
        struct {
            uint8_t ea, ia;   /* 5G-EA0 .. 7, 5G-IA0 .. 7; the top bit is algorithm 0 */
            uint8_t eea, eia; /* of EPS */
            uint8_t spare[4];
        };
    };
};

static inline bool nas_algorithm_offered(uint8_t bits, unsigned algorithm)
{
    return algorithm < 8 && bits >> (7 - algorithm) & 1;
}

/* 9.11.3.34, and for EPS TS 24.301 9.9.3.23 */
struct nas_security_algorithms {
    uint8_t ciphering, integrity; /* 0 to 7 */
};

/* 9.11.3.12 */
struct nas_additional_security_information {
    bool horizontal_derivation;
    bool retransmission_requested; /* of the initial NAS message */
};

/* 9.11.3.1; one row an octet */
struct nas_gmm_capability {
    bool s1_mode, ho_attach, lpp, restrict_ec, cp_ciot, n3_data, iphc_cp_ciot, sgc;
    bool srvcc, up_ciot, v2x, v2x_eutra, v2x_nr, lcs, nssaa, racs;
    bool cag, wus_assistance, multiple_user_plane, ehc_cp_ciot, extended_rejected_nssai, prose_discovery,
        prose_communication, prose_l2_relay;
    bool prose_l3_relay, prose_l2_remote, prose_l3_remote, paging_subgrouping, connection_release,
        paging_timing, reject_paging, paging_restriction;
    bool nssrg, mint, event_notification, ssnpnsi, extended_cag, nsag, uas, mpsiu;
};

/* 9.11.3.5 */
struct nas_network_feature_support {
    bool ims_vops_3gpp, ims_vops_non_3gpp;
    uint8_t emergency_services, emergency_fallback; /* 2 bits each: 1 NR, 2 E-UTRA, 3 both */
    bool interworking_without_n26, mpsi;
    bool emergency_services_non_3gpp, mcsi;
    uint8_t restrict_ec; /* 2 bits */
    bool cp_ciot, n3_data, iphc_cp_ciot, up_ciot;
    bool lcs, atsss, ehc_cp_ciot, connection_release, paging_timing, reject_paging, paging_restriction;
};

/* 9.11.3.9A */
struct nas_update_type {
    bool sms_requested, radio_capability_update;
    uint8_t preferred_ciot, preferred_eps_ciot; /* 2 bits each */
};

/* 9.11.3.31 */
struct nas_mico_indication {
    bool all_plmn_allocated, strictly_periodic_timer;
};

/* 9.11.3.18 */
struct nas_configuration_update_indication {
    bool acknowledge, reregister;
};

/* 9.11.3.56 */
struct nas_ue_status {
    bool emm_registered, gmm_registered;
};

enum nas_payload_type {
    NAS_PAYLOAD_N1_SM = 1,
    NAS_PAYLOAD_SMS = 2,
    NAS_PAYLOAD_LPP = 3,
    NAS_PAYLOAD_SOR = 4,
    NAS_PAYLOAD_UE_POLICY = 5,
    NAS_PAYLOAD_UE_PARAMETERS = 6,
    NAS_PAYLOAD_LOCATION = 7,
    NAS_PAYLOAD_CIOT = 8,
    NAS_PAYLOAD_SLAA = 9,
    NAS_PAYLOAD_EVENT = 10,
    NAS_PAYLOAD_MULTIPLE = 15,
};

enum nas_request_type {
    NAS_REQUEST_INITIAL = 1,
    NAS_REQUEST_EXISTING = 2,
    NAS_REQUEST_INITIAL_EMERGENCY = 3,
    NAS_REQUEST_EXISTING_EMERGENCY = 4,
    NAS_REQUEST_MODIFICATION = 5,
    NAS_REQUEST_MA_PDU = 6,
};

/* A set of PDU sessions: bit n is PDU session identity n (9.11.3.44, .57, .42, .13). */
typedef uint16_t nas_session_set;

/* 9.11.3.43 */
struct nas_session_cause {
    uint8_t pdu_session_id, cause; /* cause: 5GMM */
};

struct nas_session_causes {
    const struct nas_session_cause *items;
    size_t count;
};

/* TS 24.008 10.5.3.13 */
struct nas_emergency_number {
    uint8_t categories; /* bits of emergency service category: police, ambulance, fire, marine, mountain */
    const char *digits;
};

struct nas_emergency_numbers {
    const struct nas_emergency_number *items;
    size_t count;
};

#endif
