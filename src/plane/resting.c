/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/resting.h"

#include <stdlib.h>

struct rested {
    struct rested *next;
    int64_t until;
    uint32_t teid;
};

void resting_init(struct resting *resting, int64_t time, uint64_t seed)
{
    *resting = (struct resting){.time = time, .last = &resting->first};
    map_init(&resting->teids, seed);
}

static void wake_until(struct resting *resting, int64_t now)
{
    while (resting->first && resting->first->until <= now) {
        struct rested *first = resting->first;
        resting->first = first->next;
        map_take(&resting->teids, first->teid);
        free(first);
    }
    if (!resting->first)
        resting->last = &resting->first;
}

void resting_free(struct resting *resting)
{
    wake_until(resting, INT64_MAX);
    map_free(&resting->teids);
}

void resting_add(struct resting *resting, uint32_t teid, int64_t now)
{
    wake_until(resting, now);
    if (!teid || !resting->time || map_get(&resting->teids, teid))
        return;
    struct rested *rested = malloc(sizeof *rested);
    if (!rested || !map_put(&resting->teids, teid, rested)) {
        free(rested);
        return;
    }
    *rested = (struct rested){.teid = teid, .until = now + resting->time};
    *resting->last = rested;
    resting->last = &rested->next;
}

bool resting_has(struct resting *resting, uint32_t teid, int64_t now)
{
    wake_until(resting, now);
    return map_get(&resting->teids, teid) != NULL;
}
