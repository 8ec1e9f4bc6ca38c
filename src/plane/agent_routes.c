/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks behind phones (framed routes) among those of all sessions: no address is behind two phones, or one phone's own and behind another.
 */
#include <string.h>

#include "plane/agent_state.h"
#include "plane/fast/framed.h"

static bool refuse(struct plan *plan, const struct ruleset *rules, const char *what)
{
    return plan_refuse_rule(plan, PFCP_RULE_PDR, rules->pdrs[0].id, what);
}

/* The phone's address as a prefix; family 0: it has none. */
static struct config_prefix address_of(const struct ruleset *rules, bool v4)
{
    struct config_prefix own = {.length = v4 ? 32 : 64};
    if (v4 ? rules->has_v4 : rules->has_v6)
        own.family = v4 ? AF_INET : AF_INET6;
    memcpy(own.address, v4 ? rules->v4 : rules->v6, v4 ? sizeof rules->v4 : sizeof rules->v6);
    return own;
}

/* Who asks for addresses, and which holders of them it asks about: those that would give way to it, or those that would not. */
struct question {
    const struct smf *smf;
    const struct session *own; /* that asks; NULL: it is new */
    bool giving_way;
};

static bool counts(const void *context, const struct session *holder)
{
    const struct question *question = context;
    return holder != question->own && session_may_give_way(question->smf, holder) == question->giving_way;
}

/* No route is in a pool (plan_routes.c), so only addresses that are in none are looked at. A session of that network has one in the route. */
static struct session *outside(const struct table *table, const struct config_prefix *route, bool v4,
                               const struct question *question)
{
    size_t cursor = 0;
    uint64_t key;
    void *holder;
    while (table_next(table, &cursor, &key, &holder)) {
        const struct session *session = holder;
        const struct config_prefix address = address_of(session->rules, v4);
        if (config_prefix_overlaps(route, &address) && counts(question, session))
            return holder;
    }
    return NULL;
}

static struct session *holder_of(const struct config_prefix *route, const struct question *question)
{
    const struct plane *plane = question->smf->agent->settings.plane;
    struct session *holder = routes_overlapping(&plane->routes, route, counts, question);
    const bool v4 = route->family == AF_INET;
    for (unsigned i = 0; i < plane->network_count && !holder; i++)
        holder = outside(v4 ? &plane->networks[i].outside_v4 : &plane->networks[i].outside_v6, route, v4,
                         question);
    return holder;
}

/* Behind whose phone the session's own address is. */
static struct session *holder_of_address(const struct ruleset *rules, bool v4,
                                         const struct question *question)
{
    const struct plane *plane = question->smf->agent->settings.plane;
    const struct config_prefix address = address_of(rules, v4);
    return address.family ? routes_overlapping(&plane->routes, &address, counts, question) : NULL;
}

/* That the phone has it is no hindrance to another address of its own, but to a route. */
static bool admit_address(struct plan *plan, const struct ruleset *rules, bool v4,
                          const struct question *question)
{
    const struct config_prefix address = address_of(rules, v4);
    for (unsigned i = 0; i < rules->route_count; i++)
        if (address.family && config_prefix_overlaps(&rules->routes[i], &address))
            return refuse(plan, rules, "a framed route with the phone's own address");
    return !holder_of_address(rules, v4, question) ||
           refuse(plan, rules, "UE address is behind another phone");
}

static bool refuse_route(struct plan *plan, const struct ruleset *rules, unsigned nth)
{
    unsigned i = 0;
    while (i + 1u < rules->pdr_count && !(rules->pdrs[i].routes >> nth & 1))
        i++;
    return plan_refuse_rule(plan, PFCP_RULE_PDR, rules->pdrs[i].id,
                            "a framed route with addresses of another session");
}

bool agent_routes_admit(struct smf *smf, struct plan *plan, const struct ruleset *rules,
                        const struct session *own)
{
    const struct question staying = {.smf = smf, .own = own};
    if (!admit_address(plan, rules, true, &staying) || !admit_address(plan, rules, false, &staying))
        return false;
    for (unsigned i = 0; i < rules->route_count; i++)
        if (holder_of(&rules->routes[i], &staying))
            return refuse_route(plan, rules, i);
    return fast_has_room_for_routes(smf->agent->settings.plane, rules, own ? own->rules : NULL) ||
           plan_refuse(plan, PFCP_NO_RESOURCES_AVAILABLE, "as many framed routes as there is room for");
}

void agent_routes_clear(struct smf *smf, const struct ruleset *rules, const struct session *own)
{
    const struct question leaving = {.smf = smf, .own = own, .giving_way = true};
    struct session *holder;
    while ((holder = holder_of_address(rules, true, &leaving)) ||
           (holder = holder_of_address(rules, false, &leaving)))
        session_remove(smf->agent, holder);
    for (unsigned i = 0; i < rules->route_count; i++)
        while ((holder = holder_of(&rules->routes[i], &leaving)))
            session_remove(smf->agent, holder);
}

static bool is_outside(const struct config_prefix *pool, const struct ruleset *rules, bool v4)
{
    const struct config_prefix address = address_of(rules, v4);
    return address.family && !config_prefix_overlaps(pool, &address);
}

static bool put_outside(struct network *network, struct session *session, const struct ruleset *rules)
{
    return (!is_outside(&network->pool_v4, rules, true) ||
            table_put(&network->outside_v4, ruleset_v4_key(rules), session)) &&
           (!is_outside(&network->pool_v6, rules, false) ||
            table_put(&network->outside_v6, ruleset_v6_key(rules), session));
}

bool agent_routes_put(struct agent *agent, struct session *session, const struct ruleset *rules)
{
    struct plane *plane = agent->settings.plane;
    if (!put_outside(session->network, session, rules))
        return false;
    for (unsigned i = 0; i < rules->route_count; i++)
        if (!routes_put(&plane->routes, &rules->routes[i], session))
            return false;
    return true;
}

static void lead(const struct agent *agent, const struct network *network, const struct config_prefix *route,
                 bool there)
{
    if (agent->settings.lead)
        agent->settings.lead(agent->settings.context, network, route, there);
}

void agent_routes_lead(const struct agent *agent, const struct session *session, const struct ruleset *had)
{
    const struct ruleset *rules = session->rules;
    for (unsigned i = 0; i < rules->route_count; i++)
        if (!(had && ruleset_has_route(had, &rules->routes[i])))
            lead(agent, session->network, &rules->routes[i], true);
}

void agent_routes_remove(struct agent *agent, struct session *session, const struct ruleset *rules,
                         const struct ruleset *kept)
{
    struct plane *plane = agent->settings.plane;
    struct network *network = session->network;
    if (!kept || ruleset_v4_key(kept) != ruleset_v4_key(rules))
        table_remove_value(&network->outside_v4, ruleset_v4_key(rules), session);
    if (!kept || ruleset_v6_key(kept) != ruleset_v6_key(rules))
        table_remove_value(&network->outside_v6, ruleset_v6_key(rules), session);
    for (unsigned i = 0; i < rules->route_count; i++)
        if (!(kept && ruleset_has_route(kept, &rules->routes[i])) &&
            routes_remove(&plane->routes, &rules->routes[i], session))
            lead(agent, network, &rules->routes[i], false);
}
