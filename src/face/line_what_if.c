/* SPDX-License-Identifier: Apache-2.0 */
/* demarc line what-if: what a change would do, before it is made. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/ask.h"
#include "face/line_stand.h"
#include "face/table.h"

/* Before the change and after it. */
struct change {
    struct stand stand;
    struct ledger_counts counts[2];
    uint8_t *verdicts; /* of each asset's NG Setup before; LINE_REFUSE + 1: it is no gNB here */
    json_t *flipped;
};

enum { NOT_ASKED = LINE_REFUSE + 1 };

static enum line_verdict verdict_of(const struct change *change, uint32_t index)
{
    const struct line_request request = {.kind = LINE_NG_SETUP,
                                         .asset = ledger_at(change->stand.ledger, index)};
    struct line_decision decision;
    line_decide(&change->stand.facts, &request, &decision);
    return decision.recorded;
}

static bool is_gnb(const struct ledger_asset *asset)
{
    return asset->kind == CONFIG_GNB && asset->counted;
}

static void before(struct change *change)
{
    const uint32_t size = ledger_size(change->stand.ledger);
    change->counts[0] = *ledger_counts(change->stand.ledger);
    for (uint32_t i = 0; i < size; i++)
        change->verdicts[i] =
            is_gnb(ledger_at(change->stand.ledger, i)) ? (uint8_t)verdict_of(change, i) : (uint8_t)NOT_ASKED;
}

static void flip(struct change *change, const struct ledger_asset *asset, const char *was, const char *is)
{
    json_array_append_new(change->flipped, json_pack("{s:s, s:s, s:s, s:s}", "gnb", asset->name, "vendor",
                                                     ledger_vendor(change->stand.ledger, asset)->name,
                                                     "before", was, "after", is));
}

static void after(struct change *change)
{
    change->counts[1] = *ledger_counts(change->stand.ledger);
    for (uint32_t i = 0; i < ledger_size(change->stand.ledger); i++) {
        const struct ledger_asset *asset = ledger_at(change->stand.ledger, i);
        const bool was = change->verdicts[i] != NOT_ASKED;
        if (!was && !is_gnb(asset))
            continue;
        const char *old = was ? line_verdict_text(change->verdicts[i]) : "absent";
        const char *new = is_gnb(asset) ? line_verdict_text(verdict_of(change, i)) : "absent";
        if (strcmp(old, new) != 0)
            flip(change, asset, old, new);
    }
}

/* --- changes --- */

static bool admit(struct change *change, const char *name)
{
    const struct ledger_asset *asset = ledger_find(change->stand.ledger, name);
    if (!asset || asset->kind != CONFIG_GNB)
        return failed("%s is no gNB of the inventory: enter it there first, and ask with that file", name) ==
               EXIT_DONE;
    const uint32_t index = (uint32_t)(asset - ledger_at(change->stand.ledger, 0));
    ledger_count(change->stand.ledger, index, false);
    before(change);
    ledger_count(change->stand.ledger, index, true);
    return true;
}

static bool remove_vendor(struct change *change, const char *name)
{
    bool any = false;
    before(change);
    for (uint32_t i = 0; i < ledger_size(change->stand.ledger); i++) {
        if (strcmp(ledger_vendor(change->stand.ledger, ledger_at(change->stand.ledger, i))->name, name) != 0)
            continue;
        ledger_count(change->stand.ledger, i, false);
        any = true;
    }
    return any || failed("%s has made nothing that is in the inventory", name) == EXIT_DONE;
}

static bool move_date(struct change *change, const char *date)
{
    before(change);
    return config_date_parse(date, &change->stand.facts.date) ||
           failed("%s is no day such as 2027-12-31", date) == EXIT_DONE;
}

static const struct {
    const char *word;
    bool (*make)(struct change *change, const char *of);
} changes[] = {{"admit", admit}, {"remove", remove_vendor}, {"date", move_date}};

/* --- what comes of it --- */

static json_t *counted(const struct change *change)
{
    const struct ledger_counts *a = &change->counts[0], *b = &change->counts[1];
    const struct {
        const char *what;
        uint32_t before, after;
    } rows[] = {
        {"sites", a->sites, b->sites},
        {"high-risk sites", a->high_risk_sites, b->high_risk_sites},
        {"RAN vendors", a->ran_vendors, b->ran_vendors},
        {"high-risk vendors", a->high_risk_vendors, b->high_risk_vendors},
        {"assets", a->assets, b->assets},
        {"high-risk assets", a->high_risk, b->high_risk},
        {"high-risk in the core", a->high_risk_of_class[CONFIG_CORE], b->high_risk_of_class[CONFIG_CORE]}};
    json_t *all = json_array();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        json_array_append_new(all, json_pack("{s:s, s:I, s:I}", "what", rows[i].what, "before",
                                             (json_int_t)rows[i].before, "after", (json_int_t)rows[i].after));
    return all;
}

