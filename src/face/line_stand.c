/* SPDX-License-Identifier: Apache-2.0 */
#include "face/line_stand.h"

#include <string.h>

#include "face/ask.h"
#include "kit/loop.h"
#include "line/policy.h"

static bool take_ledger(struct stand *stand)
{
    struct config_report report = {.to = stderr};
    stand->ledger = ledger_new(&stand->config->inventory, &report);
    return stand->ledger != NULL;
}

static uint32_t bits_of(const json_t *rules)
{
    uint32_t bits = 0;
    size_t i;
    const json_t *item;
    json_array_foreach(rules, i, item)
    {
        for (enum config_rule rule = CONFIG_L1; json_is_string(item) && rule < CONFIG_RULES; rule++)
            if (strcmp(config_rule_text(rule), json_string_value(item)) == 0)
                bits |= LINE_BIT(rule);
    }
    return bits;
}

/* What control says; if it does not run, nothing is known but what the inventory leaves open. */
static void take_measured(struct line_measured *measured, const json_t *said, const struct config *config)
{
    const char *last = json_string_value(json_object_get(said, "last_decision"));
    *measured = (struct line_measured){
        .lapsed = bits_of(json_object_get(said, "lapsed")),
        .unchecked = bits_of(json_object_get(said, "unchecked")),
        .traffic_known = json_is_true(json_object_get(said, "traffic_known")),
        .bytes = (uint64_t)json_integer_value(json_object_get(said, "octets")),
        .high_risk_bytes = (uint64_t)json_integer_value(json_object_get(said, "high_risk_octets")),
    };
    if (last)
        config_date_parse(last, &measured->last);
    if (!config->inventory.ran_port.interface_count)
        measured->lapsed |= LINE_BIT(CONFIG_L2);
}

/* The inventory is there; what is left is to add it up and to see how things stand. */
static bool take(struct stand *stand, const json_t *said, const char *date)
{
    struct config_date day = config_date_of(wall_now());
    if (date && !config_date_parse(date, &day))
        return failed("%s is no day such as 2027-12-31", date) == EXIT_DONE;
    if (!take_ledger(stand))
        return false;
    stand->facts = (struct line_facts){
        .ledger = stand->ledger, .profile = &stand->config->inventory.profile, .date = day};
    take_measured(&stand->facts.measured, said, stand->config);
    return true;
}

/* NULL: control does not run, or the configuration is wrong, which others say. */
static json_t *ask_facts(const char *config_path)
{
    struct config_error error;
    struct config *config = config_load_alone(config_path, &error);
    json_t *said = config ? ask_quietly(config, "control", NULL, "facts") : NULL;
    config_free(config);
    return said;
}

static struct config *load_accepted(const char *config_path)
{
    struct config_error error;
    struct config *config = policy_load(config_path, &error);
    if (!config)
        failed("what the core that runs has accepted cannot be read: %s", error.text);
    return config;
}

static bool finish(struct stand *stand, json_t *said, const char *date)
{
    const bool taken = stand->config && take(stand, said, date);
    json_decref(said);
    if (!taken)
        stand_leave(stand);
    return taken;
}

bool stand_take(struct stand *stand, const char *config_path, const char *date)
{
    json_t *said = ask_facts(config_path);
    const bool taken = json_is_true(json_object_get(said, "taken"));
    *stand = (struct stand){.config = said ? load_accepted(config_path) : load_or_fail(config_path),
                            .taken = !said   ? LINE_WORKED_OUT
                                     : taken ? LINE_TAKEN
                                             : LINE_TAKEN_NOT};
    return finish(stand, said, date);
}

bool stand_take_of(struct stand *stand, const char *config_path, const char *inventory, const char *date)
{
    struct config_report report = {.to = stderr};
    *stand = (struct stand){.config = inventory ? config_load_reporting(config_path, inventory, &report)
                                                : load_or_fail(config_path),
                            .taken = LINE_WORKED_OUT};
    return finish(stand, ask_facts(config_path), date);
}

void stand_leave(struct stand *stand)
{
    ledger_free(stand->ledger);
    config_free(stand->config);
    *stand = (struct stand){0};
}

bool stand_bars(const struct stand *stand, const char *vendor)
{
    json_t *reply = ask_quietly(stand->config, "control", NULL, "line.bars");
    const json_t *item;
    size_t i;
    bool barred = false;
    json_array_foreach(json_object_get(reply, "items"), i, item)
    {
        const char *state = json_string_value(json_object_get(item, "state"));
        const char *of = json_string_value(json_object_get(item, "vendor"));
        barred |= state && of && strcmp(state, "barred") == 0 && strcmp(of, vendor) == 0;
    }
    json_decref(reply);
    return barred;
}
