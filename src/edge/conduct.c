/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N5 of the line: what an association may spend, and what control hears of its misdeeds. */
#include "edge/association.h"

/* Between two reports on an association, so that a flood of faults is no flood at the wicket. */
#define REPORT_PERIOD MILLISECONDS(100)

void edge_set_budget(struct edge *edge, struct charter_budget budget)
{
    edge->settings.budget = budget;
}

bool edge_within_budget(const struct edge *edge, struct edge_association *association, size_t length)
{
    const struct charter_budget *budget = &edge->settings.budget;
    const int64_t now = edge->settings.timers->now;
    return budget_spend(&association->messages, now, 1, budget->messages) &&
           budget_spend(&association->bytes, now, length, budget->bytes);
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
