/* SPDX-License-Identifier: Apache-2.0 */
/* The report's sections but for its pictures and its evidence. */
#include "report/page.h"

#include <stdio.h>
#include <string.h>

static void open_section(struct markup *page, const struct report_copy *copy, const char *title,
                         unsigned first, unsigned count)
{
    markup_format(page, "<h2>%s</h2>\n<p>", title);
    for (unsigned i = 0; i < count; i++) {
        markup_add(page, i ? " " : "");
        mark_say(page, copy->mark, first + i);
    }
    mark_weave(page, copy->mark);
    markup_add(page, "</p>\n");
}

enum cell { TEXT, NUMBER, LIST_LENGTH };

/* The head NULL ends a list of them. */
struct column {
    const char *head, *key;
    enum cell cell;
};

static void open_table(struct markup *page, const struct column *columns)
{
    markup_add(page, "<div class=\"wide\"><table>\n<tr>");
    for (; columns->head; columns++)
        markup_format(page, "<th%s>%s</th>", columns->cell == TEXT ? "" : " class=\"n\"", columns->head);
    markup_add(page, "</tr>\n");
}

static void close_table(struct markup *page)
{
    markup_add(page, "</table></div>\n");
}

static void cell(struct markup *page, const char *text)
{
    markup_add(page, "<td>");
    markup_text(page, text);
    markup_add(page, "</td>");
}

static void number_cell(struct markup *page, const json_t *object, const char *key)
{
    if (fact_has(object, key))
        markup_format(page, "<td class=\"n\">%lld</td>", (long long)fact_number(object, key));
    else
        markup_add(page, "<td class=\"n\">?</td>");
}

static void nothing(struct markup *page, const char *words)
{
    markup_format(page, "<p class=\"faint\">%s</p>\n", words);
}

/* Those of the columns that are an item's; a section draws the others itself. */
static void cells(struct markup *page, const struct column *columns, const json_t *item)
{
    for (; columns->head; columns++)
        if (columns->key && columns->cell == NUMBER)
            number_cell(page, item, columns->key);
        else if (columns->key && columns->cell == LIST_LENGTH)
            markup_format(page, "<td class=\"n\">%zu</td>",
                          json_array_size(json_object_get(item, columns->key)));
        else if (columns->key)
            cell(page, fact_text(item, columns->key));
}

/* A table of nothing but cells, with what an item says behind them; or words instead. */
static void table(struct markup *page, const struct column *columns, const json_t *items,
                  void (*more)(struct markup *page, const json_t *item), const char *none)
{
    size_t i;
    const json_t *item;
    if (!json_array_size(items)) {
        nothing(page, none);
        return;
    }
    open_table(page, columns);
    json_array_foreach(items, i, item)
    {
        markup_add(page, "<tr>");
        cells(page, columns, item);
        if (more)
            more(page, item);
        markup_add(page, "</tr>\n");
    }
    close_table(page);
}

/* --- rules --- */

static void rule_row(struct markup *page, const json_t *rule)
{
    markup_format(page, "<tr><td><b>%s</b></td>", fact_text(rule, "rule"));
    cell(page, fact_text(rule, "statement"));
    markup_add(page, "<td>");
    fact_state(page, fact_text(rule, "state"));
    markup_add(page, "</td>");
    cell(page, fact_text(rule, "finding"));
    number_cell(page, rule, "refusals");
    if (fact_has(rule, "entry"))
        markup_format(page, "<td class=\"n\"><a href=\"#entry-%lld\">%lld</a></td>",
                      (long long)fact_number(rule, "entry"), (long long)fact_number(rule, "entry"));
    else
        markup_add(page, "<td class=\"n faint\">none</td>");
    markup_add(page, "</tr>\n");
}

void section_rules(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    static const struct column columns[] = {{"Rule", NULL, TEXT},
                                            {"What it asks for", NULL, TEXT},
                                            {"Verdict", NULL, TEXT},
                                            {"Finding", NULL, TEXT},
                                            {"Refusals", NULL, NUMBER},
                                            {"Log entry", NULL, NUMBER},
                                            {0}};
    size_t i;
    const json_t *rule;
    open_section(page, copy, "Rules", 4, 2);
    open_table(page, columns);
    json_array_foreach(json_object_get(facts, "rules"), i, rule)
    {
        rule_row(page, rule);
    }
    close_table(page);
    mark_show(page, copy->mark);
}

