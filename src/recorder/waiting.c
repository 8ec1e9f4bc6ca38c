/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/waiting.h"

#include <stdbool.h>
#include <string.h>

static void forget_witnessed(struct waiting *waiting, uint64_t witnessed)
{
    unsigned gone = 0;
    while (gone < waiting->count && waiting->marks[gone].size <= witnessed)
        gone++;
    waiting->count -= gone;
    memmove(waiting->marks, waiting->marks + gone, waiting->count * sizeof waiting->marks[0]);
}

/* Where marks are short the newest gives way: it is the oldest that is asked about. */
void waiting_note(struct waiting *waiting, uint64_t size, uint64_t witnessed, int64_t now)
{
    forget_witnessed(waiting, witnessed);
    const bool fresh = !waiting->count || waiting->marks[waiting->count - 1].size < size;
    if (size <= witnessed || !fresh)
        return;
    if (waiting->count == WAITING_MARKS)
        waiting->count--;
    waiting->marks[waiting->count].size = size;
    waiting->marks[waiting->count++].at = now;
}

int64_t waiting_age(const struct waiting *waiting, int64_t now)
{
    return waiting->count ? now - waiting->marks[0].at : 0;
}
