/* SPDX-License-Identifier: Apache-2.0 */
#include "line/names.h"

#include <string.h>

/* FNV-1a; the map mixes it with its seed. */
static uint64_t hash_of(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash;
}

/* Values are indexes plus 1. Names whose hashes are the same follow each other. */
uint32_t names_find(const struct names *names, const char *name)
{
    for (uint64_t key = hash_of(name);; key++) {
        const uintptr_t value = (uintptr_t)map_get(&names->map, key);
        if (!value)
            return NAMES_NONE;
        if (strcmp(names->name_of(names->owner, (uint32_t)(value - 1)), name) == 0)
            return (uint32_t)(value - 1);
    }
}

bool names_add(struct names *names, const char *name, uint32_t index)
{
    uint64_t key = hash_of(name);
    while (map_get(&names->map, key))
        key++;
    return map_put(&names->map, key, (void *)((uintptr_t)index + 1)); // NOLINT(performance-no-int-to-ptr)
}
