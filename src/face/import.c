/* SPDX-License-Identifier: Apache-2.0 */
#include "face/import.h"

#include <stdio.h>
#include <string.h>

/* The last one fits everything. */
static const struct import_format *const formats[] = {&import_json, &import_csv, &import_commands, NULL};

char *import_line(struct import *import)
{
    char *line = import->at;
    if (!*line)
        return NULL;
    size_t length = strcspn(line, "\n");
    import->at += length + (line[length] == '\n');
    line[length] = '\0';
    if (length && line[length - 1] == '\r')
        line[length - 1] = '\0';
    import->line = import->draft->line = import->next_line++;
    return line;
}

static const struct import_format *pick_format(const char *name, const char *text)
{
    const struct import_format *const *format = formats;
    while (*format && !(name ? strcmp((*format)->name, name) == 0 : (*format)->fits(text)))
        format++;
    return *format;
}

bool import_rows(struct draft *draft, const char *name, const char *path, char *text, size_t *bad)
{
    struct import import = {.at = text, .next_line = 1, .draft = draft};
    const struct import_format *format = pick_format(name, text);
    bool ok = true;
    *bad = 0;
    if (!format)
        return false;
    while (format->row(&import, &ok)) {
        if (!ok) {
            fprintf(stderr, "%s:%u: %s\n", path, import.line, draft->what);
            ++*bad;
        }
        ok = true;
    }
    if (format->end)
        format->end(&import);
    *bad += draft_routes_apart(draft, path);
    return true;
}
