/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control's end of the wicket without its sockets: which edge an association belongs to, and what an edge's messages mean to
 * the core. Everything is checked as if the edge had been taken over; an edge that breaks a rule is to be cut off.
 */
#ifndef CORE_GATE_H
#define CORE_GATE_H

#include "core/core.h"
#include "wire/wicket/wicket.h"

struct gate {
    struct core *core;       /* borrowed */
    struct map associations; /* struct gate_edge by association */
    struct arena arena;      /* one message at a time */
};

/* An edge process at the gate. */
struct gate_edge {
    struct gate *gate;
    char name[WICKET_NAME_BYTES + 1]; /* by the keeper's word */
    bool greeted;                     /* has said hello in that name */
    unsigned associations;
    void *user;
};

void gate_init(struct gate *gate, struct core *core, uint64_t seed);
void gate_free(struct gate *gate);

/* What control says first to an edge that is just coming. False: no room. */
enum { GATE_GREETING_BYTES = WICKET_HEADER_BYTES + 4 + WICKET_NAME_BYTES };
bool gate_greet(struct writer *w);
/* False: the edge is to be cut off, and *why (static text) says for what. */
bool gate_heard(struct gate_edge *edge, struct bytes message, const char **why);
/* Its associations are lost. Harmless for one that never said hello. */
void gate_edge_gone(struct gate_edge *edge, const char *why);

/* NULL: nobody's. */
struct gate_edge *gate_owner(const struct gate *gate, uint64_t association);
/* Nobody's from now on. */
void gate_forget(struct gate *gate, uint64_t association);

#endif
