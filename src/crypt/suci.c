/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/suci.h"

#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>

#include "crypt/primitive.h"

/* TS 33.501 C.3.4 */
enum { SECRET = 32, MAC_TAG = 8, X25519_POINT = 32, P256_COMPRESSED = 33, P256_POINT = 65 };

/* Our half of an agreement: the home network's key, or the phone's ephemeral one. */
struct suci_home_key {
    enum suci_scheme scheme;
    EVP_PKEY *key;
    EVP_PKEY *peer; /* the other side's public key; set anew for each agreement, since making one is slow */
    EVP_PKEY_CTX *agreement;
    uint8_t point[P256_POINT]; /* public half: 32 bytes, or an uncompressed point */
};

const char *suci_verdict_name(enum suci_verdict verdict)
{
    static const char *const names[] = {
        [SUCI_OK] = "ok",
        [SUCI_MALFORMED] = "malformed scheme output",
        [SUCI_BAD_PUBLIC_KEY] = "bad ephemeral public key",
        [SUCI_BAD_MAC] = "wrong MAC tag",
    };
    return names[verdict];
}

static EVP_PKEY *x25519_private(const uint8_t scalar[SECRET], uint8_t point[P256_POINT])
{
    size_t size = X25519_POINT;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, scalar, SECRET);
    if (key && EVP_PKEY_get_raw_public_key(key, point, &size))
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

/* The uncompressed point d * G; false unless 0 < d < n. */
static bool p256_public(const BIGNUM *d, uint8_t point[P256_POINT])
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *q = group ? EC_POINT_new(group) : NULL;
    bool made =
        q && !BN_is_zero(d) && BN_cmp(d, EC_GROUP_get0_order(group)) < 0 &&
        EC_POINT_mul(group, q, d, NULL, NULL, NULL) &&
        EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, point, P256_POINT, NULL) == P256_POINT;
    EC_POINT_free(q);
    EC_GROUP_free(group);
    return made;
}

static EVP_PKEY *p256_import(const BIGNUM *d, const uint8_t point[P256_POINT])
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *parameters = NULL;
    if (builder && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
        OSSL_PARAM_BLD_push_BN_pad(builder, OSSL_PKEY_PARAM_PRIV_KEY, d, SECRET) &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, P256_POINT))
        parameters = OSSL_PARAM_BLD_to_param(builder);
    if (!context || !parameters || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) != 1)
        key = NULL;
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *p256_private(const uint8_t scalar[SECRET], uint8_t point[P256_POINT])
{
    BIGNUM *d = BN_secure_new();
    EVP_PKEY *key = NULL;
    if (d && BN_bin2bn(scalar, SECRET, d) && p256_public(d, point))
        key = p256_import(d, point);
    BN_clear_free(d);
    return key;
}

static EVP_PKEY *empty_peer(const struct suci_home_key *key)
{
    if (key->scheme == SUCI_PROFILE_A)
        return EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, key->point, X25519_POINT);
    EVP_PKEY *peer = EVP_PKEY_new();
    if (peer && EVP_PKEY_copy_parameters(peer, key->key) == 1)
        return peer;
    EVP_PKEY_free(peer);
    return NULL;
}

static bool prepare(struct suci_home_key *key)
{
    key->peer = empty_peer(key);
    key->agreement = EVP_PKEY_CTX_new_from_pkey(NULL, key->key, NULL);
    return key->peer && key->agreement && EVP_PKEY_derive_init(key->agreement) == 1;
}

struct suci_home_key *suci_home_key_new(enum suci_scheme scheme, struct bytes private_key)
{
    struct suci_home_key *key = private_key.len == SECRET ? calloc(1, sizeof *key) : NULL;
    if (!key)
        return NULL;
    key->scheme = scheme;
    if (scheme == SUCI_PROFILE_A)
        key->key = x25519_private(private_key.data, key->point);
    else if (scheme == SUCI_PROFILE_B)
        key->key = p256_private(private_key.data, key->point);
    if (key->key && prepare(key))
        return key;
    suci_home_key_free(key);
    return NULL;
}

void suci_home_key_free(struct suci_home_key *key)
{
    if (!key)
        return;
    EVP_PKEY_CTX_free(key->agreement);
    EVP_PKEY_free(key->peer);
    EVP_PKEY_free(key->key);
    free(key);
}

enum suci_scheme suci_home_key_scheme(const struct suci_home_key *key)
{
    return key->scheme;
}

static void compress(const uint8_t point[P256_POINT], uint8_t out[P256_COMPRESSED])
{
    out[0] = 2 | (point[P256_POINT - 1] & 1);
    memcpy(out + 1, point + 1, P256_COMPRESSED - 1);
}

size_t suci_home_key_public(const struct suci_home_key *key, uint8_t out[33])
{
    if (key->scheme == SUCI_PROFILE_B) {
        compress(key->point, out);
        return P256_COMPRESSED;
    }
    memcpy(out, key->point, X25519_POINT);
    return X25519_POINT;
}

/* EVP_PKEY_set1_encoded_public_key refuses what is not on the curve; with P-256's cofactor of 1 that is all the
 * validation a point needs. X25519 takes any point, and its derivation refuses a zero secret. */
static bool agree(struct suci_home_key *key, struct bytes point, uint8_t secret[SECRET])
{
    size_t size = SECRET;
    return EVP_PKEY_set1_encoded_public_key(key->peer, point.data, point.len) == 1 &&
           EVP_PKEY_derive_set_peer_ex(key->agreement, key->peer, 0) == 1 &&
           EVP_PKEY_derive(key->agreement, secret, &size) == 1 && size == SECRET;
}

/* What ECIES draws from the shared secret (SEC 1 5.1.3). */
struct ecies_keys {
    uint8_t cipher[16], counter[16], mac[32];
};

