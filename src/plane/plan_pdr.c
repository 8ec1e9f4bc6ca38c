/* SPDX-License-Identifier: Apache-2.0 */
/* Packet detection rules: TS 29.244 7.5.2.2, 7.5.4.2. */
#include <string.h>

#include "plane/fast/rules.h"
#include "plane/plan.h"

static bool refuse(struct plan *plan, const struct planned_pdr *planned, const char *what)
{
    return plan_refuse_rule(plan, PFCP_RULE_PDR, planned->pdr.id, what);
}

static struct planned_pdr *find_pdr(struct plan *plan, uint16_t id)
{
    for (unsigned i = 0; i < plan->pdr_count; i++)
        if (plan->pdrs[i].pdr.id == id)
            return &plan->pdrs[i];
    return NULL;
}

/* A TEID that nobody has, nor had a moment ago: random, so that it cannot be guessed from another. With a place in the fast path, unless sessions of many
 * tunnels leave hardly any. */
static uint32_t new_teid(struct plan *plan)
{
    enum { TRIES = 256 };
    for (unsigned tries = 0;; tries++) {
        uint32_t teid = (uint32_t)plan->random(plan->random_context);
        bool taken = teid == 0 || table_get(&plan->plane->teids, teid) ||
                     (tries < TRIES && !fast_has_place(plan->plane, teid)) ||
                     resting_has(&plan->plane->resting, teid, plan->now);
        for (unsigned i = 0; i < plan->pdr_count && !taken; i++)
            taken = plan->pdrs[i].pdr.teid == teid;
        if (!taken)
            return teid;
    }
}

/* TS 29.244 5.5.3: PDRs of one session with the same CHOOSE ID get the same F-TEID. */
static bool choose_teid(struct plan *plan, struct planned_pdr *planned, const struct pfcp_f_teid *ie)
{
    struct pdr *pdr = &planned->pdr;
    pdr->teid_v4 = ie->ip.has_v4 && plan->plane->n3_v4.family;
    pdr->teid_v6 = ie->ip.has_v6 && plan->plane->n3_v6.family;
    if (!pdr->teid_v4 && !pdr->teid_v6)
        return plan_refuse(plan, PFCP_INVALID_F_TEID_ALLOCATION, "no N3 address of the family asked for");
    pdr->has_choose_id = ie->has_choose_id;
    pdr->choose_id = ie->choose_id;
    planned->allocated = true;
    for (unsigned i = 0; ie->has_choose_id && i < plan->pdr_count; i++) {
        const struct pdr *other = &plan->pdrs[i].pdr;
        if (other != pdr && other->has_choose_id && other->choose_id == ie->choose_id && other->teid) {
            pdr->teid = other->teid;
            return true;
        }
    }
    pdr->teid = new_teid(plan);
    return true;
}

/* An F-TEID that the SMF gives: its own allocation, or one restored after a restart (RESTI, TS 29.244 5.22.3). */
static bool take_teid(struct plan *plan, struct planned_pdr *planned, const struct pfcp_f_teid *ie)
{
    const struct plane *plane = plan->plane;
    struct pdr *pdr = &planned->pdr;
    bool v4 = ie->ip.has_v4 && plane->n3_v4.family && memcmp(ie->ip.v4, plane->n3_v4.address, 4) == 0;
    bool v6 = ie->ip.has_v6 && plane->n3_v6.family && memcmp(ie->ip.v6, plane->n3_v6.address, 16) == 0;
    if (ie->teid == 0 || v4 != ie->ip.has_v4 || v6 != ie->ip.has_v6 || (!v4 && !v6))
        return plan_refuse(plan, PFCP_INVALID_F_TEID_ALLOCATION, "F-TEID is not at an address of ours");
    pdr->teid = ie->teid;
    pdr->teid_v4 = v4;
    pdr->teid_v6 = v6;
    pdr->has_choose_id = false;
    return true;
}

static bool set_v4(struct plan *plan, const struct planned_pdr *planned, const uint8_t address[4])
{
    if (plan->has_v4 && memcmp(plan->v4, address, 4) != 0)
        return refuse(plan, planned, "a second IPv4 address in one session");
    plan->has_v4 = true;
    memcpy(plan->v4, address, 4);
    return true;
}

static bool set_v6(struct plan *plan, const struct planned_pdr *planned, const struct pfcp_ue_ip *ie)
{
    if (ie->prefix_length != 0 && ie->prefix_length != 64)
        return refuse(plan, planned, "an IPv6 prefix that is not of 64 bits");
    if (plan->has_v6 && memcmp(plan->v6, ie->ip.v6, 8) != 0)
        return refuse(plan, planned, "a second IPv6 prefix in one session");
    plan->has_v6 = true;
    memcpy(plan->v6, ie->ip.v6, 8);
    return true;
}

static bool set_ue_ips(struct plan *plan, const struct planned_pdr *planned, const struct pfcp_pdi *pdi)
{
    if (plan->ethernet && pdi->ue_ips_count)
        return plan_refuse_ie(plan, PFCP_MANDATORY_IE_INCORRECT, PFCP_IE_UE_IP_ADDRESS,
                              "an Ethernet session has no UE address");
    for (size_t i = 0; i < pdi->ue_ips_count; i++) {
        const struct pfcp_ue_ip *ie = &pdi->ue_ips[i];
        if (ie->choose_v4 || ie->choose_v6)
            return plan_refuse(plan, PFCP_SERVICE_NOT_SUPPORTED, "UE addresses are given by the SMF");
        if (ie->ip.has_v4 && !set_v4(plan, planned, ie->ip.v4))
            return false;
        if (ie->ip.has_v6 && !set_v6(plan, planned, ie))
            return false;
    }
    return true;
}

