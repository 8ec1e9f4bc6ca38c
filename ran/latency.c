/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/latency.h"

#include <stdlib.h>

void latency_add(struct latency *latency, int64_t nanoseconds)
{
    if (latency->count == latency->room) {
        size_t room = latency->room ? 2 * latency->room : 1024;
        uint32_t *grown = realloc(latency->microseconds, room * sizeof *grown);
        if (!grown)
            return;
        latency->microseconds = grown;
        latency->room = room;
    }
    latency->microseconds[latency->count++] = (uint32_t)(nanoseconds / 1000);
    latency->sorted = false;
}

static int by_value(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

double latency_ms(struct latency *latency, unsigned percent)
{
    if (!latency->count)
        return 0;
    if (!latency->sorted)
        qsort(latency->microseconds, latency->count, sizeof *latency->microseconds, by_value);
    latency->sorted = true;
    size_t at = latency->count * percent / 100;
    return latency->microseconds[at < latency->count ? at : latency->count - 1] / 1000.0;
}

void latency_free(struct latency *latency)
{
    free(latency->microseconds);
    *latency = (struct latency){0};
}