/* --- shares --- */

static void share(struct markup *page, const char *what, const json_t *share)
{
    const double value = (double)fact_number(share, "value"), all = (double)fact_number(share, "all");
    const double percent = all > 0 ? 100 * value / all : 0;
    markup_format(page, "<p><b>%s</b>: ", what);
    if (!fact_has(share, "value")) {
        markup_add(page, "unknown");
        if (fact_has(share, "why")) {
            markup_add(page, ": ");
            markup_text(page, fact_text(share, "why"));
        }
        markup_add(page, "</p>\n");
        return;
    }
    markup_format(page, "%lld of %lld", (long long)fact_number(share, "value"),
                  (long long)fact_number(share, "all"));
    if (fact_has(share, "limit"))
        markup_format(page, ", at most %lld %%", (long long)fact_number(share, "limit"));
    const bool over = fact_has(share, "limit") && percent > (double)fact_number(share, "limit");
    markup_format(page, "<span class=\"bar%s\"><i style=\"width:%.1f%%\"></i>", over ? " over" : "", percent);
    if (fact_has(share, "limit"))
        markup_format(page, "<u style=\"left:%lld%%\"></u>", (long long)fact_number(share, "limit"));
    markup_add(page, "</span></p>\n");
}

void section_shares(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    const json_t *shares = json_object_get(facts, "shares");
    open_section(page, copy, "Shares", 6, 2);
    share(page, "High-risk sites among all sites with radio", json_object_get(shares, "sites"));
    share(page, "Bytes on N3 through high-risk gNBs", json_object_get(shares, "traffic"));
    picture_history(page, shares);
    mark_show(page, copy->mark);
}

/* --- H6 --- */

/* In a row of its own behind the vendor's. */
static void lost_areas(struct markup *page, const json_t *loss)
{
    size_t i;
    const json_t *area;
    if (!json_array_size(json_object_get(loss, "areas_lost")))
        return;
    markup_add(page, "</tr>\n<tr><td></td><td colspan=\"7\" class=\"faint\">without a cell: ");
    json_array_foreach(json_object_get(loss, "areas_lost"), i, area)
    {
        markup_add(page, i ? ", " : "");
        markup_text(page, json_string_value(area));
    }
    markup_add(page, "</td>");
}

void section_losses(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    static const struct column columns[] = {{"Without", "vendor", TEXT},
                                            {"that is", "risk", TEXT},
                                            {"Sites left", "sites_left", NUMBER},
                                            {"of", "sites", NUMBER},
                                            {"RAN vendors left", "vendors_left", NUMBER},
                                            {"Areas lost", "areas_lost", LIST_LENGTH},
                                            {"Phones on it", "phones", NUMBER},
                                            {"Answers that change", "flipped", NUMBER},
                                            {0}};
    open_section(page, copy, "If a vendor goes", 8, 2);
    table(page, columns, json_object_get(facts, "losses"), lost_areas, "No vendor has radio here.");
    mark_show(page, copy->mark);
}

/* --- what there is --- */

void section_assets(struct markup *page, const json_t *facts)
{
    static const struct column columns[] = {
        {"Vendor", "vendor", TEXT},         {"Risk", "risk", TEXT},
        {"gNBs", "gnbs", NUMBER},           {"Assets of access", "access", NUMBER},
        {"transport", "transport", NUMBER}, {"management", "management", NUMBER},
        {"core", "core", NUMBER},           {0}};
    if (json_array_size(json_object_get(facts, "assets")))
        table(page, columns, json_object_get(facts, "assets"), NULL, "");
}

/* --- what is open, and what was tried --- */

void section_suspensions(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    static const struct column columns[] = {{"Rule", "rule", TEXT},
                                            {"By", "by", TEXT},
                                            {"Reason", "reason", TEXT},
                                            {"In force again from", "until", TEXT},
                                            {0}};
    open_section(page, copy, "Open suspensions", 10, 1);
    table(page, columns, json_object_get(facts, "suspensions"), NULL, "No rule is suspended.");
    mark_show(page, copy->mark);
}

