/* SPDX-License-Identifier: Apache-2.0 */
/* The network brings the user plane of a connected phone's session back (TS 23.502 4.2.3.3, step 4a). */
#include "core/smf/n4.h"
#include "core/smf/partner.h"

static enum amf_delivery ask_gnb(struct session *session)
{
    struct n1n2_message message = {
        .pdu_session_id = session->psi,
        .n2 = N2_SETUP_REQUEST,
        .n2_transfer = n2_setup_request(session),
        .slice = session->slice,
    };
    const bool may = message.n2_transfer.len && partner_lets_here(session, "activation");
    enum amf_delivery delivery = may ? amf_n1n2_transfer(session->ue, &message) : AMF_UNREACHABLE;
    if (delivery == AMF_SENT)
        session->state = SESSION_ACTIVATING;
    else if (delivery == AMF_UNREACHABLE)
        session_drop_waiting(session);
    return delivery; /* AMF_PAGING: what runs at the AMF brings the session back when it ends */
}

static void session_activate(struct procedure *p)
{
    struct session *session = p->owner;
    if (ask_gnb(session) != AMF_SENT)
        return;
    if (procedure_wait(p, EVENT(EV_SM_N2), p->core->config->amf.timers.n2_procedure) == EV_SM_N2)
        session_take_n2(session, p->data);
    if (session->state == SESSION_ACTIVATING) {
        session_disconnected(session);
        session_drop_waiting(session);
    }
}

/* A procedure that runs for the session already does not keep its packets waiting: it needs no answer to this. */
void session_bring_back(struct session *session)
{
    if (!session_can_be_activated(session))
        session->data_waits = false;
    else if (session->procedure)
        ask_gnb(session);
    else
        procedure_start(session_smf(session)->core, &session->procedure, "session activation",
                        session_activate, session, NULL);
}
