/* SPDX-License-Identifier: Apache-2.0 */
#include "report/page.h"

#include <string.h>

static const char STYLE[] =
    "<style>\n"
    ":root{color-scheme:light "
    "dark;--paper:#fdfcf9;--ink:#22262b;--faint:#68707a;--rule:#d9d6cd;--panel:#f4f2ec;--safe:#1f5f8b;"
    "--risk:#b0391f;--doubt:#8a6100;--good:#2f6b46}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#16181b;--ink:#e4e2dc;--faint:#9aa1a9;--rule:#363a40;--"
    "panel:#1e2125;"
    "--safe:#7db4dc;--risk:#ef8f78;--doubt:#dcb35c;--good:#86c79d}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,'Segoe "
    "UI',Roboto,"
    "'Noto Sans',sans-serif}\n"
    "main{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 3rem}\n"
    "h1{font-size:1.7rem;line-height:1.2;margin:0 0 .25rem;font-weight:650;letter-spacing:-.01em}\n"
    "h2{font-size:1.15rem;margin:2.6rem 0 .5rem;padding-top:.7rem;border-top:1px solid "
    "var(--rule);font-weight:650}\n"
    "p{margin:.4rem 0 .8rem;max-width:46rem}\n"
    ".sub,.copy,.faint,figcaption{color:var(--faint)}\n"
    ".copy{font-size:.72rem;margin:.5rem 0 0;letter-spacing:.02em}\n"
    ".facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.1rem;margin:1rem "
    "0;font-size:.92rem}\n"
    ".facts dt{color:var(--faint)}.facts dd{margin:0;overflow-wrap:anywhere}\n"
    ".tally{display:flex;flex-wrap:wrap;gap:.4rem 1.6rem;margin:1rem 0;padding:.8rem "
    "1rem;background:var(--panel);border-radius:6px}\n"
    ".tally b{font-size:1.25rem;font-weight:650;margin-right:.3rem}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}\n"
    "th{text-align:left;font-weight:600;color:var(--faint);font-size:.8rem;padding:.3rem .8rem .3rem "
    "0;border-bottom:1px solid var(--rule);"
    "vertical-align:bottom}\n"
    "td{padding:.45rem .8rem .45rem 0;border-bottom:1px solid "
    "var(--rule);vertical-align:top;overflow-wrap:break-word}\n"
    "td:last-child,th:last-child{padding-right:0}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums}\n"
    ".state{white-space:nowrap;font-weight:600}\n"
    ".kept,.yes{color:var(--good)}.broken{color:var(--risk)}.unknown,.conditions{color:var(--doubt)}.off{"
    "color:var(--faint);font-weight:400}\n"
    "figure{margin:1rem 0}figcaption{font-size:.82rem;margin-top:.3rem}\n"
    "svg{display:block;width:100%;height:auto}\n"
    "svg text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;fill:var(--ink)}\n"
    "svg .small{font-size:11px;fill:var(--faint)}\n"
    "svg .box{fill:var(--panel);stroke:var(--rule)}svg .safe{stroke:var(--safe)}svg "
    ".risk{stroke:var(--risk)}\n"
    "svg .wire{stroke:var(--faint);fill:none}svg .border{stroke:var(--ink);stroke-dasharray:5 5}\n"
    "svg .grid{stroke:var(--rule);fill:none}svg .limit{stroke:var(--ink);stroke-dasharray:2 4;fill:none}\n"
    "svg .share{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}svg "
    ".of-sites{stroke:var(--safe);stroke-dasharray:7 4}svg .of-traffic{stroke:var(--risk)}\n"
    ".key{display:inline-block;width:1.6rem;vertical-align:middle;border-top:2px "
    "solid}.key.of-sites{border-top-style:dashed;"
    "color:var(--safe)}.key.of-traffic{color:var(--risk)}\n"
    "svg .dot-safe{fill:var(--safe)}svg .dot-risk{fill:var(--risk)}svg .many{fill-opacity:.75}svg "
    ".place{fill:var(--doubt);fill-opacity:.18;stroke:var(--doubt)}\n"
    ".bar{display:block;height:.7rem;background:var(--panel);border:1px solid "
    "var(--rule);border-radius:3px;position:relative;max-width:30rem;"
    "margin:.3rem 0}\n"
    ".bar i{display:block;height:100%;background:var(--safe)}.bar.over i{background:var(--risk)}\n"
    ".bar u{position:absolute;top:-3px;bottom:-3px;width:2px;background:var(--ink)}\n"
    ".notice{border-left:3px solid var(--doubt);padding:.35rem .9rem;background:var(--panel)}\n"
    "pre{font:.72rem/1.45 "
    "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;"
    "background:var(--panel);padding:.7rem .9rem;border-radius:6px;margin:.4rem 0}\n"
    "code{font:.85em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}\n"
    "summary{cursor:pointer}details{margin:.4rem 0}\n"
    "@media(max-width:40rem){body{font-size:15px}main{padding:1.2rem .9rem "
    "2rem}.facts{grid-template-columns:1fr;gap:0}"
    ".facts dd{margin-bottom:.4rem}figure.wide svg{min-width:38rem}table{min-width:34rem}}\n"
    "@page{size:A4;margin:16mm 15mm}\n"
    "@media "
    "print{:root{--paper:#fff;--ink:#000;--faint:#444;--rule:#bbb;--panel:#f3f3f3;--safe:#1f5f8b;--risk:#"
    "b0391f;--doubt:#7a5600;"
    "--good:#2f6b46}body{font-size:10pt}main{max-width:none;padding:0}h2{break-after:avoid}tr,figure,.tally{"
    "break-inside:avoid}"
    ".wide{overflow:visible}details:not([open])>*{display:block}}\n"
    "</style>\n";

