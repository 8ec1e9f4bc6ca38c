/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/budget.h"

#include "core/amf/fence.h"
#include "core/amf/n2.h"

struct config_budget gnb_budget(const struct gnb *gnb)
{
    return config_budget_of(&gnb->core->config->inventory, gnb->domain->name);
}

static void overrun(struct gnb *gnb)
{
    gnb_misdeed(gnb, MISDEED_OVERRUN, 1);
    amf_hold_back(gnb);
}

static bool affords(struct gnb *gnb, struct budget *budget, unsigned per_second)
{
    if (budget_spend(budget, gnb->core->timers->now, 1, per_second))
        return true;
    overrun(gnb);
    return false;
}

bool gnb_affords_deconcealment(struct gnb *gnb)
{
    return affords(gnb, &gnb->deconcealments, gnb_budget(gnb).deconcealments);
}

bool gnb_affords_vector(struct gnb *gnb)
{
    return affords(gnb, &gnb->vectors, gnb_budget(gnb).vectors);
}

bool gnb_has_room_for_stranger(const struct gnb *gnb)
{
    return gnb->unproven < gnb_share(gnb_budget(gnb).unproven, gnb->core->config->limits.procedures / 4 + 1);
}

bool gnb_affords_stranger(struct gnb *gnb)
{
    bool room = gnb_has_room_for_stranger(gnb);
    if (!room)
        overrun(gnb);
    return room;
}

/* One gNB never has all of the procedures. */
bool core_transaction_begin(struct core *core)
{
    struct gnb *gnb = core->payer ? gnb_find(core, core->payer) : NULL;
    if (!gnb)
        return true;
    if (gnb->transactions >=
        gnb_share(gnb_budget(gnb).transactions, core->config->limits.procedures / 2 + 1)) {
        overrun(gnb);
        return false;
    }
    gnb->transactions++;
    return true;
}

void core_transaction_over(struct core *core, uint64_t payer)
{
    struct gnb *gnb = payer ? gnb_find(core, payer) : NULL;
    if (gnb && gnb->transactions) /* 0: the association has begun anew meanwhile */
        gnb->transactions--;
}
