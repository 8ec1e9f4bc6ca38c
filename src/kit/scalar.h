/* SPDX-License-Identifier: Apache-2.0 */
/* Integers of the sizes that tables name. */
#ifndef KIT_SCALAR_H
#define KIT_SCALAR_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t scalar_load(const void *value, size_t size)
{
    switch (size) {
    case 1:
        return *(const uint8_t *)value;
    case 2:
        return *(const uint16_t *)value;
    case 4:
        return *(const uint32_t *)value;
    default:
        return *(const uint64_t *)value;
    }
}

static inline void scalar_store(void *out, size_t size, uint64_t value)
{
    switch (size) {
    case 1:
        *(uint8_t *)out = (uint8_t)value;
        break;
    case 2:
        *(uint16_t *)out = (uint16_t)value;
        break;
    case 4:
        *(uint32_t *)out = (uint32_t)value;
        break;
    default:
        *(uint64_t *)out = value;
    }
}

#endif
