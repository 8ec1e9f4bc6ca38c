/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grouped PFCP elements that make up a session's rules (TS 29.244 clause 7.5.2 to 7.5.4). A member without
 * `has_` in front of it is mandatory; a list is a pointer and a count, in the arena after decoding, the
 * builder's otherwise.
 */
#ifndef WIRE_PFCP_RULES_H
#define WIRE_PFCP_RULES_H

#include "wire/pfcp/ie.h"

/* 7.5.2.2-3. One that has nothing but its id is the one of that id, the other way round (5.13.4). */
struct pfcp_ethernet_filter {
    bool has_id, has_properties, has_ethertype, has_c_tag, has_s_tag;
    uint32_t id;
    uint8_t properties; /* enum pfcp_ethernet_filter_properties */
    uint16_t ethertype;
    struct pfcp_vlan_tag c_tag, s_tag;
    struct pfcp_mac *macs; /* any of them matches */
    size_t macs_count;
    struct pfcp_sdf_filter *sdf_filters; /* of the IP packet in the frame; any of them matches */
    size_t sdf_filters_count;
};

/* 7.5.2.2-2 */
struct pfcp_pdi {
    uint8_t source_interface; /* enum pfcp_interface */
    bool has_f_teid, has_network_instance, has_application_id, has_ethernet_session, has_interface_type,
        has_framed_routing;
    struct pfcp_f_teid f_teid; /* local */
    struct bytes network_instance;
    struct bytes application_id;
    uint8_t ethernet_session; /* bit 1: this PDI is for all of an Ethernet session's downlink */
    uint8_t interface_type;   /* 3GPP Interface Type */
    struct pfcp_ue_ip *ue_ips;
    size_t ue_ips_count;
    struct pfcp_sdf_filter *sdf_filters; /* any of them matches */
    size_t sdf_filters_count;
    uint8_t *qfis; /* any of them matches */
    size_t qfis_count;
    struct pfcp_ethernet_filter *ethernet_filters;
    size_t ethernet_filters_count;
    struct bytes *framed_routes; /* text, RFC 2865 5.22 (config/framed_route.h) */
    size_t framed_routes_count;
    uint32_t framed_routing;          /* RFC 2865 5.10 */
    struct bytes *framed_ipv6_routes; /* text, RFC 3162 2.5 */
    size_t framed_ipv6_routes_count;
};

/* 7.5.2.2-1. The lowest precedence value wins. */
struct pfcp_create_pdr {
    uint16_t pdr_id;
    uint32_t precedence;
    struct pfcp_pdi pdi;
    bool has_outer_header_removal, has_far_id;
    struct pfcp_outer_header_removal outer_header_removal;
    uint32_t far_id;
    uint32_t *urr_ids;
    size_t urr_ids_count;
    uint32_t *qer_ids;
    size_t qer_ids_count;
    struct bytes *predefined_rules; /* to activate */
    size_t predefined_rules_count;
};

/* 7.5.4.2-1. A PDI present replaces the PDI, ids present replace the ids. */
struct pfcp_update_pdr {
    uint16_t pdr_id;
    bool has_outer_header_removal, has_precedence, has_pdi, has_far_id;
    struct pfcp_outer_header_removal outer_header_removal;
    uint32_t precedence;
    struct pfcp_pdi pdi;
    uint32_t far_id;
    uint32_t *urr_ids;
    size_t urr_ids_count;
    uint32_t *qer_ids;
    size_t qer_ids_count;
    struct bytes *predefined_rules; /* to activate */
    size_t predefined_rules_count;
    struct bytes *deactivated_rules;
    size_t deactivated_rules_count;
};

/* 7.5.3.2-1. Two F-TEIDs or addresses when families were allocated apart. */
struct pfcp_created_pdr {
    uint16_t pdr_id;
    bool has_f_teid;
    struct pfcp_f_teid f_teid;
    struct pfcp_ue_ip *ue_ips;
    size_t ue_ips_count;
};

/* 7.5.2.3-2 and, for an update (where the destination interface is optional too), 7.5.4.3-2 */
struct pfcp_forwarding {
    bool has_destination_interface; /* only asked for in an update */
    uint8_t destination_interface;  /* enum pfcp_interface */
    bool has_network_instance, has_redirect, has_outer_header_creation, has_transport_level_marking,
        has_forwarding_policy, has_smreq_flags, has_interface_type;
    struct bytes network_instance;
    struct pfcp_redirect redirect;
    struct pfcp_outer_header_creation outer_header_creation;
    uint16_t transport_level_marking; /* ToS or traffic class, and mask */
    struct bytes forwarding_policy;   /* identifier */
    uint8_t smreq_flags;              /* SNDEM; only in an update */
    uint8_t interface_type;
};

