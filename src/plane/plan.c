/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/plan.h"

#include <stdlib.h>
#include <string.h>

#include "plane/shared_rate.h"

bool plan_refuse(struct plan *plan, uint8_t cause, const char *what)
{
    plan->refusal = (struct refusal){.cause = cause, .what = what};
    return false;
}

bool plan_refuse_ie(struct plan *plan, uint8_t cause, uint16_t ie, const char *what)
{
    plan->refusal = (struct refusal){.cause = cause, .what = what, .offending_ie = ie};
    return false;
}

bool plan_refuse_rule(struct plan *plan, enum pfcp_rule_kind kind, uint32_t id, const char *what)
{
    plan->refusal = (struct refusal){PFCP_RULE_FAILURE, true, {(uint8_t)kind, id}, what, 0};
    return false;
}

/* The ids behind a mask; `id` is the first rule's, the others follow at a distance of `size`. */
static const uint32_t *ids_of(struct plan *plan, uint32_t mask, size_t *count, const uint32_t *id,
                              size_t size)
{
    uint32_t *ids = arena_array(plan->arena, RULES_MOST, sizeof *ids);
    *count = 0;
    for (unsigned i = 0; ids && i < RULES_MOST; i++)
        if (mask >> i & 1)
            memcpy(&ids[(*count)++], (const char *)id + i * size, sizeof *ids);
    return ids;
}

static bool load_pdr(struct plan *plan, const struct ruleset *old, unsigned i)
{
    struct planned_pdr *planned = &plan->pdrs[i];
    const struct pdr *pdr = &old->pdrs[i];
    *planned = (struct planned_pdr){
        .pdr = *pdr,
        .has_far = pdr->far != RULES_NONE,
        .far_id = pdr->far != RULES_NONE ? old->fars[pdr->far].id : 0,
        .filters = old->filters + pdr->first_filter,
    };
    planned->qer_ids = ids_of(plan, pdr->qers, &planned->qer_count, &old->qers->id, sizeof *old->qers);
    planned->urr_ids = ids_of(plan, pdr->urrs, &planned->urr_count, &old->urrs->id, sizeof *old->urrs);
    return planned->qer_ids && planned->urr_ids;
}

static bool load(struct plan *plan, const struct ruleset *old)
{
    plan->pdr_count = old->pdr_count;
    plan->far_count = old->far_count;
    plan->qer_count = old->qer_count;
    plan->urr_count = old->urr_count;
    plan->bar_count = old->bar_count;
    plan->has_v4 = old->has_v4;
    plan->has_v6 = old->has_v6;
    memcpy(plan->v4, old->v4, sizeof plan->v4);
    memcpy(plan->v6, old->v6, sizeof plan->v6);
    plan->route_count = old->route_count;
    memcpy(plan->routes, old->routes, old->route_count * sizeof *plan->routes);
    memcpy(plan->fars, old->fars, old->far_count * sizeof *plan->fars);
    memcpy(plan->qers, old->qers, old->qer_count * sizeof *plan->qers);
    for (unsigned i = 0; i < old->qer_count; i++) {
        plan->qers[i].shared = NULL;
        plan->qers[i].place = 0;
        plan->qers[i].elsewhere[UPLINK] = plan->qers[i].elsewhere[DOWNLINK] = NULL;
    }
    memcpy(plan->urrs, old->urrs, old->urr_count * sizeof *plan->urrs);
    memcpy(plan->bars, old->bars, old->bar_count * sizeof *plan->bars);
    for (unsigned i = 0; i < old->far_count; i++) {
        plan->far_bars[i] = old->fars[i].bar != RULES_NONE ? old->bars[old->fars[i].bar].id : UINT32_MAX;
        plan->far_duplicating[i] = old->duplicating + old->fars[i].first_duplicating;
    }
    for (unsigned i = 0; i < old->pdr_count; i++)
        if (!load_pdr(plan, old, i))
            return false;
    return true;
}

