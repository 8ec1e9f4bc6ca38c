/* SPDX-License-Identifier: Apache-2.0 */
/* Structs to bits: decode.c backwards. Section numbers are those of ITU-T X.691 (02/2021). */
#include "kit/scalar.h"
#include "wire/aper/aper.h"
#include "wire/aper/output.h"

enum { FRAGMENT = 16384 };

static void encode_value(struct output *out, const struct aper_type *type, const void *value);

static void whole(struct output *out, const struct aper_type *type, uint64_t value)
{
    output_whole(out, value, type->low, type->high, type->width);
}

static void length_determinant(struct output *out, size_t length)
{
    if (length < 128)
        output_number(out, length, 1);
    else
        output_number(out, length | 0x8000, 2);
}

/* 11.9.3.8: from 16K units on in fragments; the last one, which may be empty, says how much it is itself. */
static void counted(struct output *out, struct bytes octets, size_t units, unsigned unit)
{
    while (units >= FRAGMENT) {
        size_t fragments = units / FRAGMENT < 4 ? units / FRAGMENT : 4;
        size_t part = fragments * FRAGMENT * unit / 8;
        output_number(out, 0xc0 | fragments, 1);
        output_octets(out, bytes_of(octets.data, part));
        octets = bytes_of(octets.data + part, octets.len - part);
        units -= fragments * FRAGMENT;
    }
    length_determinant(out, units);
    output_octets(out, octets);
}

static void integer(struct output *out, const struct aper_type *type, uint64_t value)
{
    bool beyond = value > type->high && value <= type->top;
    if (type->extensible)
        output_bits(out, beyond, 1);
    if (!beyond) {
        if (aper_defined(type, value))
            whole(out, type, value);
        else
            output_fail(out, NULL, "value between those defined");
        return;
    }
    unsigned octets = octets_needed(value);
    octets += value >> (8 * octets - 1) & 1; /* stays positive */
    output_number(out, octets, 1);
    output_number(out, value, octets);
}

static void enumerated(struct output *out, const struct aper_type *type, uint64_t value)
{
    if (value >= type->count) {
        output_fail(out, NULL, "not a value of the enumeration");
        return;
    }
    bool beyond = value > type->high;
    if (type->extensible)
        output_bits(out, beyond, 1);
    if (beyond)
        output_bits(out, (uint32_t)(value - type->high - 1), 7);
    else
        whole(out, type, value);
}

static void in_root(struct output *out, const struct aper_type *type)
{
    if (type->extensible)
        output_bits(out, 0, 1);
}

static void bits_of(struct output *out, uint64_t value, unsigned count, bool aligned)
{
    if (count < 64 && value >> count) {
        output_fail(out, NULL, "more bits than the size says");
        return;
    }
    if (aligned)
        output_align(out);
    if (count > 32)
        output_bits(out, (uint32_t)(value >> 32), count - 32);
    output_bits(out, (uint32_t)value, count > 32 ? 32 : count);
}

static void fixed_bits(struct output *out, const struct aper_type *type, const void *value)
{
    in_root(out, type);
    bits_of(out, scalar_load(value, type->store), (unsigned)type->high, type->high > 16);
}

static void short_bits(struct output *out, const struct aper_type *type, const struct aper_bits *value)
{
    whole(out, type, value->length);
    if (output_ok(out))
        bits_of(out, value->value, value->length, true);
}

static void bit_string(struct output *out, const struct aper_type *type, const struct aper_bit_string *value)
{
    size_t octets = (value->bits + 7) / 8;
    uint8_t unused = value->bits % 8 ? 0xff >> value->bits % 8 : 0;
    if (value->bits < type->low || value->bits > type->high || !value->data) {
        output_fail(out, NULL, "size out of range");
        return;
    }
    in_root(out, type);
    if (type->high < 65536) {
        whole(out, type, value->bits);
        output_octets(out, bytes_of(value->data, octets));
    } else {
        counted(out, bytes_of(value->data, octets), value->bits, 1);
    }
    if (unused && output_ok(out)) {
        out->at--;
        *out->at &= (uint8_t)~unused;
        out->filled = value->bits % 8;
    }
}

