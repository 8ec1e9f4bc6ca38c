/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subscription concealment: the protection schemes of TS 33.501 Annex C. What is concealed is the MSIN as
 * packed BCD (or a NAI's user name); the result is the SUCI's scheme output: null scheme   the plain text
 * itself profile A     ephemeral X25519 key (32) || cipher text || MAC (8) profile B     ephemeral P-256
 * point (33, compressed) || cipher text || MAC (8)
 */
#ifndef CRYPT_SUCI_H
#define CRYPT_SUCI_H

#include "crypt/random.h"
#include "kit/bytes.h"

enum suci_scheme { SUCI_NULL = 0, SUCI_PROFILE_A = 1, SUCI_PROFILE_B = 2 };

enum suci_verdict {
    SUCI_OK,
    SUCI_MALFORMED,      /* too short, or longer than the caller's buffer */
    SUCI_BAD_PUBLIC_KEY, /* no point of the curve, or one that leads to a zero secret */
    SUCI_BAD_MAC,        /* wrong key or forged */
};

const char *suci_verdict_name(enum suci_verdict verdict);

/* Most bytes that a scheme adds to the plain text (profile B with an uncompressed point). */
#define SUCI_OVERHEAD 73

/* A home network's private key, ready for use. Not for use by two threads at once. */
struct suci_home_key;

/* private_key: 32 bytes, X25519 scalar (profile A) or big-endian P-256 scalar (profile B). NULL when it is no
 * valid key of that scheme or memory is short. The key is the caller's, to be given back with
 * suci_home_key_free. */
struct suci_home_key *suci_home_key_new(enum suci_scheme scheme, struct bytes private_key);
void suci_home_key_free(struct suci_home_key *key);

enum suci_scheme suci_home_key_scheme(const struct suci_home_key *key);

/* The public half as put on USIMs: 32 bytes (A) or 33 (B, compressed). Returns its length. */
size_t suci_home_key_public(const struct suci_home_key *key, uint8_t out[33]);

/* plain: out, at most plain_size bytes; *plain_length is set only with SUCI_OK. A NULL key means the null
 * scheme. */
enum suci_verdict suci_deconceal(struct suci_home_key *key, struct bytes scheme_output, uint8_t *plain,
                                 size_t plain_size, size_t *plain_length);

/* The phone's half: home_public is 32 bytes (A), 33 or 65 bytes (B), ignored by the null scheme. False when
 * the key is invalid or the output does not fit. */
bool suci_conceal(enum suci_scheme scheme, struct bytes home_public, struct random *random,
                  struct bytes plain, struct writer *out);

/* The same with a given ephemeral private key (32 bytes), for test vectors; compressed chooses the form of B.
 */
bool suci_conceal_with(enum suci_scheme scheme, struct bytes home_public, const uint8_t ephemeral[32],
                       bool compressed, struct bytes plain, struct writer *out);

#endif