/* 7.5.2.3-3 and 7.5.4.3-3: where copies of packets go */
struct pfcp_duplicating {
    bool has_destination_interface; /* only asked for in an update */
    uint8_t destination_interface;  /* enum pfcp_interface */
    bool has_outer_header_creation, has_transport_level_marking, has_forwarding_policy;
    struct pfcp_outer_header_creation outer_header_creation;
    uint16_t transport_level_marking; /* ToS or traffic class, and mask */
    struct bytes forwarding_policy;   /* identifier */
};

/* 7.5.2.3-1 */
struct pfcp_create_far {
    uint32_t far_id;
    uint16_t apply_action; /* enum pfcp_apply_action */
    bool has_forwarding, has_bar_id;
    struct pfcp_forwarding forwarding;
    struct pfcp_duplicating *duplicating; /* a copy for each of them */
    size_t duplicating_count;
    uint8_t bar_id;
};

/* 7.5.4.3-1 */
struct pfcp_update_far {
    uint32_t far_id;
    bool has_apply_action, has_forwarding, has_bar_id;
    uint16_t apply_action;
    struct pfcp_forwarding forwarding;
    struct pfcp_duplicating *duplicating;
    size_t duplicating_count;
    uint8_t bar_id;
};

/* 7.5.2.4-1 and 7.5.4.4-1. Times are seconds. */
struct pfcp_urr {
    uint32_t urr_id;
    bool has_measurement_method, has_reporting_triggers; /* only asked for in an update */
    uint8_t measurement_method;                          /* enum pfcp_measurement_method */
    uint32_t reporting_triggers;                         /* enum pfcp_reporting_triggers */
    bool has_measurement_period, has_volume_threshold, has_volume_quota, has_time_threshold, has_time_quota,
        has_quota_holding_time, has_monitoring_time, has_subsequent_volume_threshold,
        has_subsequent_time_threshold, has_inactivity_detection_time, has_measurement_information,
        has_quota_far_id, has_ethernet_inactivity_timer;
    uint32_t measurement_period;
    struct pfcp_volume volume_threshold, volume_quota;
    uint32_t time_threshold, time_quota;
    uint32_t quota_holding_time;
    uint32_t monitoring_time; /* seconds since 1900 */
    struct pfcp_volume subsequent_volume_threshold;
    uint32_t subsequent_time_threshold;
    uint32_t inactivity_detection_time;
    uint8_t measurement_information;    /* bit 5 (MNOP): count packets too */
    uint32_t quota_far_id;              /* applied when a quota is used up */
    uint32_t ethernet_inactivity_timer; /* after which a MAC address that is silent is gone */
    uint32_t *linked_urr_ids;
    size_t linked_urr_ids_count;
};

/* 7.5.2.5-1 and 7.5.4.5-1 */
struct pfcp_qer {
    uint32_t qer_id;
    bool has_gate; /* only asked for in an update */
    struct pfcp_gate_status gate;
    bool has_correlation_id, has_mbr, has_gbr, has_qfi, has_rqi, has_paging_policy, has_averaging_window;
    uint32_t correlation_id; /* QERs of one id share one limit */
    struct pfcp_bit_rate mbr, gbr;
    uint8_t qfi;
    uint8_t rqi; /* bit 1: send the reflective QoS indication */
    uint8_t paging_policy;
    uint32_t averaging_window; /* milliseconds */
};

/* 7.5.2.6-1, 7.5.4.11-1, 7.5.9.2-1 */
struct pfcp_bar {
    uint8_t bar_id;
    bool has_notification_delay, has_packets;
    uint8_t notification_delay; /* units of 50 ms */
    uint8_t packets;            /* suggested number to buffer */
    /* only in a session report response */
    bool has_buffering_duration, has_buffering_packets;
    uint8_t buffering_duration; /* 8.2.29: unit in the upper 3 bits, value in the lower 5 */
    uint16_t buffering_packets;
};

/* 7.5.4.6 to 7.5.4.9, 7.5.4.12 */
struct pfcp_remove_pdr {
    uint16_t pdr_id;
};

struct pfcp_remove_rule { /* FAR, URR, QER; also Query URR, 7.5.4.10 */
    uint32_t id;
};

struct pfcp_remove_bar {
    uint8_t bar_id;
};

/* 7.5.8.3-3 */
struct pfcp_ethernet_traffic {
    struct pfcp_macs *detected, *removed;
    size_t detected_count, removed_count;
};

/* 7.5.5.2, 7.5.7.2, 7.5.8.3 */
struct pfcp_usage_report {
    uint32_t urr_id;
    uint32_t sequence; /* UR-SEQN */
    uint32_t trigger;  /* enum pfcp_usage_trigger */
    bool has_start_time, has_end_time, has_volume, has_duration, has_first_packet, has_last_packet,
        has_query_reference, has_ethernet_traffic;
    uint32_t start_time, end_time; /* seconds since 1900 */
    struct pfcp_volume volume;
    uint32_t duration;
    uint32_t first_packet, last_packet; /* seconds since 1900 */
    uint32_t query_reference;
    struct pfcp_ethernet_traffic ethernet_traffic; /* with MACAR */
};

#endif
