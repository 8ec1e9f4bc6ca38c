/* SPDX-License-Identifier: Apache-2.0 */
/* What decodes prints, encodes, and decodes again to the same: compared as print and as octets. */
#include "wire/nas/nas.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_BYTES = 1 << 20, WIRE_BYTES = 1 << 17 };

static char texts[2][TEXT_BYTES];
static uint8_t wires[2][WIRE_BYTES];

/* Decodes and leaves the message's print and encoding in slot i. False: did not decode. */
static bool round_trip(struct bytes in, struct arena *arena, int i, struct bytes *out)
{
    struct nas_message message;
    struct nas_error error;
    struct printer p;
    if (!nas_decode(in, arena, &message, &error))
        return false;
    print_init(&p, PRINT_JSON, texts[i], TEXT_BYTES);
    nas_print(&p, NULL, &message);
    struct writer w = writer_of(wires[i], WIRE_BYTES);
    if (!nas_encode(&message, &w))
        abort();
    *out = writer_bytes(&w);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct nas_envelope envelope;
    struct fault fault;
    struct bytes in = bytes_of(data, size), first, second;
    if (nas_open(in, &envelope, &fault))
        in = envelope.payload;
    arena_init(&arena, 0);
    if (round_trip(in, &arena, 0, &first)) {
        arena_reset(&arena);
        if (!round_trip(first, &arena, 1, &second) || strcmp(texts[0], texts[1]) != 0 ||
            !bytes_equal(first, second))
            abort();
    }
    arena_free(&arena);
    return 0;
}
