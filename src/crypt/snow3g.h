/* SPDX-License-Identifier: Apache-2.0 */
/* The stream cipher SNOW 3G (TS 35.216) and the integrity algorithm UIA2/EIA1 over it (TS 35.215). */
#ifndef CRYPT_SNOW3G_H
#define CRYPT_SNOW3G_H

#include "crypt/stream.h"

struct snow3g {
    uint32_t s[16];      /* LFSR, as a ring that begins at `first` */
    uint32_t r1, r2, r3; /* FSM */
    unsigned first;
};

/* k and iv: words K0..K3 and IV0..IV3 of TS 35.216 4.1. */
void snow3g_init(struct snow3g *snow, const uint32_t k[4], const uint32_t iv[4]);

uint32_t snow3g_next(struct snow3g *snow);

/* Set up for 128-EEA1: key words in the order of TS 35.215, IV from the stream's name. */
void snow3g_eea1(struct snow3g *snow, const uint8_t key[16], struct crypt_stream stream);

/* UIA2; for EIA1 fresh is BEARER in the five top bits (TS 33.401 B.2.2). */
uint32_t snow3g_f9(const uint8_t key[16], uint32_t count, uint32_t fresh, enum crypt_direction direction,
                   const uint8_t *message, uint64_t bits);

#endif
