/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_WIRE_UNHEX_H
#define TESTS_WIRE_UNHEX_H

#include <stdio.h>
#include <string.h>

#include "kit/arena.h"
#include "kit/bytes.h"

static inline struct bytes unhex(const char *hex, struct arena *arena)
{
    size_t len = strlen(hex) / 2;
    uint8_t *out = arena_alloc(arena, len);
    for (size_t i = 0; i < len; i++) {
        unsigned octet = 0;
        sscanf(hex + 2 * i, "%2x", &octet);
        out[i] = (uint8_t)octet;
    }
    return bytes_of(out, len);
}

#endif
