/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/admission.h"

#include "core/amf/fence.h"
#include "core/traffic.h"
#include "line/event.h"

static const int64_t LOOK_PERIOD = SECONDS(3600);

static struct line_facts facts_of(const struct core *core)
{
    struct line_facts facts = {
        .ledger = core->ledger,
        .profile = &core->config->inventory.profile,
        .measured = {.last = core->last_decision},
        .date = config_date_of(core_wall(core)),
    };
    traffic_measure(core, &facts.measured);
    return facts;
}

void line_says(struct core *core, const struct line_request *request, struct line_decision *decision)
{
    const struct line_facts facts = facts_of(core);
    line_decide(&facts, request, decision);
    if (facts.date.days > core->last_decision.days)
        core->last_decision = facts.date;
}

static void decide(struct core *core, const struct config_gnb *enrolled, enum line_request_kind kind,
                   struct line_decision *decision)
{
    const struct line_request request = {
        .kind = kind, .asset = enrolled ? ledger_find(core->ledger, enrolled->name) : NULL};
    line_says(core, &request, decision);
}

const char *line_said(const struct line_decision *decision, const char *words, char *buffer)
{
    const bool recorded = decision->recorded != decision->verdict;
    snprintf(buffer, LINE_SAID_BYTES, "%s%s%s: %s", line_verdict_text(decision->verdict),
             recorded ? ", recorded only: " : "", recorded ? line_verdict_text(decision->recorded) : "",
             words);
    return buffer;
}

static const char *rule_of(const struct line_decision *decision)
{
    return decision->worst ? config_rule_text(decision->worst->rule) : "";
}

/* What was let in only because the profile records and does not refuse, is let in against a rule. */
static void tell(const struct gnb *gnb, const struct line_decision *decision, enum line_request_kind kind,
                 const char *words)
{
    char reason[LINE_SAID_BYTES];
    gnb_event(gnb, (struct line_event){.kind = decision->recorded != decision->verdict ? EVIDENCE_EXCEPTION
                                                                                       : EVIDENCE_ADMISSION,
                                       .procedure = line_request_text(kind),
                                       .rule = rule_of(decision),
                                       .reason = line_said(decision, words, reason)});
}

static const char *words_of(const struct line_decision *decision, char *buffer)
{
    return decision->worst ? line_reason_text(decision->worst, buffer) : "no rule is about it";
}

/* The words of a refusal live as long as the batch. */
static bool refuse(struct core *core, const struct line_decision *decision, struct gnb_refusal *refusal)
{
    char buffer[LINE_REASON_BYTES];
    const char *words = words_of(decision, buffer);
    const struct bytes kept = arena_copy(&core->batch, bytes_of(words, strlen(words) + 1));
    *refusal = (struct gnb_refusal){
        N2_MISC(UNSPECIFIED), kept.len ? (const char *)kept.data : "the line refuses it", rule_of(decision)};
    return false;
}

bool admission_allows(struct gnb *gnb, const struct config_gnb *enrolled, enum line_request_kind kind,
                      struct gnb_refusal *refusal)
{
    char buffer[LINE_REASON_BYTES];
    struct line_decision decision;
    if (gnb->replaying)
        return true; /* it was asked for when it came */
    decide(gnb->core, enrolled, kind, &decision);
    if (!line_allows(&decision))
        return refuse(gnb->core, &decision, refusal);
    tell(gnb, &decision, kind, words_of(&decision, buffer));
    return true;
}

bool admission_lasts(const struct gnb *gnb, struct gnb_refusal *refusal)
{
    struct line_decision decision;
    const struct config_gnb *enrolled =
        gnb->enrolled ? config_find_gnb_id(&gnb->core->config->inventory, gnb_id_of(gnb)) : NULL;
    decide(gnb->core, enrolled, LINE_LEASE, &decision);
    return line_allows(&decision) || refuse(gnb->core, &decision, refusal);
}

/* --- leases --- */

static void look(struct timer *timer)
{
    struct core *core = (struct core *)((char *)timer - offsetof(struct core, leases));
    gnbs_reconsider(core);
    admission_watch(core);
}

/* Only limits and suspensions that a day can bring to an end, or into force, are worth looking again. */
static bool ends_some_day(const struct config_inventory *inventory)
{
    const struct config_profile *profile = &inventory->profile;
    for (unsigned i = 0; i < profile->limit_count; i++)
        if (profile->limits[i].rule == CONFIG_H8 || profile->limits[i].from.days)
            return true;
    return inventory->suspension_count || profile->expires.days;
}

void admission_watch(struct core *core)
{
    core->leases.fire = look;
    if (ends_some_day(&core->config->inventory))
        timer_start(core->timers, &core->leases, LOOK_PERIOD);
    else
        timer_stop(core->timers, &core->leases);
}

void admission_stop(struct core *core)
{
    timer_stop(core->timers, &core->leases);
}

/* --- answers to partners --- */

struct line_facts amf_line_facts(const struct core *core)
{
    return facts_of(core);
}
