/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/nas/identity.h"
#include "wire/nas/codec.h"

static unsigned nibble_of(const uint8_t *octets, unsigned i)
{
    return octets[i / 2] >> (i % 2 ? 4 : 0) & 0x0f;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool nas_plmn_valid(struct nas_plmn plmn)
{
    for (unsigned i = 0; i < 6; i++)
        if (nibble_of(plmn.octets, i) > 9 && !(i == 3 && nibble_of(plmn.octets, i) == 0x0f))
            return false;
    return true;
}

bool nas_plmn_from_text(const char *text, struct nas_plmn *plmn)
{
    size_t length = strlen(text);
    if (length < 5 || length > 6 || strspn(text, "0123456789") != length)
        return false;
    unsigned mnc_3 = length == 6 ? (unsigned)(text[5] - '0') : 0x0f;
    plmn->octets[0] = (uint8_t)((text[1] - '0') << 4 | (text[0] - '0'));
    plmn->octets[1] = (uint8_t)(mnc_3 << 4 | (unsigned)(text[2] - '0'));
    plmn->octets[2] = (uint8_t)((text[4] - '0') << 4 | (text[3] - '0'));
    return true;
}

void nas_plmn_text(struct nas_plmn plmn, char text[NAS_PLMN_TEXT])
{
    static const uint8_t order[] = {0, 1, 2, 4, 5, 3};
    for (unsigned i = 0; i < 6; i++)
        text[i] = "0123456789abcdef"[nibble_of(plmn.octets, order[i])];
    text[text[5] == 'f' ? 5 : 6] = '\0';
}

bool nas_plmn_read(struct reader *r, struct nas_plmn *plmn)
{
    struct bytes octets = read_bytes(r, sizeof plmn->octets);
    if (octets.len)
        memcpy(plmn->octets, octets.data, octets.len);
    return nas_plmn_valid(*plmn) || reader_fail(r, NULL, "a PLMN identity with a nibble that is no digit");
}

void nas_plmn_write(struct writer *w, struct nas_plmn plmn)
{
    write_bytes(w, BYTES(plmn.octets));
}

void nas_plmn_print(struct printer *p, const char *name, struct nas_plmn plmn)
{
    char text[NAS_PLMN_TEXT];
    nas_plmn_text(plmn, text);
    print_text(p, name, text);
}

bool nas_bcd_text(struct bytes bcd, char *text, size_t size)
{
    size_t count = 2 * bcd.len;
    if (count && nibble_of(bcd.data, (unsigned)count - 1) == 0x0f)
        count--;
    if (count >= size)
        return false;
    for (unsigned i = 0; i < count; i++) {
        unsigned digit = nibble_of(bcd.data, i);
        if (digit > 9)
            return false;
        text[i] = (char)('0' + digit);
    }
    text[count] = '\0';
    return true;
}

bool nas_bcd_write(struct writer *w, const char *digits)
{
    for (; *digits; digits += digits[1] ? 2 : 1) {
        if (!is_digit(digits[0]) || (digits[1] && !is_digit(digits[1])))
            return false;
        unsigned high = digits[1] ? (unsigned)(digits[1] - '0') : 0x0f;
        write_u8(w, (uint8_t)(high << 4 | (unsigned)(digits[0] - '0')));
    }
    return true;
}

/* TS 24.501 figure 9.11.3.4.3: SUPI format IMSI. */
static bool read_imsi_suci(struct reader *r, struct nas_suci *suci)
{
    if (!nas_plmn_read(r, &suci->plmn))
        return false;
    struct bytes routing = read_bytes(r, 2);
    uint8_t filled[2] = {0};
    if (!reader_ok(r))
        return false;
    memcpy(filled, routing.data, 2);
    size_t digits = 4;
    while (digits > 0 && nibble_of(filled, (unsigned)digits - 1) == 0x0f)
        digits--;
    for (unsigned i = 0; i < digits; i++) {
        if (nibble_of(filled, i) > 9)
            return reader_fail(r, NULL, "a routing indicator with a nibble that is no digit");
        suci->routing_indicator[i] = (char)('0' + nibble_of(filled, i));
    }
    if (digits == 0)
        return reader_fail(r, NULL, "an empty routing indicator");
    suci->scheme = read_u8(r) & 0x0f;
    suci->key_id = read_u8(r);
    suci->scheme_output = read_rest(r);
    if (reader_ok(r) && suci->scheme_output.len == 0)
        return reader_fail(r, NULL, "a SUCI without scheme output");
    char msin[11];
    if (suci->scheme == NAS_SCHEME_NULL && !nas_bcd_text(suci->scheme_output, msin, sizeof msin))
        return reader_fail(r, NULL, "an MSIN that is not up to ten digits");
    return reader_ok(r);
}

static bool read_suci(struct reader *r, uint8_t first, struct nas_suci *suci)
{
    suci->supi_format = first >> 4 & 7;
    if (suci->supi_format == NAS_SUPI_IMSI)
        return read_imsi_suci(r, suci);
    suci->nai = read_rest(r);
    if (suci->supi_format > NAS_SUPI_GLI)
        return reader_fail(r, NULL, "a reserved SUPI format");
    return suci->nai.len > 0 || reader_fail(r, NULL, "an empty network access identifier");
}

static void read_s_tmsi(struct reader *r, struct nas_s_tmsi *s_tmsi)
{
    uint16_t set_and_pointer = read_u16(r);
    s_tmsi->amf_set_id = set_and_pointer >> 6;
    s_tmsi->amf_pointer = set_and_pointer & 0x3f;
    s_tmsi->tmsi = read_u32(r);
}

static void read_guti(struct reader *r, struct nas_guti *guti)
{
    nas_plmn_read(r, &guti->plmn);
    guti->amf_region_id = read_u8(r);
    read_s_tmsi(r, &guti->s_tmsi);
}

/* IMEI and IMEISV: the first digit shares an octet with the type; bit 4 says that their number is odd. */
static bool read_equipment(struct reader *r, uint8_t first, char digits[17], size_t count)
{
    struct bytes rest = read_bytes(r, count / 2);
    if (!reader_ok(r))
        return false;
    digits[0] = (char)('0' + (first >> 4));
    if (first >> 4 > 9 || !nas_bcd_text(rest, digits + 1, 17 - 1) || strlen(digits) != count)
        return reader_fail(r, NULL, "an equipment identity of the wrong number of digits");
    return true;
}

static void read_octets(struct reader *r, uint8_t *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = read_u8(r);
}

static bool read_identity(struct reader *r, struct nas_mobile_identity *identity)
{
    uint8_t first = read_u8(r);
    identity->type = first & 7;
    switch (identity->type) {
    case NAS_SUCI:
        return read_suci(r, first, &identity->suci);
    case NAS_GUTI:
        read_guti(r, &identity->guti);
        break;
    case NAS_S_TMSI:
        read_s_tmsi(r, &identity->s_tmsi);
        break;
    case NAS_IMEI:
        read_equipment(r, first, identity->digits, 15);
        break;
    case NAS_IMEISV:
        read_equipment(r, first, identity->digits, 16);
        break;
    case NAS_MAC_ADDRESS:
        identity->mac.unusable = first >> 3 & 1;
        read_octets(r, identity->mac.address, 6);
        break;
    case NAS_EUI_64:
        read_octets(r, identity->eui_64, 8);
        break;
    default: /* NAS_NO_IDENTITY */
        break;
    }
    if (identity->type != NAS_NO_IDENTITY && reader_left(r))
        return reader_fail(r, NULL, "longer than an identity of its type");
    return reader_ok(r);
}

static bool write_suci(struct writer *w, const struct nas_suci *suci)
{
    write_u8(w, (uint8_t)(suci->supi_format << 4 | NAS_SUCI));
    if (suci->supi_format != NAS_SUPI_IMSI) {
        write_bytes(w, suci->nai);
        return suci->supi_format <= NAS_SUPI_GLI && suci->nai.len > 0;
    }
    size_t digits = strnlen(suci->routing_indicator, 5), mark = writer_length(w);
    nas_plmn_write(w, suci->plmn);
    if (digits < 1 || digits > 4 || !nas_bcd_write(w, suci->routing_indicator))
        return false;
    if (writer_length(w) - mark < 5)
        write_u8(w, 0xff);
    write_u8(w, suci->scheme);
    write_u8(w, suci->key_id);
    write_bytes(w, suci->scheme_output);
    return suci->scheme <= 0x0f && suci->scheme_output.len > 0;
}

static bool write_s_tmsi(struct writer *w, const struct nas_s_tmsi *s_tmsi)
{
    write_u16(w, (uint16_t)(s_tmsi->amf_set_id << 6 | (s_tmsi->amf_pointer & 0x3f)));
    write_u32(w, s_tmsi->tmsi);
    return s_tmsi->amf_set_id <= 0x3ff && s_tmsi->amf_pointer <= 0x3f;
}

static bool write_guti(struct writer *w, const struct nas_guti *guti)
{
    write_u8(w, 0xf0 | NAS_GUTI);
    nas_plmn_write(w, guti->plmn);
    write_u8(w, guti->amf_region_id);
    return write_s_tmsi(w, &guti->s_tmsi);
}

static bool write_equipment(struct writer *w, uint8_t type, const char *digits, size_t count)
{
    if (strnlen(digits, 17) != count || !is_digit(digits[0]))
        return false;
    write_u8(w, (uint8_t)((digits[0] - '0') << 4 | (count % 2) << 3 | type));
    return nas_bcd_write(w, digits + 1);
}

static bool write_identity(struct writer *w, const struct nas_mobile_identity *identity)
{
    switch (identity->type) {
    case NAS_NO_IDENTITY:
        write_u8(w, 0);
        return true;
    case NAS_SUCI:
        return write_suci(w, &identity->suci);
    case NAS_GUTI:
        return write_guti(w, &identity->guti);
    case NAS_S_TMSI:
        write_u8(w, 0xf0 | NAS_S_TMSI);
        return write_s_tmsi(w, &identity->s_tmsi);
    case NAS_IMEI:
        return write_equipment(w, NAS_IMEI, identity->digits, 15);
    case NAS_IMEISV:
        return write_equipment(w, NAS_IMEISV, identity->digits, 16);
    case NAS_MAC_ADDRESS:
        write_u8(w, (uint8_t)(identity->mac.unusable << 3 | NAS_MAC_ADDRESS));
        write_bytes(w, BYTES(identity->mac.address));
        return true;
    case NAS_EUI_64:
        write_u8(w, NAS_EUI_64);
        write_bytes(w, BYTES(identity->eui_64));
        return true;
    default:
        return false;
    }
}

bool nas_mobile_identity_decode(struct bytes value, struct nas_mobile_identity *identity, struct fault *fault)
{
    struct reader r = reader_of(value);
    *identity = (struct nas_mobile_identity){0};
    bool ok = read_identity(&r, identity);
    if (!ok && fault)
        *fault = r.fault;
    return ok;
}

bool nas_mobile_identity_encode(const struct nas_mobile_identity *identity, struct writer *w)
{
    return write_identity(w, identity) && !w->full;
}

static bool has_place(const struct nas_codec *codec, const struct nas_mobile_identity *identity)
{
    const uint8_t *types = codec->detail;
    return *types >> identity->type & 1;
}

static bool identity_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)arena;
    return read_identity(r, value) &&
           (has_place(codec, value) || reader_fail(r, NULL, "an identity of a type that has no place here"));
}

