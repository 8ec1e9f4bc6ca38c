/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SCTP by hand (RFC 9260), for what no stack says: packets from the address and port of an association that somebody else has, the
 * restart of that association in place among them. Of what comes back it hears what is for the tag that it has chosen itself; the
 * other stack drops that, as it drops what is for the latter.
 */
#ifndef RAN_RAW_SCTP_H
#define RAN_RAW_SCTP_H

#include "kit/address.h"
#include "kit/bytes.h"
#include "kit/loop.h"

enum raw_sctp_chunk {
    RAW_SCTP_DATA,
    RAW_SCTP_INIT,
    RAW_SCTP_INIT_ACK,
    RAW_SCTP_SACK,
    RAW_SCTP_ABORT = 6,
    RAW_SCTP_COOKIE_ECHO = 10,
    RAW_SCTP_COOKIE_ACK,
};

enum { RAW_SCTP_COOKIE = 1024, RAW_SCTP_LONGEST = 1400 };

struct raw_sctp {
    struct watch watch;
    struct loop *loop;
    struct raw_batch *batch;
    union socket_address own, peer; /* with ports */
    uint32_t own_tag, peer_tag;
    uint32_t sent, received; /* TSNs, the last ones */
    uint16_t sequence;
    uint16_t streams; /* each way, to be asked for; the owner's to set */
    size_t cookie_length;
    uint8_t cookie[RAW_SCTP_COOKIE];
    bool answered;    /* INIT ACK came */
    bool up;          /* COOKIE ACK came */
    bool stops_short; /* says no COOKIE ECHO by itself */
    void (*heard)(void *context, struct bytes message);
    void (*stirred)(void *context); /* packets came, for whoever waits */
    void *context;
};

/* The callbacks are the owner's to set before. own, peer: as the other stack has them. False with errno: needs CAP_NET_RAW. */
bool raw_sctp_open(struct raw_sctp *raw, struct loop *loop, const union socket_address *own,
                   const union socket_address *peer);
void raw_sctp_close(struct raw_sctp *raw);

/* INIT with a tag of its own; COOKIE ECHO follows when it is answered. */
void raw_sctp_begin(struct raw_sctp *raw, uint32_t tag);
/* A message on the association that is up, of RAW_SCTP_LONGEST octets at most; longer ones are not sent. */
void raw_sctp_say(struct raw_sctp *raw, uint16_t stream, uint32_t ppid, struct bytes message);
/* One chunk in a packet of its own. */
void raw_sctp_send(struct raw_sctp *raw, uint32_t tag, uint8_t type, uint8_t flags, struct bytes content);

#endif
