/* SPDX-License-Identifier: Apache-2.0 */
/* 5GMM values of more than bits: UE security capability, sets of PDU sessions, causes by session, emergency
 * numbers. */
#include "wire/nas/codec.h"
#include "wire/nas/mobility.h"

static bool capability_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena,
                              void *value)
{
    (void)codec, (void)arena;
    struct nas_ue_security_capability *capability = value;
    struct bytes octets = read_rest(r);
    capability->length = (uint8_t)(octets.len < 8 ? octets.len : 8);
    if (octets.len)
        memcpy(capability->octets, octets.data, capability->length);
    return reader_ok(r);
}

static bool capability_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_ue_security_capability *capability = value;
    if (capability->length < 2 || capability->length > 8)
        return false;
    write_bytes(w, bytes_of(capability->octets, capability->length));
    return true;
}

static void capability_print(const struct nas_codec *codec, struct printer *p, const char *name,
                             const void *value)
{
    (void)codec;
    static const char *const families[] = {"5g-ea", "5g-ia", "eea", "eia"};
    const struct nas_ue_security_capability *capability = value;
    print_open(p, name);
    for (unsigned family = 0; family < 4 && family < capability->length; family++) {
        print_list(p, families[family]);
        for (unsigned algorithm = 0; algorithm < 8; algorithm++)
            if (nas_algorithm_offered(capability->octets[family], algorithm))
                print_uint(p, NULL, algorithm);
        print_end(p);
    }
    print_close(p);
}

/* Sessions 0 to 7 in the first octet, 8 to 15 in the second, the lowest in the lowest bit. */
static bool sessions_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec, (void)arena;
    unsigned low = read_u8(r), high = read_u8(r);
    *(nas_session_set *)value = (nas_session_set)(high << 8 | low);
    return reader_ok(r);
}

static bool sessions_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    nas_session_set set = *(const nas_session_set *)value;
    write_u8(w, (uint8_t)set);
    write_u8(w, (uint8_t)(set >> 8));
    return true;
}

static void sessions_print(const struct nas_codec *codec, struct printer *p, const char *name,
                           const void *value)
{
    (void)codec;
    nas_session_set set = *(const nas_session_set *)value;
    print_list(p, name);
    for (unsigned id = 0; id < 16; id++)
        if (set >> id & 1)
            print_uint(p, NULL, id);
    print_end(p);
}

static bool causes_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    while (reader_left(r)) {
        struct nas_session_cause *item = nas_append(r, arena, value, sizeof *item);
        if (!item)
            return false;
        item->pdu_session_id = read_u8(r);
        item->cause = read_u8(r);
    }
    return reader_ok(r);
}

static bool causes_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_session_causes *list = value;
    for (size_t i = 0; i < list->count; i++) {
        write_u8(w, list->items[i].pdu_session_id);
        write_u8(w, list->items[i].cause);
    }
    return true;
}

static void causes_print(const struct nas_codec *codec, struct printer *p, const char *name,
                         const void *value)
{
    (void)codec;
    const struct nas_session_causes *list = value;
    print_list(p, name);
    for (size_t i = 0; i < list->count; i++) {
        print_open(p, NULL);
        print_uint(p, "pdu_session_id", list->items[i].pdu_session_id);
        nas_codec_gmm_cause.print(&nas_codec_gmm_cause, p, "cause", &list->items[i].cause);
        print_close(p);
    }
    print_end(p);
}

/* TS 24.008 10.5.3.13: each number is counted, then category and digits. */
static bool read_number(struct reader *r, struct arena *arena, struct nas_emergency_number *number)
{
    size_t length = read_u8(r);
    if (length < 2)
        return reader_fail(r, NULL, "an emergency number without digits");
    number->categories = read_u8(r) & 0x1f;
    struct bytes bcd = read_bytes(r, length - 1);
    char *digits = arena_alloc(arena, 2 * length);
    if (!digits || !reader_ok(r) || !nas_bcd_text(bcd, digits, 2 * length))
        return reader_fail(r, NULL, "an emergency number that is not of digits");
    number->digits = digits;
    return true;
}

static bool numbers_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    while (reader_left(r)) {
        struct nas_emergency_number *number = nas_append(r, arena, value, sizeof *number);
        if (!number || !read_number(r, arena, number))
            return false;
    }
    return reader_ok(r);
}

static bool numbers_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_emergency_numbers *list = value;
    for (size_t i = 0; i < list->count; i++) {
        const struct nas_emergency_number *number = &list->items[i];
        size_t mark = write_length_open(w, 1);
        write_u8(w, number->categories);
        if (number->categories > 0x1f || !*number->digits || !nas_bcd_write(w, number->digits))
            return false;
        write_length_close(w, mark, 1);
    }
    return true;
}

static void numbers_print(const struct nas_codec *codec, struct printer *p, const char *name,
                          const void *value)
{
    (void)codec;
    const struct nas_emergency_numbers *list = value;
    print_list(p, name);
    for (size_t i = 0; i < list->count; i++) {
        print_open(p, NULL);
        print_uint(p, "categories", list->items[i].categories);
        print_text(p, "digits", list->items[i].digits);
        print_close(p);
    }
    print_end(p);
}

const struct nas_codec nas_codec_security_capability = {
    capability_decode, capability_encode, capability_print, NULL, sizeof(struct nas_ue_security_capability)};
const struct nas_codec nas_codec_sessions = {sessions_decode, sessions_encode, sessions_print, NULL,
                                             sizeof(nas_session_set)};
const struct nas_codec nas_codec_session_causes = {causes_decode, causes_encode, causes_print, NULL,
                                                   sizeof(struct nas_session_causes)};
const struct nas_codec nas_codec_emergency_numbers = {numbers_decode, numbers_encode, numbers_print, NULL,
                                                      sizeof(struct nas_emergency_numbers)};
