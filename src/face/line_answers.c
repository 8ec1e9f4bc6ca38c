/* SPDX-License-Identifier: Apache-2.0 */
#include "face/line_answers.h"

#include <stdio.h>
#include <string.h>

enum { DOMAINS_MOST = 64 };

/* --- classes of paths --- */

static json_t *class_of(const struct config *config, const char *key, const char *value)
{
    json_t *path = json_sprintf("%s=%s", key, value);
    for (unsigned i = 0; path && i < config->plane_count; i++) {
        json_t *longer = json_sprintf("%s,upf=%s", json_string_value(path), config->planes[i].name);
        json_decref(path);
        path = longer;
    }
    return path;
}

static bool has_gnbs(const struct config_inventory *inventory, const char *domain)
{
    for (unsigned i = 0; i < inventory->gnb_count; i++)
        if (strcmp(inventory->gnbs[i].domain, domain) == 0)
            return true;
    return false;
}

json_t *line_path_classes(const struct config *config)
{
    const struct config_inventory *inventory = &config->inventory;
    json_t *paths = json_array();
    json_array_append_new(paths, class_of(config, "gnb", CONFIG_ANY));
    for (unsigned i = 0; i < inventory->domain_count && json_array_size(paths) <= DOMAINS_MOST; i++)
        if (has_gnbs(inventory, inventory->domains[i].name))
            json_array_append_new(paths, class_of(config, "domain", inventory->domains[i].name));
    return paths;
}

/* --- one partner --- */

bool line_releases(const struct config_label *label, const char *partner)
{
    for (unsigned i = 0; i < label->releasable_count; i++)
        if (strcmp(label->releasable_to[i], partner) == 0)
            return true;
    return false;
}

const char *line_answer_because(const json_t *form)
{
    const char *answer = json_string_value(json_object_get(form, "answer"));
    size_t i;
    const json_t *reason;
    json_array_foreach(json_object_get(form, "reasons"), i, reason)
    {
        const char *verdict = json_string_value(json_object_get(reason, "verdict"));
        const char *words = json_string_value(json_object_get(reason, "reason"));
        if (answer && verdict && words && strcmp(verdict, answer) == 0)
            return words;
    }
    return "nothing stands against it";
}

/* A partner, over one path: what is said of a label that it gets is the same for the next one. */
struct asker {
    const struct stand *stand;
    unsigned partner;
    const char *path_text;
    struct path path;
    struct line_answer *standing;
    json_t *known; /* form of the answer for labels that it gets; NULL: none has been asked about */
};

static bool is_released(const struct asker *asker, unsigned label)
{
    const struct ledger *ledger = asker->stand->ledger;
    return ledger_label_reaches(ledger, label, asker->partner) && ledger_label_stands(ledger, label);
}

static json_t *form_of(struct asker *asker, unsigned label)
{
    const struct config_inventory *inventory = &asker->stand->config->inventory;
    const struct line_question question = {.partner = inventory->partners[asker->partner].name,
                                           .labels = &inventory->labels[label].name,
                                           .label_count = 1,
                                           .path = &asker->path,
                                           .standing = asker->standing};
    struct line_answer answer;
    if (is_released(asker, label) && asker->known)
        return json_incref(asker->known);
    line_answer(&asker->stand->facts, asker->stand->taken, &question, &answer);
    json_t *form = line_answer_json(&answer);
    if (is_released(asker, label))
        asker->known = json_incref(form);
    return form;
}

static void answer_labels(struct asker *asker, json_t *answers)
{
    const struct config_inventory *inventory = &asker->stand->config->inventory;
    const char *partner = inventory->partners[asker->partner].name;
    for (unsigned i = 0; i < inventory->label_count; i++) {
        if (!line_releases(&inventory->labels[i], partner))
            continue;
        json_t *form = form_of(asker, i);
        json_array_append_new(answers, json_pack("{s:s, s:s, s:s, s:O, s:s}", "partner", partner, "label",
                                                 inventory->labels[i].name, "path", asker->path_text,
                                                 "answer", json_object_get(form, "answer"), "reason",
                                                 line_answer_because(form)));
        json_decref(form);
    }
    json_decref(asker->known);
    asker->known = NULL;
}

static void answer_partner(const struct stand *stand, unsigned partner, const json_t *paths, json_t *answers)
{
    struct line_answer standing;
    struct arena memory;
    const char *why;
    size_t i;
    const json_t *path;
    line_standing(&stand->facts, stand->taken, &stand->config->inventory.partners[partner], &standing);
    arena_init(&memory, 0);
    json_array_foreach(paths, i, path)
    {
        struct asker asker = {
            .stand = stand, .partner = partner, .path_text = json_string_value(path), .standing = &standing};
        if (path_parse(asker.path_text, stand->config->network.amf_name, &memory, &asker.path, &why))
            answer_labels(&asker, answers);
    }
    arena_free(&memory);
}

json_t *line_answers(const struct stand *stand)
{
    json_t *paths = line_path_classes(stand->config), *answers = json_array();
    for (unsigned i = 0; i < stand->config->inventory.partner_count; i++)
        answer_partner(stand, i, paths, answers);
    json_decref(paths);
    return answers;
}
