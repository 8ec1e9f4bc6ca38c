/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One way to show structured things, in two forms: indented text for people, JSON for programs. Codecs,
 * status tables and logs describe themselves once through these calls.
 *
 *     print_open(p, "RegistrationRequest");
 *     print_uint(p, "ngKSI", 7);
 *     print_list(p, "items"); ... print_open(p, NULL); ... print_close(p); ... print_end(p);
 *     print_close(p);
 *
 * A name is NULL inside a list, and for the outermost object of a JSON document. Output that does not fit is
 * cut
 * (`cut` says so) and is then no valid JSON.
 */
#ifndef KIT_PRINT_H
#define KIT_PRINT_H

#include "kit/bytes.h"

enum print_form { PRINT_TEXT, PRINT_JSON };

struct printer {
    enum print_form form;
    char *buffer; /* caller's; always NUL-terminated */
    size_t size, length;
    unsigned depth;
    bool first; /* nothing yet printed at this depth */
    bool cut;
};

/* size must be at least 1. */
void print_init(struct printer *p, enum print_form form, char *buffer, size_t size);

void print_open(struct printer *p, const char *name); /* begins an object */
void print_close(struct printer *p);                  /* ends it */
void print_list(struct printer *p, const char *name); /* begins a list */
void print_end(struct printer *p);                    /* ends it */
void print_uint(struct printer *p, const char *name, uint64_t value);
void print_int(struct printer *p, const char *name, int64_t value);
void print_bool(struct printer *p, const char *name, bool value);
void print_text(struct printer *p, const char *name, const char *value); /* escaped as the form asks */
void print_hex(struct printer *p, const char *name, struct bytes value); /* lower-case hex */
/* An enumerated value: its name in both forms, or the number where the name is NULL. */
void print_enum(struct printer *p, const char *name, uint64_t value, const char *value_name);

#endif
