/* SPDX-License-Identifier: Apache-2.0 */
/* The command lists that people script today: `add IMSI [IP] KEY OPC`, `add_ue_with_slice ...`, a command a line. */
#include <stdio.h>
#include <string.h>

#include "face/import.h"

enum { WORD_MOST = 12 };

struct command_form {
    const char *name;
    const char *form;
    const char *words[WORD_MOST]; /* the field of each word; "imsi" is the first of all */
    bool (*run)(struct draft *draft, const struct command_form *form, char **words);
};

static const char *unit_name(const char *unit)
{
    static const char *const names[] = {"bps", "kbps", "Mbps", "Gbps", "Tbps"};
    return strlen(unit) == 1 && unit[0] >= '0' && unit[0] <= '4' ? names[unit[0] - '0'] : NULL;
}

static void name_words(const struct command_form *form, char **words, const char **values)
{
    for (int i = 0; form->words[i]; i++)
        values[field_find(form->words[i])] = words[i];
}

static bool add(struct draft *draft, const struct command_form *form, char **words)
{
    const char *values[FIELD_MOST] = {0};
    name_words(form, words, values);
    json_t *document = json_object();
    bool ok = fields_apply(document, values) && draft_add(draft, document);
    json_decref(document);
    return ok;
}

static bool change(struct draft *draft, const struct command_form *form, char **words)
{
    const char *values[FIELD_MOST] = {0};
    name_words(form, words, values);
    return draft_change(draft, words[0], values);
}

static bool remove_one(struct draft *draft, const struct command_form *form, char **words)
{
    (void)form;
    return draft_remove(draft, words[0]);
}

/* ambr_speed IMSI DOWN UNIT UP UNIT */
static bool set_rates(struct draft *draft, const struct command_form *form, char **words)
{
    (void)form;
    const char *down = unit_name(words[2]), *up = unit_name(words[4]), *values[FIELD_MOST] = {0};
    char rates[2][48];
    if (!down || !up)
        return draft_refuse(draft, "unit: found %.20s, expected 0 to 4 (bps to Tbps)",
                            down ? words[4] : words[2]);
    snprintf(rates[0], sizeof rates[0], "%.20s %s", words[1], down);
    snprintf(rates[1], sizeof rates[1], "%.20s %s", words[3], up);
    values[field_find("ue_ambr_downlink")] = rates[0];
    values[field_find("ue_ambr_uplink")] = rates[1];
    return draft_change(draft, words[0], values);
}

/* Forms of one name differ in their number of words. */
static const struct command_form forms[] = {
    {"add", "add IMSI KEY OPC", {"imsi", "k", "opc"}, add},
    {"add", "add IMSI IP KEY OPC", {"imsi", "ipv4", "k", "opc"}, add},
    {"add_ue_with_apn", "add_ue_with_apn IMSI KEY OPC APN", {"imsi", "k", "opc", "dnn"}, add},
    {"add_ue_with_slice",
     "add_ue_with_slice IMSI KEY OPC APN SST SD",
     {"imsi", "k", "opc", "dnn", "sst", "sd"},
     add},
    {"remove", "remove IMSI", {"imsi"}, remove_one},
    {"static_ip", "static_ip IMSI IP", {"imsi", "ipv4"}, change},
    {"static_ip6", "static_ip6 IMSI PREFIX", {"imsi", "ipv6"}, change},
    {"type", "type IMSI TYPE", {"imsi", "type"}, change},
    {"ambr_speed", "ambr_speed IMSI DOWN UNIT UP UNIT", {"imsi", "imsi", "imsi", "imsi", "imsi"}, set_rates},
};

static bool fits(const char *text)
{
    (void)text;
    return true;
}

/* Words of a shell line: blanks between them, quotes around them, # ends them. */
static int split(char *line, char **words)
{
    int count = 0;
    for (;;) {
        line += strspn(line, " \t");
        if (!*line || *line == '#')
            return count;
        if (count == WORD_MOST)
            return count + 1;
        char quote = *line == '"' || *line == '\'' ? *line++ : '\0';
        words[count++] = line;
        line += quote ? strcspn(line, (char[]){quote, '\0'}) : strcspn(line, " \t");
        if (*line)
            *line++ = '\0';
    }
}

static int count_words(const struct command_form *form)
{
    int count = 0;
    while (form->words[count])
        count++;
    return count;
}

static bool run_line(struct draft *draft, char **words, int count)
{
    const char *near = NULL;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (strcmp(forms[i].name, words[0]) != 0)
            continue;
        if (count_words(&forms[i]) == count - 1)
            return forms[i].run(draft, &forms[i], words + 1);
        near = forms[i].form;
    }
    if (near)
        return draft_refuse(draft, "found %d words, expected %s", count, near);
    return draft_refuse(
        draft, "found %.40s, expected add, add_ue_with_apn, add_ue_with_slice, remove, static_ip, ambr_speed",
        words[0]);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static bool row(struct import *import, bool *ok)
{
    char *line, *words[WORD_MOST + 1];
    while ((line = import_line(import))) {
        int count = split(line, words), skip = count > 0 && ends_with(words[0], "dbctl");
        if (count - skip <= 0)
            continue;
        *ok = run_line(import->draft, words + skip, count - skip);
        return true;
    }
    return false;
}

const struct import_format import_commands = {"commands", fits, row, NULL};
