/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/primitive.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

/* One thread's contexts. */
struct tools {
    EVP_CIPHER_CTX *ecb, *ctr;
    EVP_MD_CTX *sha256;
};

static pthread_key_t tools_key;
static pthread_once_t tools_once = PTHREAD_ONCE_INIT;
static __thread struct tools *tools;

static void must(bool done)
{
    if (done)
        return;
    fputs("crypt: libcrypto does not do its work (broken installation, or no memory)\n", stderr);
    abort();
}

static EVP_CIPHER_CTX *cipher_context(const char *name)
{
    static const uint8_t zeros[16];
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    must(cipher && context && EVP_EncryptInit_ex2(context, cipher, zeros, zeros, NULL) &&
         EVP_CIPHER_CTX_set_padding(context, 0));
    EVP_CIPHER_free(cipher);
    return context;
}

static EVP_MD_CTX *digest_context(const char *name)
{
    EVP_MD *digest = EVP_MD_fetch(NULL, name, NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    must(digest && context && EVP_DigestInit_ex2(context, digest, NULL));
    EVP_MD_free(digest);
    return context;
}

static void tools_free(void *value)
{
    struct tools *t = value;
    EVP_CIPHER_CTX_free(t->ecb);
    EVP_CIPHER_CTX_free(t->ctr);
    EVP_MD_CTX_free(t->sha256);
    free(t);
}

static void tools_register(void)
{
    must(pthread_key_create(&tools_key, tools_free) == 0);
}

static struct tools *tools_make(void)
{
    must(pthread_once(&tools_once, tools_register) == 0);
    struct tools *t = malloc(sizeof *t);
    must(t);
    *t = (struct tools){
        .ecb = cipher_context("AES-128-ECB"),
        .ctr = cipher_context("AES-128-CTR"),
        .sha256 = digest_context("SHA256"),
    };
    must(pthread_setspecific(tools_key, t) == 0);
    return tools = t;
}

static inline struct tools *my_tools(void)
{
    return tools ? tools : tools_make();
}

void aes128_key(const uint8_t key[16])
{
    must(EVP_EncryptInit_ex2(my_tools()->ecb, NULL, key, NULL, NULL));
}

void aes128_blocks(const uint8_t *in, uint8_t *out, size_t count)
{
    int written;
    must(EVP_EncryptUpdate(my_tools()->ecb, out, &written, in, (int)(16 * count)));
}

void aes128_ctr(const uint8_t key[16], const uint8_t counter[16], struct bytes in, uint8_t *out)
{
    EVP_CIPHER_CTX *ctr = my_tools()->ctr;
    int written;
    must(EVP_EncryptInit_ex2(ctr, NULL, key, counter, NULL) &&
         (in.len == 0 || EVP_EncryptUpdate(ctr, out, &written, in.data, (int)in.len)));
}

/* Doubling in GF(2^128), RFC 4493 2.3. */
static void double_block(uint8_t block[16])
{
    uint8_t carry = block[0] >> 7;
    for (unsigned i = 0; i < 15; i++)
        block[i] = (uint8_t)(block[i] << 1 | block[i + 1] >> 7);
    block[15] = (uint8_t)(block[15] << 1) ^ (0x87 & (uint8_t)-carry);
}

static void xor_into(uint8_t *block, const uint8_t *with, size_t size)
{
    for (size_t i = 0; i < size; i++)
        block[i] ^= with[i];
}

/* The chain of RFC 4493 2.4 up to, but without, encryption of the last block; returns how much of that is filled. */
static size_t cmac_chain(const struct bytes *parts, size_t count, uint8_t chain[16])
{
    size_t filled = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at < parts[i].len;) {
            if (filled == 16) {
                aes128_blocks(chain, chain, 1);
                filled = 0;
            }
            size_t left = parts[i].len - at, size = left < 16 - filled ? left : 16 - filled;
            xor_into(chain + filled, parts[i].data + at, size);
            filled += size;
            at += size;
        }
    return filled;
}

void aes128_cmac(const uint8_t key[16], const struct bytes *parts, size_t count, uint8_t mac[16])
{
    uint8_t subkey[16] = {0}, chain[16] = {0};
    aes128_key(key);
    aes128_blocks(subkey, subkey, 1);
    double_block(subkey);
    size_t filled = cmac_chain(parts, count, chain);
    if (filled < 16) {
        double_block(subkey);
        chain[filled] ^= 0x80;
    }
    xor_into(chain, subkey, 16);
    aes128_blocks(chain, mac, 1);
    secret_clear(subkey, sizeof subkey);
}

static void digest_keyed(const uint8_t pad[64], const struct bytes *parts, size_t count, uint8_t digest[32])
{
    EVP_MD_CTX *context = my_tools()->sha256;
    must(EVP_DigestInit_ex2(context, NULL, NULL) && EVP_DigestUpdate(context, pad, 64));
    for (size_t i = 0; i < count; i++)
        must(parts[i].len == 0 || EVP_DigestUpdate(context, parts[i].data, parts[i].len));
    must(EVP_DigestFinal_ex(context, digest, NULL));
}

/* RFC 2104 */
void hmac_sha256(struct bytes key, const struct bytes *parts, size_t count, uint8_t mac[32])
{
    uint8_t inner[64], outer[64], digest[32];
    assert(key.len <= sizeof inner);
    memset(inner, 0x36, sizeof inner);
    memset(outer, 0x5c, sizeof outer);
    xor_into(inner, key.data, key.len);
    xor_into(outer, key.data, key.len);
    digest_keyed(inner, parts, count, digest);
    const struct bytes rest = BYTES(digest);
    digest_keyed(outer, &rest, 1, mac);
    secret_clear(inner, sizeof inner);
    secret_clear(outer, sizeof outer);
}

void sha256(const struct bytes *parts, size_t count, uint8_t digest[32])
{
    EVP_MD_CTX *context = my_tools()->sha256;
    must(EVP_DigestInit_ex2(context, NULL, NULL));
    for (size_t i = 0; i < count; i++)
        must(parts[i].len == 0 || EVP_DigestUpdate(context, parts[i].data, parts[i].len));
    must(EVP_DigestFinal_ex(context, digest, NULL));
}

bool secret_equal(const void *a, const void *b, size_t size)
{
    return CRYPTO_memcmp(a, b, size) == 0;
}

void secret_clear(void *secret, size_t size)
{
    OPENSSL_cleanse(secret, size);
}
