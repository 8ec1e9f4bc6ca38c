/* SPDX-License-Identifier: Apache-2.0 */
/* Which flows a session may have: standardised 5QIs, and what subscription and configuration allow of them. */
#include "core/smf/qos.h"

enum fiveqi_kind fiveqi_kind(uint8_t fiveqi)
{
    static const struct {
        uint8_t from, to, kind;
    } known[] = {
        {1, 4, FIVEQI_GBR},   {5, 9, FIVEQI_NON_GBR},   {65, 67, FIVEQI_GBR}, {69, 70, FIVEQI_NON_GBR},
        {71, 76, FIVEQI_GBR}, {79, 80, FIVEQI_NON_GBR}, {82, 90, FIVEQI_GBR},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (fiveqi >= known[i].from && fiveqi <= known[i].to)
            return (enum fiveqi_kind)known[i].kind;
    return FIVEQI_UNKNOWN;
}

static struct qos_refusal refused(uint8_t cause, const char *what)
{
    return (struct qos_refusal){cause, what};
}

static bool may_have(const struct qos_policy *policy, uint8_t fiveqi)
{
    for (unsigned i = 0; i < policy->fiveqi_count; i++)
        if (policy->fiveqis[i] == fiveqi)
            return true;
    return fiveqi == policy->default_fiveqi;
}

static bool exceed(struct qos_rates rates, struct qos_rates most)
{
    return rates.uplink > most.uplink || rates.downlink > most.downlink;
}

static struct qos_refusal check_gbr(const struct qos_flow *flow, const struct qos_policy *policy)
{
    if (policy->gbr.uplink == 0 && policy->gbr.downlink == 0)
        return refused(NAS_GSM_QOS_NOT_ACCEPTED, "GBR flows are not allowed");
    if (exceed(flow->gfbr, flow->mfbr))
        return refused(NAS_GSM_SEMANTIC_ERROR_QOS, "the guaranteed rate is above the maximum");
    if (exceed(flow->mfbr, policy->gbr))
        return refused(NAS_GSM_QOS_NOT_ACCEPTED, "the flow's rate is above what is allowed");
    return refused(0, NULL);
}

static struct qos_refusal check_flow(const struct qos_flow *flow, const struct qos_policy *policy)
{
    enum fiveqi_kind kind = fiveqi_kind(flow->fiveqi);
    if (kind == FIVEQI_UNKNOWN && flow->fiveqi != policy->default_fiveqi)
        return refused(NAS_GSM_UNSUPPORTED_5QI, "unknown 5QI");
    if (!may_have(policy, flow->fiveqi))
        return refused(NAS_GSM_QOS_NOT_ACCEPTED, "the 5QI is not allowed");
    return kind == FIVEQI_GBR ? check_gbr(flow, policy) : refused(0, NULL);
}

static struct qos_rates guaranteed(const struct qos *qos)
{
    struct qos_rates sum = {0};
    for (unsigned i = 0; qos && i < QOS_FLOWS; i++) {
        sum.uplink += qos->flows[i].qfi ? qos->flows[i].gfbr.uplink : 0;
        sum.downlink += qos->flows[i].qfi ? qos->flows[i].gfbr.downlink : 0;
    }
    return sum;
}

struct qos_refusal qos_allowed(const struct qos *from, const struct qos *to, const struct qos_policy *policy)
{
    struct qos_rates now = guaranteed(to);
    for (unsigned i = 0; to && i < QOS_FLOWS; i++) {
        const struct qos_flow *flow = &to->flows[i], *before = qos_find_flow(from, flow->qfi);
        if (!flow->qfi || (before && qos_flow_equal(before, flow)))
            continue;
        struct qos_refusal refusal = check_flow(flow, policy);
        if (refusal.cause)
            return refusal;
    }
    if (exceed(now, guaranteed(from)) && exceed(now, policy->gbr))
        return refused(NAS_GSM_INSUFFICIENT_RESOURCES, "guaranteed rates together are above what is allowed");
    return refused(0, NULL);
}

const struct qos_flow *qos_first_forbidden(const struct qos *qos, const struct qos_policy *policy)
{
    struct qos_rates sum = {0};
    for (unsigned i = 0; qos && i < QOS_FLOWS; i++) {
        const struct qos_flow *flow = &qos->flows[i];
        if (!flow->qfi)
            continue;
        sum.uplink += flow->gfbr.uplink;
        sum.downlink += flow->gfbr.downlink;
        if (check_flow(flow, policy).cause || exceed(sum, policy->gbr))
            return flow;
    }
    return NULL;
}
