/* SPDX-License-Identifier: Apache-2.0 */
/* The permutation Keccak-f[1600] (FIPS 202), which TUAK uses bare and libcrypto does not offer. */
#ifndef CRYPT_KECCAK_H
#define CRYPT_KECCAK_H

#include <stdint.h>

void keccak_f1600(uint8_t state[200]);

#endif
