/* SPDX-License-Identifier: Apache-2.0 */
/* The 5GMM elements that are nothing but bits (TS 24.501 9.11.3): member, octet, lowest bit from 0, width. */
#include "wire/nas/mobility.h"
#include "wire/nas/codec.h"

static const struct nas_bit registration_type_bits[] = {
    NAS_BIT(nas_registration_type, kind, 0, 0, 3),
    NAS_BIT(nas_registration_type, follow_on, 0, 3, 1),
};
const struct nas_codec nas_codec_registration_type =
    NAS_BITS_CODEC(nas_registration_type, registration_type_bits, 1);

static const struct nas_bit registration_result_bits[] = {
    NAS_BIT(nas_registration_result, access, 0, 0, 3),
    NAS_BIT(nas_registration_result, sms_allowed, 0, 3, 1),
    NAS_BIT(nas_registration_result, nssaa_to_be_performed, 0, 4, 1),
    NAS_BIT(nas_registration_result, emergency_registered, 0, 5, 1),
    NAS_BIT(nas_registration_result, disaster_roaming, 0, 6, 1),
};
const struct nas_codec nas_codec_registration_result =
    NAS_BITS_CODEC(nas_registration_result, registration_result_bits, 1);

static const struct nas_bit deregistration_type_bits[] = {
    NAS_BIT(nas_deregistration_type, access, 0, 0, 2),
    NAS_BIT(nas_deregistration_type, reregistration_required, 0, 2, 1),
    NAS_BIT(nas_deregistration_type, switch_off, 0, 3, 1),
};
const struct nas_codec nas_codec_deregistration_type =
    NAS_BITS_CODEC(nas_deregistration_type, deregistration_type_bits, 1);

static const struct nas_bit algorithms_bits[] = {
    NAS_BIT(nas_security_algorithms, integrity, 0, 0, 4),
    NAS_BIT(nas_security_algorithms, ciphering, 0, 4, 4),
};
const struct nas_codec nas_codec_algorithms = NAS_BITS_CODEC(nas_security_algorithms, algorithms_bits, 1);

static const struct nas_bit security_information_bits[] = {
    NAS_BIT(nas_additional_security_information, horizontal_derivation, 0, 0, 1),
    NAS_BIT(nas_additional_security_information, retransmission_requested, 0, 1, 1),
};
const struct nas_codec nas_codec_security_information =
    NAS_BITS_CODEC(nas_additional_security_information, security_information_bits, 1);

static const struct nas_bit gmm_capability_bits[] = {
    NAS_BIT(nas_gmm_capability, s1_mode, 0, 0, 1),
    NAS_BIT(nas_gmm_capability, ho_attach, 0, 1, 1),
    NAS_BIT(nas_gmm_capability, lpp, 0, 2, 1),
    NAS_BIT(nas_gmm_capability, restrict_ec, 0, 3, 1),
    NAS_BIT(nas_gmm_capability, cp_ciot, 0, 4, 1),
    NAS_BIT(nas_gmm_capability, n3_data, 0, 5, 1),
    NAS_BIT(nas_gmm_capability, iphc_cp_ciot, 0, 6, 1),
    NAS_BIT(nas_gmm_capability, sgc, 0, 7, 1),
    NAS_BIT(nas_gmm_capability, srvcc, 1, 0, 1),
    NAS_BIT(nas_gmm_capability, up_ciot, 1, 1, 1),
    NAS_BIT(nas_gmm_capability, v2x, 1, 2, 1),
    NAS_BIT(nas_gmm_capability, v2x_eutra, 1, 3, 1),
    NAS_BIT(nas_gmm_capability, v2x_nr, 1, 4, 1),
    NAS_BIT(nas_gmm_capability, lcs, 1, 5, 1),
    NAS_BIT(nas_gmm_capability, nssaa, 1, 6, 1),
    NAS_BIT(nas_gmm_capability, racs, 1, 7, 1),
    NAS_BIT(nas_gmm_capability, cag, 2, 0, 1),
    NAS_BIT(nas_gmm_capability, wus_assistance, 2, 1, 1),
    NAS_BIT(nas_gmm_capability, multiple_user_plane, 2, 2, 1),
    NAS_BIT(nas_gmm_capability, ehc_cp_ciot, 2, 3, 1),
    NAS_BIT(nas_gmm_capability, extended_rejected_nssai, 2, 4, 1),
    NAS_BIT(nas_gmm_capability, prose_discovery, 2, 5, 1),
    NAS_BIT(nas_gmm_capability, prose_communication, 2, 6, 1),
    NAS_BIT(nas_gmm_capability, prose_l2_relay, 2, 7, 1),
    NAS_BIT(nas_gmm_capability, prose_l3_relay, 3, 0, 1),
    NAS_BIT(nas_gmm_capability, prose_l2_remote, 3, 1, 1),
    NAS_BIT(nas_gmm_capability, prose_l3_remote, 3, 2, 1),
    NAS_BIT(nas_gmm_capability, paging_subgrouping, 3, 3, 1),
    NAS_BIT(nas_gmm_capability, connection_release, 3, 4, 1),
    NAS_BIT(nas_gmm_capability, paging_timing, 3, 5, 1),
    NAS_BIT(nas_gmm_capability, reject_paging, 3, 6, 1),
    NAS_BIT(nas_gmm_capability, paging_restriction, 3, 7, 1),
    NAS_BIT(nas_gmm_capability, nssrg, 4, 0, 1),
    NAS_BIT(nas_gmm_capability, mint, 4, 1, 1),
    NAS_BIT(nas_gmm_capability, event_notification, 4, 2, 1),
    NAS_BIT(nas_gmm_capability, ssnpnsi, 4, 3, 1),
    NAS_BIT(nas_gmm_capability, extended_cag, 4, 4, 1),
    NAS_BIT(nas_gmm_capability, nsag, 4, 5, 1),
    NAS_BIT(nas_gmm_capability, uas, 4, 6, 1),
    NAS_BIT(nas_gmm_capability, mpsiu, 4, 7, 1),
};
const struct nas_codec nas_codec_gmm_capability = NAS_BITS_CODEC(nas_gmm_capability, gmm_capability_bits, 1);

