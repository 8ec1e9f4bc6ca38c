/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session without packets gives its radio resources back while the phone stays connected (TS 23.502 4.3.7). The plane watches (TS 29.244 5.11.3); first it
 * holds what comes for the phone, then the gNB is told.
 */
#include "core/smf/n4.h"
#include "kit/log.h"

/* An always-on session keeps what it has (TS 23.501 5.6.13). */
uint32_t n4_inactivity_timer(const struct session *session)
{
    const struct config_dnn *dnn =
        config_find_dnn(session_smf(session)->core->config, session->network->name);
    return dnn && !session->always_on ? (uint32_t)((dnn->inactivity + SECONDS(1) - 1) / SECONDS(1)) : 0;
}

void session_inactive(struct session *session)
{
    char text[SESSION_TEXT];
    if (session->state != SESSION_ACTIVE || !amf_connected(session->ue) || !n4_inactivity_timer(session))
        return;
    if (session->procedure) {
        n4_sync(session); /* the plane is asked to watch anew */
        return;
    }
    log_debug("smf", session_text(session, text), "no packets: the user plane is released");
    session->leaves_gnb = true;
    session_disconnected(session);
}

void session_settled(struct session *session)
{
    struct core *core = session_smf(session)->core;
    if (!session->leaves_gnb)
        return;
    session->leaves_gnb = false;
    if (session->state != SESSION_INACTIVE || !amf_connected(session->ue))
        return;
    const struct n1n2_message message = {
        .pdu_session_id = session->psi, .n2 = N2_RELEASE_COMMAND, .n2_transfer = smf_resource_release(core)};
    if (message.n2_transfer.len)
        session->leaves_gnb =
            amf_n1n2_transfer(session->ue, &message) == AMF_PAGING; /* a handover comes first */
}
