/* SPDX-License-Identifier: Apache-2.0 */
#include "face/evidence_show.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/table.h"

#define BEFORE_TIME "{\"time\":\""

enum { TIME_CHARACTERS = 30 };

/* --- Which --- */

bool evidence_filter_is_empty(const struct evidence_filter *filter)
{
    return !filter->kind && !filter->rule && !filter->gnb && !filter->source && !filter->procedure &&
           !filter->digest && !filter->since && !filter->until;
}

static bool is_kind(const char *name)
{
    for (unsigned kind = 0; kind < EVIDENCE_KINDS; kind++)
        if (strcmp(name, evidence_kind_name((enum evidence_kind)kind)) == 0)
            return true;
    return false;
}

static bool begins_a_time(const char *text)
{
    static const char form[] = "0000-00-00T00:00:00.000000000Z";
    size_t i = 0;
    for (; text[i] && i < TIME_CHARACTERS; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    return i >= 4 && !text[i];
}

bool evidence_filter_is_right(const struct evidence_filter *filter, const char **why)
{
    *why = NULL;
    if (filter->kind && !is_kind(filter->kind))
        *why =
            "--kind: one of refusal, admission, policy, suspension, fence, drill, answer, flip, exception, "
            "breach, report, capture, source, loss, repair, pruning";
    else if ((filter->since && !begins_a_time(filter->since)) ||
             (filter->until && !begins_a_time(filter->until)))
        *why = "--since, --until: a time in UTC as entries have it, or its beginning: 2026-11-22T09:30";
    else if (filter->digest && filter->digest[strspn(filter->digest, "0123456789abcdef")])
        *why = "--digest: SHA-256 in lower-case hexadecimal, or its beginning";
    return !*why;
}

static bool equals(const char *wanted, const char *text)
{
    return !wanted || strcmp(wanted, text) == 0;
}

static bool has_digest(const char *wanted, const struct evidence_entry *entry)
{
    char text[2 * EVIDENCE_DIGEST_BYTES + 1];
    if (!wanted || !entry->has_digest)
        return !wanted;
    for (size_t i = 0; i < EVIDENCE_DIGEST_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", entry->digest[i]);
    return strncmp(text, wanted, strlen(wanted)) == 0;
}

/* The canonical form begins with the time, which sorts as text. */
static bool in_time(const struct evidence_filter *filter, struct bytes line)
{
    const size_t before = sizeof BEFORE_TIME - 1;
    const char *time = (const char *)line.data + before;
    if (line.len < before + TIME_CHARACTERS)
        return false;
    return (!filter->since || strncmp(time, filter->since, strlen(filter->since)) >= 0) &&
           (!filter->until || strncmp(time, filter->until, strlen(filter->until)) <= 0);
}

static bool agrees(const struct evidence_filter *filter, struct bytes line)
{
    struct evidence_entry entry;
    struct fault fault;
    if (evidence_filter_is_empty(filter))
        return true;
    return in_time(filter, line) && evidence_entry_read(line, &entry, &fault) &&
           equals(filter->kind, evidence_kind_name(entry.kind)) && equals(filter->rule, entry.rule) &&
           equals(filter->gnb, entry.gnb) && equals(filter->source, entry.source) &&
           (!filter->procedure || strstr(entry.procedure, filter->procedure)) &&
           has_digest(filter->digest, &entry);
}

/* --- Shown --- */

struct show {
    const struct evidence_showing *showing;
    json_t *items;   /* of a table */
    uint64_t *found; /* the newest that agree, in a ring; NULL: all are shown as they come */
    uint64_t count;
};

static void show_line(const struct show *show, uint64_t index, struct bytes line)
{
    if (!show->showing->table) {
        printf("%" PRIu64 " %.*s\n", index, (int)line.len, (const char *)line.data);
        return;
    }
    json_t *item = json_loadb((const char *)line.data, line.len, 0, NULL);
    if (item)
        json_object_set_new(item, "index", json_integer((json_int_t)index));
    json_array_append_new(show->items, item ? item : json_object());
}

static bool visit(void *context, uint64_t index, struct bytes line)
{
    struct show *show = context;
    if (!agrees(&show->showing->filter, line))
        return true;
    if (show->found)
        show->found[show->count % show->showing->most] = index;
    else
        show_line(show, index, line);
    show->count++;
    return show->found || show->count < show->showing->most;
}

static bool show_found(void *context, uint64_t index, struct bytes line)
{
    show_line(context, index, line);
    return true;
}

/* They are looked for first, and read again then. */
static bool show_newest(struct show *show, const struct evidence_reader *reader, char why[LOG_WHY_BYTES])
{
    const uint64_t most = show->showing->most;
    show->found = calloc(most, sizeof *show->found);
    bool read =
        show->found && evidence_reader_each(reader, show->showing->from, show->showing->to, visit, show, why);
    for (uint64_t i = show->count > most ? show->count - most : 0; read && i < show->count; i++) {
        const uint64_t index = show->found[i % most];
        read = evidence_reader_each(reader, index, index + 1, show_found, show, why);
    }
    free(show->found);
    return read;
}

bool evidence_show(const struct evidence_reader *reader, const struct evidence_showing *showing,
                   char why[LOG_WHY_BYTES])
{
    static const struct column columns[] = {
        {"INDEX", "index", CELL_NUMBER, 0}, {"TIME", "time", CELL_TEXT, 0},
        {"SOURCE", "source", CELL_TEXT, 2}, {"KIND", "kind", CELL_TEXT, 0},
        {"STEP", "step", CELL_TEXT, 0},     {"RULE", "rule", CELL_TEXT, 0},
        {"GNB", "gnb", CELL_TEXT, 0},       {"PROCEDURE", "procedure", CELL_TEXT, 0},
        {"REASON", "reason", CELL_TEXT, 1}, {0}};
    struct show show = {.showing = showing, .items = json_array()};
    const bool read =
        showing->newest
            ? show_newest(&show, reader, why)
            : !showing->most || evidence_reader_each(reader, showing->from, showing->to, visit, &show, why);
    if (read && showing->table)
        table_print(stdout, columns, show.items);
    json_decref(show.items);
    return read;
}
