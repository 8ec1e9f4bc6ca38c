/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of PFCP information elements (TS 29.244 clause 8.2). Views (struct bytes) point into the decoded
 * message or the builder's memory. Flags of several octets keep octet 5 in the lowest eight bits, octet 6 in
 * the next, and so on.
 */
#ifndef WIRE_PFCP_IE_H
#define WIRE_PFCP_IE_H

#include "kit/bytes.h"

/* 8.1.2: the element types Demarc reads or writes */
enum pfcp_ie_type {
    PFCP_IE_CREATE_PDR = 1,
    PFCP_IE_PDI = 2,
    PFCP_IE_CREATE_FAR = 3,
    PFCP_IE_FORWARDING_PARAMETERS = 4,
    PFCP_IE_DUPLICATING_PARAMETERS = 5,
    PFCP_IE_CREATE_URR = 6,
    PFCP_IE_CREATE_QER = 7,
    PFCP_IE_CREATED_PDR = 8,
    PFCP_IE_UPDATE_PDR = 9,
    PFCP_IE_UPDATE_FAR = 10,
    PFCP_IE_UPDATE_FORWARDING_PARAMETERS = 11,
    PFCP_IE_UPDATE_BAR_IN_REPORT_RESPONSE = 12,
    PFCP_IE_UPDATE_URR = 13,
    PFCP_IE_UPDATE_QER = 14,
    PFCP_IE_REMOVE_PDR = 15,
    PFCP_IE_REMOVE_FAR = 16,
    PFCP_IE_REMOVE_URR = 17,
    PFCP_IE_REMOVE_QER = 18,
    PFCP_IE_CAUSE = 19,
    PFCP_IE_SOURCE_INTERFACE = 20,
    PFCP_IE_F_TEID = 21,
    PFCP_IE_NETWORK_INSTANCE = 22,
    PFCP_IE_SDF_FILTER = 23,
    PFCP_IE_APPLICATION_ID = 24,
    PFCP_IE_GATE_STATUS = 25,
    PFCP_IE_MBR = 26,
    PFCP_IE_GBR = 27,
    PFCP_IE_QER_CORRELATION_ID = 28,
    PFCP_IE_PRECEDENCE = 29,
    PFCP_IE_TRANSPORT_LEVEL_MARKING = 30,
    PFCP_IE_VOLUME_THRESHOLD = 31,
    PFCP_IE_TIME_THRESHOLD = 32,
    PFCP_IE_MONITORING_TIME = 33,
    PFCP_IE_SUBSEQUENT_VOLUME_THRESHOLD = 34,
    PFCP_IE_SUBSEQUENT_TIME_THRESHOLD = 35,
    PFCP_IE_INACTIVITY_DETECTION_TIME = 36,
    PFCP_IE_REPORTING_TRIGGERS = 37,
    PFCP_IE_REDIRECT_INFORMATION = 38,
    PFCP_IE_REPORT_TYPE = 39,
    PFCP_IE_OFFENDING_IE = 40,
    PFCP_IE_FORWARDING_POLICY = 41,
    PFCP_IE_DESTINATION_INTERFACE = 42,
    PFCP_IE_UP_FUNCTION_FEATURES = 43,
    PFCP_IE_APPLY_ACTION = 44,
    PFCP_IE_DOWNLINK_DATA_SERVICE_INFORMATION = 45,
    PFCP_IE_DOWNLINK_DATA_NOTIFICATION_DELAY = 46,
    PFCP_IE_DL_BUFFERING_DURATION = 47,
    PFCP_IE_DL_BUFFERING_SUGGESTED_PACKET_COUNT = 48,
    PFCP_IE_PFCPSMREQ_FLAGS = 49,
    PFCP_IE_PFCPSRRSP_FLAGS = 50,
    PFCP_IE_LOAD_CONTROL_INFORMATION = 51,
    PFCP_IE_SEQUENCE_NUMBER = 52,
    PFCP_IE_METRIC = 53,
    PFCP_IE_OVERLOAD_CONTROL_INFORMATION = 54,
    PFCP_IE_TIMER = 55,
    PFCP_IE_PDR_ID = 56,
    PFCP_IE_F_SEID = 57,
    PFCP_IE_NODE_ID = 60,
    PFCP_IE_MEASUREMENT_METHOD = 62,
    PFCP_IE_USAGE_REPORT_TRIGGER = 63,
    PFCP_IE_MEASUREMENT_PERIOD = 64,
    PFCP_IE_VOLUME_MEASUREMENT = 66,
    PFCP_IE_DURATION_MEASUREMENT = 67,
    PFCP_IE_TIME_OF_FIRST_PACKET = 69,
    PFCP_IE_TIME_OF_LAST_PACKET = 70,
    PFCP_IE_QUOTA_HOLDING_TIME = 71,
    PFCP_IE_VOLUME_QUOTA = 73,
    PFCP_IE_TIME_QUOTA = 74,
    PFCP_IE_START_TIME = 75,
    PFCP_IE_END_TIME = 76,
    PFCP_IE_QUERY_URR = 77,
    PFCP_IE_USAGE_REPORT_IN_MODIFICATION = 78,
    PFCP_IE_USAGE_REPORT_IN_DELETION = 79,
    PFCP_IE_USAGE_REPORT_IN_REPORT = 80,
    PFCP_IE_URR_ID = 81,
    PFCP_IE_LINKED_URR_ID = 82,
    PFCP_IE_DOWNLINK_DATA_REPORT = 83,
    PFCP_IE_OUTER_HEADER_CREATION = 84,
    PFCP_IE_CREATE_BAR = 85,
    PFCP_IE_UPDATE_BAR = 86,
    PFCP_IE_REMOVE_BAR = 87,
    PFCP_IE_BAR_ID = 88,
    PFCP_IE_CP_FUNCTION_FEATURES = 89,
    PFCP_IE_UE_IP_ADDRESS = 93,
    PFCP_IE_OUTER_HEADER_REMOVAL = 95,
    PFCP_IE_RECOVERY_TIME_STAMP = 96,
    PFCP_IE_ERROR_INDICATION_REPORT = 99,
    PFCP_IE_MEASUREMENT_INFORMATION = 100,
    PFCP_IE_NODE_REPORT_TYPE = 101,
    PFCP_IE_USER_PLANE_PATH_FAILURE_REPORT = 102,
    PFCP_IE_REMOTE_GTP_U_PEER = 103,
    PFCP_IE_UR_SEQN = 104,
    PFCP_IE_UPDATE_DUPLICATING_PARAMETERS = 105,
    PFCP_IE_ACTIVATE_PREDEFINED_RULES = 106,
    PFCP_IE_DEACTIVATE_PREDEFINED_RULES = 107,
    PFCP_IE_FAR_ID = 108,
    PFCP_IE_QER_ID = 109,
    PFCP_IE_OCI_FLAGS = 110,
    PFCP_IE_ASSOCIATION_RELEASE_REQUEST = 111,
    PFCP_IE_GRACEFUL_RELEASE_PERIOD = 112,
    PFCP_IE_PDN_TYPE = 113,
    PFCP_IE_FAILED_RULE_ID = 114,
    PFCP_IE_USER_PLANE_INACTIVITY_TIMER = 117,
    PFCP_IE_RQI = 123,
    PFCP_IE_QFI = 124,
    PFCP_IE_QUERY_URR_REFERENCE = 125,
    PFCP_IE_ADDITIONAL_USAGE_REPORTS_INFORMATION = 126,
    PFCP_IE_ETHERNET_PACKET_FILTER = 132,
    PFCP_IE_MAC_ADDRESS = 133,
    PFCP_IE_C_TAG = 134,
    PFCP_IE_S_TAG = 135,
    PFCP_IE_ETHERTYPE = 136,
    PFCP_IE_ETHERNET_FILTER_ID = 138,
    PFCP_IE_ETHERNET_FILTER_PROPERTIES = 139,
    PFCP_IE_SUGGESTED_BUFFERING_PACKETS_COUNT = 140,
    PFCP_IE_USER_ID = 141,
    PFCP_IE_ETHERNET_PDU_SESSION_INFORMATION = 142,
    PFCP_IE_ETHERNET_TRAFFIC_INFORMATION = 143,
    PFCP_IE_MAC_ADDRESSES_DETECTED = 144,
    PFCP_IE_MAC_ADDRESSES_REMOVED = 145,
    PFCP_IE_ETHERNET_INACTIVITY_TIMER = 146,
    PFCP_IE_FRAMED_ROUTE = 153,
    PFCP_IE_FRAMED_ROUTING = 154,
    PFCP_IE_FRAMED_IPV6_ROUTE = 155,
    PFCP_IE_AVERAGING_WINDOW = 157,
    PFCP_IE_PAGING_POLICY_INDICATOR = 158,
    PFCP_IE_APN_DNN = 159,
    PFCP_IE_TGPP_INTERFACE_TYPE = 160,
    PFCP_IE_PFCPSRREQ_FLAGS = 161,
    PFCP_IE_PFCPAUREQ_FLAGS = 162,
    PFCP_IE_UE_IP_ADDRESS_POOL_IDENTITY = 177,
    PFCP_IE_PFCP_SESSION_RETENTION_INFORMATION = 183,
    PFCP_IE_PFCPASRSP_FLAGS = 184,
    PFCP_IE_CP_PFCP_ENTITY_IP_ADDRESS = 185,
    PFCP_IE_PFCPSEREQ_FLAGS = 186,
    PFCP_IE_USER_PLANE_PATH_RECOVERY_REPORT = 187,
    PFCP_IE_UE_IP_ADDRESS_POOL_INFORMATION = 233,
    PFCP_IE_S_NSSAI = 257,
    PFCP_IE_IP_VERSION = 258,
    PFCP_IE_VENDOR_SPECIFIC_NODE_REPORT_TYPE = 320,
    PFCP_IE_TYPES /* one more than the last */
};

