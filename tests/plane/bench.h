/* SPDX-License-Identifier: Apache-2.0 */
/* A lab with one phone, its tunnel to the gNB, and its packets. */
#ifndef TESTS_PLANE_BENCH_H
#define TESTS_PLANE_BENCH_H

#include "lab.h"

enum { BENCH_TEID = 0x55 }; /* the gNB's */

struct bench {
    struct lab *lab;
    struct lab_session session;
    uint64_t seid;
    uint32_t teid; /* the plane's */
    uint8_t inner[2048];
    struct packet packet; /* what became of the last one */
};

/* 10.45.0.2, another one of the pool, and one beyond N6. */
extern const uint8_t ue[4], neighbour[4], server[4];

/* Described, for the test to add to, but not established. */
struct bench *bench_new(void);
/* Establishes the session, and leads its downlink to the gNB. */
void bench_connect(struct bench *b);

/* For cmocka: a bench that is connected; its end. */
int bench_set_up(void **state);

/* A UDP packet out of the phone's tunnel, through that gNB. */
enum verdict bench_up(struct bench *b, const union socket_address *gnb, const uint8_t from[4],
                      const uint8_t to[4], uint16_t port);
/* One for the phone, from the server. */
enum verdict bench_down(struct bench *b, size_t payload);

#endif
