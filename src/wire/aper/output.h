/* SPDX-License-Identifier: Apache-2.0 */
/* The bit cursor that the encoder writes through. Sticky: after a failure nothing is written. */
#ifndef WIRE_APER_OUTPUT_H
#define WIRE_APER_OUTPUT_H

#include "kit/bytes.h"

struct output {
    uint8_t *base, *at, *end; /* whole octets */
    unsigned filled;          /* bits of *at already written; octets beyond are not touched */
    struct fault fault;
};

static inline bool output_fail(struct output *out, const char *where, const char *what)
{
    if (!out->fault.what)
        fault_set(&out->fault, (size_t)(out->at - out->base), where, what);
    return false;
}

static inline bool output_ok(const struct output *out)
{
    return out->fault.what == NULL;
}

static inline void output_align(struct output *out)
{
    out->at += out->filled != 0;
    out->filled = 0;
}

/* An unsigned bit-field of up to 32 bits; value must fit. */
static inline void output_bits(struct output *out, uint32_t value, unsigned count)
{
    unsigned bits = out->filled + count;
    if ((size_t)(out->end - out->at) < (bits + 7) / 8) {
        output_fail(out, NULL, "no room");
        return;
    }
    uint64_t window = (uint64_t)value << (64 - bits) % 64;
    if (bits == 0)
        return;
    if (out->filled)
        window |= (uint64_t)*out->at << 56;
    for (unsigned i = 0; i < (bits + 7) / 8; i++)
        out->at[i] = (uint8_t)(window >> (56 - 8 * i));
    out->at += bits / 8;
    out->filled = bits % 8;
}

/* Room for aligned octets; NULL when there is none. */
static inline uint8_t *output_room(struct output *out, size_t count)
{
    output_align(out);
    if ((size_t)(out->end - out->at) < count) {
        output_fail(out, NULL, "no room");
        return NULL;
    }
    uint8_t *room = out->at;
    out->at += count;
    return room;
}

static inline void output_octets(struct output *out, struct bytes octets)
{
    uint8_t *room = output_room(out, octets.len);
    if (room && octets.len)
        memcpy(room, octets.data, octets.len);
}

/* A big-endian number of aligned octets. */
static inline void output_number(struct output *out, uint64_t value, size_t count)
{
    uint8_t *room = output_room(out, count);
    for (size_t i = count; room && i-- > 0; value >>= 8)
        room[i] = (uint8_t)value;
}

static inline unsigned octets_needed(uint64_t value)
{
    unsigned octets = 1;
    while (value >>= 8)
        octets++;
    return octets;
}

/* The inverse of input_whole. */
static inline void output_whole(struct output *out, uint64_t value, uint64_t low, uint64_t high,
                                unsigned width)
{
    if (value < low || value > high) {
        output_fail(out, NULL, "value out of range");
        return;
    }
    value -= low;
    if (width < 8 || (width == 8 && high - low != UINT8_MAX)) {
        output_bits(out, (uint32_t)value, width);
    } else if (width <= 16) {
        output_number(out, value, width == 8 ? 1 : 2);
    } else {
        unsigned most = (width + 7) / 8, octets = octets_needed(value);
        output_bits(out, octets - 1, most <= 4 ? 2 : 3);
        output_number(out, value, octets);
    }
}

#endif