/* Our own (8.1.1: types from 32768 on belong to the enterprise whose number stands in front of the value; who does not know them skips
 * them). The number is that of RFC 5612, for examples: we have none of our own, and say nothing in it to who has not asked for it. */
enum { PFCP_ENTERPRISE = 32473 };

enum pfcp_own_ie_type {
    PFCP_IE_OWN = 0x8000,
    PFCP_IE_TRAFFIC_REPORTING = PFCP_IE_OWN, /* of the SMF: how often it wants to be told */
    PFCP_IE_TRAFFIC_REPORT,
    PFCP_IE_TRAFFIC_OF_PEER,
    PFCP_IE_SHAPING,
    PFCP_IE_SHAPING_OF_PEER,
    PFCP_IE_OWN_END
};

/* 8.2.1 */
enum pfcp_cause {
    PFCP_ACCEPTED = 1,
    PFCP_MORE_USAGE_REPORT_TO_SEND = 2,
    PFCP_PARTIALLY_ACCEPTED = 3,
    PFCP_REJECTED = 64,
    PFCP_SESSION_CONTEXT_NOT_FOUND = 65,
    PFCP_MANDATORY_IE_MISSING = 66,
    PFCP_CONDITIONAL_IE_MISSING = 67,
    PFCP_INVALID_LENGTH = 68,
    PFCP_MANDATORY_IE_INCORRECT = 69,
    PFCP_INVALID_FORWARDING_POLICY = 70,
    PFCP_INVALID_F_TEID_ALLOCATION = 71,
    PFCP_NO_ESTABLISHED_ASSOCIATION = 72,
    PFCP_RULE_FAILURE = 73,
    PFCP_CONGESTION = 74,
    PFCP_NO_RESOURCES_AVAILABLE = 75,
    PFCP_SERVICE_NOT_SUPPORTED = 76,
    PFCP_SYSTEM_FAILURE = 77,
    PFCP_REDIRECTION_REQUESTED = 78,
    PFCP_ALL_DYNAMIC_ADDRESSES_OCCUPIED = 79,
};

