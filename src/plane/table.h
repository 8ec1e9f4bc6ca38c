/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table from a number to a pointer with one writer and any number of readers that take no lock: what the packet
 * workers look tunnels and subscriber addresses up in. A reader must be inside a batch (plane/epoch.h). Keys are mixed with
 * a random seed; key 0 is not allowed.
 */
#ifndef PLANE_TABLE_H
#define PLANE_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plane/epoch.h"

struct table_slot {
    _Atomic uint64_t key;
    _Atomic(void *) value; /* NULL under a key: was removed */
};

struct table_slots {
    struct epoch_retired retired;
    size_t room; /* a power of two */
    struct table_slot slot[];
};

struct table {
    _Atomic(struct table_slots *) slots;
    struct epochs *epochs;
    uint64_t seed;
    size_t count, used; /* live entries; slots with a key */
};

/* Takes no memory until the first table_put. */
void table_init(struct table *table, struct epochs *epochs, uint64_t seed);
void table_free(struct table *table); /* no reader may be left */

void *table_get(const struct table *table, uint64_t key);

/* Writer only. Sets or replaces. False: out of memory, nothing changed. */
bool table_put(struct table *table, uint64_t key, void *value);
void table_remove(struct table *table, uint64_t key);
/* If that is what is there. */
void table_remove_value(struct table *table, uint64_t key, const void *value);

/* Visits every entry; the writer's thread only. Start with *cursor = 0. */
bool table_next(const struct table *table, size_t *cursor, uint64_t *key, void **value);

#endif
