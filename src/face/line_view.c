/* SPDX-License-Identifier: Apache-2.0 */
#include "face/line_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/line_answers.h"

enum { NOT_ASKED = LINE_REFUSE + 1, KEY_BYTES = 1024 };

/* --- taking it down --- */

static uint8_t verdict_of(const struct stand *stand, uint32_t index)
{
    const struct line_request request = {.kind = LINE_NG_SETUP, .asset = ledger_at(stand->ledger, index)};
    struct line_decision decision;
    if (request.asset->kind != CONFIG_GNB || !request.asset->counted)
        return NOT_ASKED;
    line_decide(&stand->facts, &request, &decision);
    return (uint8_t)decision.recorded;
}

bool view_take(const struct stand *stand, struct view *view)
{
    const uint32_t size = ledger_size(stand->ledger);
    *view = (struct view){.stand = stand,
                          .counts = *ledger_counts(stand->ledger),
                          .verdicts = malloc((size_t)size + 1),
                          .answers = line_answers(stand)};
    if (!view->verdicts || !view->answers)
        return false;
    for (uint32_t i = 0; i < size; i++)
        view->verdicts[i] = verdict_of(stand, i);
    line_worst(&stand->facts, view->worst);
    return true;
}

void view_free(struct view *view)
{
    free(view->verdicts);
    json_decref(view->answers);
    *view = (struct view){0};
}

/* --- what is counted --- */

json_t *view_counts(const struct view *before, const struct view *after)
{
    const struct ledger_counts *a = &before->counts, *b = &after->counts;
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

/* --- limits --- */

static bool has_limit(const struct view *view, enum config_rule rule)
{
    const struct config_profile *profile = view->stand->facts.profile;
    for (unsigned i = 0; i < profile->limit_count; i++)
        if (profile->limits[i].rule == rule)
            return true;
    return false;
}

/* Nothing is asked of what is not there. */
static const char *verdict_text(const struct view *view, enum config_rule rule)
{
    if (!has_limit(view, rule))
        return "not in the profile";
    return line_verdict_text(view->worst[rule].said ? view->worst[rule].reason.verdict : LINE_ALLOW);
}

json_t *view_limits(const struct view *before, const struct view *after)
{
    json_t *limits = json_array();
    for (enum config_rule rule = CONFIG_L1; rule <= CONFIG_H8; rule++) {
        char was[WORST_WORDS], is[WORST_WORDS];
        if (rule == CONFIG_H4 || rule == CONFIG_H6 || (!has_limit(before, rule) && !has_limit(after, rule)))
            continue; /* asked phone by phone; a count, above */
        json_array_append_new(limits, json_pack("{s:s, s:s, s:s, s:s, s:s}", "rule", config_rule_text(rule),
                                                "before", verdict_text(before, rule), "reason_before",
                                                line_worst_words(&before->worst[rule], was), "after",
                                                verdict_text(after, rule), "reason",
                                                line_worst_words(&after->worst[rule], is)));
    }
    return limits;
}

/* --- gNBs --- */

static const char *answer_of(const struct view *view, const char *name)
{
    const struct ledger *ledger = view->stand->ledger;
    const struct ledger_asset *asset = ledger_find(ledger, name);
    const uint8_t verdict = asset ? view->verdicts[asset - ledger_at(ledger, 0)] : (uint8_t)NOT_ASKED;
    return verdict == NOT_ASKED ? "absent" : line_verdict_text(verdict);
}

static void compare_gnb(const struct view *before, const struct view *after, const struct view *of,
                        uint32_t index, json_t *flips)
{
    const struct ledger_asset *asset = ledger_at(of->stand->ledger, index);
    const char *was = answer_of(before, asset->name), *is = answer_of(after, asset->name);
    if (strcmp(was, is) != 0)
        json_array_append_new(flips, json_pack("{s:s, s:s, s:s, s:s}", "gnb", asset->name, "vendor",
                                               ledger_vendor(of->stand->ledger, asset)->name, "before", was,
                                               "after", is));
}

/* Those that were there, then those that are there only now. */
json_t *view_gnbs(const struct view *before, const struct view *after)
{
    json_t *flips = json_array();
    for (uint32_t i = 0; i < ledger_size(before->stand->ledger); i++)
        if (before->verdicts[i] != NOT_ASKED)
            compare_gnb(before, after, before, i, flips);
    for (uint32_t i = 0; i < ledger_size(after->stand->ledger); i++)
        if (after->verdicts[i] != NOT_ASKED &&
            strcmp(answer_of(before, ledger_at(after->stand->ledger, i)->name), "absent") == 0)
            compare_gnb(before, after, after, i, flips);
    return flips;
}

/* --- partners --- */

static const char *text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static const char *key_of(const json_t *answer, char key[KEY_BYTES])
{
    snprintf(key, KEY_BYTES, "%s\n%s\n%s", text(answer, "partner"), text(answer, "label"),
             text(answer, "path"));
    return key;
}

static json_t *index_of(const json_t *answers)
{
    json_t *index = json_object();
    char key[KEY_BYTES];
    size_t i;
    json_t *answer;
    json_array_foreach(answers, i, answer) json_object_set(index, key_of(answer, key), answer);
    return index;
}

/* What is not asked any more, or was not yet, is told as that. */
static void turn(const json_t *was, const json_t *is, json_t *turned)
{
    const json_t *one = is ? is : was;
    const char *before = was ? text(was, "answer") : "not asked",
               *after = is ? text(is, "answer") : "not asked";
    if (strcmp(before, after) != 0)
        json_array_append_new(turned,
                              json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "partner", text(one, "partner"),
                                        "label", text(one, "label"), "path", text(one, "path"), "before",
                                        before, "after", after, "reason", is ? text(is, "reason") : ""));
}

json_t *view_answers(const struct view *before, const struct view *after)
{
    json_t *turned = json_array(), *old = index_of(before->answers), *new = index_of(after->answers);
    char key[KEY_BYTES];
    size_t i;
    const json_t *answer;
    json_array_foreach(before->answers, i, answer)
        turn(answer, json_object_get(new, key_of(answer, key)), turned);
    json_array_foreach(after->answers, i, answer)
    {
        if (!json_object_get(old, key_of(answer, key)))
            turn(NULL, answer, turned);
    }
    json_decref(old);
    json_decref(new);
    return turned;
}
