/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flat form: what a struct holds, in its order. Scalars as many octets as in C, little-endian; octets of
 * varying number behind a count of four; lists behind a count of items; an octet for the alternative of a
 * choice; a bit for each part of a sequence or container, then the parts present.
 */
#include "kit/scalar.h"
#include "wire/aper/aper.h"

static void put(struct writer *w, uint64_t value, unsigned size)
{
    uint8_t *room = write_room(w, size);
    for (unsigned i = 0; room && i < size; i++, value >>= 8)
        room[i] = (uint8_t)value;
}

static uint64_t take(struct reader *r, unsigned size)
{
    struct bytes from = read_bytes(r, size);
    uint64_t value = 0;
    for (size_t i = from.len; i-- > 0;)
        value = value << 8 | from.data[i];
    return value;
}

static bool scalar_good(const struct aper_type *type, uint64_t value)
{
    switch (type->kind) {
    case APER_ENUM:
        return value < type->count;
    case APER_BITS:
        return type->high >= 64 || value >> type->high == 0;
    case APER_NUMBER:
        return type->high >= 8 || value >> (8 * type->high) == 0;
    default:
        return value >= type->low && value <= (type->top > type->high ? type->top : type->high) &&
               aper_defined(type, value);
    }
}

static bool size_good(const struct aper_type *type, uint64_t size)
{
    return type->kind == APER_UTF8 || (size >= type->low && size <= type->high);
}

static bool is_dropped(const struct aper_part *part, const struct aper_diagnostics *dropped)
{
    if (!dropped || part->presence != APER_MANDATORY || part->criticality == APER_REJECT)
        return false;
    for (unsigned i = 0; i < dropped->count && i < APER_PROBLEMS; i++)
        if (dropped->problems[i].id == part->id)
            return true;
    return false;
}

struct flattening {
    struct writer *w;
    const struct aper_diagnostics *dropped;
    struct fault *fault;
};

static bool flatten(struct flattening *f, const struct aper_type *type, const void *value);

static bool flatten_fail(struct flattening *f, const char *name, const char *what)
{
    return fault_set(f->fault, writer_length(f->w), name, what);
}

static bool flatten_octets(struct flattening *f, const struct aper_type *type, const uint8_t *data,
                           size_t octets, size_t size)
{
    if (!size_good(type, size))
        return flatten_fail(f, type->name, "size out of range");
    put(f->w, size, 4);
    write_bytes(f->w, bytes_of(data, octets));
    return true;
}

static bool flatten_list(struct flattening *f, const struct aper_type *type, const struct aper_list *list)
{
    if (!size_good(type, list->count))
        return flatten_fail(f, type->name, "size out of range");
    put(f->w, list->count, 4);
    for (size_t i = 0; i < list->count; i++)
        if (!flatten(f, type->of, (const char *)list->items + i * type->of->size))
            return false;
    return true;
}

static bool flatten_parts(struct flattening *f, const struct aper_type *type, const void *record)
{
    uint64_t present = 0;
    for (unsigned i = 0; i < type->count; i++)
        if (aper_part_present(&type->parts[i], record) && !is_dropped(&type->parts[i], f->dropped))
            present |= 1ULL << i;
    put(f->w, present, (type->count + 7u) / 8);
    for (; present; present &= present - 1) {
        const struct aper_part *part = &type->parts[__builtin_ctzll(present)];
        if (!flatten(f, part->type, aper_part_value(part, record)))
            return false;
    }
    return true;
}

static bool flatten_choice(struct flattening *f, const struct aper_type *type, const void *value)
{
    uint32_t which = *(const uint32_t *)value;
    if (which < 1 || which > type->count)
        return flatten_fail(f, type->name, "no alternative chosen");
    put(f->w, which, 1);
    return flatten(f, type->parts[which - 1].type, (const char *)value + type->parts[which - 1].offset);
}

