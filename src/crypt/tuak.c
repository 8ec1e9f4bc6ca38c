/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/tuak.h"

#include <stddef.h>

#include "crypt/keccak.h"
#include "crypt/primitive.h"

/* Byte offsets within IN and OUT of TS 35.231 6: each field stands there with its bytes in reverse order. */
enum {
    IN_TOP = 0,
    IN_INSTANCE = 32,
    IN_ALGONAME = 33,
    IN_RAND = 40,
    IN_AMF = 56,
    IN_SQN = 58,
    IN_KEY = 64,
    IN_PADDING = 96,
    IN_PADDING_END = 135,
    OUT_RES = 0,
    OUT_CK = 32,
    OUT_IK = 64,
    OUT_AK = 96,
    SIZE = 200,
};

static const uint8_t algoname[] = {'T', 'U', 'A', 'K', '1', '.', '0'};

static void copy_reversed(uint8_t *to, const uint8_t *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = from[size - 1 - i];
}

/* What all uses share: TOP or TOPc, the instance byte (its lowest bit is the key's size), name, key, padding.
 */
static void begin(uint8_t state[SIZE], const struct tuak_key *key, const uint8_t top[32], uint8_t instance)
{
    memset(state, 0, SIZE);
    copy_reversed(state + IN_TOP, top, 32);
    state[IN_INSTANCE] = instance | (key->k_size == 32);
    copy_reversed(state + IN_ALGONAME, algoname, sizeof algoname);
    copy_reversed(state + IN_KEY, key->k, key->k_size);
    state[IN_PADDING] = 0x1f;
    state[IN_PADDING_END] = 0x80;
}

static void permute(uint8_t state[SIZE], const struct tuak_key *key)
{
    for (unsigned i = 0; i < key->iterations; i++)
        keccak_f1600(state);
}

void tuak_topc(const struct tuak_key *key, const uint8_t top[32], uint8_t topc[32])
{
    uint8_t state[SIZE];
    begin(state, key, top, 0);
    permute(state, key);
    copy_reversed(topc, state, 32);
    secret_clear(state, sizeof state);
}

static void one_mac(const struct tuak_key *key, uint8_t instance, const uint8_t rand[16],
                    const uint8_t sqn[6], const uint8_t amf[2], uint8_t *mac)
{
    uint8_t state[SIZE];
    begin(state, key, key->topc, instance);
    copy_reversed(state + IN_RAND, rand, 16);
    copy_reversed(state + IN_AMF, amf, 2);
    copy_reversed(state + IN_SQN, sqn, 6);
    permute(state, key);
    copy_reversed(mac, state, key->mac_size);
    secret_clear(state, sizeof state);
}

void tuak_f1(const struct tuak_key *key, const uint8_t rand[16], const uint8_t sqn[6], const uint8_t amf[2],
             uint8_t *mac_a, uint8_t *mac_s)
{
    if (mac_a)
        one_mac(key, key->mac_size, rand, sqn, amf, mac_a);
    if (mac_s)
        one_mac(key, key->mac_size | 0x80, rand, sqn, amf, mac_s);
}

void tuak_f2345(const struct tuak_key *key, const uint8_t rand[16], uint8_t *res, uint8_t *ck, uint8_t *ik,
                uint8_t ak[6])
{
    uint8_t state[SIZE];
    uint8_t sizes =
        (key->res_size > 4 ? key->res_size : 0) | (key->ck_size == 32) << 2 | (key->ik_size == 32) << 1;
    begin(state, key, key->topc, 0x40 | sizes);
    copy_reversed(state + IN_RAND, rand, 16);
    permute(state, key);
    copy_reversed(res, state + OUT_RES, key->res_size);
    copy_reversed(ck, state + OUT_CK, key->ck_size);
    copy_reversed(ik, state + OUT_IK, key->ik_size);
    copy_reversed(ak, state + OUT_AK, 6);
    secret_clear(state, sizeof state);
}

void tuak_f5_star(const struct tuak_key *key, const uint8_t rand[16], uint8_t ak_star[6])
{
    uint8_t state[SIZE];
    begin(state, key, key->topc, 0xc0);
    copy_reversed(state + IN_RAND, rand, 16);
    permute(state, key);
    copy_reversed(ak_star, state + OUT_AK, 6);
    secret_clear(state, sizeof state);
}
