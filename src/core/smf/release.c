/* SPDX-License-Identifier: Apache-2.0 */
/* PDU session release, asked for by the phone or by the network (TS 23.502 4.3.4.2, TS 24.501 6.3.3, 6.4.3). */
#include "core/smf/n4.h"

static struct bytes release_command(const struct session *session, const struct release *release)
{
    struct nas_message message = {
        .type = NAS_SESSION_RELEASE_COMMAND, .pdu_session_id = session->psi, .pti = release->pti};
    message.session_release_command.cause = release->cause;
    return n1_encode(session_smf(session)->core, &message);
}

/* True: the phone has released it (or does not know it any more), or does not answer. */
static bool await_completion(struct procedure *p, struct bytes command)
{
    enum procedure_event event = procedure_wait(p, EVENT(EV_SM_MESSAGE), p->core->config->smf.t3592);
    if (event == EV_TIMEOUT)
        event = procedure_ask(p, session_repeat, &command, EVENT(EV_SM_MESSAGE), p->core->config->smf.t3592);
    return event != EV_CANCELLED;
}

static void end(struct procedure *p, const char *why)
{
    struct session *session = p->owner;
    procedure_leave(p);
    session_free(session, why);
}

void session_end_locally(struct session *session, const char *why)
{
    bool connected = session->state == SESSION_ACTIVE || session->state == SESSION_ACTIVATING;
    struct n1n2_message message = {.pdu_session_id = session->psi,
                                   .n2 = N2_RELEASE_COMMAND,
                                   .n2_transfer = smf_resource_release(session_smf(session)->core)};
    if (connected && message.n2_transfer.len)
        amf_n1n2_transfer(session->ue, &message);
    session_free(session, why);
}

void session_release(struct procedure *p)
{
    struct session *session = p->owner;
    struct release release = *(const struct release *)p->argument;
    bool connected = session->state == SESSION_ACTIVE || session->state == SESSION_ACTIVATING;
    n4_leave(session);
    session_give_back_addresses(session); /* the phone may open another before it confirms */
    session->state = SESSION_INACTIVE;
    session->asked = NAS_SESSION_RELEASE_COMMAND;
    session->asked_pti = release.pti;
    struct n1n2_message message = {
        .pdu_session_id = session->psi,
        .n1 = arena_copy(&p->memory, release_command(session, &release)),
        .n2 = connected ? N2_RELEASE_COMMAND : N2_NONE,
        .n2_transfer = connected ? smf_resource_release(session_smf(session)->core) : (struct bytes){0},
    };
    bool sent = session_send(p, &message);
    if (procedure_cancelled(p) || (sent && !await_completion(p, message.n1)))
        return;
    end(p, release.why);
}
