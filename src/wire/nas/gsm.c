/* SPDX-License-Identifier: Apache-2.0 */
/* TS 24.501 8.3: the 5GSM messages, a row for an information element, in the order and with the numbers of
 * its tables. */
#include "wire/nas/table.h"

/* clang-format off */

#define MESSAGE nas_session_establishment_request
static const struct nas_field establishment_request[] = {
    M(integrity_rate, V, 2, 2, integrity_rate),
    O1(0x90, session_type, session_type),
    O1(0xa0, ssc_mode, u8),
    O(0x28, gsm_capability, TLV, 3, 15, gsm_capability),
    O(0x55, maximum_packet_filters, TV, 3, 3, filters_max),
    O1(0xb0, always_on_requested, u8),
    O(0x39, dn_request_container, TLV, 3, 255, opaque),
    O(0x7b, pco, TLV_E, 4, N, pco),
    O(0x66, ip_header_compression, TLV, 5, 257, opaque),
    O(0x6e, ds_tt_mac, TLV, 8, 8, opaque),
    O(0x6f, ue_ds_tt_residence_time, TLV, 10, 10, opaque),
    O(0x74, port_management, TLV_E, 4, N, opaque),
    O(0x1f, ethernet_header_compression, TLV, 3, 3, u8),
    O(0x29, suggested_interface_id, TLV, 11, 11, interface_id),
    O(0x72, slaa_container, TLV_E, 6, N, opaque),
    O(0x70, requested_mbs, TLV_E, 8, N, opaque),
    O(0x34, session_pair_id, TLV, 3, 3, u8),
    O(0x35, rsn, TLV, 3, 3, u8),
};
#undef MESSAGE

#define MESSAGE nas_session_establishment_accept
static const struct nas_field establishment_accept[] = {
    LOW(session_type, session_type),
    HIGH(ssc_mode, u8),
    M(qos_rules, LV_E, 6, N, qos_rules),
    M(session_ambr, LV, 7, 7, ambr),
    O(0x59, cause, TV, 2, 2, gsm_cause),
    O(0x29, pdu_address, TLV, 7, 31, pdu_address),
    O(0x56, rq_timer, TV, 2, 2, timer),
    O(0x22, s_nssai, TLV, 3, 10, s_nssai),
    O1(0x80, always_on, u8),
    O(0x75, mapped_eps_bearers, TLV_E, 7, N, opaque),
    O(0x78, eap_message, TLV_E, 7, 1503, opaque),
    O(0x79, qos_flows, TLV_E, 6, N, qos_flows),
    O(0x7b, pco, TLV_E, 4, N, pco),
    O(0x25, dnn, TLV, 3, 102, dnn),
    O(0x17, network_feature_support, TLV, 3, 15, opaque),
    O(0x18, plmn_rate_control, TLV, 4, 4, u16),
    O(0x77, atsss_container, TLV_E, 3, N, opaque),
    O1(0xc0, control_plane_only, u8),
    O(0x66, ip_header_compression, TLV, 5, 257, opaque),
    O(0x1f, ethernet_header_compression, TLV, 3, 3, u8),
    O(0x72, slaa_container, TLV_E, 6, N, opaque),
    O(0x71, received_mbs, TLV_E, 9, N, opaque),
};
#undef MESSAGE

#define MESSAGE nas_session_establishment_reject
static const struct nas_field establishment_reject[] = {
    M(cause, V, 1, 1, gsm_cause),
    O(0x37, back_off_timer, TLV, 3, 3, timer_3),
    O1(0xf0, allowed_ssc_modes, u8),
    O(0x78, eap_message, TLV_E, 7, 1503, opaque),
    O(0x61, congestion_reattempt, TLV, 3, 3, congestion),
    O(0x7b, pco, TLV_E, 4, N, pco),
    O(0x1d, reattempt, TLV, 3, 3, reattempt),
    O(0x72, slaa_container, TLV_E, 6, N, opaque),
};
#undef MESSAGE

#define MESSAGE nas_session_authentication_command
static const struct nas_field authentication_command[] = {
    M(eap_message, LV_E, 6, 1502, opaque),
    O(0x7b, pco, TLV_E, 4, N, pco),
};
#undef MESSAGE

#define MESSAGE nas_session_authentication_complete
static const struct nas_field authentication_complete[] = {
    M(eap_message, LV_E, 6, 1502, opaque),
    O(0x7b, pco, TLV_E, 4, N, pco),
};
#undef MESSAGE

#define MESSAGE nas_session_authentication_result
static const struct nas_field authentication_result[] = {
    O(0x78, eap_message, TLV_E, 7, 1503, opaque),
    O(0x7b, pco, TLV_E, 4, N, pco),
};
#undef MESSAGE

#define MESSAGE nas_session_modification_request
static const struct nas_field modification_request[] = {
    O(0x28, gsm_capability, TLV, 3, 15, gsm_capability),
    O(0x59, cause, TV, 2, 2, gsm_cause),
    O(0x55, maximum_packet_filters, TV, 3, 3, filters_max),
    O1(0xb0, always_on_requested, u8),
    O(0x13, integrity_rate, TV, 3, 3, integrity_rate),
    O(0x7a, qos_rules, TLV_E, 7, N, qos_rules),
    O(0x79, qos_flows, TLV_E, 6, N, qos_flows),
    O(0x75, mapped_eps_bearers, TLV_E, 7, N, opaque),
    O(0x7b, pco, TLV_E, 4, N, pco),
    O(0x74, port_management, TLV_E, 4, N, opaque),
    O(0x66, ip_header_compression, TLV, 5, 257, opaque),
    O(0x1f, ethernet_header_compression, TLV, 3, 3, u8),
    O(0x70, requested_mbs, TLV_E, 8, N, opaque),
    O(0x72, slaa_container, TLV_E, 6, N, opaque),
};
#undef MESSAGE

