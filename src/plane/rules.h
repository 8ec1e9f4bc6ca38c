/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of one session (TS 29.244 5.2) in the form the packet path runs: one allocation, references by index, PDRs in
 * order of precedence. A ruleset is never changed once installed but for the counters of its URRs, the buckets of its QERs and
 * what the answer to a report says of a BAR, which the session's lock protects; a modification builds a new one (plane/plan.h).
 */
#ifndef PLANE_RULES_H
#define PLANE_RULES_H

#include <stdint.h>

#include "config/framed_route.h"
#include "kit/sctp.h"
#include "plane/bucket.h"
#include "plane/sdf.h"
#include "wire/pfcp/rules.h"

enum {
    RULES_MOST = 32, /* of each kind in a session: references are bit masks */
    RULES_NONE = 0xff,
    DUPLICATING_MOST = 4, /* copies of a packet */
};

enum direction { UPLINK, DOWNLINK };

struct gnb;
struct shared_rate;
struct classifiers;

struct pdr {
    uint64_t qfis; /* bit n: QFI n matches; 0: any */
    uint32_t precedence;
    uint32_t teid;       /* of the local F-TEID (N3, or N9 towards the data network); 0: none */
    uint32_t qers, urrs; /* bit masks over the ruleset's arrays */
    uint32_t routes;     /* of its PDI, likewise */
    uint16_t id;
    uint16_t first_filter, filter_count; /* any of them matches; 0: every packet */
    uint8_t source;                      /* enum pfcp_interface */
    uint8_t far;                         /* index, or RULES_NONE: drop */
    uint8_t choose_id;                   /* of PDRs whose F-TEID was allocated together */
    bool has_choose_id, has_removal;
    bool teid_v4, teid_v6; /* families of the F-TEID */
};

/* Where a copy of each packet goes that the FAR treats. */
struct duplicating {
    union socket_address to;
    uint32_t teid;
    uint8_t destination; /* enum pfcp_interface */
    uint8_t marking;     /* outer TOS */
};

struct far {
    struct gnb *gnb; /* of the outer header */
    uint32_t id;
    uint32_t teid;   /* of the outer header */
    uint16_t action; /* enum pfcp_apply_action */
    uint8_t destination;
    uint8_t bar; /* index or RULES_NONE */
    bool has_outer;
    bool has_marking;
    uint8_t marking; /* outer TOS */
    uint8_t duplicating_count;
    uint16_t first_duplicating; /* of those with DUPL, and kept for it */
    union socket_address to;
};

struct qer {
    uint64_t mbr[2];               /* kbps, by enum direction; with has_mbr */
    _Atomic int64_t booked[2];     /* as in struct bucket */
    _Atomic int64_t *elsewhere[2]; /* where the packet program takes from it, too; NULL: in `booked` */
    struct shared_rate *shared;    /* takes the place of both; NULL: the rate is this session's alone */
    unsigned place;                /* of the fast path's rates, as several PDRs take from it; 0: none */
    uint32_t id;
    uint32_t correlation; /* QER Correlation ID */
    bool closed[2];
    bool has_mbr, has_qfi, has_correlation, rqi;
    uint8_t qfi;
};

/* Volume by direction. */
struct volume {
    uint64_t bytes[2], packets[2];
};

struct urr {
    uint32_t id;
    uint32_t triggers; /* enum pfcp_reporting_triggers */
    uint8_t method;    /* enum pfcp_measurement_method */
    bool count_packets;
    uint8_t threshold_flags, quota_flags;        /* enum pfcp_volume_flags */
    uint64_t threshold[3], quota[3];             /* total, uplink, downlink */
    uint32_t period, time_threshold, time_quota; /* seconds; 0: none */
    uint32_t ethernet_inactivity;                /* likewise */

    struct volume volume; /* since the last report */
    struct volume spent;  /* of the quota */
    int64_t since;        /* of this measurement, ns */
    int64_t quota_since;
    int64_t first_packet, last_packet; /* 0: none yet */
    uint32_t sequence;
    uint32_t due; /* enum pfcp_usage_trigger: crossed, not yet reported */
    bool exhausted;
    bool renewed; /* its quota was granted anew and the next installation begins it */
};

