/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL's primitives as this room uses them: fetched once, with one set of reusable contexts per thread,
 * because in OpenSSL 3 looking an algorithm up costs more than running it. A failure inside these calls never
 * depends on data from outside; it means a broken library or exhausted memory, and the process stops rather
 * than go on with wrong keys.
 */
#ifndef CRYPT_PRIMITIVE_H
#define CRYPT_PRIMITIVE_H

#include "kit/bytes.h"

/* The key for this thread's next calls of aes128_blocks. */
void aes128_key(const uint8_t key[16]);

/* AES-128-ECB over whole blocks with the key set last; in and out may be the same. */
void aes128_blocks(const uint8_t *in, uint8_t *out, size_t count);

/* AES-128-CTR with the whole 16-byte counter block; in and out may be the same. */
void aes128_ctr(const uint8_t key[16], const uint8_t counter[16], struct bytes in, uint8_t *out);

/* AES-128-CMAC (RFC 4493) over the concatenation of the parts. Composed here from AES, and HMAC from SHA-256: with a new
 * key for each short message OpenSSL's own MAC objects take two to four times as long. */
void aes128_cmac(const uint8_t key[16], const struct bytes *parts, size_t count, uint8_t mac[16]);

/* SHA-256 and HMAC-SHA-256 over the concatenation of the parts; the key is at most 64 bytes. */
void sha256(const struct bytes *parts, size_t count, uint8_t digest[32]);
void hmac_sha256(struct bytes key, const struct bytes *parts, size_t count, uint8_t mac[32]);

/* Equal, found out in a time that does not depend on the content. */
bool secret_equal(const void *a, const void *b, size_t size);

void secret_clear(void *secret, size_t size);

#endif
