/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

struct signing_key {
    EVP_PKEY *pkey;
};

/* Takes over the key. */
static struct signing_key *hold(EVP_PKEY *pkey)
{
    struct signing_key *key = pkey ? malloc(sizeof *key) : NULL;
    if (key)
        key->pkey = pkey;
    else
        EVP_PKEY_free(pkey);
    return key;
}

static bool write_pem(EVP_PKEY *pkey, const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    bool written = file && PEM_write_PrivateKey(file, pkey, NULL, NULL, 0, NULL, NULL) && fflush(file) == 0 &&
                   fsync(fd) == 0;
    if (file)
        written = fclose(file) == 0 && written;
    return written;
}

struct signing_key *signing_key_create(const char *path)
{
    char draft[4096];
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    snprintf(draft, sizeof draft, "%s.new", path);
    unlink(draft);
    bool made = pkey && write_pem(pkey, draft) && link(draft, path) == 0;
    const int cause = errno;
    unlink(draft);
    errno = cause;
    if (made)
        return hold(pkey);
    EVP_PKEY_free(pkey);
    return NULL;
}

struct signing_key *signing_key_load(const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    EVP_PKEY *pkey = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    errno = EINVAL;
    if (!pkey || EVP_PKEY_is_a(pkey, "ED25519"))
        return hold(pkey);
    EVP_PKEY_free(pkey);
    return NULL;
}

struct signing_key *signing_key_of(const uint8_t seed[32])
{
    return hold(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32));
}

void signing_key_free(struct signing_key *key)
{
    if (key)
        EVP_PKEY_free(key->pkey);
    free(key);
}

void signing_key_public(const struct signing_key *key, uint8_t public_key[KEY_PUBLIC_BYTES])
{
    size_t size = KEY_PUBLIC_BYTES;
    EVP_PKEY_get_raw_public_key(key->pkey, public_key, &size);
}

bool signing_key_sign(const struct signing_key *key, struct bytes message,
                      uint8_t signature[KEY_SIGNATURE_BYTES])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = KEY_SIGNATURE_BYTES;
    const bool done = context && EVP_DigestSignInit(context, NULL, NULL, NULL, key->pkey) == 1 &&
                      EVP_DigestSign(context, signature, &size, message.data, message.len) == 1;
    EVP_MD_CTX_free(context);
    return done;
}

bool key_signed(const uint8_t public_key[KEY_PUBLIC_BYTES], struct bytes message,
                const uint8_t signature[KEY_SIGNATURE_BYTES])
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, KEY_PUBLIC_BYTES);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const bool good =
        pkey && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1 &&
        EVP_DigestVerify(context, signature, KEY_SIGNATURE_BYTES, message.data, message.len) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(pkey);
    return good;
}
