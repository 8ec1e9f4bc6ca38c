/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of the scenario language: connected phones change gNBs. */
#include "ran/scenario_cast.h"

static bool was_handed_over(const struct actor *actor, uint8_t argument)
{
    (void)argument;
    return actor->handed_over;
}

/* Hands each phone over as `begin` does it. */
static bool hand_over(struct scenario *scenario, const struct scenario_line *line,
                      bool (*begin)(struct ran_gnb_connection *source, struct ran_gnb *target))
{
    struct wish wish = {.granted = was_handed_over};
    struct station *to = scenario_station(scenario, line->words[3]);
    if (!scenario_phones(scenario, line->words[1], &wish.range))
        return false;
    if (!to)
        return scenario_fail(scenario, "there is no gNB %s", line->words[3]);
    for (unsigned i = wish.range.first; i <= wish.range.last; i++) {
        struct actor *actor = scenario_actor(scenario, i);
        actor->handed_over = false;
        if (!actor->phone.connection || !begin(actor->phone.connection, &to->gnb))
            return scenario_fail(scenario, "phone %u has no user plane, or gNB %s does not take it", i,
                                 line->words[3]);
    }
    return scenario_expect(scenario, &wish, "handed over");
}

bool scenario_xn_handover(struct scenario *scenario, const struct scenario_line *line)
{
    return hand_over(scenario, line, ran_gnb_xn_handover);
}
