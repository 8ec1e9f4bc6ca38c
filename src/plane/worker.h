/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A packet worker: one thread with sockets and TUN queues of its own. It waits until something is readable, takes a batch
 * from each descriptor, sends all that came of it, and waits again.
 */
#ifndef PLANE_WORKER_H
#define PLANE_WORKER_H

#include <pthread.h>

#include "plane/agent.h"
#include "plane/coalesce.h"
#include "plane/segment.h"

struct worker;

struct worker_settings {
    struct plane *plane;
    struct lane *lane;
    int n3[2];      /* sockets, IPv4 and IPv6; -1: none */
    const int *tun; /* a queue for each data network */
    bool udp_segments;
    uint64_t seed;
};

/* Takes over the descriptors (not the array). NULL: out of memory. */
struct worker *worker_new(const struct worker_settings *settings);
void worker_free(struct worker *worker); /* stops the thread if it runs */

/* Runs on a thread of its own; false with errno. */
bool worker_start(struct worker *worker);

/* What it has spent, and what its N3 sockets had no room for; of the first one also what no device of a data network had. Any thread, while it runs. */
struct agent_effort worker_effort(const struct worker *worker);

#endif
