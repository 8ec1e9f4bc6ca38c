/* SPDX-License-Identifier: Apache-2.0 */
/* Names of enumerated values, causes first, in the specification's words. */
#include "wire/nas/cause.h"
#include "wire/nas/codec.h"
#include "wire/nas/mobility.h"
#include "wire/nas/session.h"

static const char *const gmm_causes[] = {
    [NAS_GMM_ILLEGAL_UE] = "Illegal UE",
    [NAS_GMM_PEI_NOT_ACCEPTED] = "PEI not accepted",
    [NAS_GMM_ILLEGAL_ME] = "Illegal ME",
    [NAS_GMM_5GS_SERVICES_NOT_ALLOWED] = "5GS services not allowed",
    [NAS_GMM_UE_IDENTITY_CANNOT_BE_DERIVED] = "UE identity cannot be derived by the network",
    [NAS_GMM_IMPLICITLY_DEREGISTERED] = "Implicitly deregistered",
    [NAS_GMM_PLMN_NOT_ALLOWED] = "PLMN not allowed",
    [NAS_GMM_TRACKING_AREA_NOT_ALLOWED] = "Tracking area not allowed",
    [NAS_GMM_ROAMING_NOT_ALLOWED] = "Roaming not allowed in this tracking area",
    [NAS_GMM_NO_SUITABLE_CELLS] = "No suitable cells in tracking area",
    [NAS_GMM_MAC_FAILURE] = "MAC failure",
    [NAS_GMM_SYNCH_FAILURE] = "Synch failure",
    [NAS_GMM_CONGESTION] = "Congestion",
    [NAS_GMM_SECURITY_CAPABILITIES_MISMATCH] = "UE security capabilities mismatch",
    [NAS_GMM_SECURITY_MODE_REJECTED] = "Security mode rejected, unspecified",
    [NAS_GMM_NON_5G_AUTHENTICATION_UNACCEPTABLE] = "Non-5G authentication unacceptable",
    [NAS_GMM_N1_MODE_NOT_ALLOWED] = "N1 mode not allowed",
    [NAS_GMM_RESTRICTED_SERVICE_AREA] = "Restricted service area",
    [NAS_GMM_REDIRECTION_TO_EPC] = "Redirection to EPC required",
    [NAS_GMM_LADN_NOT_AVAILABLE] = "LADN not available",
    [NAS_GMM_NO_NETWORK_SLICES_AVAILABLE] = "No network slices available",
    [NAS_GMM_MAXIMUM_SESSIONS_REACHED] = "Maximum number of PDU sessions reached",
    [NAS_GMM_INSUFFICIENT_RESOURCES_SLICE_DNN] = "Insufficient resources for specific slice and DNN",
    [NAS_GMM_INSUFFICIENT_RESOURCES_SLICE] = "Insufficient resources for specific slice",
    [NAS_GMM_NGKSI_ALREADY_IN_USE] = "ngKSI already in use",
    [NAS_GMM_NON_3GPP_ACCESS_NOT_ALLOWED] = "Non-3GPP access to 5GCN not allowed",
    [NAS_GMM_SERVING_NETWORK_NOT_AUTHORIZED] = "Serving network not authorized",
    [NAS_GMM_TEMPORARILY_NOT_AUTHORIZED_SNPN] = "Temporarily not authorized for this SNPN",
    [NAS_GMM_PERMANENTLY_NOT_AUTHORIZED_SNPN] = "Permanently not authorized for this SNPN",
    [NAS_GMM_NOT_AUTHORIZED_CAG] = "Not authorized for this CAG or authorized for CAG cells only",
    [NAS_GMM_WIRELINE_AREA_NOT_ALLOWED] = "Wireline access area not allowed",
    [NAS_GMM_PLMN_NOT_ALLOWED_HERE] = "PLMN not allowed to operate at the present UE location",
    [NAS_GMM_UAS_NOT_ALLOWED] = "UAS services not allowed",
    [NAS_GMM_DISASTER_ROAMING_NOT_ALLOWED] =
        "Disaster roaming for the determined PLMN with disaster condition not allowed",
    [NAS_GMM_PAYLOAD_NOT_FORWARDED] = "Payload was not forwarded",
    [NAS_GMM_DNN_NOT_SUPPORTED] = "DNN not supported or not subscribed in the slice",
    [NAS_GMM_INSUFFICIENT_USER_PLANE_RESOURCES] = "Insufficient user-plane resources for the PDU session",
    [NAS_SEMANTICALLY_INCORRECT] = "Semantically incorrect message",
    [NAS_INVALID_MANDATORY_INFORMATION] = "Invalid mandatory information",
    [NAS_MESSAGE_TYPE_UNKNOWN] = "Message type non-existent or not implemented",
    [NAS_MESSAGE_TYPE_NOT_COMPATIBLE] = "Message type not compatible with the protocol state",
    [NAS_IE_UNKNOWN] = "Information element non-existent or not implemented",
    [NAS_CONDITIONAL_IE_ERROR] = "Conditional IE error",
    [NAS_MESSAGE_NOT_COMPATIBLE] = "Message not compatible with the protocol state",
    [NAS_PROTOCOL_ERROR] = "Protocol error, unspecified",
};

