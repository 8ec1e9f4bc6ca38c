/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>

#include "core/smf/n4.h"
#include "crypt/random.h"

/* One of a family that gNBs have, too: IPv4 if there is one. */
static bool place_at(const struct upf *upf, struct tunnel *tunnel)
{
    const union socket_address *chosen = NULL;
    for (unsigned i = 0; upf->config && i < upf->config->n3_count; i++)
        if (!chosen || upf->config->n3[i].any.sa_family == AF_INET)
            chosen = &upf->config->n3[i];
    if (!chosen)
        return false;
    *tunnel = (struct tunnel){.family = (uint8_t)chosen->any.sa_family};
    if (tunnel->family == AF_INET)
        memcpy(tunnel->address, &chosen->v4.sin_addr, 4);
    else
        memcpy(tunnel->address, &chosen->v6.sin6_addr, 16);
    return true;
}

/* By chance, so that what was given back does not come again soon. */
bool n4_teid_draw(struct session *session, struct tunnel *tunnel)
{
    struct upf *upf = session->upf;
    uint32_t teid;
    if ((upf->features & PFCP_UP_FTUP) || !place_at(upf, tunnel))
        return false;
    do {
        teid = (uint32_t)random_u64(upf->smf->core->random);
    } while (teid == 0 || map_get(&upf->teids, teid));
    tunnel->teid = teid;
    if (map_put(&upf->teids, teid, session))
        return true;
    *tunnel = (struct tunnel){0};
    return false;
}

bool n4_restores_tunnels(const struct upf *upf)
{
    return !(upf->features & PFCP_UP_FTUP) || (upf->features & PFCP_UP_RESPS);
}

/* TS 23.502 4.3.7 */
void n4_leave_tunnel(struct session *session)
{
    struct core *core = session_smf(session)->core;
    const bool connected = session->state == SESSION_ACTIVE || session->state == SESSION_ACTIVATING;
    const struct n1n2_message message = {
        .pdu_session_id = session->psi, .n2 = N2_RELEASE_COMMAND, .n2_transfer = smf_resource_release(core)};
    session->n3 = (struct tunnel){0};
    if (!connected || !message.n2_transfer.len)
        return;
    amf_n1n2_transfer(session->ue, &message);
    session_disconnected(session);
    session->data_waits = true;
}

void n4_teid_give_back(struct upf *upf, struct tunnel *tunnel)
{
    map_take(&upf->teids, tunnel->teid);
    *tunnel = (struct tunnel){0};
}

void n4_teids_learn(struct upf *upf)
{
    if (upf->features & PFCP_UP_FTUP)
        return;
    for (struct session *session = upf->sessions; session; session = session->upf_next)
        if (session->n3.family)
            map_put(&upf->teids, session->n3.teid, session);
}
