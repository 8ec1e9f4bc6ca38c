/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/actions.h"

#include <arpa/inet.h>
#include <stdatomic.h>

#include "plane/shared_rate.h"

/* A byte's price; a bucket's ticks for a byte at that rate (plane/bucket.h), in fixed point. */
static uint64_t price_of(uint64_t kbps)
{
    enum { NS_A_BIT_KBPS = 1000000 };
    return kbps ? (UINT64_C(8) * NS_A_BIT_KBPS * BUCKET_TICKS << FAST_RATE_SHIFT) / kbps : 0;
}

static bool is_drop(const struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                    struct fast_action *action)
{
    const struct far *far = pdr->far != RULES_NONE ? &rules->fars[pdr->far] : NULL;
    action->shared = !far ? DROP_NO_RULE : far->action & PFCP_DROP ? DROP_ACTION : DROP_NONE;
    for (unsigned i = 0; i < rules->qer_count; i++)
        if ((pdr->qers >> i & 1) && rules->qers[i].closed[direction])
            action->shared = DROP_GATE;
    return action->shared != DROP_NONE;
}

/* False: more rates than the program takes from. */
static bool set_rates(const struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                      struct fast_action *action)
{
    for (unsigned i = 0; i < rules->qer_count; i++) {
        const struct qer *qer = &rules->qers[i];
        if (!(pdr->qers >> i & 1) || !qer->has_mbr)
            continue;
        if (qer->mbr[direction] == 0 || qer->shared || action->price)
            return false;
        action->price = price_of(qer->mbr[direction]);
    }
    return true;
}

/* What the program does with the PDR's packets; FAST_SLOW where it cannot. Counters are not touched. */
void fast_set_action(const struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                     struct fast_action *to)
{
    struct fast_action action = {.verdict = FAST_SLOW};
    const struct far *far = pdr->far != RULES_NONE ? &rules->fars[pdr->far] : NULL;
    bool reflective;
    action.qfi = ruleset_qfi(rules, pdr, &reflective);
    action.reflective = reflective;
    if (is_drop(rules, pdr, direction, &action))
        action.verdict = FAST_DROP;
    else if (!far || !(far->action & PFCP_FORW) || (far->action & (PFCP_DUPL | PFCP_BUFF)) ||
             !set_rates(rules, pdr, direction, &action))
        action.verdict = FAST_SLOW;
    else if (far->destination == PFCP_CORE && !far->has_outer)
        action.verdict = FAST_TO_CORE;
    else if (far->has_outer && far->gnb) {
        action.verdict = FAST_TO_TUNNEL;
        action.gnb = far->gnb->id;
        action.teid = htonl(far->teid);
        action.marking = far->has_marking ? far->marking : 0;
    }
    to->qfi = action.qfi;
    to->reflective = action.reflective;
    to->marking = action.marking;
    to->gnb = action.gnb;
    to->teid = action.teid;
    to->shared = action.shared;
    to->price = action.price;
    atomic_signal_fence(memory_order_seq_cst);
    to->verdict = action.verdict;
}