/* 8.2.2 and 8.2.24; only the destination knows LI_FUNCTION. */
enum pfcp_interface {
    PFCP_ACCESS = 0,
    PFCP_CORE = 1,
    PFCP_N6_LAN = 2,
    PFCP_CP_FUNCTION = 3,
    PFCP_LI_FUNCTION = 4,
};

/* 8.2.79 */
enum pfcp_pdn_type { PFCP_PDN_IPV4 = 1, PFCP_PDN_IPV6, PFCP_PDN_IPV4V6, PFCP_PDN_NON_IP, PFCP_PDN_ETHERNET };

/* 8.2.26 */
enum pfcp_apply_action {
    PFCP_DROP = 1 << 0,
    PFCP_FORW = 1 << 1,
    PFCP_BUFF = 1 << 2,
    PFCP_NOCP = 1 << 3,
    PFCP_DUPL = 1 << 4,
    PFCP_BDPN = 1 << 9,
    PFCP_DDPN = 1 << 10,
};

/* 8.2.21 */
enum pfcp_report_type {
    PFCP_DLDR = 1 << 0, /* downlink data */
    PFCP_USAR = 1 << 1, /* usage */
    PFCP_ERIR = 1 << 2, /* error indication */
    PFCP_UPIR = 1 << 3, /* user plane inactivity */
};

