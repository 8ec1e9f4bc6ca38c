/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/keccak.h"

#include <string.h>

/* FIPS 202 3.2.5 */
static const uint64_t round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static uint64_t rotate(uint64_t x, unsigned left)
{
    return left ? x << left | x >> (64 - left) : x;
}

static void theta(uint64_t a[25])
{
    uint64_t c[5];
    for (unsigned x = 0; x < 5; x++)
        c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (unsigned i = 0; i < 25; i++)
        a[i] ^= c[(i + 4) % 5] ^ rotate(c[(i + 1) % 5], 1);
}

/* rho and pi together: follow the one cycle that pi makes through the 24 lanes besides the first. */
static void rho_pi(uint64_t a[25])
{
    uint64_t moving = a[1];
    unsigned x = 1, y = 0;
    for (unsigned t = 0; t < 24; t++) {
        unsigned below = (2 * x + 3 * y) % 5;
        x = y;
        y = below;
        uint64_t next = a[x + 5 * y];
        a[x + 5 * y] = rotate(moving, (t + 1) * (t + 2) / 2 % 64);
        moving = next;
    }
}

static void chi(uint64_t a[25])
{
    for (unsigned y = 0; y < 25; y += 5) {
        uint64_t row[5];
        memcpy(row, a + y, sizeof row);
        for (unsigned x = 0; x < 5; x++)
            a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
}

void keccak_f1600(uint8_t state[200])
{
    uint64_t a[25] = {0};
    for (unsigned i = 0; i < 200; i++)
        a[i / 8] |= (uint64_t)state[i] << i % 8 * 8;
    for (unsigned round = 0; round < 24; round++) {
        theta(a);
        rho_pi(a);
        chi(a);
        a[0] ^= round_constants[round];
    }
    for (unsigned i = 0; i < 200; i++)
        state[i] = (uint8_t)(a[i / 8] >> i % 8 * 8);
}
