/* SPDX-License-Identifier: Apache-2.0 */
/* The security functions, with the primitive's own rate beside those that one primitive dominates. */
#include <string.h>

#include <openssl/evp.h>

#include "bench/measure.h"
#include "crypt/aka.h"
#include "crypt/kdf.h"
#include "crypt/suci.h"

static const uint8_t home_a[32] = {0xc5, 0x3c, 0x22, 0x20, 0x8b, 0x61, 0x86, 0x0b, 0x06, 0xc6, 0x2e,
                                   0x54, 0x06, 0xa7, 0xb3, 0x30, 0xc2, 0xb5, 0x77, 0xaa, 0x55, 0x58,
                                   0x98, 0x15, 0x10, 0xd1, 0x28, 0x24, 0x7d, 0x38, 0xbd, 0x1d};
static const uint8_t home_b[32] = {0xf1, 0xab, 0x10, 0x74, 0x47, 0x7e, 0xbc, 0xc7, 0xf5, 0x54, 0xea,
                                   0x1c, 0x5f, 0xc3, 0x68, 0xb1, 0x61, 0x67, 0x30, 0x15, 0x5e, 0x00,
                                   0x41, 0xac, 0x44, 0x7d, 0x63, 0x01, 0x97, 0x5f, 0xec, 0xda};
static const uint8_t msin[] = {0x00, 0x01, 0x20, 0x80, 0xf6};
static const char network[] = "5G:mnc070.mcc999.3gppnetwork.org";

static void must(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "bench-crypt: %s failed\n", what);
    exit(1);
}

struct suci_work {
    struct suci_home_key *key;
    uint8_t output[64];
    size_t length;
};

static void deconceal(void *context)
{
    struct suci_work *work = context;
    uint8_t plain[16];
    size_t length;
    must(suci_deconceal(work->key, bytes_of(work->output, work->length), plain, sizeof plain, &length) ==
             SUCI_OK,
         "suci_deconceal");
}

static void bench_suci(enum suci_scheme scheme, const uint8_t private_key[32], const char *name)
{
    struct suci_work work = {.key = suci_home_key_new(scheme, bytes_of(private_key, 32))};
    uint8_t point[33];
    must(work.key, "suci_home_key_new");
    struct writer w = writer_of(work.output, sizeof work.output);
    struct bytes public_key = {point, suci_home_key_public(work.key, point)};
    must(suci_conceal(scheme, public_key, random_system(), BYTES(msin), &w), "suci_conceal");
    work.length = writer_length(&w);
    measure_row(name, 1e9 / measure_ns(deconceal, &work), "1/s");
    suci_home_key_free(work.key);
}

struct derive_work {
    EVP_PKEY_CTX *context;
    EVP_PKEY *peer;
};

static void derive(void *context)
{
    struct derive_work *work = context;
    uint8_t secret[32];
    size_t size = sizeof secret;
    must(EVP_PKEY_derive_set_peer_ex(work->context, work->peer, 0) == 1 &&
             EVP_PKEY_derive(work->context, secret, &size) == 1,
         "EVP_PKEY_derive");
}

static void bench_derive(EVP_PKEY *key, const char *name)
{
    struct derive_work work = {EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL), key};
    must(work.context && EVP_PKEY_derive_init(work.context) == 1, "EVP_PKEY_derive_init");
    measure_row(name, 1e9 / measure_ns(derive, &work), "1/s");
    EVP_PKEY_CTX_free(work.context);
    EVP_PKEY_free(key);
}

/* A home environment vector: f1 to f5, XRES*, K_AUSF. */
static void make_vector(void *context)
{
    struct aka_key *key = context;
    struct aka_keys keys;
    const uint8_t rand[16] = {1}, sqn[6] = {2}, amf[2] = {0x80};
    uint8_t autn[16], xres_star[16], kausf[32];
    struct bytes snn = {(const uint8_t *)network, sizeof network - 1};
    aka_f2345(key, rand, &keys);
    aka_autn(key, &keys, rand, sqn, amf, autn);
    kdf_res_star(aka_ck(key, &keys), aka_ik(key, &keys), snn, rand, aka_res(key, &keys), xres_star);
    kdf_kausf(aka_ck(key, &keys), aka_ik(key, &keys), snn, autn, kausf);
}

int main(void)
{
    struct aka_key milenage = {.algorithm = AKA_MILENAGE, .k_size = 16, .res_size = 8};
    struct aka_key tuak = {.algorithm = AKA_TUAK,
                           .k_size = 16,
                           .res_size = 8,
                           .ck_size = 16,
                           .ik_size = 16,
                           .keccak_iterations = 1};
    bench_suci(SUCI_PROFILE_A, home_a, "suci_profile_a_per_second");
    bench_derive(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), "openssl_x25519_derive_per_second");
    bench_suci(SUCI_PROFILE_B, home_b, "suci_profile_b_per_second");
    bench_derive(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), "openssl_p256_derive_per_second");
    measure_row("av_per_second", 1e9 / measure_ns(make_vector, &milenage), "1/s");
    measure_row("av_tuak_per_second", 1e9 / measure_ns(make_vector, &tuak), "1/s");
    return 0;
}
