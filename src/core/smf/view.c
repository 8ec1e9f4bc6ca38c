/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions and planes as status displays show them. */
#include <string.h>

#include "core/smf/n4.h"
#include "core/smf/remote.h"
#include "core/smf/session.h"

bool smf_view(const struct ue *ue, uint8_t pdu_session_id, struct smf_session_view *view)
{
    const struct session *session = session_find(ue, pdu_session_id);
    if (remote_view(ue, pdu_session_id, view))
        return true;
    if (!session || session->state == SESSION_NEW)
        return false;
    *view = (struct smf_session_view){
        .pdu_session_id = session->psi,
        .type = session->type,
        .fiveqi = session->fiveqi,
        .arp = session->arp,
        .active = session->state == SESSION_ACTIVE,
        .has_ipv4 = session->has_ipv4,
        .has_prefix = session->has_prefix,
        .routes = session->routes,
        .route_count = session->route_count,
        .macs = (const uint8_t(*)[MAC_OCTETS])session->macs,
        .mac_count = session->mac_count,
        .dnn = session->network ? session->network->name : "",
        .plane = session->upf ? session->upf->name : "",
        .slice = session->slice,
        .ambr_uplink = session->ambr_uplink,
        .ambr_downlink = session->ambr_downlink,
        .plane_seid = session->up_seid,
        .external = session->upf && session->upf->external,
        .reported_uplink = session->bytes_uplink,
        .reported_downlink = session->bytes_downlink,
        .since = session->since,
    };
    memcpy(view->ipv4, session->ipv4, sizeof view->ipv4);
    memcpy(view->prefix, session->prefix, sizeof view->prefix);
    return true;
}

bool smf_view_flow(const struct ue *ue, uint8_t pdu_session_id, unsigned n, struct smf_flow_view *view)
{
    const struct session *session = session_find(ue, pdu_session_id);
    const struct qos *qos = session ? session->qos : NULL;
    for (unsigned i = 0; qos && i < QOS_FLOWS; i++) {
        const struct qos_flow *flow = &qos->flows[i];
        if (!flow->qfi || n-- > 0)
            continue;
        *view = (struct smf_flow_view){.qfi = flow->qfi,
                                       .fiveqi = flow->fiveqi,
                                       .gfbr_uplink = flow->gfbr.uplink,
                                       .gfbr_downlink = flow->gfbr.downlink,
                                       .mfbr_uplink = flow->mfbr.uplink,
                                       .mfbr_downlink = flow->mfbr.downlink};
        for (unsigned k = 0; k < QOS_RULES; k++)
            view->rules += qos->rules[k].id && qos->rules[k].qfi == flow->qfi;
        return true;
    }
    return false;
}

bool smf_plane(const struct core *core, unsigned n, struct smf_plane_view *view)
{
    const struct upf *upf = core->smf->upfs;
    while (upf && n-- > 0)
        upf = upf->next;
    if (!upf)
        return false;
    *view = (struct smf_plane_view){
        .name = upf->name,
        .address = upf->address,
        .associated = upf->associated,
        .external = upf->external,
        .drained = upf->drained || (upf->config && upf->config->drain),
        .sessions = upf->session_count,
        .sessions_most = upf->session_most,
        .load = n4_load(upf),
        .reduction = n4_reduction(upf),
        .failed_paths = n4_failed_paths(upf),
        .lost_for = upf->lost_at ? core->timers->now - upf->lost_at : 0,
        .closed = n4_closed(upf) ? n4_misfit_text(n4_closed(upf)) : "",
    };
    return true;
}
