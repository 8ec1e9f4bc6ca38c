/* SPDX-License-Identifier: Apache-2.0 */
/* A part of a batch that is kept as a whole or not at all. */
#include <stdio.h>
#include <stdlib.h>

#include "store/database.h"

static void say(const struct store *store, const char *supi, enum store_change change)
{
    if (store->changed)
        store->changed(store->changed_context, supi, change);
}

bool store_tell(struct store *store, const char *supi, enum store_change change)
{
    if (!store->in_part) {
        say(store, supi, change);
        return true;
    }
    if (store->told_count == store->told_room) {
        const size_t room = store->told_room ? 2 * store->told_room : 256;
        struct told *grown = realloc(store->told, room * sizeof *grown);
        if (!grown)
            return false;
        store->told = grown;
        store->told_room = room;
    }
    struct told *told = &store->told[store->told_count++];
    snprintf(told->supi, sizeof told->supi, "%s", supi);
    told->change = change;
    return true;
}

enum store_result store_part_begin(struct store *store)
{
    enum store_result result = store_begin(store);
    if (result == STORE_OK)
        result = store_control(store, SQL_PART_BEGIN);
    store->in_part = result == STORE_OK;
    store->told_count = 0;
    return result;
}

/* A batch that is lost has taken the part with it. */
enum store_result store_part_end(struct store *store, bool keep)
{
    enum store_result result = store->broken;
    store->in_part = false;
    if (result == STORE_OK && !keep)
        result = store_control(store, SQL_PART_UNDO);
    if (result == STORE_OK)
        result = store_control(store, SQL_PART_END);
    for (size_t i = 0; result == STORE_OK && keep && i < store->told_count; i++)
        say(store, store->told[i].supi, store->told[i].change);
    store->told_count = 0;
    return result;
}
