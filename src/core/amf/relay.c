/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/relay.h"

#include "line/event.h"

struct relay_way relay_between(const struct gnb *from, const struct gnb *to)
{
    return (struct relay_way){from->domain->name, to->domain->name};
}

bool relay_records_only(const struct core *core)
{
    return core->config->inventory.profile.records_only;
}

void relay_note(struct core *core, const struct gnb *from, struct relay_way way, enum config_relayed kind,
                enum relay_verdict verdict)
{
    char procedure[160];
    core->metrics.relayed[kind][verdict]++;
    if (!relay_dropped(verdict))
        return;
    snprintf(procedure, sizeof procedure, "%s from %s to %s", relay_kind_text(kind), way.from, way.to);
    line_event(&(struct line_event){.time = core_wall(core),
                                    .association = from ? from->association : 0,
                                    .gnb = from ? from->name : way.from,
                                    .procedure = procedure,
                                    .rule = "relay",
                                    .reason = relay_verdict_text(verdict)});
}

bool relay_follows(struct core *core, const struct gnb *from, struct relay_way way)
{
    enum relay_verdict verdict = relay_decide(&core->config->inventory.relay, way, CONFIG_RELAY_HANDOVER, 0);
    if (relay_dropped(verdict))
        relay_note(core, from, way, CONFIG_RELAY_HANDOVER, verdict);
    return !relay_dropped(verdict);
}

/* --- radio capability --- */

static bool same(struct bytes one, struct bytes other)
{
    return one.len == other.len && (!one.len || memcmp(one.data, other.data, one.len) == 0);
}

bool relay_keep_capability(struct ue *ue, const struct gnb *from, const char *domain, struct bytes capability,
                           struct bytes paging)
{
    const size_t most = ue->core->config->inventory.relay.capability;
    if (!capability.len || (strcmp(ue->capability_domain, domain) == 0 &&
                            same(ue->radio_capability, capability) && same(ue->paging_capability, paging)))
        return false;
    if (capability.len > most || paging.len > most) {
        relay_note(ue->core, from, (struct relay_way){domain, "the core"}, CONFIG_RELAY_CAPABILITY,
                   RELAY_TOO_LONG);
        return false;
    }
    relay_forget_capability(ue);
    ue_keep(&ue->radio_capability, capability, most);
    ue_keep(&ue->paging_capability, paging, most);
    snprintf(ue->capability_domain, sizeof ue->capability_domain, "%s", domain);
    return true;
}

void relay_forget_capability(struct ue *ue)
{
    ue_forget(&ue->radio_capability);
    ue_forget(&ue->paging_capability);
    ue->capability_domain[0] = '\0';
}

struct bytes relay_capability(const struct ue *ue, const char *to)
{
    struct relay_way way = {ue->capability_domain, to};
    if (!ue->radio_capability.len)
        return ue->radio_capability;
    enum relay_verdict verdict = relay_decide(&ue->core->config->inventory.relay, way,
                                              CONFIG_RELAY_CAPABILITY, ue->radio_capability.len);
    relay_note(ue->core, NULL, way, CONFIG_RELAY_CAPABILITY, verdict);
    return relay_dropped(verdict) ? (struct bytes){0} : ue->radio_capability;
}

static bool lets_hints_of(const struct ue *ue, const char *from, const struct gnb *to)
{
    const struct relay_way way = {from, to->domain->name};
    bool lets = relay_lets(&ue->core->config->inventory.relay, way, CONFIG_RELAY_CAPABILITY);
    if (!lets)
        relay_note(ue->core, NULL, way, CONFIG_RELAY_CAPABILITY, RELAY_BY_RULE);
    return lets;
}

bool relay_lets_hints(const struct ue *ue, const struct gnb *to)
{
    return (!ue->paging_capability.len || lets_hints_of(ue, ue->capability_domain, to)) &&
           (!ue->hint || lets_hints_of(ue, ue->hint->domain, to));
}
