/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The core between two edges, on a virtual clock: an honest one, whose gNB serves phones with sessions, and one that has been
 * taken over and puts into the wicket what it likes. It has a gNB and a phone with a valid SIM card to try things with.
 */
#ifndef SIM_CAPTURED_H
#define SIM_CAPTURED_H

#include "core/gate.h"
#include "crypt/random.h"
#include "plane/agent.h"
#include "plane/path.h"
#include "ran/gnb.h"
#include "ran/phone.h"
#include "store/store.h"

enum captured_site { HONEST, CAPTURED, SITES };

/* One has its connection, one is idle; both have a session. */
enum captured_phone { VICTIM_CONNECTED, VICTIM_IDLE, NEWCOMER, ATTACKER, PHONES };

/* What a captured edge may name as an association. The honest one's is unguessable in life. */
enum captured_name { OWN_FIRST, OWN_SECOND, OWN_THIRD, OF_THE_VICTIM, OF_NOBODY, CAPTURED_NAMES };

struct captured_letter;

struct site {
    struct captured *captured;
    struct gate_edge edge;
    struct ran_gnb gnb;
    uint64_t association;
};

struct captured {
    struct timers timers;
    struct random_seeded random;
    struct config *config;
    struct store *store;
    struct core *core;
    struct gate gate;
    struct plane plane;
    struct network network;
    struct agent *agent;
    struct radio radio;
    struct phone_model model;
    struct site sites[SITES];
    struct phone phones[PHONES];
    struct aka_key key;
    struct captured_letter *first, **last;
    struct arena arena;
    unsigned garble; /* of the next messages that the captured gNB sends, so many are damaged */
};

/* False: out of memory. The victims are registered and have their sessions. */
bool captured_open(struct captured *captured);
void captured_close(struct captured *captured);

void captured_pass(struct captured *captured, int64_t time);
/* The captured edge says this; whatever that is, at most its own end comes of it: then it is replaced. */
void captured_says(struct captured *captured, struct bytes message);
uint64_t captured_association(const struct captured *captured, enum captured_name name);
/* Its process ends, and another takes its place, which has no association yet. */
void captured_replaced(struct captured *captured);
/* Its gNB comes up and is set up. */
void captured_connects(struct captured *captured);
/* Its phone forgets all it knew. */
void captured_forgets(struct captured *captured);

/* Of what the core and its gate know of the victims and of the honest edge. */
uint64_t captured_digest(struct captured *captured);
/* An honest phone comes and leaves again: did it work? */
bool captured_newcomer(struct captured *captured);
/* The supi of one of the phones. */
const char *captured_imsi(enum captured_phone phone);

#endif
