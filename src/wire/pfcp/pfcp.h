/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PFCP, the protocol between control and plane (TS 29.244 Release 17, UDP port 8805): messages as structs,
 * from bytes, to bytes, to text. All of it is described by the tables in tables.c; codec.c is the engine that
 * walks them.
 */
#ifndef WIRE_PFCP_PFCP_H
#define WIRE_PFCP_PFCP_H

#include "kit/arena.h"
#include "kit/print.h"
#include "wire/pfcp/rules.h"

enum { PFCP_PORT = 8805, PFCP_MESSAGE_BYTES = 65507 };

/* 7.3 */
enum pfcp_message_type {
    PFCP_HEARTBEAT_REQUEST = 1,
    PFCP_HEARTBEAT_RESPONSE = 2,
    PFCP_ASSOCIATION_SETUP_REQUEST = 5,
    PFCP_ASSOCIATION_SETUP_RESPONSE = 6,
    PFCP_ASSOCIATION_UPDATE_REQUEST = 7,
    PFCP_ASSOCIATION_UPDATE_RESPONSE = 8,
    PFCP_ASSOCIATION_RELEASE_REQUEST = 9,
    PFCP_ASSOCIATION_RELEASE_RESPONSE = 10,
    PFCP_VERSION_NOT_SUPPORTED_RESPONSE = 11,
    PFCP_NODE_REPORT_REQUEST = 12,
    PFCP_NODE_REPORT_RESPONSE = 13,
    PFCP_SESSION_ESTABLISHMENT_REQUEST = 50,
    PFCP_SESSION_ESTABLISHMENT_RESPONSE = 51,
    PFCP_SESSION_MODIFICATION_REQUEST = 52,
    PFCP_SESSION_MODIFICATION_RESPONSE = 53,
    PFCP_SESSION_DELETION_REQUEST = 54,
    PFCP_SESSION_DELETION_RESPONSE = 55,
    PFCP_SESSION_REPORT_REQUEST = 56,
    PFCP_SESSION_REPORT_RESPONSE = 57,
};

/* 7.4.2: requests and responses alike */
struct pfcp_heartbeat {
    uint32_t recovery_time_stamp; /* seconds since 1900 */
};

/* 7.4.4.1-3 */
struct pfcp_ue_ip_pool {
    struct bytes *identities;
    size_t identities_count;
    bool has_network_instance, has_ip_versions;
    struct bytes network_instance;
    uint8_t ip_versions; /* enum pfcp_ip_versions */
    struct pfcp_s_nssai *s_nssais;
    size_t s_nssais_count;
};

/* 7.4.4.1-2: asks the UP function to keep the sessions it has with these entities, or all when none is named */
struct pfcp_session_retention {
    struct pfcp_remote_peer *cp_entities;
    size_t cp_entities_count;
};

struct pfcp_association_setup_request {
    struct pfcp_node_id node_id;
    uint32_t recovery_time_stamp;
    bool has_up_features, has_cp_features;
    uint64_t up_features; /* PFCP_UP_... */
    uint64_t cp_features; /* enum pfcp_cp_features */
    bool has_session_retention;
    struct pfcp_session_retention session_retention;
    struct pfcp_ue_ip_pool *ue_ip_pools;
    size_t ue_ip_pools_count;
    bool has_traffic_reporting;
    uint16_t traffic_reporting; /* seconds between reports of traffic that the SMF asks for */
};

struct pfcp_association_setup_response {
    struct pfcp_node_id node_id;
    uint8_t cause; /* enum pfcp_cause */
    uint32_t recovery_time_stamp;
    bool has_up_features, has_cp_features, has_asrsp_flags;
    uint64_t up_features, cp_features;
    uint8_t asrsp_flags;
    struct pfcp_ue_ip_pool *ue_ip_pools;
    size_t ue_ip_pools_count;
    bool has_traffic_reporting;
    uint16_t traffic_reporting;
};

struct pfcp_association_update_request {
    struct pfcp_node_id node_id;
    bool has_up_features, has_cp_features, has_release_request, has_graceful_release_period, has_aureq_flags;
    uint64_t up_features, cp_features;
    uint8_t release_request; /* PFCP_SARR */
    uint8_t graceful_release_period;
    uint8_t aureq_flags;
    struct pfcp_ue_ip_pool *ue_ip_pools;
    size_t ue_ip_pools_count;
    bool has_shaping;
    struct pfcp_shaping shaping;
    struct pfcp_shaping_of_peer *shaped;
    size_t shaped_count;
};

struct pfcp_association_update_response {
    struct pfcp_node_id node_id;
    uint8_t cause;
    bool has_up_features, has_cp_features;
    uint64_t up_features, cp_features;
};

struct pfcp_association_release_request {
    struct pfcp_node_id node_id;
};

struct pfcp_association_release_response {
    struct pfcp_node_id node_id;
    uint8_t cause;
};

/* 7.4.5.1.2, 7.4.5.1.3: GTP-U peers whose path failed or came back */
struct pfcp_path_report {
    struct pfcp_remote_peer *peers;
    size_t peers_count;
};

