/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PFCP session as the packet path sees it. The lock is the session's own: it is held for the microsecond that a packet
 * needs its rules, and by the agent to exchange them.
 */
#ifndef PLANE_SESSION_H
#define PLANE_SESSION_H

#include <sched.h>

#include "kit/timers.h"
#include "plane/bucket.h"
#include "plane/epoch.h"
#include "plane/rules.h"

struct network;
struct held_queue;
struct early;
struct lan_port;
struct mac_watch;

/* What a worker has to tell the agent about a session. */
enum session_news {
    NEWS_DATA = 1 << 0,  /* downlink packet for an idle UE */
    NEWS_USAGE = 1 << 1, /* a URR is due */
};

struct session_counters {
    struct volume passed;
    uint32_t dropped[2];
    int64_t last_packet; /* that passed, ns; 0: none yet */
};

/* A gNB that the phone came from: what that has sent may still be on its way. */
struct former {
    struct gnb *gnb; /* NULL: none */
    int64_t until;
};

/* A phone at the border of cells goes to and fro faster than its packets follow. */
enum { SESSION_FORMERS = 4 };

struct session {
    struct epoch_retired retired;
    uint64_t seid;    /* ours; random */
    uint64_t cp_seid; /* the SMF's */
    struct smf *smf;
    uint32_t smf_number; /* tells it from others, also after a restart */
    struct network *network;
    struct ruleset *rules;
    struct held_queue *held;                /* NULL: nothing is buffered */
    struct early *early;                    /* NULL: no uplink packets that are ahead of the SMF */
    struct lan_port *port;                  /* of an Ethernet session; NULL: it is an IP session */
    struct mac_watch *macs;                 /* NULL: the SMF does not ask for MAC addresses */
    struct gnb *gnb;                        /* where uplink packets must come from; NULL: not known yet */
    struct former formers[SESSION_FORMERS]; /* the newest first */
    struct session *news_next;
    struct timer timer; /* the next thing due by time: usage, or a delayed report */
    struct session_counters counters;
    struct bucket refusals; /* limits what is said of packets that are too big */
    int64_t
        notify_at; /* when a delayed downlink data report is due, or (data_asked) may be repeated; 0: never */
    int64_t active_from;    /* when the SMF asked for inactivity_timer, which ... */
    int64_t inactive_since; /* ... has been reported of the packets up to this one; 0: of none */
    int64_t refused_until;  /* by the SMF: usage and MAC addresses are not told before this */
    uint32_t
        inactivity_timer;    /* seconds without a packet after which the SMF wants to know; 0: it does not */
    uint32_t error_reported; /* remote TEID told of since the SMF last spoke of it; 0: none */
    unsigned place;          /* of the fast path; 0: it has none there */
    uint16_t data_pdr;       /* whose packet was held first */
    uint8_t claim;           /* the association under which the SMF last spoke of it */
    uint8_t news;            /* enum session_news, while on the agent's list */
    bool idle;               /* its UE has no user plane: nothing can come from a gNB */
    bool gone;               /* deleted; what still finds it must leave it alone */
    bool data_reported;      /* one downlink data report an idle period */
    bool data_asked;         /* ... and the SMF has answered it */
    atomic_flag lock;
};

static inline void session_lock(struct session *session)
{
    for (unsigned tries = 1; atomic_flag_test_and_set_explicit(&session->lock, memory_order_acquire); tries++)
        if (tries % 64 == 0)
            sched_yield();
}

static inline void session_unlock(struct session *session)
{
    atomic_flag_clear_explicit(&session->lock, memory_order_release);
}

#endif