/* 8.2.31, PFCPSMReq-Flags (also within Update Forwarding Parameters); DROBU is the same bit of
 * PFCPSRRsp-Flags */
enum pfcp_smreq_flags { PFCP_DROBU = 1 << 0, PFCP_SNDEM = 1 << 1, PFCP_QAURR = 1 << 2 };

enum pfcp_sereq_flags { PFCP_RESTI = 1 << 0 };        /* restore the session with the given F-TEIDs */
enum pfcp_srreq_flags { PFCP_PSDBU = 1 << 0 };        /* the UP function deleted the session */
enum pfcp_aureq_flags { PFCP_PARPS = 1 << 0 };        /* association release is being prepared */
enum pfcp_asrsp_flags { PFCP_PSREI = 1 << 0 };        /* sessions were retained */
enum pfcp_association_release { PFCP_SARR = 1 << 0 }; /* the UP function asks to be released */
enum pfcp_node_report_type { PFCP_UPFR = 1 << 0, PFCP_UPRR = 1 << 1, PFCP_VSR = 1 << 5 };
enum pfcp_ethernet_filter_properties { PFCP_BIDE = 1 << 0 }; /* one for both directions */
enum pfcp_ip_versions { PFCP_IP_V4 = 1 << 0, PFCP_IP_V6 = 1 << 1 };

/* 8.2.25 */
#define PFCP_UP_BUCP  (UINT64_C(1) << 0)  /* buffering in the CP function */
#define PFCP_UP_DDND  (UINT64_C(1) << 1)  /* downlink data notification delay */
#define PFCP_UP_DLBD  (UINT64_C(1) << 2)  /* downlink buffering duration */
#define PFCP_UP_FTUP  (UINT64_C(1) << 4)  /* F-TEID allocation by the UP function */
#define PFCP_UP_EMPU  (UINT64_C(1) << 8)  /* sends end markers */
#define PFCP_UP_PDIU  (UINT64_C(1) << 9)  /* PDI optimisation */
#define PFCP_UP_QUOAC (UINT64_C(1) << 11) /* quota action */
#define PFCP_UP_FRRT  (UINT64_C(1) << 13) /* framed routes */
#define PFCP_UP_UEIP  (UINT64_C(1) << 18) /* allocates UE addresses */
#define PFCP_UP_MNOP  (UINT64_C(1) << 20) /* counts packets in usage reports */
#define PFCP_UP_BUNDL (UINT64_C(1) << 22) /* bundled messages */
#define PFCP_UP_RESPS (UINT64_C(1) << 45) /* session restoration after a UP restart */

/* 8.2.58 */
enum pfcp_cp_features { PFCP_CP_LOAD = 1 << 0, PFCP_CP_OVRL = 1 << 1, PFCP_CP_BUNDL = 1 << 4 };

/* 8.2.40 */
enum pfcp_measurement_method { PFCP_DURAT = 1 << 0, PFCP_VOLUM = 1 << 1, PFCP_EVENT = 1 << 2 };

/* 8.2.19 */
enum pfcp_reporting_triggers {
    PFCP_REPORT_PERIO = 1 << 0,
    PFCP_REPORT_VOLTH = 1 << 1,
    PFCP_REPORT_TIMTH = 1 << 2,
    PFCP_REPORT_QUHTI = 1 << 3,
    PFCP_REPORT_START = 1 << 4,
    PFCP_REPORT_STOPT = 1 << 5,
    PFCP_REPORT_LIUSA = 1 << 7,
    PFCP_REPORT_VOLQU = 1 << 8,
    PFCP_REPORT_TIMQU = 1 << 9,
    PFCP_REPORT_MACAR = 1 << 11, /* MAC addresses behind the UE */
    PFCP_REPORT_UPINT = 1 << 17,
};

