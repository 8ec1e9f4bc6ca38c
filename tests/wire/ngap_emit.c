/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints random messages and contained types for the referees, a line each: the type's name as the
 * specification spells it (NGAP-PDU for a whole message) and its encoding in hexadecimal. ngap-emit
 * [EACH [SEED [plain]]]
 */
#include <stdio.h>
#include <stdlib.h>

#include "ran/ngap_values.h"

static void print_line(const char *name, struct bytes octets)
{
    printf("%s ", name);
    for (size_t i = 0; i < octets.len; i++)
        printf("%02x", octets.data[i]);
    putchar('\n');
}

static void print_contained(const struct aper_type *type, struct dice *dice, struct arena *arena)
{
    static uint8_t buffer[256 * 1024];
    struct writer w = writer_of(buffer, sizeof buffer);
    const void *value = random_value(dice, type, arena);
    if (value && aper_encode(type, &w, value, NULL))
        print_line(type->name, writer_bytes(&w));
}

int main(int argc, char **argv)
{
    unsigned long each = argc > 1 ? strtoul(argv[1], NULL, 10) : 10;
    unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    bool plain = argc > 3;
    struct arena arena;
    arena_init(&arena, 64 << 20);
    for (unsigned type = 1; type < NGAP_MESSAGES; type++)
        for (unsigned long i = 0; i < each; i++) {
            struct dice dice = {.state = seed * 1000003 + type * 1009 + i, .plain = plain};
            print_line("NGAP-PDU", random_message(&dice, type, &arena));
            arena_reset(&arena);
        }
    for (unsigned type = 0; ngap_contained[type]; type++)
        for (unsigned long i = 0; i < each; i++) {
            struct dice dice = {.state = seed * 1000033 + type * 1013 + i, .plain = plain};
            print_contained(ngap_contained[type], &dice, &arena);
            arena_reset(&arena);
        }
    arena_free(&arena);
    return 0;
}
