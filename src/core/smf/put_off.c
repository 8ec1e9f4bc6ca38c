/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gNB that is about to hand the phone over puts off what it is asked for a session (TS 38.413 8.2.1.4, 8.2.3.4): it is asked again
 * where the phone ends up (TS 23.502 4.9.1.2.1, 4.9.1.3.1).
 */
#include "core/smf/n4.h"
#include "kit/log.h"

enum { PUT_OFF_MOST = 2 };

static bool read_cause(struct core *core, const struct sm_n2 *n2, struct ngap_cause *cause)
{
    const struct ngap_pdu_session_resource_modify_unsuccessful_transfer *modify;
    struct aper_diagnostics diagnostics;
    if (n2->kind == N2_SETUP_UNSUCCESSFUL)
        return n2_read_setup_cause(core, n2->transfer, cause);
    if (n2->kind != N2_MODIFY_UNSUCCESSFUL ||
        ngap_decode_pdu_session_resource_modify_unsuccessful_transfer(n2->transfer, &core->batch, &modify,
                                                                      &diagnostics) > NGAP_NOTIFY)
        return false;
    *cause = modify->cause;
    return true;
}

static bool is_handover(const struct ngap_cause *cause)
{
    return cause->which == NGAP_CAUSE_RADIO_NETWORK &&
           (cause->radio_network == NGAP_CAUSE_RADIO_NETWORK_XN_HANDOVER_TRIGGERED ||
            cause->radio_network == NGAP_CAUSE_RADIO_NETWORK_NG_INTRA_SYSTEM_HANDOVER_TRIGGERED ||
            cause->radio_network == NGAP_CAUSE_RADIO_NETWORK_NG_INTER_SYSTEM_HANDOVER_TRIGGERED);
}

/* A handover that comes to nothing is not told of: then the same gNB is asked again. */
static bool await_handover(struct procedure *p)
{
    enum procedure_event event = procedure_wait(p, EVENT(EV_SM_REACHABLE) | EVENT(EV_SM_UNREACHABLE),
                                                p->core->config->amf.timers.handover);
    return event == EV_SM_REACHABLE || event == EV_TIMEOUT;
}

bool session_put_off(struct procedure *p, const struct sm_n2 *n2, struct n1n2_message *message)
{
    struct session *session = p->owner;
    unsigned before = session->put_off;
    struct ngap_cause cause;
    char text[SESSION_TEXT];
    if (before == PUT_OFF_MOST || !read_cause(p->core, n2, &cause) || !is_handover(&cause))
        return false;
    log_info("smf", session_text(session, text), "the gNB puts it off: the phone is being handed over");
    if (!await_handover(p) || !session_send(p, message))
        return false;
    session->put_off = (uint8_t)(before + 1);
    return true;
}
