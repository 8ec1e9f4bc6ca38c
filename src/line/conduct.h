/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N5 of the line: the misdeeds of a gNB are counted by kind, and too many of a kind have it fenced. */
#ifndef LINE_CONDUCT_H
#define LINE_CONDUCT_H

#include "config/config.h"

enum misdeed {
    MISDEED_UNDECODABLE,
    MISDEED_MISPLACED,  /* in its direction or state */
    MISDEED_FOREIGN_ID, /* about a phone that is not the gNB's */
    MISDEED_FAILED_MAC, /* which a phone can cause as well */
    MISDEED_OVERRUN,    /* of its budget */
    MISDEED_KINDS
};

/* Zeroed to begin with. */
struct conduct {
    uint64_t counts[MISDEED_KINDS]; /* ever */
    uint64_t recent[MISDEED_KINDS]; /* since the window was opened */
    int64_t opened;
};

/* True: with these `count` misdeeds the kind has reached its threshold; said once a window. `now`: nanoseconds. */
bool conduct_note(struct conduct *conduct, const struct config_fence *fence, enum misdeed misdeed,
                  uint64_t count, int64_t now);

/* "undecodable messages" */
const char *conduct_name(enum misdeed misdeed);

#endif
