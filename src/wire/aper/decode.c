/* SPDX-License-Identifier: Apache-2.0 */
/* Bits to structs. Section numbers are those of ITU-T X.691 (02/2021). */
#include "kit/scalar.h"
#include "wire/aper/aper.h"
#include "wire/aper/container.h"
#include "wire/aper/value.h"

enum { FRAGMENT = 16384 };

static uint64_t whole(struct decoder *d, const struct aper_type *type)
{
    return input_whole(&d->in, type->low, type->high, type->width);
}

/* 11.9.3.5 to 11.9.3.8: a length without bound below 64K. *more: a fragment, and further ones follow. */
static size_t length_determinant(struct input *in, bool *more)
{
    const uint8_t *first = input_octets(in, 1);
    *more = false;
    if (!first || first[0] < 0x80)
        return first ? first[0] : 0;
    if (first[0] < 0xc0) {
        const uint8_t *second = input_octets(in, 1);
        return second ? (first[0] & 0x3fu) << 8 | *second : 0;
    }
    size_t fragments = first[0] & 0x3f;
    if (fragments < 1 || fragments > 4)
        input_fail(in, "fragment of a size that does not exist");
    *more = true;
    return fragments * FRAGMENT;
}

/* Content counted in units of `unit` bits (1 or 8) behind lengths of their own; fragments are joined in the
 * arena. */
static struct bytes counted(struct decoder *d, unsigned unit, size_t *count)
{
    bool more;
    size_t part = length_determinant(&d->in, &more);
    size_t octets = (part * unit + 7) / 8;
    const uint8_t *from = input_octets(&d->in, octets);
    *count = from ? part : 0;
    if (!from || !more)
        return bytes_of(from, from ? octets : 0);
    uint8_t *joined = arena_alloc(d->arena, octets + input_left(&d->in) / 8);
    if (!joined)
        return input_fail(&d->in, "larger than memory allows"), (struct bytes){0};
    size_t at = 0;
    while (from) {
        memcpy(joined + at, from, octets);
        at += octets;
        if (!more)
            break;
        part = length_determinant(&d->in, &more);
        octets = (part * unit + 7) / 8;
        from = input_octets(&d->in, octets);
        *count += part;
    }
    return bytes_of(joined, at);
}

struct bytes open_type(struct decoder *d)
{
    size_t count;
    return counted(d, 8, &count);
}

/* 13.2.6 b: beyond the root, a two's complement number of as many octets as are said. The root's own values have no other form
 * than the root's (13.1). */
static void beyond_integer(struct decoder *d, const struct aper_type *type, void *out)
{
    bool more;
    size_t octets = length_determinant(&d->in, &more);
    if (octets < 1 || more) {
        input_fail(&d->in, "number of no octets");
        return;
    }
    const uint8_t *from = input_octets(&d->in, octets);
    if (!from)
        return;
    uint64_t value = 0;
    bool over = from[0] & 0x80;
    for (size_t i = 0; i < octets; i++) {
        over = over || value >> 56;
        value = value << 8 | from[i];
    }
    if (over || value <= type->high || value > type->top)
        d->strange = true;
    else
        scalar_store(out, type->store, value);
}

static void integer(struct decoder *d, const struct aper_type *type, void *out)
{
    if (type->extensible && input_bits(&d->in, 1))
        beyond_integer(d, type, out);
    else {
        uint64_t value = whole(d, type);
        d->strange |= !aper_defined(type, value);
        scalar_store(out, type->store, value);
    }
}

/* 11.6: a number that is usually below 64. */
static size_t small_number(struct input *in)
{
    if (!input_bits(in, 1))
        return input_bits(in, 6);
    bool more;
    size_t octets = length_determinant(in, &more);
    if (octets < 1 || octets > 4) {
        input_fail(in, "number out of range");
        return 0;
    }
    return input_number(in, octets);
}

static void enumerated(struct decoder *d, const struct aper_type *type, void *out)
{
    uint64_t value;
    if (type->extensible && input_bits(&d->in, 1))
        value = type->high + 1 + small_number(&d->in);
    else
        value = whole(d, type);
    if (value >= type->count)
        d->strange = true;
    else
        scalar_store(out, 4, value);
}

/* A size beyond its root: nothing we know of has one. */
static bool beyond_size(struct decoder *d, const struct aper_type *type, unsigned unit)
{
    if (!type->extensible || !input_bits(&d->in, 1))
        return false;
    size_t count;
    counted(d, unit, &count);
    d->strange = true;
    return true;
}

static uint64_t bits_of(struct decoder *d, unsigned count, bool aligned)
{
    if (!aligned)
        return input_bits(&d->in, count);
    input_align(&d->in);
    uint64_t high = count > 32 ? input_bits(&d->in, count - 32) : 0;
    return high << 32 | input_bits(&d->in, count > 32 ? 32 : count);
}