static void number(struct output *out, const struct aper_type *type, const void *value)
{
    uint64_t n = scalar_load(value, type->store);
    if (type->high < 8 && n >> (8 * type->high))
        output_fail(out, NULL, "value out of range");
    else if (type->high <= 2)
        output_bits(out, (uint32_t)n, 8 * (unsigned)type->high);
    else
        output_number(out, n, type->high);
}

static void fixed_octets(struct output *out, const struct aper_type *type, const uint8_t *value)
{
    if (type->size > 2)
        output_octets(out, bytes_of(value, type->size));
    else
        for (unsigned i = 0; i < type->size; i++)
            output_bits(out, value[i], 8);
}

static void octet_string(struct output *out, const struct aper_type *type, const struct bytes *value)
{
    if (value->len < type->low || value->len > type->high) {
        output_fail(out, NULL, "size out of range");
        return;
    }
    if (type->kind == APER_UTF8) {
        counted(out, *value, value->len, 8);
        return;
    }
    in_root(out, type);
    if (type->high < 65536) {
        whole(out, type, value->len);
        output_octets(out, *value);
    } else {
        counted(out, *value, value->len, 8);
    }
}

static void list(struct output *out, const struct aper_type *type, const struct aper_list *value)
{
    if (value->count < type->low || value->count > type->high || !value->items) {
        output_fail(out, NULL, "size out of range");
        return;
    }
    if (type->high < 65536)
        whole(out, type, value->count);
    else if (value->count < FRAGMENT)
        length_determinant(out, value->count);
    else
        output_fail(out, NULL, "list longer than is handled");
    const char *item = value->items;
    for (size_t i = 0; i < value->count && output_ok(out); i++, item += type->of->size)
        encode_value(out, type->of, item);
}

/* Content of 16K octets and more moves apart for the lengths of its fragments. */
static void close_long(struct output *out, uint8_t *content, size_t length)
{
    size_t lengths = (length - 1) / (4 * (size_t)FRAGMENT) + 3;
    if ((size_t)(out->end - out->at) < length + lengths) {
        output_fail(out, NULL, "no room");
        return;
    }
    uint8_t *aside = out->end - length;
    memmove(aside, content, length);
    out->at = content - 1;
    counted(out, bytes_of(aside, length), length, 8);
}

/* 11.2: an open type is a whole encoding behind its length, which is mostly one octet. */
static void open_type(struct output *out, const struct aper_type *type, const void *value)
{
    uint8_t *length = output_room(out, 1);
    if (!length)
        return;
    uint8_t *content = out->at;
    encode_value(out, type, value);
    output_align(out);
    if (out->at == content && output_ok(out))
        output_number(out, 0, 1);
    if (!output_ok(out))
        return;
    size_t octets = (size_t)(out->at - content);
    if (octets < 128) {
        *length = (uint8_t)octets;
    } else if (octets >= FRAGMENT) {
        close_long(out, content, octets);
    } else if (output_room(out, 1)) {
        memmove(content + 1, content, octets);
        length[0] = (uint8_t)(0x80 | octets >> 8);
        length[1] = (uint8_t)octets;
    }
}

static void field(struct output *out, const struct aper_part *part, const void *value)
{
    uint8_t *head = output_room(out, 3);
    if (!head)
        return;
    head[0] = (uint8_t)(part->id >> 8);
    head[1] = (uint8_t)part->id;
    head[2] = (uint8_t)(part->criticality << 6);
    open_type(out, part->type, value);
    if (!output_ok(out) && !out->fault.where)
        out->fault.where = part->name;
}

static unsigned present_of(const struct aper_part *parts, unsigned count, const void *record,
                           uint64_t *present)
{
    unsigned found = 0;
    *present = 0;
    for (unsigned i = 0; i < count; i++)
        if (aper_part_present(&parts[i], record)) {
            *present |= 1ULL << i;
            found++;
        }
    return found;
}

static void fields(struct output *out, const struct aper_part *parts, uint64_t present, const void *record)
{
    for (; present && output_ok(out); present &= present - 1) {
        const struct aper_part *part = &parts[__builtin_ctzll(present)];
        field(out, part, aper_part_value(part, record));
    }
}

