/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authentication and key agreement functions f1..f5* (TS 33.102 6.3) of a subscription, whichever algorithm
 * set it uses: Milenage (TS 35.206) or TUAK (TS 35.231). The MAC has 64 bits, for which AUTN has room.
 */
#ifndef CRYPT_AKA_H
#define CRYPT_AKA_H

#include "kit/bytes.h"

enum aka_algorithm { AKA_MILENAGE, AKA_TUAK };

struct aka_key {
    enum aka_algorithm algorithm;
    uint8_t k_size;           /* 16; TUAK also 32 */
    uint8_t res_size;         /* Milenage 8; TUAK 4, 8, 16 or 32 */
    uint8_t ck_size, ik_size; /* TUAK only: 16 or 32 */
    uint8_t k[32];
    uint8_t opc[32];           /* OPc (16 bytes) of Milenage, TOPc (32 bytes) of TUAK */
    uint8_t keccak_iterations; /* TUAK only: 1 unless the operator chose otherwise */
};

/* What f2 to f5* make of one RAND. */
struct aka_keys {
    uint8_t res[32], ck[32], ik[32]; /* as many bytes as the views below show */
    uint8_t ak[6];                   /* f5 */
    uint8_t ak_star[6];              /* f5* */
};

/* Fills key->opc from OP (16 bytes) or TOP (32 bytes); the other members must be set. */
void aka_derive_opc(struct aka_key *key, const uint8_t *op);

/* f1 and f1*: MAC-A for AUTN, MAC-S for AUTS. Either may be NULL. */
void aka_f1(const struct aka_key *key, const uint8_t rand[16], const uint8_t sqn[6], const uint8_t amf[2],
            uint8_t mac_a[8], uint8_t mac_s[8]);

/* f2, f3, f4, f5 and f5*. */
void aka_f2345(const struct aka_key *key, const uint8_t rand[16], struct aka_keys *out);

static inline struct bytes aka_res(const struct aka_key *key, const struct aka_keys *keys)
{
    return bytes_of(keys->res, key->res_size);
}

static inline struct bytes aka_ck(const struct aka_key *key, const struct aka_keys *keys)
{
    return bytes_of(keys->ck, key->algorithm == AKA_TUAK ? key->ck_size : 16);
}

static inline struct bytes aka_ik(const struct aka_key *key, const struct aka_keys *keys)
{
    return bytes_of(keys->ik, key->algorithm == AKA_TUAK ? key->ik_size : 16);
}

/* AUTN = SQN xor AK || AMF || MAC-A */
void aka_autn(const struct aka_key *key, const struct aka_keys *keys, const uint8_t rand[16],
              const uint8_t sqn[6], const uint8_t amf[2], uint8_t autn[16]);

/* AUTS = SQN_MS xor AK* || MAC-S, with AMF 0000 (TS 33.102 6.3.3). */
void aka_auts(const struct aka_key *key, const struct aka_keys *keys, const uint8_t rand[16],
              const uint8_t sqn_ms[6], uint8_t auts[14]);

/* False when MAC-S is wrong; sqn_ms is then untouched. */
bool aka_open_auts(const struct aka_key *key, const uint8_t rand[16], const uint8_t auts[14],
                   uint8_t sqn_ms[6]);

/* SQN as a number and as its 48-bit wire form. */
uint64_t aka_sqn_value(const uint8_t sqn[6]);
void aka_sqn_bytes(uint64_t value, uint8_t sqn[6]);

#endif
