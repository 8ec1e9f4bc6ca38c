/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line itself: an edge and the core with nothing but a function call between them, one association, a store in memory, no
 * plane. The core draws from a seeded source, so that a recorded sequence of messages makes sense again when it is replayed.
 */
#ifndef SIM_LINE_H
#define SIM_LINE_H

#include "core/gate.h"
#include "crypt/random.h"
#include "edge/edge.h"
#include "store/store.h"

struct line {
    struct timers timers;
    struct random_seeded random;
    struct config *config;
    struct store *store;
    struct core *core;
    struct gate gate;
    struct gate_edge at_gate;
    struct edge *edge;
    struct edge_association *association; /* NULL: ended */
    struct arena arena;
    bool ending;
    void (*to_gnb)(struct line *line, struct bytes ngap); /* may be NULL */
    void *user;
};

/* False: out of memory. */
bool line_open(struct line *line);
/* As after line_open, in a fraction of the time: the configuration stays, and the store, put back to what it was. */
bool line_again(struct line *line);
void line_close(struct line *line);

/* The core has done all that it can do about it when the call returns. */
void line_gnb_says(struct line *line, uint16_t stream, struct bytes ngap);
void line_pass(struct line *line, int64_t time);

#endif
