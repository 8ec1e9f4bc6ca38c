/* SPDX-License-Identifier: Apache-2.0 */
/* Seeded NAS messages for tests, made from the codec's own tables: every field of every message gets a value. */
#ifndef TESTS_NAS_MAKE_H
#define TESTS_NAS_MAKE_H

#include "wire/nas/nas.h"

struct nas_maker {
    uint64_t seed;
    struct arena *arena;
    unsigned presence; /* of an optional IE, in 256ths */
    /* Only what another dissector of an earlier release also takes apart: well-formed containers, no Rel-17 news. */
    bool known_elsewhere;
};

void nas_make(struct nas_maker *maker, uint8_t type, struct nas_message *message);
uint32_t nas_make_random(struct nas_maker *maker, uint32_t below);

#endif
