/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/ngap_values.h"

#include <assert.h>
#include <stdio.h>

#include "kit/scalar.h"

enum { DEEP = 7, ROOM = 256 * 1024 };

static uint64_t roll(struct dice *dice)
{
    uint64_t z = dice->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint64_t dice_between(struct dice *dice, uint64_t low, uint64_t high)
{
    uint64_t span = high - low + 1;
    return span ? low + roll(dice) % span : roll(dice);
}

static bool one_in(struct dice *dice, unsigned n)
{
    return roll(dice) % n == 0;
}

struct making {
    struct dice *dice;
    struct arena *arena;
    unsigned depth;
    bool failed;
};

static void fill(struct making *m, const struct aper_type *type, void *out);

static void *room(struct making *m, size_t size)
{
    void *got = arena_alloc(m->arena, size ? size : 1);
    m->failed |= !got;
    return got;
}

static uint64_t any_number_for(struct making *m, const struct aper_type *type)
{
    uint64_t high = type->kind == APER_ENUM ? type->count - 1u : type->high;
    if (type->kind == APER_BITS)
        high = type->high == 64 ? UINT64_MAX : (1ULL << type->high) - 1;
    if (type->kind == APER_NUMBER)
        high = type->high == 8 ? UINT64_MAX : (1ULL << 8 * type->high) - 1;
    uint64_t low = type->kind == APER_INTEGER ? type->low : 0;
    if (type->kind == APER_INTEGER && type->top > high && one_in(m->dice, 4))
        return dice_between(m->dice, high + 1, type->top);
    switch (roll(m->dice) % 5) {
    case 0:
        return low;
    case 1:
        return high;
    case 2:
        return low + dice_between(m->dice, 0, high - low < 300 ? high - low : 300);
    default:
        return dice_between(m->dice, low, high);
    }
}

static uint64_t number_for(struct making *m, const struct aper_type *type)
{
    uint64_t value = any_number_for(m, type);
    while (!aper_defined(type, value))
        value = any_number_for(m, type);
    return value;
}

static uint64_t size_for(struct making *m, const struct aper_type *type, uint64_t usual)
{
    uint64_t high = type->high < type->low + usual ? type->high : type->low + usual;
    if (type->high <= 160 && one_in(m->dice, 6))
        return type->high;
    if (m->dice->plain && type->high == UINT64_MAX)
        return usual;
    return dice_between(m->dice, type->low, high);
}

static uint8_t *octets_for(struct making *m, size_t count, bool text)
{
    uint8_t *octets = room(m, count);
    for (size_t i = 0; octets && i < count; i++)
        octets[i] = (uint8_t)(text ? dice_between(m->dice, 'a', 'z') : roll(m->dice));
    return octets;
}

static void fill_octet_string(struct making *m, const struct aper_type *type, struct bytes *out)
{
    if (!type->of) {
        size_t size = type->kind == APER_UTF8 ? dice_between(m->dice, 1, 150)
                                              : size_for(m, type, one_in(m->dice, 9) ? 300 : 40);
        *out = bytes_of(octets_for(m, size, type->kind != APER_OCTET_STRING), size);
        return;
    }
    void *value = room(m, type->of->size), *buffer = room(m, ROOM);
    if (m->failed)
        return;
    fill(m, type->of, value);
    struct writer w = writer_of(buffer, ROOM);
    if (!m->failed)
        m->failed = !aper_encode(type->of, &w, value, NULL);
    *out = writer_bytes(&w);
}

static void fill_octets(struct making *m, const struct aper_type *type, uint8_t *out)
{
    bool plmn = m->dice->plmn && strcmp(type->name, "PLMNIdentity") == 0;
    for (unsigned i = 0; i < type->size; i++)
        out[i] = plmn ? m->dice->plmn[i] : (uint8_t)roll(m->dice);
}

static void fill_bit_string(struct making *m, const struct aper_type *type, struct aper_bit_string *out)
{
    bool address = m->dice->address_bits && strcmp(type->name, "TransportLayerAddress") == 0;
    out->bits = address ? m->dice->address_bits : size_for(m, type, 200);
    size_t octets = (out->bits + 7) / 8;
    uint8_t *data = octets_for(m, octets, false);
    if (data && out->bits % 8)
        data[octets - 1] &= (uint8_t)(0xff00 >> out->bits % 8);
    out->data = data;
}

static void fill_short_bits(struct making *m, const struct aper_type *type, struct aper_bits *out)
{
    out->length = (uint8_t)dice_between(m->dice, type->low, type->high);
    out->value = roll(m->dice) >> (64 - out->length);
}

static void fill_list(struct making *m, const struct aper_type *type, struct aper_list *out)
{
    size_t count = m->depth > DEEP ? type->low : size_for(m, type, 2);
    if (count > 8 && m->depth > 3)
        count = type->low;
    char *items = room(m, count * type->of->size);
    for (size_t i = 0; items && i < count; i++)
        fill(m, type->of, items + i * type->of->size);
    *out = (struct aper_list){items, count};
}

/* What tshark 4.0 dissects whatever it is told, and UTF8String, which it takes for a string with a
 * PER-visible size. */
static bool looked_into(const struct aper_type *type)
{
    static const char *const names[] = {"EN-DCSONConfigurationTransfer", "MDT-Configuration-EUTRA",
                                        "UERLFReportContainer", "FailureIndication",
                                        "SuccessfulHandoverReportList"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(type->name, names[i]) == 0)
            return true;
    return type->kind == APER_UTF8;
}

static void fill_parts(struct making *m, const struct aper_type *type, char *out)
{
    for (unsigned i = 0; i < type->count; i++) {
        const struct aper_part *part = &type->parts[i];
        bool optional = part->presence != APER_MANDATORY;
        if (optional && (m->depth > DEEP || one_in(m->dice, m->depth > 3 ? 2 : 3)))
            continue;
        if (optional && part->extension && !one_in(m->dice, 4))
            continue;
        if (optional && m->dice->plain && looked_into(part->type))
            continue;
        void *place = out + part->offset;
        if (part->presence == APER_FLAGGED)
            *(bool *)(out + part->flag) = true;
        if (part->presence == APER_POINTED) {
            void *value = room(m, part->type->size);
            *(void **)place = value;
            place = value;
        }
        if (place)
            fill(m, part->type, place);
    }
}

static void fill(struct making *m, const struct aper_type *type, void *out)
{
    m->depth++;
    switch ((enum aper_kind)type->kind) {
    case APER_NULL:
        break;
    case APER_INTEGER:
    case APER_ENUM:
    case APER_BITS:
    case APER_NUMBER:
        scalar_store(out, type->store, number_for(m, type));
        break;
    case APER_SHORT_BITS:
        fill_short_bits(m, type, out);
        break;
    case APER_BIT_STRING:
        fill_bit_string(m, type, out);
        break;
    case APER_OCTETS:
        fill_octets(m, type, out);
        break;
    case APER_OCTET_STRING:
    case APER_TEXT:
    case APER_UTF8:
        fill_octet_string(m, type, out);
        break;
    case APER_LIST:
        fill_list(m, type, out);
        break;
    case APER_SEQUENCE:
    case APER_CONTAINER:
        fill_parts(m, type, out);
        break;
    case APER_CHOICE: {
        uint32_t which = (uint32_t)dice_between(m->dice, 1, type->count);
        while (m->dice->plain && looked_into(type->parts[which - 1].type))
            which = which % type->count + 1;
        *(uint32_t *)out = which;
        fill(m, type->parts[which - 1].type, (char *)out + type->parts[which - 1].offset);
        break;
    }
    }
    m->depth--;
}

const void *random_value(struct dice *dice, const struct aper_type *type, struct arena *arena)
{
    struct making m = {.dice = dice, .arena = arena};
    void *value = room(&m, type->size);
    if (value)
        fill(&m, type, value);
    return m.failed ? NULL : value;
}

struct bytes random_message(struct dice *dice, enum ngap_message_type type, struct arena *arena)
{
    struct fault fault = {0};
    const void *value = random_value(dice, ngap_messages[type].type, arena);
    void *buffer = arena_alloc(arena, ROOM);
    assert(value && buffer);
    struct writer w = writer_of(buffer, ROOM);
    bool ok = ngap_encode(&w, type, value, &fault);
    if (!ok)
        fprintf(stderr, "%s: %s: %s\n", ngap_message_name(type), fault.where, fault.what);
    assert(ok);
    return writer_bytes(&w);
}

bool raw_read(struct bytes in, struct arena *arena, struct raw_pdu *raw)
{
    struct reader r = reader_of(in);
    *raw = (struct raw_pdu){.kind = read_u8(&r), .procedure_code = read_u8(&r), .criticality = read_u8(&r)};
    struct bytes content;
    if (!aper_open_content(&r, arena, &content))
        return false;
    r = reader_of(content);
    read_u8(&r);
    raw->count = read_u16(&r);
    for (unsigned i = 0; i < raw->count && i < MOST_FIELDS; i++) {
        raw->fields[i].id = read_u16(&r);
        raw->fields[i].criticality = read_u8(&r);
        if (!aper_open_content(&r, arena, &raw->fields[i].content))
            return false;
    }
    return reader_ok(&r);
}

/* Lengths below 16K only. */
static void write_length(struct writer *w, size_t length)
{
    assert(length < 16384);
    write_uint(w, length < 128 ? length : length | 0x8000, length < 128 ? 1 : 2);
}

struct bytes raw_write(const struct raw_pdu *raw, struct writer *w)
{
    size_t length = 3;
    for (unsigned i = 0; i < raw->count; i++)
        length += 3 + (raw->fields[i].content.len < 128 ? 1 : 2) + raw->fields[i].content.len;
    write_u8(w, raw->kind);
    write_u8(w, raw->procedure_code);
    write_u8(w, raw->criticality);
    write_length(w, length);
    write_u8(w, 0);
    write_u16(w, (uint16_t)raw->count);
    for (unsigned i = 0; i < raw->count; i++) {
        write_u16(w, raw->fields[i].id);
        write_u8(w, raw->fields[i].criticality);
        write_length(w, raw->fields[i].content.len);
        write_bytes(w, raw->fields[i].content);
    }
    return writer_bytes(w);
}