struct pfcp_node_report_request {
    struct pfcp_node_id node_id;
    uint8_t report_type; /* enum pfcp_node_report_type */
    bool has_path_failure, has_path_recovery, has_vendor_report_type, has_traffic_report;
    struct pfcp_path_report path_failure, path_recovery;
    struct pfcp_vendor_report vendor_report_type;
    struct pfcp_traffic_report traffic_report;
    struct pfcp_traffic_of_peer *traffic;
    size_t traffic_count;
};

struct pfcp_node_report_response {
    struct pfcp_node_id node_id;
    uint8_t cause;
    bool has_offending_ie;
    uint16_t offending_ie;
};

/* 7.5.3.3, 7.5.3.4 */
struct pfcp_load_control {
    uint32_t sequence;
    uint8_t metric; /* percent */
};

struct pfcp_overload_control {
    uint32_t sequence;
    uint8_t metric;
    uint8_t period; /* 8.2.35: unit in the upper 3 bits, value in the lower 5 */
    bool has_oci_flags;
    uint8_t oci_flags;
};

struct pfcp_session_establishment_request {
    struct pfcp_node_id node_id;
    struct pfcp_f_seid cp_f_seid;
    struct pfcp_create_pdr *create_pdrs; /* at least one */
    size_t create_pdrs_count;
    struct pfcp_create_far *create_fars; /* at least one */
    size_t create_fars_count;
    struct pfcp_urr *create_urrs;
    size_t create_urrs_count;
    struct pfcp_qer *create_qers;
    size_t create_qers_count;
    bool has_create_bar, has_pdn_type, has_inactivity_timer, has_user_id, has_dnn, has_s_nssai,
        has_sereq_flags, has_recovery_time_stamp;
    struct pfcp_bar create_bar;
    uint8_t pdn_type;          /* enum pfcp_pdn_type */
    uint32_t inactivity_timer; /* seconds */
    struct pfcp_user_id user_id;
    struct bytes dnn; /* labels as in TS 23.003 9.1 */
    struct pfcp_s_nssai s_nssai;
    uint8_t sereq_flags; /* enum pfcp_sereq_flags */
    uint32_t recovery_time_stamp;
};

struct pfcp_session_establishment_response {
    struct pfcp_node_id node_id;
    uint8_t cause;
    bool has_offending_ie, has_up_f_seid, has_load_control, has_overload_control, has_failed_rule;
    uint16_t offending_ie;
    struct pfcp_f_seid up_f_seid; /* when accepted */
    struct pfcp_created_pdr *created_pdrs;
    size_t created_pdrs_count;
    struct pfcp_load_control load_control;
    struct pfcp_overload_control overload_control;
    struct pfcp_failed_rule failed_rule;
};

struct pfcp_session_modification_request {
    bool has_cp_f_seid, has_remove_bar, has_create_bar, has_update_bar, has_smreq_flags, has_query_reference,
        has_inactivity_timer, has_node_id, has_dnn, has_s_nssai;
    struct pfcp_f_seid cp_f_seid; /* when it changes */
    struct pfcp_remove_pdr *remove_pdrs;
    size_t remove_pdrs_count;
    struct pfcp_remove_rule *remove_fars, *remove_urrs, *remove_qers;
    size_t remove_fars_count, remove_urrs_count, remove_qers_count;
    struct pfcp_remove_bar remove_bar;
    struct pfcp_create_pdr *create_pdrs;
    size_t create_pdrs_count;
    struct pfcp_create_far *create_fars;
    size_t create_fars_count;
    struct pfcp_urr *create_urrs;
    size_t create_urrs_count;
    struct pfcp_qer *create_qers;
    size_t create_qers_count;
    struct pfcp_bar create_bar;
    struct pfcp_update_pdr *update_pdrs;
    size_t update_pdrs_count;
    struct pfcp_update_far *update_fars;
    size_t update_fars_count;
    struct pfcp_urr *update_urrs;
    size_t update_urrs_count;
    struct pfcp_qer *update_qers;
    size_t update_qers_count;
    struct pfcp_bar update_bar;
    uint8_t smreq_flags; /* enum pfcp_smreq_flags */
    struct pfcp_remove_rule *query_urrs;
    size_t query_urrs_count;
    uint32_t query_reference;
    uint32_t inactivity_timer;
    struct pfcp_node_id node_id;
    struct bytes dnn;
    struct pfcp_s_nssai s_nssai;
};

struct pfcp_session_modification_response {
    uint8_t cause;
    bool has_offending_ie, has_load_control, has_overload_control, has_failed_rule, has_additional_reports;
    uint16_t offending_ie;
    struct pfcp_created_pdr *created_pdrs;
    size_t created_pdrs_count;
    struct pfcp_load_control load_control;
    struct pfcp_overload_control overload_control;
    struct pfcp_usage_report *usage_reports;
    size_t usage_reports_count;
    struct pfcp_failed_rule failed_rule;
    uint16_t additional_reports; /* 8.2.91 */
};

