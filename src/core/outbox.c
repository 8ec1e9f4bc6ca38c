/* SPDX-License-Identifier: Apache-2.0 */
#include "core/outbox.h"

#include <stdlib.h>

bool outbox_put(struct outbox *outbox, const struct outbox_item *item)
{
    if (outbox->count == outbox->room) {
        size_t room = outbox->room ? 2 * outbox->room : 64;
        struct outbox_item *items = realloc(outbox->items, room * sizeof *items);
        if (!items)
            return false;
        outbox->items = items;
        outbox->room = room;
    }
    outbox->items[outbox->count++] = *item;
    return true;
}

static void hand_over(const struct outbox_item *item, const struct core_ports *ports)
{
    switch (item->kind) {
    case OUTBOX_NGAP:
        ports->ngap(ports->context, item->association, item->stream, item->bytes);
        break;
    case OUTBOX_CLOSE:
        ports->close(ports->context, item->association);
        break;
    case OUTBOX_PFCP:
        ports->pfcp(ports->context, &item->peer, item->bytes);
        break;
    }
}

void outbox_flush(struct outbox *outbox, const struct core_ports *ports)
{
    for (size_t i = 0; i < outbox->count; i++)
        hand_over(&outbox->items[i], ports);
    outbox->count = 0;
}

void outbox_free(struct outbox *outbox)
{
    free(outbox->items);
    *outbox = (struct outbox){0};
}
