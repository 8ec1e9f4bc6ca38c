/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a worker sends on N3. Datagrams are gathered and sent with as few system calls as possible: neighbours of equal size
 * to one gNB go out as one super-datagram that the kernel or the card cuts up (UDP_SEGMENT), the rest with sendmmsg.
 */
#ifndef PLANE_TRANSMIT_H
#define PLANE_TRANSMIT_H

#include <sys/uio.h>

#include "plane/path.h"

enum {
    TRANSMIT_DATAGRAMS = 1024,
    TRANSMIT_GROUP = 60,          /* datagrams in one super-datagram (UDP_MAX_SEGMENTS is 64) */
    TRANSMIT_GROUP_BYTES = 64000, /* and bytes */
    TRANSMIT_HEADER_BYTES = 128,  /* tunnel and inner headers of a piece */
};

/* A datagram in one or two parts; they stay where they are until the flush. */
struct datagram {
    union socket_address to;
    struct iovec parts[2];
    unsigned part_count;
    uint8_t marking;
};

struct transmit {
    const struct tap *tap;
    int v4, v6;    /* sockets; -1: none */
    bool segments; /* UDP_SEGMENT works */
    size_t
        longest; /* a datagram that needs no fragments: others go by themselves, as no super-datagram may have them */
    unsigned count;
    struct datagram *datagrams;                /* TRANSMIT_DATAGRAMS */
    uint8_t (*headers)[TRANSMIT_HEADER_BYTES]; /* one for each datagram */
};

/* The plane outlives it. */
bool transmit_init(struct transmit *transmit, const struct plane *plane, int v4, int v6);
void transmit_free(struct transmit *transmit);

static inline bool transmit_full(const struct transmit *transmit)
{
    return transmit->count == TRANSMIT_DATAGRAMS;
}

/* The next datagram to be filled, or after flushing the first; `headers[count - 1]` is its room for headers. */
struct datagram *transmit_next(struct transmit *transmit, struct lane *lane);

/* Whole packet: data and length are the datagram. */
void transmit_packet(struct transmit *transmit, struct lane *lane, const struct packet *packet);

void transmit_flush(struct transmit *transmit, struct lane *lane);

/* An N3 socket on its address and port, for one of `workers`; -1 with errno. Uplink packets are spread by TEID. */
int n3_open(const union socket_address *address, unsigned workers);

#endif
