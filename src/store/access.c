/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subscriber's access restrictions as bytes:
 *
 *     rats:1  cores:1  service_not_allowed:1  forbidden:1 { plmn:3 tac:4 }  service:1 { plmn:3 tac:4 }
 */
#include <stdlib.h>
#include <string.h>

#include "kit/bytes.h"
#include "store/subscriber.h"

bool store_access_any(const struct store_access *access)
{
    return access->forbidden_count || access->service_count || access->rats || access->cores;
}

static bool areas_equal(const struct config_area *a, const struct config_area *b, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!config_area_equal(a[i], b[i]))
            return false;
    return true;
}

bool store_access_equal(const struct store_access *a, const struct store_access *b)
{
    return a->rats == b->rats && a->cores == b->cores && a->service_not_allowed == b->service_not_allowed &&
           a->forbidden_count == b->forbidden_count && a->service_count == b->service_count &&
           areas_equal(a->forbidden, b->forbidden, a->forbidden_count) &&
           areas_equal(a->service, b->service, a->service_count);
}

static struct config_area *append(struct config_area *to, const struct config_area *from, unsigned count)
{
    if (count)
        memcpy(to, from, count * sizeof *to);
    return to + count;
}

struct store_access *store_access_copy(const struct store_access *access)
{
    size_t areas = (size_t)access->forbidden_count + access->service_count;
    struct store_access *copy = malloc(sizeof *copy + areas * sizeof(struct config_area));
    if (!copy)
        return NULL;
    *copy = *access;
    struct config_area *lists = (struct config_area *)(copy + 1);
    copy->forbidden = lists;
    copy->service = append(lists, access->forbidden, access->forbidden_count);
    append(lists + access->forbidden_count, access->service, access->service_count);
    return copy;
}

static void write_areas(struct writer *w, const struct config_area *areas, uint8_t count)
{
    write_u8(w, count);
    for (unsigned i = 0; i < count; i++) {
        write_bytes(w, BYTES(areas[i].plmn.octets));
        write_u32(w, areas[i].tac);
    }
}

void store_access_write(struct writer *w, const struct store_access *access)
{
    write_u8(w, access->rats);
    write_u8(w, access->cores);
    write_u8(w, access->service_not_allowed);
    write_areas(w, access->forbidden, access->forbidden_count);
    write_areas(w, access->service, access->service_count);
}

static const struct config_area *read_areas(struct reader *r, struct arena *arena, unsigned most,
                                            uint8_t *count)
{
    *count = read_u8(r);
    struct config_area *areas = *count <= most ? arena_array(arena, *count + 1u, sizeof *areas) : NULL;
    if (!areas) {
        *count = 0;
        reader_fail(r, "areas", "too many areas");
    }
    for (unsigned i = 0; i < *count; i++) {
        struct bytes plmn = read_bytes(r, sizeof areas[i].plmn.octets);
        if (plmn.len)
            memcpy(areas[i].plmn.octets, plmn.data, plmn.len);
        areas[i].tac = read_u32(r);
    }
    return areas;
}

bool store_access_read(struct reader *r, struct arena *arena, struct store_access *access)
{
    access->rats = read_u8(r);
    access->cores = read_u8(r);
    access->service_not_allowed = read_u8(r) != 0;
    access->forbidden = read_areas(r, arena, STORE_FORBIDDEN_AREAS, &access->forbidden_count);
    access->service = read_areas(r, arena, STORE_SERVICE_AREAS, &access->service_count);
    return reader_ok(r);
}
