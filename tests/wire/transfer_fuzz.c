/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What octet strings of NGAP contain, which core reads where it stands: the first two octets choose the type. What decodes must
 * encode to something that decodes to the same, and print.
 */

#include <string.h>

#include "../fuzz/must.h"
#include "kit/fingerprint.h"
#include "wire/ngap/ngap.h"
#include "wire/ngap/tables.h"

enum { ROOM = 1 << 16 };

static uint16_t mark_of(const char *name)
{
    const uint32_t mark = fingerprint(bytes_of(name, strlen(name)));
    return (uint16_t)(mark ^ mark >> 16);
}

/* The type whose mark is nearest, so that a corpus keeps its meaning when the description grows. */
static const struct aper_type *chosen(uint16_t choice)
{
    const struct aper_type *nearest = ngap_contained[0];
    for (size_t i = 1; ngap_contained[i]; i++)
        if ((mark_of(ngap_contained[i]->name) ^ choice) < (mark_of(nearest->name) ^ choice))
            nearest = ngap_contained[i];
    return nearest;
}

static struct bytes encode(const struct aper_type *type, const void *value, uint8_t room[ROOM])
{
    struct writer w = writer_of(room, ROOM);
    must(ngap_encode_type(type, &w, value, NULL));
    return writer_bytes(&w);
}

static void print(const struct aper_type *type, const void *value)
{
    static char text[1 << 16];
    struct printer p;
    print_init(&p, PRINT_JSON, text, sizeof text);
    ngap_print_type(&p, "transfer", type, value);
}

static void take(const struct aper_type *type, struct bytes in, struct arena *arena)
{
    static uint8_t first[ROOM], second[ROOM];
    struct aper_diagnostics diagnostics;
    const void *value;
    if (ngap_decode_type(type, in, arena, &value, &diagnostics) != NGAP_OK)
        return;
    print(type, value);
    if (diagnostics
            .count) /* a mandatory element that is strange, and may be ignored, is not there: whoever reads it asks */
        return;
    struct bytes said = encode(type, value, first);
    must(ngap_decode_type(type, said, arena, &value, &diagnostics) == NGAP_OK);
    must(bytes_equal(encode(type, value, second), said));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    if (size < 2)
        return 0;
    arena_init(&arena, 4 << 20);
    take(chosen((uint16_t)(data[0] << 8 | data[1])), bytes_of(data + 2, size - 2), &arena);
    arena_free(&arena);
    return 0;
}