/* 16.9: up to 16 bits of one size are not aligned. */
static void fixed_bits(struct decoder *d, const struct aper_type *type, void *out)
{
    if (!beyond_size(d, type, 1))
        scalar_store(out, type->store, bits_of(d, (unsigned)type->high, type->high > 16));
}

static void short_bits(struct decoder *d, const struct aper_type *type, struct aper_bits *out)
{
    out->length = (uint8_t)whole(d, type);
    out->value = bits_of(d, out->length, true);
}

static void bit_string(struct decoder *d, const struct aper_type *type, struct aper_bit_string *out)
{
    if (beyond_size(d, type, 1))
        return;
    struct bytes content;
    size_t bits;
    if (type->high < 65536) {
        bits = whole(d, type);
        content = bytes_of(input_octets(&d->in, bits / 8), bits / 8);
        if (bits % 8 && input_ok(&d->in)) {
            input_bits(&d->in, bits % 8);
            content.len++;
        }
    } else {
        content = counted(d, 1, &bits);
        if (bits < type->low || bits > type->high)
            input_fail(&d->in, "size out of range");
        else
            d->in.at -= 8 * content.len - bits; /* the rest of the last octet belongs to what follows */
    }
    if (!input_ok(&d->in))
        return;
    uint8_t unused = bits % 8 ? 0xff >> bits % 8 : 0;
    if (unused && content.data && content.data[content.len - 1] & unused) {
        content = arena_copy(d->arena, content);
        if (!content.data) {
            input_fail(&d->in, "larger than memory allows");
            return;
        }
        ((uint8_t *)content.data)[content.len - 1] &= (uint8_t)~unused;
    }
    *out = (struct aper_bit_string){content.data, bits};
}

/* 17.6: up to two octets of one size are not aligned. */
static void number(struct decoder *d, const struct aper_type *type, void *out)
{
    if (type->high <= 2)
        scalar_store(out, type->store, input_bits(&d->in, 8 * (unsigned)type->high));
    else
        scalar_store(out, type->store, input_number(&d->in, type->high));
}

static void fixed_octets(struct decoder *d, const struct aper_type *type, uint8_t *out)
{
    if (type->size <= 2) {
        for (unsigned i = 0; i < type->size; i++)
            out[i] = (uint8_t)input_bits(&d->in, 8);
        return;
    }
    const uint8_t *from = input_octets(&d->in, type->size);
    if (from)
        memcpy(out, from, type->size);
}

static void octet_string(struct decoder *d, const struct aper_type *type, struct bytes *out)
{
    if (type->kind != APER_UTF8 && beyond_size(d, type, 8))
        return;
    size_t count;
    if (type->high < 65536 && type->kind != APER_UTF8) {
        count = whole(d, type);
        *out = bytes_of(input_octets(&d->in, count), count);
    } else {
        *out = counted(d, 8, &count);
        if (type->kind != APER_UTF8 && (count < type->low || count > type->high))
            input_fail(&d->in, "size out of range");
    }
    if (!input_ok(&d->in))
        *out = (struct bytes){0};
}

/* Every item takes at least a bit, so that a lying count costs no memory. */
static void list(struct decoder *d, const struct aper_type *type, struct aper_list *out)
{
    bool more = false;
    size_t count = type->high < 65536 ? whole(d, type) : length_determinant(&d->in, &more);
    if (more || count < type->low || count > type->high) {
        input_fail(&d->in, more ? "list longer than is handled" : "size out of range");
        return;
    }
    if (count > input_left(&d->in)) {
        input_fail(&d->in, "ends too early");
        return;
    }
    char *items = arena_array(d->arena, count, type->of->size);
    if (!items) {
        input_fail(&d->in, "larger than memory allows");
        return;
    }
    *out = (struct aper_list){items, count};
    for (size_t i = 0; i < count && input_ok(&d->in); i++)
        decode_value(d, type->of, items + i * type->of->size);
}

void *part_place(struct decoder *d, const struct aper_part *part, void *record)
{
    char *place = (char *)record + part->offset;
    if (part->presence == APER_FLAGGED)
        *((bool *)record + part->flag) = true;
    if (part->presence != APER_POINTED)
        return place;
    void *value = arena_alloc(d->arena, part->type->size);
    if (!value)
        input_fail(&d->in, "larger than memory allows");
    *(void **)place = value;
    return value;
}

/* 19.7 to 19.9: what a later version added stands at the end, each in an open type. */
static void skip_additions(struct decoder *d)
{
    size_t count = 1 + small_number(&d->in), present = 0;
    if (count > input_left(&d->in)) {
        input_fail(&d->in, "ends too early");
        return;
    }
    for (size_t i = 0; i < count; i++)
        present += input_bits(&d->in, 1);
    while (present-- && input_ok(&d->in))
        open_type(d);
}

