/* SPDX-License-Identifier: Apache-2.0 */
#include "line/relay.h"

#include <string.h>

static const struct {
    const char *name, *text;
} verdicts[RELAY_VERDICTS] = {
    [RELAY_PASSES] = {"passed", "passed on"},
    [RELAY_LIMITED] = {"limited", "passed on in part"},
    [RELAY_BY_RULE] = {"rule", "no rule lets it through"},
    [RELAY_TOO_LONG] = {"size", "it is longer than it may be"},
    [RELAY_TOO_OFTEN] = {"rate", "there are more of them than there may be"},
    [RELAY_UNREADABLE] = {"unreadable", "it cannot be decoded"},
    [RELAY_UNTRUE] = {"untrue", "it does not fit what the core knows"},
};

static const struct {
    const char *name, *text;
} kinds[CONFIG_RELAY_KINDS] = {
    [CONFIG_RELAY_HANDOVER] = {"handover", "handover container"},
    [CONFIG_RELAY_HISTORY] = {"history", "UE history"},
    [CONFIG_RELAY_CAPABILITY] = {"capability", "radio capability"},
    [CONFIG_RELAY_CONFIGURATION] = {"configuration", "RAN configuration transfer"},
};

/* `any` speaks of other domains: within one, only a rule counts that names it. */
static bool fits(const struct config_relay_rule *rule, struct relay_way way)
{
    bool inside = strcmp(way.from, way.to) == 0;
    bool from = strcmp(rule->from, way.from) == 0 || (!inside && strcmp(rule->from, CONFIG_ANY) == 0);
    bool to = strcmp(rule->to, way.to) == 0 || (!inside && strcmp(rule->to, CONFIG_ANY) == 0);
    return from && to;
}

static const struct config_relay_rule *rule_for(const struct config_relay *relay, struct relay_way way)
{
    for (unsigned i = 0; i < relay->rule_count; i++)
        if (fits(&relay->rules[i], way))
            return &relay->rules[i];
    return NULL;
}

bool relay_lets(const struct config_relay *relay, struct relay_way way, enum config_relayed kind)
{
    const struct config_relay_rule *rule = rule_for(relay, way);
    if (!rule)
        return strcmp(way.from, way.to) == 0;
    for (unsigned i = 0; i < rule->pass_count; i++)
        if (rule->pass[i] == kind)
            return true;
    return false;
}

static size_t most_octets(const struct config_relay *relay, enum config_relayed kind)
{
    switch (kind) {
    case CONFIG_RELAY_CAPABILITY:
        return relay->capability;
    case CONFIG_RELAY_CONFIGURATION:
        return relay->configuration;
    default:
        return relay->container;
    }
}

enum relay_verdict relay_decide(const struct config_relay *relay, struct relay_way way,
                                enum config_relayed kind, size_t octets)
{
    if (octets > most_octets(relay, kind))
        return RELAY_TOO_LONG;
    if (!relay_lets(relay, way, kind))
        return RELAY_BY_RULE;
    return kind == CONFIG_RELAY_HANDOVER && !relay_lets(relay, way, CONFIG_RELAY_HISTORY) ? RELAY_LIMITED
                                                                                          : RELAY_PASSES;
}

const char *relay_verdict_text(enum relay_verdict verdict)
{
    return verdicts[verdict].text;
}

const char *relay_verdict_name(enum relay_verdict verdict)
{
    return verdicts[verdict].name;
}

const char *relay_kind_text(enum config_relayed kind)
{
    return kinds[kind].text;
}

const char *relay_kind_name(enum config_relayed kind)
{
    return kinds[kind].name;
}
