/* SPDX-License-Identifier: Apache-2.0 */
/* The step of the scenario language that asks for QoS flows. */
#include <stdlib.h>

#include "ran/scenario_cast.h"

static bool has_flow(const struct actor *actor, uint8_t id)
{
    for (unsigned i = 0; i < PHONE_SESSIONS; i++)
        if (actor->phone.sessions[i].id == id)
            return actor->phone.sessions[i].flow != 0;
    return false;
}

bool scenario_flow(struct scenario *scenario, const struct scenario_line *line)
{
    struct wish wish = {.granted = has_flow, .argument = (uint8_t)strtoul(line->words[2], NULL, 10)};
    uint8_t fiveqi = (uint8_t)strtoul(line->words[3], NULL, 10);
    uint64_t rate = line->count > 4 ? 1000 * strtoull(line->words[4], NULL, 10) : 0;
    if (!scenario_phones(scenario, line->words[1], &wish.range))
        return false;
    for (unsigned i = wish.range.first; i <= wish.range.last; i++) {
        struct phone_session *session = phone_session(&scenario_actor(scenario, i)->phone, wish.argument);
        if (!session)
            return scenario_fail(scenario, "phone %u has no session %u", i, wish.argument);
        if (rate)
            phone_ask_gbr_flow(session, fiveqi, rate);
        else
            phone_ask_flow(session, fiveqi);
    }
    return scenario_expect(scenario, &wish, "given its QoS flow");
}
