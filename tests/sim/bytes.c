/* SPDX-License-Identifier: Apache-2.0 */
/* What SQLite has of the heap. */
#include <malloc.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "bytes.h"

static size_t held_by_store;

static void *store_takes(int size)
{
    void *piece = malloc((size_t)size);
    held_by_store += malloc_usable_size(piece);
    return piece;
}

static void store_gives_back(void *piece)
{
    held_by_store -= malloc_usable_size(piece);
    free(piece);
}

static void *store_resizes(void *piece, int size)
{
    size_t former = malloc_usable_size(piece);
    void *resized = realloc(piece, (size_t)size);
    if (resized)
        held_by_store += malloc_usable_size(resized) - former;
    return resized;
}

static int store_asks_size(void *piece)
{
    return (int)malloc_usable_size(piece);
}

static int store_rounds_up(int size)
{
    enum { ALIGNMENT = 8 };
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static int begin(void *context)
{
    (void)context;
    return SQLITE_OK;
}

static void end(void *context)
{
    (void)context;
}

bool bytes_begin(void)
{
    const sqlite3_mem_methods counted = {.xMalloc = store_takes,
                                         .xFree = store_gives_back,
                                         .xRealloc = store_resizes,
                                         .xSize = store_asks_size,
                                         .xRoundup = store_rounds_up,
                                         .xInit = begin,
                                         .xShutdown = end};
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &counted) == SQLITE_OK;
}

size_t bytes_held(void)
{
    return bytes_asked_for() - held_by_store;
}