struct pfcp_session_deletion_response {
    uint8_t cause;
    bool has_offending_ie, has_load_control, has_overload_control, has_additional_reports;
    uint16_t offending_ie;
    struct pfcp_load_control load_control;
    struct pfcp_overload_control overload_control;
    struct pfcp_usage_report *usage_reports;
    size_t usage_reports_count;
    uint16_t additional_reports;
};

/* 7.5.8.2 */
struct pfcp_downlink_data_report {
    uint16_t *pdr_ids; /* at least one */
    size_t pdr_ids_count;
    struct pfcp_downlink_service *services;
    size_t services_count;
};

/* 7.5.8.4 */
struct pfcp_error_indication_report {
    struct pfcp_f_teid *remote_f_teids; /* at least one */
    size_t remote_f_teids_count;
};

struct pfcp_session_report_request {
    uint8_t report_type; /* enum pfcp_report_type */
    bool has_downlink_data, has_error_indication, has_load_control, has_overload_control,
        has_additional_reports, has_srreq_flags;
    struct pfcp_downlink_data_report downlink_data;
    struct pfcp_usage_report *usage_reports;
    size_t usage_reports_count;
    struct pfcp_error_indication_report error_indication;
    struct pfcp_load_control load_control;
    struct pfcp_overload_control overload_control;
    uint16_t additional_reports;
    uint8_t srreq_flags;
};

struct pfcp_session_report_response {
    uint8_t cause;
    bool has_offending_ie, has_update_bar, has_srrsp_flags, has_cp_f_seid;
    uint16_t offending_ie;
    struct pfcp_bar update_bar;
    uint8_t srrsp_flags; /* PFCP_DROBU */
    struct pfcp_f_seid cp_f_seid;
};

/* The type says which member of `body` is meant; session deletion requests and version answers have none. */
struct pfcp_message {
    uint8_t type;      /* enum pfcp_message_type */
    uint64_t seid;     /* session messages only: the receiver's, 0 when it is not known */
    uint32_t sequence; /* 24 bits */
    uint8_t priority;  /* 0: not said; else 1 + message priority (0 is the highest) */
    union {
        struct pfcp_heartbeat heartbeat_request, heartbeat_response;
        struct pfcp_association_setup_request association_setup_request;
        struct pfcp_association_setup_response association_setup_response;
        struct pfcp_association_update_request association_update_request;
        struct pfcp_association_update_response association_update_response;
        struct pfcp_association_release_request association_release_request;
        struct pfcp_association_release_response association_release_response;
        struct pfcp_node_report_request node_report_request;
        struct pfcp_node_report_response node_report_response;
        struct pfcp_session_establishment_request session_establishment_request;
        struct pfcp_session_establishment_response session_establishment_response;
        struct pfcp_session_modification_request session_modification_request;
        struct pfcp_session_modification_response session_modification_response;
        struct pfcp_session_deletion_response session_deletion_response;
        struct pfcp_session_report_request session_report_request;
        struct pfcp_session_report_response session_report_response;
    };
};

/* What to do with a message that could not be decoded (7.6) */
enum pfcp_reaction {
    PFCP_DISCARD,        /* say nothing: a response, or not a message at all */
    PFCP_ANSWER_VERSION, /* Version Not Supported Response */
    PFCP_ANSWER_CAUSE,   /* the request's response with `cause` and `offending_ie` */
};

struct pfcp_problem {
    struct fault fault;
    enum pfcp_reaction reaction;
    uint8_t cause;         /* enum pfcp_cause */
    uint16_t offending_ie; /* element type, or 0 */
};

/* Decodes one message, a datagram's (bundle.h) or a whole datagram. Unknown elements are skipped, repeated single ones
 * ignored (7.6.7, 7.6.8). On failure *problem says what to answer, and type, seid and sequence of *message are set as far as they were read, as
 * are the elements in front of the fault (an establishment request's cp_f_seid may be 0). Lists and groups
 * are in the arena; views are into `in`. */
bool pfcp_decode(struct arena *arena, struct bytes in, struct pfcp_message *message,
                 struct pfcp_problem *problem);

/* Bytes written, or 0 when the message does not fit or a value has no encoding. */
size_t pfcp_encode(const struct pfcp_message *message, void *buffer, size_t size);

void pfcp_print(struct printer *p, const struct pfcp_message *message);

/* Name as the specification spells it; of one that it does not know, that. */
const char *pfcp_message_name(uint8_t type);
/* The same, or NULL. */
const char *pfcp_ie_name(uint16_t type);
const char *pfcp_cause_name(uint8_t cause);

static inline bool pfcp_is_request(uint8_t type)
{
    return type == PFCP_NODE_REPORT_REQUEST || (type < 11 && type % 2 == 1) || (type >= 50 && type % 2 == 0);
}

/* Builds the answer to a request that is refused with a cause (or for its version, when the problem says so):
 * header, cause, offending element, own Node ID and recovery time stamp where the response has them. False:
 * the reaction is to discard. */
bool pfcp_refuse(const struct pfcp_message *request, const struct pfcp_problem *problem,
                 const struct pfcp_node_id *own, uint32_t recovery_time_stamp, struct pfcp_message *answer);

#endif
