/* SPDX-License-Identifier: Apache-2.0 */
/* PLMN lists, tracking areas, and their lists in parts of types 0 to 3
 * (TS 24.501 9.11.3.8, 9.11.3.9, 9.11.3.49). */
#include "wire/nas/codec.h"
#include "wire/nas/identity.h"

enum {
    LIST_OF_TACS = 0,
    CONSECUTIVE_TACS = 1,
    LIST_OF_TAIS = 2,
    WHOLE_PLMN = 3,
    TAIS_MOST = 16,
    PLMNS_MOST = 15
};

static bool plmn_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec, (void)arena;
    return nas_plmn_read(r, value);
}

static bool plmn_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    nas_plmn_write(w, *(const struct nas_plmn *)value);
    return true;
}

static void plmn_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    nas_plmn_print(p, name, *(const struct nas_plmn *)value);
}

static bool plmns_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    while (reader_left(r)) {
        struct nas_plmn *plmn = nas_append(r, arena, value, sizeof *plmn);
        if (!plmn || !nas_plmn_read(r, plmn))
            return false;
    }
    return reader_ok(r);
}

static bool plmns_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_plmn_list *list = value;
    for (size_t i = 0; i < list->count; i++)
        nas_plmn_write(w, list->items[i]);
    return list->count <= PLMNS_MOST;
}

static void plmns_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    const struct nas_plmn_list *list = value;
    print_list(p, name);
    for (size_t i = 0; i < list->count; i++)
        nas_plmn_print(p, NULL, list->items[i]);
    print_end(p);
}

static bool tai_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec, (void)arena;
    struct nas_tai *tai = value;
    nas_plmn_read(r, &tai->plmn);
    tai->tac = (uint32_t)read_uint(r, 3);
    return reader_ok(r);
}

static bool write_tac(struct writer *w, uint32_t tac)
{
    write_uint(w, tac, 3);
    return tac <= 0xffffff;
}

static bool tai_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_tai *tai = value;
    nas_plmn_write(w, tai->plmn);
    return write_tac(w, tai->tac);
}

static void tai_print(const struct nas_codec *codec, struct printer *p, const char *name, const void *value)
{
    (void)codec;
    const struct nas_tai *tai = value;
    print_open(p, name);
    nas_plmn_print(p, "plmn", tai->plmn);
    print_uint(p, "tac", tai->tac);
    print_close(p);
}

static void tais_print(struct printer *p, const char *name, const struct nas_tai *items, size_t count)
{
    print_list(p, name);
    for (size_t i = 0; i < count; i++)
        tai_print(NULL, p, NULL, &items[i]);
    print_end(p);
}

/* One part of a list: `count` areas appended, as their type spells them. */
static bool read_part(struct reader *r, struct arena *arena, unsigned type, unsigned count,
                      struct nas_tai_list *list)
{
    struct nas_tai at = {0};
    for (unsigned i = 0; i < count; i++) {
        if ((type == LIST_OF_TAIS || i == 0) && !nas_plmn_read(r, &at.plmn))
            return false;
        at.tac = type == CONSECUTIVE_TACS && i > 0 ? (at.tac + 1) & 0xffffff : (uint32_t)read_uint(r, 3);
        if (!reader_ok(r))
            return false;
        if (list->count == TAIS_MOST)
            continue;
        struct nas_tai *tai = nas_append(r, arena, list, sizeof *tai);
        if (!tai)
            return false;
        *tai = at;
    }
    return true;
}

static bool tai_list_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena, void *value)
{
    (void)codec;
    if (reader_left(r) == 0)
        return reader_fail(r, NULL, "a tracking area list without an area");
    while (reader_left(r)) {
        uint8_t head = read_u8(r);
        unsigned type = head >> 5 & 3, count = (head & 0x1f) + 1u;
        if (type > LIST_OF_TAIS || count > TAIS_MOST)
            return reader_fail(r, NULL, "a partial tracking area list of a reserved type or length");
        if (!read_part(r, arena, type, count, value))
            return false;
    }
    return reader_ok(r);
}

/* How many of the areas from items[0] on share one PLMN, and whether their codes follow each other. */
static size_t run_of_plmn(const struct nas_tai *items, size_t count, bool *consecutive)
{
    size_t run = 1;
    *consecutive = true;
    while (run < count && nas_plmn_equal(items[run].plmn, items[0].plmn)) {
        *consecutive = *consecutive && items[run].tac == items[run - 1].tac + 1;
        run++;
    }
    return run;
}

