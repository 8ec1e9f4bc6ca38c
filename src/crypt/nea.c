/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/nea.h"

#include "crypt/bits.h"
#include "crypt/primitive.h"
#include "crypt/snow3g.h"
#include "crypt/zuc.h"

static void xor_word(const uint8_t *in, uint8_t *out, size_t size, uint32_t word)
{
    uint8_t stream[4];
    bits_store(stream, word);
    for (size_t i = 0; i < size; i++)
        out[i] = in[i] ^ stream[i];
}

static size_t step(size_t left)
{
    return left < 4 ? left : 4;
}

static void nea1(const uint8_t key[16], struct crypt_stream stream, struct bytes in, uint8_t *out)
{
    struct snow3g snow;
    snow3g_eea1(&snow, key, stream);
    for (size_t at = 0; at < in.len; at += 4)
        xor_word(in.data + at, out + at, step(in.len - at), snow3g_next(&snow));
    secret_clear(&snow, sizeof snow);
}

static void nea2(const uint8_t key[16], struct crypt_stream stream, struct bytes in, uint8_t *out)
{
    uint8_t counter[16] = {0};
    bits_store(counter, stream.count);
    counter[4] = (uint8_t)(stream.bearer << 3 | stream.direction << 2);
    aes128_ctr(key, counter, in, out);
}

static void nea3(const uint8_t key[16], struct crypt_stream stream, struct bytes in, uint8_t *out)
{
    struct zuc zuc;
    zuc_eea3(&zuc, key, stream);
    for (size_t at = 0; at < in.len; at += 4)
        xor_word(in.data + at, out + at, step(in.len - at), zuc_next(&zuc));
    secret_clear(&zuc, sizeof zuc);
}

bool nea_crypt(uint8_t algorithm, const uint8_t key[16], struct crypt_stream stream, struct bytes in,
               uint8_t *out)
{
    switch (algorithm) {
    case 0:
        if (in.len)
            memmove(out, in.data, in.len);
        return true;
    case 1:
        nea1(key, stream, in, out);
        return true;
    case 2:
        nea2(key, stream, in, out);
        return true;
    case 3:
        nea3(key, stream, in, out);
        return true;
    default:
        return false;
    }
}
