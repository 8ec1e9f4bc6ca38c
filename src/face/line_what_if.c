/* SPDX-License-Identifier: Apache-2.0 */
/* demarc line what-if: what a change would do, before it is made. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "face/ask.h"
#include "face/line_view.h"
#include "face/table.h"

/* What is now, and what would be: another stand where files are taken over, else the same one, changed. */
struct change {
    const char *config_path, *date;
    struct stand now, then;
    struct view before, after;
};

static bool take_view(const struct stand *stand, struct view *view)
{
    return view_take(stand, view) || failed("out of memory") == EXIT_DONE;
}

/* --- changes: each takes down what is before it, and makes it --- */

static bool admit(struct change *change, const char *name)
{
    const struct ledger_asset *asset = ledger_find(change->now.ledger, name);
    if (!asset || asset->kind != CONFIG_GNB)
        return failed("%s is no gNB of the inventory: enter it in a file, and ask: what-if reload FILE",
                      name) == EXIT_DONE;
    const uint32_t index = (uint32_t)(asset - ledger_at(change->now.ledger, 0));
    ledger_count(change->now.ledger, index, false);
    const bool taken = take_view(&change->now, &change->before);
    ledger_count(change->now.ledger, index, true);
    return taken;
}

static bool remove_vendor(struct change *change, const char *name)
{
    const struct ledger *ledger = change->now.ledger;
    bool any = false;
    if (!take_view(&change->now, &change->before))
        return false;
    for (uint32_t i = 0; i < ledger_size(ledger); i++) {
        if (strcmp(ledger_vendor(ledger, ledger_at(ledger, i))->name, name) != 0)
            continue;
        ledger_count(change->now.ledger, i, false);
        any = true;
    }
    return any || failed("%s has made nothing that is in the inventory", name) == EXIT_DONE;
}

static bool move_date(struct change *change, const char *date)
{
    return take_view(&change->now, &change->before) &&
           (config_date_parse(date, &change->now.facts.date) ||
            failed("%s is no day such as 2027-12-31", date) == EXIT_DONE);
}

/* Octets of the window by the vendors' risk in the other inventory; whose gNB is not in it counts as high risk. */
static void judge_traffic(struct stand *stand)
{
    struct admin_client *client = ask_open(stand->config, "control", NULL);
    json_t *error = NULL,
           *items = client ? admin_list(client, json_pack("{s:s}", "verb", "traffic"), &error) : NULL;
    const json_t *item;
    uint64_t high = 0;
    size_t i;
    json_array_foreach(items, i, item)
    {
        const char *name = json_string_value(json_object_get(item, "gnb"));
        const struct ledger_asset *gnb = name ? ledger_find(stand->ledger, name) : NULL;
        const json_int_t octets = json_integer_value(json_object_get(item, "uplink_octets")) +
                                  json_integer_value(json_object_get(item, "downlink_octets"));
        high += !gnb || gnb->high_risk ? (uint64_t)octets : 0;
    }
    if (items)
        stand->facts.measured.high_risk_bytes = high;
    json_decref(items);
    json_decref(error);
    admin_hang_up(client);
}

/* NULL: the inventory that the configuration names. */
static bool reload(struct change *change, const char *inventory)
{
    if (!take_view(&change->now, &change->before) ||
        !stand_take_of(&change->then, change->config_path, inventory, change->date))
        return false;
    change->then.taken = change->now.taken;
    judge_traffic(&change->then);
    return true;
}

static const struct {
    const char *word;
    bool (*make)(struct change *change, const char *of);
    bool alone; /* it may be of nothing in particular */
} changes[] = {{"admit", admit, false},
               {"remove", remove_vendor, false},
               {"date", move_date, false},
               {"reload", reload, true}};

enum { CHANGES = sizeof changes / sizeof *changes };

/* --- what comes of it --- */

/* gNBs as control names them: the identity without its length. */
static void add_identity(const struct stand *stand, const char *name, json_t *identities)
{
    char plmn[VALUE_TEXT_BYTES], identity[VALUE_TEXT_BYTES * 2];
    const struct config_gnb *gnb = stand->config ? config_find_gnb(&stand->config->inventory, name) : NULL;
    if (!gnb)
        return;
    snprintf(identity, sizeof identity, "%s-%08x", config_plmn_text(gnb->id.plmn, plmn), gnb->id.value);
    json_object_set_new(identities, identity, json_true());
}

static json_t *identities_of(const struct change *change, const json_t *flipped)
{
    json_t *identities = json_object();
    size_t i;
    const json_t *item;
    json_array_foreach(flipped, i, item)
    {
        add_identity(&change->now, json_string_value(json_object_get(item, "gnb")), identities);
        add_identity(&change->then, json_string_value(json_object_get(item, "gnb")), identities);
    }
    return identities;
}

/* Phones that are connected through gNBs whose answer changes; -1: the core does not run here. */
static json_int_t phones(const struct change *change, const json_t *flipped)
{
    struct admin_client *client = ask_open(change->now.config, "control", NULL);
    json_t *error = NULL, *item, *identities = identities_of(change, flipped);
    json_t *gnbs = client ? admin_list(client, json_pack("{s:s}", "verb", "gnb"), &error) : NULL;
    json_int_t count = gnbs ? 0 : -1;
    size_t i;
    json_array_foreach(gnbs, i, item)
    {
        const char *id = json_string_value(json_object_get(item, "id"));
        if (id && json_object_get(identities, id))
            count += json_integer_value(json_object_get(item, "ues"));
    }
    json_decref(identities);
    json_decref(gnbs);
    json_decref(error);
    admin_hang_up(client);
    return count;
}

