/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule of the profile as it stands: what is decided of all that there is, on what the core that runs has measured. */
#include <inttypes.h>
#include <string.h>

#include "face/ask.h"
#include "face/line_stand.h"
#include "face/line_worst.h"
#include "face/table.h"

static const struct column rule_columns[] = {
    {"RULE", "rule", CELL_TEXT, 0},       {"VERDICT", "verdict", CELL_TEXT, 0},
    {"COUNTED", "counted", CELL_TEXT, 0}, {"LIMIT", "limit", CELL_TEXT, 0},
    {"FROM", "from", CELL_TEXT, 2},       {"SUSPENDED", "suspension", CELL_TEXT, 0},
    {"REASON", "reason", CELL_TEXT, 1},   {0},
};

static const char *date_text(struct config_date date, char *buffer)
{
    return date.days ? config_date_text(date, buffer) : "";
}

/* The one in force that began last; of those to come the first. */
static const struct config_limit *limit_of(const struct line_facts *facts, enum config_rule rule)
{
    const struct config_limit *found = NULL;
    for (unsigned i = 0; i < facts->profile->limit_count; i++) {
        const struct config_limit *limit = &facts->profile->limits[i];
        const bool holds = limit->from.days <= facts->date.days;
        if (limit->rule == rule && (!found || (holds && limit->from.days >= found->from.days)))
            found = limit;
    }
    return found;
}

/* --- what is counted, and how much of it may be --- */

static uint32_t of_classes(const struct line_facts *facts)
{
    const struct ledger_counts *counts = ledger_counts(facts->ledger);
    uint32_t found = 0, classes = 0;
    for (unsigned i = 0; i < facts->profile->limit_count; i++) {
        const struct config_limit *limit = &facts->profile->limits[i];
        if (limit->rule == CONFIG_L1 && limit->class_count == 0)
            classes |= 1u << CONFIG_CORE;
        for (unsigned k = 0; limit->rule == CONFIG_L1 && k < limit->class_count; k++)
            classes |= 1u << limit->classes[k];
    }
    for (unsigned class = 0; class < CONFIG_CLASSES; class ++)
        found += classes >> class & 1 ? counts->high_risk_of_class[class] : 0;
    return found;
}

static json_t *share(uint64_t some, uint64_t all)
{
    enum { PERCENT = 100 };
    return json_sprintf("%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT " (%.2f %%)", (json_int_t)some,
                        (json_int_t)all, all ? PERCENT * (double)some / (double)all : 0.0);
}

/* NULL: nothing is counted. */
static json_t *counted(const struct line_facts *facts, enum config_rule rule)
{
    const struct ledger_counts *counts = ledger_counts(facts->ledger);
    const struct config_protected *protected = &ledger_inventory(facts->ledger)->protected;
    switch (rule) {
    case CONFIG_L1:
        return json_sprintf("%u", of_classes(facts));
    case CONFIG_H1:
        return share(counts->high_risk_sites, counts->sites);
    case CONFIG_H2:
        return facts->measured.traffic_known ? share(facts->measured.high_risk_bytes, facts->measured.bytes)
                                             : json_string("not known");
    case CONFIG_H4:
        return json_sprintf("%u protected", protected->subscriber_count + protected->slice_count +
                                                protected->data_network_count);
    case CONFIG_H5:
        return json_sprintf("%u", counts->high_risk_vendors);
    case CONFIG_H6:
        return json_sprintf("%u", counts->ran_vendors);
    case CONFIG_H7:
        return json_sprintf("%u high-risk", counts->high_risk);
    default:
        return NULL;
    }
}

static json_t *most_of(const struct config_limit *limit)
{
    switch (limit->rule) {
    case CONFIG_L5:
        return json_sprintf("%u months", limit->most);
    case CONFIG_H1:
    case CONFIG_H2:
        return json_sprintf("%u %%", limit->most);
    case CONFIG_H5:
        return json_sprintf("%u", limit->most);
    case CONFIG_H6:
        return json_sprintf("%u or more", limit->most);
    case CONFIG_L1:
    case CONFIG_H7:
        return json_string("none");
    default:
        return NULL;
    }
}

/* --- what is said --- */

/* H4 and H6 are about no asset: the one is held wherever a phone asks, the other is told. */
static void judge_whole(const struct line_facts *facts, const struct config_limit *limit, struct worst *worst)
{
    const uint32_t vendors = ledger_counts(facts->ledger)->ran_vendors;
    if (limit->rule == CONFIG_H4)
        *worst = (struct worst){true, {.rule = CONFIG_H4, .why = LINE_KEPT}};
    if (limit->rule == CONFIG_H6)
        *worst = (struct worst){true,
                                {.rule = CONFIG_H6,
                                 .why = vendors < limit->most ? LINE_TOO_FEW_VENDORS : LINE_KEPT,
                                 .verdict = vendors < limit->most ? LINE_CONDITIONS : LINE_ALLOW,
                                 .value = vendors,
                                 .limit = limit->most}};
}

static enum line_verdict softened(const struct line_facts *facts, enum line_verdict verdict)
{
    return facts->profile->records_only && verdict > LINE_CONDITIONS ? LINE_CONDITIONS : verdict;
}

static void set(json_t *item, const char *key, json_t *value)
{
    if (value)
        json_object_set_new(item, key, value);
}

static void add_suspension(const struct line_facts *facts, enum config_rule rule, json_t *item)
{
    char until[VALUE_TEXT_BYTES];
    const struct config_suspension *suspension =
        line_suspension(ledger_inventory(facts->ledger), rule, facts->date);
    if (!suspension)
        return;
    config_date_text(suspension->until, until);
    set(item, "suspension", json_sprintf("until %s by %s", until, suspension->by));
    set(item, "suspended",
        json_pack("{s:s, s:s, s:s}", "by", suspension->by, "reason", suspension->reason, "until", until));
}

static json_t *row_of(const struct line_facts *facts, enum config_rule rule, const struct worst *worst)
{
    char words[WORST_WORDS];
    const enum line_verdict verdict = worst->said ? worst->reason.verdict : LINE_ALLOW;
    return json_pack("{s:s, s:s, s:s, s:s}", "rule", config_rule_text(rule), "verdict",
                     line_verdict_text(softened(facts, verdict)), "recorded", line_verdict_text(verdict),
                     "reason", line_worst_words(worst, words));
}

static json_t *limited_row(const struct line_facts *facts, const struct config_limit *limit,
                           struct worst *worst)
{
    char from[VALUE_TEXT_BYTES];
    judge_whole(facts, limit, worst);
    json_t *item = row_of(facts, limit->rule, worst);
    set(item, "counted", counted(facts, limit->rule));
    set(item, "limit", most_of(limit));
    if (*date_text(limit->from, from))
        set(item, "from", json_string(from));
    add_suspension(facts, limit->rule, item);
    return item;
}

json_t *line_rules(const struct line_facts *facts)
{
    struct worst worst[CONFIG_RULES];
    json_t *rows = json_array();
    line_worst(facts, worst);
    for (enum config_rule rule = CONFIG_L1; rule <= CONFIG_H8; rule++) {
        const struct config_limit *limit = limit_of(facts, rule);
        if (limit)
            json_array_append_new(rows, limited_row(facts, limit, &worst[rule]));
    }
    for (enum config_rule rule = CONFIG_OF_DATE; rule <= CONFIG_OF_PROFILE; rule++)
        if (worst[rule].said)
            json_array_append_new(rows, row_of(facts, rule, &worst[rule]));
    return rows;
}

void line_rules_print(const json_t *rules)
{
    table_print(stdout, rule_columns, rules);
}