static void container(struct output *out, const struct aper_type *type, const void *record)
{
    uint64_t present;
    unsigned count = present_of(type->parts, type->count, record, &present);
    output_bits(out, 0, 1);
    output_number(out, count, 2);
    fields(out, type->parts, present, record);
}

static void sequence(struct output *out, const struct aper_type *type, const void *record)
{
    uint64_t present, extensions;
    present_of(type->parts, type->roots, record, &present);
    unsigned count = present_of(type->parts + type->roots, type->count - type->roots, record, &extensions);
    uint32_t preamble = 0;
    for (unsigned i = 0; i < type->roots; i++)
        if (type->parts[i].presence != APER_MANDATORY)
            preamble = preamble << 1 | (present >> i & 1);
    output_bits(out, preamble << 1 | (count != 0), type->extensible + type->absent + 1u);
    for (; present && output_ok(out); present &= present - 1) {
        const struct aper_part *part = &type->parts[__builtin_ctzll(present)];
        encode_value(out, part->type, aper_part_value(part, record));
    }
    if (count) {
        output_number(out, count - 1, 2);
        fields(out, type->parts + type->roots, extensions, record);
    }
}

static void choice(struct output *out, const struct aper_type *type, const void *value)
{
    uint32_t which = *(const uint32_t *)value - 1;
    if (which >= type->count) {
        output_fail(out, NULL, "no alternative chosen");
        return;
    }
    const struct aper_part *part = &type->parts[which];
    output_whole(out, which < type->roots ? which : type->roots, 0, type->high, type->width);
    if (part->extension)
        field(out, part, (const char *)value + part->offset);
    else
        encode_value(out, part->type, (const char *)value + part->offset);
}

static void encode_value(struct output *out, const struct aper_type *type, const void *value)
{
    switch ((enum aper_kind)type->kind) {
    case APER_NULL:
        break;
    case APER_INTEGER:
        integer(out, type, scalar_load(value, type->store));
        break;
    case APER_ENUM:
        enumerated(out, type, scalar_load(value, 4));
        break;
    case APER_BITS:
        fixed_bits(out, type, value);
        break;
    case APER_SHORT_BITS:
        short_bits(out, type, value);
        break;
    case APER_BIT_STRING:
        bit_string(out, type, value);
        break;
    case APER_NUMBER:
        number(out, type, value);
        break;
    case APER_OCTETS:
        fixed_octets(out, type, value);
        break;
    case APER_OCTET_STRING:
    case APER_TEXT:
    case APER_UTF8:
        octet_string(out, type, value);
        break;
    case APER_LIST:
        list(out, type, value);
        break;
    case APER_SEQUENCE:
        sequence(out, type, value);
        break;
    case APER_CHOICE:
        choice(out, type, value);
        break;
    case APER_CONTAINER:
        container(out, type, value);
        break;
    }
    if (!output_ok(out) && !out->fault.where)
        out->fault.where = type->name;
}

static bool encode(const struct aper_type *type, struct writer *w, const void *value, struct fault *fault,
                   void (*how)(struct output *, const struct aper_type *, const void *))
{
    struct output out = {.base = w->base, .at = w->at, .end = w->end};
    how(&out, type, value);
    output_align(&out);
    if (!output_ok(&out)) {
        w->full = true;
        w->end = w->at;
        return fault_set(fault, out.fault.at, out.fault.where, out.fault.what);
    }
    w->at = out.at;
    return true;
}

/* At least one octet (11.1). */
static void encode_alone(struct output *out, const struct aper_type *type, const void *value)
{
    uint8_t *start = out->at;
    encode_value(out, type, value);
    if (out->at == start && out->filled == 0)
        output_number(out, 0, 1);
}

bool aper_encode(const struct aper_type *type, struct writer *w, const void *value, struct fault *fault)
{
    return encode(type, w, value, fault, encode_alone);
}

bool aper_encode_open(const struct aper_type *type, struct writer *w, const void *value, struct fault *fault)
{
    return encode(type, w, value, fault, open_type);
}
