/* SPDX-License-Identifier: Apache-2.0 */
#include "line/conduct.h"

#include <string.h>

static unsigned threshold_of(const struct config_fence *fence, enum misdeed misdeed)
{
    const unsigned thresholds[MISDEED_KINDS] = {
        [MISDEED_UNDECODABLE] = fence->undecodable, [MISDEED_MISPLACED] = fence->misplaced,
        [MISDEED_FOREIGN_ID] = fence->foreign_ids,  [MISDEED_FAILED_MAC] = fence->failed_macs,
        [MISDEED_OVERRUN] = fence->overruns,
    };
    return thresholds[misdeed];
}

bool conduct_note(struct conduct *conduct, const struct config_fence *fence, enum misdeed misdeed,
                  uint64_t count, int64_t now)
{
    const unsigned threshold = threshold_of(fence, misdeed);
    if (now - conduct->opened >= fence->window) {
        memset(conduct->recent, 0, sizeof conduct->recent);
        conduct->opened = now;
    }
    const uint64_t before = conduct->recent[misdeed];
    conduct->counts[misdeed] += count;
    conduct->recent[misdeed] += count;
    return threshold && before < threshold && conduct->recent[misdeed] >= threshold;
}

const char *conduct_name(enum misdeed misdeed)
{
    static const char *const names[MISDEED_KINDS] = {
        [MISDEED_UNDECODABLE] = "undecodable messages",
        [MISDEED_MISPLACED] = "messages out of place",
        [MISDEED_FOREIGN_ID] = "messages about foreign phones",
        [MISDEED_FAILED_MAC] = "failed integrity checks",
        [MISDEED_OVERRUN] = "overruns of its budget",
    };
    return names[misdeed];
}
