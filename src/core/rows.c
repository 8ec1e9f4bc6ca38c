/* SPDX-License-Identifier: Apache-2.0 */
#include "core/rows.h"

#include <stdlib.h>

#include "kit/log.h"
#include "store/store.h"

enum { ROW_DIRTY = 1, ROW_WRITTEN = 2 };

struct removal {
    struct removal *next;
    supi_t supi;
    uint8_t pdu_session_id; /* 0: the phone, with all its sessions */
};

static struct row **queue_of(struct core *core, const struct row *row)
{
    return row->queued == ROW_DIRTY ? &core->dirty : &core->written;
}

static void enqueue(struct core *core, struct row *row, uint8_t queue)
{
    row->queued = queue;
    struct row **head = queue_of(core, row);
    row->next = *head;
    row->previous = NULL;
    if (row->next)
        row->next->previous = row;
    *head = row;
}

void core_dirty(struct core *core, struct row *row)
{
    if (row->queued == ROW_DIRTY)
        return;
    core_clean(core, row);
    enqueue(core, row, ROW_DIRTY);
}

void core_clean(struct core *core, struct row *row)
{
    if (!row->queued)
        return;
    if (row->previous)
        row->previous->next = row->next;
    else
        *queue_of(core, row) = row->next;
    if (row->next)
        row->next->previous = row->previous;
    row->queued = 0;
}

static bool remove_stored(struct core *core, supi_t supi, uint8_t pdu_session_id)
{
    char text[SUPI_TEXT_BYTES];
    supi_text(supi, text);
    return (pdu_session_id ? store_session_remove(core->store, text, pdu_session_id)
                           : store_ue_remove(core->store, text)) == STORE_OK;
}

void core_remove(struct core *core, supi_t supi, uint8_t pdu_session_id)
{
    struct removal *removal = malloc(sizeof *removal);
    if (removal) {
        *removal = (struct removal){core->removals, supi, pdu_session_id};
        core->removals = removal;
    } else if (!remove_stored(core, supi, pdu_session_id)) {
        log_error("core", NULL, "a row could not be removed");
    }
}

/* Rows that the store refused by itself stay with the transaction: the commit reports what is wrong. */
void rows_write(struct core *core)
{
    for (const struct removal *removal = core->removals; removal; removal = removal->next)
        if (!remove_stored(core, removal->supi, removal->pdu_session_id))
            log_error("core", NULL, "a row could not be removed");
    while (core->dirty) {
        struct row *row = core->dirty;
        core_clean(core, row);
        if (!row->write(core, row))
            log_error("core", NULL, "a row could not be written");
        enqueue(core, row, ROW_WRITTEN);
    }
}

void rows_committed(struct core *core, bool durable)
{
    if (durable)
        rows_free(core);
    while (core->written) {
        struct row *row = core->written;
        core_clean(core, row);
        if (!durable)
            core_dirty(core, row);
    }
}

void rows_free(struct core *core)
{
    while (core->removals) {
        struct removal *removal = core->removals;
        core->removals = removal->next;
        free(removal);
    }
}
