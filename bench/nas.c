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
#include "wire/nas/nas.h"

static void must(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "bench-nas: %s failed\n", what);
    exit(1);
}

/* --- messages --- */

struct sample {
    const char *name;
    struct bytes plain;
};

/* As a phone with one slice and the core on the defaults send them. */
static const struct sample samples[] = {
    {"registration_request",
     BYTES(((const uint8_t[]){0x7e, 0x00, 0x41, 0x79, 0x00, 0x0d, 0x01, 0x99, 0xf9, 0x07,
                              0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x01, 0x2e,
                              0x04, 0xf0, 0xf0, 0xf0, 0xf0, 0x2f, 0x02, 0x01, 0x01}))},
    {"authentication_request",
     BYTES(((const uint8_t[]){0x7e, 0x00, 0x56, 0x00, 0x02, 0x00, 0x00, 0x21, 0x10, 0x11, 0x12,
                              0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d,
                              0x1e, 0x1f, 0x20, 0x10, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x80,
                              0x00, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e}))},
    {"authentication_response",
     BYTES(((const uint8_t[]){0x7e, 0x00, 0x57, 0x2d, 0x10, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
                              0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10}))},
    {"security_mode_command", BYTES(((const uint8_t[]){0x7e, 0x00, 0x5d, 0x22, 0x00, 0x04, 0xf0, 0xf0, 0xf0,
                                                       0xf0, 0xe1, 0x36, 0x01, 0x02}))},
    {"registration_accept",
     BYTES(((const uint8_t[]){0x7e, 0x00, 0x42, 0x01, 0x01, 0x77, 0x00, 0x0b, 0xf2, 0x99, 0xf9,
                              0x07, 0x02, 0x00, 0x40, 0x12, 0x34, 0x56, 0x78, 0x54, 0x07, 0x00,
                              0x99, 0xf9, 0x07, 0x00, 0x00, 0x01, 0x15, 0x02, 0x01, 0x01, 0x21,
                              0x02, 0x00, 0x00, 0x5e, 0x01, 0x09, 0x16, 0x01, 0x2c}))},
    {"ul_nas_transport",
     BYTES(((const uint8_t[]){0x7e, 0x00, 0x67, 0x01, 0x00, 0x15, 0x2e, 0x01, 0x01, 0xc1, 0xff,
                              0xff, 0x91, 0xa1, 0x28, 0x01, 0x00, 0x7b, 0x00, 0x07, 0x80, 0x00,
                              0x0a, 0x00, 0x00, 0x0d, 0x00, 0x12, 0x01, 0x81, 0x22, 0x01, 0x01,
                              0x25, 0x09, 0x08, 0x69, 0x6e, 0x74, 0x65, 0x72, 0x6e, 0x65, 0x74}))},
    {"session_establishment_accept",
     BYTES(((const uint8_t[]){0x2e, 0x01, 0x01, 0xc2, 0x11, 0x00, 0x09, 0x01, 0x00, 0x06, 0x31,
                              0x31, 0x01, 0x01, 0xff, 0x01, 0x06, 0x06, 0x03, 0xe8, 0x06, 0x03,
                              0xe8, 0x29, 0x05, 0x01, 0x0a, 0x2d, 0x00, 0x02, 0x22, 0x01, 0x01,
                              0x79, 0x00, 0x06, 0x01, 0x20, 0x41, 0x01, 0x01, 0x09, 0x25, 0x09,
                              0x08, 0x69, 0x6e, 0x74, 0x65, 0x72, 0x6e, 0x65, 0x74}))},
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

static void bench_message(const struct sample *sample)
{
    struct message_work work = {.plain = sample->plain};
    char name[80];
    arena_init(&work.arena, 0);
    snprintf(name, sizeof name, "nas_%s_decode_ns", sample->name);
    measure_row(name, measure_ns(decode, &work), "ns");
    snprintf(name, sizeof name, "nas_%s_encode_ns", sample->name);
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
        bench_message(&samples[i]);
    bench_algorithm(1, "snow3g");
    bench_algorithm(2, "aes");
    bench_algorithm(3, "zuc");
    bench_openssl();
    return 0;
}
