/* SPDX-License-Identifier: Apache-2.0 */
/* What answers to partners (line/answer.h) need to know of where a phone is. */
#include "core/amf/fence.h"
#include "core/peer/whereabouts.h"

const char *amf_gnb_name(const struct gnb *gnb)
{
    const struct config_gnb *enrolled =
        gnb->enrolled ? config_find_gnb_id(&gnb->core->config->inventory, gnb_id_of(gnb)) : NULL;
    return enrolled ? enrolled->name : NULL;
}

uint32_t amf_gnb_misfits(const struct gnb *gnb)
{
    return gnb->fenced ? LINE_BIT(CONFIG_N5) : 0;
}

uint32_t amf_identity_misfits(const struct core *core, struct config_gnb_id id)
{
    return id.bits && fence_of(core, id) ? LINE_BIT(CONFIG_N5) : 0;
}

uint32_t amf_away(const struct ue *ue)
{
    return ue->away;
}

bool amf_whereabouts(const struct ue *ue, struct whereabouts *place)
{
    if (!ue->connection)
        return false;
    *place = (struct whereabouts){.gnb = gnb_id_of(ue->connection->gnb), .tai = ue->tai, .cell = ue->cell};
    return true;
}
