/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gNB that lies: it damages what it says, repeats what it has heard, and speaks for the phones of others. What the honest
 * gNBs and their phones have must not change by it.
 */
#ifndef SIM_HOSTILE_H
#define SIM_HOSTILE_H

#include "kit/bytes.h"
#include "kit/timers.h"

struct world;

enum { HEARD = 128, HEARD_BYTES = 1024 };

struct heard {
    size_t length;
    uint8_t content[HEARD_BYTES];
};

struct hostile {
    struct world *world;
    struct timer timer; /* its next lie */
    struct heard ngap[HEARD], n3[HEARD];
    unsigned ngap_count, n3_count;
    unsigned long long lies;
};

/* Lies until stopped. False: out of memory. */
bool hostile_begin(struct world *world);
void hostile_stop(struct world *world);
void hostile_resume(struct world *world);

/* What honest gNBs have said, once it has arrived. */
void hostile_hears(struct world *world, struct bytes ngap);
void hostile_hears_n3(struct world *world, struct bytes packet);

/* What it says itself; some of it is damaged, in `room`. */
struct bytes hostile_twist(struct world *world, struct bytes ngap, uint8_t room[HEARD_BYTES]);

#endif