static bool set_network(struct plan *plan, const struct pfcp_pdi *pdi)
{
    if (!pdi->has_network_instance || pdi->source_interface == PFCP_ACCESS)
        return true;
    struct network *network = plane_network(plan->plane, pdi->network_instance);
    if (network)
        plan->network = network;
    return network || plan_refuse_ie(plan, PFCP_MANDATORY_IE_INCORRECT, PFCP_IE_NETWORK_INSTANCE,
                                     "network instance is not configured here");
}

static bool set_pdi(struct plan *plan, struct planned_pdr *planned, const struct pfcp_pdi *pdi)
{
    struct pdr *pdr = &planned->pdr;
    if (pdi->has_application_id ||
        ((pdi->has_ethernet_session || pdi->ethernet_filters_count) && !plan->ethernet) ||
        ((pdi->sdf_filters_count || pdi->framed_routes_count) && plan->ethernet))
        return plan_refuse(plan, PFCP_SERVICE_NOT_SUPPORTED, "PDI asks for what this plane does not detect");
    if (pdi->source_interface > PFCP_N6_LAN)
        return plan_refuse(plan, PFCP_SERVICE_NOT_SUPPORTED, "source interface is not served");
    if (plan->ethernet && pdi->has_f_teid && pdi->source_interface != PFCP_ACCESS)
        return plan_refuse(plan, PFCP_SERVICE_NOT_SUPPORTED, "Ethernet sessions have their anchor here");
    pdr->source = pdi->source_interface == PFCP_N6_LAN ? PFCP_CORE : pdi->source_interface;
    pdr->qfis = 0;
    for (size_t i = 0; i < pdi->qfis_count; i++)
        pdr->qfis |= UINT64_C(1) << (pdi->qfis[i] & 63);
    if (pdr->source == PFCP_ACCESS && !pdi->has_f_teid && !pdr->teid)
        return refuse(plan, planned, "an uplink PDR needs a local F-TEID");
    if (pdi->has_f_teid && !(pdi->f_teid.choose ? choose_teid : take_teid)(plan, planned, &pdi->f_teid))
        return false;
    return set_network(plan, pdi) && set_ue_ips(plan, planned, pdi) && plan_set_routes(plan, planned, pdi) &&
           plan_set_filters(plan, planned, pdi);
}

static void set_references(struct planned_pdr *planned, const uint32_t *qers, size_t qer_count,
                           const uint32_t *urrs, size_t urr_count)
{
    if (qer_count) {
        planned->qer_ids = qers;
        planned->qer_count = qer_count;
    }
    if (urr_count) {
        planned->urr_ids = urrs;
        planned->urr_count = urr_count;
    }
    planned->fresh |= qer_count || urr_count;
}

bool plan_create_pdr(struct plan *plan, const struct pfcp_create_pdr *ie)
{
    if (find_pdr(plan, ie->pdr_id))
        return plan_refuse_rule(plan, PFCP_RULE_PDR, ie->pdr_id, "PDR exists already");
    if (plan->pdr_count == RULES_MOST)
        return plan_refuse_rule(plan, PFCP_RULE_PDR, ie->pdr_id, "more PDRs than a session may have");
    if (ie->predefined_rules_count)
        return plan_refuse(plan, PFCP_SERVICE_NOT_SUPPORTED, "predefined rules are not configured here");
    struct planned_pdr *planned = &plan->pdrs[plan->pdr_count];
    *planned = (struct planned_pdr){
        .pdr = {.id = ie->pdr_id, .precedence = ie->precedence, .has_removal = ie->has_outer_header_removal},
        .has_far = ie->has_far_id,
        .far_id = ie->far_id,
        .fresh = true,
    };
    set_references(planned, ie->qer_ids, ie->qer_ids_count, ie->urr_ids, ie->urr_ids_count);
    if (!set_pdi(plan, planned, &ie->pdi))
        return false;
    plan->pdr_count++;
    return true;
}

bool plan_update_pdr(struct plan *plan, const struct pfcp_update_pdr *ie)
{
    struct planned_pdr *planned = find_pdr(plan, ie->pdr_id);
    if (!planned)
        return plan_refuse_rule(plan, PFCP_RULE_PDR, ie->pdr_id, "PDR to update does not exist");
    if (ie->predefined_rules_count)
        return plan_refuse(plan, PFCP_SERVICE_NOT_SUPPORTED, "predefined rules are not configured here");
    if (ie->has_precedence)
        planned->pdr.precedence = ie->precedence;
    if (ie->has_far_id) {
        planned->has_far = true;
        planned->far_id = ie->far_id;
    }
    set_references(planned, ie->qer_ids, ie->qer_ids_count, ie->urr_ids, ie->urr_ids_count);
    return !ie->has_pdi || set_pdi(plan, planned, &ie->pdi);
}
