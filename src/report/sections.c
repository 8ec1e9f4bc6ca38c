/* SPDX-License-Identifier: Apache-2.0 */
/* The report's sections but for its pictures and its evidence. */
#include "report/page.h"

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

/* Columns by their heads; a head that begins with # is one of numbers. */
static void open_table(struct markup *page, const char *const *heads)
{
    markup_add(page, "<div class=\"wide\"><table>\n<tr>");
    for (; *heads; heads++)
        markup_format(page, "<th%s>%s</th>", **heads == '#' ? " class=\"n\"" : "", *heads + (**heads == '#'));
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

/* --- rules --- */

static void rule_row(struct markup *page, const json_t *rule)
{
    markup_add(page, "<tr>");
    markup_format(page, "<td><b>%s</b></td>", fact_text(rule, "rule"));
    cell(page, fact_text(rule, "statement"));
    markup_add(page, "<td>");
    fact_state(page, fact_text(rule, "state"));
    markup_add(page, "</td>");
    cell(page, fact_text(rule, "finding"));
    number_cell(page, rule, "refusals");
    if (fact_has(rule, "entry"))
        markup_format(page, "<td class=\"n\">%lld</td>", (long long)fact_number(rule, "entry"));
    else
        markup_add(page, "<td class=\"n faint\">none</td>");
    markup_add(page, "</tr>\n");
}

void section_rules(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    static const char *const heads[] = {"Rule",      "What it asks for", "Verdict", "Finding",
                                        "#Refusals", "#Log entry",       NULL};
    size_t i;
    const json_t *rule;
    open_section(page, copy, "Rules", 4, 2);
    open_table(page, heads);
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

/* Percentages over time, oldest first. */
static void history(struct markup *page, const json_t *points)
{
    enum { WIDTH = 480, HEIGHT = 60 };
    const size_t count = json_array_size(points);
    if (count < 2)
        return;
    markup_format(page,
                  "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"share over time\"><polyline "
                  "class=\"wire\" points=\"",
                  WIDTH, HEIGHT);
    for (size_t i = 0; i < count; i++)
        markup_format(page, "%.1f,%.1f ", (double)i * WIDTH / (double)(count - 1),
                      HEIGHT - json_number_value(json_array_get(points, i)) * HEIGHT / 100);
    markup_add(page, "\"/></svg><figcaption>High-risk share of N3 bytes over the window, from 0 to 100 "
                     "%</figcaption></figure>\n");
}

void section_shares(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    const json_t *shares = json_object_get(facts, "shares");
    open_section(page, copy, "Shares", 6, 2);
    share(page, "High-risk sites among all sites with radio", json_object_get(shares, "sites"));
    share(page, "Bytes on N3 through high-risk gNBs", json_object_get(shares, "traffic"));
    history(page, json_object_get(json_object_get(shares, "traffic"), "history"));
    mark_show(page, copy->mark);
}

/* --- H6 --- */

static void lost_areas(struct markup *page, const json_t *loss)
{
    size_t i;
    const json_t *area;
    if (!json_array_size(json_object_get(loss, "areas_lost")))
        return;
    markup_add(page, "<tr><td></td><td colspan=\"7\" class=\"faint\">without a cell: ");
    json_array_foreach(json_object_get(loss, "areas_lost"), i, area)
    {
        markup_add(page, i ? ", " : "");
        markup_text(page, json_string_value(area));
    }
    markup_add(page, "</td></tr>\n");
}

void section_losses(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    static const char *const heads[] = {
        "Without",     "that is",       "#Sites left",          "#of", "#RAN vendors left",
        "#Areas lost", "#Phones on it", "#Answers that change", NULL};
    size_t i;
    const json_t *loss;
    open_section(page, copy, "If a vendor goes", 8, 2);
    open_table(page, heads);
    json_array_foreach(json_object_get(facts, "losses"), i, loss)
    {
        markup_add(page, "<tr>");
        cell(page, fact_text(loss, "vendor"));
        cell(page, fact_text(loss, "risk"));
        number_cell(page, loss, "sites_left");
        number_cell(page, loss, "sites");
        number_cell(page, loss, "vendors_left");
        markup_format(page, "<td class=\"n\">%zu</td>", json_array_size(json_object_get(loss, "areas_lost")));
        number_cell(page, loss, "phones");
        number_cell(page, loss, "flipped");
        markup_add(page, "</tr>\n");
        lost_areas(page, loss);
    }
    close_table(page);
    mark_show(page, copy->mark);
}

/* --- what is open, and what was tried --- */

void section_suspensions(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    static const char *const heads[] = {"Rule", "By", "Reason", "In force again from", NULL};
    size_t i;
    const json_t *suspension, *all = json_object_get(facts, "suspensions");
    open_section(page, copy, "Open suspensions", 10, 1);
    if (json_array_size(all)) {
        open_table(page, heads);
        json_array_foreach(all, i, suspension)
        {
            markup_add(page, "<tr>");
            cell(page, fact_text(suspension, "rule"));
            cell(page, fact_text(suspension, "by"));
            cell(page, fact_text(suspension, "reason"));
            cell(page, fact_text(suspension, "until"));
            markup_add(page, "</tr>\n");
        }
        close_table(page);
    } else {
        nothing(page, "No rule is suspended.");
    }
    mark_show(page, copy->mark);
}

void section_mitigations(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    static const char *const heads[] = {"Mitigation", "Approved by", "on", "Until", "State", NULL};
    size_t i;
    const json_t *mitigation, *all = json_object_get(facts, "mitigations");
    open_section(page, copy, "Mitigations", 11, 1);
    if (json_array_size(all)) {
        open_table(page, heads);
        json_array_foreach(all, i, mitigation)
        {
            markup_add(page, "<tr>");
            cell(page, fact_text(mitigation, "name"));
            cell(page, fact_text(mitigation, "approved_by"));
            cell(page, fact_text(mitigation, "approved"));
            cell(page, fact_text(mitigation, "expires"));
            cell(page, json_is_true(json_object_get(mitigation, "in_force")) ? "in force" : "not in force");
            markup_add(page, "</tr>\n");
        }
        close_table(page);
    } else {
        nothing(page, "There are none.");
    }
    mark_show(page, copy->mark);
}

static void drill_row(struct markup *page, const json_t *drill)
{
    const json_t *off = json_object_get(drill, "off_after");
    markup_add(page, "<tr>");
    cell(page, fact_text(drill, "vendor"));
    cell(page, json_is_true(json_object_get(drill, "drill")) ? "drill" : "in earnest");
    cell(page, fact_text(drill, "begun"));
    cell(page, fact_text(drill, "reason"));
    number_cell(page, drill, "phones");
    number_cell(page, drill, "moved");
    number_cell(page, drill, "returned");
    number_cell(page, drill, "sessions_lost");
    number_cell(page, drill, "protected_sessions_lost");
    if (off)
        markup_format(page, "<td class=\"n\">%.2f s</td>", json_number_value(off));
    else
        markup_add(page, "<td class=\"n\">not yet</td>");
    markup_add(page, "</tr>\n");
}

void section_drills(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    static const char *const heads[] = {
        "Vendor", "",           "Begun",          "Reason",          "#Phones",
        "#Moved", "#Came back", "#Sessions lost", "#protected ones", "#All off after",
        NULL};
    size_t i;
    const json_t *drill, *all = json_object_get(facts, "drills");
    open_section(page, copy, "Drills", 12, 1);
    if (!all) {
        nothing(page, "Unknown: the core could not be asked.");
    } else if (json_array_size(all)) {
        open_table(page, heads);
        json_array_foreach(all, i, drill)
        {
            drill_row(page, drill);
        }
        close_table(page);
    } else {
        nothing(page, "None has been held.");
    }
    mark_show(page, copy->mark);
}

/* --- answers --- */

void section_answers(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    static const char *const heads[] = {"Label", "Answer", "Because", NULL};
    size_t i;
    const json_t *answer;
    (void)facts;
    if (!copy->answers)
        return;
    open_section(page, copy, "Answers", 13, 1);
    if (json_array_size(copy->answers)) {
        open_table(page, heads);
        json_array_foreach(copy->answers, i, answer)
        {
            markup_add(page, "<tr>");
            cell(page, fact_text(answer, "label"));
            markup_add(page, "<td><b>");
            markup_text(page, fact_text(answer, "verdict"));
            markup_add(page, "</b></td>");
            cell(page, fact_text(answer, "reason"));
            markup_add(page, "</tr>\n");
        }
        close_table(page);
    } else {
        nothing(page, "No label is released to this recipient.");
    }
    mark_show(page, copy->mark);
}
