/* SPDX-License-Identifier: Apache-2.0 */
/* Network name (TS 24.008 10.5.3.5a): UTF-8 to and from the GSM 7-bit default alphabet (TS 23.038 6.2.1) and
 * UCS-2. */
#include "wire/nas/clock.h"
#include "wire/nas/codec.h"

enum { CODING_GSM = 0, CODING_UCS2 = 1, UNKNOWN = 0xfffd };

/* Code points by septet; the escape to the extension table stands as 0. */
static const uint16_t alphabet[128] = {
    '@',   0xa3, '$',   0xa5,  0xe8,  0xe9,  0xf9,  0xec,  0xf2,  0xc7,  '\n',  0xd8, 0xf8, '\r', 0xc5, 0xe5,
    0x394, '_',  0x3a6, 0x393, 0x39b, 0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e, 0,    0xc6, 0xe6, 0xdf, 0xc9,
    ' ',   '!',  '"',   '#',   0xa4,  '%',   '&',   '\'',  '(',   ')',   '*',   '+',  ',',  '-',  '.',  '/',
    '0',   '1',  '2',   '3',   '4',   '5',   '6',   '7',   '8',   '9',   ':',   ';',  '<',  '=',  '>',  '?',
    0xa1,  'A',  'B',   'C',   'D',   'E',   'F',   'G',   'H',   'I',   'J',   'K',  'L',  'M',  'N',  'O',
    'P',   'Q',  'R',   'S',   'T',   'U',   'V',   'W',   'X',   'Y',   'Z',   0xc4, 0xd6, 0xd1, 0xdc, 0xa7,
    0xbf,  'a',  'b',   'c',   'd',   'e',   'f',   'g',   'h',   'i',   'j',   'k',  'l',  'm',  'n',  'o',
    'p',   'q',  'r',   's',   't',   'u',   'v',   'w',   'x',   'y',   'z',   0xe4, 0xf6, 0xf1, 0xfc, 0xe0,
};

/* One code point of up to 16 bits; others, and what is no UTF-8, become UNKNOWN. Moves on at least an octet.
 */
static uint16_t next_point(const char **text)
{
    const uint8_t *at = (const uint8_t *)*text;
    unsigned more = at[0] < 0x80 ? 0 : at[0] >> 5 == 6 ? 1 : at[0] >> 4 == 14 ? 2 : at[0] >> 3 == 30 ? 3 : 4;
    uint32_t point = more == 0 ? at[0] : at[0] & (0x3fu >> more);
    for (unsigned i = 1; i <= more && more < 4; i++) {
        if (at[i] >> 6 != 2) {
            *text += i;
            return UNKNOWN;
        }
        point = point << 6 | (at[i] & 0x3f);
    }
    *text += more < 4 ? more + 1 : 1;
    return more < 3 ? (uint16_t)point : UNKNOWN;
}

static char *put_point(char *to, uint16_t point)
{
    if (point < 0x80) {
        *to++ = (char)point;
    } else if (point < 0x800) {
        *to++ = (char)(0xc0 | point >> 6);
        *to++ = (char)(0x80 | (point & 0x3f));
    } else {
        *to++ = (char)(0xe0 | point >> 12);
        *to++ = (char)(0x80 | (point >> 6 & 0x3f));
        *to++ = (char)(0x80 | (point & 0x3f));
    }
    return to;
}

static int septet_of(uint16_t point)
{
    for (int i = 0; i < 128 && point; i++)
        if (alphabet[i] == point)
            return i;
    return -1;
}

static bool fits_alphabet(const char *text)
{
    while (*text)
        if (septet_of(next_point(&text)) < 0)
            return false;
    return true;
}

static void unpack_septets(struct bytes packed, size_t count, char *to)
{
    for (size_t i = 0; i < count; i++) {
        size_t bit = 7 * i;
        unsigned pair = packed.data[bit / 8];
        if (bit / 8 + 1 < packed.len)
            pair |= (unsigned)packed.data[bit / 8 + 1] << 8;
        uint16_t point = alphabet[pair >> bit % 8 & 0x7f];
        to = put_point(to, point ? point : ' ');
    }
}

static void unpack_ucs2(struct bytes units, char *to)
{
    for (size_t i = 0; i + 1 < units.len; i += 2) {
        uint16_t point = (uint16_t)(units.data[i] << 8 | units.data[i + 1]);
        bool sayable = point != 0 && (point < 0xd800 || point > 0xdfff);
        to = put_point(to, sayable ? point : UNKNOWN);
    }
}

static bool name_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    struct nas_network_name *name = value;
    uint8_t head = read_u8(r);
    unsigned coding = head >> 4 & 7, spare = head & 7;
    struct bytes octets = read_rest(r);
    char *text = arena_alloc(arena, 4 * octets.len + 1);
    if (!text || coding > CODING_UCS2)
        return reader_fail(r, NULL, "a network name in a reserved coding");
    if (coding == CODING_GSM && octets.len)
        unpack_septets(octets, (8 * octets.len - spare) / 7, text);
    if (coding == CODING_UCS2)
        unpack_ucs2(octets, text);
    name->text = text;
    name->add_country_initials = head >> 3 & 1;
    return reader_ok(r);
}

static void pack_septets(struct writer *w, size_t head, const char *text)
{
    unsigned held = 0, bits = 0;
    while (*text) {
        held |= (unsigned)septet_of(next_point(&text)) << bits;
        bits += 7;
        if (bits >= 8) {
            write_u8(w, (uint8_t)held);
            held >>= 8;
            bits -= 8;
        }
    }
    if (bits)
        write_u8(w, (uint8_t)held);
    if (bits && !w->full)
        w->base[head] |= (uint8_t)(8 - bits);
}

static bool name_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_network_name *name = value;
    bool gsm = fits_alphabet(name->text);
    size_t head = writer_length(w);
    write_u8(w, (uint8_t)(0x80 | (gsm ? CODING_GSM : CODING_UCS2) << 4 | name->add_country_initials << 3));
    if (gsm)
        pack_septets(w, head, name->text);
    for (const char *at = name->text; !gsm && *at;)
        write_u16(w, next_point(&at));
    return true;
}

static void name_print(const struct nas_codec *codec, struct printer *p, const char *title, const void *value)
{
    (void)codec;
    print_text(p, title, ((const struct nas_network_name *)value)->text);
}

const struct nas_codec nas_codec_network_name = {name_decode, name_encode, name_print, NULL,
                                                 sizeof(struct nas_network_name)};
