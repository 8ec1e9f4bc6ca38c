/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shaping of what goes through a gNB (rule H2 of the line): from a rate on that the SMF has told, packets are marked, where their ends
 * understand that (ECN, RFC 3168), and have to wait a while, so that their senders slow down. None is dropped for it: what would
 * have to wait for longer than the plane's patience waits no longer than that. What waits is kept by its worker (plane/pacer.h).
 */
#ifndef PLANE_SHAPING_H
#define PLANE_SHAPING_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct gnb;
struct lane;
struct packet;
struct smf;

/* By enum direction. The agent writes rates, workers the rest. */
struct shaping {
    alignas(64) _Atomic uint64_t kbps[2]; /* 0: it is not shaped */
    atomic_uint waiting[2];               /* packets that workers keep */
    _Atomic int64_t booked[2];            /* as in struct bucket */
    _Atomic int64_t patience;             /* ns */
    struct smf *by;                       /* who has told, and in which round; the agent's own */
    uint32_t round;
};

/* Also while packets wait from a time when it was shaped: what follows must not overtake them. */
static inline bool shaping_concerns(struct shaping *shaping, unsigned direction)
{
    return (atomic_load_explicit(&shaping->kbps[direction], memory_order_relaxed) |
            atomic_load_explicit(&shaping->waiting[direction], memory_order_relaxed)) != 0;
}

/* Says when the inner packet, which is not wrapped up yet, may go (packet->due), and marks it if that is not now. */
void shaping_schedule(struct lane *lane, struct gnb *gnb, unsigned direction, struct packet *packet);

/* "Congestion experienced" into an IP packet whose ends understand it. False: they do not. */
bool shaping_mark(uint8_t *ip);

#endif
