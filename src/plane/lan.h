/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A data network of Ethernet frames (TS 23.501 5.6.10.2, 5.8.2.5.3): behind which session each MAC address is, learnt from what sends. A MAC address is its
 * first sender's until that has been silent for a while, or its session is over: nobody takes another's, nor one of the data network's own side.
 */
#ifndef PLANE_LAN_H
#define PLANE_LAN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "plane/drop.h"
#include "plane/frame.h"

struct session;
struct fast;

enum { LAN_OUTSIDE = 16384 }; /* most MAC addresses of the data network's side that are remembered */

struct lan_settings {
    unsigned macs;  /* of a session, at most */
    int64_t ageing; /* ns */
    bool flood;     /* frames for unknown addresses are for everybody */
};

/* Of a session, as long as anybody may find it. */
struct lan_port {
    struct session *session;
    _Atomic(struct lan_port *) next;
    struct lan_port *previous;
    struct lan_mac *macs;
    unsigned mac_count;
    _Atomic unsigned learnt; /* how often one came */
};

/* NULL: out of memory. */
struct lan *lan_new(const struct lan_settings *settings, uint64_t seed);
void lan_free(struct lan *lan); /* NULL is harmless */

/* Agent only. `old` (NULL: none) is the session that it replaces, whose MAC addresses it goes on with. False: out of memory. */
bool lan_join(struct lan *lan, struct session *session, struct session *old);
/* Agent only: nobody who begins to look finds it any more. Its port is freed with the session. */
void lan_leave(struct lan *lan, struct session *session);
/* Agent only, before packets come: the packet program is told who is where from now on. What it knows already, by the word of a predecessor of this
 * process, is so until the sessions that it is behind are spoken of (lan_tell), or none has been for long (lan_disown). */
void lan_lead(struct lan *lan, const struct fast *fast, unsigned network);
/* What the packet program knows it goes on knowing, and is told no more. */
void lan_part(struct lan *lan);
/* Agent only: the session has its place in the fast path, and what is there behind that place is its own. */
void lan_tell(struct lan *lan, const struct session *session, int64_t now);
/* Agent only: what was found behind that place (0: any), and is nobody's of this process, is forgotten. */
void lan_disown(struct lan *lan, unsigned place);
/* Agent only, before packets come: an address of the host's own, which nobody else ever gets. */
bool lan_reserve(struct lan *lan, const uint8_t mac[FRAME_MAC]);

/* What follows any thread may call, in an epoch. */

/* The session sends from it. DROP_SPOOFED_SOURCE: it is another's; DROP_MANY_MACS: it has as many as it may. */
enum drop lan_learn(struct lan *lan, const uint8_t mac[FRAME_MAC], const struct session *session,
                    int64_t now);
/* It is on the data network's side, unless a session has it. */
void lan_learn_outside(struct lan *lan, const uint8_t mac[FRAME_MAC], int64_t now);
/* The session behind which it is; NULL: it is not known, or (*outside) on the data network's side. */
struct session *lan_find(struct lan *lan, const uint8_t mac[FRAME_MAC], int64_t now, bool *outside);
/* Whether the packet program knows where it is. */
bool lan_is_told(struct lan *lan, const uint8_t mac[FRAME_MAC]);
int64_t lan_ageing(const struct lan *lan); /* ns */
bool lan_floods(const struct lan *lan);
/* All sessions, one after the other; NULL: the first, none. */
struct lan_port *lan_next(const struct lan *lan, const struct lan_port *port);
/* Those of a session, `most` at most; returns how many. */
unsigned lan_macs(struct lan *lan, const struct session *session, uint8_t (*macs)[FRAME_MAC], unsigned most,
                  int64_t now);

#endif
