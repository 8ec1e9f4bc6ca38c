/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subscribers from files that others wrote. A format reads rows; each row is a change to a draft; the draft is applied as a
 * whole, or not at all.
 */
#ifndef FACE_IMPORT_H
#define FACE_IMPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "face/fields.h"
#include "kit/arena.h"
#include "kit/map.h"

struct book;

/* What is to become of one subscriber. */
struct draft_entry {
    char supi[24];
    char *document; /* compact JSON; NULL: to be removed */
    unsigned line;  /* where it was added in this file; 0: it was there before */
    bool bad;       /* named as such: left as it is */
    bool sent;      /* to the book */
};

struct draft {
    struct book *book; /* for subscribers that a row changes but the file did not add */
    struct draft_entry *entries;
    size_t count, room;
    struct map by_supi; /* entry's place + 1 */
    unsigned line;      /* of the row at hand */
    char what[240];     /* why the row at hand was refused */
};

void draft_init(struct draft *draft, struct book *book);
void draft_free(struct draft *draft);

/* These refuse with draft->what. */
bool draft_refuse(struct draft *draft, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool draft_add(struct draft *draft, const json_t *document); /* checked as a whole */
bool draft_change(struct draft *draft, const char *imsi, const char *const values[FIELD_MOST]);
bool draft_remove(struct draft *draft, const char *imsi);

/* Networks behind the phones of one that are behind another's too: those that came later are bad, and named as PATH:LINE. Returns how many. */
size_t draft_routes_apart(struct draft *draft, const char *path);

/* Writes all of it; false after having said why. */
bool draft_apply(struct draft *draft, size_t *written, size_t *removed);

/* A file being read, in one of the formats. */
struct import {
    char *at;      /* NUL-terminated, taken apart as it is read */
    unsigned line; /* of the row last read */
    unsigned next_line;
    struct draft *draft;
    void *state; /* the format's own */
};

/* The next line without its end, or NULL. */
char *import_line(struct import *import);

struct import_format {
    const char *name;
    bool (*fits)(const char *text);
    /* Reads a row into the draft. False at the end. *ok: whether the row was good (else draft->what). */
    bool (*row)(struct import *import, bool *ok);
    void (*end)(struct import *import); /* or NULL */
};

/* Reads all rows of the text into the draft and names the bad ones on standard error as PATH:LINE. name: the format's, or NULL to
 * recognise it. False: no such format. */
bool import_rows(struct draft *draft, const char *name, const char *path, char *text, size_t *bad);

extern const struct import_format import_json, import_csv, import_commands;

#endif
