/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/primitive.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

/* One thread's contexts. */
struct tools {
    EVP_CIPHER_CTX *ecb, *ctr;
    EVP_MAC_CTX *cmac, *hmac;
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

static EVP_MAC_CTX *mac_context(const char *name, const char *parameter, char *value)
{
    static const uint8_t zeros[16];
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(parameter, value, 0),
                               OSSL_PARAM_construct_end()};
    EVP_MAC *mac = EVP_MAC_fetch(NULL, name, NULL);
    EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    must(context && EVP_MAC_init(context, zeros, sizeof zeros, parameters));
    EVP_MAC_free(mac);
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
    EVP_MAC_CTX_free(t->cmac);
    EVP_MAC_CTX_free(t->hmac);
    EVP_MD_CTX_free(t->sha256);
    free(t);
}

static void tools_register(void)
{
    must(pthread_key_create(&tools_key, tools_free) == 0);
}

static struct tools *tools_make(void)
{
    char cipher[] = "AES-128-CBC", digest[] = "SHA256";
    must(pthread_once(&tools_once, tools_register) == 0);
    struct tools *t = malloc(sizeof *t);
    must(t);
    *t = (struct tools){
        .ecb = cipher_context("AES-128-ECB"),
        .ctr = cipher_context("AES-128-CTR"),
        .cmac = mac_context(OSSL_MAC_NAME_CMAC, OSSL_MAC_PARAM_CIPHER, cipher),
        .hmac = mac_context(OSSL_MAC_NAME_HMAC, OSSL_MAC_PARAM_DIGEST, digest),
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

static void mac_over(EVP_MAC_CTX *context, struct bytes key, const struct bytes *parts, size_t count,
                     uint8_t *mac, size_t size)
{
    size_t written;
    must(EVP_MAC_init(context, key.data, key.len, NULL));
    for (size_t i = 0; i < count; i++)
        must(parts[i].len == 0 || EVP_MAC_update(context, parts[i].data, parts[i].len));
    must(EVP_MAC_final(context, mac, &written, size) && written == size);
}

void aes128_cmac(const uint8_t key[16], const struct bytes *parts, size_t count, uint8_t mac[16])
{
    mac_over(my_tools()->cmac, bytes_of(key, 16), parts, count, mac, 16);
}

void hmac_sha256(struct bytes key, const struct bytes *parts, size_t count, uint8_t mac[32])
{
    mac_over(my_tools()->hmac, key, parts, count, mac, 32);
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
