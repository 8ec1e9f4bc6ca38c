/* SPDX-License-Identifier: Apache-2.0 */
/* Values of 5GSM information elements (TS 24.501 9.11.4). */
#ifndef WIRE_NAS_SESSION_H
#define WIRE_NAS_SESSION_H

#include "kit/bytes.h"

enum nas_session_type {
    NAS_SESSION_IPV4 = 1,
    NAS_SESSION_IPV6 = 2,
    NAS_SESSION_IPV4V6 = 3,
    NAS_SESSION_UNSTRUCTURED = 4,
    NAS_SESSION_ETHERNET = 5,
};

/* The types of IP sessions are sets of two bits; the others are none. */
static inline bool nas_session_is_ip(uint8_t type)
{
    return type >= NAS_SESSION_IPV4 && type <= NAS_SESSION_IPV4V6;
}

static inline bool nas_session_has_ipv4(uint8_t type)
{
    return nas_session_is_ip(type) && (type & NAS_SESSION_IPV4);
}

static inline bool nas_session_has_ipv6(uint8_t type)
{
    return nas_session_is_ip(type) && (type & NAS_SESSION_IPV6);
}

/* 9.11.4.7: 0 is 64 kbit/s, 255 the full rate */
struct nas_integrity_rate {
    uint8_t uplink, downlink;
};

/* 9.11.4.1 */
struct nas_gsm_capability {
    bool reflective_qos, multi_homed;
    uint8_t atsss_steering;     /* 4 bits */
    bool ethernet_without_n1;   /* EPT-S1 */
    bool transport_layer_fixed; /* TPMIC */
};

/* 9.11.4.14; bits per second, 0 when a rate is "not used". What the units cannot say exactly is rounded up.
 */
struct nas_session_ambr {
    uint64_t downlink, uplink;
};

/* 9.11.4.10 */
struct nas_pdu_address {
    uint8_t type; /* enum nas_session_type: IPv4, IPv6, IPv4v6 */
    uint8_t ipv4[4];
    uint8_t interface_id[8];
    bool has_link_local; /* of the SMF */
    uint8_t link_local[16];
};

/* 9.11.4.10, as phones suggest it (8.3.1): of a session of IPv6, and nothing else in it. */
struct nas_interface_id {
    uint8_t octets[8];
};

/* 9.11.4.13 */
enum nas_rule_operation {
    NAS_RULE_CREATE = 1,
    NAS_RULE_DELETE = 2,
    NAS_RULE_ADD_FILTERS = 3,
    NAS_RULE_REPLACE_FILTERS = 4,
    NAS_RULE_DELETE_FILTERS = 5,
    NAS_RULE_MODIFY = 6, /* without modifying packet filters */
};

enum nas_filter_direction { NAS_FILTER_DOWNLINK = 1, NAS_FILTER_UPLINK = 2, NAS_FILTER_BOTH = 3 };

enum nas_filter_component_type {
    NAS_FILTER_MATCH_ALL = 0x01,
    NAS_FILTER_IPV4_REMOTE = 0x10, /* address and mask */
    NAS_FILTER_IPV4_LOCAL = 0x11,
    NAS_FILTER_IPV6_REMOTE = 0x21, /* address and prefix length */
    NAS_FILTER_IPV6_LOCAL = 0x23,
    NAS_FILTER_PROTOCOL = 0x30,
    NAS_FILTER_LOCAL_PORT = 0x40,
    NAS_FILTER_LOCAL_PORTS = 0x41, /* from, to */
    NAS_FILTER_REMOTE_PORT = 0x50,
    NAS_FILTER_REMOTE_PORTS = 0x51,
    NAS_FILTER_SPI = 0x60,
    NAS_FILTER_TRAFFIC_CLASS = 0x70, /* value and mask */
    NAS_FILTER_FLOW_LABEL = 0x80,
    NAS_FILTER_MAC_DESTINATION = 0x81,
    NAS_FILTER_MAC_SOURCE = 0x82,
    NAS_FILTER_C_TAG_VID = 0x83,
    NAS_FILTER_S_TAG_VID = 0x84,
    NAS_FILTER_C_TAG_PCP = 0x85,
    NAS_FILTER_S_TAG_PCP = 0x86,
    NAS_FILTER_ETHERTYPE = 0x87,
    NAS_FILTER_MAC_DESTINATIONS = 0x88, /* range */
    NAS_FILTER_MAC_SOURCES = 0x89,
};

