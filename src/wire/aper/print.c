/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/scalar.h"
#include "wire/aper/aper.h"

static void print_enumerated(struct printer *p, const char *name, const struct aper_type *type,
                             uint64_t value)
{
    print_enum(p, name, value, value < type->count ? type->names[value] : NULL);
}

/* Text ends at its length or at a NUL; what is longer than any name is cut. */
static void print_characters(struct printer *p, const char *name, struct bytes text)
{
    char copy[256];
    size_t length = text.len < sizeof copy ? text.len : sizeof copy - 1;
    if (length)
        memcpy(copy, text.data, length);
    copy[length] = '\0';
    print_text(p, name, copy);
}

static void print_octet_string(struct printer *p, const char *name, const struct aper_type *type,
                               struct bytes octets)
{
    struct aper_diagnostics diagnostics;
    struct arena arena;
    const void *value;
    if (type->of) {
        arena_init(&arena, 0);
        bool ok = aper_decode(type->of, octets, &arena, true, &value, &diagnostics);
        if (ok)
            aper_print(p, name, type->of, value);
        arena_free(&arena);
        if (ok)
            return;
    }
    print_hex(p, name, octets);
}

static void print_bits(struct printer *p, const char *name, struct aper_bit_string bits)
{
    print_open(p, name);
    print_uint(p, "bits", bits.bits);
    print_hex(p, "value", bytes_of(bits.data, (bits.bits + 7) / 8));
    print_close(p);
}

static void print_short_bits(struct printer *p, const char *name, const struct aper_bits *bits)
{
    print_open(p, name);
    print_uint(p, "bits", bits->length);
    print_uint(p, "value", bits->value);
    print_close(p);
}

static void print_items(struct printer *p, const char *name, const struct aper_type *type,
                        const struct aper_list *list)
{
    print_list(p, name);
    for (size_t i = 0; i < list->count; i++)
        aper_print(p, NULL, type->of, (const char *)list->items + i * type->of->size);
    print_end(p);
}

static void print_members(struct printer *p, const char *name, const struct aper_type *type,
                          const void *record)
{
    print_open(p, name);
    for (unsigned i = 0; i < type->count; i++)
        if (aper_part_present(&type->parts[i], record))
            aper_print(p, type->parts[i].name, type->parts[i].type, aper_part_value(&type->parts[i], record));
    print_close(p);
}

static void print_alternative(struct printer *p, const char *name, const struct aper_type *type,
                              const void *value)
{
    uint32_t which = *(const uint32_t *)value;
    print_open(p, name);
    if (which >= 1 && which <= type->count) {
        const struct aper_part *part = &type->parts[which - 1];
        aper_print(p, part->name, part->type, (const char *)value + part->offset);
    }
    print_close(p);
}

void aper_print(struct printer *p, const char *name, const struct aper_type *type, const void *value)
{
    switch ((enum aper_kind)type->kind) {
    case APER_NULL:
        print_bool(p, name, true);
        break;
    case APER_INTEGER:
    case APER_BITS:
    case APER_NUMBER:
        print_uint(p, name, scalar_load(value, type->store));
        break;
    case APER_ENUM:
        print_enumerated(p, name, type, scalar_load(value, 4));
        break;
    case APER_SHORT_BITS:
        print_short_bits(p, name, value);
        break;
    case APER_BIT_STRING:
        print_bits(p, name, *(const struct aper_bit_string *)value);
        break;
    case APER_OCTETS:
        print_hex(p, name, bytes_of(value, type->size));
        break;
    case APER_OCTET_STRING:
        print_octet_string(p, name, type, *(const struct bytes *)value);
        break;
    case APER_TEXT:
    case APER_UTF8:
        print_characters(p, name, *(const struct bytes *)value);
        break;
    case APER_LIST:
        print_items(p, name, type, value);
        break;
    case APER_SEQUENCE:
    case APER_CONTAINER:
        print_members(p, name, type, value);
        break;
    case APER_CHOICE:
        print_alternative(p, name, type, value);
        break;
    }
}
