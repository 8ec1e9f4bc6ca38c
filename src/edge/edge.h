/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The untrusted side's work without its sockets: it decodes what gNBs send, answers what is wrong by itself
 * (TS 38.413 clause 10), passes well-formed messages on to control in flat form, and encodes control's answers.
 * The process (process.c) drives it from its loop, the simulation from a virtual clock.
 *
 * Associations survive control: what control accepted of an association (NG Setup, RAN Configuration Updates) is
 * kept here and told again when a new control opens the wicket.
 */
#ifndef EDGE_EDGE_H
#define EDGE_EDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "kit/address.h"
#include "kit/bytes.h"
#include "kit/timers.h"
#include "wire/ngap/ngap.h"
#include "wire/wicket/charter.h"

struct edge;
struct edge_association;

struct edge_counters {
    uint64_t messages_in, messages_out;
    uint64_t refused;  /* of those in: answered or dropped here */
    uint64_t overruns; /* of those refused: beyond the budget, dropped unread */
};

/* What is known of a gNB, for people. */
struct edge_gnb {
    uint64_t association;
    union socket_address address;
    char id[24];    /* "999/70-00000001"; "" before NG Setup */
    char name[160]; /* RAN Node Name; "" if none */
    bool ready;     /* control has accepted its NG Setup */
    int64_t since;  /* timers->now when it came */
    uint16_t streams;
    struct edge_counters counters;
};

struct edge_refusal {
    const struct edge_gnb *gnb;
    const char *message; /* its name in TS 38.413, or "message" */
    const char *rule;    /* of the line; "" where protocol alone is broken */
    const char *why;
    struct bytes octets; /* as they came */
};

/* The outside. Bytes are borrowed; `link` is what edge_gnb_up was given. */
struct edge_ports {
    void *context;
    /* False: not taken; the association is then ended. */
    bool (*to_gnb)(void *context, void *link, uint16_t stream, struct bytes ngap);
    /* Ends the association at once; edge_gnb_down follows later, not from within this call. */
    void (*end_gnb)(void *context, void *link);
    /* Nothing is to be taken from it for so long; may be NULL. */
    void (*hold_off)(void *context, void *link, int64_t time);
    /* False: not taken. */
    bool (*to_control)(void *context, struct bytes message);
    uint64_t (*random)(void *context);
    /* A message that is answered or dropped here (it may be empty: of no kind), and why; may be NULL. */
    void (*refused)(void *context, const struct edge_refusal *refusal);
    /* A copy of each NGAP message as it is on the wire; may be NULL. */
    void (*trace)(void *context, void *link, bool uplink, struct bytes ngap);
};

struct edge_settings {
    const char *name;      /* borrowed */
    struct timers *timers; /* borrowed; the clock */
    enum ngap_order order;
    struct charter_budget budget;
    size_t backlog_bytes; /* kept for control while it restarts; 0 means 4 MiB */
    struct edge_ports ports;
};

struct edge *edge_new(struct edge_settings settings); /* NULL: out of memory */
void edge_free(struct edge *edge);

/* Takes effect with the next message. */
void edge_set_budget(struct edge *edge, struct charter_budget budget);

/* --- What the SCTP side reports --- */

/* NULL: out of memory; the caller ends the association. */
struct edge_association *edge_gnb_up(struct edge *edge, void *link, const union socket_address *peer,
                                     uint16_t outbound_streams);
void edge_gnb_message(struct edge *edge, struct edge_association *association, uint16_t stream, uint32_t ppid,
                      struct bytes message);
/* The same in two steps, for who listens to several associations in turn: it is paid for when it comes (false: it cannot be, and is
 * dropped), and heard when its turn comes. */
bool edge_gnb_pays(struct edge *edge, struct edge_association *association, struct bytes message);
void edge_gnb_heard(struct edge *edge, struct edge_association *association, uint16_t stream, uint32_t ppid,
                    struct bytes message);
/* The peer began anew on the same association (RFC 9260, 5.2): for control, another one. */
void edge_gnb_restarted(struct edge *edge, struct edge_association *association);
/* The association is freed. */
void edge_gnb_down(struct edge *edge, struct edge_association *association, const char *reason);

/* --- What the wicket's side reports --- */

void edge_control_open(struct edge *edge);
/* False: control broke the wicket's rules; the caller closes it. */
bool edge_control_message(struct edge *edge, struct bytes message);
void edge_control_closed(struct edge *edge);

/* --- Seeing --- */

struct edge_counters edge_totals(const struct edge *edge);
bool edge_has_control(const struct edge *edge);
/* Visits every association in repeatable order. Start with *cursor = 0. */
bool edge_next_gnb(const struct edge *edge, size_t *cursor, struct edge_gnb *gnb);

#endif
