/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 (RFC 8032): the key that a log or a witness signs with, and the check of what one has signed. */
#ifndef EVIDENCE_KEY_H
#define EVIDENCE_KEY_H

#include "kit/bytes.h"

enum { KEY_PUBLIC_BYTES = 32, KEY_SIGNATURE_BYTES = 64 };

struct signing_key;

/* A PEM file of mode 0400 that did not exist before, whole or not at all. NULL with errno. */
struct signing_key *signing_key_create(const char *path);
/* NULL with errno; EINVAL: there is no such key in it. */
struct signing_key *signing_key_load(const char *path);
/* From the 32 octets of RFC 8032; for tests. NULL: out of memory. */
struct signing_key *signing_key_of(const uint8_t seed[32]);
void signing_key_free(struct signing_key *key);

void signing_key_public(const struct signing_key *key, uint8_t public_key[KEY_PUBLIC_BYTES]);
/* False: libcrypto cannot. */
bool signing_key_sign(const struct signing_key *key, struct bytes message,
                      uint8_t signature[KEY_SIGNATURE_BYTES]);

bool key_signed(const uint8_t public_key[KEY_PUBLIC_BYTES], struct bytes message,
                const uint8_t signature[KEY_SIGNATURE_BYTES]);

#endif
