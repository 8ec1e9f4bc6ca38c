/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole network in one process on a virtual clock: core, store, edge, plane and radio, joined by a seeded network that
 * delays, loses, doubles and reorders what may be, and by a hand that kills processes. One seed, one history.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "config/config.h"
#include "core/core.h"
#include "crypt/random.h"
#include "edge/edge.h"
#include "plane/agent.h"
#include "plane/path.h"
#include "ran/gnb.h"
#include "ran/phone.h"
#include "store/store.h"

enum { WORLD_GNBS = 3, WORLD_PHONES = 8 };

/* How unkind the network is; per mille. */
struct weather {
    unsigned datagrams_lost, datagrams_doubled; /* N4 and N3 */
    int64_t delay;                              /* most, on every hop */
};

/* A gNB and its association. */
struct mast {
    struct ran_gnb gnb;
    struct world *world;
    unsigned number;
    struct edge_association *association; /* NULL: down */
    uint64_t generation;        /* of the association: what was on its way on an older one is lost */
    int64_t last_up, last_down; /* streams are ordered */
    struct timer again;         /* reconnects */
};

struct inhabitant {
    struct phone phone;
    struct world *world;
    struct timer next; /* when it does something again */
    unsigned number;
    bool told_registered; /* by the network, and not deregistered since */
    unsigned answers;     /* to its pings */
};

struct world {
    uint64_t seed;
    struct random_seeded dice, secrets; /* what happens; what the parties draw */
    struct timers timers;
    struct weather weather;
    struct config *config;
    struct store *store;
    uint64_t history; /* hash of all that was delivered */
    uint64_t delivered;

    struct core *core; /* NULL: killed, starts again soon */
    struct timer core_again;
    uint64_t core_generation;
    int64_t wicket_up, wicket_down; /* last due times: channels are ordered */
    bool core_muted;                /* dies between commit and sending */
    struct edge *edge;
    struct arena arena; /* for one wicket message */
    struct plane plane;
    struct network network;
    struct agent *agent; /* NULL: killed */
    struct timer plane_again;
    uint64_t plane_generation;

    struct radio radio;
    struct phone_model model;
    struct mast masts[WORLD_GNBS];
    struct inhabitant inhabitants[WORLD_PHONES];
    unsigned kills, losses, registrations, services, sessions_up;
};

/* False and a message on stderr when the world cannot be made. */
bool world_init(struct world *world, uint64_t seed);
void world_free(struct world *world);

/* Everything that happens until then. */
void world_run(struct world *world, int64_t until);

unsigned world_dice(struct world *world, unsigned sides); /* 0 to sides - 1 */

/* The hand of fate. */
void world_kill_core(struct world *world);
void world_kill_plane(struct world *world);
void world_cut(struct mast *mast); /* the association breaks; the gNB comes back by itself */

/* Phones that live at random until told to stop (life.c). */
void life_begin(struct world *world);
void life_stop(struct world *world);
void life_event(struct world *world, struct phone *phone, enum phone_event event, uint8_t cause);

#endif
