/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comma-separated rows. A first line that names fields (face/fields.h) says what the columns are: our own export. Without it they
 * are srsRAN's: Name,algorithm,IMSI,Key,op|opc,OP,AMF,SQN,QCI,IP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "face/import.h"
#include "kit/csv.h"

enum { COLUMN_MOST = 32, SLICE_COLUMN = -2, IGNORED_COLUMN = -1 };

struct columns {
    bool ours;
    int count, fields[COLUMN_MOST];
};

/* The first line that says something. */
static void first_line(const char *text, char *line, size_t size)
{
    for (;;) {
        size_t length = strcspn(text, "\r\n");
        bool skip = length == 0 || text[0] == '#';
        if (!skip || !text[length]) {
            snprintf(line, size, "%.*s", skip ? 0 : (int)length, text);
            return;
        }
        text += length + strspn(text + length, "\r\n");
    }
}

static bool fits(const char *text)
{
    char line[1024];
    first_line(text, line, sizeof line);
    return strchr(line, ',') != NULL;
}

static bool name_columns(struct import *import, struct columns *columns, char **cells, int count)
{
    columns->ours = true;
    columns->count = count;
    for (int i = 0; i < count && i < COLUMN_MOST; i++) {
        columns->fields[i] = strcasecmp(cells[i], "slice") == 0 ? SLICE_COLUMN : field_find(cells[i]);
        if (columns->fields[i] == IGNORED_COLUMN)
            return draft_refuse(import->draft,
                                "found the column %.40s, expected a name of demarc-subscriber(1)", cells[i]);
    }
    return true;
}

static bool add(struct draft *draft, const char *const *values, json_t *slices)
{
    json_t *document = json_object();
    if (slices)
        json_object_set(document, "slice", slices);
    bool ok = fields_apply(document, values) && draft_add(draft, document);
    json_decref(document);
    return ok;
}

static bool own_row(struct import *import, const struct columns *columns, char **cells, int count)
{
    const char *values[FIELD_MOST] = {0};
    json_t *slices = NULL;
    if (count != columns->count)
        return draft_refuse(import->draft, "found %d columns, expected %d", count, columns->count);
    for (int i = 0; i < count; i++) {
        if (!cells[i][0])
            continue;
        if (columns->fields[i] >= 0)
            values[columns->fields[i]] = cells[i];
        else if (!(slices = json_loads(cells[i], 0, NULL)))
            return draft_refuse(import->draft, "slice: found something else, expected a JSON list");
    }
    bool ok = add(import->draft, values, slices);
    json_decref(slices);
    return ok;
}

enum { NAME, ALGORITHM, IMSI, KEY, OP_TYPE, OP, AMF, SQN, QCI, IP, SRSRAN_COLUMNS };

static bool srsran_row(struct import *import, char **cells, int count)
{
    const char *values[FIELD_MOST] = {0};
    char sqn[24], *end;
    if (count != SRSRAN_COLUMNS)
        return draft_refuse(import->draft,
                            "found %d columns, expected Name,algorithm,IMSI,Key,op|opc,OP,AMF,SQN,QCI,IP",
                            count);
    if (strncasecmp(cells[ALGORITHM], "mil", 3) != 0)
        return draft_refuse(import->draft, "algorithm: found %.20s, expected mil", cells[ALGORITHM]);
    if (strcasecmp(cells[OP_TYPE], "op") != 0 && strcasecmp(cells[OP_TYPE], "opc") != 0)
        return draft_refuse(import->draft, "op_type: found %.20s, expected op or opc", cells[OP_TYPE]);
    unsigned long long number = strtoull(cells[SQN], &end, 16);
    if (*end)
        return draft_refuse(import->draft, "SQN: found %.20s, expected hexadecimal digits", cells[SQN]);
    snprintf(sqn, sizeof sqn, "%llu", number);
    values[field_find("name")] = cells[NAME];
    values[field_find("imsi")] = cells[IMSI];
    values[field_find("k")] = cells[KEY];
    values[field_find(cells[OP_TYPE])] = cells[OP];
    values[field_find("amf")] = cells[AMF];
    values[field_find("sqn")] = sqn;
    values[field_find("fiveqi")] = cells[QCI];
    if (strcasecmp(cells[IP], "dynamic") != 0)
        values[field_find("ipv4")] = cells[IP];
    return add(import->draft, values, NULL);
}

static bool row(struct import *import, bool *ok)
{
    char *line, *cells[COLUMN_MOST + 1];
    bool first = !import->state;
    while ((line = import_line(import)) && (!*line || *line == '#'))
        ;
    if (!line)
        return false;
    struct columns *columns = import->state = import->state ? import->state : calloc(1, sizeof *columns);
    int count = csv_split(line, cells, COLUMN_MOST);
    if (!columns || count > COLUMN_MOST)
        *ok = draft_refuse(import->draft, "found more than %d columns, expected fewer", COLUMN_MOST);
    else if (first && strcasecmp(cells[0], "imsi") == 0)
        *ok = name_columns(import, columns, cells, count);
    else
        *ok = columns->ours ? own_row(import, columns, cells, count) : srsran_row(import, cells, count);
    return true;
}

static void end(struct import *import)
{
    free(import->state);
}

const struct import_format import_csv = {"csv", fits, row, end};
