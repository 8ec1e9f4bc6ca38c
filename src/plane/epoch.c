/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/epoch.h"

#include <stddef.h>

void epochs_init(struct epochs *epochs, struct epoch_reader *readers, unsigned reader_count)
{
    *epochs = (struct epochs){.readers = readers, .reader_count = reader_count};
    atomic_init(&epochs->now, 1);
    epochs->tail = &epochs->oldest;
}

uint64_t epoch_mark(struct epochs *epochs)
{
    return atomic_fetch_add(&epochs->now, 1);
}

/* The oldest epoch that a reader may still be in. */
static uint64_t oldest_reader(const struct epochs *epochs)
{
    uint64_t oldest = UINT64_MAX;
    for (unsigned i = 0; i < epochs->reader_count; i++) {
        uint64_t seen = atomic_load(&epochs->readers[i].seen);
        if (seen != 0 && seen < oldest)
            oldest = seen;
    }
    return oldest;
}

bool epoch_passed(const struct epochs *epochs, uint64_t mark)
{
    return mark < oldest_reader(epochs);
}

void epoch_retire(struct epochs *epochs, struct epoch_retired *retired,
                  void (*release)(struct epoch_retired *))
{
    retired->next = NULL;
    retired->release = release;
    retired->epoch = epoch_mark(epochs);
    *epochs->tail = retired;
    epochs->tail = &retired->next;
}

static void release_until(struct epochs *epochs, uint64_t oldest)
{
    while (epochs->oldest && epochs->oldest->epoch < oldest) {
        struct epoch_retired *retired = epochs->oldest;
        epochs->oldest = retired->next;
        if (!epochs->oldest)
            epochs->tail = &epochs->oldest;
        retired->release(retired);
    }
}

bool epoch_collect(struct epochs *epochs)
{
    if (epochs->oldest)
        release_until(epochs, oldest_reader(epochs));
    return epochs->oldest == NULL;
}

void epochs_free(struct epochs *epochs)
{
    release_until(epochs, UINT64_MAX);
}
