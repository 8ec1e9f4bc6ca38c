/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: walks a message's rows of fields. TS 24.501 clause 7 and TS 24.007 11.2 say what to do about
 * errors. */
#include "wire/nas/nas.h"
#include "wire/nas/codec.h"

/* Octets of IEI and length by format. */
static const uint8_t overhead[] = {
    [NAS_LV] = 1, [NAS_LV_E] = 2, [NAS_TV1] = 0, [NAS_TV] = 1, [NAS_TLV] = 2, [NAS_TLV_E] = 3,
};

struct decoding {
    struct reader r;
    struct arena *arena;
    const struct nas_shape *shape;
    unsigned char *body;
    struct nas_error *error;
    uint64_t seen; /* optional fields met so far, good or bad */
};

const struct nas_shape *nas_shape_of(uint8_t type)
{
    const struct nas_shape *shapes = type < 0x80 ? nas_gmm_shapes : nas_gsm_shapes;
    size_t count = type < 0x80 ? nas_gmm_shape_count : nas_gsm_shape_count;
    for (size_t i = 0; i < count; i++)
        if (shapes[i].type == type)
            return &shapes[i];
    return NULL;
}

const char *nas_message_name(uint8_t type)
{
    const struct nas_shape *shape = nas_shape_of(type);
    return shape ? shape->name : NULL;
}

static void *body_of(const struct nas_message *message)
{
    return (void *)&message->registration_request;
}

static bool fail(struct nas_error *error, uint8_t cause, struct fault fault)
{
    *error = (struct nas_error){fault, cause};
    return false;
}

/* A value of `length` octets next in the input; the fault of a bad one goes to *fault. */
static bool decode_value(struct decoding *d, const struct nas_field *field, size_t length,
                         struct fault *fault)
{
    if (length > reader_left(&d->r)) {
        d->r.at = d->r.end;
        return fault_set(fault, reader_offset(&d->r), field->name, "is cut off by the end of the message");
    }
    struct reader whole = read_sub(&d->r, length);
    if (length + overhead[field->format] < field->least)
        return fault_set(fault, reader_offset(&whole), field->name, "is shorter than it can be");
    size_t most = field->most == NAS_ANY ? length : (size_t)field->most - overhead[field->format];
    struct reader value = read_sub(&whole, length < most ? length : most);
    if (field->codec->decode(field->codec, &value, d->arena, d->body + field->offset))
        return true;
    memset(d->body + field->offset, 0, field->size);
    *fault = value.fault;
    fault->where = field->name;
    return false;
}

static bool decode_half(struct decoding *d, const struct nas_field *field, uint8_t half, size_t at,
                        struct fault *fault)
{
    struct reader value = reader_of(bytes_of(&half, 1));
    if (field->codec->decode(field->codec, &value, d->arena, d->body + field->offset))
        return true;
    return fault_set(fault, at, field->name, value.fault.what);
}

static size_t read_length(struct reader *r, uint8_t format)
{
    return format == NAS_LV_E || format == NAS_TLV_E ? read_u16(r) : read_u8(r);
}

static bool decode_mandatory(struct decoding *d, const struct nas_field *field, struct fault *fault)
{
    struct reader *r = &d->r;
    size_t at = reader_offset(r);
    if (field->format == NAS_V_HIGH)
        return decode_half(d, field, r->at[-1] >> 4, at - 1, fault);
    if (reader_left(r) == 0)
        return fault_set(fault, at, field->name, "is missing, and is mandatory");
    if (field->format == NAS_V_LOW)
        return decode_half(d, field, read_u8(r) & 0x0f, at, fault);
    size_t length = field->format == NAS_V ? field->least : read_length(r, field->format);
    if (!reader_ok(r))
        return fault_set(fault, at, field->name, "is cut off by the end of the message");
    return decode_value(d, field, length, fault);
}

static bool iei_matches(const struct nas_field *field, uint8_t iei)
{
    return field->has && (field->format == NAS_TV1 ? iei & 0xf0 : iei) == field->iei;
}

/* Optional IEs mostly come in the order of the table: the search starts where the last one was found. */
static const struct nas_field *find_optional(const struct nas_shape *shape, uint8_t iei, size_t *next)
{
    for (size_t i = 0; i < shape->count; i++) {
        size_t at = (*next + i) % shape->count;
        if (iei_matches(&shape->fields[at], iei)) {
            *next = at + 1;
            return &shape->fields[at];
        }
    }
    return NULL;
}

/* TS 24.007 11.2.4: the IEI alone tells how to step over what is not known. */
static void skip_unknown(struct reader *r, uint8_t iei)
{
    if (iei & 0x80)
        return;
    size_t length = (iei & 0xf0) == 0x70 ? read_u16(r) : read_u8(r);
    read_bytes(r, length);
}

static bool decode_known(struct decoding *d, const struct nas_field *field, uint8_t iei, struct fault *fault)
{
    struct reader *r = &d->r;
    size_t at = reader_offset(r) - 1;
    uint64_t bit = UINT64_C(1) << (field - d->shape->fields);
    if (d->seen & bit) {
        if (field->format == NAS_TV)
            read_bytes(r, field->least - 1u);
        else
            skip_unknown(r, field->iei);
        return fault_set(fault, at, field->name, "is repeated");
    }
    d->seen |= bit;
    if (field->format == NAS_TV1)
        return decode_half(d, field, iei & 0x0f, at, fault);
    size_t length = field->format == NAS_TV ? field->least - 1u : read_length(r, field->format);
    if (!reader_ok(r))
        return fault_set(fault, at, field->name, "is cut off by the end of the message");
    return decode_value(d, field, length, fault);
}

