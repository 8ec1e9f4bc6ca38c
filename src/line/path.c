/* SPDX-License-Identifier: Apache-2.0 */
#include "line/path.h"

#include <string.h>

static const struct {
    const char *key, *text;
} parts[PATH_PARTS] = {[PATH_GNB] = {"gnb", "gNB"},
                       [PATH_PLANE] = {"upf", "UPF"},
                       [PATH_PEER] = {"peer", "peer"},
                       [PATH_FUNCTION] = {"function", "function"},
                       [PATH_LINK] = {"link", "link"}};

const char *path_part_text(enum path_part part)
{
    return parts[part].text;
}

/* What is being read; its words are cut out of a copy. */
struct reading {
    struct path *path;
    struct path_hop *hops;
    const char **why;
};

static bool wrong(const struct reading *reading, const char *why)
{
    *reading->why = why;
    return false;
}

static bool take_cells(const struct reading *reading, enum path_cells cells)
{
    struct path *path = reading->path;
    if (path->cells != PATH_NAMED_CELLS)
        return wrong(reading, "gnb=any, area= and domain= stand there once, and for all cells");
    path->cells = cells;
    return true;
}

static bool take_area(const struct reading *reading, const char *area)
{
    return take_cells(reading, PATH_AREA_CELLS) &&
           (config_area_parse(area, &reading->path->area) || wrong(reading, "an area is such as 999/70-1"));
}

static bool take_word(const struct reading *reading, char *word)
{
    char *value = strchr(word, '=');
    if (!value || !value[1])
        return wrong(reading, "a path is such as gnb=pier,upf=default");
    *value++ = '\0';
    if (strcmp(word, "area") == 0)
        return take_area(reading, value);
    if (strcmp(word, "domain") == 0) {
        reading->path->domain = value;
        return take_cells(reading, PATH_DOMAIN_CELLS);
    }
    if (strcmp(word, "gnb") == 0 && strcmp(value, CONFIG_ANY) == 0)
        return take_cells(reading, PATH_ANY_CELLS);
    for (enum path_part part = 0; part < PATH_PARTS; part++)
        if (strcmp(word, parts[part].key) == 0) {
            reading->hops[reading->path->count++] = (struct path_hop){.part = part, .name = value};
            return true;
        }
    return wrong(reading, "parts of a path are gnb, area, domain, upf, peer, function and link");
}

static unsigned count_words(const char *text)
{
    unsigned count = 1;
    for (; *text; text++)
        count += *text == ',';
    return count;
}

bool path_parse(const char *text, const char *own, struct arena *memory, struct path *path, const char **why)
{
    char *words = (char *)(uintptr_t)arena_copy(memory, bytes_of(text, strlen(text) + 1)).data, *rest = NULL;
    const struct reading reading = {path, arena_array(memory, count_words(text) + 1, sizeof *path->hops),
                                    why};
    *path = (struct path){.hops = reading.hops};
    if (!words || !reading.hops)
        return wrong(&reading, "out of memory");
    for (char *word = strtok_r(words, ",", &rest); word; word = strtok_r(NULL, ",", &rest))
        if (!take_word(&reading, word))
            return false;
    reading.hops[path->count++] = (struct path_hop){.part = PATH_FUNCTION, .name = own};
    return true;
}
