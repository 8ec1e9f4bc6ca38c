/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one gNB may have of a packet worker while several send it more than it can read, so that its sockets overflow. Where there is a packet program that bounds
 * each (plane/bpf/bother.h), by a number that the configuration gives; a worker's share is halved until nothing is lost, and then grows back to it. What is beyond is read
 * and dropped, and costs a fraction of what carrying it does. As long as nothing is lost, or one sends alone, nobody is held back.
 */
#ifndef PLANE_CROWD_H
#define PLANE_CROWD_H

#include <sys/socket.h>

#include "plane/path.h"

/* A worker's. */
struct crowd {
    union socket_address last; /* who sent, and ... */
    int64_t several_at;        /* ... when it last was another one */
    uint32_t lost[2];          /* datagrams of each N3 socket, as the kernel counts them */
    bool loses;                /* more of them since ... */
    int64_t judged_at;
};

/* What was received of one of its sockets: one at least. */
struct crowd_batch {
    const struct mmsghdr *messages;
    unsigned count, socket;
    int64_t now;
};

void crowd_notice(struct crowd *crowd, const struct plane *plane, struct lane *lane,
                  const struct crowd_batch *batch);

/* May the datagram be looked at? Otherwise it is beyond the share of its gNB, or of all who are none together. */
bool crowd_admits(const struct plane *plane, struct lane *lane, const union socket_address *peer,
                  int64_t now);

#endif
