/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bump allocator for what lives as long as one message or one procedure. Memory is zeroed, aligned for any
 * type, and given back all at once. An arena has a limit: beyond it, arena_alloc returns NULL, which a codec
 * reports as a fault like any other. Not thread-safe.
 */
#ifndef KIT_ARENA_H
#define KIT_ARENA_H

#include <stddef.h>

#include "kit/bytes.h"

struct arena_chunk;

struct arena {
    unsigned char *at, *end;    /* free space in the current chunk */
    struct arena_chunk *chunks; /* newest first; owned */
    size_t held, limit;         /* bytes of chunks held and allowed */
};

/* limit: the most bytes the arena may ever hold; 0 means 1 MiB. No memory is taken until it is asked for. */
void arena_init(struct arena *arena, size_t limit);

/* Forgets everything allocated but keeps one chunk for reuse. */
void arena_reset(struct arena *arena);

void arena_free(struct arena *arena);

/* Zeroed memory, or NULL at the limit or when count * size overflows. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy of the bytes in the arena; an empty view if there was no room (or nothing to copy). */
struct bytes arena_copy(struct arena *arena, struct bytes from);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

#endif
