/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the agent and the packet workers share: the tables by which a packet finds its session, the data networks, the
 * gNBs, the policy, and the list of sessions with news for the agent. The agent's thread is the only writer of tables;
 * workers look up inside a batch (plane/epoch.h) and take only the lock of the one session they found.
 */
#ifndef PLANE_PLANE_H
#define PLANE_PLANE_H

#include "config/values.h"
#include "kit/address.h"
#include "kit/map.h"
#include "kit/timers.h"
#include "plane/counters.h"
#include "plane/lan.h"
#include "plane/resting.h"
#include "plane/routes.h"
#include "plane/senders.h"
#include "plane/session.h"
#include "plane/shaping.h"
#include "plane/table.h"
#include "plane/tap.h"

/* A data network (DNN): its sessions by address, and what a phone there may reach. */
struct network {
    const char *name; /* borrowed */
    unsigned index;
    struct config_prefix pool_v4, pool_v6; /* family 0: none */
    struct config_ip gateway_v4;
    struct lan *lan;           /* of one that carries Ethernet frames; NULL: it carries IP packets */
    const char *bridge;        /* of one of those: the host's that it is at; "": none; borrowed */
    bool encapsulation;        /* phones may send IP in IP, GRE and the like */
    uint16_t mtu;              /* told to phones, and of the TUN device */
    struct config_ip dns6[2];  /* for router advertisements; family 0: none */
    struct table by_v4, by_v6; /* address; upper 64 bits of the prefix */
    struct table outside_v4, outside_v6; /* the same of those that are in none of its pools; agent only */
};

/* How the way to a gNB is supervised (plane/supervise.h); the agent's own. */
struct gnb_path {
    struct timer timer;
    struct agent *agent;
    unsigned sessions; /* that have it as their gNB */
    unsigned tries;    /* echo requests since the last rest; 0: at rest */
    uint16_t sequence;
    bool failed;
};

enum { GNB_HEARD = 1 << 16 };

/* A radio node, known by the address it takes downlink packets at. Kept, with its counters, as long as the plane runs. */
struct gnb {
    union socket_address address;
    struct gnb_path path;
    _Atomic uint32_t heard; /* GNB_HEARD and the sequence number of its last echo response */
    uint32_t id;            /* from 1 */
    struct shaping shaping;
    _Atomic int64_t answers;       /* as a lane's: to it, and of it */
    struct gnb_counters *counters; /* one a lane: its own, or of plane->gnb_counters */
    struct gnb_counters own[];
};

struct agent;
struct fast;

struct policy {
    bool ue_to_ue; /* phones may reach phones */
    const struct config_prefix *infrastructure;
    unsigned infrastructure_count;
    _Atomic uint16_t tunnel_mtu; /* longest inner packet that fits through N3 unfragmented (plane/n3_mtu.h) */
    unsigned buffer_per_session; /* packets held for an idle UE */
    unsigned buffer_total;
    unsigned slow_messages, slow_packets,
        slow_traffic; /* that the packet program leaves to the slow path in a second, of one gNB: its GTP-U messages, packets that are not plain, and those of sessions that the slow path carries; 0: any number */
    unsigned gnbs;    /* most radio nodes */
    int64_t shaping_delay;    /* ns that a packet of a gNB that is shaped waits at most */
    unsigned shaping_packets; /* most that wait with a worker, for each gNB and direction */
};

enum { PLANE_NETWORKS = 64 };

/* An error indication that a worker passes on to the agent. */
struct tunnel_error {
    struct gnb *gnb; /* who sent it */
    uint32_t teid;   /* the gNB's, which it does not know */
};

enum { LANE_ERRORS = 64 };

/* What belongs to one packet worker. */
struct lane {
    struct lane_counters counters;
    unsigned index;
    struct epoch_reader *reader;
    enum drop reason; /* why the packet in hand went no further */
    struct senders senders;
    _Atomic int64_t answers; /* as in struct bucket: limits error indications to those who are no gNBs ... */
    struct bucket refusals;  /* ... and what is said of packets that are too big */
    unsigned share; /* packets a second that each sender may have of it (plane/crowd.h); 0: any number */
    _Atomic int64_t strangers; /* as in struct bucket: what those had of it who are no gNBs */
    uint16_t ip_id;
    struct tunnel_error errors[LANE_ERRORS]; /* ring: the worker writes, the agent reads */
    _Atomic unsigned errors_written, errors_read;
};

struct plane {
    struct policy policy;
    struct config_ip n3_v4, n3_v6; /* own tunnel addresses; family 0: none */
    struct tap tap;
    struct network *networks; /* owned by the caller of plane_init */
    unsigned network_count;
    struct epochs epochs;
    struct epoch_reader *readers; /* one a lane */
    struct fast *fast;            /* NULL: there is only the slow path */
    const char *fast_why;         /* and why */
    struct table teids;           /* local TEID -> session */
    struct routes routes;         /* networks behind phones */
    struct resting resting;       /* TEIDs; agent only */
    struct table gnbs;            /* hash of the address -> gnb */
    uint32_t gnb_ids;             /* the highest that has been given */
    struct gnb_counters
        *gnb_counters; /* rows of lane_count by id, that outlive the process; NULL: each gNB has its own */
    struct map shared_rates; /* struct shared_rate by SMF and correlation identifier; agent only */
    struct lane *lanes;
    unsigned lane_count;

    _Atomic(struct session *) news; /* stack of sessions that wait for the agent */
    void (*wake)(void *context);    /* the agent has news; any thread */
    void *wake_context;
    atomic_uint held_total;  /* packets buffered over all sessions */
    atomic_uint early_total; /* uplink packets that wait for the SMF's word */
};

/* networks outlive the plane. lane_count: packet workers. seed: for the tables. False: out of memory. */
bool plane_init(struct plane *plane, struct network *networks, unsigned network_count, unsigned lane_count,
                uint64_t seed);
void plane_free(struct plane *plane); /* every session must have gone */

/* By the name in a Network Instance or APN/DNN element, as text or as labels; NULL: no such network. */
struct network *plane_network(const struct plane *plane, struct bytes name);

/* Whether it is the plane's own address in the pool; of an IPv6 pool that is the first. */
bool network_is_gateway(const struct network *network, unsigned version, const uint8_t *address);

/* Whether phones are kept away from it; whether it is in a data network's pool, or behind a phone, and so a phone's or nobody's. */
bool plane_is_infrastructure(const struct plane *plane, const struct config_ip *ip);
bool plane_is_phones(const struct plane *plane, const struct config_ip *ip);

/* The gNB at this address (port aside), or NULL. */
struct gnb *plane_gnb(const struct plane *plane, const union socket_address *address);

/* Agent only. Finds or makes it; NULL: out of memory, or more than the policy allows. */
struct gnb *plane_gnb_make(struct plane *plane, const union socket_address *address);
/* Agent only, before any other is made: it has that id already, which is none of those before. */
struct gnb *plane_gnb_restore(struct plane *plane, const union socket_address *address, uint32_t id);

/* Puts the session on the agent's list and wakes it; its lock is held. news: enum session_news. */
void plane_post(struct plane *plane, struct session *session, uint8_t news);

/* Agent only: takes one session with news off the list and its news with it; NULL: none. */
struct session *plane_take_news(struct plane *plane, uint8_t *news);

/* Worker: false when the agent is too far behind. */
bool lane_report_error(struct plane *plane, struct lane *lane, struct tunnel_error error);
/* Agent: the next one of this lane; false: none. */
bool lane_take_error(struct lane *lane, struct tunnel_error *error);

#endif
