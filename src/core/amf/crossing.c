/* SPDX-License-Identifier: Apache-2.0 */
/* What answers to partners (line/answer.h) need to know of where a phone is. */
#include "core/amf/fence.h"
#include "core/peer/peer.h"

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

const char *amf_away_at(const struct ue *ue)
{
    const int server = ue->away ? peer_of_amf(ue->core, ue->away) : NO_PEER;
    return server == NO_PEER ? NULL : peer_name(ue->core, (unsigned)server);
}
