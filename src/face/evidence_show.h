/* SPDX-License-Identifier: Apache-2.0 */
/* demarc evidence show: which entries, and how they are shown. */
#ifndef FACE_EVIDENCE_SHOW_H
#define FACE_EVIDENCE_SHOW_H

#include "recorder/reader.h"

/* What an entry has to agree with; NULL: any. */
struct evidence_filter {
    const char *kind, *rule, *gnb, *source;
    const char *procedure;     /* a part of it */
    const char *digest;        /* hexadecimal, or the beginning of it */
    const char *since, *until; /* a time of an entry, or the beginning of one: 2026-11-22T09; both included */
};

/* False: *why (static text) tells which of them nothing can agree with. */
bool evidence_filter_is_right(const struct evidence_filter *filter, const char **why);
bool evidence_filter_is_empty(const struct evidence_filter *filter);

struct evidence_showing {
    struct evidence_filter filter;
    uint64_t from, to; /* of the log's entries [from, to) */
    uint64_t most;     /* that are shown */
    bool newest;       /* the last ones of those; else the first */
    bool table;        /* for people; else each line as it stands, behind its index */
};

/* False with why: the log cannot be read. */
bool evidence_show(const struct evidence_reader *reader, const struct evidence_showing *showing,
                   char why[LOG_WHY_BYTES]);

#endif
