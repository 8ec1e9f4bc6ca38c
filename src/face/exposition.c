/* SPDX-License-Identifier: Apache-2.0 */
#include "face/exposition.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void exposition_init(struct exposition *out)
{
    out->families = json_object();
}

static bool is_name(const char *text)
{
    if (!text || isdigit((unsigned char)text[0]) || !text[0])
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && *text != '_' && *text != ':')
            return false;
    return true;
}

static void put_escaped(FILE *to, const char *text)
{
    for (; *text; text++)
        if (*text == '\n')
            fputs("\\n", to);
        else
            fprintf(to, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
}

static void put_labels(FILE *to, const json_t *labels)
{
    const char *key, *separator = "{";
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)labels, key, value)
    {
        if (!is_name(key) || !json_is_string(value))
            continue;
        fprintf(to, "%s%s=\"", separator, key);
        put_escaped(to, json_string_value(value));
        fputc('"', to);
        separator = ",";
    }
    if (*separator == ',')
        fputc('}', to);
}

/* "name{label="x"} 12\n", to be freed. */
static char *sample_of(const char *name, const json_t *metric)
{
    char *text = NULL;
    size_t size;
    const json_t *value = json_object_get(metric, "value");
    FILE *to = open_memstream(&text, &size);
    if (!to)
        return NULL;
    fputs(name, to);
    put_labels(to, json_object_get(metric, "labels"));
    if (json_is_integer(value))
        fprintf(to, " %" JSON_INTEGER_FORMAT "\n", json_integer_value(value));
    else
        fprintf(to, " %.15g\n", json_number_value(value));
    fclose(to);
    return text;
}

static json_t *family_of(struct exposition *out, const char *name, const json_t *metric)
{
    json_t *family = json_object_get(out->families, name);
    if (family)
        return family;
    const char *type = json_string_value(json_object_get(metric, "type"));
    const char *help = json_string_value(json_object_get(metric, "help"));
    bool known = type && (strcmp(type, "counter") == 0 || strcmp(type, "gauge") == 0);
    family =
        json_pack("{s:s, s:s, s:[]}", "type", known ? type : "untyped", "help", help ? help : "", "samples");
    json_object_set_new(out->families, name, family);
    return family;
}

static void add(struct exposition *out, const json_t *metric)
{
    const char *name = json_string_value(json_object_get(metric, "name"));
    if (!is_name(name) || !json_is_number(json_object_get(metric, "value")))
        return;
    char *sample = sample_of(name, metric);
    if (sample)
        json_array_append_new(json_object_get(family_of(out, name, metric), "samples"), json_string(sample));
    free(sample);
}

void exposition_add(struct exposition *out, const json_t *metrics)
{
    size_t i;
    json_t *metric;
    json_array_foreach(metrics, i, metric) add(out, metric);
}

void exposition_add_process(struct exposition *out, const json_t *process)
{
    static const struct {
        const char *key, *name, *type, *help;
    } facts[] = {
        {"cpu_seconds", "process_cpu_seconds_total", "counter", "CPU time used."},
        {"resident_bytes", "process_resident_memory_bytes", "gauge", "Memory resident."},
        {"started", "process_start_time_seconds", "gauge", "Start, in Unix seconds."},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        json_t *value = json_object_get(process, facts[i].key);
        json_t *metric = value ? json_pack("{s:s, s:s, s:s, s:O, s:{s:O}}", "name", facts[i].name, "type",
                                           facts[i].type, "help", facts[i].help, "value", value, "labels",
                                           "process", json_object_get(process, "process"))
                               : NULL;
        add(out, metric);
        json_decref(metric);
    }
}

static void put_family(FILE *to, const char *name, const json_t *family)
{
    json_t *sample;
    size_t i;
    fprintf(to, "# HELP %s ", name);
    put_escaped(to, json_string_value(json_object_get(family, "help")));
    fprintf(to, "\n# TYPE %s %s\n", name, json_string_value(json_object_get(family, "type")));
    json_array_foreach(json_object_get(family, "samples"), i, sample) fputs(json_string_value(sample), to);
}

char *exposition_text(struct exposition *out)
{
    char *text = NULL;
    size_t size;
    const char *name;
    json_t *family;
    FILE *to = open_memstream(&text, &size);
    if (to) {
        json_object_foreach(out->families, name, family) put_family(to, name, family);
        fclose(to);
    }
    json_decref(out->families);
    return text;
}