/* --- small change --- */

const char *fact_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

json_int_t fact_number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

bool fact_has(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return value && !json_is_null(value);
}

static const struct {
    const char *state, *class, *words;
} states[] = {{"kept", "kept", "\xe2\x97\x8f kept"},
              {"conditions", "conditions", "\xe2\x97\x90 kept on conditions"},
              {"unknown", "unknown", "? unknown"},
              {"broken", "broken", "\xe2\x96\xb2 broken"},
              {"off", "off", "\xe2\x80\x93 not in this profile"}};

enum { STATES = sizeof states / sizeof *states };

void fact_state(struct markup *page, const char *state)
{
    size_t i = 0;
    while (i < STATES && strcmp(states[i].state, state) != 0)
        i++;
    markup_format(page, "<span class=\"state %s\">", i < STATES ? states[i].class : "unknown");
    if (i < STATES)
        markup_add(page, states[i].words);
    else
        markup_text(page, state);
    markup_add(page, "</span>");
}

/* --- the head --- */

static void fact(struct markup *page, const char *term, const char *text)
{
    if (!*text)
        return;
    markup_format(page, "<dt>%s</dt><dd>", term);
    markup_text(page, text);
    markup_add(page, "</dd>\n");
}

static void tally(struct markup *page, const json_t *rules)
{
    markup_add(page, "<div class=\"tally\">");
    for (size_t s = 0; s < STATES; s++) {
        unsigned count = 0;
        size_t i;
        const json_t *rule;
        json_array_foreach(rules, i, rule)
        {
            count += strcmp(fact_text(rule, "state"), states[s].state) == 0;
        }
        if (count)
            markup_format(page, "<span class=\"%s\"><b>%u</b>%s</span>\n", states[s].class, count,
                          states[s].words);
    }
    markup_add(page, "</div>\n");
}

/* It is evidence once those have cosigned whom the operator does not govern. */
static void standing(struct markup *page, const json_t *evidence)
{
    const char *state = fact_text(evidence, "state");
    if (strcmp(state, "cosigned") == 0)
        markup_format(page,
                      "<p class=\"notice\">The quorum of witnesses (%lld) has cosigned the log that this "
                      "report rests on.</p>\n",
                      (long long)fact_number(evidence, "quorum"));
    else if (strcmp(state, "no quorum") == 0)
        markup_add(page, "<p class=\"notice\"><b>Not cosigned:</b> no witnesses are asked for. The log is "
                         "signed by the operator alone; this is "
                         "a statement of the operator, not evidence.</p>\n");
    else
        markup_add(page, "<p class=\"notice\"><b>Not yet cosigned.</b> The witnesses have not cosigned all "
                         "that this report rests on. Until they "
                         "have, it is a statement of the operator, not evidence.</p>\n");
}

static void head(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    const json_t *profile = json_object_get(facts, "profile");
    markup_add(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                     "'unsafe-inline'\">\n<title>");
    markup_text(page, fact_text(facts, "network"));
    markup_add(page, ": oversight report</title>\n");
    markup_add(page, STYLE);
    markup_add(page, "</head>\n<body>\n<main>\n<h1>Oversight report</h1>\n<p class=\"sub\">");
    markup_text(page, fact_text(facts, "network"));
    markup_add(page, ", ");
    markup_text(page, fact_text(facts, "date"));
    markup_add(page, "</p>\n<dl class=\"facts\">\n");
    fact(page, "For", copy->recipient);
    fact(page, "Profile", fact_text(profile, "name"));
    fact(page, "that is", fact_text(profile, "title"));
    fact(page, "valid until", fact_text(profile, "expires"));
    fact(page, "In force in the network", fact_text(profile, "network"));
    markup_add(page, "</dl>\n");
    tally(page, json_object_get(facts, "rules"));
    standing(page, json_object_get(facts, "evidence"));
    markup_add(page, "<p>");
    mark_say(page, copy->mark, 0);
    markup_add(page, " ");
    mark_say(page, copy->mark, 1);
    mark_weave(page, copy->mark);
    markup_add(page, "</p>\n");
    mark_show(page, copy->mark);
}

