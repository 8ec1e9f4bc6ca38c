/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integrity algorithms 128-NIA1 (SNOW 3G), 128-NIA2 (AES-CMAC), 128-NIA3 (ZUC): TS 33.501 Annex D.3.
 * Identifiers are those of NAS and NGAP: 0 to 3.
 */
#ifndef CRYPT_NIA_H
#define CRYPT_NIA_H

#include "crypt/stream.h"

/* MAC-I over the message. NIA0 gives zeros, as Annex D.1 says; that is no protection, and refusing it is the
 * caller's duty. False only for an unknown algorithm. */
bool nia_mac(uint8_t algorithm, const uint8_t key[16], struct crypt_stream stream, struct bytes message,
             uint8_t mac[4]);

#endif
