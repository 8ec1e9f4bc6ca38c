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

void fast_describe_action(struct fast *fast, struct ruleset *rules, const struct pdr *pdr,
                          enum direction direction, struct fast_action *live, struct fast_action *action)
{
    const struct far *far = pdr->far != RULES_NONE ? &rules->fars[pdr->far] : NULL;
    bool reflective;
    *action = (struct fast_action){.verdict = FAST_SLOW, .qfi = ruleset_qfi(rules, pdr, &reflective)};
    action->reflective = reflective;
    const bool led_on = far && direction == UPLINK && far_leads_to_access(far);
    if (led_on || (far && (far->action & PFCP_DUPL))) /* whatever else becomes of it */
        action->verdict = FAST_SLOW;
    else if (is_drop(rules, pdr, direction, action))
        action->verdict = FAST_DROP;
    else if (!far || !(far->action & PFCP_FORW) || (far->action & PFCP_BUFF) ||
             !fast_set_rates(fast, rules, pdr, direction, live, action))
        action->verdict = FAST_SLOW;
    else if (far->destination == PFCP_CORE && !far->has_outer) {
        action->verdict = FAST_TO_CORE;
    } else if (far->has_outer && far->gnb && (far->destination == PFCP_CORE) == (direction == UPLINK)) {
        action->verdict = FAST_TO_TUNNEL;
        action->gnb = far->gnb->id;
        action->teid = htonl(far->teid);
        action->marking = far->has_marking ? far->marking : 0;
    }
}

bool fast_leads_elsewhere(const struct fast_action *live, const struct fast_action *wanted)
{
    return live->verdict != wanted->verdict || live->gnb != wanted->gnb || live->teid != wanted->teid;
}

void fast_put_action(struct fast_action *to, const struct fast_action *from)
{
    to->qfi = from->qfi;
    to->reflective = from->reflective;
    to->marking = from->marking;
    __atomic_store_n(&to->outer, from->outer, __ATOMIC_RELAXED);
    memcpy(to->rates, from->rates, sizeof to->rates);
    to->price = from->price;
    atomic_signal_fence(memory_order_seq_cst);
    to->verdict = from->verdict;
}

void fast_clear_action(struct fast_action *action)
{
    action->verdict = FAST_SLOW;
    __atomic_store_n(&action->booked, 0, __ATOMIC_RELAXED);
}
