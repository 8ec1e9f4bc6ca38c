/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/actions.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <string.h>

#include "plane/fast/rates.h"

static bool is_drop(const struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                    struct fast_action *action)
{
    const struct far *far = pdr->far != RULES_NONE ? &rules->fars[pdr->far] : NULL;
    action->reason = !far ? DROP_NO_RULE : far->action & PFCP_DROP ? DROP_ACTION : DROP_NONE;
    for (unsigned i = 0; i < rules->qer_count && action->reason == DROP_NONE; i++) {
        const struct qer *qer = &rules->qers[i];
        if (!(pdr->qers >> i & 1))
            continue;
        if (qer->closed[direction])
            action->reason = DROP_GATE;
        else if (qer->has_mbr && qer->mbr[direction] == 0)
            action->reason = DROP_RATE;
    }
    return action->reason != DROP_NONE;
}

/* What the program does with the PDR's packets; FAST_SLOW where it cannot. Counters are not touched. */
void fast_set_action(struct fast *fast, struct ruleset *rules, const struct pdr *pdr,
                     enum direction direction, struct fast_action *to)
{
    struct fast_action action = {.verdict = FAST_SLOW};
    const struct far *far = pdr->far != RULES_NONE ? &rules->fars[pdr->far] : NULL;
    bool reflective;
    action.qfi = ruleset_qfi(rules, pdr, &reflective);
    action.reflective = reflective;
    if (is_drop(rules, pdr, direction, &action))
        action.verdict = FAST_DROP;
    else if (!far || !(far->action & PFCP_FORW) || (far->action & (PFCP_DUPL | PFCP_BUFF)) ||
             !fast_set_rates(fast, rules, pdr, direction, to, &action))
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
    memcpy(to->rates, action.rates, sizeof to->rates);
    to->price = action.price;
    atomic_signal_fence(memory_order_seq_cst);
    to->verdict = action.verdict;
}
