/* SPDX-License-Identifier: Apache-2.0 */
#include "face/report_facts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "face/ask.h"

/* --- the network --- */

static json_t *day(struct config_date date)
{
    char text[VALUE_TEXT_BYTES];
    return json_string(config_date_text(date, text));
}

static json_t *profile(const struct stand *stand)
{
    const struct config_profile *judged = stand->facts.profile;
    return json_pack("{s:s, s:s, s:o, s:s}", "name", judged->name, "title", judged->title, "expires",
                     day(judged->expires), "network", stand->config->inventory.profile.name);
}

static unsigned gnbs_of(const struct config_inventory *inventory, const char *domain)
{
    unsigned count = 0;
    for (unsigned i = 0; i < inventory->gnb_count; i++)
        count += strcmp(inventory->gnbs[i].domain, domain) == 0;
    return count;
}

static json_t *domains(const struct config_inventory *inventory)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < inventory->domain_count; i++) {
        const struct config_domain *domain = &inventory->domains[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:i}", "name", domain->name, "vendor",
                                              domain->vendor, "risk",
                                              domain->risk == CONFIG_TRUSTED ? "trusted" : "high", "gnbs",
                                              (int)gnbs_of(inventory, domain->name)));
    }
    return list;
}

/* --- shares --- */

static json_t *sites_share(const struct stand *stand)
{
    const struct ledger_counts *counts = ledger_counts(stand->ledger);
    json_t *share = json_pack("{s:I, s:I}", "value", (json_int_t)counts->high_risk_sites, "all",
                              (json_int_t)counts->sites);
    for (unsigned i = 0; i < stand->facts.profile->limit_count; i++)
        if (stand->facts.profile->limits[i].rule == CONFIG_H1)
            json_object_set_new(share, "limit", json_integer(stand->facts.profile->limits[i].most));
    return share;
}

/* As control has measured it, if it has. */
static json_t *traffic_share(struct stand *stand)
{
    json_t *reply = ask_quietly(stand->config, "control", NULL, "traffic"), *share = json_object();
    const json_t *summary = json_object_get(reply, "summary"), *why = json_object_get(summary, "why");
    if (json_is_true(json_object_get(summary, "known"))) {
        stand->facts.measured.traffic_known = true;
        stand->facts.measured.bytes = (uint64_t)json_integer_value(json_object_get(summary, "octets"));
        stand->facts.measured.high_risk_bytes =
            (uint64_t)json_integer_value(json_object_get(summary, "high_risk_octets"));
        json_object_set(share, "value", json_object_get(summary, "high_risk_octets"));
        json_object_set(share, "all", json_object_get(summary, "octets"));
        json_object_set(share, "window_seconds", json_object_get(summary, "window_seconds"));
    }
    json_object_set_new(share, "why",
                        why ? json_incref((json_t *)why) : json_string("it has not been measured"));
    for (unsigned i = 0; i < stand->facts.profile->limit_count; i++)
        if (stand->facts.profile->limits[i].rule == CONFIG_H2)
            json_object_set_new(share, "limit", json_integer(stand->facts.profile->limits[i].most));
    json_decref(reply);
    return share;
}

/* --- what is open --- */

json_t *report_suspensions(const struct stand *stand)
{
    const struct config_inventory *inventory = &stand->config->inventory;
    json_t *list = json_array();
    for (unsigned i = 0; i < inventory->suspension_count; i++) {
        const struct config_suspension *own = &inventory->suspensions[i];
        if (own->until.days > stand->facts.date.days)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s, s:o}", "rule", config_rule_text(own->rule), "by",
                                            own->by, "reason", own->reason, "until", day(own->until)));
    }
    return list;
}

static json_t *mitigations(const struct stand *stand)
{
    const struct config_inventory *inventory = &stand->config->inventory;
    const int32_t today = stand->facts.date.days;
    json_t *list = json_array();
    for (unsigned i = 0; i < inventory->mitigation_count; i++) {
        const struct config_mitigation *own = &inventory->mitigations[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:b}", "name", own->name, "approved_by",
                                              own->approved_by, "approved", day(own->approved), "expires",
                                              day(own->expires), "in_force",
                                              own->approved.days <= today && today < own->expires.days));
    }
    return list;
}

static void add_beginning(json_t *drill)
{
    const time_t since = (time_t)json_number_value(json_object_get(drill, "since"));
    struct tm utc;
    char text[32];
    gmtime_r(&since, &utc);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M", &utc);
    json_object_set_new(drill, "begun", json_string(text));
}

/* NULL: the core does not run here. */
static json_t *drills(const struct config *config)
{
    json_t *reply = ask_quietly(config, "control", NULL, "line.bars");
    json_t *list = json_incref(json_object_get(reply, "items")), *drill;
    size_t i;
    json_array_foreach(list, i, drill)
    {
        add_beginning(drill);
    }
    json_decref(reply);
    return list;
}

/* --- the whole --- */

json_t *report_facts(struct stand *stand, const struct log_facts *log)
{
    const struct config_inventory *inventory = &stand->config->inventory;
    json_t *traffic = traffic_share(stand); /* first: rule H2 is decided on it */
    return json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:o, s:o}, s:o, s:o, s:o, s:o*, s:o, s:O}",
                     "report", 1, "network", stand->config->network.amf_name, "date", day(stand->facts.date),
                     "profile", profile(stand), "domains", domains(inventory), "assets", report_assets(stand),
                     "rules", report_rules(stand, log), "shares", "sites", sites_share(stand), "traffic",
                     traffic, "history", report_history(stand->config), "losses", report_losses(stand),
                     "suspensions", report_suspensions(stand), "mitigations", mitigations(stand), "drills",
                     drills(stand->config), "map", report_map(stand), "evidence", log->evidence);
}
