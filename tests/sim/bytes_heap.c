/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C library tells how much its allocator has handed out, rounded up, and counts pieces that it keeps for later. So the
 * allocator's functions are replaced by such that note before each piece what was asked for. The address sanitizer has replaced
 * them already; it rounds up too, but counts nothing that it keeps.
 */
#include "bytes.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
#include <sanitizer/allocator_interface.h>

size_t bytes_asked_for(void)
{
    return __sanitizer_get_current_allocated_bytes();
}
#else
#include <errno.h>
#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

/* Before each piece; of a size that leaves it aligned for everything. */
struct label {
    size_t size;
    size_t offset; /* of the piece in its block */
};

static size_t asked_for;

size_t bytes_asked_for(void)
{
    return asked_for;
}

static struct label *label_of(void *piece)
{
    return (struct label *)piece - 1;
}

static void *block_of(void *piece)
{
    return (char *)piece - label_of(piece)->offset;
}

static void *hand_out(void *block, size_t offset, size_t size)
{
    if (!block)
        return NULL;
    void *piece = (char *)block + offset;
    *label_of(piece) = (struct label){size, offset};
    asked_for += size;
    return piece;
}

static bool too_large(size_t size)
{
    if (size <= PTRDIFF_MAX)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return too_large(size) ? NULL
                           : hand_out(__libc_malloc(size + sizeof(struct label)), sizeof(struct label), size);
}

void *calloc(size_t count, size_t size)
{
    size_t all;
    if (__builtin_mul_overflow(count, size, &all))
        all = SIZE_MAX;
    return too_large(all) ? NULL
                          : hand_out(__libc_calloc(1, all + sizeof(struct label)), sizeof(struct label), all);
}

void free(void *piece)
{
    if (!piece)
        return;
    asked_for -= label_of(piece)->size;
    __libc_free(block_of(piece));
}

static void *move(void *piece, size_t size)
{
    size_t former = label_of(piece)->size;
    void *moved = malloc(size);
    if (!moved)
        return NULL;
    memcpy(moved, piece, former < size ? former : size);
    free(piece);
    return moved;
}

void *realloc(void *piece, size_t size)
{
    if (!piece)
        return malloc(size);
    if (too_large(size))
        return NULL;
    if (label_of(piece)->offset != sizeof(struct label))
        return move(piece, size);
    size_t former = label_of(piece)->size;
    void *block = __libc_realloc(block_of(piece), size + sizeof(struct label));
    if (block)
        asked_for -= former;
    return hand_out(block, sizeof(struct label), size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    if (alignment <= sizeof(struct label) || too_large(size) || too_large(alignment))
        return malloc(size);
    char *block = __libc_malloc(sizeof(struct label) + alignment + size);
    size_t past = ((uintptr_t)block + sizeof(struct label)) % alignment;
    return hand_out(block, sizeof(struct label) + (past ? alignment - past : 0), size);
}

void *memalign(size_t alignment, size_t size)
{
    return aligned_alloc(alignment, size);
}

int posix_memalign(void **piece, size_t alignment, size_t size)
{
    void *handed_out = aligned_alloc(alignment, size);
    if (!handed_out)
        return ENOMEM;
    *piece = handed_out;
    return 0;
}

size_t malloc_usable_size(void *piece)
{
    return piece ? label_of(piece)->size : 0;
}
#endif
