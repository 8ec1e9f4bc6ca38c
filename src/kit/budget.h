/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token bucket that holds a second's worth: what may be spent at once. Its state is one number, the time up to which what was
 * spent so far is paid for.
 */
#ifndef KIT_BUDGET_H
#define KIT_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "kit/timers.h"

struct budget {
    int64_t paid_until; /* nanoseconds on the caller's clock; 0: nothing spent yet */
};

/* per_second 0: there is no limit. False: it is not in there, and nothing was spent. An amount of more than a second's
 * worth goes out of a full bucket, or it never would. */
static inline bool budget_spend(struct budget *budget, int64_t now, uint64_t amount, uint64_t per_second)
{
    if (!per_second)
        return true;
    int64_t from = budget->paid_until > now ? budget->paid_until : now;
    int64_t until = from + (int64_t)((__uint128_t)amount * SECONDS(1) / per_second);
    if (until > now + SECONDS(1) && from > now)
        return false;
    budget->paid_until = until;
    return true;
}

#endif
