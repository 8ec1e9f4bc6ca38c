/* SPDX-License-Identifier: Apache-2.0 */
/* gNBs by their identity: what another core says of one is looked up here, and nothing else of it is believed. */
#include "line/ledger_inside.h"

static const struct ledger_gnb *find(const struct ledger *ledger, struct config_gnb_id id)
{
    const uintptr_t place = (uintptr_t)map_get(&ledger->gnb_ids, ledger_gnb_key(id));
    return place ? &ledger->gnbs[place - 1] : NULL;
}

const struct ledger_asset *ledger_gnb(const struct ledger *ledger, struct config_gnb_id id)
{
    const struct ledger_gnb *gnb = find(ledger, id);
    return gnb ? &ledger->assets[gnb->asset] : NULL;
}

/* Enrolments come first in the ledger, in the inventory's order. */
bool ledger_gnb_ends(const struct ledger *ledger, struct config_gnb_id id, const struct config_ip *end)
{
    const struct ledger_gnb *gnb = find(ledger, id);
    if (!gnb || !end->family)
        return false;
    if (gnb->asset >= ledger->inventory->gnb_count)
        return config_prefix_holds(&gnb->n3, end);
    const struct config_gnb *enrolled = &ledger->inventory->gnbs[gnb->asset];
    for (unsigned i = 0; i < enrolled->n3_count; i++)
        if (config_prefix_holds(&enrolled->n3[i], end))
            return true;
    return false;
}
