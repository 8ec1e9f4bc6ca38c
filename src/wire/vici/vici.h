/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a security gateway (strongSwan's charon) answers about the IPsec associations that it has, over its VICI socket, a stream:
 *
 *     length 4 | packet: kind 1 | name 1+n, of kinds that have one | message
 *
 * A message is a sequence of elements, each behind its type: a section begins (name) and ends, a key has a value, a list (name)
 * has items. Names are 1+n octets, values and items 2+n.
 */
#ifndef WIRE_VICI_VICI_H
#define WIRE_VICI_VICI_H

#include "kit/arena.h"
#include "kit/bytes.h"

enum vici_kind {
    VICI_REQUEST,  /* named */
    VICI_RESPONSE, /* the message that ends a request's answer */
    VICI_UNKNOWN_REQUEST,
    VICI_REGISTER,   /* named: events of that name are wanted */
    VICI_UNREGISTER, /* named */
    VICI_CONFIRMED,  /* (un)registered */
    VICI_UNKNOWN_EVENT,
    VICI_EVENT, /* named */
};

enum {
    VICI_LENGTH_BYTES = 4,
    VICI_PACKET_BYTES = 512 * 1024, /* the longest that charon sends */
};

struct vici_packet {
    enum vici_kind kind;
    struct bytes name; /* empty for kinds without */
    struct bytes message;
};

/* A packet with an empty message, its length in front. */
void vici_write(struct writer *w, enum vici_kind kind, const char *name);

/* The packet behind the length. Views into it. */
bool vici_decode(struct bytes in, struct vici_packet *packet, struct fault *fault);

/* A traffic selector as the gateway prints it: "10.0.0.0/8", "10.0.0.1..10.0.0.5", "10.0.0.1/32[sctp]". */
struct vici_selector {
    struct vici_selector *next;
    struct bytes text;
};

/* A CHILD_SA: what passes between the gateway's side (local) and the peer's. */
struct vici_child {
    struct vici_child *next;
    struct bytes state; /* "INSTALLED" */
    struct vici_selector *local, *remote;
};

/* An IKE_SA, as an event list-sa tells of one. What it does not say is empty. */
struct vici_sa {
    struct bytes state;     /* "ESTABLISHED" */
    struct bytes remote_id; /* as the peer has been authenticated */
    struct vici_child *children;
};

/* False also for what is no list-sa message, and when the arena is full. Texts are views into the message. */
bool vici_decode_sa(struct bytes message, struct arena *arena, struct vici_sa *sa, struct fault *fault);

#endif
