/* SPDX-License-Identifier: Apache-2.0 */
/* PDU session modification (TS 23.502 4.3.3.2, TS 24.501 6.3.2). */
#include "core/smf/n4.h"
#include "kit/log.h"

static struct bytes modification_command(const struct session *session, const struct modification *change)
{
    const struct nas_qos_flow flow = {.qfi = SMF_DEFAULT_QFI,
                                      .operation = NAS_FLOW_MODIFY,
                                      .complete = true,
                                      .five_qi = session->fiveqi,
                                      .has.five_qi = true};
    struct nas_message message = {
        .type = NAS_SESSION_MODIFICATION_COMMAND, .pdu_session_id = session->psi, .pti = change->pti};
    message.session_modification_command = (struct nas_session_modification_command){
        .session_ambr = {.downlink = session->ambr_downlink, .uplink = session->ambr_uplink},
        .always_on = session->always_on,
        .qos_flows = {&flow, 1},
        .has = {.session_ambr = change->qos_changed,
                .always_on = change->always_on_asked,
                .qos_flows = change->qos_changed},
    };
    return n1_encode(session_smf(session)->core, &message);
}

static enum procedure_event await_answer(struct procedure *p, struct n1n2_message *message)
{
    const uint64_t events = EVENT(EV_SM_MESSAGE) | EVENT(EV_SM_N2);
    enum procedure_event event;
    while ((event = procedure_wait(p, events, p->core->config->smf.t3591)) == EV_SM_N2) {
        const struct sm_n2 answer = *(const struct sm_n2 *)p->data;
        if (!session_put_off(p, &answer, message) && !procedure_cancelled(p))
            session_take_n2(p->owner, &answer);
    }
    if (event == EV_TIMEOUT)
        event =
            procedure_ask(p, session_repeat, &message->n1, EVENT(EV_SM_MESSAGE), p->core->config->smf.t3591);
    return event;
}

void session_modify(struct procedure *p)
{
    struct session *session = p->owner;
    struct modification change = *(const struct modification *)p->argument;
    char text[SESSION_TEXT];
    if (change.request)
        session_take_capabilities(session, change.request);
    bool gnb_too = change.qos_changed && session->state == SESSION_ACTIVE;
    struct n1n2_message message = {
        .pdu_session_id = session->psi,
        .n1 = arena_copy(&p->memory, modification_command(session, &change)),
        .n2 = gnb_too ? N2_MODIFY_REQUEST : N2_NONE,
        .n2_transfer = gnb_too ? n2_modify_request(session) : (struct bytes){0},
    };
    session->asked = NAS_SESSION_MODIFICATION_COMMAND;
    session->asked_pti = change.pti;
    core_dirty(p->core, &session->row);
    if (change.qos_changed)
        n4_sync(session);
    if (!message.n1.len || !session_send(p, &message))
        return;
    if (await_answer(p, &message) != EV_SM_MESSAGE)
        return;
    const struct nas_message *answer = p->data;
    if (answer->type == NAS_SESSION_MODIFICATION_COMMAND_REJECT)
        log_info("smf", session_text(session, text), "the phone refuses a modification: cause %u",
                 answer->session_modification_command_reject.cause);
}