/* --- the line, and where it runs --- */

static void section_line(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    markup_add(page, "<h2>The line</h2>\n<p>");
    mark_say(page, copy->mark, 2);
    markup_add(page, " ");
    mark_say(page, copy->mark, 3);
    mark_weave(page, copy->mark);
    markup_add(page, "</p>\n<figure class=\"wide\">\n");
    picture_line(page, facts);
    markup_add(page, "</figure>\n");
    section_assets(page, facts);
    mark_show(page, copy->mark);
}

static void section_map(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    if (!copy->places || !fact_has(facts, "map"))
        return;
    markup_add(page, "<h2>Sites and sensitive places</h2>\n<figure>\n");
    if (!picture_map(page, json_object_get(facts, "map")))
        markup_add(page, "<p class=\"faint\">The inventory has no positions.</p>\n");
    markup_add(page, "</figure>\n");
    mark_show(page, copy->mark);
}

/* --- evidence --- */

static void entry(struct markup *page, const json_t *item)
{
    const json_int_t covered = fact_number(item, "covered");
    markup_format(page, "<details id=\"entry-%lld\"><summary>%s: entry %lld, ",
                  (long long)fact_number(item, "index"), fact_text(item, "rule"),
                  (long long)fact_number(item, "index"));
    if (covered)
        markup_format(page, "under the checkpoint of %lld entries, cosigned by %lld", (long long)covered,
                      (long long)fact_number(item, "cosigned"));
    else
        markup_add(page, "not under a checkpoint yet");
    markup_add(page, "</summary>\n<pre>");
    markup_text(page, fact_text(item, "entry"));
    markup_add(page, "</pre>\n");
    if (fact_has(item, "proof")) {
        markup_format(page, "<pre class=\"proof\" id=\"proof-%lld\">", (long long)fact_number(item, "index"));
        markup_text(page, fact_text(item, "proof"));
        markup_add(page, "</pre>\n");
    }
    markup_add(page, "</details>\n");
}

void report_evidence(struct markup *page, const json_t *evidence)
{
    size_t i;
    const json_t *item;
    markup_add(page, "<section id=\"evidence\">\n<h2>Evidence</h2>\n");
    if (!fact_has(evidence, "log")) {
        markup_add(page, "<p>The evidence log could not be read: ");
        markup_text(page, fact_text(evidence, "why"));
        markup_add(page, "</p>\n</section>\n");
        return;
    }
    markup_add(page, "<p>Each text below that begins with <code>c2sp.org/tlog-proof@v1</code> is a proof for "
                     "itself: saved to a file, it is "
                     "checked with <code>demarc evidence verify</code>, or with any program for that format, "
                     "and the keys below; nothing "
                     "of the operator's is needed for it.</p>\n<dl class=\"facts\">\n");
    fact(page, "Log", fact_text(evidence, "log"));
    markup_format(page, "<dt>Entries</dt><dd>%lld, of which %lld are under a checkpoint</dd>\n",
                  (long long)fact_number(evidence, "entries"), (long long)fact_number(evidence, "size"));
    markup_format(page, "<dt>Witnesses</dt><dd>%lld have cosigned, %lld are asked for</dd>\n",
                  (long long)fact_number(evidence, "cosigned"), (long long)fact_number(evidence, "quorum"));
    json_array_foreach(json_object_get(evidence, "witnesses"), i, item)
    {
        fact(page, "Witness", json_string_value(item));
    }
    markup_add(page, "</dl>\n<pre>");
    markup_text(page, fact_text(evidence, "checkpoint"));
    markup_add(page, "</pre>\n");
    json_array_foreach(json_object_get(evidence, "proofs"), i, item)
    {
        entry(page, item);
    }
    markup_add(page, "</section>\n");
}

static void colophon(struct markup *page, const struct report_copy *copy)
{
    markup_add(page, "<h2>This copy</h2>\n<p>");
    mark_say(page, copy->mark, 14);
    markup_add(page, " ");
    mark_say(page, copy->mark, 15);
    markup_add(page, " It carries marks that name its recipient.");
    mark_weave(page, copy->mark);
    markup_add(page, "</p>\n");
    mark_show(page, copy->mark);
    markup_add(page, "</main>\n</body>\n</html>\n");
}

bool report_page(struct markup *page, const json_t *facts, const struct report_copy *copy)
{
    head(page, facts, copy);
    section_line(page, facts, copy);
    section_rules(page, facts, copy);
    section_shares(page, facts, copy);
    section_losses(page, facts, copy);
    section_suspensions(page, facts, copy);
    section_mitigations(page, facts, copy);
    section_drills(page, facts, copy);
    section_answers(page, facts, copy);
    section_map(page, facts, copy);
    report_evidence(page, json_object_get(facts, "evidence"));
    colophon(page, copy);
    return !page->failed;
}
