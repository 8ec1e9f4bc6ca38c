/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subscriber as flat fields - options of `demarc subscriber add` and `set`, columns of a CSV file, words of a command list -
 * and where each belongs in the document of docs/admin.md. One table for all of them.
 */
#ifndef FACE_FIELDS_H
#define FACE_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct field {
    const char *name;
    const char *path; /* within the document, the slice or the session; dotted */
    enum { FIELD_OF_SUBSCRIBER, FIELD_OF_SLICE, FIELD_OF_SESSION } of;
    bool number;
    const char *help;
};

extern const struct field fields[]; /* ended by a NULL name */
enum { FIELD_MOST = 40 };

/* The index of a field, or -1. */
int field_find(const char *name);

/*
 * Sets all given values (values[i] belongs to fields[i]; NULL: not given). `sst` with `sd` picks the slice and `dnn` the session
 * within it, made if they are not there; else it is the first. Values are checked when the document is read
 * (store_subscriber_from_json). False: out of memory.
 */
bool fields_apply(json_t *document, const char *const values[FIELD_MOST]);

/* The field's value in its subscriber, slice or session; NULL: absent. */
const json_t *field_value(const json_t *object, const struct field *field);

#endif
