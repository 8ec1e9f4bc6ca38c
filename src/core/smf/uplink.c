/* SPDX-License-Identifier: Apache-2.0 */
/* 5GSM messages from the phone, and which procedure each begins or continues (TS 24.501 6.3, 6.4, 7). */
#include "core/smf/n4.h"
#include "core/smf/remote.h"
#include "kit/log.h"

enum { PTI_UNASSIGNED = 0, PTI_RESERVED = 255 };

/* The phone sets up anew what we still have: ended here, and at the gNB too (6.4.1.3). */
static void replace(struct session *session)
{
    struct ue *ue = session->ue;
    struct n1n2_message message = {
        .pdu_session_id = session->psi, .n2 = N2_RELEASE_COMMAND, .n2_transfer = n2_release_command(session)};
    bool connected = session->state == SESSION_ACTIVE || session->state == SESSION_ACTIVATING;
    if (connected && message.n2_transfer.len)
        amf_n1n2_transfer(ue, &message);
    session_free(session, "established anew");
}

static unsigned session_count(const struct ue *ue)
{
    unsigned count = 0;
    for (const struct session *session = *amf_sessions((struct ue *)ue); session; session = session->next)
        count++;
    return count;
}

static enum smf_verdict begin_establishment(struct ue *ue, struct session *session, const struct smf_n1 *n1,
                                            const struct nas_message *message)
{
    struct core *core = amf_core(ue);
    struct establishment argument = {n1, &message->session_establishment_request, message->pti};
    if (!session && session_count(ue) >= core->config->limits.sessions_per_ue)
        return SMF_MAXIMUM_SESSIONS;
    bool fresh = !session;
    if (fresh && !(session = session_new(ue, n1->pdu_session_id)))
        return SMF_CONGESTION;
    if (procedure_start(core, &session->procedure, session_establishment, session_establish, session,
                        &argument))
        return SMF_TAKEN;
    if (fresh)
        session_free(session, "congestion");
    return SMF_CONGESTION;
}

static enum smf_verdict establishment_asked(struct ue *ue, struct session *session, const struct smf_n1 *n1,
                                            const struct nas_message *message)
{
    if (message->pti == PTI_UNASSIGNED || message->pti == PTI_RESERVED) {
        n1_status(ue, n1->pdu_session_id, message->pti, NAS_GSM_INVALID_PTI);
        return SMF_TAKEN;
    }
    if (session && session_establishing(session) && session->pti == message->pti)
        return SMF_TAKEN; /* sent again by the phone: the answer is on its way */
    switch (n1->request_type) {
    case SMF_REQUEST_EXISTING:
        if (session && session->upf) /* else it is being released */
            return begin_establishment(ue, session, n1, message);
        n1_reject_establishment(ue, n1->pdu_session_id, message->pti, NAS_GSM_SESSION_DOES_NOT_EXIST);
        return SMF_TAKEN;
    case SMF_REQUEST_INITIAL_EMERGENCY:
    case SMF_REQUEST_EXISTING_EMERGENCY:
        n1_reject_establishment(ue, n1->pdu_session_id, message->pti, NAS_GSM_SERVICE_OPTION_NOT_SUPPORTED);
        return SMF_TAKEN;
    default:
        if (session)
            replace(session);
        return begin_establishment(ue, NULL, n1, message);
    }
}

static enum smf_verdict release_asked(struct ue *ue, struct session *session,
                                      const struct nas_message *message)
{
    struct release release = {
        .pti = message->pti, .cause = NAS_GSM_REGULAR_DEACTIVATION, .why = "the phone asked"};
    if (!session) {
        struct nas_message reject = {.type = NAS_SESSION_RELEASE_REJECT,
                                     .pdu_session_id = message->pdu_session_id,
                                     .pti = message->pti};
        reject.session_release_reject.cause = NAS_GSM_INVALID_SESSION_IDENTITY;
        n1_send(ue, &reject);
        return SMF_TAKEN;
    }
    bool started = procedure_start(amf_core(ue), &session->procedure, "session release", session_release,
                                   session, &release);
    return started ? SMF_TAKEN : SMF_CONGESTION;
}

static void answer_came(struct ue *ue, struct session *session, const struct nas_message *message)
{
    char text[SESSION_TEXT];
    if (session && procedure_offer(session->procedure, EV_SM_MESSAGE, message))
        return;
    if (session && session->qos_before && message->type == NAS_SESSION_MODIFICATION_COMPLETE &&
        message->pti == session->qos_pti)
        session_confirm_flows(session); /* its procedure ended with a former run of the core */
    else if (message->type == NAS_GSM_STATUS)
        log_info("smf", session ? session_text(session, text) : NULL, "the phone reports 5GSM cause %u",
                 message->gsm_status.cause);
    else
        n1_status(ue, message->pdu_session_id, message->pti, NAS_GSM_PTI_MISMATCH);
}

static enum smf_verdict dispatch(struct ue *ue, const struct smf_n1 *n1, const struct nas_message *message,
                                 const struct nas_error *error)
{
    struct session *session = session_find(ue, n1->pdu_session_id);
    switch (message->type) {
    case NAS_SESSION_ESTABLISHMENT_REQUEST:
        return establishment_asked(ue, session, n1, message);
    case NAS_SESSION_MODIFICATION_REQUEST:
        return session_modification_asked(ue, session, message, error);
    case NAS_SESSION_RELEASE_REQUEST:
        return release_asked(ue, session, message);
    case NAS_SESSION_MODIFICATION_COMPLETE:
    case NAS_SESSION_MODIFICATION_COMMAND_REJECT:
    case NAS_SESSION_RELEASE_COMPLETE:
    case NAS_SESSION_AUTHENTICATION_COMPLETE:
    case NAS_GSM_STATUS:
        answer_came(ue, session, message);
        return SMF_TAKEN;
    default:
        n1_status(ue, n1->pdu_session_id, message->pti, NAS_MESSAGE_TYPE_UNKNOWN);
        return SMF_TAKEN;
    }
}

enum smf_verdict smf_n1_message(struct ue *ue, const struct smf_n1 *n1)
{
    struct nas_message message;
    struct nas_error error;
    struct arena memory;
    enum smf_verdict verdict = SMF_TAKEN;
    if (remote_n1_message(ue, n1))
        return SMF_TAKEN;
    arena_init(&memory, 0);
    bool decoded = nas_decode(n1->payload, &memory, &message, &error);
    if (decoded && message.pdu_session_id == n1->pdu_session_id)
        verdict = dispatch(ue, n1, &message, &error);
    else if (!decoded && error.cause)
        n1_status(ue, n1->pdu_session_id, message.pti, error.cause);
    arena_free(&memory);
    return verdict;
}
