/* SPDX-License-Identifier: Apache-2.0 */
/* N2's sockets: ties what SCTP reports to the edge, and what the edge says to SCTP. */
#ifndef EDGE_GATES_H
#define EDGE_GATES_H

#include "edge/edge.h"
#include "kit/loop.h"
#include "kit/sctp.h"
#include "kit/trace.h"

struct gates;

struct gates_settings {
    struct loop *loop;
    struct edge *edge;   /* whose ports hold the three functions below */
    struct trace *trace; /* may be NULL */
    const union socket_address *listen;
    unsigned listen_count;
    unsigned first_socket; /* the sockets are inherited as n2.N from this one on */
    unsigned associations; /* most at each address */
    enum sctp_stack stack; /* where no socket is inherited */
};

/* NULL: an address cannot be opened (logged), or out of memory. */
struct gates *gates_open(const struct gates_settings *settings);
void gates_close(struct gates *gates);
/* In the settle hook: lets the edge hear at most so many of the messages that have come, of each gNB one before a second of any.
 * Returns how many those were. */
unsigned gates_serve(struct gates *gates, unsigned most);
void gates_flush(struct gates *gates); /* likewise, and afterwards */
enum sctp_stack gates_stack(const struct gates *gates);

/* Ports of the edge (edge_ports); the context is not used. */
bool gates_to_gnb(void *context, void *link, uint16_t stream, struct bytes ngap);
void gates_end_gnb(void *context, void *link);
void gates_hold_off(void *context, void *link, int64_t time);
void gates_trace(void *context, void *link, bool uplink, struct bytes ngap);

#endif