static const struct nas_bit gmm_features_bits[] = {
    NAS_BIT(nas_network_feature_support, ims_vops_3gpp, 0, 0, 1),
    NAS_BIT(nas_network_feature_support, ims_vops_non_3gpp, 0, 1, 1),
    NAS_BIT(nas_network_feature_support, emergency_services, 0, 2, 2),
    NAS_BIT(nas_network_feature_support, emergency_fallback, 0, 4, 2),
    NAS_BIT(nas_network_feature_support, interworking_without_n26, 0, 6, 1),
    NAS_BIT(nas_network_feature_support, mpsi, 0, 7, 1),
    NAS_BIT(nas_network_feature_support, emergency_services_non_3gpp, 1, 0, 1),
    NAS_BIT(nas_network_feature_support, mcsi, 1, 1, 1),
    NAS_BIT(nas_network_feature_support, restrict_ec, 1, 2, 2),
    NAS_BIT(nas_network_feature_support, cp_ciot, 1, 4, 1),
    NAS_BIT(nas_network_feature_support, n3_data, 1, 5, 1),
    NAS_BIT(nas_network_feature_support, iphc_cp_ciot, 1, 6, 1),
    NAS_BIT(nas_network_feature_support, up_ciot, 1, 7, 1),
    NAS_BIT(nas_network_feature_support, lcs, 2, 0, 1),
    NAS_BIT(nas_network_feature_support, atsss, 2, 1, 1),
    NAS_BIT(nas_network_feature_support, ehc_cp_ciot, 2, 2, 1),
    NAS_BIT(nas_network_feature_support, connection_release, 2, 3, 1),
    NAS_BIT(nas_network_feature_support, paging_timing, 2, 4, 1),
    NAS_BIT(nas_network_feature_support, reject_paging, 2, 5, 1),
    NAS_BIT(nas_network_feature_support, paging_restriction, 2, 6, 1),
};
const struct nas_codec nas_codec_gmm_features =
    NAS_BITS_CODEC(nas_network_feature_support, gmm_features_bits, 2);

static const struct nas_bit update_type_bits[] = {
    NAS_BIT(nas_update_type, sms_requested, 0, 0, 1),
    NAS_BIT(nas_update_type, radio_capability_update, 0, 1, 1),
    NAS_BIT(nas_update_type, preferred_ciot, 0, 2, 2),
    NAS_BIT(nas_update_type, preferred_eps_ciot, 0, 4, 2),
};
const struct nas_codec nas_codec_update_type = NAS_BITS_CODEC(nas_update_type, update_type_bits, 1);

static const struct nas_bit mico_bits[] = {
    NAS_BIT(nas_mico_indication, all_plmn_allocated, 0, 0, 1),
    NAS_BIT(nas_mico_indication, strictly_periodic_timer, 0, 1, 1),
};
const struct nas_codec nas_codec_mico = NAS_BITS_CODEC(nas_mico_indication, mico_bits, 1);

static const struct nas_bit update_indication_bits[] = {
    NAS_BIT(nas_configuration_update_indication, acknowledge, 0, 0, 1),
    NAS_BIT(nas_configuration_update_indication, reregister, 0, 1, 1),
};
const struct nas_codec nas_codec_update_indication =
    NAS_BITS_CODEC(nas_configuration_update_indication, update_indication_bits, 1);

static const struct nas_bit ue_status_bits[] = {
    NAS_BIT(nas_ue_status, emm_registered, 0, 0, 1),
    NAS_BIT(nas_ue_status, gmm_registered, 0, 1, 1),
};
const struct nas_codec nas_codec_ue_status = NAS_BITS_CODEC(nas_ue_status, ue_status_bits, 1);
