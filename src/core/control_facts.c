/* SPDX-License-Identifier: Apache-2.0 */
/* The facts that the line decides by now, beside the inventory that is in force: for commands that think about changes of it. */
#include "core/amf/amf.h"
#include "core/control.h"
#include "core/sharing.h"

static json_t *rules_of(uint32_t bits)
{
    json_t *rules = json_array();
    for (enum config_rule rule = CONFIG_L1; rule < CONFIG_RULES; rule++)
        if (bits & LINE_BIT(rule))
            json_array_append_new(rules, json_string(config_rule_text(rule)));
    return rules;
}

json_t *control_facts(void *context, const json_t *request)
{
    const struct control *control = context;
    const struct line_facts facts = amf_line_facts(control->core);
    const struct line_measured *measured = &facts.measured;
    char date[VALUE_TEXT_BYTES], last[VALUE_TEXT_BYTES];
    (void)request;
    json_t *reply =
        json_pack("{s:s, s:b, s:o, s:o, s:b, s:I, s:I}", "date", config_date_text(facts.date, date), "taken",
                  sharing_taken() == LINE_TAKEN, "lapsed", rules_of(measured->lapsed), "unchecked",
                  rules_of(measured->unchecked), "traffic_known", measured->traffic_known, "octets",
                  (json_int_t)measured->bytes, "high_risk_octets", (json_int_t)measured->high_risk_bytes);
    if (measured->last.days)
        json_object_set_new(reply, "last_decision", json_string(config_date_text(measured->last, last)));
    return reply;
}
