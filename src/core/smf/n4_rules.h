/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PDU session in the terms of a plane (TS 29.244 5.2, 7.5.2): two packet detection rules for the default flow and up to two
 * for each further QoS rule, which share a forwarding rule for each direction; QoS enforcement rules for session AMBR, UE-AMBR
 * and each flow; a usage counter, and of frames who sent them. Private to core/smf.
 */
#ifndef CORE_SMF_N4_RULES_H
#define CORE_SMF_N4_RULES_H

#include "config/framed_route.h"
#include "core/smf/session.h"

enum {
    N4_PDR_UPLINK = 1,
    N4_PDR_DOWNLINK = 2,
    N4_PDR_RULES = 16, /* two for each place of a QoS rule */
    N4_FAR_UPLINK = 1,
    N4_FAR_DOWNLINK = 2,
    N4_QER_SESSION = 1, /* session AMBR */
    N4_QER_FLOW = 2,    /* marks downlink with the default flow's QFI */
    N4_QER_UE = 3,      /* UE-AMBR, which the UE's sessions share */
    N4_QER_FLOWS = 16,  /* one for each place of a QoS flow */
    N4_URR_SESSION = 1,
    N4_URR_MACS = 2, /* of an Ethernet session: who is behind the phone */
    N4_BAR_SESSION = 1,
    N4_PDRS = 2 + 2 * QOS_RULES,
    N4_QERS = 3 + QOS_FLOWS,
    N4_QERS_OF_PDR = 3,
    N4_URRS = 2,
};

/* The rules and what they point to, in one place while a request is written. */
struct n4_rules {
    struct pfcp_ue_ip source, destination;
    struct bytes instance,
        access; /* network instances: of the data network, and of the radio side (empty: none is said) */
    char route_texts[FRAMED_ROUTES_MOST][FRAMED_ROUTE_TEXT_BYTES];
    struct bytes routes[2][FRAMED_ROUTES_MOST]; /* IPv4, IPv6 */
    size_t route_count[2];
    uint32_t urr_ids[N4_URRS];
    struct {
        uint32_t qer_ids[N4_QERS_OF_PDR];
        uint8_t qfi;
    } of_pdr[N4_PDRS];
    struct pfcp_create_pdr pdrs[N4_PDRS];
    struct pfcp_create_far fars[2];
    struct pfcp_qer qers[N4_QERS];
    struct pfcp_urr urrs[N4_URRS];
    size_t pdr_count, qer_count, urr_count;
    bool ethernet;
};

/* All of the session. */
void n4_describe(struct n4_rules *rules, const struct session *session);
/* Only what belongs to flows and rules beside the default ones. */
void n4_describe_flows(struct n4_rules *rules, const struct session *session);
/* Which of these a plane is told of. */
struct n4_places n4_places_of(const struct qos *qos);

/* What changes by itself: where downlink goes, and the rates. */
struct pfcp_update_far n4_downlink(const struct session *session);
struct pfcp_qer n4_session_rate(const struct session *session);
struct pfcp_qer n4_ue_rate(const struct session *session);

#endif
