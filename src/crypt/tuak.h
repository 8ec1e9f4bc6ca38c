/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TUAK, TS 35.231: the second algorithm set, over Keccak-f[1600]. In 5G the MAC is 64 bits, since AUTN has
 * room for no more. Callers usually go through aka.h.
 */
#ifndef CRYPT_TUAK_H
#define CRYPT_TUAK_H

#include <stdint.h>

/* TS 35.231 lets sizes differ between operators; this is one operator's choice with one subscriber's key. */
struct tuak_key {
    const uint8_t *k;
    const uint8_t *topc; /* 32 bytes */
    uint8_t k_size;      /* 16 or 32 */
    uint8_t res_size;    /* 4, 8, 16 or 32 */
    uint8_t mac_size;    /* 8, 16 or 32 */
    uint8_t ck_size;     /* 16 or 32 */
    uint8_t ik_size;     /* 16 or 32 */
    uint8_t iterations;  /* of Keccak-f; 1 by default */
};

void tuak_topc(const struct tuak_key *key, const uint8_t top[32], uint8_t topc[32]);

/* f1 and f1*; either output (mac_size bytes) may be NULL. */
void tuak_f1(const struct tuak_key *key, const uint8_t rand[16], const uint8_t sqn[6], const uint8_t amf[2],
             uint8_t *mac_a, uint8_t *mac_s);

/* f2 to f5 */
void tuak_f2345(const struct tuak_key *key, const uint8_t rand[16], uint8_t *res, uint8_t *ck, uint8_t *ik,
                uint8_t ak[6]);

void tuak_f5_star(const struct tuak_key *key, const uint8_t rand[16], uint8_t ak_star[6]);

#endif