/* ANSI X9.63 KDF with SHA-256; SharedInfo1 is the ephemeral public key, in profile B always in compressed
 * form. */
static void derive_keys(const uint8_t secret[SECRET], struct bytes ephemeral, struct ecies_keys *keys)
{
    uint8_t counter[4] = {0, 0, 0, 1};
    const struct bytes parts[] = {bytes_of(secret, SECRET), BYTES(counter), ephemeral};
    uint8_t out[sizeof *keys];
    _Static_assert(sizeof out == 64, "two blocks of SHA-256");
    sha256(parts, 3, out);
    counter[3] = 2;
    sha256(parts, 3, out + 32);
    memcpy(keys, out, sizeof out);
    secret_clear(out, sizeof out);
}

static void tag_of(const struct ecies_keys *keys, struct bytes cipher_text, uint8_t tag[MAC_TAG])
{
    uint8_t whole[32];
    hmac_sha256(BYTES(keys->mac), &cipher_text, 1, whole);
    memcpy(tag, whole, MAC_TAG);
}

static enum suci_verdict open_null(struct bytes output, uint8_t *plain, size_t plain_size,
                                   size_t *plain_length)
{
    if (output.len == 0 || output.len > plain_size)
        return SUCI_MALFORMED;
    memcpy(plain, output.data, output.len);
    *plain_length = output.len;
    return SUCI_OK;
}

/* Length of the ephemeral key at the start of a scheme output; 0 when it has none. */
static size_t ephemeral_size(enum suci_scheme scheme, struct bytes output)
{
    if (scheme == SUCI_PROFILE_A)
        return X25519_POINT;
    switch (output.len ? output.data[0] : 0) {
    case 2:
    case 3:
        return P256_COMPRESSED;
    case 4:
        return P256_POINT;
    default:
        return 0;
    }
}

static void keys_from(const uint8_t secret[SECRET], struct bytes ephemeral, struct ecies_keys *keys)
{
    uint8_t compressed[P256_COMPRESSED];
    if (ephemeral.len == P256_POINT) {
        compress(ephemeral.data, compressed);
        ephemeral = BYTES(compressed);
    }
    derive_keys(secret, ephemeral, keys);
}

enum suci_verdict suci_deconceal(struct suci_home_key *key, struct bytes scheme_output, uint8_t *plain,
                                 size_t plain_size, size_t *plain_length)
{
    if (!key)
        return open_null(scheme_output, plain, plain_size, plain_length);
    size_t point = ephemeral_size(key->scheme, scheme_output);
    if (point == 0)
        return SUCI_BAD_PUBLIC_KEY;
    if (scheme_output.len <= point + MAC_TAG || scheme_output.len - point - MAC_TAG > plain_size)
        return SUCI_MALFORMED;
    struct bytes ephemeral = {scheme_output.data, point};
    struct bytes cipher_text = {scheme_output.data + point, scheme_output.len - point - MAC_TAG};
    uint8_t secret[SECRET], tag[MAC_TAG];
    if (!agree(key, ephemeral, secret))
        return SUCI_BAD_PUBLIC_KEY;
    struct ecies_keys keys;
    keys_from(secret, ephemeral, &keys);
    tag_of(&keys, cipher_text, tag);
    bool right = secret_equal(tag, cipher_text.data + cipher_text.len, MAC_TAG);
    if (right) {
        aes128_ctr(keys.cipher, keys.counter, cipher_text, plain);
        *plain_length = cipher_text.len;
    }
    secret_clear(secret, sizeof secret);
    secret_clear(&keys, sizeof keys);
    return right ? SUCI_OK : SUCI_BAD_MAC;
}

/* Writes the output for an ephemeral key that is ready. */
static bool conceal(struct suci_home_key *ephemeral, struct bytes home_public, bool compressed,
                    struct bytes plain, struct writer *out)
{
    uint8_t secret[SECRET], short_form[P256_COMPRESSED];
    struct bytes point = {short_form, suci_home_key_public(ephemeral, short_form)};
    if (!agree(ephemeral, home_public, secret))
        return false;
    struct ecies_keys keys;
    derive_keys(secret, point, &keys);
    secret_clear(secret, sizeof secret);
    write_bytes(out, ephemeral->scheme == SUCI_PROFILE_B && !compressed ? BYTES(ephemeral->point) : point);
    uint8_t *cipher_text = write_room(out, plain.len);
    uint8_t *tag = write_room(out, MAC_TAG);
    if (tag) {
        aes128_ctr(keys.cipher, keys.counter, plain, cipher_text);
        tag_of(&keys, bytes_of(cipher_text, plain.len), tag);
    }
    secret_clear(&keys, sizeof keys);
    return tag != NULL;
}

bool suci_conceal_with(enum suci_scheme scheme, struct bytes home_public, const uint8_t ephemeral[32],
                       bool compressed, struct bytes plain, struct writer *out)
{
    if (scheme == SUCI_NULL) {
        write_bytes(out, plain);
        return !out->full;
    }
    struct suci_home_key *key = suci_home_key_new(scheme, bytes_of(ephemeral, SECRET));
    bool done = key && conceal(key, home_public, compressed, plain, out);
    suci_home_key_free(key);
    return done;
}

bool suci_conceal(enum suci_scheme scheme, struct bytes home_public, struct random *random,
                  struct bytes plain, struct writer *out)
{
    uint8_t ephemeral[SECRET] = {0};
    if (scheme != SUCI_NULL)
        random_fill(random, ephemeral, sizeof ephemeral);
    bool done = suci_conceal_with(scheme, home_public, ephemeral, true, plain, out);
    secret_clear(ephemeral, sizeof ephemeral);
    return done;
}
