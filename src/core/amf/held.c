/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NAS messages for a phone that is between two gNBs (TS 23.502 4.9.1.3, TS 38.413 8.6.4): those the core would send, and those the
 * source gives back undelivered. They go out in their order where the phone ends up. And those for a phone between two keys (TS 24.501
 * 5.4.2), which go out under the new ones.
 */
#include <stdlib.h>

#include "core/amf/gmm.h"

enum { HELD_MOST = 8 }; /* what is lost above is repeated by its timer */

struct held {
    struct held *next;
    size_t size;
    uint8_t pdu[];
};

bool held_nas_keep(struct ue *ue, struct bytes pdu)
{
    struct held **last = &ue->held;
    unsigned count = 0;
    for (; *last; last = &(*last)->next)
        count++;
    struct held *held = count < HELD_MOST && pdu.len ? malloc(sizeof *held + pdu.len) : NULL;
    if (!held)
        return false;
    *held = (struct held){.size = pdu.len};
    memcpy(held->pdu, pdu.data, pdu.len);
    *last = held;
    return true;
}

static struct held *take(struct held **place)
{
    struct held *held = *place;
    if (held)
        *place = held->next;
    return held;
}

void held_nas_send(struct ue *ue)
{
    struct held **place = &ue->held;
    if (!ue->connection || ue->connection->holding)
        return;
    while (*place) {
        if (gmm_must_wait(ue, bytes_of((*place)->pdu, (*place)->size))) {
            place = &(*place)->next;
            continue;
        }
        struct held *held = take(place);
        gmm_send_sealed(ue, bytes_of(held->pdu, held->size));
        free(held);
    }
}

void held_nas_drop(struct ue *ue)
{
    struct held *held;
    while ((held = take(&ue->held)))
        free(held);
}

void held_nas_seal_anew(struct ue *ue, const struct nas_security *former)
{
    for (struct held *held = ue->held; held; held = held->next) {
        struct bytes pdu = gmm_seal_anew(ue, former, bytes_of(held->pdu, held->size));
        held->size = pdu.len; /* the same, or 0: it cannot be said any more */
        if (pdu.len)
            memcpy(held->pdu, pdu.data, pdu.len);
    }
}
