/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scenario: a text file, one step a line, that says what gNBs and phones do, and waits until it has happened. See
 * demarc-ran(1) for the language. A step that does not come true in its time ends the scenario with a failure.
 */
#ifndef RAN_SCENARIO_H
#define RAN_SCENARIO_H

#include <stdbool.h>

enum scenario_show { SCENARIO_QUIET, SCENARIO_FLOW };

struct scenario_options {
    enum scenario_show show;
    bool colour;
    unsigned patience_ms; /* how long a step may take; 0 means 10 s */
};

/* Runs the file; 0 when every step came true, else 1 (a step failed) or 2 (the file is wrong), with a message on stderr. */
int scenario_run(const char *path, const struct scenario_options *options);

#endif
