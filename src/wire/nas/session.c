/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/nas/session.h"
#include "wire/nas/codec.h"

enum { RATE_UNIT_MOST = 25 };

/* 9.11.4.14: units grow by four within each power of a thousand, from 1 kbit/s (1) to 256 Pbit/s (25). */
static uint64_t rate_unit(unsigned unit)
{
    uint64_t bits = 1000;
    for (unsigned i = 1; i + 4 < unit; i += 5)
        bits *= 1000;
    return bits << 2 * ((unit - 1) % 5);
}

uint64_t nas_rate_read(struct reader *r)
{
    unsigned unit = read_u8(r);
    uint64_t multiple = read_u16(r), rate;
    if (unit == 0)
        return 0;
    bool beyond =
        __builtin_mul_overflow(multiple, rate_unit(unit < RATE_UNIT_MOST ? unit : RATE_UNIT_MOST), &rate);
    return beyond ? UINT64_MAX : rate;
}

/* The finest unit that says the rate exactly, else the finest that reaches it. */
bool nas_rate_write(struct writer *w, uint64_t rate)
{
    unsigned best = 0;
    uint64_t best_multiple = 0;
    for (unsigned unit = 1; unit <= RATE_UNIT_MOST; unit++) {
        uint64_t size = rate_unit(unit), multiple = rate / size + (rate % size != 0);
        if (multiple > UINT16_MAX)
            continue;
        if (best == 0 || rate % size == 0) {
            best = unit;
            best_multiple = multiple;
        }
        if (rate % size == 0)
            break;
    }
    write_u8(w, (uint8_t)best);
    write_u16(w, (uint16_t)best_multiple);
    return best != 0;
}

static bool ambr_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec, (void)arena;
    struct nas_session_ambr *ambr = value;
    ambr->downlink = nas_rate_read(r);
    ambr->uplink = nas_rate_read(r);
    return reader_ok(r);
}

static bool ambr_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_session_ambr *ambr = value;
    return nas_rate_write(w, ambr->downlink) && nas_rate_write(w, ambr->uplink);
}

static void ambr_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    const struct nas_session_ambr *ambr = value;
    print_open(p, name);
    print_uint(p, "downlink", ambr->downlink);
    print_uint(p, "uplink", ambr->uplink);
    print_close(p);
}

static void read_octets(struct reader *r, uint8_t *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = read_u8(r);
}

static bool address_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec, (void)arena;
    struct nas_pdu_address *address = value;
    uint8_t head = read_u8(r);
    address->type = head & 7;
    address->has_link_local = head >> 3 & 1;
    if (address->type < NAS_SESSION_IPV4 || address->type > NAS_SESSION_IPV4V6)
        return reader_fail(r, NULL, "a PDU address of a reserved type");
    if (address->type != NAS_SESSION_IPV4)
        read_octets(r, address->interface_id, 8);
    if (address->type != NAS_SESSION_IPV6)
        read_octets(r, address->ipv4, 4);
    if (address->has_link_local)
        read_octets(r, address->link_local, 16);
    return reader_ok(r);
}

static bool address_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_pdu_address *address = value;
    write_u8(w, (uint8_t)(address->has_link_local << 3 | address->type));
    if (address->type != NAS_SESSION_IPV4)
        write_bytes(w, BYTES(address->interface_id));
    if (address->type != NAS_SESSION_IPV6)
        write_bytes(w, BYTES(address->ipv4));
    if (address->has_link_local)
        write_bytes(w, BYTES(address->link_local));
    return address->type >= NAS_SESSION_IPV4 && address->type <= NAS_SESSION_IPV4V6;
}