/* 8.2.41 */
enum pfcp_usage_trigger {
    PFCP_USAGE_PERIO = 1 << 0,
    PFCP_USAGE_VOLTH = 1 << 1,
    PFCP_USAGE_TIMTH = 1 << 2,
    PFCP_USAGE_QUHTI = 1 << 3,
    PFCP_USAGE_START = 1 << 4,
    PFCP_USAGE_STOPT = 1 << 5,
    PFCP_USAGE_IMMER = 1 << 7,
    PFCP_USAGE_VOLQU = 1 << 8,
    PFCP_USAGE_TIMQU = 1 << 9,
    PFCP_USAGE_LIUSA = 1 << 10,
    PFCP_USAGE_TERMR = 1 << 11,
    PFCP_USAGE_MONIT = 1 << 12,
    PFCP_USAGE_MACAR = 1 << 14,
    PFCP_USAGE_UPINT = 1 << 21,
};

/* Which of the volumes are meant (8.2.13, 8.2.44, 8.2.50) */
enum pfcp_volume_flags {
    PFCP_TOVOL = 1 << 0,
    PFCP_ULVOL = 1 << 1,
    PFCP_DLVOL = 1 << 2,
    PFCP_TONOP = 1 << 3, /* packet counts: only in a measurement */
    PFCP_ULNOP = 1 << 4,
    PFCP_DLNOP = 1 << 5,
};

/* 8.2.7: each direction open or closed */
struct pfcp_gate_status {
    bool uplink_closed, downlink_closed;
};

struct pfcp_ip {
    bool has_v4, has_v6;
    uint8_t v4[4], v6[16];
};

/* 8.2.37 */
struct pfcp_f_seid {
    uint64_t seid;
    struct pfcp_ip ip;
};

/* 8.2.3. With `choose` the UP function allocates: ip.has_v4/has_v6 then say which families are wanted, and
 * PDRs of a session with the same choose_id get the same F-TEID. */
struct pfcp_f_teid {
    bool choose, has_choose_id;
    uint8_t choose_id;
    uint32_t teid;
    struct pfcp_ip ip;
};

/* 8.2.38: an address, or an FQDN in DNS label form when neither has_v4 nor has_v6. Never both addresses. */
struct pfcp_node_id {
    struct pfcp_ip ip;
    struct bytes fqdn;
};

/* 8.2.62. The IPv6 part is a prefix of `prefix_length` bits, 64 when that is 0. */
struct pfcp_ue_ip {
    struct pfcp_ip ip;
    bool destination; /* S/D: the address is the packet's destination */
    bool choose_v4, choose_v6;
    uint8_t prefix_length;
};

/* 8.2.5 */
struct pfcp_sdf_filter {
    struct bytes flow_description; /* IPFilterRule text of TS 29.212 5.4.2; absent when empty */
    bool has_tos, has_spi, has_flow_label, has_id;
    uint16_t tos; /* value, mask */
    uint32_t spi;
    uint32_t flow_label; /* 20 bits */
    uint32_t id;         /* bidirectional: filters of one id in both directions share a description */
};

/* 8.2.64; the second octet only when has_extension_deletion */
enum pfcp_outer_header {
    PFCP_REMOVE_GTPU_UDP_IPV4 = 0,
    PFCP_REMOVE_GTPU_UDP_IPV6 = 1,
    PFCP_REMOVE_GTPU_UDP_IP = 6,
};

struct pfcp_outer_header_removal {
    uint8_t description;
    bool has_extension_deletion;
    uint8_t extension_deletion;
};

/* 8.2.56 */
enum pfcp_outer_header_creation_flags {
    PFCP_CREATE_GTPU_UDP_IPV4 = 1 << 0,
    PFCP_CREATE_GTPU_UDP_IPV6 = 1 << 1,
    PFCP_CREATE_UDP_IPV4 = 1 << 2,
    PFCP_CREATE_UDP_IPV6 = 1 << 3,
};

struct pfcp_outer_header_creation {
    uint16_t description; /* flags above */
    uint32_t teid;        /* with GTP-U */
    struct pfcp_ip ip;    /* as the description says */
    uint16_t port;        /* with plain UDP */
};

/* 8.2.8, 8.2.9: kilobits per second, 40 bits */
struct pfcp_bit_rate {
    uint64_t uplink, downlink;
};

/* 8.2.20 */
enum pfcp_redirect_type { PFCP_REDIRECT_IPV4, PFCP_REDIRECT_IPV6, PFCP_REDIRECT_URL, PFCP_REDIRECT_SIP_URI };

