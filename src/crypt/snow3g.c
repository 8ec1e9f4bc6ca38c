/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/snow3g.h"

#include <pthread.h>

#include "crypt/bits.h"
#include "crypt/primitive.h"

/* Each 32x32-bit S-box is four rotations of one table; all tables follow from the definitions in TS 35.216 3.
 */
static struct {
    uint32_t s1[256], s2[256];
    uint32_t mul_alpha[256], div_alpha[256];
} table;
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

/* x times the polynomial "x", reduced by the polynomial with low byte c (TS 35.216 3.1.1). */
static uint8_t mulx(uint8_t x, uint8_t c)
{
    return (uint8_t)(x << 1) ^ (x & 0x80 ? c : 0);
}

static uint8_t mulx_pow(uint8_t x, unsigned n, uint8_t c)
{
    while (n--)
        x = mulx(x, c);
    return x;
}

static uint8_t multiply(uint8_t a, uint8_t b, uint8_t c)
{
    uint8_t product = 0;
    for (; b; b >>= 1, a = mulx(a, c))
        product ^= b & 1 ? a : 0;
    return product;
}

static uint8_t power(uint8_t x, unsigned n, uint8_t c)
{
    uint8_t result = 1;
    for (; n; n >>= 1, x = multiply(x, x, c))
        result = n & 1 ? multiply(result, x, c) : result;
    return result;
}

/* S-box SR: Rijndael's, inversion followed by an affine map. */
static uint8_t box_r(uint8_t x)
{
    unsigned inverse = power(x, 254, 0x1b);
    unsigned spread = inverse | inverse << 8;
    return (uint8_t)(inverse ^ spread >> 7 ^ spread >> 6 ^ spread >> 5 ^ spread >> 4 ^ 0x63);
}

/* S-box SQ: a Dickson polynomial over GF(2^8). */
static uint8_t box_q(uint8_t x)
{
    static const uint8_t exponents[] = {1, 9, 13, 15, 33, 41, 45, 47, 49};
    uint8_t sum = 0x25;
    for (unsigned i = 0; i < sizeof exponents; i++)
        sum ^= power(x, exponents[i], 0x69);
    return sum;
}

/* The column that a byte in the top position contributes: 2s, 3s, s, s. */
static uint32_t mix(uint8_t s, uint8_t c)
{
    uint8_t twice = mulx(s, c);
    return (uint32_t)twice << 24 | (uint32_t)(twice ^ s) << 16 | (uint32_t)s << 8 | s;
}

static uint32_t alpha(uint8_t x, const uint8_t powers[4])
{
    uint32_t word = 0;
    for (unsigned i = 0; i < 4; i++)
        word = word << 8 | mulx_pow(x, powers[i], 0xa9);
    return word;
}

static void table_fill(void)
{
    for (unsigned x = 0; x < 256; x++) {
        table.s1[x] = mix(box_r((uint8_t)x), 0x1b);
        table.s2[x] = mix(box_q((uint8_t)x), 0x69);
        table.mul_alpha[x] = alpha((uint8_t)x, (const uint8_t[]){23, 245, 48, 239});
        table.div_alpha[x] = alpha((uint8_t)x, (const uint8_t[]){16, 39, 6, 64});
    }
}

static uint32_t substitute(const uint32_t box[256], uint32_t w)
{
    return box[w >> 24] ^ bits_rotate(box[w >> 16 & 0xff], 24) ^ bits_rotate(box[w >> 8 & 0xff], 16) ^
           bits_rotate(box[w & 0xff], 8);
}

static uint32_t stage(const struct snow3g *snow, unsigned i)
{
    return snow->s[(snow->first + i) % 16];
}

static uint32_t clock_fsm(struct snow3g *snow)
{
    uint32_t out = (stage(snow, 15) + snow->r1) ^ snow->r2;
    uint32_t r = snow->r2 + (snow->r3 ^ stage(snow, 5));
    snow->r3 = substitute(table.s2, snow->r2);
    snow->r2 = substitute(table.s1, snow->r1);
    snow->r1 = r;
    return out;
}

/* f: the FSM's word during initialisation, 0 afterwards. */
static void clock_lfsr(struct snow3g *snow, uint32_t f)
{
    uint32_t s0 = stage(snow, 0), s11 = stage(snow, 11);
    snow->s[snow->first] =
        s0 << 8 ^ table.mul_alpha[s0 >> 24] ^ stage(snow, 2) ^ s11 >> 8 ^ table.div_alpha[s11 & 0xff] ^ f;
    snow->first = (snow->first + 1) % 16;
}

void snow3g_init(struct snow3g *snow, const uint32_t k[4], const uint32_t iv[4])
{
    pthread_once(&table_once, table_fill);
    *snow = (struct snow3g){0};
    for (unsigned i = 0; i < 16; i++)
        snow->s[i] = i / 4 % 2 ? k[i % 4] : ~k[i % 4];
    snow->s[15] ^= iv[0];
    snow->s[12] ^= iv[1];
    snow->s[10] ^= iv[2];
    snow->s[9] ^= iv[3];
    for (unsigned i = 0; i < 32; i++)
        clock_lfsr(snow, clock_fsm(snow));
    clock_fsm(snow);
    clock_lfsr(snow, 0);
}

uint32_t snow3g_next(struct snow3g *snow)
{
    uint32_t z = clock_fsm(snow) ^ stage(snow, 0);
    clock_lfsr(snow, 0);
    return z;
}

static void init_with_key(struct snow3g *snow, const uint8_t key[16], const uint32_t iv[4])
{
    uint32_t k[4];
    for (unsigned i = 0; i < 4; i++)
        k[3 - i] = bits_word(key + 4 * i);
    snow3g_init(snow, k, iv);
    secret_clear(k, sizeof k);
}

void snow3g_eea1(struct snow3g *snow, const uint8_t key[16], struct crypt_stream stream)
{
    uint32_t name = (uint32_t)stream.bearer << 27 | (uint32_t)stream.direction << 26;
    init_with_key(snow, key, (const uint32_t[]){name, stream.count, name, stream.count});
}

/* Product in GF(2^64) modulo x^64 + x^4 + x^3 + x + 1, in a time that does not depend on the operands. */
static uint64_t multiply64(uint64_t a, uint64_t b)
{
    uint64_t product = 0;
    for (unsigned i = 0; i < 64; i++) {
        product = (product << 1) ^ ((0 - (product >> 63)) & 0x1b);
        product ^= (0 - (b >> 63)) & a;
        b <<= 1;
    }
    return product;
}

uint32_t snow3g_f9(const uint8_t key[16], uint32_t count, uint32_t fresh, enum crypt_direction direction,
                   const uint8_t *message, uint64_t bits)
{
    struct snow3g snow;
    uint32_t z[5];
    init_with_key(&snow, key,
                  (const uint32_t[]){fresh ^ (uint32_t)direction << 15, count ^ (uint32_t)direction << 31,
                                     fresh, count});
    for (unsigned i = 0; i < 5; i++)
        z[i] = snow3g_next(&snow);
    uint64_t p = (uint64_t)z[0] << 32 | z[1], q = (uint64_t)z[2] << 32 | z[3], eval = 0;
    for (uint64_t done = 0; done < bits; done += 64)
        eval = multiply64(eval ^ bits_take64(message + done / 8, bits - done), p);
    eval = multiply64(eval ^ bits, q);
    secret_clear(&snow, sizeof snow);
    return (uint32_t)(eval >> 32) ^ z[4];
}
