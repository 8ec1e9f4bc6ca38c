/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which MAC addresses behind a phone its SMF has been told of (TS 23.501 5.8.2.12, TS 29.244 5.13.6), where it has asked: a URR with the trigger MACAR. What there is
 * is compared with what was told, when a new one comes and then from time to time, so nothing has to be kept of what happened in between. The agent's, but for
 * macs_are_new().
 */
#ifndef PLANE_MACS_H
#define PLANE_MACS_H

#include "plane/lan.h"
#include "plane/session.h"

enum { MACS_MOST = 1024, /* behind a phone, as the configuration has it */ MACS_AT_ONCE = UINT8_MAX };

struct mac_watch {
    int64_t silence; /* after which an address is gone, ns */
    int64_t look_at; /* INT64_MAX: when a new one has come */
    unsigned learnt; /* of the port, when it was last looked */
    bool again;      /* all that there is counts as new, but what is gone since is still told to be */
    unsigned count, room;
    uint8_t (*told)[FRAME_MAC];
};

/* What a report says; it points into itself. */
struct mac_news {
    struct pfcp_ethernet_traffic traffic;
    struct pfcp_macs detected, removed;
    uint8_t addresses[2][MACS_AT_ONCE][FRAME_MAC];
};

/* With the session's lock. */

/* The rules have changed: begins, goes on or ends. Out of memory: nothing is told. */
void macs_follow(struct session *session);
/* The SMF may have forgotten everything, or nothing: all that there is is told again, and what is gone. */
void macs_tell_again(struct session *session);
/* Nobody has heard of this: what differs from it then is told. */
void macs_take_back(struct session *session, const struct pfcp_ethernet_traffic *traffic);
/* Nobody is there to be told: later. */
void macs_put_off(struct session *session);
void macs_free(struct session *session);
/* When it is to be looked; INT64_MAX: never. */
int64_t macs_next(const struct session *session, int64_t now);
/* Looks, if it is time. True: there is something to tell, which counts as told. */
bool macs_take(struct session *session, int64_t now, struct mac_news *news);

/* A new one has come since it was last looked. */
static inline bool macs_are_new(const struct session *session)
{
    return session->macs &&
           session->macs->learnt != atomic_load_explicit(&session->port->learnt, memory_order_relaxed);
}

#endif
