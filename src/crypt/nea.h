/* SPDX-License-Identifier: Apache-2.0 */
/* Ciphering algorithms 128-NEA1 (SNOW 3G), 128-NEA2 (AES-CTR), 128-NEA3 (ZUC): TS 33.501 Annex D.2. */
#ifndef CRYPT_NEA_H
#define CRYPT_NEA_H

#include "crypt/stream.h"

/* Ciphers or deciphers; out has in.len bytes and may be in.data itself. NEA0 copies. False only for an
 * unknown algorithm. */
bool nea_crypt(uint8_t algorithm, const uint8_t key[16], struct crypt_stream stream, struct bytes in,
               uint8_t *out);

#endif
