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

/* What is paid for if the amount is spent now. */
static inline int64_t budget_after(const struct budget *budget, int64_t now, uint64_t amount,
                                   uint64_t per_second)
{
    const int64_t from = budget->paid_until > now ? budget->paid_until : now;
    return from + (int64_t)((__uint128_t)amount * SECONDS(1) / per_second);
}

/* per_second 0: there is no limit. False: it is not in there, and nothing was spent. An amount of more than a second's
 * worth goes out of a full bucket, or it never would. */
static inline bool budget_spend(struct budget *budget, int64_t now, uint64_t amount, uint64_t per_second)
{
    if (!per_second)
        return true;
    const int64_t until = budget_after(budget, now, amount, per_second);
    if (until > now + SECONDS(1) && budget->paid_until > now)
        return false;
    budget->paid_until = until;
    return true;
}

/* For what has a price only when it is done: while anything is left it may be done, and paid for with what is not there yet. per_second: not 0. */
static inline bool budget_left(const struct budget *budget, int64_t now)
{
    return budget->paid_until < now + SECONDS(1);
}

static inline void budget_owe(struct budget *budget, int64_t now, uint64_t amount, uint64_t per_second)
{
    budget->paid_until = budget_after(budget, now, amount, per_second);
}

#endif