static bool flatten_scalar(struct flattening *f, const struct aper_type *type, const void *value)
{
    uint64_t n = scalar_load(value, type->store);
    if (!scalar_good(type, n))
        return flatten_fail(f, type->name, "value out of range");
    put(f->w, n, type->store);
    return true;
}

static bool flatten_short_bits(struct flattening *f, const struct aper_type *type,
                               const struct aper_bits *bits)
{
    if (!size_good(type, bits->length))
        return flatten_fail(f, type->name, "size out of range");
    put(f->w, bits->length, 1);
    put(f->w, bits->value, 8);
    return true;
}

static bool flatten(struct flattening *f, const struct aper_type *type, const void *value)
{
    const struct aper_bit_string *bits = value;
    const struct bytes *octets = value;
    switch ((enum aper_kind)type->kind) {
    case APER_NULL:
        return true;
    case APER_INTEGER:
    case APER_ENUM:
    case APER_BITS:
    case APER_NUMBER:
        return flatten_scalar(f, type, value);
    case APER_SHORT_BITS:
        return flatten_short_bits(f, type, value);
    case APER_BIT_STRING:
        return flatten_octets(f, type, bits->data, (bits->bits + 7) / 8, bits->bits);
    case APER_OCTETS:
        write_bytes(f->w, bytes_of(value, type->size));
        return true;
    case APER_OCTET_STRING:
    case APER_TEXT:
    case APER_UTF8:
        return flatten_octets(f, type, octets->data, octets->len, octets->len);
    case APER_LIST:
        return flatten_list(f, type, value);
    case APER_SEQUENCE:
    case APER_CONTAINER:
        return flatten_parts(f, type, value);
    case APER_CHOICE:
        return flatten_choice(f, type, value);
    }
    return false;
}

bool aper_flatten(const struct aper_type *type, struct writer *w, const void *value,
                  const struct aper_diagnostics *dropped, struct fault *fault)
{
    struct flattening f = {w, dropped, fault};
    if (!flatten(&f, type, value))
        return false;
    return !w->full || fault_set(fault, writer_length(w), type->name, "no room");
}

struct unflattening {
    struct reader *r;
    struct arena *arena;
    const struct aper_diagnostics *dropped;
};

static bool unflatten(struct unflattening *u, const struct aper_type *type, void *out);

static void *room_for(struct unflattening *u, const char *name, size_t count, size_t size)
{
    void *room = arena_array(u->arena, count, size);
    if (!room)
        reader_fail(u->r, name, "larger than memory allows");
    return room;
}

static bool unflatten_octets(struct unflattening *u, const struct aper_type *type, struct bytes *out)
{
    size_t size = take(u->r, 4);
    if (reader_ok(u->r) && !size_good(type, size))
        return reader_fail(u->r, type->name, "size out of range");
    *out = read_bytes(u->r, size);
    return reader_ok(u->r);
}

static bool unflatten_bit_string(struct unflattening *u, const struct aper_type *type,
                                 struct aper_bit_string *out)
{
    size_t bits = take(u->r, 4);
    if (reader_ok(u->r) && !size_good(type, bits))
        return reader_fail(u->r, type->name, "size out of range");
    struct bytes octets = read_bytes(u->r, (bits + 7) / 8);
    if (!reader_ok(u->r))
        return false;
    if (bits % 8 && octets.len && octets.data[octets.len - 1] & 0xff >> bits % 8)
        return reader_fail(u->r, type->name, "more bits than the size says");
    *out = (struct aper_bit_string){octets.data, bits};
    return true;
}

static bool unflatten_list(struct unflattening *u, const struct aper_type *type, struct aper_list *out)
{
    size_t count = take(u->r, 4);
    if (!reader_ok(u->r))
        return false;
    if (!size_good(type, count) || count > reader_left(u->r))
        return reader_fail(u->r, type->name, "size out of range");
    char *items = room_for(u, type->name, count, type->of->size);
    if (!items)
        return false;
    *out = (struct aper_list){items, count};
    for (size_t i = 0; i < count; i++)
        if (!unflatten(u, type->of, items + i * type->of->size))
            return false;
    return true;
}

