/* SPDX-License-Identifier: Apache-2.0 */
#include "face/line_worst.h"

#include <inttypes.h>
#include <stdio.h>

/* That it is no matter, as the equipment is trusted, is said of a rule only if there is nothing else to say. */
static bool is_worse(const struct line_reason *reason, const struct line_reason *than)
{
    return reason->verdict > than->verdict ||
           (reason->verdict == than->verdict && than->why == LINE_TRUSTED && reason->why != LINE_TRUSTED);
}

static void ask(const struct line_facts *facts, const struct ledger_asset *asset,
                struct worst worst[CONFIG_RULES])
{
    const struct line_request request = {
        .kind = asset->kind == CONFIG_GNB ? LINE_NG_SETUP : LINE_NF_REGISTRATION, .asset = asset};
    struct line_decision decision;
    line_decide(facts, &request, &decision);
    for (unsigned i = 0; i < decision.count; i++) {
        struct worst *known = &worst[decision.reasons[i].rule];
        if (!known->said || is_worse(&decision.reasons[i], &known->reason))
            *known = (struct worst){true, decision.reasons[i]};
    }
}

void line_worst(const struct line_facts *facts, struct worst worst[CONFIG_RULES])
{
    for (enum config_rule rule = 0; rule < CONFIG_RULES; rule++)
        worst[rule] = (struct worst){0};
    for (uint32_t i = 0; i < ledger_size(facts->ledger); i++)
        if (ledger_at(facts->ledger, i)->counted)
            ask(facts, ledger_at(facts->ledger, i), worst);
}

const char *line_worst_words(const struct worst *worst, char words[WORST_WORDS])
{
    const struct line_reason *reason = &worst->reason;
    char said[LINE_REASON_BYTES];
    if (!worst->said)
        snprintf(words, WORST_WORDS, "there is nothing that it is about");
    else if (!reason->all || reason->verdict > LINE_CONDITIONS)
        snprintf(words, WORST_WORDS, "%s", line_reason_text(reason, said));
    else
        snprintf(words, WORST_WORDS, "%s: %" PRIu64 " of %" PRIu64 ", at most %" PRIu64 " %%",
                 line_reason_text(reason, said), reason->value, reason->all, reason->limit);
    return words;
}
