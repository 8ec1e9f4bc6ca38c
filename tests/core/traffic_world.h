/* SPDX-License-Identifier: Apache-2.0 */
/* Control's book of traffic alone: a store in memory, a virtual clock, and a plane that tells what it has carried. */
#ifndef TESTS_CORE_TRAFFIC_WORLD_H
#define TESTS_CORE_TRAFFIC_WORLD_H

#include "../check.h"

#include <string.h>

#include "../lab_config.h"
#include "core/rows.h"
#include "core/traffic.h"
#include "crypt/random.h"
#include "line/ledger.h"
#include "store/store.h"

enum { ADDRESSES = 12, HIGH_RISK = 4 }; /* of 10.0.0.x, the first ones */

struct fake_plane {
    uint64_t instance;
    uint64_t uplink[ADDRESSES], downlink[ADDRESSES];
    bool shapes;
};

struct traffic_world {
    struct core core;
    struct timers timers;
    struct random_seeded random;
    struct config *config;
    struct store *store;
    struct fake_plane plane;
    uint64_t told, told_high_risk; /* the truth */
    int64_t wall;
};
extern struct traffic_world world;

/* Of the inventory: the gNBs `far` (high risk: 10.0.0.0/30), `near` (10.0.0.0/24) and `open` (no prefixes). NULL: no limits. */
void world_open(const char *profile);
void world_close(void);
void start(void);
void stop(void);
/* Control dies, and comes again on the same store. */
void restart_control(void);
/* Commits; false: the store took nothing. */
bool settle(void);
/* The plane tells of some addresses, or of all and that this was the round. */
bool tell(const struct fake_plane *plane, unsigned first, unsigned count, uint8_t flags);
bool tell_all(void);
struct line_measured measured(void);

#endif
