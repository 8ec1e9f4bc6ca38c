/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a worker writes to the TUN devices. Consecutive TCP segments of one flow (and UDP datagrams of one size, where the
 * kernel takes them) are joined to a super-packet that the host's network stack handles once. Payloads are written from where
 * they are; they must stay there until the flush.
 */
#ifndef PLANE_COALESCE_H
#define PLANE_COALESCE_H

#include <sys/uio.h>

#include "plane/path.h"
#include "plane/tun.h"

enum { COALESCE_FLOWS = 64, COALESCE_PIECES = 48, COALESCE_BYTES = 64000 };

struct joined {
    struct virtio_net_hdr header;
    struct iovec parts[1 + COALESCE_PIECES]; /* virtio header, first packet, further payloads */
    unsigned part_count;                     /* 0: free */
    int fd;
    struct flow flow; /* of the first packet */
    uint8_t *first;
    uint16_t header_bytes, piece_bytes; /* IP and transport headers; payload of the first packet */
    size_t length;                      /* of the super-packet */
    uint32_t next_sequence;             /* TCP */
    bool closed;                        /* nothing may follow: a short or pushed piece was the last */
};

struct coalesce {
    struct joined flows[COALESCE_FLOWS]; /* a flow's place follows from its addresses and ports */
    uint8_t used[COALESCE_FLOWS];        /* places taken since the last flush, in order */
    unsigned used_count;
    bool udp_segments;
};

/* Takes an IP packet for the device queue. */
void coalesce_packet(struct coalesce *coalesce, struct lane *lane, int fd, struct packet *packet);

/* A frame for the TAP device of an Ethernet network: written as it is, and at once. */
void coalesce_frame(struct lane *lane, int fd, const struct packet *packet);

void coalesce_flush(struct coalesce *coalesce, struct lane *lane);

#endif
