/* SPDX-License-Identifier: Apache-2.0 */
/* Damage to encoded NGAP messages: below the syntax, and among their information elements. */
#ifndef SIM_DAMAGE_H
#define SIM_DAMAGE_H

#include "crypt/random.h"
#include "kit/bytes.h"

enum { DAMAGE_BYTES = 1024 };

struct damage_ids {
    uint64_t amf;
    uint32_t ran;
};

/* One kind of damage, at random. The result is in `room`. */
struct bytes damage(struct random *random, struct bytes ngap, uint8_t room[DAMAGE_BYTES]);

/* The message with other UE NGAP ids. */
struct bytes damage_ids(struct bytes ngap, struct damage_ids ids, uint8_t room[DAMAGE_BYTES]);

#endif