/* As control names it: the identity without its length. */
static bool is_flipped(const struct change *change, const char *id)
{
    size_t i;
    const json_t *item;
    json_array_foreach(change->flipped, i, item)
    {
        char plmn[VALUE_TEXT_BYTES], own[VALUE_TEXT_BYTES * 2];
        const struct config_gnb *gnb = config_find_gnb(&change->stand.config->inventory,
                                                       json_string_value(json_object_get(item, "gnb")));
        if (!gnb)
            continue;
        snprintf(own, sizeof own, "%s-%08x", config_plmn_text(gnb->id.plmn, plmn), gnb->id.value);
        if (strcmp(own, id) == 0)
            return true;
    }
    return false;
}

/* Phones that are connected through gNBs whose answer changes; -1: the core does not run here. */
static json_int_t phones(const struct change *change)
{
    struct admin_client *client = ask_open(change->stand.config, "control", NULL);
    json_t *error = NULL, *item;
    json_t *gnbs = client ? admin_list(client, json_pack("{s:s}", "verb", "gnb"), &error) : NULL;
    json_int_t count = gnbs ? 0 : -1;
    size_t i;
    json_array_foreach(gnbs, i, item)
    {
        if (is_flipped(change, json_string_value(json_object_get(item, "id"))))
            count += json_integer_value(json_object_get(item, "ues"));
    }
    json_decref(gnbs);
    json_decref(error);
    if (client)
        admin_hang_up(client);
    return count;
}

static const struct column count_columns[] = {{"COUNTED", "what", CELL_TEXT, 0},
                                              {"BEFORE", "before", CELL_NUMBER, 0},
                                              {"AFTER", "after", CELL_NUMBER, 0},
                                              {0}};
static const struct column flip_columns[] = {{"GNB", "gnb", CELL_TEXT, 0},
                                             {"VENDOR", "vendor", CELL_TEXT, 0},
                                             {"BEFORE", "before", CELL_TEXT, 0},
                                             {"AFTER", "after", CELL_TEXT, 0},
                                             {0}};

static json_t *found(const struct change *change)
{
    return json_pack("{s:o, s:O, s:I}", "counts", counted(change), "flipped", change->flipped, "phones",
                     phones(change));
}

void line_what_if_show(const json_t *found)
{
    const json_t *flipped = json_object_get(found, "flipped");
    const json_int_t affected = json_integer_value(json_object_get(found, "phones"));
    table_print(stdout, count_columns, json_object_get(found, "counts"));
    printf("\nanswers that change: %zu\n", json_array_size(flipped));
    if (json_array_size(flipped))
        table_print(stdout, flip_columns, flipped);
    if (affected >= 0)
        printf("phones connected through these gNBs now: %lld\n", (long long)affected);
}

static bool make(struct change *change, const char *word, const char *of)
{
    size_t i = 0;
    while (strcmp(changes[i].word, word) != 0)
        i++;
    change->flipped = json_array();
    change->verdicts = calloc(ledger_size(change->stand.ledger) + 1, 1);
    if (!change->verdicts || !changes[i].make(change, of))
        return false;
    after(change);
    return true;
}

json_t *line_what_if(const char *config_path, const char *date, const char *word, const char *of)
{
    struct change change = {0};
    json_t *result = NULL;
    if (!stand_take(&change.stand, config_path, date))
        return NULL;
    if (make(&change, word, of))
        result = found(&change);
    json_decref(change.flipped);
    free(change.verdicts);
    stand_leave(&change.stand);
    return result;
}

static bool known(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof changes / sizeof *changes; i++)
        if (strcmp(changes[i].word, argv[0]) == 0)
            return true;
    return false;
}

int run_line_what_if(const struct command *command, int argc, char **argv)
{
    bool json = false;
    const char *path = NULL, *date = NULL;
    const struct option_slot slots[] = {
        {"json", &json, NULL}, {"config", NULL, &path}, {"date", NULL, &date}, {0}};
    if (!take_options(command, &argc, argv, slots))
        return EXIT_USAGE;
    if (!known(argc, argv))
        return wrong_usage(command, "a change is: admit GNB, remove VENDOR, date DAY");
    json_t *result = line_what_if(path, date, argv[0], argv[1]);
    if (result && json)
        json_print(stdout, result);
    else if (result)
        line_what_if_show(result);
    const int code = result ? EXIT_DONE : EXIT_FAILED;
    json_decref(result);
    return code;
}
