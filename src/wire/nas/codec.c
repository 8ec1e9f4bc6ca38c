/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/nas/codec.h"

void *nas_append(struct reader *r, struct arena *arena, void *list, size_t item_size)
{
    struct {
        unsigned char *items;
        size_t count;
    } *grown = list;
    if ((grown->count & (grown->count - 1)) == 0) {
        unsigned char *items = arena_array(arena, grown->count ? 2 * grown->count : 1, item_size);
        if (!items) {
            reader_fail(r, NULL, "no memory left for this message");
            return NULL;
        }
        if (grown->count)
            memcpy(items, grown->items, grown->count * item_size);
        grown->items = items;
    }
    return grown->items + grown->count++ * item_size;
}

bool nas_uint_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)arena;
    uint64_t number = read_uint(r, codec->size);
    if (codec->size == 1)
        *(uint8_t *)value = (uint8_t)number;
    else
        *(uint16_t *)value = (uint16_t)number;
    return reader_ok(r);
}

static uint64_t uint_of(const struct nas_codec *codec, const void *value)
{
    return codec->size == 1 ? *(const uint8_t *)value : *(const uint16_t *)value;
}

bool nas_uint_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    write_uint(w, uint_of(codec, value), codec->size);
    return true;
}

void nas_uint_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    const struct nas_names *names = codec->detail;
    uint64_t number = uint_of(codec, value);
    print_enum(p, name, number, names && number < names->count ? names->names[number] : NULL);
}

static void set_bits(const struct nas_bit *bit, uint8_t octet, void *value)
{
    ((uint8_t *)value)[bit->offset] = octet >> bit->shift & ((1u << bit->width) - 1);
}

bool nas_bits_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)arena;
    const struct nas_bits *shape = codec->detail;
    struct bytes octets = read_rest(r);
    for (unsigned i = 0; i < shape->count; i++)
        if (shape->bits[i].octet < octets.len)
            set_bits(&shape->bits[i], octets.data[shape->bits[i].octet], value);
    return reader_ok(r);
}

bool nas_bits_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    const struct nas_bits *shape = codec->detail;
    uint8_t octets[8] = {0};
    size_t length = shape->least;
    for (unsigned i = 0; i < shape->count; i++) {
        const struct nas_bit *bit = &shape->bits[i];
        unsigned number = ((const uint8_t *)value)[bit->offset];
        if (number >> bit->width)
            return false;
        octets[bit->octet] |= (uint8_t)(number << bit->shift);
        if (number && bit->octet >= length)
            length = bit->octet + 1u;
    }
    write_bytes(w, bytes_of(octets, length));
    return true;
}

void nas_bits_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    const struct nas_bits *shape = codec->detail;
    print_open(p, name);
    for (unsigned i = 0; i < shape->count; i++) {
        const struct nas_bit *bit = &shape->bits[i];
        unsigned number = ((const uint8_t *)value)[bit->offset];
        if (bit->width > 1)
            print_uint(p, bit->name, number);
        else if (number)
            print_bool(p, bit->name, true);
    }
    print_close(p);
}

static bool opaque_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec, (void)arena;
    *(struct bytes *)value = read_rest(r);
    return reader_ok(r);
}

static bool opaque_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    write_bytes(w, *(const struct bytes *)value);
    return true;
}

static void opaque_print(const struct nas_codec *codec, struct printer *p, const char *name,
                         const void *value)
{
    (void)codec;
    print_hex(p, name, *(const struct bytes *)value);
}

static bool octets_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)arena;
    struct bytes octets = read_bytes(r, codec->size);
    if (octets.len)
        memcpy(value, octets.data, octets.len);
    return reader_ok(r);
}

static bool octets_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    write_bytes(w, bytes_of(value, codec->size));
    return true;
}

static void octets_print(const struct nas_codec *codec, struct printer *p, const char *name,
                         const void *value)
{
    print_hex(p, name, bytes_of(value, codec->size));
}

const struct nas_codec nas_codec_u8 = {nas_uint_decode, nas_uint_encode, nas_uint_print, NULL, 1};
const struct nas_codec nas_codec_u16 = {nas_uint_decode, nas_uint_encode, nas_uint_print, NULL, 2};
const struct nas_codec nas_codec_opaque = {opaque_decode, opaque_encode, opaque_print, NULL,
                                           sizeof(struct bytes)};
const struct nas_codec nas_codec_octets14 = {octets_decode, octets_encode, octets_print, NULL, 14};
const struct nas_codec nas_codec_octets16 = {octets_decode, octets_encode, octets_print, NULL, 16};
