/* SPDX-License-Identifier: Apache-2.0 */
/* One document, an array of them, or a document a line. */
#include <string.h>

#include "face/import.h"

static bool fits(const char *text)
{
    text += strspn(text, " \t\r\n");
    return *text == '{' || *text == '[';
}

/* Skips blanks, commas and the array's brackets, counting lines. */
static char *skip(struct import *import)
{
    for (; *import->at && strchr(" \t\r\n,[]", *import->at); import->at++)
        import->next_line += *import->at == '\n';
    return *import->at ? import->at : NULL;
}

static unsigned lines_in(const char *from, const char *to)
{
    unsigned count = 0;
    for (; from < to; from++)
        count += *from == '\n';
    return count;
}

/* What is no JSON cannot be skipped but to its line's end: there the next document of JSON lines begins. */
static void skip_line(struct import *import)
{
    char *end = strchr(import->at, '\n');
    import->at = end ? end : import->at + strlen(import->at);
}

static bool row(struct import *import, bool *ok)
{
    json_error_t error;
    char *start = skip(import);
    if (!start)
        return false;
    import->line = import->draft->line = import->next_line;
    json_t *document = json_loads(start, JSON_DISABLE_EOF_CHECK, &error);
    if (!document) {
        import->line += (unsigned)(error.line > 0 ? error.line - 1 : 0);
        *ok = draft_refuse(import->draft, "found %.100s, expected a JSON document", error.text);
        skip_line(import);
        return true;
    }
    import->at = start + error.position;
    import->next_line += lines_in(start, import->at);
    *ok = draft_add(import->draft, document);
    json_decref(document);
    return true;
}

const struct import_format import_json = {"json", fits, row, NULL};
