/* SPDX-License-Identifier: Apache-2.0 */
/* The bit cursor that decoders read through. Sticky like struct reader: after a failure all reads give zeros.
 */
#ifndef WIRE_APER_INPUT_H
#define WIRE_APER_INPUT_H

#include "kit/bytes.h"

struct input {
    const uint8_t *base;
    size_t at, end; /* in bits */
    struct fault fault;
};

static inline struct input input_of(struct bytes in)
{
    return (struct input){.base = in.data, .end = 8 * in.len};
}

static inline bool input_ok(const struct input *in)
{
    return in->fault.what == NULL;
}

static inline bool input_fail(struct input *in, const char *what)
{
    if (input_ok(in))
        fault_set(&in->fault, in->at / 8, NULL, what);
    in->at = in->end;
    return false;
}

static inline size_t input_left(const struct input *in)
{
    return in->end - in->at;
}

/* Never runs past the end, which is always at a whole octet. */
static inline void input_align(struct input *in)
{
    in->at = (in->at + 7) & ~(size_t)7;
}

/* An unsigned bit-field of up to 32 bits where the cursor stands. */
static inline uint32_t input_bits(struct input *in, unsigned count)
{
    if (input_left(in) < count) {
        input_fail(in, "ends too early");
        return 0;
    }
    uint64_t window = 0;
    unsigned skip = in->at & 7;
    const uint8_t *from = in->base + in->at / 8;
    unsigned octets = (skip + count + 7) / 8;
    for (unsigned i = 0; i < octets; i++)
        window = window << 8 | from[i];
    in->at += count;
    return (uint32_t)(window >> (8 * octets - skip - count) & ((1ULL << count) - 1));
}

/* The next octet-aligned octets; NULL when there are not so many. */
static inline const uint8_t *input_octets(struct input *in, size_t count)
{
    input_align(in);
    if (input_left(in) / 8 < count) {
        input_fail(in, "ends too early");
        return NULL;
    }
    const uint8_t *octets = in->base + in->at / 8;
    in->at += 8 * count;
    return octets;
}

/* A big-endian number of up to 8 aligned octets. */
static inline uint64_t input_number(struct input *in, size_t count)
{
    const uint8_t *octets = input_octets(in, count);
    uint64_t value = 0;
    for (size_t i = 0; octets && i < count; i++)
        value = value << 8 | octets[i];
    return value;
}

/* A constrained whole number (X.691 11.5.7): a bit-field, one or two aligned octets, or octets behind their
 * count. */
static inline uint64_t input_whole(struct input *in, uint64_t low, uint64_t high, unsigned width)
{
    uint64_t value;
    if (width < 8 || (width == 8 && high - low != UINT8_MAX))
        value = input_bits(in, width);
    else if (width <= 16)
        value = input_number(in, width == 8 ? 1 : 2);
    else {
        unsigned most = (width + 7) / 8;
        unsigned octets = 1 + input_bits(in, most <= 4 ? 2 : 3);
        if (octets > most) {
            input_fail(in, "number longer than its range");
            return low;
        }
        value = input_number(in, octets);
    }
    if (value > high - low) {
        input_fail(in, "value out of range");
        return low;
    }
    return low + value;
}

#endif
