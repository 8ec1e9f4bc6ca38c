/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/aper/container.h"

struct field {
    uint16_t id;
    uint8_t criticality;
    struct bytes content;
};

void decode_problem(struct decoder *d, uint16_t id, uint8_t criticality, bool missing)
{
    struct aper_diagnostics *found = d->diagnostics;
    if (!found->fault.what)
        fault_set(&found->fault, d->in.at / 8, NULL, missing ? "mandatory IE missing" : "IE not understood");
    found->reject |= criticality == APER_REJECT;
    found->notify |= criticality == APER_NOTIFY;
    if (found->count < APER_PROBLEMS)
        found->problems[found->count++] = (struct aper_problem){id, criticality, missing};
}

static void falsely_constructed(struct decoder *d, const char *name, const char *what)
{
    if (!d->diagnostics->fault.what)
        fault_set(&d->diagnostics->fault, d->in.at / 8, name, what);
    d->diagnostics->falsely_constructed = true;
}

/* The usual field, id, criticality and less than 128 octets, in one step. False: nothing was read. */
static bool read_short_field(struct input *in, struct field *field)
{
    const uint8_t *head = in->base + in->at / 8;
    size_t left = input_left(in) / 8;
    if (in->at % 8 || left < 4 || head[3] >= 128 || left - 4 < head[3] || head[2] >> 6 > APER_NOTIFY)
        return false;
    *field = (struct field){(uint16_t)(head[0] << 8 | head[1]), head[2] >> 6, {head + 4, head[3]}};
    in->at += 8 * (4 + (size_t)head[3]);
    return true;
}

static bool read_field(struct decoder *d, struct field *field)
{
    if (read_short_field(&d->in, field))
        return true;
    field->id = (uint16_t)input_number(&d->in, 2);
    field->criticality = (uint8_t)input_bits(&d->in, 2);
    if (field->criticality > APER_NOTIFY)
        return input_fail(&d->in, "criticality out of range");
    field->content = open_type(d);
    return input_ok(&d->in);
}

/* Where an absent value stands in the struct. */
static void part_clear(const struct aper_part *part, void *record)
{
    char *place = (char *)record + part->offset;
    if (part->presence == APER_FLAGGED)
        *((bool *)record + part->flag) = false;
    memset(place, 0, part->presence == APER_POINTED ? sizeof(void *) : part->type->size);
}

/* Nothing hangs on it: what bits that are no value of its type meant need not be known. */
static bool dispensable(const struct aper_part *part, const struct field *field)
{
    return part->presence != APER_MANDATORY && part->criticality == APER_IGNORE &&
           field->criticality == APER_IGNORE;
}

/* A value that is not understood is dropped, and its IE treated by the criticality that came with it. */
static bool decode_field(struct decoder *d, const struct aper_part *part, const struct field *field,
                         void *out)
{
    bool outer = d->strange;
    void *place = part_place(d, part, out);
    size_t behind = d->in.at;
    d->strange = false;
    if (!place)
        return false;
    if (!decode_whole(d, part->type, field->content, place)) {
        if (!dispensable(part, field))
            return false;
        d->in.at = behind;
        d->in.fault = (struct fault){0};
        d->strange = true;
    }
    if (d->strange) {
        part_clear(part, out);
        decode_problem(d, field->id, field->criticality, false);
    }
    d->strange = outer;
    return true;
}

/* From `next` on, and round: IEs mostly come in the order of the table. */
static unsigned find_part(const struct aper_part *parts, unsigned count, unsigned next, uint16_t id)
{
    for (unsigned i = next; i < count; i++)
        if (parts[i].id == id)
            return i;
    for (unsigned i = 0; i < next; i++)
        if (parts[i].id == id)
            return i;
    return count;
}

/* Returns the set of parts seen. */
static uint64_t decode_fields(struct decoder *d, const struct aper_part *parts, unsigned known, size_t count,
                              void *out, bool ordered)
{
    uint64_t seen = 0;
    unsigned next = 0;
    struct field field;
    while (count-- && read_field(d, &field)) {
        unsigned place = find_part(parts, known, next, field.id);
        if (place == known) {
            if (field.criticality != APER_IGNORE)
                decode_problem(d, field.id, field.criticality, false);
            continue;
        }
        if (seen >> place & 1) {
            falsely_constructed(d, parts[place].name, "IE occurs twice");
            continue;
        }
        if (ordered && place < next)
            falsely_constructed(d, parts[place].name, "IE out of order");
        seen |= 1ULL << place;
        next = place + 1;
        if (!decode_field(d, &parts[place], &field, out))
            break;
    }
    return seen;
}

void decode_container(struct decoder *d, const struct aper_type *type, void *out)
{
    size_t count = input_number(&d->in, 2);
    uint64_t seen = decode_fields(d, type->parts, type->count, count, out, !d->any_order);
    if (!input_ok(&d->in))
        return;
    for (unsigned i = 0; i < type->count; i++)
        if (type->parts[i].presence == APER_MANDATORY && !(seen >> i & 1))
            decode_problem(d, type->parts[i].id, type->parts[i].criticality, true);
}

void decode_extensions(struct decoder *d, const struct aper_type *type, void *out)
{
    size_t count = input_number(&d->in, 2) + 1;
    decode_fields(d, type->parts + type->roots, type->count - type->roots, count, out, false);
}

void decode_choice_extension(struct decoder *d, const struct aper_type *type, void *out)
{
    struct field field;
    if (!read_field(d, &field))
        return;
    for (unsigned i = type->roots; i < type->count; i++)
        if (type->parts[i].id == field.id) {
            *(uint32_t *)out = i + 1;
            decode_whole(d, type->parts[i].type, field.content, (char *)out + type->parts[i].offset);
            return;
        }
    d->strange = true;
}
