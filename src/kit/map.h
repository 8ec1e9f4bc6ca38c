/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hash maps from an integer to a pointer. Open addressing, grown by doubling; keys are mixed with a per-map
 * random seed so that a peer which picks the keys cannot make them collide. The map does not own the values.
 */
#ifndef KIT_MAP_H
#define KIT_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
    uint64_t key;
    void *value; /* NULL: empty */
};

struct map {
    struct map_slot *slots;
    size_t count, room; /* room is 0 or a power of two */
    uint64_t seed;
};

/* Takes no memory until the first map_put. */
void map_init(struct map *map, uint64_t seed);
void map_free(struct map *map);

void *map_get(const struct map *map, uint64_t key);

/* Sets or replaces; value must not be NULL. False: out of memory, nothing changed. */
bool map_put(struct map *map, uint64_t key, void *value);

/* Returns what was there, or NULL. */
void *map_take(struct map *map, uint64_t key);

/* Visits every entry, in no particular but (for one seed and history) repeatable order; the visitor must not
 * change the map, but may take the entry that it is at and then call map_taken. Start with *cursor = 0; false when all
 * have been seen. */
bool map_next(const struct map *map, size_t *cursor, uint64_t *key, void **value);

/* What has moved into the place of the entry just taken is seen next. */
static inline void map_taken(size_t *cursor)
{
    --*cursor;
}

#endif
