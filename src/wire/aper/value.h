/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder's state, shared by decode.c (values) and container.c (protocol IEs and extensions). */
#ifndef WIRE_APER_VALUE_H
#define WIRE_APER_VALUE_H

#include "wire/aper/aper.h"
#include "wire/aper/input.h"

struct decoder {
    struct input in;
    struct arena *arena;
    struct aper_diagnostics *diagnostics;
    bool any_order; /* of IEs in a container */
    bool strange;   /* the value at hand is well encoded but not one we know */
};

void decode_value(struct decoder *d, const struct aper_type *type, void *out);

/* A value that fills `content`, which stands in (or was joined from) the present input. */
bool decode_whole(struct decoder *d, const struct aper_type *type, struct bytes content, void *out);

/* The octets behind a length determinant. */
struct bytes open_type(struct decoder *d);

/* Marks the part as present and tells where its value goes; NULL: no memory, and the input has failed. */
void *part_place(struct decoder *d, const struct aper_part *part, void *record);

#endif