bool plan_begin(struct plan *plan, struct arena *arena, struct plane *plane, const struct ruleset *old)
{
    *plan = (struct plan){.arena = arena, .plane = plane};
    plan->pdrs = arena_array(arena, RULES_MOST, sizeof *plan->pdrs);
    plan->fars = arena_array(arena, RULES_MOST, sizeof *plan->fars);
    plan->far_bars = arena_array(arena, RULES_MOST, sizeof *plan->far_bars);
    plan->far_duplicating = arena_array(arena, RULES_MOST, sizeof *plan->far_duplicating);
    plan->qers = arena_array(arena, RULES_MOST, sizeof *plan->qers);
    plan->urrs = arena_array(arena, RULES_MOST, sizeof *plan->urrs);
    plan->bars = arena_array(arena, RULES_MOST, sizeof *plan->bars);
    plan->end_markers = arena_array(arena, RULES_MOST, sizeof *plan->end_markers);
    bool all = plan->pdrs && plan->fars && plan->far_bars && plan->far_duplicating && plan->qers &&
               plan->urrs && plan->bars && plan->end_markers;
    if (!all || (old && !load(plan, old)))
        return plan_refuse(plan, PFCP_NO_RESOURCES_AVAILABLE, "out of memory");
    return true;
}

#define EACH(list, apply)                              \
    for (size_t i = 0; i < request->list##_count; i++) \
        if (!apply(plan, &request->list[i]))           \
            return false;

bool plan_establishment(struct plan *plan, const struct pfcp_session_establishment_request *request)
{
    EACH(create_fars, plan_create_far)
    EACH(create_qers, plan_create_qer)
    EACH(create_urrs, plan_create_urr)
    if (request->has_create_bar && !plan_create_bar(plan, &request->create_bar))
        return false;
    EACH(create_pdrs, plan_create_pdr)
    return true;
}

static bool remove_pdr(struct plan *plan, const struct pfcp_remove_pdr *ie)
{
    for (unsigned i = 0; i < plan->pdr_count; i++)
        if (plan->pdrs[i].pdr.id == ie->pdr_id) {
            memmove(&plan->pdrs[i], &plan->pdrs[i + 1], (--plan->pdr_count - i) * sizeof *plan->pdrs);
            return true;
        }
    return plan_refuse_rule(plan, PFCP_RULE_PDR, ie->pdr_id, "PDR to remove does not exist");
}

static bool remove_far(struct plan *plan, const struct pfcp_remove_rule *ie)
{
    for (unsigned i = 0; i < plan->far_count; i++)
        if (plan->fars[i].id == ie->id) {
            plan->far_count--;
            memmove(&plan->fars[i], &plan->fars[i + 1], (plan->far_count - i) * sizeof *plan->fars);
            memmove(&plan->far_bars[i], &plan->far_bars[i + 1],
                    (plan->far_count - i) * sizeof *plan->far_bars);
            memmove(&plan->far_duplicating[i], &plan->far_duplicating[i + 1],
                    (plan->far_count - i) * sizeof *plan->far_duplicating);
            return true;
        }
    return plan_refuse_rule(plan, PFCP_RULE_FAR, ie->id, "FAR to remove does not exist");
}

static bool remove_urr(struct plan *plan, const struct pfcp_remove_rule *ie)
{
    for (unsigned i = 0; i < plan->urr_count; i++)
        if (plan->urrs[i].id == ie->id) {
            memmove(&plan->urrs[i], &plan->urrs[i + 1], (--plan->urr_count - i) * sizeof *plan->urrs);
            return true;
        }
    return plan_refuse_rule(plan, PFCP_RULE_URR, ie->id, "URR to remove does not exist");
}

static bool remove_qer(struct plan *plan, const struct pfcp_remove_rule *ie)
{
    for (unsigned i = 0; i < plan->qer_count; i++)
        if (plan->qers[i].id == ie->id) {
            memmove(&plan->qers[i], &plan->qers[i + 1], (--plan->qer_count - i) * sizeof *plan->qers);
            return true;
        }
    return plan_refuse_rule(plan, PFCP_RULE_QER, ie->id, "QER to remove does not exist");
}

static bool remove_bar(struct plan *plan, uint8_t id)
{
    for (unsigned i = 0; i < plan->bar_count; i++)
        if (plan->bars[i].id == id) {
            memmove(&plan->bars[i], &plan->bars[i + 1], (--plan->bar_count - i) * sizeof *plan->bars);
            return true;
        }
    return plan_refuse_rule(plan, PFCP_RULE_BAR, id, "BAR to remove does not exist");
}

/* A QER or URR that was removed drops out of the PDRs that name it (TS 29.244 5.2.1). */
bool plan_modification(struct plan *plan, const struct pfcp_session_modification_request *request)
{
    EACH(remove_pdrs, remove_pdr)
    EACH(remove_fars, remove_far)
    EACH(remove_urrs, remove_urr)
    EACH(remove_qers, remove_qer)
    if (request->has_remove_bar && !remove_bar(plan, request->remove_bar.bar_id))
        return false;
    EACH(create_fars, plan_create_far)
    EACH(create_urrs, plan_create_urr)
    EACH(create_qers, plan_create_qer)
    if (request->has_create_bar && !plan_create_bar(plan, &request->create_bar))
        return false;
    EACH(update_fars, plan_update_far)
    EACH(update_urrs, plan_update_urr)
    EACH(update_qers, plan_update_qer)
    if (request->has_update_bar && !plan_update_bar(plan, &request->update_bar))
        return false;
    EACH(create_pdrs, plan_create_pdr)
    EACH(update_pdrs, plan_update_pdr)
    return true;
}

static int by_precedence(const void *a, const void *b)
{
    const struct planned_pdr *left = a, *right = b;
    if (left->pdr.precedence != right->pdr.precedence)
        return left->pdr.precedence < right->pdr.precedence ? -1 : 1;
    return (int)left->pdr.id - (int)right->pdr.id;
}

static uint8_t find_far(const struct plan *plan, uint32_t id)
{
    for (unsigned i = 0; i < plan->far_count; i++)
        if (plan->fars[i].id == id)
            return (uint8_t)i;
    return RULES_NONE;
}

static uint8_t find_bar(const struct plan *plan, uint32_t id)
{
    for (unsigned i = 0; i < plan->bar_count; i++)
        if (plan->bars[i].id == id)
            return (uint8_t)i;
    return RULES_NONE;
}

static uint32_t qer_mask(const struct plan *plan, const struct planned_pdr *planned, unsigned *found)
{
    uint32_t mask = 0;
    for (size_t n = 0; n < planned->qer_count; n++)
        for (unsigned i = 0; i < plan->qer_count; i++)
            if (plan->qers[i].id == planned->qer_ids[n]) {
                mask |= UINT32_C(1) << i;
                ++*found;
            }
    return mask;
}

static uint32_t urr_mask(const struct plan *plan, const struct planned_pdr *planned, unsigned *found)
{
    uint32_t mask = 0;
    for (size_t n = 0; n < planned->urr_count; n++)
        for (unsigned i = 0; i < plan->urr_count; i++)
            if (plan->urrs[i].id == planned->urr_ids[n]) {
                mask |= UINT32_C(1) << i;
                ++*found;
            }
    return mask;
}

/* References of a PDR that was there before may have been removed with this request; those of a new one must exist. */
static bool resolve(struct plan *plan, const struct planned_pdr *planned, struct pdr *pdr)
{
    unsigned qers = 0, urrs = 0;
    *pdr = planned->pdr;
    pdr->far = planned->has_far ? find_far(plan, planned->far_id) : RULES_NONE;
    pdr->qers = qer_mask(plan, planned, &qers);
    pdr->urrs = urr_mask(plan, planned, &urrs);
    if (planned->has_far && pdr->far == RULES_NONE)
        return plan_refuse_rule(plan, PFCP_RULE_PDR, pdr->id, "the FAR of the PDR does not exist");
    if (planned->fresh && (qers != planned->qer_count || urrs != planned->urr_count))
        return plan_refuse_rule(plan, PFCP_RULE_PDR, pdr->id, "a QER or URR of the PDR does not exist");
    return true;
}

static struct ruleset *allocate(struct plan *plan)
{
    struct ruleset counts = {
        .pdr_count = (uint8_t)plan->pdr_count,
        .far_count = (uint8_t)plan->far_count,
        .qer_count = (uint8_t)plan->qer_count,
        .urr_count = (uint8_t)plan->urr_count,
        .bar_count = (uint8_t)plan->bar_count,
        .route_count = (uint8_t)plan->route_count,
        .has_v4 = plan->has_v4,
        .has_v6 = plan->has_v6,
    };
    size_t filters = 0;
    for (unsigned i = 0; i < plan->pdr_count; i++)
        filters += plan->pdrs[i].pdr.filter_count;
    counts.filter_count = (uint16_t)filters;
    for (unsigned i = 0; i < plan->far_count; i++)
        counts.duplicating_count = (uint16_t)(counts.duplicating_count + plan->fars[i].duplicating_count);
    memcpy(counts.v4, plan->v4, sizeof counts.v4);
    memcpy(counts.v6, plan->v6, sizeof counts.v6);
    struct ruleset *rules = filters > UINT16_MAX ? NULL : ruleset_new(&counts);
    if (!rules)
        plan_refuse(plan, PFCP_NO_RESOURCES_AVAILABLE, "out of memory");
    return rules;
}

/* Last of all, because a gNB that was made known stays known. */
static bool meet_gnbs(struct plan *plan, struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->far_count; i++) {
        struct far *far = &rules->fars[i];
        if (!far->has_outer)
            continue;
        far->gnb = plane_gnb_make(plan->plane, &far->to);
        if (!far->gnb)
            return plan_refuse(plan, PFCP_NO_RESOURCES_AVAILABLE, "more gNBs than are allowed");
    }
    return true;
}

