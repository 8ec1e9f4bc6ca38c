/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all simulated radio equipment of one process shares: a clock, randomness, the ways out, and somebody who watches.
 * Neither gNB nor phone ever touches a socket; the drivers (ran/driver.h, tests/sim) do.
 */
#ifndef RAN_RADIO_H
#define RAN_RADIO_H

#include "crypt/random.h"
#include "kit/arena.h"
#include "kit/sctp.h"
#include "kit/timers.h"

struct ran_gnb;
struct phone;
struct phone_session;
struct ngap_pdu;
struct nas_message;

enum phone_event {
    PHONE_REGISTERED,
    PHONE_REGISTRATION_FAILED, /* cause: 5GMM cause, or 0 when the network did not answer */
    PHONE_DEREGISTERED,
    PHONE_NETWORK_NAME,
    PHONE_CONNECTED, /* 5GMM-CONNECTED: has a signalling connection */
    PHONE_IDLE,
    PHONE_PAGED,
    PHONE_SERVICE_FAILED,
    PHONE_SESSION_UP,
    PHONE_SESSION_FAILED, /* cause: 5GSM cause, or 0 */
    PHONE_SESSION_DOWN,
    PHONE_FLOWS_CHANGED, /* QoS flows of the session */
    PHONE_FLOW_REFUSED,  /* cause: 5GSM cause */
    PHONE_USER_PLANE_UP, /* the gNB has the tunnel of the session */
    PHONE_HANDED_OVER,   /* and the core has switched the path */
    PHONE_HANDOVER_FAILED, /* cause: NGAP's, group and value, if it had one; the phone is where it was, or idle */
    PHONE_KEYS_DIFFER,     /* the core or a gNB has a key that is not the phone's */
    PHONE_EVENTS
};

struct radio_ports {
    void (*ngap)(void *context, struct ran_gnb *gnb, uint16_t stream, struct bytes message);
    void (*n3)(void *context, struct ran_gnb *gnb, const union socket_address *upf, struct bytes packet);
    /* A user packet arrived at the phone. */
    void (*packet)(void *context, struct phone *phone, struct phone_session *session, struct bytes packet);
    void (*event)(void *context, struct phone *phone, enum phone_event event, struct phone_session *session,
                  uint8_t cause);
    void (*gnb_ready)(void *context, struct ran_gnb *gnb, bool accepted); /* NG Setup was answered */
    /* The core has closed a path that the phone had left, so long after it was told; may be NULL. */
    void (*path_ended)(void *context, int64_t after);
    /* Watching only; may be NULL. `up` is towards the core. */
    void (*saw_ngap)(void *context, struct ran_gnb *gnb, bool up, const struct ngap_pdu *pdu);
    void (*saw_nas)(void *context, struct phone *phone, bool up, const struct nas_message *message);
};

struct radio {
    struct ran_gnb *gnbs; /* all that there are: they find each other over Xn, and phones move between them */
    struct timers *timers;
    struct random *random;
    struct arena scratch; /* for one message at a time */
    const struct radio_ports *ports;
    void *context;
};

const char *phone_event_name(enum phone_event event);
bool phone_event_is_failure(enum phone_event event);

#endif
