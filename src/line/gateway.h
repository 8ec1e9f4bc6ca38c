/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule N1 where N2 comes through IPsec: the gateway that ends the tunnels knows by which certificate each peer was
 * authenticated, and an enrolment names the certificate of its gNB. Here the two are compared. No tunnel, no proof.
 */
#ifndef LINE_GATEWAY_H
#define LINE_GATEWAY_H

#include "config/config.h"
#include "kit/arena.h"
#include "wire/vici/vici.h"

struct gateway_path;

/* All that the gateway lets through at a time. Zeroed to begin with; what it holds is in the arena of gateway_take. */
struct gateway_view {
    const struct gateway_path *paths;
};

enum gateway_verdict {
    GATEWAY_SILENT,  /* it has not answered */
    GATEWAY_NOBODY,  /* no tunnel leads from the address to N2 */
    GATEWAY_ANOTHER, /* one does, or could, but its peer is another one */
    GATEWAY_PROVED,
};

/* Adds what the IKE_SA lets through, if it is authenticated and in use. False: it cannot be read, or the arena is full; the view
 * is then worth nothing. */
bool gateway_take(struct gateway_view *view, struct arena *arena, const struct vici_sa *sa);

/*
 * Who speaks from the address to the edge's N2 addresses? Proved: tunnels whose peers are all authenticated as one of the
 * certificates of the enrolment, and which let SCTP through between the address and each N2 address of its family; a tunnel for
 * one of them would leave the others open to whoever borrows the address. view NULL: the gateway has not answered.
 * *certificate, if proved: the enrolment's that was found, for the last of the addresses.
 */
enum gateway_verdict gateway_who(const struct gateway_view *view, const struct config_gnb *enrolled,
                                 const union socket_address *from, const struct config_edge *edge,
                                 const char **certificate);

/* Why it is refused, for people. */
const char *gateway_verdict_text(enum gateway_verdict verdict);

#endif
