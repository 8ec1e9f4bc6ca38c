/* SPDX-License-Identifier: Apache-2.0 */
/* Random values of any NGAP type, made from the tables, and messages taken apart into their IEs, for the
 * tests of the codec and for equipment that misuses it. */
#ifndef RAN_NGAP_VALUES_H
#define RAN_NGAP_VALUES_H

#include "wire/ngap/tables.h"

struct dice {
    uint64_t state;
    bool plain;            /* nothing that tshark would look into and find random */
    const uint8_t *plmn;   /* what every PLMN identity is; NULL: random too */
    uint16_t address_bits; /* the size of every transport layer address; 0: random too */
};

/* Uniform in low..high. */
uint64_t dice_between(struct dice *dice, uint64_t low, uint64_t high);

/* A valid value: edges of ranges often, everything optional sometimes. Contained types are encoded. NULL:
 * arena full. */
const void *random_value(struct dice *dice, const struct aper_type *type, struct arena *arena);

enum { MOST_FIELDS = 80 };

struct raw_field {
    uint16_t id;
    uint8_t criticality;
    struct bytes content;
};

/* A PDU as its header and the fields of its container. */
struct raw_pdu {
    uint8_t kind, procedure_code, criticality;
    unsigned count;
    struct raw_field fields[MOST_FIELDS];
};

bool raw_read(struct bytes in, struct arena *arena, struct raw_pdu *raw);
struct bytes raw_write(const struct raw_pdu *raw, struct writer *w);

/* A message of random content, encoded; asserts that it could be. */
struct bytes random_message(struct dice *dice, enum ngap_message_type type, struct arena *arena);

#endif
