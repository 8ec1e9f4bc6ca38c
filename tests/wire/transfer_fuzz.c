/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What octet strings of NGAP contain, which core reads where it stands: the first byte chooses the type. What decodes must
 * encode to something that decodes to the same, and print.
 */
#include <stdlib.h>

#include "wire/ngap/ngap.h"
#include "wire/ngap/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 1 << 16 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const struct aper_type *chosen(uint8_t choice)
{
    size_t count = 0;
    while (ngap_contained[count])
        count++;
    return ngap_contained[choice % count];
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
    struct bytes said = encode(type, value, first);
    must(ngap_decode_type(type, said, arena, &value, &diagnostics) == NGAP_OK);
    must(bytes_equal(encode(type, value, second), said));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    if (size == 0)
        return 0;
    arena_init(&arena, 4 << 20);
    take(chosen(data[0]), bytes_of(data + 1, size - 1), &arena);
    arena_free(&arena);
    return 0;
}
