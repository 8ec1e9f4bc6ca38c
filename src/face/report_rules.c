/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule of the line with its verdict, for a report: what was decided of all that there is, and what the evidence log tells. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "face/line_worst.h"
#include "face/report_facts.h"

enum { FEWEST_VENDORS = 2, FINDING_BYTES = LINE_REASON_BYTES + 128 };

static const char *const statements[CONFIG_RULES] = {
    [CONFIG_L1] = "No high-risk asset holds a function of a class that is to be free of them",
    [CONFIG_L2] = "From high-risk access nothing reaches the core but N2, N3 and named management hops",
    [CONFIG_L5] = "Every asset's class has a reason, and a review that is not too old",
    [CONFIG_H1] = "Share of sites with high-risk radio, nationwide",
    [CONFIG_H2] = "Share of bytes on N3 through high-risk gNBs",
    [CONFIG_H3] = "No high-risk cell at or over a sensitive place",
    [CONFIG_H4] = "Protected subscribers, slices and data networks are never served through high-risk cells",
    [CONFIG_H5] = "High-risk vendors of radio",
    [CONFIG_H6] = "Radio vendors that there are to be at least",
    [CONFIG_H7] = "No new high-risk asset, or none at all, from a day on",
    [CONFIG_H8] = "What is high-risk has a mitigation that is approved and in force",
    [CONFIG_N1] = "A gNB is who its enrolment says; nobody takes a live identity",
    [CONFIG_N2] = "A message about a phone is heard only from the association that serves it",
    [CONFIG_N3] = "Path switch only inside a trust domain, from a listed neighbour",
    [CONFIG_N4] = "Security capabilities and policy come from the core's memory, never from the radio",
    [CONFIG_N5] = "A gNB that misbehaves is fenced; others feel nothing",
    [CONFIG_N6] = "Packets on N3 only where sender, tunnel and inner address belong together",
    [CONFIG_K1] = "A whole vendor can be barred at once; protected services stay up",
    [CONFIG_K2] = "A rule is suspended only by name, with a reason and an end",
};

static const struct config_limit *limit_of(const struct stand *stand, enum config_rule rule)
{
    const struct config_profile *profile = stand->facts.profile;
    for (unsigned i = 0; i < profile->limit_count; i++)
        if (profile->limits[i].rule == rule)
            return &profile->limits[i];
    return NULL;
}

static json_t *row(enum config_rule rule, const char *state, const char *finding)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "rule", config_rule_text(rule), "statement", statements[rule],
                     "state", state, "finding", finding);
}

/* --- rules of the profile --- */

static const char *state_of(enum line_verdict verdict)
{
    static const char *const states[] = {[LINE_ALLOW] = "kept",
                                         [LINE_CONDITIONS] = "conditions",
                                         [LINE_UNKNOWN] = "unknown",
                                         [LINE_REFUSE] = "broken"};
    return states[verdict];
}

static json_t *decided(enum config_rule rule, const struct worst *worst)
{
    char words[WORST_WORDS];
    return row(rule, worst->said ? state_of(worst->reason.verdict) : "kept", line_worst_words(worst, words));
}

static json_t *vendors(const struct stand *stand)
{
    const struct config_limit *limit = limit_of(stand, CONFIG_H6);
    const unsigned least = limit && limit->most ? limit->most : FEWEST_VENDORS;
    const uint32_t there = ledger_counts(stand->ledger)->ran_vendors;
    char finding[96];
    snprintf(finding, sizeof finding, "%" PRIu32 " radio vendors; at least %u are asked for", there, least);
    return row(CONFIG_H6, there >= least ? "kept" : "broken", finding);
}

/* What is refused phone by phone is kept as long as it is refused; an exception is one on conditions. */
static json_t *service(const struct log_facts *log)
{
    const struct log_rule *rule = &log->rules[CONFIG_H4];
    char finding[96];
    snprintf(finding, sizeof finding, "%" PRIu64 " refusals and %" PRIu64 " exceptions are recorded",
             rule->refusals, rule->exceptions);
    return log->known ? row(CONFIG_H4, rule->exceptions ? "conditions" : "kept", finding)
                      : row(CONFIG_H4, "unknown", "the evidence log could not be read");
}

/* --- rules that are always in force --- */

static json_t *held(const struct stand *stand, enum config_rule rule, const struct log_facts *log)
{
    const bool recorded = stand->config->inventory.profile.records_only;
    char finding[FINDING_BYTES];
    snprintf(finding, sizeof finding, "%s; %" PRIu64 " refusals and %" PRIu64 " exceptions are recorded",
             recorded ? "recorded only, by the network's profile" : "always in force",
             log->rules[rule].refusals, log->rules[rule].exceptions);
    if (!log->known)
        return row(rule, "unknown", "the evidence log could not be read");
    return row(rule, recorded || log->rules[rule].exceptions ? "conditions" : "kept", finding);
}

/* A command that nobody has ever given is not known to work. */
static json_t *drills(const struct log_facts *log)
{
    return log->rules[CONFIG_K1].any ? row(CONFIG_K1, "kept", "it has been exercised, as the log says")
                                     : row(CONFIG_K1, "unknown", "it has not been exercised");
}

static json_t *suspensions(const struct stand *stand)
{
    const struct config_inventory *inventory = &stand->config->inventory;
    unsigned open = 0;
    char finding[64];
    for (unsigned i = 0; i < inventory->suspension_count; i++)
        open += inventory->suspensions[i].until.days > stand->facts.date.days;
    snprintf(finding, sizeof finding, "suspensions that are open: %u", open);
    return row(CONFIG_K2, open ? "conditions" : "kept", finding);
}

static json_t *judge(const struct stand *stand, enum config_rule rule, const struct worst *worst,
                     const struct log_facts *log)
{
    if (rule == CONFIG_H6)
        return vendors(stand);
    if (rule == CONFIG_K1)
        return drills(log);
    if (rule == CONFIG_K2)
        return suspensions(stand);
    if (rule >= CONFIG_N1)
        return held(stand, rule, log);
    if (!limit_of(stand, rule))
        return row(rule, "off", "");
    return rule == CONFIG_H4 ? service(log) : decided(rule, worst);
}

json_t *report_rules(const struct stand *stand, const struct log_facts *log)
{
    struct worst worst[CONFIG_RULES];
    json_t *rules = json_array();
    line_worst(&stand->facts, worst);
    for (enum config_rule rule = CONFIG_L1; rule < CONFIG_OF_DATE; rule++) {
        json_t *item = judge(stand, rule, &worst[rule], log);
        json_object_set_new(item, "refusals",
                            log->known ? json_integer((json_int_t)log->rules[rule].refusals) : json_null());
        if (log->rules[rule].any)
            json_object_set_new(item, "entry", json_integer((json_int_t)log->rules[rule].last));
        json_array_append_new(rules, item);
    }
    return rules;
}