#define MESSAGE nas_session_modification_reject
static const struct nas_field modification_reject[] = {
    M(cause, V, 1, 1, gsm_cause),
    O(0x37, back_off_timer, TLV, 3, 3, timer_3),
    O(0x61, congestion_reattempt, TLV, 3, 3, congestion),
    O(0x7b, pco, TLV_E, 4, N, pco),
    O(0x1d, reattempt, TLV, 3, 3, reattempt),
};
#undef MESSAGE

#define MESSAGE nas_session_modification_command
static const struct nas_field modification_command[] = {
    O(0x59, cause, TV, 2, 2, gsm_cause),
    O(0x2a, session_ambr, TLV, 8, 8, ambr),
    O(0x56, rq_timer, TV, 2, 2, timer),
    O1(0x80, always_on, u8),
    O(0x7a, qos_rules, TLV_E, 7, N, qos_rules),
    O(0x75, mapped_eps_bearers, TLV_E, 7, N, opaque),
    O(0x79, qos_flows, TLV_E, 6, N, qos_flows),
    O(0x7b, pco, TLV_E, 4, N, pco),
    O(0x77, atsss_container, TLV_E, 3, N, opaque),
    O(0x66, ip_header_compression, TLV, 5, 257, opaque),
    O(0x74, port_management, TLV_E, 4, N, opaque),
    O(0x1e, plmn_rate_control, TLV, 4, 4, u16),
    O(0x1f, ethernet_header_compression, TLV, 3, 3, u8),
    O(0x71, received_mbs, TLV_E, 9, N, opaque),
    O(0x72, slaa_container, TLV_E, 6, N, opaque),
};
#undef MESSAGE

#define MESSAGE nas_session_modification_complete
static const struct nas_field modification_complete[] = {
    O(0x7b, pco, TLV_E, 4, N, pco),
    O(0x74, port_management, TLV_E, 4, N, opaque),
};
#undef MESSAGE

#define MESSAGE nas_session_modification_command_reject
static const struct nas_field modification_command_reject[] = {
    M(cause, V, 1, 1, gsm_cause),
    O(0x7b, pco, TLV_E, 4, N, pco),
};
#undef MESSAGE

#define MESSAGE nas_session_release_request
static const struct nas_field release_request[] = {
    O(0x59, cause, TV, 2, 2, gsm_cause),
    O(0x7b, pco, TLV_E, 4, N, pco),
};
#undef MESSAGE

#define MESSAGE nas_session_release_reject
static const struct nas_field release_reject[] = {
    M(cause, V, 1, 1, gsm_cause),
    O(0x7b, pco, TLV_E, 4, N, pco),
};
#undef MESSAGE

#define MESSAGE nas_session_release_command
static const struct nas_field release_command[] = {
    M(cause, V, 1, 1, gsm_cause),
    O(0x37, back_off_timer, TLV, 3, 3, timer_3),
    O(0x78, eap_message, TLV_E, 7, 1503, opaque),
    O(0x61, congestion_reattempt, TLV, 3, 3, congestion),
    O(0x7b, pco, TLV_E, 4, N, pco),
    O1(0xd0, access, access),
    O(0x72, slaa_container, TLV_E, 6, N, opaque),
};
#undef MESSAGE

#define MESSAGE nas_session_release_complete
static const struct nas_field release_complete[] = {
    O(0x59, cause, TV, 2, 2, gsm_cause),
    O(0x7b, pco, TLV_E, 4, N, pco),
};
#undef MESSAGE

#define MESSAGE nas_gsm_status
static const struct nas_field gsm_status[] = {
    M(cause, V, 1, 1, gsm_cause),
};
#undef MESSAGE

const struct nas_shape nas_gsm_shapes[] = {
    SHAPE(NAS_SESSION_ESTABLISHMENT_REQUEST, "PDU session establishment request", establishment_request),
    SHAPE(NAS_SESSION_ESTABLISHMENT_ACCEPT, "PDU session establishment accept", establishment_accept),
    SHAPE(NAS_SESSION_ESTABLISHMENT_REJECT, "PDU session establishment reject", establishment_reject),
    SHAPE(NAS_SESSION_AUTHENTICATION_COMMAND, "PDU session authentication command", authentication_command),
    SHAPE(NAS_SESSION_AUTHENTICATION_COMPLETE, "PDU session authentication complete", authentication_complete),
    SHAPE(NAS_SESSION_AUTHENTICATION_RESULT, "PDU session authentication result", authentication_result),
    SHAPE(NAS_SESSION_MODIFICATION_REQUEST, "PDU session modification request", modification_request),
    SHAPE(NAS_SESSION_MODIFICATION_REJECT, "PDU session modification reject", modification_reject),
    SHAPE(NAS_SESSION_MODIFICATION_COMMAND, "PDU session modification command", modification_command),
    SHAPE(NAS_SESSION_MODIFICATION_COMPLETE, "PDU session modification complete", modification_complete),
    SHAPE(NAS_SESSION_MODIFICATION_COMMAND_REJECT, "PDU session modification command reject",
          modification_command_reject),
    SHAPE(NAS_SESSION_RELEASE_REQUEST, "PDU session release request", release_request),
    SHAPE(NAS_SESSION_RELEASE_REJECT, "PDU session release reject", release_reject),
    SHAPE(NAS_SESSION_RELEASE_COMMAND, "PDU session release command", release_command),
    SHAPE(NAS_SESSION_RELEASE_COMPLETE, "PDU session release complete", release_complete),
    SHAPE(NAS_GSM_STATUS, "5GSM status", gsm_status),
};
const size_t nas_gsm_shape_count = NAS_COUNT(nas_gsm_shapes);
