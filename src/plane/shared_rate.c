/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/shared_rate.h"

#include <stdlib.h>

#include "plane/fast/rates.h"

struct shared_rate *shared_rate_join(struct map *home, uint64_t key)
{
    struct shared_rate *shared = map_get(home, key);
    if (!shared) {
        shared = calloc(1, sizeof *shared);
        if (!shared)
            return NULL;
        shared->home = home;
        shared->key = key;
        if (!map_put(home, key, shared)) {
            free(shared);
            return NULL;
        }
    }
    shared->references++;
    return shared;
}

void shared_rate_leave(struct shared_rate *shared)
{
    if (!shared || --shared->references > 0)
        return;
    fast_release_rate(shared->fast, shared->place);
    map_take(shared->home, shared->key);
    free(shared);
}