static bool decode_optional(struct decoding *d, size_t *next)
{
    struct fault fault = {0};
    size_t at = reader_offset(&d->r);
    uint8_t iei = read_u8(&d->r);
    const struct nas_field *field = find_optional(d->shape, iei, next);
    if (field) {
        if (decode_known(d, field, iei, &fault))
            d->body[field->has] = true;
    } else if ((iei & 0xf0) == 0) {
        return fail(d->error, NAS_INVALID_MANDATORY_INFORMATION,
                    (struct fault){at, NULL, "an unknown information element that must be understood"});
    } else {
        fault_set(&fault, at, NULL, "an unknown information element");
        skip_unknown(&d->r, iei);
    }
    if (fault.what && !d->error->fault.what)
        d->error->fault = fault;
    return true;
}

static bool decode_body(struct decoding *d)
{
    size_t next = 0;
    for (; next < d->shape->count && !d->shape->fields[next].has; next++) {
        struct fault fault = {0};
        if (!decode_mandatory(d, &d->shape->fields[next], &fault))
            return fail(d->error, NAS_INVALID_MANDATORY_INFORMATION, fault);
    }
    while (reader_left(&d->r))
        if (!decode_optional(d, &next))
            return false;
    return true;
}

static bool decode_header(struct reader *r, struct nas_message *out, struct nas_error *error)
{
    uint8_t epd = read_u8(r);
    if (epd == NAS_EPD_5GSM) {
        out->pdu_session_id = read_u8(r);
        out->pti = read_u8(r);
    } else if ((read_u8(r) & 0x0f) != NAS_PLAIN && epd == NAS_EPD_5GMM) {
        return fail(error, 0,
                    (struct fault){1, NULL, "a security protected message where a plain one is read"});
    }
    out->type = read_u8(r);
    if (!reader_ok(r))
        return fail(error, 0, (struct fault){reader_offset(r), NULL, "too short for a NAS message"});
    if (epd != NAS_EPD_5GSM && epd != NAS_EPD_5GMM)
        return fail(error, 0, (struct fault){0, NULL, "an unknown extended protocol discriminator"});
    if (!nas_shape_of(out->type) || (out->type < 0x80) != (epd == NAS_EPD_5GMM))
        return fail(error, NAS_MESSAGE_TYPE_UNKNOWN,
                    (struct fault){reader_offset(r) - 1, NULL, "an unknown message type"});
    return true;
}

bool nas_decode(struct bytes plain, struct arena *arena, struct nas_message *out, struct nas_error *error)
{
    struct decoding d = {.r = reader_of(plain), .arena = arena, .body = body_of(out), .error = error};
    memset(out, 0, sizeof *out);
    *error = (struct nas_error){0};
    if (!decode_header(&d.r, out, error))
        return false;
    d.shape = nas_shape_of(out->type);
    return decode_body(&d);
}

static bool encode_half(struct writer *w, const struct nas_field *field, const void *value)
{
    uint8_t half = 0;
    struct writer one = writer_of(&half, 1);
    if (!field->codec->encode(field->codec, &one, value) || one.full || half > 0x0f)
        return false;
    if (field->format == NAS_V_HIGH && !w->full)
        w->at[-1] |= (uint8_t)(half << 4);
    else if (field->format != NAS_V_HIGH)
        write_u8(w, field->format == NAS_TV1 ? field->iei | half : half);
    return true;
}

static size_t length_size(uint8_t format)
{
    bool has_length = format == NAS_LV || format == NAS_LV_E || format == NAS_TLV || format == NAS_TLV_E;
    return !has_length ? 0 : format == NAS_LV_E || format == NAS_TLV_E ? 2 : 1;
}

static bool encode_field(struct writer *w, const struct nas_field *field, const void *value)
{
    if (field->format == NAS_V_LOW || field->format == NAS_V_HIGH || field->format == NAS_TV1)
        return encode_half(w, field, value);
    size_t start = writer_length(w), size = length_size(field->format);
    if (field->has)
        write_u8(w, field->iei);
    size_t mark = write_length_open(w, size);
    if (!field->codec->encode(field->codec, w, value))
        return false;
    if (size > 0)
        write_length_close(w, mark, size);
    size_t octets = writer_length(w) - start;
    return !w->full && octets >= field->least && (field->most == NAS_ANY || octets <= field->most);
}

bool nas_encode(const struct nas_message *message, struct writer *w)
{
    const struct nas_shape *shape = nas_shape_of(message->type);
    const unsigned char *body = body_of(message);
    if (!shape)
        return false;
    if (message->type < 0x80)
        write_u16(w, NAS_EPD_5GMM << 8 | NAS_PLAIN);
    else
        write_uint(w, NAS_EPD_5GSM << 16 | message->pdu_session_id << 8 | message->pti, 3);
    write_u8(w, message->type);
    for (size_t i = 0; i < shape->count; i++) {
        const struct nas_field *field = &shape->fields[i];
        if ((!field->has || body[field->has]) && !encode_field(w, field, body + field->offset))
            return false;
    }
    return !w->full;
}

void nas_print(struct printer *p, const char *name, const struct nas_message *message)
{
    const struct nas_shape *shape = nas_shape_of(message->type);
    const unsigned char *body = body_of(message);
    print_open(p, name);
    print_enum(p, "message", message->type, shape ? shape->name : NULL);
    if (message->type >= 0x80) {
        print_uint(p, "pdu_session_id", message->pdu_session_id);
        print_uint(p, "pti", message->pti);
    }
    for (size_t i = 0; shape && i < shape->count; i++) {
        const struct nas_field *field = &shape->fields[i];
        if (!field->has || body[field->has])
            field->codec->print(field->codec, p, field->name, body + field->offset);
    }
    print_close(p);
}
