/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NAS: what the messages of a registration with a PDU session cost to decode and to encode, and what protecting one costs,
 * by algorithm, with OpenSSL's own call beside where it has the algorithm.
 */
#include <openssl/evp.h>

#include "bench/measure.h"
#include "crypt/nas_security.h"
#include "crypt/nea.h"
#include "crypt/nia.h"
#include "kit/hex.h"
#include "wire/nas/nas.h"

static void must(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "bench-nas: %s failed\n", what);
    exit(1);
}

/* --- messages --- */

enum { SAMPLE_BYTES = 128 };

/* As a phone with one slice and the core on the defaults send them, in hexadecimal. */
static const struct {
    const char *name, *plain;
} samples[] = {
    {"registration_request", "7e004179000d0199f9070000000010000000012e04f0f0f0f02f020101"},
    {"authentication_request",
     "7e00560002000021101112131415161718191a1b1c1d1e1f201031323334353680003738393a3b3c3d3e"},
    {"authentication_response", "7e00572d100102030405060708090a0b0c0d0e0f10"},
    {"security_mode_command", "7e005d220004f0f0f0f0e1360102"},
    {"registration_accept",
     "7e0042010177000bf299f9070200401234567854070099f90700000115020101210200005e010916012c"},
    {"ul_nas_transport",
     "7e00670100152e0101c1ffff91a12801007b000780000a00000d00120181220101250908696e7465726e"
     "6574"},
    {"session_establishment_accept",
     "2e0101c211000901000631310101ff01060603e80603e82905010a2d0002220101790006012041010109"
     "250908696e7465726e6574"},
};

struct message_work {
    struct bytes plain;
    struct arena arena;
    struct nas_message message;
};

static void decode(void *context)
{
    struct message_work *work = context;
    struct nas_error error = {0};
    arena_reset(&work->arena);
    must(nas_decode(work->plain, &work->arena, &work->message, &error) && !error.fault.what, "nas_decode");
}

static void encode(void *context)
{
    const struct message_work *work = context;
    uint8_t buffer[256];
    struct writer w = writer_of(buffer, sizeof buffer);
    must(nas_encode(&work->message, &w), "nas_encode");
}

static void bench_message(const char *message, const char *hex)
{
    uint8_t plain[SAMPLE_BYTES];
    struct message_work work = {.plain = bytes_of(plain, strlen(hex) / 2)};
    char name[80];
    must(work.plain.len <= sizeof plain && hex_read(hex, plain, work.plain.len), message);
    arena_init(&work.arena, 0);
    snprintf(name, sizeof name, "nas_%s_decode_ns", message);
    measure_row(name, measure_ns(decode, &work), "ns");
    snprintf(name, sizeof name, "nas_%s_encode_ns", message);
    measure_row(name, measure_ns(encode, &work), "ns");
    arena_free(&work.arena);
}

/* --- protection, of 100 bytes --- */

static const uint8_t key[16] = {7};

struct security_work {
    struct nas_security security;
    uint8_t algorithm;
    uint8_t message[100], out[128];
    EVP_CIPHER_CTX *cipher;
    EVP_MAC_CTX *mac;
};

static void protect(void *context)
{
    struct security_work *work = context;
    struct writer w = writer_of(work->out, sizeof work->out);
    work->security.downlink &= 0xffff;
    must(nas_protect(&work->security, NAS_INTEGRITY_CIPHERED, BYTES(work->message), &w) == NAS_ACCEPTED,
         "nas_protect");
}

static void integrity(void *context)
{
    struct security_work *work = context;
    uint8_t mac[4];
    must(nia_mac(work->algorithm, key, (struct crypt_stream){1, 1, 0}, BYTES(work->message), mac), "nia_mac");
}

static void cipher(void *context)
{
    struct security_work *work = context;
    must(nea_crypt(work->algorithm, key, (struct crypt_stream){1, 1, 0}, BYTES(work->message), work->out),
         "nea_crypt");
}

static void openssl_cmac(void *context)
{
    struct security_work *work = context;
    size_t size;
    must(EVP_MAC_init(work->mac, key, sizeof key, NULL) == 1 &&
             EVP_MAC_update(work->mac, work->message, sizeof work->message) == 1 &&
             EVP_MAC_final(work->mac, work->out, &size, sizeof work->out) == 1,
         "EVP_MAC");
}

static void openssl_ctr(void *context)
{
    struct security_work *work = context;
    int size;
    must(EVP_EncryptInit_ex2(work->cipher, NULL, key, key, NULL) == 1 &&
             EVP_EncryptUpdate(work->cipher, work->out, &size, work->message, sizeof work->message) == 1,
         "EVP_EncryptUpdate");
}

static void bench_algorithm(uint8_t algorithm, const char *name)
{
    const uint8_t kamf[32] = {7};
    struct security_work work = {.algorithm = algorithm};
    char row[80];
    nas_security_start(&work.security, NAS_NETWORK, kamf, algorithm, algorithm, 0);
    snprintf(row, sizeof row, "nas_integrity_%s_ns", name);
    measure_row(row, measure_ns(integrity, &work), "ns");
    snprintf(row, sizeof row, "nas_cipher_%s_ns", name);
    measure_row(row, measure_ns(cipher, &work), "ns");
    snprintf(row, sizeof row, "nas_protect_%s_ns", name);
    measure_row(row, measure_ns(protect, &work), "ns");
}

static void bench_openssl(void)
{
    EVP_MAC *cmac = EVP_MAC_fetch(NULL, "CMAC", NULL);
    OSSL_PARAM of_aes[] = {OSSL_PARAM_construct_utf8_string("cipher", (char[]){"AES-128-CBC"}, 0),
                           OSSL_PARAM_construct_end()};
    struct security_work work = {.cipher = EVP_CIPHER_CTX_new(), .mac = EVP_MAC_CTX_new(cmac)};
    must(work.cipher && work.mac && EVP_MAC_CTX_set_params(work.mac, of_aes) == 1 &&
             EVP_EncryptInit_ex2(work.cipher, EVP_aes_128_ctr(), key, key, NULL) == 1,
         "OpenSSL");
    measure_row("openssl_aes_cmac_ns", measure_ns(openssl_cmac, &work), "ns");
    measure_row("openssl_aes_ctr_ns", measure_ns(openssl_ctr, &work), "ns");
    EVP_CIPHER_CTX_free(work.cipher);
    EVP_MAC_CTX_free(work.mac);
    EVP_MAC_free(cmac);
}

int main(void)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        bench_message(samples[i].name, samples[i].plain);
    bench_algorithm(1, "snow3g");
    bench_algorithm(2, "aes");
    bench_algorithm(3, "zuc");
    bench_openssl();
    return 0;
}
