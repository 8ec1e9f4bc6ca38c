/* SPDX-License-Identifier: Apache-2.0 */
/* The stream cipher ZUC (TS 35.222) and the integrity algorithm 128-EIA3 over it (TS 35.221). */
#ifndef CRYPT_ZUC_H
#define CRYPT_ZUC_H

#include "crypt/stream.h"

struct zuc {
    uint32_t s[16]; /* LFSR of 31-bit cells, as a ring that begins at `first` */
    uint32_t r1, r2;
    unsigned first;
};

void zuc_init(struct zuc *zuc, const uint8_t key[16], const uint8_t iv[16]);

uint32_t zuc_next(struct zuc *zuc);

/* Set up for 128-EEA3. */
void zuc_eea3(struct zuc *zuc, const uint8_t key[16], struct crypt_stream stream);

uint32_t zuc_eia3(const uint8_t key[16], struct crypt_stream stream, const uint8_t *message, uint64_t bits);

#endif
