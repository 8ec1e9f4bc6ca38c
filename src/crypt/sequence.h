/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers that nobody can tell from random ones, and that do not come back: a counter behind a permutation that only the holder of
 * the key can work out (a Feistel network, as in NIST SP 800-38G, with AES-128 as its round function). Where a random
 * number may be the one that somebody just gave back, one of these is not, until all others have been given out.
 */
#ifndef CRYPT_SEQUENCE_H
#define CRYPT_SEQUENCE_H

#include "crypt/random.h"

struct sequence {
    uint8_t key[16];
    uint64_t next;
    unsigned bits; /* of the numbers: even, at most 62 */
};

/* Begins another sequence, wherever it is in the numbers. */
void sequence_init(struct sequence *sequence, struct random *random, unsigned bits);
uint64_t sequence_next(struct sequence *sequence);

#endif
