/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/senders.h"

#include "plane/fast/networks.h"

static struct sender sender_of(const struct fast_address *address, const struct fast_refused *refused)
{
    struct sender sender = {.address = fast_address_as_socket(address)};
    for (unsigned i = DROP_NONE + 1; i <= DROP_UE_TO_UE; i++) {
        sender.reasons[i] = refused->reasons[i];
        sender.packets += refused->reasons[i];
    }
    return sender;
}

void fast_collect_senders(const struct plane *plane)
{
    static struct fast_address addresses[FAST_REFUSED];
    static struct fast_refused refused[FAST_REFUSED];
    const unsigned count = plane->fast ? fast_take(plane->fast->refused, addresses, sizeof *addresses,
                                                   refused, sizeof *refused, FAST_REFUSED)
                                       : 0;
    for (unsigned i = 0; i < count; i++) {
        const struct sender sender = sender_of(&addresses[i], &refused[i]);
        if (sender.packets)
            senders_take(&plane->lanes[plane->lane_count - 1].senders, &sender);
    }
}
