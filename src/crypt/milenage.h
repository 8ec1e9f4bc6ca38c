/* SPDX-License-Identifier: Apache-2.0 */
/* Milenage, TS 35.206: the example algorithm set over AES-128. Callers usually go through aka.h. */
#ifndef CRYPT_MILENAGE_H
#define CRYPT_MILENAGE_H

#include <stdint.h>

void milenage_opc(const uint8_t k[16], const uint8_t op[16], uint8_t opc[16]);

/* f1 and f1*; either output may be NULL. */
void milenage_f1(const uint8_t k[16], const uint8_t opc[16], const uint8_t rand[16], const uint8_t sqn[6],
                 const uint8_t amf[2], uint8_t mac_a[8], uint8_t mac_s[8]);

void milenage_f2345(const uint8_t k[16], const uint8_t opc[16], const uint8_t rand[16], uint8_t res[8],
                    uint8_t ck[16], uint8_t ik[16], uint8_t ak[6], uint8_t ak_star[6]);

#endif
