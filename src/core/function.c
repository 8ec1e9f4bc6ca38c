/* SPDX-License-Identifier: Apache-2.0 */
#include "core/function.h"

#include <stdio.h>

#include "core/amf/amf.h"
#include "line/event.h"

/* A gNB or a link of the same name is another thing. */
static const struct ledger_asset *asset_of(const struct core *core, const struct function *function)
{
    const struct ledger_asset *asset = ledger_find(core->ledger, function->name);
    return asset && asset->kind == CONFIG_FUNCTION ? asset : NULL;
}

static bool is_new(const struct line_decision *decision, struct function_told *told)
{
    const struct function_told before = *told;
    told->any = true;
    told->verdict = (uint8_t)decision->verdict;
    told->recorded = (uint8_t)decision->recorded;
    told->rule = decision->worst ? (uint8_t)decision->worst->rule : 0;
    told->why = decision->worst ? (uint8_t)decision->worst->why : 0;
    return !before.any || before.verdict != told->verdict || before.recorded != told->recorded ||
           before.rule != told->rule || before.why != told->why;
}

static enum evidence_kind kind_of(const struct line_decision *decision)
{
    if (!line_allows(decision))
        return EVIDENCE_REFUSAL;
    return decision->recorded != decision->verdict ? EVIDENCE_EXCEPTION : EVIDENCE_ADMISSION;
}

static const char *words_of(const struct line_decision *decision, char *buffer)
{
    return decision->worst ? line_reason_text(decision->worst, buffer) : "no rule is about it";
}

static void tell(const struct core *core, const struct function *function,
                 const struct line_decision *decision, struct function_told *told)
{
    char words[LINE_REASON_BYTES], reason[EVIDENCE_REASON_BYTES], more[64] = "";
    if (told->untold)
        snprintf(more, sizeof more, ", and %u times more since", told->untold);
    told->untold = 0;
    snprintf(reason, sizeof reason, "%s %s: %s%s: %s%s", function->what, function->name,
             line_verdict_text(decision->recorded),
             decision->recorded != decision->verdict ? ", recorded only" : "", words_of(decision, words),
             more);
    line_event(&(struct line_event){.kind = kind_of(decision),
                                    .time = core_wall(core),
                                    .gnb = "",
                                    .procedure = line_request_text(LINE_NF_REGISTRATION),
                                    .rule = decision->worst ? config_rule_text(decision->worst->rule) : "",
                                    .reason = reason});
}

/* A request that was refused, beside the decision itself. */
static bool is_told_again(const struct core *core, struct function_told *told)
{
    const int64_t now = core->timers->now;
    if (told->refused && now - told->refused < SECONDS(1)) {
        told->untold++;
        return false;
    }
    told->refused = now ? now : 1;
    return true;
}

bool function_admitted(struct core *core, const struct function *function, struct function_told *told,
                       bool asks)
{
    const struct line_request request = {.kind = LINE_NF_REGISTRATION, .asset = asset_of(core, function)};
    struct line_decision decision;
    if (!request.asset && function->ours)
        return true;
    const struct line_facts facts = amf_line_facts(core);
    line_decide(&facts, &request, &decision);
    amf_note_day(core, &facts);
    const bool allowed = line_allows(&decision), again = asks && !allowed && is_told_again(core, told);
    if (is_new(&decision, told) || again)
        tell(core, function, &decision, told);
    return allowed;
}
