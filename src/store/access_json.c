/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each restriction is one text of words, so that an option of the command line and a cell of a CSV file hold it as it is.
 */
#include "store/access_json.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { AREAS_TEXT = STORE_FORBIDDEN_AREAS * 18 + 1, WORD = 24 };

struct word {
    const char *text; /* NULL ends the list */
    uint8_t bit;
};

static const struct word rats[] = {
    {"eutra", STORE_RAT_EUTRA}, {"nr", STORE_RAT_NR}, {"nr_unlicensed", STORE_RAT_NR_UNLICENSED}, {0}};
static const struct word cores[] = {{"5gc", STORE_CORE_5GC}, {"epc", STORE_CORE_EPC}, {0}};

/* --- to JSON --- */

static void put_areas(json_t *object, const char *key, const struct config_area *areas, unsigned count)
{
    char text[AREAS_TEXT], one[VALUE_TEXT_BYTES];
    size_t used = 0;
    for (unsigned i = 0; i < count && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? " " : "",
                                 config_area_text(areas[i], one));
    if (count)
        json_object_set_new(object, key, json_string(text));
}

static void put_words(json_t *object, const char *key, const struct word *words, uint8_t bits)
{
    char text[4 * WORD] = "";
    size_t used = 0;
    for (; words->text; words++)
        if (bits & words->bit)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "", words->text);
    if (used)
        json_object_set_new(object, key, json_string(text));
}

json_t *store_access_to_json(const struct store_access *access)
{
    json_t *object = json_object();
    put_areas(object, "forbidden_areas", access->forbidden, access->forbidden_count);
    put_areas(object, access->service_not_allowed ? "non_allowed_areas" : "allowed_areas", access->service,
              access->service_count);
    put_words(object, "rat_restrictions", rats, access->rats);
    put_words(object, "core_network_type_restrictions", cores, access->cores);
    return object;
}

/* --- from JSON --- */

/* The next word between blanks or commas; false: there is none, or it is too long to be one. */
static bool next_word(const char **at, char word[WORD])
{
    *at += strspn(*at, " ,");
    size_t length = strcspn(*at, " ,");
    if (length == 0 || length >= WORD)
        return false;
    memcpy(word, *at, length);
    word[length] = '\0';
    *at += length;
    return true;
}

static bool read_areas(const struct document *at, const char *key, struct arena *arena, unsigned most,
                       const struct config_area **areas, uint8_t *count)
{
    const char *text = NULL;
    char word[WORD];
    if (!document_text(at, key, &text) || !text)
        return text == NULL && !document_get(at, key);
    struct config_area *list = arena_array(arena, most, sizeof *list);
    unsigned n = 0;
    while (list && n < most && next_word(&text, word)) {
        if (!config_area_parse(word, &list[n++]))
            return document_refuse(at, key, word, "tracking areas such as 999/70-1");
    }
    if (!list || text[strspn(text, " ,")])
        return document_refuse(at, key, "a long list", "a shorter one");
    *areas = list;
    *count = (uint8_t)n;
    return true;
}

static bool read_words(const struct document *at, const char *key, const struct word *words,
                       const char *expected, uint8_t *bits)
{
    const char *text = NULL;
    char word[WORD];
    if (!document_text(at, key, &text))
        return false;
    while (text && next_word(&text, word)) {
        const struct word *known = words;
        while (known->text && strcasecmp(known->text, word) != 0)
            known++;
        if (!known->text)
            return document_refuse(at, key, word, expected);
        *bits |= known->bit;
    }
    return !text || !text[strspn(text, " ,")] || document_refuse(at, key, NULL, expected);
}

static bool are_tracking_areas(const struct store_access *access)
{
    for (unsigned i = 0; i < access->service_count; i++)
        if (access->service[i].tac == CONFIG_ALL_TACS)
            return false;
    return true;
}

/* Either the allowed areas are listed or those that are not (TS 23.501 5.3.4.1.1). */
static bool read_service_area(const struct document *at, struct arena *arena, struct store_access *access)
{
    const struct config_area *others = NULL;
    uint8_t other_count = 0;
    if (!read_areas(at, "allowed_areas", arena, STORE_SERVICE_AREAS, &access->service,
                    &access->service_count) ||
        !read_areas(at, "non_allowed_areas", arena, STORE_SERVICE_AREAS, &others, &other_count))
        return false;
    if (access->service_count && other_count)
        return document_refuse(at, "non_allowed_areas", "allowed_areas too", "one of the two");
    if (other_count) {
        access->service = others;
        access->service_count = other_count;
        access->service_not_allowed = true;
    }
    const char *key = other_count ? "non_allowed_areas" : "allowed_areas";
    return are_tracking_areas(access) || document_refuse(at, key, NULL, "tracking areas such as 999/70-1");
}

bool store_access_from_json(const struct document *at, struct arena *arena, struct store_access *access)
{
    return read_areas(at, "forbidden_areas", arena, STORE_FORBIDDEN_AREAS, &access->forbidden,
                      &access->forbidden_count) &&
           read_service_area(at, arena, access) &&
           read_words(at, "rat_restrictions", rats, "eutra, nr, nr_unlicensed", &access->rats) &&
           read_words(at, "core_network_type_restrictions", cores, "5gc, epc", &access->cores);
}
