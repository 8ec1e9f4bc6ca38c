/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/sequence.h"

#include "crypt/primitive.h"

enum { ROUNDS = 10 }; /* as FF1 has */

void sequence_init(struct sequence *sequence, struct random *random, unsigned bits)
{
    *sequence = (struct sequence){.bits = bits};
    random_fill(random, sequence->key, sizeof sequence->key);
}

/* With the key set: what a half is covered with in this round, by the other half. */
static uint64_t cover(unsigned round, uint64_t half)
{
    uint8_t block[16] = {(uint8_t)round};
    struct writer w = writer_of(block + 8, 8);
    write_u64(&w, half);
    aes128_blocks(block, block, 1);
    struct reader r = reader_of(BYTES(block));
    return read_u64(&r);
}

uint64_t sequence_next(struct sequence *sequence)
{
    const unsigned width = sequence->bits / 2;
    const uint64_t mask = (UINT64_C(1) << width) - 1, place = sequence->next++;
    uint64_t left = place >> width & mask, right = place & mask;
    aes128_key(sequence->key);
    for (unsigned round = 0; round < ROUNDS; round++) {
        const uint64_t covered = left ^ (cover(round, right) & mask);
        left = right;
        right = covered;
    }
    return left << width | right;
}