/* Each ruleset refers by itself, so that the one it replaces can leave afterwards. */
static bool share_rates(struct plan *plan, struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->qer_count; i++) {
        struct qer *qer = &rules->qers[i];
        if (!qer->has_correlation)
            continue;
        uint64_t key = (uint64_t)plan->owner << 32 | qer->correlation;
        qer->shared = shared_rate_join(&plan->plane->shared_rates, key);
        if (!qer->shared)
            return plan_refuse(plan, PFCP_NO_RESOURCES_AVAILABLE, "out of memory");
    }
    return true;
}

static bool fill_pdrs(struct plan *plan, struct ruleset *rules)
{
    uint16_t filter = 0;
    qsort(plan->pdrs, plan->pdr_count, sizeof *plan->pdrs, by_precedence);
    for (unsigned i = 0; i < plan->pdr_count; i++) {
        const struct planned_pdr *planned = &plan->pdrs[i];
        if (!resolve(plan, planned, &rules->pdrs[i]))
            return false;
        rules->pdrs[i].first_filter = filter;
        if (planned->pdr.filter_count)
            memcpy(rules->filters + filter, planned->filters,
                   planned->pdr.filter_count * sizeof *rules->filters);
        filter = (uint16_t)(filter + planned->pdr.filter_count);
    }
    return true;
}

