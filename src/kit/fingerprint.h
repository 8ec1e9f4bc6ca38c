/* SPDX-License-Identifier: Apache-2.0 */
/* A number made of octets (FNV-1a): the same in every process and after every restart, never 0, and of others most probably another. No defence against who
 * chooses the octets. */
#ifndef KIT_FINGERPRINT_H
#define KIT_FINGERPRINT_H

#include "kit/bytes.h"

static inline uint32_t fingerprint(struct bytes octets)
{
    uint32_t number = 2166136261;
    for (size_t i = 0; i < octets.len; i++)
        number = (number ^ octets.data[i]) * 16777619;
    return number | 1;
}

#endif
