/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "config/read.h"

/* Text that YAML might take for something else is quoted. */
static void put_scalar(FILE *to, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./: ";
    const char last = text[0] ? text[strlen(text) - 1] : ' ';
    bool safe = text[0] != ' ' && text[0] != '-' && last != ' ' && last != ':' &&
                strspn(text, plain) == strlen(text) && !strstr(text, ": ") && !strstr(text, "::");
    if (safe) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', to);
        fputc(*text, to);
    }
    fputc('"', to);
}

static void put_value(FILE *to, const struct key *key, const void *member)
{
    char text[VALUE_TEXT_BYTES * 64];
    text[0] = '\0';
    key->type->print(key, member, text, sizeof text);
    put_scalar(to, text);
}

static const char *items_of(const struct key *key, const void *base, unsigned *count)
{
    *count = *(const unsigned *)((const char *)base + key->count_offset);
    return *(char *const *)((const char *)base + key->offset);
}

static void put_flow(FILE *to, const struct key *key, const void *base);

static bool is_default(const struct key *key, const void *base)
{
    char text[VALUE_TEXT_BYTES * 2] = "";
    if (key->list || !key->initial)
        return false;
    key->type->print(key, (const char *)base + key->offset, text, sizeof text);
    return strcmp(text, key->initial) == 0;
}

static void put_flow_record(FILE *to, const struct key *fields, const void *record)
{
    const char *comma = "";
    fputc('{', to);
    for (const struct key *field = fields; field->name; field++) {
        if (is_default(field, record))
            continue;
        fprintf(to, "%s%s: ", comma, field->name);
        put_flow(to, field, record);
        comma = ", ";
    }
    fputc('}', to);
}

static void put_flow(FILE *to, const struct key *key, const void *base)
{
    if (!key->list) {
        put_value(to, key, (const char *)base + key->offset);
        return;
    }
    unsigned count;
    const char *items = items_of(key, base, &count);
    fputc('[', to);
    for (unsigned i = 0; i < count; i++) {
        fputs(i ? ", " : "", to);
        if (key->fields)
            put_flow_record(to, key->fields, items + i * key->item_size);
        else
            put_value(to, key, items + i * key->item_size);
    }
    fputc(']', to);
}

char *config_write_value(const struct key *key, const void *base)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        return NULL;
    put_flow(to, key, base);
    fclose(to);
    return text;
}

static void put_help(FILE *to, const char *help, int indent)
{
    while (help && *help) {
        int length = (int)strcspn(help, "\n");
        fprintf(to, "%*s# %.*s\n", indent, "", length, help);
        help += length + (help[length] == '\n');
    }
}

static void put_fields(FILE *to, const struct key *fields, const void *base, int indent, bool dash,
                       bool help);

/* Comments stand at the first record only: they would say the same at the next. */
static void put_records(FILE *to, const struct key *key, const void *base, int indent)
{
    unsigned count;
    const char *items = items_of(key, base, &count);
    fprintf(to, "%*s%s:%s\n", indent, "", key->name, count ? "" : " []");
    for (unsigned i = 0; i < count; i++)
        put_fields(to, key->fields, items + i * key->item_size, indent + 4, true, i == 0);
}

static void put_key(FILE *to, const struct key *key, const void *base, int indent)
{
    if (key->fields && !key->list) {
        fprintf(to, "%*s%s:\n", indent, "", key->name);
        put_fields(to, key->fields, base, indent + 2, false, true);
    } else if (key->fields && !key->inline_items) {
        put_records(to, key, base, indent);
    } else {
        fprintf(to, "%*s%s: ", indent, "", key->name);
        put_flow(to, key, base);
        fputc('\n', to);
    }
}

/* A record's first key follows its dash; comments of the first key would stand between, so they go before the
 * dash. */
static void put_fields(FILE *to, const struct key *fields, const void *base, int indent, bool dash, bool help)
{
    for (const struct key *key = fields; key->name; key++) {
        if (indent == 0 && key != fields)
            fputc('\n', to);
        bool first = dash && key == fields;
        if (help)
            put_help(to, key->help, first ? indent - 2 : indent);
        if (first) {
            fprintf(to, "%*s- %s: ", indent - 2, "", key->name);
            put_flow(to, key, base);
            fputc('\n', to);
        } else {
            put_key(to, key, base, indent);
        }
    }
}

void config_print(const struct config *config, FILE *to)
{
    put_help(to,
             "Demarc's configuration, and its manual. This file holds every key with its default: keep only "
             "what you change.\n"
             "`demarc check` tells what is wrong, with line and key; `demarc reload` takes over what it can "
             "without a restart.",
             0);
    fputc('\n', to);
    put_fields(to, config_keys, config, 0, false, true);
}

void config_print_inventory(const struct config *config, FILE *to)
{
    put_help(to,
             "Demarc's inventory, and its manual: which radio equipment there is, whose it is, and what it "
             "may claim to be.\n"
             "`demarc check` tells what is wrong, with line and key; `demarc reload` takes over what it can "
             "without a restart.",
             0);
    fputc('\n', to);
    put_fields(to, inventory_keys, config, 0, false, true);
}
