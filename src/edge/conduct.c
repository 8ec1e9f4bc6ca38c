/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N5 of the line: what an association may spend, and what control hears of its misdeeds. */
#include "edge/association.h"

/* Between two reports on an association, so that a flood of faults is no flood at the wicket. */
#define REPORT_PERIOD MILLISECONDS(100)

void edge_set_budget(struct edge *edge, struct charter_budget budget)
{
    edge->settings.budget = budget;
}

/* An Initial UE Message, by the two octets that every NGAP message begins with (TS 38.413 9.4). */
static bool brings_a_phone(struct bytes message)
{
    enum { INITIATING_MESSAGE = 0, ID_INITIAL_UE_MESSAGE = 15 };
    return message.len > 1 && message.data[0] == INITIATING_MESSAGE &&
           message.data[1] == ID_INITIAL_UE_MESSAGE;
}

bool edge_within_budget(const struct edge *edge, struct edge_association *association, struct bytes message)
{
    const struct charter_budget *budget = &edge->settings.budget;
    const int64_t now = edge->settings.timers->now;
    return budget_spend(&association->messages, now, 1, budget->messages) &&
           budget_spend(&association->bytes, now, message.len, budget->bytes) &&
           (!brings_a_phone(message) || budget_spend(&association->arrivals, now, 1, budget->arrivals));
}

void edge_note_misdeed(struct edge *edge, struct edge_association *association, enum wicket_misdeed misdeed)
{
    const int64_t now = edge->settings.timers->now;
    struct wicket_message report = {.kind = WICKET_CONDUCT, .association = association->seen.association};
    if (association->misdeeds[misdeed] < UINT32_MAX)
        association->misdeeds[misdeed]++;
    if (!edge->control || association->setup != SETUP_DONE || now - association->told < REPORT_PERIOD)
        return;
    memcpy(report.misdeeds, association->misdeeds, sizeof report.misdeeds);
    if (!edge_tell_control(edge, &report))
        return;
    memset(association->misdeeds, 0, sizeof association->misdeeds);
    association->told = now;
}
