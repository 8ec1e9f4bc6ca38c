/* SPDX-License-Identifier: Apache-2.0 */
/* From YAML to a struct by a table of keys, and back. Internal to this room. */
#ifndef CONFIG_READ_H
#define CONFIG_READ_H

#include "config/report.h"
#include "config/schema.h"

/* Fills the struct at `base` from the text; keys that are not in it get their defaults. */
bool config_read(const struct key *keys, const char *text, size_t length, const char *name, void *base,
                 struct arena *memory, struct config_error *error);

/* The same, but it goes on behind an error, and reports them all. */
bool config_read_all(const struct key *keys, const char *text, size_t length, const char *name, void *base,
                     struct arena *memory, struct config_report *report);

/* The value of one key as YAML in one line (lists and records in flow form), to be freed; NULL: no memory. */
char *config_write_value(const struct key *key, const void *base);

#endif
