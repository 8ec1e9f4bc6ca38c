/* SPDX-License-Identifier: Apache-2.0 */
#include "line/audit.h"

#include "kit/loop.h"

enum { NAMED = 20, SHORT_REASON = 200 };

struct auditing {
    const struct line_facts *facts;
    bool refuses;
    struct config_report *report;
    struct line_audit found;
    uint32_t errors, warnings;
};

static const char *key_of(const struct line_reason *reason)
{
    switch (reason->why) {
    case LINE_WRONG_CLASS:
        return "class";
    case LINE_NO_REASON:
        return "reason";
    case LINE_NO_REVIEW:
        return "reviewed";
    default:
        return "site";
    }
}

/* It comes to a door where the same is asked. */
static bool met_elsewhere(const struct ledger_asset *asset)
{
    return asset->kind == CONFIG_GNB && asset->class == CONFIG_ACCESS;
}

static void say(struct auditing *audit, const struct ledger_asset *asset, bool error, const char *key,
                const char *found, const char *expected)
{
    static const char format[] = "%s:%u: %s: found %s%s, expected %s";
    const char *file = ledger_file_of(audit->facts->ledger, asset);
    uint32_t *said = error ? &audit->errors : &audit->warnings;
    if ((*said)++ >= NAMED)
        return;
    if (error)
        config_report(audit->report, format, file, asset->line, key, asset->name, found, expected);
    else
        config_warn(audit->report, format, file, asset->line, key, asset->name, found, expected);
}

/* Is it what keeps the asset from being loaded? */
static bool judge(struct auditing *audit, const struct ledger_asset *asset, const struct line_reason *reason)
{
    const struct config_profile *profile = audit->facts->profile;
    const bool held_here = reason->rule == CONFIG_L1 || reason->rule == CONFIG_L5;
    const bool broken =
        held_here && reason->verdict > LINE_CONDITIONS && !profile->records_only && !met_elsewhere(asset);
    char text[LINE_REASON_BYTES], expected[LINE_REASON_BYTES + SHORT_REASON];
    if (reason->verdict == LINE_ALLOW)
        return false;
    if (broken && !audit->found.first) {
        audit->found.first = asset;
        audit->found.rule = reason->rule;
    }
    snprintf(expected, sizeof expected, "what rule %s of %.64s allows: %s", config_rule_text(reason->rule),
             profile->name, line_reason_text(reason, text));
    say(audit, asset, broken && audit->refuses, key_of(reason), "", expected);
    return broken;
}

/* While a day that is written down has not come, the clock is in doubt, and with it all that has a date. */
static void look_ahead(struct auditing *audit, const struct ledger_asset *asset)
{
    const int32_t today = audit->facts->date.days;
    if (asset->reviewed.days > today)
        say(audit, asset, false, "reviewed", ", of a day to come",
            "one that has been: the clock is in doubt until then");
    else if (asset->since.days > today)
        say(audit, asset, false, "since", ", of a day to come",
            "one that has been: the clock is in doubt until then");
}

static void look_at(struct auditing *audit, const struct ledger_asset *asset)
{
    const struct line_request request = {.kind = LINE_LOAD, .asset = asset};
    struct line_decision decision;
    bool broken = false;
    line_decide(audit->facts, &request, &decision);
    look_ahead(audit, asset);
    if (decision.recorded == LINE_ALLOW)
        return;
    for (unsigned i = 0; i < decision.count; i++)
        broken |= judge(audit, asset, &decision.reasons[i]);
    audit->found.broken += broken;
}

/* Those that were not named. */
static void count_others(const struct auditing *audit)
{
    const char *file = ledger_inventory(audit->facts->ledger)->file;
    if (audit->errors > NAMED)
        config_report(audit->report, "%s:1: assets: found %u more of these, expected none", file,
                      audit->errors - NAMED);
    if (audit->warnings > NAMED)
        config_warn(audit->report, "%s:1: assets: found %u more of these, expected none", file,
                    audit->warnings - NAMED);
}

/* What was let by for a while is not any more. */
static void look_at_suspensions(const struct auditing *audit)
{
    const struct config_inventory *inventory = ledger_inventory(audit->facts->ledger);
    char day[VALUE_TEXT_BYTES];
    for (unsigned i = 0; i < inventory->suspension_count; i++) {
        const struct config_suspension *suspension = &inventory->suspensions[i];
        if (suspension->until.days <= audit->facts->date.days)
            config_warn(audit->report,
                        "%s:%u: suspensions[%u].until: found %s, expected a day to come: rule %s is in force",
                        inventory->file, config_line(inventory, suspension), i,
                        config_date_text(suspension->until, day), config_rule_text(suspension->rule));
    }
}

struct line_audit line_audit(const struct line_facts *facts, bool refuses, struct config_report *report)
{
    struct auditing audit = {.facts = facts, .refuses = refuses, .report = report};
    for (uint32_t i = 0; i < ledger_size(facts->ledger); i++)
        look_at(&audit, ledger_at(facts->ledger, i));
    count_others(&audit);
    look_at_suspensions(&audit);
    return audit.found;
}

struct line_audit line_audit_today(const struct ledger *ledger, bool refuses, struct config_report *report)
{
    const struct line_facts facts = {
        .ledger = ledger, .profile = &ledger_inventory(ledger)->profile, .date = config_date_of(wall_now())};
    return line_audit(&facts, refuses, report);
}
