/* SPDX-License-Identifier: Apache-2.0 */
#include "core/outbox.h"

#include <stdlib.h>

#include "wire/pfcp/bundle.h"

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

/* PFCP messages on their way into one datagram. */
struct gathered {
    struct pfcp_bundle bundle;
    union socket_address peer;
};

static void send_gathered(struct gathered *gathered, const struct core_ports *ports)
{
    if (gathered->bundle.length)
        ports->pfcp(ports->context, &gathered->peer, pfcp_bundle_take(&gathered->bundle));
}

static bool joins(struct gathered *gathered, const struct outbox_item *item)
{
    return item->joins && address_same_host(&gathered->peer, &item->peer) &&
           address_port(&gathered->peer) == address_port(&item->peer) &&
           pfcp_bundle_add(&gathered->bundle, item->bytes);
}

static void send_pfcp(struct gathered *gathered, const struct outbox_item *item,
                      const struct core_ports *ports)
{
    if (joins(gathered, item))
        return;
    send_gathered(gathered, ports);
    gathered->peer = item->peer;
    if (!joins(gathered, item))
        ports->pfcp(ports->context, &item->peer, item->bytes);
}

static void answer_peer(const struct outbox_item *item, const struct core_ports *ports, bool durable)
{
    static const struct sbi_message later = {.status = 503, .path = "", .type = "", .location = ""};
    ports->sbi_response(ports->context, item->association, durable ? item->sbi : &later);
}

static void hand_over(const struct outbox_item *item, struct gathered *gathered,
                      const struct core_ports *ports, bool durable)
{
    switch (item->kind) {
    case OUTBOX_NGAP:
        ports->ngap(ports->context, item->association, item->stream, item->bytes);
        break;
    case OUTBOX_CLOSE:
        ports->close(ports->context, item->association);
        break;
    case OUTBOX_PFCP:
        send_pfcp(gathered, item, ports);
        break;
    case OUTBOX_SBI_REQUEST:
        ports->sbi_request(ports->context, item->sbi_peer, item->association, item->sbi);
        break;
    case OUTBOX_SBI_RESPONSE:
        answer_peer(item, ports, durable);
        break;
    }
}

void outbox_flush(struct outbox *outbox, const struct core_ports *ports, bool durable)
{
    struct gathered gathered = {0};
    for (size_t i = 0; i < outbox->count; i++)
        hand_over(&outbox->items[i], &gathered, ports, durable);
    send_gathered(&gathered, ports);
    outbox->count = 0;
}

void outbox_free(struct outbox *outbox)
{
    free(outbox->items);
    *outbox = (struct outbox){0};
}