static const char *const gsm_causes[] = {
    [NAS_GSM_OPERATOR_DETERMINED_BARRING] = "Operator determined barring",
    [NAS_GSM_INSUFFICIENT_RESOURCES] = "Insufficient resources",
    [NAS_GSM_MISSING_OR_UNKNOWN_DNN] = "Missing or unknown DNN",
    [NAS_GSM_UNKNOWN_SESSION_TYPE] = "Unknown PDU session type",
    [NAS_GSM_USER_AUTHENTICATION_FAILED] = "User authentication or authorization failed",
    [NAS_GSM_REQUEST_REJECTED] = "Request rejected, unspecified",
    [NAS_GSM_SERVICE_OPTION_NOT_SUPPORTED] = "Service option not supported",
    [NAS_GSM_SERVICE_OPTION_NOT_SUBSCRIBED] = "Requested service option not subscribed",
    [NAS_GSM_PTI_ALREADY_IN_USE] = "PTI already in use",
    [NAS_GSM_REGULAR_DEACTIVATION] = "Regular deactivation",
    [NAS_GSM_QOS_NOT_ACCEPTED] = "5GS QoS not accepted",
    [NAS_GSM_NETWORK_FAILURE] = "Network failure",
    [NAS_GSM_REACTIVATION_REQUESTED] = "Reactivation requested",
    [NAS_GSM_SEMANTIC_ERROR_TFT] = "Semantic error in the TFT operation",
    [NAS_GSM_SYNTACTICAL_ERROR_TFT] = "Syntactical error in the TFT operation",
    [NAS_GSM_INVALID_SESSION_IDENTITY] = "Invalid PDU session identity",
    [NAS_GSM_SEMANTIC_ERRORS_FILTERS] = "Semantic errors in packet filter(s)",
    [NAS_GSM_SYNTACTICAL_ERROR_FILTERS] = "Syntactical error in packet filter(s)",
    [NAS_GSM_OUT_OF_LADN_AREA] = "Out of LADN service area",
    [NAS_GSM_PTI_MISMATCH] = "PTI mismatch",
    [NAS_GSM_IPV4_ONLY_ALLOWED] = "PDU session type IPv4 only allowed",
    [NAS_GSM_IPV6_ONLY_ALLOWED] = "PDU session type IPv6 only allowed",
    [NAS_GSM_SESSION_DOES_NOT_EXIST] = "PDU session does not exist",
    [NAS_GSM_IPV4V6_ONLY_ALLOWED] = "PDU session type IPv4v6 only allowed",
    [NAS_GSM_UNSTRUCTURED_ONLY_ALLOWED] = "PDU session type Unstructured only allowed",
    [NAS_GSM_UNSUPPORTED_5QI] = "Unsupported 5QI value",
    [NAS_GSM_ETHERNET_ONLY_ALLOWED] = "PDU session type Ethernet only allowed",
    [NAS_GSM_INSUFFICIENT_RESOURCES_SLICE_DNN] = "Insufficient resources for specific slice and DNN",
    [NAS_GSM_NOT_SUPPORTED_SSC_MODE] = "Not supported SSC mode",
    [NAS_GSM_INSUFFICIENT_RESOURCES_SLICE] = "Insufficient resources for specific slice",
    [NAS_GSM_MISSING_OR_UNKNOWN_DNN_IN_SLICE] = "Missing or unknown DNN in a slice",
    [NAS_GSM_INVALID_PTI] = "Invalid PTI value",
    [NAS_GSM_INTEGRITY_RATE_TOO_LOW] =
        "Maximum data rate per UE for user-plane integrity protection is too low",
    [NAS_GSM_SEMANTIC_ERROR_QOS] = "Semantic error in the QoS operation",
    [NAS_GSM_SYNTACTICAL_ERROR_QOS] = "Syntactical error in the QoS operation",
    [NAS_GSM_INVALID_MAPPED_EPS_BEARER] = "Invalid mapped EPS bearer identity",
    [NAS_GSM_UAS_NOT_ALLOWED] = "UAS services not allowed",
    [NAS_SEMANTICALLY_INCORRECT] = "Semantically incorrect message",
    [NAS_INVALID_MANDATORY_INFORMATION] = "Invalid mandatory information",
    [NAS_MESSAGE_TYPE_UNKNOWN] = "Message type non-existent or not implemented",
    [NAS_MESSAGE_TYPE_NOT_COMPATIBLE] = "Message type not compatible with the protocol state",
    [NAS_IE_UNKNOWN] = "Information element non-existent or not implemented",
    [NAS_CONDITIONAL_IE_ERROR] = "Conditional IE error",
    [NAS_MESSAGE_NOT_COMPATIBLE] = "Message not compatible with the protocol state",
    [NAS_PROTOCOL_ERROR] = "Protocol error, unspecified",
};

