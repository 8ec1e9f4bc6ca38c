/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a packet through the plane (TS 23.501 5.8, TS 29.244 5.2): pure functions over packet buffers, for the
 * workers and for the simulation alike. Packets are rewritten in place; headers grow into the headroom in front.
 */
#ifndef PLANE_PATH_H
#define PLANE_PATH_H

#include "plane/plane.h"

enum {
    PATH_HEADROOM = 64, /* free bytes that must be in front of a packet */
    PATH_ROOM = 1280,   /* and at least so many behind its beginning, for answers made in place */
};

/* Where copies of a packet go (TS 29.244 8.2.26, DUPL), whatever becomes of itself: into tunnels of their own, as it came in. */
struct copies {
    const struct duplicating
        *to; /* of the session's rules: valid inside the epoch, and with the agent until it changes them */
    unsigned count;
    struct bytes packet; /* the inner one; in front of it is room for a tunnel header */
    unsigned segments;   /* of a super-packet: as of the packet itself */
    uint8_t qfi;
    enum direction way;
};

struct packet {
    uint8_t *data; /* PATH_HEADROOM free bytes in front */
    size_t length;
    uint8_t *end; /* of the buffer */
    int64_t now;  /* ns */

    /* A TCP or UDP super-packet (downlink): the transport payload goes out in pieces of this size, each with a copy of the
     * headers. 0: an ordinary packet. */
    uint16_t segment_bytes;
    uint16_t header_bytes;
    bool joined; /* uplink: one of several datagrams that the host has put together on receipt */

    /* Set by the path. */
    union socket_address to; /* PATH_TO_N3 */
    struct network *network; /* PATH_TO_N6 */
    uint8_t marking;         /* outer TOS */
    unsigned segments;       /* of a super-packet: how many pieces, from the first on, may go out */
    uint32_t teid;           /* PATH_TO_N3 with a super-packet: the header each piece needs */
    uint8_t qfi;
    bool rqi;
    struct gnb *shaped; /* NULL: nothing delays it */
    int64_t due;        /* of one that is shaped: when it may go */
    struct fast_queue
        *queue;      /* that it may have come by in the fast path (plane/fast/queue.h); NULL: it has not */
    unsigned frames; /* that it came by there as */
    bool copied;     /* its copies were made before it was held */
    struct copies copies;
};

enum verdict {
    PATH_DROP,
    PATH_TO_N6, /* data and length are an IP packet for the data network */
    PATH_TO_N3, /* data and length are a GTP-U message for `to`; for a super-packet still the inner one */
    PATH_HELD,  /* buffered until the UE can be reached */
};

/* Gives each copy to `send`, as a packet with the verdict PATH_TO_N3; it must be gone when that returns. The packet is as it was afterwards.
 * Before the packet itself is handed on. */
void path_send_copies(struct lane *lane, const struct packet *packet,
                      void (*send)(void *context, struct packet *copy), void *context);

/* A datagram that came in on N3. */
enum verdict path_uplink(struct plane *plane, struct lane *lane, const union socket_address *peer,
                         struct packet *packet);

/* An IP packet that came from a data network. */
enum verdict path_downlink(struct plane *plane, struct lane *lane, struct network *network,
                           struct packet *packet);

/* Takes the oldest packet that was held for the session and can go now into the packet's buffer. False: none is left, or the
 * oldest must wait on. */
typedef bool path_releaser(struct plane *plane, struct lane *lane, struct session *session,
                           struct packet *packet, enum verdict *verdict);
path_releaser path_release;

/* The same of uplink packets that came before the SMF had named their gNB; what becomes of the packet is in *verdict. */
path_releaser path_release_early;

/* The rules have changed. Packets that were held before and are to be announced (NOCP) are reported, again if need be. Needs the
 * session's lock. */
void path_report_held(struct plane *plane, struct session *session);

/* A router advertisement for the session (TS 23.501 5.8.2.2.3) into the packet's buffer; PATH_DROP when the session has no
 * prefix or no tunnel. Takes the session's lock. */
enum verdict path_advertise(struct lane *lane, struct session *session, struct packet *packet);

#endif
