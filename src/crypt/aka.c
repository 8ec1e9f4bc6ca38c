/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/aka.h"

#include "crypt/milenage.h"
#include "crypt/primitive.h"
#include "crypt/tuak.h"

static struct tuak_key tuak_of(const struct aka_key *key)
{
    return (struct tuak_key){
        .k = key->k,
        .topc = key->opc,
        .k_size = key->k_size,
        .res_size = key->res_size,
        .mac_size = 8,
        .ck_size = key->ck_size,
        .ik_size = key->ik_size,
        .iterations = key->keccak_iterations,
    };
}

void aka_derive_opc(struct aka_key *key, const uint8_t *op)
{
    if (key->algorithm == AKA_MILENAGE) {
        milenage_opc(key->k, op, key->opc);
    } else {
        struct tuak_key tuak = tuak_of(key);
        tuak_topc(&tuak, op, key->opc);
    }
}

void aka_f1(const struct aka_key *key, const uint8_t rand[16], const uint8_t sqn[6], const uint8_t amf[2],
            uint8_t mac_a[8], uint8_t mac_s[8])
{
    if (key->algorithm == AKA_MILENAGE) {
        milenage_f1(key->k, key->opc, rand, sqn, amf, mac_a, mac_s);
    } else {
        struct tuak_key tuak = tuak_of(key);
        tuak_f1(&tuak, rand, sqn, amf, mac_a, mac_s);
    }
}

void aka_f2345(const struct aka_key *key, const uint8_t rand[16], struct aka_keys *out)
{
    if (key->algorithm == AKA_MILENAGE) {
        milenage_f2345(key->k, key->opc, rand, out->res, out->ck, out->ik, out->ak, out->ak_star);
    } else {
        struct tuak_key tuak = tuak_of(key);
        tuak_f2345(&tuak, rand, out->res, out->ck, out->ik, out->ak);
        tuak_f5_star(&tuak, rand, out->ak_star);
    }
}

static void xor_sqn(uint8_t out[6], const uint8_t sqn[6], const uint8_t ak[6])
{
    for (unsigned i = 0; i < 6; i++)
        out[i] = sqn[i] ^ ak[i];
}

void aka_autn(const struct aka_key *key, const struct aka_keys *keys, const uint8_t rand[16],
              const uint8_t sqn[6], const uint8_t amf[2], uint8_t autn[16])
{
    xor_sqn(autn, sqn, keys->ak);
    memcpy(autn + 6, amf, 2);
    aka_f1(key, rand, sqn, amf, autn + 8, NULL);
}

static const uint8_t resynchronisation_amf[2];

void aka_auts(const struct aka_key *key, const struct aka_keys *keys, const uint8_t rand[16],
              const uint8_t sqn_ms[6], uint8_t auts[14])
{
    xor_sqn(auts, sqn_ms, keys->ak_star);
    aka_f1(key, rand, sqn_ms, resynchronisation_amf, NULL, auts + 6);
}

bool aka_open_auts(const struct aka_key *key, const uint8_t rand[16], const uint8_t auts[14],
                   uint8_t sqn_ms[6])
{
    struct aka_keys keys;
    uint8_t sqn[6], mac_s[8];
    aka_f2345(key, rand, &keys);
    xor_sqn(sqn, auts, keys.ak_star);
    aka_f1(key, rand, sqn, resynchronisation_amf, NULL, mac_s);
    bool right = secret_equal(mac_s, auts + 6, sizeof mac_s);
    if (right)
        memcpy(sqn_ms, sqn, sizeof sqn);
    secret_clear(&keys, sizeof keys);
    return right;
}

uint64_t aka_sqn_value(const uint8_t sqn[6])
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 6; i++)
        value = value << 8 | sqn[i];
    return value;
}

void aka_sqn_bytes(uint64_t value, uint8_t sqn[6])
{
    for (unsigned i = 6; i-- > 0; value >>= 8)
        sqn[i] = (uint8_t)value;
}