static void address_print(const struct nas_codec *codec, struct printer *p, const char *name,
                          const void *value)
{
    (void)codec;
    const struct nas_pdu_address *address = value;
    print_open(p, name);
    nas_codec_session_type.print(&nas_codec_session_type, p, "type", &address->type);
    if (address->type != NAS_SESSION_IPV4)
        print_hex(p, "interface_id", BYTES(address->interface_id));
    if (address->type != NAS_SESSION_IPV6)
        print_hex(p, "ipv4", BYTES(address->ipv4));
    if (address->has_link_local)
        print_hex(p, "link_local", BYTES(address->link_local));
    print_close(p);
}

static bool interface_id_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena,
                                void *value)
{
    (void)codec, (void)arena;
    if ((read_u8(r) & 7) != NAS_SESSION_IPV6)
        return reader_fail(r, NULL, "an interface identifier, but not of IPv6");
    read_octets(r, value, sizeof(struct nas_interface_id));
    return reader_ok(r);
}

static bool interface_id_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    write_u8(w, NAS_SESSION_IPV6);
    write_bytes(w, bytes_of(value, sizeof(struct nas_interface_id)));
    return true;
}

static void interface_id_print(const struct nas_codec *codec, struct printer *p, const char *name,
                               const void *value)
{
    (void)codec;
    print_hex(p, name, bytes_of(value, sizeof(struct nas_interface_id)));
}

/* 9.11.4.9: eleven bits, left-aligned in two octets. */
static bool filters_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec, (void)arena;
    *(uint16_t *)value = read_u16(r) >> 5;
    return reader_ok(r);
}

static bool filters_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    uint16_t most = *(const uint16_t *)value;
    write_u16(w, (uint16_t)(most << 5));
    return most < 1 << 11;
}

static const struct nas_bit gsm_capability_bits[] = {
    NAS_BIT(nas_gsm_capability, reflective_qos, 0, 0, 1),
    NAS_BIT(nas_gsm_capability, multi_homed, 0, 1, 1),
    NAS_BIT(nas_gsm_capability, ethernet_without_n1, 0, 2, 1),
    NAS_BIT(nas_gsm_capability, atsss_steering, 0, 3, 4),
    NAS_BIT(nas_gsm_capability, transport_layer_fixed, 0, 7, 1),
};
static const struct nas_bit integrity_rate_bits[] = {
    NAS_BIT(nas_integrity_rate, uplink, 0, 0, 8),
    NAS_BIT(nas_integrity_rate, downlink, 1, 0, 8),
};
static const struct nas_bit congestion_bits[] = {
    NAS_BIT(nas_congestion_reattempt, all_plmns, 0, 0, 1),
    NAS_BIT(nas_congestion_reattempt, current_access, 0, 1, 1),
};
static const struct nas_bit reattempt_bits[] = {
    NAS_BIT(nas_reattempt, s1_not_allowed, 0, 0, 1),
    NAS_BIT(nas_reattempt, equivalent_not_allowed, 0, 1, 1),
};

const struct nas_codec nas_codec_gsm_capability = NAS_BITS_CODEC(nas_gsm_capability, gsm_capability_bits, 1);
const struct nas_codec nas_codec_integrity_rate = NAS_BITS_CODEC(nas_integrity_rate, integrity_rate_bits, 2);
const struct nas_codec nas_codec_congestion = NAS_BITS_CODEC(nas_congestion_reattempt, congestion_bits, 1);
const struct nas_codec nas_codec_reattempt = NAS_BITS_CODEC(nas_reattempt, reattempt_bits, 1);
const struct nas_codec nas_codec_filters_max = {filters_decode, filters_encode, nas_uint_print, NULL,
                                                sizeof(uint16_t)};
const struct nas_codec nas_codec_ambr = {ambr_decode, ambr_encode, ambr_print, NULL,
                                         sizeof(struct nas_session_ambr)};
const struct nas_codec nas_codec_pdu_address = {address_decode, address_encode, address_print, NULL,
                                                sizeof(struct nas_pdu_address)};
const struct nas_codec nas_codec_interface_id = {interface_id_decode, interface_id_encode, interface_id_print,
                                                 NULL, sizeof(struct nas_interface_id)};
