/* SPDX-License-Identifier: Apache-2.0 */
/* Loading and storing big-endian words for algorithms that count message length in bits. */
#ifndef CRYPT_BITS_H
#define CRYPT_BITS_H

#include <stdint.h>

static inline uint32_t bits_word(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline void bits_store(uint8_t *at, uint32_t word)
{
    at[0] = (uint8_t)(word >> 24);
    at[1] = (uint8_t)(word >> 16);
    at[2] = (uint8_t)(word >> 8);
    at[3] = (uint8_t)word;
}

/* The next 64 bits, left aligned; those beyond `left` are not read and count as zero. */
static inline uint64_t bits_take64(const uint8_t *at, uint64_t left)
{
    if (left >= 64)
        return (uint64_t)bits_word(at) << 32 | bits_word(at + 4);
    uint64_t value = 0;
    for (unsigned i = 0; 8 * i < left; i++)
        value |= (uint64_t)at[i] << (56 - 8 * i);
    return left ? value & ~0ull << (64 - left) : 0;
}

static inline uint32_t bits_rotate(uint32_t word, unsigned left)
{
    return word << left | word >> (32 - left);
}

#endif