static void fill_fars(const struct plan *plan, struct ruleset *rules)
{
    uint16_t next = 0;
    memcpy(rules->fars, plan->fars, plan->far_count * sizeof *rules->fars);
    for (unsigned i = 0; i < plan->far_count; i++) {
        struct far *far = &rules->fars[i];
        far->bar = find_bar(plan, plan->far_bars[i]);
        far->first_duplicating = next;
        if (far->duplicating_count)
            memcpy(rules->duplicating + next, plan->far_duplicating[i],
                   far->duplicating_count * sizeof *rules->duplicating);
        next = (uint16_t)(next + far->duplicating_count);
    }
}

static bool compile(struct plan *plan, struct ruleset *rules)
{
    return ruleset_compile(rules) || plan_refuse(plan, PFCP_NO_RESOURCES_AVAILABLE, "out of memory");
}

/* Frames leave for their data network here. */
static bool is_anchored(struct plan *plan)
{
    for (unsigned i = 0; plan->ethernet && i < plan->far_count; i++)
        if (plan->fars[i].has_outer && plan->fars[i].destination != PFCP_ACCESS)
            return plan_refuse_rule(plan, PFCP_RULE_FAR, plan->fars[i].id,
                                    "an Ethernet session has its anchor here");
    return true;
}

struct ruleset *plan_finish(struct plan *plan)
{
    struct ruleset *rules =
        is_anchored(plan) && plan_find_filters(plan) && plan_gather_routes(plan) ? allocate(plan) : NULL;
    if (!rules)
        return NULL;
    memcpy(rules->routes, plan->routes, plan->route_count * sizeof *rules->routes);
    fill_fars(plan, rules);
    memcpy(rules->qers, plan->qers, plan->qer_count * sizeof *rules->qers);
    memcpy(rules->urrs, plan->urrs, plan->urr_count * sizeof *rules->urrs);
    memcpy(rules->bars, plan->bars, plan->bar_count * sizeof *rules->bars);
    if (!fill_pdrs(plan, rules) || !compile(plan, rules) || !share_rates(plan, rules) ||
        !meet_gnbs(plan, rules)) {
        ruleset_free(rules);
        return NULL;
    }
    return rules;
}