static json_t *found(const struct change *change)
{
    const struct view *before = &change->before, *after = &change->after;
    json_t *flipped = view_gnbs(before, after);
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:I, s:I}", "from",
                     change->now.taken == LINE_WORKED_OUT ? "files" : "core", "counts",
                     view_counts(before, after), "limits", view_limits(before, after), "flipped", flipped,
                     "answers", view_answers(before, after), "answers_asked",
                     (json_int_t)json_array_size(after->answers), "phones", phones(change, flipped));
}

static const struct column count_columns[] = {{"COUNTED", "what", CELL_TEXT, 0},
                                              {"BEFORE", "before", CELL_NUMBER, 0},
                                              {"AFTER", "after", CELL_NUMBER, 0},
                                              {0}};
static const struct column limit_columns[] = {{"RULE", "rule", CELL_TEXT, 0},
                                              {"BEFORE", "before", CELL_TEXT, 0},
                                              {"AFTER", "after", CELL_TEXT, 0},
                                              {"BECAUSE", "reason", CELL_TEXT, 1},
                                              {0}};
static const struct column flip_columns[] = {{"GNB", "gnb", CELL_TEXT, 0},
                                             {"VENDOR", "vendor", CELL_TEXT, 0},
                                             {"BEFORE", "before", CELL_TEXT, 0},
                                             {"AFTER", "after", CELL_TEXT, 0},
                                             {0}};
static const struct column answer_columns[] = {{"PARTNER", "partner", CELL_TEXT, 0},
                                               {"LABEL", "label", CELL_TEXT, 0},
                                               {"PATH", "path", CELL_TEXT, 0},
                                               {"BEFORE", "before", CELL_TEXT, 0},
                                               {"AFTER", "after", CELL_TEXT, 0},
                                               {"BECAUSE", "reason", CELL_TEXT, 1},
                                               {0}};

/* People see the first of them. */
static void show_turned(const char *what, const struct column *columns, const json_t *turned)
{
    enum { SHOWN = 30 };
    const size_t count = json_array_size(turned);
    json_t *shown = json_array();
    for (size_t i = 0; i < count && i < SHOWN; i++)
        json_array_append(shown, json_array_get(turned, i));
    printf("\n%s: %zu\n", what, count);
    if (count)
        table_print(stdout, columns, shown);
    if (count > SHOWN)
        printf("and %zu more, which --json tells\n", count - SHOWN);
    json_decref(shown);
}

void line_turned_show(const json_t *answers)
{
    if (json_array_size(answers))
        show_turned("answers to partners that turn without it", answer_columns, answers);
}

void line_what_if_show(const json_t *found)
{
    const json_t *limits = json_object_get(found, "limits");
    const json_int_t affected = json_integer_value(json_object_get(found, "phones"));
    const json_int_t asked = json_integer_value(json_object_get(found, "answers_asked"));
    table_print(stdout, count_columns, json_object_get(found, "counts"));
    if (json_array_size(limits)) {
        putchar('\n');
        table_print(stdout, limit_columns, limits);
    }
    show_turned("answers that change", flip_columns, json_object_get(found, "flipped"));
    if (affected >= 0)
        printf("phones connected through these gNBs now: %lld\n", (long long)affected);
    if (asked || json_array_size(json_object_get(found, "answers")))
        show_turned("answers to partners that turn", answer_columns, json_object_get(found, "answers"));
    if (strcmp(json_string_value(json_object_get(found, "from")), "files") == 0)
        puts("\nfrom files: the core does not run here, so answers to partners are share-if at best");
}

static json_t *compare(struct change *change)
{
    const struct stand *after = change->then.config ? &change->then : &change->now;
    return take_view(after, &change->after) ? found(change) : NULL;
}

json_t *line_what_if(const char *config_path, const char *date, const char *word, const char *of)
{
    struct change change = {.config_path = config_path, .date = date};
    json_t *result = NULL;
    size_t i = 0;
    while (strcmp(changes[i].word, word) != 0)
        i++;
    if (!stand_take(&change.now, config_path, date))
        return NULL;
    if (changes[i].make(&change, of))
        result = compare(&change);
    view_free(&change.before);
    view_free(&change.after);
    stand_leave(&change.then);
    stand_leave(&change.now);
    return result;
}

static bool known(int argc, char **argv)
{
    for (size_t i = 0; argc && i < CHANGES; i++)
        if (strcmp(changes[i].word, argv[0]) == 0)
            return argc == 2 || (argc == 1 && changes[i].alone);
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
        return wrong_usage(command, "a change is: admit GNB, remove VENDOR, date DAY, reload [INVENTORY]");
    json_t *result = line_what_if(path, date, argv[0], argc == 2 ? argv[1] : NULL);
    if (result && json)
        json_print(stdout, result);
    else if (result)
        line_what_if_show(result);
    const int code = result ? EXIT_DONE : EXIT_FAILED;
    json_decref(result);
    return code;
}
