/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session's rules on the way from a PFCP request to a ruleset: everything is checked and worked out here, in memory of the
 * request's own, before anything that packets see is touched. A plan that fails leaves no trace.
 */
#ifndef PLANE_PLAN_H
#define PLANE_PLAN_H

#include "kit/arena.h"
#include "plane/plane.h"
#include "wire/pfcp/pfcp.h"

/* Why a request cannot be granted (TS 29.244 8.2.1). */
struct refusal {
    uint8_t cause; /* enum pfcp_cause */
    bool has_failed_rule;
    struct pfcp_failed_rule failed_rule;
    const char *what;      /* for the log */
    uint16_t offending_ie; /* that is missing or wrong; 0: none is named */
};

struct planned_pdr {
    struct pdr pdr;
    bool has_far;
    uint32_t far_id;
    const uint32_t *qer_ids, *urr_ids;
    size_t qer_count, urr_count;
    const struct sdf_filter *filters;
    bool fresh;     /* created or given new references by this request: all must exist */
    bool allocated; /* its F-TEID was chosen by us just now: the response must say it */
};

/* The tunnel that a FAR with SNDEM leaves (TS 29.281 7.3.2). */
struct end_marker {
    union socket_address to;
    uint32_t teid;
};

struct plan {
    struct arena *arena;
    struct plane *plane;
    uint32_t owner; /* number of the SMF, whose correlation identifiers are its own */
    int64_t now;
    uint64_t (*random)(void *context);
    void *random_context;
    struct network *network; /* NULL until a rule names one */
    struct planned_pdr *pdrs;
    struct far *fars;
    uint32_t *far_bars;                         /* id of the BAR of each FAR; UINT32_MAX: none */
    const struct duplicating **far_duplicating; /* of each FAR, as many as it counts */
    struct qer *qers;
    struct urr *urrs;
    struct bar *bars;
    struct end_marker *end_markers;
    unsigned pdr_count, far_count, qer_count, urr_count, bar_count, end_marker_count, route_count;
    struct config_prefix
        routes[2 * FRAMED_ROUTES_MOST]; /* those that PDRs have, and that they had; as bits of pdr.routes */
    bool ethernet; /* of an Ethernet session: no addresses, and no tunnel towards the data network */
    bool has_v4, has_v6;
    uint8_t v4[4], v6[8];
    bool wakes; /* a FAR was changed: a downlink data report may be sent again */
    struct refusal refusal;
};

/* Begins with the rules of `old`, or with none. random: for TEIDs. False: out of memory. */
bool plan_begin(struct plan *plan, struct arena *arena, struct plane *plane, const struct ruleset *old);

bool plan_establishment(struct plan *plan, const struct pfcp_session_establishment_request *request);
bool plan_modification(struct plan *plan, const struct pfcp_session_modification_request *request);

/* All references resolved. NULL with the refusal set. */
struct ruleset *plan_finish(struct plan *plan);

/* Records why, for the rule if id is not 0; returns false. */
bool plan_refuse(struct plan *plan, uint8_t cause, const char *what);
bool plan_refuse_ie(struct plan *plan, uint8_t cause, uint16_t ie, const char *what);
bool plan_refuse_rule(struct plan *plan, enum pfcp_rule_kind kind, uint32_t id, const char *what);

/* What the element says. A BAR in force may be changed, with the lock of its session. */
void plan_set_bar(struct bar *bar, const struct pfcp_bar *ie);

/* The parts, for plan.c only. */
bool plan_create_pdr(struct plan *plan, const struct pfcp_create_pdr *ie);
bool plan_update_pdr(struct plan *plan, const struct pfcp_update_pdr *ie);
bool plan_create_far(struct plan *plan, const struct pfcp_create_far *ie);
bool plan_update_far(struct plan *plan, const struct pfcp_update_far *ie);
bool plan_create_qer(struct plan *plan, const struct pfcp_qer *ie);
bool plan_update_qer(struct plan *plan, const struct pfcp_qer *ie);
bool plan_create_urr(struct plan *plan, const struct pfcp_urr *ie);
bool plan_update_urr(struct plan *plan, const struct pfcp_urr *ie);
bool plan_create_bar(struct plan *plan, const struct pfcp_bar *ie);
bool plan_update_bar(struct plan *plan, const struct pfcp_bar *ie);
/* plan_filters.c: those of a PDI; and, at the end, what stands for filters of other PDRs is replaced by these. */
bool plan_set_filters(struct plan *plan, struct planned_pdr *planned, const struct pfcp_pdi *pdi);
bool plan_find_filters(struct plan *plan);
/* plan_routes.c: those of a PDI; and, at the end, those that are left, with the PDRs' bits for what they are then. */
bool plan_set_routes(struct plan *plan, struct planned_pdr *planned, const struct pfcp_pdi *pdi);
bool plan_gather_routes(struct plan *plan);

#endif