struct pfcp_redirect {
    uint8_t type;
    struct bytes address; /* text */
};

/* 8.2.13 thresholds and quotas, bytes; only flags TOVOL, ULVOL, DLVOL. 8.2.44 measurement: all flags. */
struct pfcp_volume {
    uint8_t flags;
    uint64_t total, uplink, downlink;
    uint64_t total_packets, uplink_packets, downlink_packets;
};

/* 8.2.27: what the first buffered packet asks of paging */
struct pfcp_downlink_service {
    bool has_ppi, has_qfi;
    uint8_t ppi, qfi;
};

/* 8.2.80 */
enum pfcp_rule_kind { PFCP_RULE_PDR, PFCP_RULE_FAR, PFCP_RULE_QER, PFCP_RULE_URR, PFCP_RULE_BAR };

struct pfcp_failed_rule {
    uint8_t kind;
    uint32_t id;
};

/* 8.2.70 */
struct pfcp_remote_peer {
    struct pfcp_ip ip;
};

/*
 * What a plane has carried, by the GTP-U peer (gNB) through which it went: octets of the packets inside G-PDUs, from the first of the inner
 * IP header to its last, without GTP-U, UDP, outer IP and Ethernet. Counters of the plane's process: they never go back while
 * `instance` is the same, and begin at 0 with the next.
 */
struct pfcp_traffic_of_peer {
    struct pfcp_ip ip; /* one of them */
    uint64_t uplink, downlink;
};

enum pfcp_traffic_flags {
    PFCP_TRAFFIC_LAST = 1 << 0,          /* nothing of this round is left to be said */
    PFCP_TRAFFIC_HOLDS_PORT = 1 << 1,    /* the plane looks after the RAN port (rule L2 of the line) ... */
    PFCP_TRAFFIC_PORT_IN_FORCE = 1 << 2, /* ... and has found its rules in force */
    PFCP_TRAFFIC_ENDS =
        1 << 3, /* with LAST: the plane forwards nothing any more, this is the end of the instance */
    PFCP_TRAFFIC_SHAPES = 1 << 4, /* the plane understands struct pfcp_shaping */
};

struct pfcp_traffic_report {
    uint64_t instance;         /* random */
    uint64_t uplink, downlink; /* over all peers, as they are when this round has been told */
    uint8_t flags;
};

/*
 * Whose packets are to be delayed or marked, by the GTP-U peer (gNB) through which they go, and from which rate on. What is told in one round holds
 * for all peers: one that is not in it is not shaped any more once its last message has come.
 */
struct pfcp_shaping {
    uint32_t round;
    uint8_t flags; /* PFCP_SHAPING_LAST: nothing of this round is left to be said */
};

enum { PFCP_SHAPING_LAST = 1 << 0 };

struct pfcp_shaping_of_peer {
    struct pfcp_ip ip;         /* one of them */
    uint64_t uplink, downlink; /* kbps, at least 1 */
};

/* 8.2.217 */
struct pfcp_vendor_report {
    uint16_t enterprise;
    uint8_t flags; /* the enterprise's */
};

enum { PFCP_MAC_OCTETS = 6 };

/* 8.2.93. With an upper address it is a range, which begins with the other. */
struct pfcp_mac {
    bool has_source, has_destination, has_upper_source, has_upper_destination;
    uint8_t source[PFCP_MAC_OCTETS], destination[PFCP_MAC_OCTETS];
    uint8_t upper_source[PFCP_MAC_OCTETS], upper_destination[PFCP_MAC_OCTETS];
};

/* 8.2.94, 8.2.95 */
struct pfcp_vlan_tag {
    bool has_pcp, has_dei, has_vid, dei;
    uint8_t pcp;  /* 3 bits */
    uint16_t vid; /* 12 bits */
};

/* 8.2.103, 8.2.104 */
struct pfcp_macs {
    struct bytes addresses; /* PFCP_MAC_OCTETS each, 255 at most */
    bool has_c_tag, has_s_tag;
    struct pfcp_vlan_tag c_tag, s_tag;
};

/* SD ffffff means none */
struct pfcp_s_nssai {
    uint8_t sst;
    uint32_t sd;
};

/* Of a User ID only the IMSI is kept, as TBCD digits */
struct pfcp_user_id {
    struct bytes imsi;
};

#endif
