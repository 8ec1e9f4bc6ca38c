/* SPDX-License-Identifier: Apache-2.0 */
/* Networks behind a phone: TS 29.244 7.5.2.2-2, 8.2.109 to 8.2.111. They are the session's, whichever of its PDRs name them. */
#include "plane/plan.h"

static bool refuse(struct plan *plan, const struct planned_pdr *planned, const char *what)
{
    return plan_refuse_rule(plan, PFCP_RULE_PDR, planned->pdr.id, what);
}

static bool holds(const struct config_prefix *route, const struct config_ip *ip)
{
    return ip->family && config_prefix_holds(route, ip);
}

/* Why it may not be behind a phone of this plane; NULL: it may. */
static const char *taken(const struct plane *plane, const struct config_prefix *route)
{
    for (unsigned i = 0; i < plane->policy.infrastructure_count; i++)
        if (config_prefix_overlaps(route, &plane->policy.infrastructure[i]))
            return "a framed route with addresses of the infrastructure";
    if (holds(route, &plane->n3_v4) || holds(route, &plane->n3_v6))
        return "a framed route with the plane's own address";
    for (unsigned i = 0; i < plane->network_count; i++)
        if (config_prefix_overlaps(route, &plane->networks[i].pool_v4) ||
            config_prefix_overlaps(route, &plane->networks[i].pool_v6))
            return "a framed route with addresses of a pool";
    return NULL;
}

static bool add_route(struct plan *plan, struct planned_pdr *planned, const struct config_prefix *route)
{
    unsigned nth = 0;
    while (nth < plan->route_count &&
           (plan->routes[nth].length != route->length || !config_prefix_overlaps(&plan->routes[nth], route)))
        nth++;
    if (nth == plan->route_count) {
        const char *why = taken(plan->plane, route);
        if (why)
            return refuse(plan, planned, why);
        if (nth == sizeof plan->routes / sizeof *plan->routes)
            return refuse(plan, planned, "more framed routes than a session may have");
        plan->routes[plan->route_count++] = *route;
    }
    planned->pdr.routes |= UINT32_C(1) << nth;
    return true;
}

static bool read_routes(struct plan *plan, struct planned_pdr *planned, uint8_t family,
                        const struct bytes *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct config_prefix route;
        const char *wrong;
        if (!framed_route_read(texts[i], family, &route, &wrong))
            return refuse(plan, planned, wrong);
        if (!add_route(plan, planned, &route))
            return false;
    }
    return true;
}

bool plan_set_routes(struct plan *plan, struct planned_pdr *planned, const struct pfcp_pdi *pdi)
{
    enum { NO_ROUTING_PACKETS = 0 }; /* RFC 2865 5.10 */
    if (pdi->has_framed_routing && pdi->framed_routing != NO_ROUTING_PACKETS)
        return plan_refuse(plan, PFCP_SERVICE_NOT_SUPPORTED, "no routing protocol is spoken with phones");
    planned->pdr.routes = 0;
    return read_routes(plan, planned, AF_INET, pdi->framed_routes, pdi->framed_routes_count) &&
           read_routes(plan, planned, AF_INET6, pdi->framed_ipv6_routes, pdi->framed_ipv6_routes_count);
}

/* Of those that PDRs still have, the widest that has all of this one's addresses: itself, or one that makes it superfluous. */
static unsigned widest(const struct plan *plan, uint32_t used, unsigned nth)
{
    unsigned best = nth;
    for (unsigned i = 0; i < plan->route_count; i++)
        if ((used >> i & 1) && plan->routes[i].length < plan->routes[best].length &&
            config_prefix_overlaps(&plan->routes[i], &plan->routes[nth]))
            best = i;
    return best;
}

bool plan_gather_routes(struct plan *plan)
{
    struct config_prefix left[sizeof plan->routes / sizeof *plan->routes];
    uint32_t used = 0, becomes[sizeof plan->routes / sizeof *plan->routes] = {0};
    unsigned count = 0;
    for (unsigned i = 0; i < plan->pdr_count; i++)
        used |= plan->pdrs[i].pdr.routes;
    for (unsigned i = 0; i < plan->route_count; i++)
        if ((used >> i & 1) && widest(plan, used, i) == i) {
            becomes[i] = UINT32_C(1) << count;
            left[count++] = plan->routes[i];
        }
    if (count > FRAMED_ROUTES_MOST)
        return plan_refuse_rule(plan, PFCP_RULE_PDR, plan->pdrs[0].pdr.id,
                                "more framed routes than a session may have");
    for (unsigned i = 0; i < plan->pdr_count; i++) {
        const uint32_t had = plan->pdrs[i].pdr.routes;
        plan->pdrs[i].pdr.routes = 0;
        for (unsigned k = 0; k < plan->route_count; k++)
            if (had >> k & 1)
                plan->pdrs[i].pdr.routes |= becomes[widest(plan, used, k)];
    }
    memcpy(plan->routes, left, count * sizeof *left);
    plan->route_count = count;
    return true;
}