static size_t run_of_singles(const struct nas_tai *items, size_t count)
{
    size_t run = 1;
    while (run < count && !nas_plmn_equal(items[run].plmn, items[run - 1].plmn))
        run++;
    return run < count ? run - 1 : run;
}

static size_t write_part(struct writer *w, uint8_t flags, const struct nas_tai *items, size_t count)
{
    bool consecutive;
    size_t run = run_of_plmn(items, count, &consecutive), singles = run_of_singles(items, count);
    unsigned type = run > 1 && consecutive ? CONSECUTIVE_TACS : LIST_OF_TACS;
    if (singles > 1) {
        type = LIST_OF_TAIS;
        run = singles;
    }
    write_u8(w, (uint8_t)(flags | type << 5 | (run - 1)));
    for (size_t i = 0; i < run; i++) {
        if (type == LIST_OF_TAIS || i == 0)
            nas_plmn_write(w, items[i].plmn);
        if (type != CONSECUTIVE_TACS || i == 0)
            write_tac(w, items[i].tac);
    }
    return run;
}

static bool write_tais(struct writer *w, uint8_t flags, const struct nas_tai *items, size_t count)
{
    if (count == 0 || count > TAIS_MOST)
        return false;
    for (size_t i = 0; i < count; i++)
        if (items[i].tac > 0xffffff)
            return false;
    for (size_t i = 0; i < count;)
        i += write_part(w, flags, items + i, count - i);
    return true;
}

static bool tai_list_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_tai_list *list = value;
    return write_tais(w, 0, list->items, list->count);
}

static void tai_list_print(const struct nas_codec *codec, struct printer *p, const char *name,
                           const void *value)
{
    (void)codec;
    const struct nas_tai_list *list = value;
    tais_print(p, name, list->items, list->count);
}

static bool service_area_decode(const struct nas_codec *codec, struct reader *r, struct arena *arena,
                                void *value)
{
    (void)codec;
    struct nas_service_area_list *area = value;
    struct nas_tai_list tais = {0};
    while (reader_left(r)) {
        uint8_t head = read_u8(r);
        unsigned type = head >> 5 & 3, count = (head & 0x1f) + 1u;
        area->non_allowed = head >> 7;
        if (type == WHOLE_PLMN) {
            area->whole_plmn = true;
            nas_plmn_read(r, &area->plmn);
        } else if (count > TAIS_MOST || !read_part(r, arena, type, count, &tais)) {
            return reader_fail(r, NULL, "a partial service area list of a reserved length");
        }
    }
    area->items = tais.items;
    area->count = tais.count;
    return reader_ok(r);
}

static bool service_area_encode(const struct nas_codec *codec, struct writer *w, const void *value)
{
    (void)codec;
    const struct nas_service_area_list *area = value;
    uint8_t flags = area->non_allowed ? 0x80 : 0;
    if (area->whole_plmn) {
        write_u8(w, flags | WHOLE_PLMN << 5);
        nas_plmn_write(w, area->plmn);
    }
    return (area->whole_plmn && area->count == 0) || write_tais(w, flags, area->items, area->count);
}

static void service_area_print(const struct nas_codec *codec, struct printer *p, const char *name,
                               const void *value)
{
    (void)codec;
    const struct nas_service_area_list *area = value;
    print_open(p, name);
    print_bool(p, "non_allowed", area->non_allowed);
    if (area->whole_plmn)
        nas_plmn_print(p, "whole_plmn", area->plmn);
    tais_print(p, "areas", area->items, area->count);
    print_close(p);
}

const struct nas_codec nas_codec_plmn = {plmn_decode, plmn_encode, plmn_print, NULL, sizeof(struct nas_plmn)};
const struct nas_codec nas_codec_plmns = {plmns_decode, plmns_encode, plmns_print, NULL,
                                          sizeof(struct nas_plmn_list)};
const struct nas_codec nas_codec_tai = {tai_decode, tai_encode, tai_print, NULL, sizeof(struct nas_tai)};
const struct nas_codec nas_codec_tai_list = {tai_list_decode, tai_list_encode, tai_list_print, NULL,
                                             sizeof(struct nas_tai_list)};
const struct nas_codec nas_codec_service_area = {service_area_decode, service_area_encode, service_area_print,
                                                 NULL, sizeof(struct nas_service_area_list)};
