/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated gNB: its life on N2 (NG Setup, reset), a UE-associated connection per phone (TS 38.413), and the tunnels on N3
 * (TS 29.281). Phones reach it through ran_gnb_uplink_nas and ran_gnb_uplink_packet; it reaches them through phone.h.
 */
#ifndef RAN_GNB_H
#define RAN_GNB_H

#include "kit/arena.h"
#include "kit/map.h"
#include "ran/queue.h"
#include "ran/radio.h"
#include "wire/nas/slice.h"
#include "wire/ngap/ngap.h"

struct ran_gnb_settings {
    char name[64]; /* RANNodeName */
    uint32_t id;   /* gNB id, 32 bits long on the wire */
    struct nas_plmn plmn;
    uint32_t tac;
    struct nas_s_nssai slice;
    union socket_address address; /* N3, with port */
};

enum { GNB_TUNNELS = 8 }; /* of one phone */

/* One PDU session's tunnel pair at the gNB. */
struct ran_gnb_tunnel {
    uint8_t pdu_session_id; /* 0: free */
    uint8_t qfi;
    uint32_t uplink_teid;   /* the UPF's */
    uint32_t downlink_teid; /* ours */
    union socket_address upf;
    struct ran_gnb_connection *connection;
    bool has_security; /* the core's policy on user plane security came with it */
    struct ngap_security_indication security;

    /* The phone has gone to another gNB: what still comes is sent after it, there or through the UPF. */
    union socket_address forward_to;
    uint32_t forward_teid; /* 0: it is not */
    /* The phone has come from another gNB: what that one still gets arrives here, and goes first. */
    uint32_t forwarded_teid; /* ours; 0: nothing of the kind */
    struct queue held;       /* by the new path */
    bool ended;              /* the new path has ended too, behind what is held: the phone has gone on */
    struct timer patience;   /* with the end of the old path */
};

/* AS keys (TS 33.501 6.9.2). */
struct ran_gnb_keys {
    bool set, has_next;
    uint8_t kgnb[32]; /* in use, with the counter it came from */
    uint8_t ncc;
    uint8_t next_nh[32]; /* for the next handover */
    uint8_t next_ncc;
};

struct ran_gnb_connection {
    struct ran_gnb *gnb;
    struct phone *phone; /* NULL: not here yet, or gone to another gNB */
    uint32_t ran_ue_ngap_id;
    uint64_t amf_ue_ngap_id;
    bool has_amf_id;
    struct ran_gnb_tunnel tunnels[GNB_TUNNELS];
    struct ran_gnb_keys keys;
    struct ngap_ue_security_capabilities capabilities;
    bool switching;         /* came over Xn, and the core has not switched the path yet */
    struct queue nas;       /* uplink, until then */
    bool preparing;         /* N2 handover: required, and not commanded yet */
    bool awaited;           /* N2 handover: the phone is to come */
    struct ran_gnb *former; /* where it came from, and its connection there */
    uint32_t former_ran_id;
    int64_t left_at;         /* the core was told that the phone is elsewhere */
    struct timer relocation; /* how long a handover may take, and what is left of it may stay */
};

struct ran_gnb {
    struct radio *radio;
    struct ran_gnb *next; /* of the radio's */
    struct ran_gnb_settings settings;
    struct ran_gnb *other;  /* the same gNB's association with another AMF, or NULL */
    uint16_t amf_set;       /* of the AMF, as it has told */
    bool ready;             /* NG Setup accepted */
    bool overload;          /* Overload Start: phones that only want to signal are held back */
    struct arena arena;     /* for one message at a time */
    struct map connections; /* RAN UE NGAP ID -> struct ran_gnb_connection */
    struct map tunnels;     /* downlink TEID -> struct ran_gnb_tunnel */
    struct map camped;      /* 5G-TMSI -> struct phone: who listens to paging in this cell */
    uint32_t next_ran_id, next_teid;
    unsigned admits; /* most sessions it takes over of a phone; GNB_TUNNELS unless a test says otherwise */
    uint64_t undecodable, packets_dropped, packets_forwarded, end_markers;
    unsigned statuses, configurations; /* RAN status and configuration transfers received */
    uint64_t uplink_packets, uplink_bytes, downlink_packets, downlink_bytes;
    void *user; /* the driver's */
};

void ran_gnb_init(struct ran_gnb *gnb, struct radio *radio, const struct ran_gnb_settings *settings);
void ran_gnb_free(struct ran_gnb *gnb); /* drops all connections; phones on them hear phone_on_release */

void ran_gnb_setup(struct ran_gnb *gnb); /* the association is up: NG Setup Request */
void ran_gnb_lost(struct ran_gnb *gnb);  /* the association is gone */
void ran_gnb_on_ngap(struct ran_gnb *gnb,
                     struct bytes message); /* undecodable messages are counted and dropped */
void ran_gnb_on_n3(struct ran_gnb *gnb, const union socket_address *from, struct bytes packet);
void ran_gnb_reset(struct ran_gnb *gnb); /* NG Reset of the whole interface */

/* Initial UE Message if the phone has no connection yet, else Uplink NAS Transport. cause: RRC establishment cause.
 * s_tmsi: of the phone's 5G-GUTI, or NULL. False: the gNB is not ready. */
bool ran_gnb_uplink_nas(struct ran_gnb *gnb, struct phone *phone, struct bytes nas, uint8_t cause,
                        const struct nas_s_tmsi *s_tmsi);

/* UE Context Release Request with cause radioNetwork user-inactivity. */
void ran_gnb_release_request(struct ran_gnb_connection *connection);

/* The radio link is lost: the phone is idle at once, and the core is asked to release the connection. NULL is harmless. */
void ran_gnb_lose(struct ran_gnb_connection *connection);

/* The connection is forgotten without a word to the core. */
void ran_gnb_forget(struct ran_gnb_connection *connection); /* NULL is harmless */
void ran_gnb_forget_all(struct ran_gnb *gnb);

/*
 * Xn handover (TS 38.300 9.2.3.2): the phone goes on at the target, which asks the core to switch the path; the outcome is
 * PHONE_HANDED_OVER or PHONE_HANDOVER_FAILED. False, and nothing has changed: the phone has no session with a user plane, or
 * the target does not take it.
 */
bool ran_gnb_xn_handover(struct ran_gnb_connection *source, struct ran_gnb *target);

/*
 * N2 handover (TS 38.413 8.4): asks the core to hand the phone over. direct: the gNBs can reach each other, so that packets need
 * not go back through the UPF. The outcome is PHONE_HANDED_OVER or PHONE_HANDOVER_FAILED. False: the phone has no session with a
 * user plane, or moves already.
 */
bool ran_gnb_n2_handover(struct ran_gnb_connection *source, const struct ran_gnb *target, bool direct);
/* As long as the core has not commanded it; the phone stays. */
void ran_gnb_cancel_handover(struct ran_gnb_connection *source, struct ngap_cause cause);

/* Uplink RAN Configuration Transfer: asks the other gNB for its Xn addresses; it replies. */
void ran_gnb_ask_configuration(struct ran_gnb *gnb, const struct ran_gnb *other);

bool ran_gnb_uplink_packet(struct ran_gnb_connection *connection, uint8_t pdu_session_id,
                           struct bytes packet);

#endif
