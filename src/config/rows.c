/* SPDX-License-Identifier: Apache-2.0 */
#include "config/rows.h"

#include <assert.h>
#include <string.h>

#include "config/nearest.h"
#include "config/schema.h"
#include "kit/csv.h"

enum { COLUMNS = 16, ROW_BYTES = 1024, LINE_BYTES = 4096 };

/* A file that is being read: which key each column is. */
struct table {
    const struct key *keys;
    const char *path;
    const struct config_rows *rows;
    const struct key *columns[COLUMNS];
    int column_count;
    unsigned line;
};

static bool wrong(const struct table *table, const char *column, const char *found, const char *expected)
{
    return config_report(table->rows->report, "%s:%u: %s: found %.60s, expected %s", table->path, table->line,
                         column, found, expected);
}

static const struct key *key_named(const struct table *table, const char *name)
{
    const struct key *key = table->keys;
    while (key->name && strcmp(key->name, name) != 0)
        key++;
    return key->name ? key : NULL;
}

static bool has_column(const struct table *table, const struct key *key)
{
    int i = 0;
    while (i < table->column_count && table->columns[i] != key)
        i++;
    return i < table->column_count;
}

static bool name_columns(struct table *table, char *line)
{
    char *cells[COLUMNS];
    table->column_count = csv_split(line, cells, COLUMNS);
    if (table->column_count > COLUMNS)
        return wrong(table, "file", "more columns", "those that its list in the inventory has as keys");
    for (int i = 0; i < table->column_count; i++) {
        table->columns[i] = key_named(table, cells[i]);
        if (!table->columns[i])
            return wrong(table, "file", cells[i], "columns named as the keys of its list in the inventory");
    }
    for (const struct key *key = table->keys; key->name; key++)
        if (!key->initial && !has_column(table, key))
            return wrong(table, key->name, "no such column", "one: this key has no default");
    return true;
}

static bool read_cell(const struct table *table, const struct key *key, const char *text, char *record)
{
    struct complaint complaint = {0};
    if (!*text && key->initial)
        text = key->initial;
    if (!*text && key->initial && key->type != &type_text)
        return true;
    if (key->type->parse(key, text, table->rows->memory, record + key->offset, &complaint))
        return true;
    return wrong(table, key->name,
                 complaint.found[0] ? complaint.found
                 : *text            ? text
                                    : "nothing",
                 complaint.expected[0] ? complaint.expected : key->type->expected);
}

static bool set_defaults(const struct table *table, char *record)
{
    for (const struct key *key = table->keys; key->name; key++)
        if (!has_column(table, key) && !read_cell(table, key, "", record))
            return false;
    return true;
}

static bool read_row(const struct table *table, char *line, char *record)
{
    char *cells[COLUMNS];
    const int count = csv_split(line, cells, COLUMNS);
    bool good = set_defaults(table, record);
    if (count != table->column_count)
        return wrong(table, "row", count < table->column_count ? "fewer cells" : "more cells",
                     "one for each column");
    for (int i = 0; i < count; i++) {
        assert(table->columns[i]);
        good &= read_cell(table, table->columns[i], cells[i], record);
    }
    return good;
}

static bool ends_fit(const struct table *table, const void *record)
{
    struct complaint complaint = {0};
    return table->keys != asset_keys || config_link_ends(record, &complaint) ||
           wrong(table, "to", complaint.found, complaint.expected);
}

static bool visit(const struct table *table, const void *record)
{
    const struct config_rows *rows = table->rows;
    if (!ends_fit(table, record))
        return false;
    return table->keys == asset_keys ? rows->asset(rows->context, record, table->path, table->line)
                                     : rows->site(rows->context, record, table->path, table->line);
}

/* A row that names columns, is a remark or empty, or holds a record. */
static bool read_line(struct table *table, char *line, bool *named)
{
    _Alignas(max_align_t) char record[ROW_BYTES] = {0};
    line[strcspn(line, "\r")] = '\0';
    if (!*line || *line == '#')
        return true;
    if (*named)
        return read_row(table, line, record) && visit(table, record);
    *named = name_columns(table, line);
    return *named;
}

/* The text stays as it is: each row is copied before it is taken apart. Nothing can be read without columns. */
static bool read_lines(struct table *table, const char *text, size_t length)
{
    char line[LINE_BYTES];
    bool good = true, named = false;
    for (const char *at = text, *end = text + length, *next; at < end; at = next + 1) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        next = newline ? newline : end;
        table->line++;
        if ((size_t)(next - at) >= sizeof line) {
            good = wrong(table, "row", "more than 4095 characters", "fewer");
            continue;
        }
        memcpy(line, at, (size_t)(next - at));
        line[next - at] = '\0';
        good &= read_line(table, line, &named);
        if (!named && !good)
            return false;
    }
    return good;
}

static bool read_table(const struct config_inventory *inventory, const char *name, const struct key *keys,
                       const struct config_rows *rows)
{
    struct config_error error;
    const struct config_part *part = config_bundle_take(inventory->bundle, CONFIG_PART_ROWS, name, &error);
    struct table table = {.keys = keys, .path = part ? part->path : name, .rows = rows};
    return part ? read_lines(&table, part->text, part->length)
                : config_report(rows->report, "%s", error.text);
}

bool config_read_assets(const struct config_inventory *inventory, const char *name,
                        const struct config_rows *rows)
{
    return read_table(inventory, name, asset_keys, rows);
}

bool config_read_sites(const struct config_inventory *inventory, const char *name,
                       const struct config_rows *rows)
{
    return read_table(inventory, name, site_keys, rows);
}
