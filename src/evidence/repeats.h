/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What repeats itself is said a few times, and then how often it was repeated: radio that sends the same wrong message a
 * thousand times a second must not be able to fill the log, or to crowd others out of it. Two entries are the same when they
 * agree in kind, rule, gNB and procedure. Of more different ones than there are places for, the number alone is kept. Only what a gNB
 * can cause is held back: refusals, exceptions, admissions.
 */
#ifndef EVIDENCE_REPEATS_H
#define EVIDENCE_REPEATS_H

#include "evidence/entry.h"
#include "kit/map.h"

enum { REPEATS_SAID = 8, REPEATS_SECONDS = 10 };

struct repeats {
    struct map known;
    size_t most; /* different ones in a window */
    uint64_t seed;
    uint64_t others; /* that found no place */
};

/* The seed is random, so that nobody can make two be taken for the same. */
void repeats_init(struct repeats *repeats, size_t most, uint64_t seed);
void repeats_free(struct repeats *repeats);

/* False: it was counted instead, and is not to be recorded by itself. */
bool repeats_pass(struct repeats *repeats, const struct evidence_entry *entry);

/* Each second: of the windows that have ended (all: of all of them), those in which something was held back are said as an entry
 * with its number. */
void repeats_turn(struct repeats *repeats, int64_t now, bool all,
                  void (*say)(void *context, const struct evidence_entry *entry), void *context);

#endif
