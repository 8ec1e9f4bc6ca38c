/* SPDX-License-Identifier: Apache-2.0 */
#include "face/table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "config/values.h"

enum { CELL_MOST = 160, COLUMN_MOST = 32 };

/* unit: "B" */
static void amount_text(double value, const char *unit, char *text, size_t size)
{
    static const char *const prefixes[] = {"", "k", "M", "G", "T", "P"};
    size_t n = 0;
    for (; value >= 1000 && n < sizeof prefixes / sizeof prefixes[0] - 1; n++)
        value /= 1000;
    snprintf(text, size, n ? "%.1f %s%s" : "%.0f %s%s", value, prefixes[n], unit);
}

static void age_text(json_int_t since, char *text, size_t size)
{
    long age = (long)(time(NULL) - (time_t)since);
    if (age < 0)
        age = 0;
    if (age < 60)
        snprintf(text, size, "%lds", age);
    else if (age < 3600)
        snprintf(text, size, "%ldm%02lds", age / 60, age % 60);
    else if (age < 86400)
        snprintf(text, size, "%ldh%02ldm", age / 3600, age / 60 % 60);
    else
        snprintf(text, size, "%ldd%02ldh", age / 86400, age / 3600 % 24);
}

static void list_text(const json_t *list, char *text, size_t size)
{
    size_t i, used = 0;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        char one[CELL_MOST];
        cell_text(item, CELL_TEXT, one, sizeof one);
        if (used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s", i ? "," : "", one);
    }
}

static void plain_text(const json_t *value, char *text, size_t size)
{
    if (json_is_string(value))
        snprintf(text, size, "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, size, "%.2f", json_real_value(value));
    else if (json_is_boolean(value))
        snprintf(text, size, "%s", json_is_true(value) ? "yes" : "no");
    else if (json_is_array(value))
        list_text(value, text, size);
    else if (json_object_size(value) == 1) /* a name that says what it is */
        plain_text(json_object_iter_value(json_object_iter((json_t *)value)), text, size);
    /* What a peer sends may hold anything; a table is for terminals. */
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
}

void cell_text(const json_t *value, enum cell cell, char *text, size_t size)
{
    char rate[VALUE_TEXT_BYTES];
    text[0] = '\0';
    if (cell == CELL_RATE && json_is_integer(value))
        snprintf(text, size, "%s", config_rate_text((uint64_t)json_integer_value(value), rate));
    else if (cell == CELL_BYTES && json_is_number(value))
        amount_text(json_number_value(value), "B", text, size);
    else if (cell == CELL_SPEED && json_is_number(value))
        amount_text(json_number_value(value) * 8, "bit/s", text, size);
    else if (cell == CELL_SINCE && json_is_integer(value))
        age_text(json_integer_value(value), text, size);
    else
        plain_text(value, text, size);
}

/* Characters, not bytes: names may hold UTF-8. */
static int width_of(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}

static void measure(const struct column *columns, const json_t *items, int *widths)
{
    size_t i;
    json_t *item;
    for (size_t c = 0; columns[c].title && c < COLUMN_MOST; c++) {
        widths[c] = 0;
        json_array_foreach(items, i, item)
        {
            char text[CELL_MOST];
            cell_text(json_object_get(item, columns[c].key), columns[c].cell, text, sizeof text);
            if (width_of(text) > widths[c])
                widths[c] = width_of(text);
        }
        if (widths[c] && width_of(columns[c].title) > widths[c])
            widths[c] = width_of(columns[c].title);
    }
}

/* In characters; 0: lines may be as long as they like. */
static int line_width(FILE *to)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (isatty(fileno(to)) && ioctl(fileno(to), TIOCGWINSZ, &size) == 0 && size.ws_col)
        return size.ws_col;
    return columns ? atoi(columns) : 0;
}

static int width_of_line(const struct column *columns, const int *widths)
{
    int sum = -2;
    for (size_t c = 0; columns[c].title && c < COLUMN_MOST; c++)
        sum += widths[c] ? widths[c] + 2 : 0;
    return sum;
}

/* The column that can best be spared; false when there is none any more. */
static bool leave_out_one(const struct column *columns, int *widths)
{
    size_t chosen = 0;
    for (size_t c = 1; columns[c].title && c < COLUMN_MOST; c++)
        if (widths[c] && columns[c].spare > (widths[chosen] ? columns[chosen].spare : 0))
            chosen = c;
    if (!columns[chosen].spare || !widths[chosen])
        return false;
    widths[chosen] = 0;
    return true;
}

static void fit(const struct column *columns, int *widths, int most)
{
    while (most > 0 && width_of_line(columns, widths) > most && leave_out_one(columns, widths))
        ;
}

static void put_cell(FILE *to, const char *text, int width, enum cell cell, bool last)
{
    int gap = width - width_of(text);
    bool right = cell == CELL_NUMBER || cell == CELL_BYTES || cell == CELL_RATE || cell == CELL_SPEED;
    fprintf(to, "%*s%s%*s", right ? gap : 0, "", text, last ? 0 : right ? 2 : gap + 2, "");
}

static size_t last_of(const struct column *columns, const int *widths)
{
    size_t last = 0;
    for (size_t c = 0; columns[c].title && c < COLUMN_MOST; c++)
        if (widths[c])
            last = c;
    return last;
}

void table_print(FILE *to, const struct column *columns, const json_t *items)
{
    int widths[COLUMN_MOST];
    size_t i;
    json_t *item;
    bool colours = isatty(fileno(to)) && !getenv("NO_COLOR");
    measure(columns, items, widths);
    fit(columns, widths, line_width(to));
    size_t last = last_of(columns, widths);
    if (json_array_size(items) == 0)
        return;
    fputs(colours ? "\033[1m" : "", to);
    for (size_t c = 0; columns[c].title && c < COLUMN_MOST; c++)
        if (widths[c])
            put_cell(to, columns[c].title, widths[c], columns[c].cell, c == last);
    fputs(colours ? "\033[0m\n" : "\n", to);
    json_array_foreach(items, i, item)
    {
        for (size_t c = 0; columns[c].title && c < COLUMN_MOST; c++) {
            char text[CELL_MOST];
            cell_text(json_object_get(item, columns[c].key), columns[c].cell, text, sizeof text);
            if (widths[c])
                put_cell(to, text, widths[c], columns[c].cell, c == last);
        }
        fputc('\n', to);
    }
}

void json_print(FILE *to, const json_t *value)
{
    json_dumpf(value, to, JSON_INDENT(2) | JSON_ENCODE_ANY);
    fputc('\n', to);
}
