/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/print.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void print_init(struct printer *p, enum print_form form, char *buffer, size_t size)
{
    *p = (struct printer){.form = form, .buffer = buffer, .size = size, .first = true};
    buffer[0] = '\0';
}

__attribute__((format(printf, 2, 3))) static void put(struct printer *p, const char *format, ...)
{
    size_t room = p->size - p->length;
    va_list args;
    va_start(args, format);
    int wrote = vsnprintf(p->buffer + p->length, room, format, args);
    va_end(args);
    if (wrote < 0 || (size_t)wrote >= room) {
        p->cut = true;
        p->length = p->size - 1;
    } else {
        p->length += (size_t)wrote;
    }
}

static void put_escaped(struct printer *p, const char *text)
{
    put(p, "\"");
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            put(p, "\\%c", *c);
        else if (*c < 0x20 || *c == 0x7f)
            put(p, "\\u%04x", *c);
        else
            put(p, "%c", *c);
    }
    put(p, "\"");
}

/* What stands before a value: separator, indentation, name. */
static void begin(struct printer *p, const char *name)
{
    if (p->form == PRINT_TEXT) {
        put(p, "%*s%s%s", (int)(2 * p->depth), "", name ? name : "-", " ");
        return;
    }
    if (!p->first)
        put(p, ",");
    p->first = false;
    if (name) {
        put_escaped(p, name);
        put(p, ":");
    }
}

static void finish_line(struct printer *p)
{
    if (p->form == PRINT_TEXT)
        put(p, "\n");
}

static void descend(struct printer *p, const char *name, const char *bracket)
{
    begin(p, name);
    if (p->form == PRINT_JSON)
        put(p, "%s", bracket);
    finish_line(p);
    p->depth++;
    p->first = true;
}

static void ascend(struct printer *p, const char *bracket)
{
    p->depth--;
    p->first = false;
    if (p->form == PRINT_JSON)
        put(p, "%s", bracket);
}

void print_open(struct printer *p, const char *name)
{
    descend(p, name, "{");
}

void print_close(struct printer *p)
{
    ascend(p, "}");
}

void print_list(struct printer *p, const char *name)
{
    descend(p, name, "[");
}

void print_end(struct printer *p)
{
    ascend(p, "]");
}

void print_uint(struct printer *p, const char *name, uint64_t value)
{
    begin(p, name);
    put(p, "%" PRIu64, value);
    finish_line(p);
}

void print_int(struct printer *p, const char *name, int64_t value)
{
    begin(p, name);
    put(p, "%" PRId64, value);
    finish_line(p);
}

void print_bool(struct printer *p, const char *name, bool value)
{
    begin(p, name);
    put(p, "%s", value ? "true" : "false");
    finish_line(p);
}

void print_text(struct printer *p, const char *name, const char *value)
{
    begin(p, name);
    put_escaped(p, value);
    finish_line(p);
}

void print_hex(struct printer *p, const char *name, struct bytes value)
{
    const char *quote = p->form == PRINT_JSON ? "\"" : "";
    begin(p, name);
    put(p, "%s", quote);
    for (size_t i = 0; i < value.len; i++)
        put(p, "%02x", value.data[i]);
    put(p, "%s", quote);
    finish_line(p);
}

void print_enum(struct printer *p, const char *name, uint64_t value, const char *value_name)
{
    if (!value_name) {
        print_uint(p, name, value);
        return;
    }
    begin(p, name);
    put(p, p->form == PRINT_JSON ? "\"%s\"" : "%s", value_name);
    finish_line(p);
}
