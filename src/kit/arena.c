/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/arena.h"

#include <stdalign.h>
#include <stdlib.h>

enum { CHUNK_BYTES = 16 * 1024, DEFAULT_LIMIT = 1024 * 1024 };

struct arena_chunk {
    struct arena_chunk *older;
    size_t size;
    alignas(max_align_t) unsigned char space[];
};

void arena_init(struct arena *arena, size_t limit)
{
    *arena = (struct arena){.limit = limit ? limit : DEFAULT_LIMIT};
}

static void use_chunk(struct arena *arena, struct arena_chunk *chunk)
{
    arena->chunks = chunk;
    arena->at = chunk->space;
    arena->end = chunk->space + chunk->size;
}

static bool grow(struct arena *arena, size_t need)
{
    size_t size = need > CHUNK_BYTES ? need : CHUNK_BYTES;
    if (size > arena->limit - arena->held) {
        size = need;
        if (size > arena->limit - arena->held)
            return false;
    }
    struct arena_chunk *chunk = malloc(sizeof *chunk + size);
    if (!chunk)
        return false;
    *chunk = (struct arena_chunk){.older = arena->chunks, .size = size};
    arena->held += size;
    use_chunk(arena, chunk);
    return true;
}

void arena_reset(struct arena *arena)
{
    struct arena_chunk *chunk = arena->chunks;
    if (!chunk)
        return;
    while (chunk->older) {
        struct arena_chunk *older = chunk->older;
        arena->held -= chunk->size;
        free(chunk);
        chunk = older;
    }
    use_chunk(arena, chunk);
}

void arena_free(struct arena *arena)
{
    arena_reset(arena);
    free(arena->chunks);
    arena_init(arena, arena->limit);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    if (size > arena->limit)
        return NULL;
    size = size ? (size + align - 1) & ~(align - 1) : align; /* nothing has an address of its own, too */
    if ((size_t)(arena->end - arena->at) < size && !grow(arena, size))
        return NULL;
    void *room = arena->at;
    arena->at += size;
    return memset(room, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    return arena_alloc(arena, total);
}

struct bytes arena_copy(struct arena *arena, struct bytes from)
{
    void *copy = from.len ? arena_alloc(arena, from.len) : NULL;
    if (!copy)
        return (struct bytes){0};
    memcpy(copy, from.data, from.len);
    return bytes_of(copy, from.len);
}
