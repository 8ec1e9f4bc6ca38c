/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a worker keeps of packets that are to be delayed (plane/shaping.h): a queue for each gNB and direction, in order. What finds no
 * place makes the oldest go at once, and if that is not enough, all of them and then itself; so nothing is lost, and nothing of
 * one gNB and direction overtakes anything. One thread's own; times are those of its packets.
 */
#ifndef PLANE_PACER_H
#define PLANE_PACER_H

#include "plane/path.h"

struct pacer;

struct pacer_settings {
    struct lane *lane;
    unsigned most; /* packets in a queue, pieces of super-packets counted each */
    uint64_t seed;
    /* Hands a packet on; its octets stay where they are until pacer_flushed. */
    void (*send)(void *context, enum verdict verdict, struct packet *packet);
    void *context;
};

/* NULL: out of memory. */
struct pacer *pacer_new(const struct pacer_settings *settings);
/* Nothing waits any more (pacer_drain), or it is lost. NULL is harmless. */
void pacer_free(struct pacer *pacer);

/* A packet with packet->shaped, on its way to N3 or N6: sends it, or keeps a copy. */
void pacer_take(struct pacer *pacer, enum verdict verdict, struct packet *packet);

/* When the next one is due; INT64_MAX: none waits. */
int64_t pacer_next(const struct pacer *pacer);
/* Sends what is due, or all. */
void pacer_run(struct pacer *pacer, int64_t now);
void pacer_drain(struct pacer *pacer);

/* All that was sent has left. */
void pacer_flushed(struct pacer *pacer);

#endif
