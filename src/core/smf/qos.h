/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QoS flows of a PDU session beside the default one, and the QoS rules that lead packets into them (TS 23.501 5.7.1,
 * TS 24.501 6.2.5, 9.11.4.12, 9.11.4.13). All of it is flat and without pointers: a change is worked out in a copy, which
 * takes the place of the old one or is forgotten. Flows and rules keep their places as long as they live; the planes know
 * them by these.
 *
 * The default flow (SMF_DEFAULT_QFI) and the default rule (QOS_DEFAULT_RULE) are the session's own and not in here.
 */
#ifndef CORE_SMF_QOS_H
#define CORE_SMF_QOS_H

#include "kit/arena.h"
#include "wire/nas/nas.h"

enum {
    SMF_DEFAULT_QFI = 1,
    QOS_DEFAULT_RULE = 1,
    QOS_LOWEST_PRECEDENCE = 255, /* of the default rule */
    QOS_QFI_MOST = 63,
    QOS_FLOWS = 15, /* with the rules: as many as a plane can hold for a session */
    QOS_RULES = 15,
    QOS_FILTERS = 48,
    QOS_FILTER_BYTES = 100, /* one of each component that a packet filter may have, at most */
};

/* Bits per second; by direction. */
struct qos_rates {
    uint64_t uplink, downlink;
};

struct qos_flow {
    struct qos_rates gfbr, mfbr; /* of a GBR flow */
    uint16_t averaging_window;   /* ms; 0: the 5QI's */
    uint8_t qfi;                 /* 0: this place is free */
    uint8_t fiveqi;
};

struct qos_rule {
    uint8_t id; /* 0: this place is free */
    uint8_t precedence, qfi;
};

struct qos_filter {
    uint8_t rule;      /* id; 0: this place is free */
    uint8_t id;        /* 0 to 15, within the rule */
    uint8_t direction; /* enum nas_filter_direction */
    uint8_t size;
    uint8_t components[QOS_FILTER_BYTES]; /* as on the wire: type, value, type, value */
};

struct qos {
    struct qos_flow flows[QOS_FLOWS];
    struct qos_rule rules[QOS_RULES];
    struct qos_filter filters[QOS_FILTERS];
};

/* NULL stands for a session that has only its default flow. */
bool qos_is_empty(const struct qos *qos);
const struct qos_flow *qos_find_flow(const struct qos *qos, uint8_t qfi);
const struct qos_rule *qos_find_rule(const struct qos *qos, uint8_t id);
unsigned qos_filter_count(const struct qos *qos);
/* The flow, the rules that lead into it, and their filters. False: there is no such flow. */
bool qos_remove_flow(struct qos *qos, uint8_t qfi);
void qos_remove_rule(struct qos *qos, uint8_t id);

/* Sets of places: bit n is place n. */
uint16_t qos_flow_places(const struct qos *qos);
uint16_t qos_rule_places(const struct qos *qos);

/* As a session's row keeps it. */
void qos_write(struct writer *w, const struct qos *qos);
bool qos_read(struct reader *r, struct qos *qos);

/* --- 5QIs and what a session may ask for (qos_policy.c) --- */

enum fiveqi_kind { FIVEQI_UNKNOWN, FIVEQI_NON_GBR, FIVEQI_GBR };

/* TS 23.501 table 5.7.4-1. */
enum fiveqi_kind fiveqi_kind(uint8_t fiveqi);

struct qos_policy {
    const uint8_t *fiveqis; /* beside the default flow's */
    unsigned fiveqi_count;
    struct qos_rates gbr;   /* over all GBR flows of a session; 0: there may be none */
    uint8_t default_fiveqi; /* of the default flow */
};

/* Why a request cannot be granted; cause 0: it can (enum nas_gsm_cause). */
struct qos_refusal {
    uint8_t cause;
    const char *what;
};

/* Whether the policy allows every flow of `to` that is not the same in `from`. */
struct qos_refusal qos_allowed(const struct qos *from, const struct qos *to, const struct qos_policy *policy);
/* The first flow that the policy does not allow; NULL: all are. */
const struct qos_flow *qos_first_forbidden(const struct qos *qos, const struct qos_policy *policy);

/* --- packet filters (qos_filter.c) --- */

/* What filters of a session are held against. */
struct qos_terms {
    uint8_t session_type; /* enum nas_session_type */
    uint8_t ipv4[4], prefix[8];
    unsigned
        filters_most; /* the phone's and the configuration's limit, the default rule's filter among them */
};

struct qos_refusal qos_check_filter(const struct nas_packet_filter *filter, const struct qos_terms *terms);
/* Whether it is for everything. */
bool qos_matches_all(const struct qos_filter *filter);
/* Of a session of Ethernet frames, for a PDR of that direction; one that does not match all. */
struct pfcp_ethernet_filter qos_ethernet_filter(struct arena *arena, const struct qos_filter *filter,
                                                bool uplink);
/* "permit out 17 from 192.0.2.1 5060 to assigned" (TS 29.212 5.4.2), and the fields beside it. */
struct pfcp_sdf_filter qos_sdf_filter(struct arena *arena, const struct qos_filter *filter);

/* --- requests of phones (qos_request.c) --- */

/* Applies the operations to *qos (TS 24.501 6.4.2.3); after a refusal *qos is of no use. */
struct qos_refusal qos_apply(struct qos *qos, const struct nas_qos_rules *rules,
                             const struct nas_qos_flows *flows, const struct qos_terms *terms);

/* --- what to tell the phone (qos_change.c); lists in the arena --- */

struct qos_change {
    struct nas_qos_rules rules;
    struct nas_qos_flows flows;
};

/* Operations that lead from one to the other. False: out of memory. */
bool qos_change(struct arena *arena, const struct qos *from, const struct qos *to, struct qos_change *change);
bool qos_flow_equal(const struct qos_flow *a, const struct qos_flow *b);

#endif
