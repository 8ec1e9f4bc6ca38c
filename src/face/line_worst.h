/* SPDX-License-Identifier: Apache-2.0 */
/* The network as a whole, rule by rule: every asset there is is asked about, and of each rule the worst that was said counts. */
#ifndef FACE_LINE_WORST_H
#define FACE_LINE_WORST_H

#include "line/decide.h"

enum { WORST_WORDS = LINE_REASON_BYTES + 128 };

struct worst {
    bool said; /* by anything that it is about */
    struct line_reason reason;
};

/* By the profile of the facts. */
void line_worst(const struct line_facts *facts, struct worst worst[CONFIG_RULES]);

/* Its reason, with what was counted where it counts. Returns the buffer. */
const char *line_worst_words(const struct worst *worst, char words[WORST_WORDS]);

#endif