static void sequence(struct decoder *d, const struct aper_type *type, void *out)
{
    uint32_t present = input_bits(&d->in, type->extensible + type->absent + 1u);
    unsigned bit = type->absent;
    bool added = type->extensible && present >> (type->absent + 1) & 1;
    for (unsigned i = 0; i < type->roots && input_ok(&d->in); i++) {
        const struct aper_part *part = &type->parts[i];
        if (part->presence != APER_MANDATORY && !(present >> bit-- & 1))
            continue;
        void *place = part_place(d, part, out);
        if (place)
            decode_value(d, part->type, place);
    }
    if (present & 1)
        decode_extensions(d, type, out);
    if (added)
        skip_additions(d);
}

static void container(struct decoder *d, const struct aper_type *type, void *out)
{
    bool added = input_bits(&d->in, 1);
    decode_container(d, type, out);
    if (added)
        skip_additions(d);
}

static void choice(struct decoder *d, const struct aper_type *type, void *out)
{
    uint64_t which = input_whole(&d->in, 0, type->high, type->width);
    if (!input_ok(&d->in))
        return;
    if (which == type->roots) {
        decode_choice_extension(d, type, out);
        return;
    }
    *(uint32_t *)out = (uint32_t)which + 1;
    decode_value(d, type->parts[which].type, (char *)out + type->parts[which].offset);
}

void decode_value(struct decoder *d, const struct aper_type *type, void *out)
{
    switch ((enum aper_kind)type->kind) {
    case APER_NULL:
        break;
    case APER_INTEGER:
        integer(d, type, out);
        break;
    case APER_ENUM:
        enumerated(d, type, out);
        break;
    case APER_BITS:
        fixed_bits(d, type, out);
        break;
    case APER_SHORT_BITS:
        short_bits(d, type, out);
        break;
    case APER_BIT_STRING:
        bit_string(d, type, out);
        break;
    case APER_NUMBER:
        number(d, type, out);
        break;
    case APER_OCTETS:
        fixed_octets(d, type, out);
        break;
    case APER_OCTET_STRING:
    case APER_TEXT:
    case APER_UTF8:
        octet_string(d, type, out);
        break;
    case APER_LIST:
        list(d, type, out);
        break;
    case APER_SEQUENCE:
        sequence(d, type, out);
        break;
    case APER_CHOICE:
        choice(d, type, out);
        break;
    case APER_CONTAINER:
        container(d, type, out);
        break;
    }
    if (!input_ok(&d->in) && !d->in.fault.where)
        d->in.fault.where = type->name;
}

/* Decodes from the cursor on a value that ends where the cursor's input ends. */
static void decode_to_end(struct decoder *d, const struct aper_type *type, void *out)
{
    size_t start = d->in.at;
    decode_value(d, type, out);
    size_t used = (d->in.at - start + 7) / 8;
    if (input_ok(&d->in) && 8 * (used ? used : 1) != d->in.end - start) {
        input_fail(&d->in, "longer than its value");
        d->in.fault.where = type->name;
    }
}

/* Fragments joined elsewhere; a fault in them is said to be behind them. */
static bool decode_joined(struct decoder *d, const struct aper_type *type, struct bytes content, void *out)
{
    struct input outer = d->in;
    d->in = input_of(content);
    decode_to_end(d, type, out);
    outer.fault = d->in.fault;
    d->in = outer;
    if (!input_ok(&d->in)) {
        d->in.fault.at = d->in.at / 8;
        d->in.at = d->in.end;
    }
    return input_ok(&d->in);
}

bool decode_whole(struct decoder *d, const struct aper_type *type, struct bytes content, void *out)
{
    size_t at = d->in.at, end = d->in.end, start = 8 * (size_t)(content.data - d->in.base);
    if (content.data < d->in.base || content.data + content.len > d->in.base + end / 8)
        return decode_joined(d, type, content, out);
    d->in.at = start;
    d->in.end = start + 8 * content.len;
    decode_to_end(d, type, out);
    d->in.at = input_ok(&d->in) ? at : end;
    d->in.end = end;
    return input_ok(&d->in);
}

bool aper_decode(const struct aper_type *type, struct bytes in, struct arena *arena, bool any_order,
                 const void **value, struct aper_diagnostics *diagnostics)
{
    struct decoder d = {
        .in = input_of(in), .arena = arena, .diagnostics = diagnostics, .any_order = any_order};
    *diagnostics = (struct aper_diagnostics){0};
    void *out = arena_alloc(arena, type->size);
    *value = out;
    if (!out)
        return fault_set(&diagnostics->fault, 0, type->name, "larger than memory allows");
    decode_to_end(&d, type, out);
    bool ok = input_ok(&d.in);
    if (!ok)
        diagnostics->fault = d.in.fault;
    else if (d.strange)
        decode_problem(&d, 0, APER_REJECT, false);
    return ok;
}

bool aper_open_content(struct reader *r, struct arena *arena, struct bytes *content)
{
    struct decoder d = {.in = input_of(bytes_of(r->at, reader_left(r))), .arena = arena};
    *content = open_type(&d);
    if (!input_ok(&d.in)) {
        r->at += d.in.fault.at;
        return reader_fail(r, d.in.fault.where, d.in.fault.what);
    }
    r->at += d.in.at / 8;
    return true;
}
