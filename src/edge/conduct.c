/* SPDX-License-Identifier: Apache-2.0 */
/* Rule N5 of the line: what an association may spend, and what control hears of its misdeeds. */
#include "edge/association.h"

/* Between two reports on an association, so that a flood of faults is no flood at the wicket. */
#define REPORT_PERIOD MILLISECONDS(100)
#define HOLD_OFF      MILLISECONDS(20)

/* In messages: a phone too many is one that its gNB has been asked to hold back. */
enum { PRICE_OF_A_PHONE_TOO_MANY = 10 };

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

static bool may_speak(const struct charter_budget *budget, struct edge_association *association, int64_t now,
                      struct bytes message)
{
    return budget_spend(&association->messages, now, 1, budget->messages) &&
           budget_spend(&association->bytes, now, message.len, budget->bytes);
}

/* A flood costs least where it is not heard at all; who keeps to SCTP slows down, and what it said comes again. */
static void hold_off(const struct edge *edge, struct edge_association *association, int64_t now)
{
    const struct edge_ports *ports = &edge->settings.ports;
    if (!ports->hold_off || association->held_until > now)
        return;
    association->held_until = now + HOLD_OFF;
    ports->hold_off(ports->context, association->link, HOLD_OFF);
}

static bool may_bring_a_phone(const struct charter_budget *budget, struct edge_association *association,
                              int64_t now)
{
    if (budget_spend(&association->arrivals, now, 1, budget->arrivals))
        return true;
    if (budget->messages)
        budget_owe(&association->messages, now, PRICE_OF_A_PHONE_TOO_MANY - 1, budget->messages);
    return false;
}

bool edge_within_budget(const struct edge *edge, struct edge_association *association, struct bytes message)
{
    const struct charter_budget *budget = &edge->settings.budget;
    const int64_t now = edge->settings.timers->now;
    if (may_speak(budget, association, now, message))
        return !brings_a_phone(message) || may_bring_a_phone(budget, association, now);
    hold_off(edge, association, now);
    return false;
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
