/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/map.h"

#include <stdlib.h>

void map_init(struct map *map, uint64_t seed)
{
    *map = (struct map){.seed = seed};
}

void map_free(struct map *map)
{
    free(map->slots);
    map_init(map, map->seed);
}

/* Two rounds of multiply-and-fold; the seed enters both, so that collisions cannot be computed without it. */
static size_t home_of(const struct map *map, uint64_t key)
{
    uint64_t h = (key ^ map->seed) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 32 ^ (map->seed << 17 | map->seed >> 47)) * 0xd6e8feb86659fd93u;
    return (size_t)(h ^ h >> 32) & (map->room - 1);
}

/* The key's slot, or the empty one where it would go. There is always an empty one. */
static struct map_slot *find(const struct map *map, uint64_t key)
{
    size_t i = home_of(map, key);
    while (map->slots[i].value && map->slots[i].key != key)
        i = (i + 1) & (map->room - 1);
    return &map->slots[i];
}

void *map_get(const struct map *map, uint64_t key)
{
    return map->count ? find(map, key)->value : NULL;
}

static bool grow(struct map *map)
{
    if (4 * (map->count + 1) <= 3 * map->room)
        return true;
    struct map bigger = {.room = map->room ? 2 * map->room : 8, .seed = map->seed, .count = map->count};
    bigger.slots = calloc(bigger.room, sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < map->room; i++)
        if (map->slots[i].value)
            *find(&bigger, map->slots[i].key) = map->slots[i];
    free(map->slots);
    *map = bigger;
    return true;
}

bool map_put(struct map *map, uint64_t key, void *value)
{
    struct map_slot *slot = map->room ? find(map, key) : NULL;
    if (!slot || !slot->value) {
        if (!grow(map))
            return false;
        slot = find(map, key);
        map->count++;
    }
    *slot = (struct map_slot){key, value};
    return true;
}

/* Empties a slot and moves back those behind it that would not be found across the gap. */
static void close_gap(struct map *map, size_t gap)
{
    const size_t mask = map->room - 1;
    for (size_t i = (gap + 1) & mask; map->slots[i].value; i = (i + 1) & mask) {
        size_t home = home_of(map, map->slots[i].key);
        if (((i - home) & mask) < ((i - gap) & mask))
            continue;
        map->slots[gap] = map->slots[i];
        gap = i;
    }
    map->slots[gap] = (struct map_slot){0};
}

void *map_take(struct map *map, uint64_t key)
{
    struct map_slot *slot = map->count ? find(map, key) : NULL;
    if (!slot || !slot->value)
        return NULL;
    void *value = slot->value;
    close_gap(map, (size_t)(slot - map->slots));
    map->count--;
    return value;
}

bool map_next(const struct map *map, size_t *cursor, uint64_t *key, void **value)
{
    while (*cursor < map->room) {
        const struct map_slot *slot = &map->slots[(*cursor)++];
        if (!slot->value)
            continue;
        if (key)
            *key = slot->key;
        *value = slot->value;
        return true;
    }
    return false;
}
