/* SPDX-License-Identifier: Apache-2.0 */
#include "line/window.h"

#include <string.h>

static struct octets *place_of(struct window *window, uint64_t slot)
{
    return &window->slots[slot % WINDOW_SLOTS];
}

static bool is_within(const struct window *window, uint64_t slot)
{
    return slot <= window->newest && window->newest - slot < WINDOW_SLOTS;
}

void window_advance(struct window *window, uint64_t slot)
{
    if (slot <= window->newest)
        return;
    if (slot - window->newest >= WINDOW_SLOTS) {
        *window = (struct window){.newest = slot};
        return;
    }
    while (window->newest < slot) {
        struct octets *leaving = place_of(window, ++window->newest);
        window->sum.uplink -= leaving->uplink;
        window->sum.downlink -= leaving->downlink;
        *leaving = (struct octets){0};
    }
}

bool window_add(struct window *window, uint64_t slot, struct octets octets)
{
    window_advance(window, slot);
    if (!is_within(window, slot))
        return false;
    struct octets *place = place_of(window, slot);
    place->uplink += octets.uplink;
    place->downlink += octets.downlink;
    window->sum.uplink += octets.uplink;
    window->sum.downlink += octets.downlink;
    return true;
}

void window_join(struct window *window, const struct window *other)
{
    window_advance(window, other->newest);
    for (uint64_t back = 0; back < WINDOW_SLOTS && back <= other->newest; back++)
        window_add(window, other->newest - back, window_at(other, other->newest - back));
}

struct octets window_at(const struct window *window, uint64_t slot)
{
    return is_within(window, slot) ? window->slots[slot % WINDOW_SLOTS] : (struct octets){0};
}