const char *nas_gmm_cause_name(uint8_t cause)
{
    return cause < sizeof gmm_causes / sizeof *gmm_causes ? gmm_causes[cause] : NULL;
}

const char *nas_gsm_cause_name(uint8_t cause)
{
    return cause < sizeof gsm_causes / sizeof *gsm_causes ? gsm_causes[cause] : NULL;
}

static const char *const accesses[] = {[NAS_ACCESS_3GPP] = "3GPP access",
                                       [NAS_ACCESS_NON_3GPP] = "non-3GPP access",
                                       [NAS_ACCESS_BOTH] = "both accesses"};

static const char *const service_types[] = {
    [NAS_SERVICE_SIGNALLING] = "signalling",
    [NAS_SERVICE_DATA] = "data",
    [NAS_SERVICE_MOBILE_TERMINATED] = "mobile terminated services",
    [NAS_SERVICE_EMERGENCY] = "emergency services",
    [NAS_SERVICE_EMERGENCY_FALLBACK] = "emergency services fallback",
    [NAS_SERVICE_HIGH_PRIORITY_ACCESS] = "high priority access",
    [NAS_SERVICE_ELEVATED_SIGNALLING] = "elevated signalling",
};

static const char *const identity_types[] = {
    [NAS_NO_IDENTITY] = "no identity",
    [NAS_SUCI] = "SUCI",
    [NAS_GUTI] = "5G-GUTI",
    [NAS_IMEI] = "IMEI",
    [NAS_S_TMSI] = "5G-S-TMSI",
    [NAS_IMEISV] = "IMEISV",
    [NAS_MAC_ADDRESS] = "MAC address",
    [NAS_EUI_64] = "EUI-64",
};

static const char *const payload_types[] = {
    [NAS_PAYLOAD_N1_SM] = "N1 SM information",
    [NAS_PAYLOAD_SMS] = "SMS",
    [NAS_PAYLOAD_LPP] = "LPP message container",
    [NAS_PAYLOAD_SOR] = "SOR transparent container",
    [NAS_PAYLOAD_UE_POLICY] = "UE policy container",
    [NAS_PAYLOAD_UE_PARAMETERS] = "UE parameters update transparent container",
    [NAS_PAYLOAD_LOCATION] = "Location services message container",
    [NAS_PAYLOAD_CIOT] = "CIoT user data container",
    [NAS_PAYLOAD_SLAA] = "Service-level-AA container",
    [NAS_PAYLOAD_EVENT] = "Event notification",
    [NAS_PAYLOAD_MULTIPLE] = "Multiple payloads",
};

static const char *const request_types[] = {
    [NAS_REQUEST_INITIAL] = "initial request",
    [NAS_REQUEST_EXISTING] = "existing PDU session",
    [NAS_REQUEST_INITIAL_EMERGENCY] = "initial emergency request",
    [NAS_REQUEST_EXISTING_EMERGENCY] = "existing emergency PDU session",
    [NAS_REQUEST_MODIFICATION] = "modification request",
    [NAS_REQUEST_MA_PDU] = "MA PDU request",
};

static const char *const session_types[] = {
    [NAS_SESSION_IPV4] = "IPv4",         [NAS_SESSION_IPV6] = "IPv6",
    [NAS_SESSION_IPV4V6] = "IPv4v6",     [NAS_SESSION_UNSTRUCTURED] = "Unstructured",
    [NAS_SESSION_ETHERNET] = "Ethernet",
};

const struct nas_codec nas_codec_gmm_cause = NAS_ENUM_CODEC(gmm_causes);
const struct nas_codec nas_codec_gsm_cause = NAS_ENUM_CODEC(gsm_causes);
const struct nas_codec nas_codec_access = NAS_ENUM_CODEC(accesses);
const struct nas_codec nas_codec_service_type = NAS_ENUM_CODEC(service_types);
const struct nas_codec nas_codec_identity_type = NAS_ENUM_CODEC(identity_types);
const struct nas_codec nas_codec_payload_type = NAS_ENUM_CODEC(payload_types);
const struct nas_codec nas_codec_request_type = NAS_ENUM_CODEC(request_types);
const struct nas_codec nas_codec_session_type = NAS_ENUM_CODEC(session_types);
