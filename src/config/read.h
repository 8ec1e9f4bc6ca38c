/* SPDX-License-Identifier: Apache-2.0 */
/* From YAML to a struct by a table of keys, and back. Internal to this room. */
#ifndef CONFIG_READ_H
#define CONFIG_READ_H

#include "config/report.h"
#include "config/schema.h"
#include "kit/map.h"

struct config_source {
    const char *name; /* what errors call it */
    const char *text;
    size_t length;
};

/* Fills the struct at `base` from the text; keys that are not in it get their defaults. lines: gets the line of each item of each
 * list, by the item's address; or NULL. */
bool config_read(const struct key *keys, const struct config_source *text, void *base, struct arena *memory,
                 struct map *lines, struct config_error *error);

/* The same, but it goes on behind an error, and reports them all. */
bool config_read_all(const struct key *keys, const struct config_source *text, void *base,
                     struct arena *memory, struct map *lines, struct config_report *report);

/* The value of one key as YAML in one line (lists and records in flow form), to be freed; NULL: no memory. */
char *config_write_value(const struct key *key, const void *base);

#endif
