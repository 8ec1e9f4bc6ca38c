/* SPDX-License-Identifier: Apache-2.0 */
/* A removed entry keeps its key until the slots are rebuilt, so that a reader never sees a slot change its key. */
#include "plane/table.h"

#include <stdlib.h>

enum { SMALLEST_ROOM = 64 };

void table_init(struct table *table, struct epochs *epochs, uint64_t seed)
{
    *table = (struct table){.epochs = epochs, .seed = seed};
}

void table_free(struct table *table)
{
    free(atomic_load(&table->slots));
    atomic_store(&table->slots, NULL);
}

static uint64_t mix(uint64_t key, uint64_t seed)
{
    key = (key ^ seed) * 0x9e3779b97f4a7c15;
    key = (key ^ key >> 32) * 0xd6e8feb86659fd93;
    return key ^ key >> 29;
}

/* The slot that holds the key, or the empty one where it would go. */
static struct table_slot *find(struct table_slots *slots, uint64_t key, uint64_t seed)
{
    size_t mask = slots->room - 1;
    for (size_t i = (size_t)mix(key, seed) & mask;; i = (i + 1) & mask) {
        uint64_t held = atomic_load_explicit(&slots->slot[i].key, memory_order_acquire);
        if (held == key || held == 0)
            return &slots->slot[i];
    }
}

void *table_get(const struct table *table, uint64_t key)
{
    struct table_slots *slots = atomic_load_explicit(&table->slots, memory_order_acquire);
    if (!slots || key == 0)
        return NULL;
    struct table_slot *slot = find(slots, key, table->seed);
    if (atomic_load_explicit(&slot->key, memory_order_relaxed) != key)
        return NULL;
    return atomic_load_explicit(&slot->value, memory_order_acquire);
}

static void fill(struct table_slot *slot, uint64_t key, void *value)
{
    atomic_store_explicit(&slot->value, value, memory_order_release);
    atomic_store_explicit(&slot->key, key, memory_order_release);
}

static void release_slots(struct epoch_retired *retired)
{
    free((struct table_slots *)((char *)retired - offsetof(struct table_slots, retired)));
}

static bool rebuild(struct table *table)
{
    size_t room = SMALLEST_ROOM;
    while (room < table->count * 2 + 2)
        room *= 2;
    struct table_slots *slots = calloc(1, sizeof *slots + room * sizeof slots->slot[0]);
    if (!slots)
        return false;
    slots->room = room;
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (table_next(table, &cursor, &key, &value))
        fill(find(slots, key, table->seed), key, value);
    struct table_slots *old = atomic_load_explicit(&table->slots, memory_order_relaxed);
    atomic_store_explicit(&table->slots, slots, memory_order_release);
    table->used = table->count;
    if (old)
        epoch_retire(table->epochs, &old->retired, release_slots);
    return true;
}

bool table_put(struct table *table, uint64_t key, void *value)
{
    struct table_slots *slots = atomic_load_explicit(&table->slots, memory_order_relaxed);
    if (!slots || (table->used + 1) * 4 > slots->room * 3) {
        if (!rebuild(table))
            return false;
        slots = atomic_load_explicit(&table->slots, memory_order_relaxed);
    }
    struct table_slot *slot = find(slots, key, table->seed);
    table->used += atomic_load_explicit(&slot->key, memory_order_relaxed) == 0;
    table->count += atomic_load_explicit(&slot->value, memory_order_relaxed) == NULL;
    fill(slot, key, value);
    return true;
}

void table_remove(struct table *table, uint64_t key)
{
    struct table_slots *slots = atomic_load_explicit(&table->slots, memory_order_relaxed);
    if (!slots || key == 0)
        return;
    struct table_slot *slot = find(slots, key, table->seed);
    if (atomic_load_explicit(&slot->value, memory_order_relaxed) == NULL)
        return;
    atomic_store_explicit(&slot->value, NULL, memory_order_release);
    table->count--;
}

void table_remove_value(struct table *table, uint64_t key, const void *value)
{
    if (table_get(table, key) == value)
        table_remove(table, key);
}

bool table_next(const struct table *table, size_t *cursor, uint64_t *key, void **value)
{
    const struct table_slots *slots = atomic_load_explicit(&table->slots, memory_order_relaxed);
    for (; slots && *cursor < slots->room; ++*cursor) {
        const struct table_slot *slot = &slots->slot[*cursor];
        *value = atomic_load_explicit(&slot->value, memory_order_relaxed);
        if (*value) {
            *key = atomic_load_explicit(&slot->key, memory_order_relaxed);
            ++*cursor;
            return true;
        }
    }
    return false;
}
