/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Octets of the last while (rule H2): a ring of slots of equal length, numbered from the beginning of time, of whatever clock they are counted by. What
 * is in the newest WINDOW_SLOTS of them is the sum, to the octet; a slot leaves it as a whole. So the window is as long as it is meant to be, less
 * a slot at most, and it never reaches further back.
 */
#ifndef LINE_WINDOW_H
#define LINE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

enum { WINDOW_SLOTS = 48 };

/* By direction. Sums of what counters of 63 bits have counted in a window fit. */
struct octets {
    uint64_t uplink, downlink;
};

struct window {
    uint64_t newest; /* slot; none before WINDOW_SLOTS - 1 is behind it */
    struct octets slots[WINDOW_SLOTS], sum;
};

/* Time goes on to this slot; an older one changes nothing. */
void window_advance(struct window *window, uint64_t slot);

/* Adds to the slot. One that is newer becomes the newest; one that has left the window adds nothing: false. */
bool window_add(struct window *window, uint64_t slot, struct octets octets);

/* Adds all slots of another that lies within it. */
void window_join(struct window *window, const struct window *other);

/* What the slot holds; nothing if it is not in the window. */
struct octets window_at(const struct window *window, uint64_t slot);

static inline uint64_t octets_total(struct octets octets)
{
    return octets.uplink + octets.downlink;
}

#endif
