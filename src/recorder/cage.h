/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cage of those who keep evidence, the recorder and the witness (kit/cage.h): one folder, and the network as far as they need it. The
 * place is left before the first thread is made, the calls are given up when all threads and listeners are there.
 */
#ifndef RECORDER_CAGE_H
#define RECORDER_CAGE_H

#include <stdbool.h>

struct evidence_cage {
    bool connects;     /* to witnesses */
    bool files, calls; /* in force */
};

void evidence_cage_place(struct evidence_cage *cage, int folder);
void evidence_cage_calls(struct evidence_cage *cage);

/* One line that says what is in force, and one for each part that is not. */
void evidence_cage_report(const struct evidence_cage *cage, const char *unit);

#endif
