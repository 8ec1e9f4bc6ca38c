/* SPDX-License-Identifier: Apache-2.0 */
/* Internal to the edge: what it holds. */
#ifndef EDGE_ASSOCIATION_H
#define EDGE_ASSOCIATION_H

#include "edge/edge.h"
#include "kit/arena.h"
#include "kit/letters.h"
#include "kit/log.h"
#include "kit/map.h"
#include "wire/wicket/wicket.h"

enum {
    NGAP_PPID = 60,         /* TS 38.412 7 */
    NGAP_BYTES = 64 * 1024, /* of one message on the wire */
    DECODED_BYTES = 1024 * 1024,
    KEPT_BYTES = 128 * 1024, /* of accepted messages, for one association */
};

/* A message set aside. */
struct kept {
    struct kept *next;
    size_t length;
    uint8_t body[]; /* of a wicket message: digest and flat NGAP */
};

enum setup_state {
    SETUP_NONE,  /* nothing but NG Setup Request is let through */
    SETUP_ASKED, /* control has not answered it yet */
    SETUP_DONE,
};

struct edge_association {
    void *link;
    struct edge_gnb seen;
    enum setup_state setup;
    struct kept *asked_setup, *asked_update; /* not answered yet */
    struct kept *accepted;                   /* NG Setup Request, then updates in order */
    size_t accepted_bytes;
    struct budget messages, bytes, arrivals; /* left to spend */
    int64_t held_until;                      /* by timers->now: it has been held off till then */
    struct log_payer payer;
    uint32_t misdeeds[WICKET_MISDEEDS]; /* that control has not been told of */
    int64_t told;                       /* of misdeeds, last */
    bool closed;                        /* by control; nobody is to be told of its end */
};

struct edge {
    struct edge_settings settings;
    struct map associations; /* by id */
    struct edge_counters totals;
    struct arena arena;     /* one message at a time */
    bool control;           /* the wicket is open */
    struct letters backlog; /* messages for control while it is away */
    uint8_t ngap[NGAP_BYTES];
    uint8_t wicket[WICKET_HEADER_BYTES + WICKET_BODY_BYTES];
};

/* Sends a message to the gNB; ends the association if its queue is full. */
bool edge_send_gnb(struct edge *edge, struct edge_association *association, uint16_t stream,
                   enum ngap_message_type message, const void *value);

/* --- answer.c --- */

/* May a gNB send this at all, and in this state of the association? */
bool edge_admits(const struct edge_association *association, enum ngap_message_type message);

/* Answers a message that the decoder or edge_admits found fault with, as far as clause 10 wants an answer. */
void edge_answer_fault(struct edge *edge, struct edge_association *association, const struct ngap_pdu *pdu,
                       enum ngap_verdict verdict);
void edge_answer_misplaced(struct edge *edge, struct edge_association *association,
                           const struct ngap_pdu *pdu);

/* --- conduct.c --- */

/* Spends what the message costs. False: the association has spent too much. */
bool edge_within_budget(const struct edge *edge, struct edge_association *association, struct bytes message);

/* Notes a misdeed for control, which is told of several at once. */
void edge_note_misdeed(struct edge *edge, struct edge_association *association, enum wicket_misdeed misdeed);

bool edge_tell_control(struct edge *edge, const struct wicket_message *message);

/* --- kept.c --- */

/* Notes what goes by that must survive a restart of control. */
void edge_note_uplink(struct edge_association *association, const struct ngap_pdu *pdu, struct bytes body);
void edge_note_downlink(struct edge_association *association, enum ngap_message_type message);
void edge_forget_kept(struct edge_association *association);

#endif
