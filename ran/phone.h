/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated phone: USIM, NAS security, 5GMM and 5GSM (TS 24.501, the UE's side), its sessions and their addresses. It
 * reacts to what the network says and to its own timers; nothing blocks.
 */
#ifndef RAN_PHONE_H
#define RAN_PHONE_H

#include "crypt/nas_security.h"
#include "crypt/suci.h"
#include "crypt/usim.h"
#include "ran/gnb.h"
#include "wire/nas/nas.h"

enum { PHONE_SESSIONS = 4, PHONE_NAS_BYTES = 2048 };

/* What many phones have in common; kept once, borrowed by the phones. */
struct phone_model {
    struct nas_plmn plmn;
    struct nas_s_nssai slice;
    const char *dnn;      /* of sessions opened without naming one */
    uint8_t session_type; /* enum nas_session_type */
    enum suci_scheme suci_scheme;
    uint8_t suci_key_id;
    struct bytes suci_key; /* the home network's public key */
    uint8_t ea, ia;        /* algorithms offered; the top bit is algorithm 0 */
    bool mico;             /* asks for MICO mode at every registration, */
    uint32_t active_time;  /* with this T3324, seconds; 0: none */
};

enum phone_state {
    PHONE_OFF, /* 5GMM-DEREGISTERED */
    PHONE_REGISTERING,
    PHONE_ON, /* 5GMM-REGISTERED */
    PHONE_LEAVING,
};

struct phone_session {
    uint8_t id; /* PDU session identity, 1 to 15; 0: this place is free */
    uint8_t pti;
    uint8_t type;        /* asked for, then granted; enum nas_session_type */
    uint8_t repetitions; /* of the establishment request */
    bool up, has_prefix;
    const char *dnn; /* borrowed */
    uint32_t ipv4;   /* host order; 0: none */
    uint32_t dns;    /* host order; 0: none */
    uint8_t ipv6_interface[8];
    uint8_t ipv6_prefix[8]; /* from the router advertisement */
    uint16_t mtu;           /* 0: not told */
    uint8_t flow,
        flow_rule; /* QFI of the QoS flow that it asked for, and the rule that leads into it; 0: none */
    struct phone_tun *tun; /* the driver's */
    struct timer guard;    /* T3580, T3582 */
    struct phone *phone;
    uint64_t packets, bytes, packets_lost; /* towards the phone */
};

/* It knows all that it needs to send: an IPv6 prefix comes later than the session. */
static inline bool phone_session_is_ready(const struct phone_session *session)
{
    return session->type == NAS_SESSION_IPV4 || session->type == NAS_SESSION_ETHERNET || session->has_prefix;
}

/* AS security: of the present connection. */
struct phone_access {
    uint8_t kamf[32]; /* on which it is based */
    uint8_t kgnb[32]; /* in use */
    uint8_t nh[32];   /* the latest link of the chain; K_gNB itself while ncc is 0 */
    uint8_t ncc;
};

struct phone {
    struct radio *radio;
    const struct phone_model *model;
    struct ran_gnb *gnb;                   /* the cell camped on */
    struct ran_gnb_connection *connection; /* NULL while idle */
    char imsi[16], imeisv[17];
    struct usim usim;
    struct nas_security security; /* in use, or ngksi NAS_NO_KEY */
    uint8_t kamf[32];             /* its key */
    uint8_t next_ngksi;           /* once authenticated, until the security mode command */
    uint8_t next_kamf[32];
    uint32_t
        kgnb_count; /* uplink NAS COUNT of the message that K_gNB is derived with (TS 33.501 A.9); all ones after a handover
                          * that changed K_AMF */
    struct phone_access access;
    enum phone_state state;
    bool has_guti, secured; /* secured: the present connection exchanges protected messages */
    bool full_in_complete;  /* the security mode complete owes the network the whole registration request */
    bool awaiting_service;
    uint8_t registration_kind; /* enum nas_registration_kind */
    struct nas_guti guti;
    struct timer guard; /* T3510, T3517, T3521 */
    bool mico;          /* has MICO mode: does not listen while idle, */
    int64_t listens;    /* but so long after it became idle */
    int64_t idle_since;
    int64_t began; /* when the running procedure began */
    struct phone_session sessions[PHONE_SESSIONS];
    void *user;
};

/* imsi: 15 digits. key: the subscription's, also in the USIM. */
void phone_init(struct phone *phone, struct radio *radio, const struct phone_model *model, const char *imsi,
                const struct aka_key *key);
void phone_free(struct phone *phone); /* stops its timers and wipes its keys; says nothing to the network */

/* Chooses the cell. A connection at another one is dropped without a word. */
void phone_camp(struct phone *phone, struct ran_gnb *gnb);

/* Procedures the phone starts. Their outcome arrives as events. */
void phone_register(struct phone *phone, enum nas_registration_kind kind);
void phone_deregister(struct phone *phone, bool switch_off);
void phone_request_service(struct phone *phone, enum nas_service_type type);
/* dnn NULL, type 0: the model's. NULL when the id is in use or no place is free. */
struct phone_session *phone_open_session(struct phone *phone, uint8_t id, const char *dnn, uint8_t type);
void phone_close_session(struct phone *phone, struct phone_session *session);
struct phone_session *phone_session(struct phone *phone, uint8_t id); /* NULL: none */

/* A QoS flow for UDP packets, beside the default one; at most one in a session. What comes of it is in session->flow. */
void phone_ask_flow(struct phone_session *session, uint8_t fiveqi);
/* ... with a rate each way, bits per second, guaranteed and at most. */
void phone_ask_gbr_flow(struct phone_session *session, uint8_t fiveqi, uint64_t rate);
void phone_give_flow_back(struct phone_session *session);

/* A user packet to send. Without a user plane the phone requests service instead (5.6.1.1), and the packet is lost. */
bool phone_send_packet(struct phone *phone, struct phone_session *session, struct bytes packet);

/* What the gNB tells the phone. */
void phone_on_nas(struct phone *phone, struct bytes nas);
void phone_on_packet(struct phone *phone, uint8_t pdu_session_id, struct bytes packet);
void phone_on_user_plane(struct phone *phone, uint8_t pdu_session_id);
void phone_on_release(struct phone *phone);
void phone_on_paging(struct phone *phone);

/* --- The gNB, of handovers: told by RRC in life --- */

/* Goes on at the connection's gNB; nothing is said to the network. */
void phone_on_handover(struct phone *phone, struct ran_gnb_connection *connection);

/* The gNB's keys must be the phone's own: false, and an event PHONE_KEYS_DIFFER, when they are not. */
/* K_gNB of a new connection, or of a new K_AMF. */
bool phone_begin_access(struct phone *phone, const uint8_t kgnb[32]);
/* K_NG-RAN* for a cell, derived from the next hop of that counter, or from the key in use if the counter has not moved. */
bool phone_take_handover_key(struct phone *phone, uint8_t ncc, uint16_t pci, uint32_t arfcn,
                             const uint8_t key[32]);
/* The core's container in a handover command (TS 24.501 9.11.2.6): K_AMF changes before the phone leaves for the target. False,
 * PHONE_KEYS_DIFFER, and nothing has changed: it is not made with the phone's own keys, or was there before. */
bool phone_change_kamf(struct phone *phone, struct bytes container);
/* What the core gave for the next handover; changes nothing. */
bool phone_check_next_hop(struct phone *phone, uint8_t ncc, const uint8_t nh[32]);

/* --- Inside of the phone --- */

/* Encodes, protects as the phone's state asks, and hands to the gNB. */
bool phone_say(struct phone *phone, const struct nas_message *message);
void phone_event(struct phone *phone, enum phone_event event, struct phone_session *session, uint8_t cause);
void phone_say_gsm(struct phone *phone,
                   const struct nas_message *message); /* 5GSM, of a session that is there */
void phone_on_flows(struct phone_session *session, const struct nas_session_modification_command *command);
void phone_on_gsm(struct phone *phone, const struct nas_message *message); /* 5GSM, unwrapped */
void phone_forget_sessions(struct phone *phone);
/* PDU session status from the network: what it does not have ends here too (5.5.1.2.4, 5.6.1.4.1). */
void phone_keep_sessions(struct phone *phone, nas_session_set existing);
/* That are not PDU SESSION INACTIVE (TS 24.501 9.11.3.44): also those being established. */
nas_session_set phone_session_set(const struct phone *phone);
nas_session_set phone_sessions_up(const struct phone *phone);
void phone_authenticate(struct phone *phone, const struct nas_authentication_request *request);
void phone_security_mode(struct phone *phone, struct bytes envelope);
/* The request as a whole, cleartext and other IEs. */
struct nas_message phone_registration_request(struct phone *phone);

#endif
