/* SPDX-License-Identifier: Apache-2.0 */
/* Test vectors are written as the specifications print them. */
#ifndef TESTS_CRYPT_HEX_H
#define TESTS_CRYPT_HEX_H

#include "../check.h"

#include <stdio.h>

#include "kit/bytes.h"

/* A view into one of a few rotating buffers, large enough for any vector used here. */
static inline struct bytes hex(const char *text)
{
    static uint8_t buffers[16][512];
    static unsigned turn;
    uint8_t *out = buffers[turn++ % 16];
    size_t count = 0;
    for (unsigned byte; count < sizeof buffers[0] && sscanf(text, "%2x", &byte) == 1; text += 2)
        out[count++] = (uint8_t)byte;
    return bytes_of(out, count);
}

static inline void assert_hex(const void *actual, const char *expected)
{
    struct bytes wanted = hex(expected);
    assert_memory_equal(actual, wanted.data, wanted.len);
}

#endif
