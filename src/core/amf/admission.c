/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/admission.h"

#include "core/amf/fence.h"
#include "core/traffic.h"
#include "line/event.h"
#include "store/store.h"

/* A clock that goes back is found out after a restart too. One that leaps ahead does not become the measure. */
void amf_note_day(struct core *core, const struct line_facts *facts)
{
    if (facts->date.days <= core->last_decision.days || line_date_in_doubt(facts))
        return;
    core->last_decision = facts->date;
    store_meta_put(core->store, ADMISSION_DAY, facts->date.days);
}

struct line_facts amf_line_facts(const struct core *core)
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
    const struct line_facts facts = amf_line_facts(core);
    line_decide(&facts, request, decision);
    amf_note_day(core, &facts);
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

/* Rules that only a suspension keeps from refusing. */
static uint32_t suspended_in(const struct line_decision *decision)
{
    uint32_t rules = 0;
    for (unsigned i = 0; i < decision->count; i++)
        if (decision->reasons[i].suspended)
            rules |= LINE_BIT(decision->reasons[i].rule);
    return rules;
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
    decide(gnb->core, enrolled, kind, &decision);
    gnb->rests_on = suspended_in(&decision);
    if (gnb->replaying) {
        gnb->rests_on |= gnb->core->suspensions_ended;
        return true; /* it was asked for when it came */
    }
    if (!line_allows(&decision))
        return refuse(gnb->core, &decision, refusal);
    tell(gnb, &decision, kind, words_of(&decision, buffer));
    return true;
}

/* What it was let in on only because a rule was suspended is asked as it was then; of all else, what a lease asks. */
static bool outlasts_suspensions(const struct gnb *gnb, const struct config_gnb *enrolled,
                                 struct line_decision *decision)
{
    if (!gnb->rests_on)
        return true;
    decide(gnb->core, enrolled, LINE_RAN_CONFIGURATION_UPDATE, decision);
    for (unsigned i = 0; i < decision->count; i++) {
        const struct line_reason *reason = &decision->reasons[i];
        if (gnb->rests_on & LINE_BIT(reason->rule) && reason->verdict > LINE_CONDITIONS) {
            decision->worst = reason;
            return decision->verdict <= LINE_CONDITIONS;
        }
    }
    return true;
}

bool admission_lasts(const struct gnb *gnb, struct gnb_refusal *refusal)
{
    struct line_decision decision;
    const struct config_gnb *enrolled =
        gnb->enrolled ? config_find_gnb_id(&gnb->core->config->inventory, gnb_id_of(gnb)) : NULL;
    decide(gnb->core, enrolled, LINE_LEASE, &decision);
    return (line_allows(&decision) && outlasts_suspensions(gnb, enrolled, &decision)) ||
           refuse(gnb->core, &decision, refusal);
}

void admission_trust_clock(struct core *core)
{
    core->last_decision = config_date_of(core_wall(core));
    store_meta_put(core->store, ADMISSION_DAY, core->last_decision.days);
}