static void force_cell(struct markup *page, const json_t *mitigation)
{
    cell(page, json_is_true(json_object_get(mitigation, "in_force")) ? "in force" : "not in force");
}

void section_mitigations(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    static const struct column columns[] = {
        {"Mitigation", "name", TEXT}, {"Approved by", "approved_by", TEXT},
        {"on", "approved", TEXT},     {"Until", "expires", TEXT},
        {"State", NULL, TEXT},        {0}};
    open_section(page, copy, "Mitigations", 11, 1);
    table(page, columns, json_object_get(facts, "mitigations"), force_cell, "There are none.");
    mark_show(page, copy->mark);
}

static void drill_cells(struct markup *page, const json_t *drill)
{
    const json_t *off = json_object_get(drill, "off_after");
    if (off)
        markup_format(page, "<td class=\"n\">%.2f s</td>", json_number_value(off));
    else
        markup_add(page, "<td class=\"n\">not yet</td>");
    cell(page, json_is_true(json_object_get(drill, "drill")) ? "drill" : "in earnest");
}

void section_drills(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    static const struct column columns[] = {{"Vendor", "vendor", TEXT},
                                            {"Begun", "begun", TEXT},
                                            {"Reason", "reason", TEXT},
                                            {"Phones", "phones", NUMBER},
                                            {"Moved", "moved", NUMBER},
                                            {"Came back", "returned", NUMBER},
                                            {"Sessions lost", "sessions_lost", NUMBER},
                                            {"protected ones", "protected_sessions_lost", NUMBER},
                                            {"All off after", NULL, NUMBER},
                                            {"What", NULL, TEXT},
                                            {0}};
    const json_t *all = json_object_get(facts, "drills");
    open_section(page, copy, "Drills", 12, 1);
    table(page, columns, all, drill_cells,
          all ? "None has been held." : "Unknown: the core could not be asked.");
    mark_show(page, copy->mark);
}

/* --- answers --- */

/* "gnb=any,..." or "domain=harbour,...", as the core is asked. */
static void path_cell(struct markup *page, const char *path)
{
    static const char domain[] = "domain=";
    markup_add(page, "<td>");
    if (strncmp(path, domain, sizeof domain - 1) == 0) {
        char name[128];
        const char *at = path + sizeof domain - 1;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at, ","), at);
        markup_add(page, "cells of ");
        markup_text(page, name);
    } else {
        markup_add(page, "any cell");
    }
    markup_add(page, "</td>");
}

static void answer_row(struct markup *page, const json_t *answer)
{
    const json_t *entry = json_object_get(answer, "entry");
    markup_add(page, "<tr>");
    cell(page, fact_text(answer, "label"));
    path_cell(page, fact_text(answer, "path"));
    markup_format(page, "<td><b>%s</b></td>", fact_text(answer, "verdict"));
    cell(page, fact_text(answer, "reason"));
    markup_add(page, "<td><code>");
    if (entry)
        markup_format(page, "%s/%lld", fact_text(entry, "run"), (long long)fact_number(entry, "number"));
    markup_add(page, "</code></td></tr>\n");
}

static void answers_source(struct markup *page, const struct report_copy *copy)
{
    const bool live = copy->answers_from && strcmp(copy->answers_from, "core") == 0;
    nothing(page,
            live ? "Asked of the core as it runs; each answer is an entry of its evidence."
                 : "Worked out from files, as no core could be asked: share-if at best, and not recorded.");
}

void section_answers(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    static const struct column columns[] = {{"Label", NULL, TEXT},  {"Over", NULL, TEXT},
                                            {"Answer", NULL, TEXT}, {"Because", NULL, TEXT},
                                            {"Entry", NULL, TEXT},  {0}};
    size_t i;
    const json_t *answer;
    (void)facts;
    if (!copy->answers)
        return;
    open_section(page, copy, "Answers", 13, 1);
    if (json_array_size(copy->answers)) {
        answers_source(page, copy);
        open_table(page, columns);
        json_array_foreach(copy->answers, i, answer)
        {
            answer_row(page, answer);
        }
        close_table(page);
    } else {
        nothing(page, "No label is released to this recipient.");
    }
    mark_show(page, copy->mark);
}
