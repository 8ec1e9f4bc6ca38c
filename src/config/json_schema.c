/* SPDX-License-Identifier: Apache-2.0 */
#include "config/json_schema.h"

#include <inttypes.h>

#include "config/schema.h"

static void put_text(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', to);
        fputc(*text == '\n' ? ' ' : *text, to);
    }
    fputc('"', to);
}

static void put_choices(FILE *to, const struct choice *choices)
{
    fputs("\"enum\": [", to);
    for (const struct choice *at = choices; at->name; at++) {
        fputs(at == choices ? "" : ", ", to);
        put_text(to, at->name);
    }
    fputc(']', to);
}

/* YAML knows numbers, truth and text; what text has to look like beyond that is told in words. */
static void put_type(FILE *to, const struct key *key)
{
    if (key->type == &type_uint)
        fprintf(to, "\"type\": \"integer\", \"minimum\": %" PRIu64 ", \"maximum\": %" PRIu64, key->low,
                key->high);
    else if (key->type == &type_bool)
        fputs("\"type\": \"boolean\"", to);
    else if (key->type == &type_choice)
        put_choices(to, key->choices);
    else if (key->type == &type_text || key->type == &type_name)
        fprintf(to, "\"type\": \"string\", \"minLength\": %" PRIu64 ", \"maxLength\": %" PRIu64, key->low,
                key->high);
    else
        fputs("\"type\": [\"string\", \"number\"]", to);
    if (key->type->expected && key->type != &type_bool) {
        fputs(", \"$comment\": ", to);
        put_text(to, key->type->expected);
    }
}

static void put_fields(FILE *to, const struct key *fields, int indent);

static void put_value(FILE *to, const struct key *key, int indent)
{
    if (key->fields)
        put_fields(to, key->fields, indent);
    else
        put_type(to, key);
}

static void put_key(FILE *to, const struct key *key, int indent)
{
    fprintf(to, "%*s", indent, "");
    put_text(to, key->name);
    fputs(": {", to);
    if (key->help) {
        fputs("\"description\": ", to);
        put_text(to, key->help);
        fputs(", ", to);
    }
    if (key->list)
        fprintf(to, "\"type\": \"array\", \"minItems\": %u%s, \"items\": {", key->least,
                key->once ? ", \"uniqueItems\": true" : "");
    put_value(to, key, indent);
    fputs(key->list ? "}}" : "}", to);
}

static void put_required(FILE *to, const struct key *fields)
{
    const char *comma = "";
    fputs("\"required\": [", to);
    for (const struct key *key = fields; key->name; key++) {
        if (key->initial || (key->fields && !key->list))
            continue;
        fputs(comma, to);
        put_text(to, key->name);
        comma = ", ";
    }
    fputc(']', to);
}

static void put_fields(FILE *to, const struct key *fields, int indent)
{
    fputs("\"type\": \"object\", \"additionalProperties\": false, ", to);
    put_required(to, fields);
    fputs(", \"properties\": {\n", to);
    for (const struct key *key = fields; key->name; key++) {
        put_key(to, key, indent + 2);
        fputs(key[1].name ? ",\n" : "\n", to);
    }
    fprintf(to, "%*s}", indent, "");
}

static void put_schema(FILE *to, const char *title, const struct key *keys)
{
    fputs("{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"title\": ", to);
    put_text(to, title);
    fputs(", ", to);
    put_fields(to, keys, 0);
    fputs("}\n", to);
}

void config_print_inventory_schema(FILE *to)
{
    put_schema(to, "Demarc: inventory", inventory_keys);
}

void config_print_profile_schema(FILE *to)
{
    put_schema(to, "Demarc: profile", profile_keys);
}
