/* SPDX-License-Identifier: Apache-2.0 */
/* How long the oldest entry that the quorum of witnesses has not cosigned has waited: sizes of the log, and when it had them. */
#ifndef RECORDER_WAITING_H
#define RECORDER_WAITING_H

#include <stdint.h>

enum { WAITING_MARKS = 64 };

struct waiting {
    struct {
        uint64_t size;
        int64_t at;
    } marks[WAITING_MARKS]; /* the oldest first; all zero: none waits */
    unsigned count;
};

/* Once a second: what the log has, and what is witnessed of it. */
void waiting_note(struct waiting *waiting, uint64_t size, uint64_t witnessed, int64_t now);

/* 0: nothing waits. */
int64_t waiting_age(const struct waiting *waiting, int64_t now);

#endif
