/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/milenage.h"

#include <string.h>

#include "crypt/primitive.h"

enum { BLOCK = 16 };

static void xor_block(uint8_t out[BLOCK], const uint8_t a[BLOCK], const uint8_t b[BLOCK])
{
    for (unsigned i = 0; i < BLOCK; i++)
        out[i] = a[i] ^ b[i];
}

/* (in xor OPc), rotated left by whole bytes, its last byte xored with c: the argument of the block cipher in
 * each of the five rows of TS 35.206 4.1. */
static void prepare(uint8_t out[BLOCK], const uint8_t in[BLOCK], const uint8_t opc[BLOCK], unsigned rotation,
                    uint8_t c)
{
    for (unsigned i = 0; i < BLOCK; i++)
        out[i] = in[(i + rotation) % BLOCK] ^ opc[(i + rotation) % BLOCK];
    out[BLOCK - 1] ^= c;
}

/* TEMP = E_K(RAND xor OPc); leaves K set. */
static void make_temp(const uint8_t k[BLOCK], const uint8_t opc[BLOCK], const uint8_t rand[BLOCK],
                      uint8_t temp[BLOCK])
{
    xor_block(temp, rand, opc);
    aes128_key(k);
    aes128_blocks(temp, temp, 1);
}

void milenage_opc(const uint8_t k[16], const uint8_t op[16], uint8_t opc[16])
{
    uint8_t cipher[BLOCK];
    aes128_key(k);
    aes128_blocks(op, cipher, 1);
    xor_block(opc, cipher, op);
}

void milenage_f1(const uint8_t k[16], const uint8_t opc[16], const uint8_t rand[16], const uint8_t sqn[6],
                 const uint8_t amf[2], uint8_t mac_a[8], uint8_t mac_s[8])
{
    uint8_t temp[BLOCK], in1[BLOCK], out1[BLOCK];
    make_temp(k, opc, rand, temp);
    for (unsigned half = 0; half < BLOCK; half += 8) {
        memcpy(in1 + half, sqn, 6);
        memcpy(in1 + half + 6, amf, 2);
    }
    prepare(out1, in1, opc, 8, 0);
    xor_block(out1, out1, temp);
    aes128_blocks(out1, out1, 1);
    xor_block(out1, out1, opc);
    if (mac_a)
        memcpy(mac_a, out1, 8);
    if (mac_s)
        memcpy(mac_s, out1 + 8, 8);
    secret_clear(temp, sizeof temp);
}

void milenage_f2345(const uint8_t k[16], const uint8_t opc[16], const uint8_t rand[16], uint8_t res[8],
                    uint8_t ck[16], uint8_t ik[16], uint8_t ak[6], uint8_t ak_star[6])
{
    uint8_t temp[BLOCK], rows[4][BLOCK];
    make_temp(k, opc, rand, temp);
    prepare(rows[0], temp, opc, 0, 1);
    prepare(rows[1], temp, opc, 4, 2);
    prepare(rows[2], temp, opc, 8, 4);
    prepare(rows[3], temp, opc, 12, 8);
    aes128_blocks(rows[0], rows[0], 4);
    for (unsigned i = 0; i < 4; i++)
        xor_block(rows[i], rows[i], opc);
    memcpy(res, rows[0] + 8, 8);
    memcpy(ak, rows[0], 6);
    memcpy(ck, rows[1], 16);
    memcpy(ik, rows[2], 16);
    memcpy(ak_star, rows[3], 6);
    secret_clear(temp, sizeof temp);
    secret_clear(rows, sizeof rows);
}
