/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That somebody looks into what passes (kit/trace.h) is evidence: an entry when it begins, with the user, and one when it ends, with how much
 * there was. The process whose messages they are gives it, so its socket alone is no way around it.
 */
#ifndef LINE_SHOWN_H
#define LINE_SHOWN_H

#include "kit/trace.h"

/* What is shown, in words: "NGAP messages of all gNBs". */
struct line_shown {
    const char *what;
    const char *deciphered; /* if NAS is asked for as it was before ciphering; NULL: there is none here */
};

/* From now on. Both outlive the trace; NULL for a trace: nothing happens. */
void line_shows(struct trace *trace, const struct line_shown *shown);

#endif