static bool unflatten_part(struct unflattening *u, const struct aper_part *part, char *record)
{
    void *place = record + part->offset;
    if (part->presence == APER_FLAGGED)
        *(bool *)(record + part->flag) = true;
    if (part->presence == APER_POINTED) {
        void *value = room_for(u, part->name, 1, part->type->size);
        if (!value)
            return false;
        *(void **)place = value;
        place = value;
    }
    return unflatten(u, part->type, place);
}

static bool unflatten_parts(struct unflattening *u, const struct aper_type *type, void *record)
{
    uint64_t present = take(u->r, (type->count + 7u) / 8);
    if (type->count < 64 && present >> type->count)
        return reader_fail(u->r, type->name, "part that does not exist");
    for (unsigned i = 0; i < type->count; i++) {
        const struct aper_part *part = &type->parts[i];
        if (present >> i & 1) {
            if (!unflatten_part(u, part, record))
                return false;
        } else if (part->presence == APER_MANDATORY && !is_dropped(part, u->dropped)) {
            return reader_fail(u->r, part->name, "mandatory, and missing");
        }
    }
    return reader_ok(u->r);
}

static bool unflatten_choice(struct unflattening *u, const struct aper_type *type, void *out)
{
    uint32_t which = (uint32_t)take(u->r, 1);
    if (which < 1 || which > type->count)
        return reader_fail(u->r, type->name, "alternative that does not exist");
    *(uint32_t *)out = which;
    return unflatten(u, type->parts[which - 1].type, (char *)out + type->parts[which - 1].offset);
}

static bool unflatten_scalar(struct unflattening *u, const struct aper_type *type, void *out)
{
    uint64_t n = take(u->r, type->store);
    if (reader_ok(u->r) && !scalar_good(type, n))
        return reader_fail(u->r, type->name, "value out of range");
    scalar_store(out, type->store, n);
    return reader_ok(u->r);
}

static bool unflatten_short_bits(struct unflattening *u, const struct aper_type *type, struct aper_bits *out)
{
    *out = (struct aper_bits){.length = (uint8_t)take(u->r, 1)};
    out->value = take(u->r, 8);
    if (reader_ok(u->r) && (!size_good(type, out->length) || (out->length < 64 && out->value >> out->length)))
        return reader_fail(u->r, type->name, "size out of range");
    return reader_ok(u->r);
}

static bool unflatten(struct unflattening *u, const struct aper_type *type, void *out)
{
    switch ((enum aper_kind)type->kind) {
    case APER_NULL:
        return true;
    case APER_INTEGER:
    case APER_ENUM:
    case APER_BITS:
    case APER_NUMBER:
        return unflatten_scalar(u, type, out);
    case APER_SHORT_BITS:
        return unflatten_short_bits(u, type, out);
    case APER_BIT_STRING:
        return unflatten_bit_string(u, type, out);
    case APER_OCTETS: {
        struct bytes octets = read_bytes(u->r, type->size);
        if (octets.len)
            memcpy(out, octets.data, octets.len);
        return reader_ok(u->r);
    }
    case APER_OCTET_STRING:
    case APER_TEXT:
    case APER_UTF8:
        return unflatten_octets(u, type, out);
    case APER_LIST:
        return unflatten_list(u, type, out);
    case APER_SEQUENCE:
    case APER_CONTAINER:
        return unflatten_parts(u, type, out);
    case APER_CHOICE:
        return unflatten_choice(u, type, out);
    }
    return false;
}

bool aper_unflatten(const struct aper_type *type, struct reader *r, struct arena *arena, const void **value,
                    const struct aper_diagnostics *dropped)
{
    struct unflattening u = {r, arena, dropped};
    void *out = room_for(&u, type->name, 1, type->size);
    *value = out;
    return out && unflatten(&u, type, out);
}
