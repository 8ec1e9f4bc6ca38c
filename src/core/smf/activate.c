/* SPDX-License-Identifier: Apache-2.0 */
/* The network brings the user plane of a connected phone's session back (TS 23.502 4.2.3.3, step 4a). */
#include "core/smf/n4.h"

void session_activate(struct procedure *p)
{
    struct session *session = p->owner;
    struct n1n2_message message = {
        .pdu_session_id = session->psi,
        .n2 = N2_SETUP_REQUEST,
        .n2_transfer = n2_setup_request(session),
        .slice = session->slice,
    };
    session->state = SESSION_ACTIVATING;
    switch (message.n2_transfer.len ? amf_n1n2_transfer(session->ue, &message) : AMF_UNREACHABLE) {
    case AMF_SENT:
        break;
    case AMF_PAGING: /* smf_activate follows when the phone is there */
        session->state = SESSION_INACTIVE;
        return;
    case AMF_UNREACHABLE:
        session_disconnected(session);
        return;
    }
    if (procedure_wait(p, EVENT(EV_SM_N2), p->core->config->amf.timers.n2_procedure) == EV_SM_N2)
        session_take_n2(session, p->data);
    if (session->state == SESSION_ACTIVATING)
        session_disconnected(session);
}
