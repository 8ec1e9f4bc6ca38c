/* SPDX-License-Identifier: Apache-2.0 */
/* What names one message to the integrity and ciphering algorithms (TS 33.501 Annex D.1) besides the key. */
#ifndef CRYPT_STREAM_H
#define CRYPT_STREAM_H

#include "kit/bytes.h"

enum crypt_direction { CRYPT_UPLINK = 0, CRYPT_DOWNLINK = 1 };

struct crypt_stream {
    uint32_t count;
    uint8_t bearer; /* 5 bits; for NAS the connection identifier (TS 33.501 6.4.2.2: 1 is 3GPP access) */
    enum crypt_direction direction;
};

#endif