struct bar {
    uint8_t id;
    uint8_t notification_delay; /* units of 50 ms */
    uint16_t packets;           /* 0: as configured */
};

struct ruleset {
    struct classifiers *classifiers[2]; /* by enum direction, of more than one PDR, or one with filters */
    struct pdr *pdrs;                   /* lowest precedence value first */
    struct far *fars;
    struct qer *qers;
    struct urr *urrs;
    struct bar *bars;
    struct sdf_filter *filters;
    struct duplicating *duplicating;
    struct config_prefix *routes; /* networks behind the phone: those of all PDRs; none lies within another */
    uint8_t pdr_count, far_count, qer_count, urr_count, bar_count, route_count;
    uint16_t filter_count, duplicating_count;
    uint8_t only[2];  /* by enum direction: the PDR, where there are no classifiers; RULES_NONE: none */
    bool asks_frames; /* filters look into Ethernet frames: it is no work for the packet program */
    bool has_v4, has_v6;
    uint8_t v4[4]; /* the UE's address */
    uint8_t v6[8]; /* its prefix of 64 bits */
};

/* One allocation with the counts and room for the arrays. NULL: out of memory. */
struct ruleset *ruleset_new(const struct ruleset *counts);
/* Of PDRs that are there: from now on packets can be matched. False: out of memory. */
bool ruleset_compile(struct ruleset *rules);
/* Agent only. Leaves the rates it shares with other sessions. NULL is harmless. */
void ruleset_free(struct ruleset *rules);

/* Carries counters and buckets over from the ruleset that this one replaces (NULL: none); new measurements begin. */
void ruleset_take_over(struct ruleset *rules, const struct ruleset *old, int64_t now);

enum { RULESET_ANY_QFI = 0xff };

/* The first PDR in order of precedence that matches; NULL: none. teid 0: the packet came in no tunnel. qfi counts for packets from the access side.
 * RULESET_ANY_QFI: the packet names no QoS flow, and the PDRs of all match. */
const struct pdr *ruleset_match(const struct ruleset *rules, uint8_t source, uint32_t teid, uint8_t qfi,
                                const struct flow *flow);

/* The side that packets in this tunnel come from: N3 and N9 towards the UE, or N9 towards the data network. */
enum pfcp_interface ruleset_side(const struct ruleset *rules, uint32_t teid);
struct urr *ruleset_urr(const struct ruleset *rules, uint32_t id); /* NULL: there is none */
bool ruleset_has_teid(const struct ruleset *rules, uint32_t teid);
/* The tunnel from the data network's side (N9); 0: there is none. */
uint32_t ruleset_core_teid(const struct ruleset *rules);
/* The UE's addresses in the plane's tables (struct network); 0: it has none. */
uint64_t ruleset_v4_key(const struct ruleset *rules);
uint64_t ruleset_v6_key(const struct ruleset *rules);
/* Whether it is the UE's address, of 4 or 16 octets, or one behind it. */
bool ruleset_owns(const struct ruleset *rules, uint8_t version, const uint8_t *address);
/* Whether that network is behind the phone, as it stands. */
bool ruleset_has_route(const struct ruleset *rules, const struct config_prefix *route);
/* A FAR that leads over N9 towards the data network, to `peer` or (NULL) to anyone; NULL: there is none. */
const struct far *ruleset_core_far(const struct ruleset *rules, const union socket_address *peer);

/* Into a tunnel of the access side, downlink to the UE's gNB, uplink on to another (TS 23.502 4.9.1.3). A FAR without forwarding parameters names no side. */
static inline bool far_leads_to_access(const struct far *far)
{
    return far->has_outer && far->destination == PFCP_ACCESS;
}

/* The tunnel towards the UE: the FAR with an outer header that forwards to the access side, or NULL. */
const struct far *ruleset_access_far(const struct ruleset *rules);
/* Whether packets of that direction are duplicated, of any flow. */
bool ruleset_duplicates(const struct ruleset *rules, enum direction direction);
/* Whether the SMF wants to hear of downlink packets: the UE is idle. */
bool ruleset_notifies(const struct ruleset *rules);

/* The QFI that marks packets of this PDR, and whether reflective QoS is asked for; 0 when no QER says. */
uint8_t ruleset_qfi(const struct ruleset *rules, const struct pdr *pdr, bool *rqi);

#endif
