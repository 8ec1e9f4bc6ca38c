/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of the scenario language: connected phones change gNBs. */
#include <stdlib.h>
#include <string.h>

#include "ran/scenario_cast.h"

/* Or the network has dropped it meanwhile. */
static bool was_decided(const struct actor *actor, uint8_t argument)
{
    (void)argument;
    return actor->handed_over || actor->released;
}

static bool all_handed_over(struct scenario *scenario, const struct wish *wish)
{
    if (!scenario_expect(scenario, wish, "handed over"))
        return false;
    for (unsigned i = wish->range.first; i <= wish->range.last; i++)
        if (!scenario_actor(scenario, i)->handed_over)
            return scenario_fail(scenario, "phone %u is not handed over: it was released", i);
    return true;
}

/* "PHONES to GNB": NULL, and said why, if they are not there. */
static struct station *read_move(struct scenario *scenario, const struct scenario_line *line,
                                 struct wish *wish)
{
    struct station *to = scenario_station(scenario, line->words[3]);
    if (!scenario_phones(scenario, line->words[1], &wish->range))
        return NULL;
    if (!to)
        scenario_fail(scenario, "there is no gNB %s", line->words[3]);
    return to;
}

/* Hands each phone over as `begin` does it. */
static bool hand_over(struct scenario *scenario, const struct scenario_line *line,
                      bool (*begin)(struct ran_gnb_connection *source, struct ran_gnb *target))
{
    struct wish wish = {.granted = was_decided};
    struct station *to = read_move(scenario, line, &wish);
    if (!to)
        return false;
    for (unsigned i = wish.range.first; i <= wish.range.last; i++) {
        struct actor *actor = scenario_actor(scenario, i);
        actor->handed_over = actor->released = false;
        if (!actor->phone.connection || !begin(actor->phone.connection, &to->gnb))
            return scenario_fail(scenario, "phone %u has no user plane, or gNB %s does not take it", i,
                                 line->words[3]);
    }
    return all_handed_over(scenario, &wish);
}

bool scenario_xn_handover(struct scenario *scenario, const struct scenario_line *line)
{
    return hand_over(scenario, line, ran_gnb_xn_handover);
}

static bool over_n2_directly(struct ran_gnb_connection *source, struct ran_gnb *target)
{
    return ran_gnb_n2_handover(source, target, true);
}

static bool over_n2(struct ran_gnb_connection *source, struct ran_gnb *target)
{
    return ran_gnb_n2_handover(source, target, false);
}

bool scenario_n2_handover(struct scenario *scenario, const struct scenario_line *line)
{
    bool direct = line->count > 4 && strcmp(line->words[4], "direct") == 0;
    return hand_over(scenario, line, direct ? over_n2_directly : over_n2);
}

static bool stays(const struct actor *actor, uint8_t argument)
{
    (void)argument;
    return actor->phone.connection && !actor->phone.connection->preparing;
}

bool scenario_cancel_handover(struct scenario *scenario, const struct scenario_line *line)
{
    const struct ngap_cause cause = {.which = NGAP_CAUSE_RADIO_NETWORK,
                                     .radio_network = NGAP_CAUSE_RADIO_NETWORK_HANDOVER_CANCELLED};
    struct wish wish = {.granted = stays};
    struct station *to = read_move(scenario, line, &wish);
    if (!to)
        return false;
    for (unsigned i = wish.range.first; i <= wish.range.last; i++) {
        struct ran_gnb_connection *source = scenario_actor(scenario, i)->phone.connection;
        if (!source || !ran_gnb_n2_handover(source, &to->gnb, false))
            return scenario_fail(scenario, "phone %u has no user plane", i);
        ran_gnb_cancel_handover(source, cause);
        scenario_actor(scenario, i)->failed = false;
    }
    return scenario_expect(scenario, &wish, "still where it was");
}

bool scenario_limit(struct scenario *scenario, const struct scenario_line *line)
{
    struct station *station = scenario_station(scenario, line->words[1]);
    if (!station)
        return scenario_fail(scenario, "there is no gNB %s", line->words[1]);
    station->gnb.admits = (unsigned)strtoul(line->words[2], NULL, 10);
    return true;
}