struct nas_filter_component {
    uint8_t type; /* enum nas_filter_component_type, which fixes the length of value */
    struct bytes value;
};

/* Octets of a packet filter component's value, by its type; negative: there is no such type. */
int nas_filter_component_size(uint8_t type);

struct nas_packet_filter {
    uint8_t id;        /* 4 bits */
    uint8_t direction; /* enum nas_filter_direction; 0 where only the id is sent (NAS_RULE_DELETE_FILTERS) */
    const struct nas_filter_component *components;
    size_t count;
};

struct nas_qos_rule {
    uint8_t id;
    uint8_t operation; /* enum nas_rule_operation */
    bool is_default;   /* DQR */
    bool segregation;
    bool has_precedence, has_qfi; /* the second only with the first */
    uint8_t precedence, qfi;
    const struct nas_packet_filter *filters;
    size_t count; /* at most 15 */
};

struct nas_qos_rules {
    const struct nas_qos_rule *items;
    size_t count;
};

/* The fault of rules of which a packet filter cannot be read, as against the rules themselves. */
extern const char nas_bad_packet_filter[];

/* 9.11.4.12 */
enum nas_flow_operation { NAS_FLOW_CREATE = 1, NAS_FLOW_DELETE = 2, NAS_FLOW_MODIFY = 3 };

struct nas_qos_flow {
    uint8_t qfi;
    uint8_t operation; /* enum nas_flow_operation */
    bool complete;     /* E bit: the parameters given are all there are (create), or replace all (modify) */
    uint8_t five_qi, eps_bearer_id;
    uint16_t averaging_window;                                       /* ms */
    uint64_t gfbr_uplink, gfbr_downlink, mfbr_uplink, mfbr_downlink; /* bits per second */
    struct {
        bool five_qi, gfbr_uplink, gfbr_downlink, mfbr_uplink, mfbr_downlink, averaging_window, eps_bearer_id;
    } has;
};

struct nas_qos_flows {
    const struct nas_qos_flow *items;
    size_t count;
};

/*
 * Extended protocol configuration options (TS 24.008 10.5.6.3A). A unit's meaning depends on who sends it: an
 * empty NAS_PCO_DNS_IPV4 from the phone asks, one with an address from the network answers.
 */
enum nas_pco_id {
    NAS_PCO_P_CSCF_IPV6 = 0x0001,
    NAS_PCO_IM_CN_FLAG = 0x0002,
    NAS_PCO_DNS_IPV6 = 0x0003,
    NAS_PCO_BEARER_CONTROL = 0x0005,
    NAS_PCO_ADDRESS_BY_NAS = 0x000a,
    NAS_PCO_ADDRESS_BY_DHCP = 0x000b,
    NAS_PCO_P_CSCF_IPV4 = 0x000c,
    NAS_PCO_DNS_IPV4 = 0x000d,
    NAS_PCO_MSISDN = 0x000e,
    NAS_PCO_IPV4_MTU = 0x0010,
    NAS_PCO_NON_IP_MTU = 0x0015,
    NAS_PCO_PDU_SESSION_ID = 0x001a,
    NAS_PCO_S_NSSAI = 0x001b,
    NAS_PCO_ETHERNET_MTU = 0x0020,
    NAS_PCO_UNSTRUCTURED_MTU = 0x0021,
    NAS_PCO_QOS_RULES = 0x0023, /* its length takes two octets, as do 0x0024, 0x0030, 0x0031 */
    NAS_PCO_QOS_FLOWS = 0x0024,
    NAS_PCO_IPCP = 0x8021,
    NAS_PCO_LCP = 0xc021,
    NAS_PCO_PAP = 0xc023,
    NAS_PCO_CHAP = 0xc223,
};

struct nas_pco_unit {
    uint16_t id; /* enum nas_pco_id */
    struct bytes content;
};

struct nas_pco {
    const struct nas_pco_unit *items;
    size_t count;
};

/* The first unit of that kind, or NULL. */
const struct nas_pco_unit *nas_pco_find(const struct nas_pco *pco, uint16_t id);

/* 9.11.4.21 */
struct nas_congestion_reattempt {
    bool all_plmns;      /* ABO: the back-off timer applies in all PLMNs */
    bool current_access; /* CATBO: only to the current access type */
};

/* 9.11.4.17 */
struct nas_reattempt {
    bool s1_not_allowed;         /* RATC */
    bool equivalent_not_allowed; /* EPLMNC */
};

#endif