static bool identity_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    return has_place(codec, value) && write_identity(w, value);
}

static void print_suci(struct printer *p, const struct nas_suci *suci)
{
    print_uint(p, "supi_format", suci->supi_format);
    if (suci->supi_format != NAS_SUPI_IMSI) {
        print_hex(p, "nai", suci->nai);
        return;
    }
    nas_plmn_print(p, "plmn", suci->plmn);
    print_text(p, "routing_indicator", suci->routing_indicator);
    print_uint(p, "scheme", suci->scheme);
    print_uint(p, "key_id", suci->key_id);
    char msin[11];
    if (suci->scheme == NAS_SCHEME_NULL && nas_bcd_text(suci->scheme_output, msin, sizeof msin))
        print_text(p, "msin", msin);
    else
        print_hex(p, "scheme_output", suci->scheme_output);
}

static void print_s_tmsi(struct printer *p, const struct nas_s_tmsi *s_tmsi)
{
    print_uint(p, "amf_set_id", s_tmsi->amf_set_id);
    print_uint(p, "amf_pointer", s_tmsi->amf_pointer);
    print_uint(p, "tmsi", s_tmsi->tmsi);
}

static void identity_print(const struct nas_codec *codec, struct printer *p, const char *name,
                           const void *value)
{
    (void)codec;
    static const char *const types[] = {"none",      "suci",   "5g-guti", "imei",
                                        "5g-s-tmsi", "imeisv", "mac",     "eui-64"};
    const struct nas_mobile_identity *identity = value;
    print_open(p, name);
    print_enum(p, "type", identity->type, types[identity->type & 7]);
    if (identity->type == NAS_SUCI)
        print_suci(p, &identity->suci);
    if (identity->type == NAS_GUTI) {
        nas_plmn_print(p, "plmn", identity->guti.plmn);
        print_uint(p, "amf_region_id", identity->guti.amf_region_id);
        print_s_tmsi(p, &identity->guti.s_tmsi);
    }
    if (identity->type == NAS_S_TMSI)
        print_s_tmsi(p, &identity->s_tmsi);
    if (identity->type == NAS_IMEI || identity->type == NAS_IMEISV)
        print_text(p, "digits", identity->digits);
    if (identity->type == NAS_MAC_ADDRESS) {
        print_hex(p, "address", BYTES(identity->mac.address));
        print_bool(p, "unusable", identity->mac.unusable);
    }
    if (identity->type == NAS_EUI_64)
        print_hex(p, "address", BYTES(identity->eui_64));
    print_close(p);
}

/* Of types whose bits are set. */
#define IDENTITY_CODEC(types)                                                                 \
    {                                                                                         \
        identity_decode, identity_encode, identity_print, &(const uint8_t){(uint8_t)(types)}, \
            sizeof(struct nas_mobile_identity)                                                \
    }

const struct nas_codec nas_codec_identity = IDENTITY_CODEC(~0);
const struct nas_codec nas_codec_guti = IDENTITY_CODEC(1 << NAS_GUTI);
const struct nas_codec nas_codec_s_tmsi = IDENTITY_CODEC(1 << NAS_S_TMSI);
const struct nas_codec nas_codec_imeisv = IDENTITY_CODEC(1 << NAS_IMEISV);
const struct nas_codec nas_codec_pei = IDENTITY_CODEC(~(1 << NAS_NO_IDENTITY));
