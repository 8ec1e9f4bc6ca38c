/* SPDX-License-Identifier: Apache-2.0 */
/* 5GSM messages from the phone, and which procedure each begins or continues (TS 24.501 6.3, 6.4, 7). */
#include "core/smf/n4.h"
#include "core/smf/remote.h"
#include "kit/log.h"

enum { PTI_UNASSIGNED = 0, PTI_RESERVED = 255 };

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
    if (session && session_establishing(session) && session->pti == message->pti)
        return SMF_TAKEN; /* sent again by the phone: the answer is on its way */
    switch (n1->request_type) {
    case SMF_REQUEST_EXISTING:
    case SMF_REQUEST_EXISTING_EMERGENCY: /* 6.4.1.7 d: none of these is served */
        if (n1->request_type == SMF_REQUEST_EXISTING && session &&
            session->upf) /* else it is being released */
            return begin_establishment(ue, session, n1, message);
        n1_reject_establishment(ue, n1->pdu_session_id, message->pti, NAS_GSM_SESSION_DOES_NOT_EXIST);
        return SMF_TAKEN;
    case SMF_REQUEST_INITIAL_EMERGENCY:
        n1_reject_establishment(ue, n1->pdu_session_id, message->pti, NAS_GSM_SERVICE_OPTION_NOT_SUPPORTED);
        return SMF_TAKEN;
    default:
        if (session)
            session_end_locally(session, "established anew"); /* 6.4.1.7 c */
        return begin_establishment(ue, NULL, n1, message);
    }
}

static enum smf_verdict release_asked(struct ue *ue, struct session *session,
                                      const struct nas_message *message)
{
    struct release release = {
        .pti = message->pti, .cause = NAS_GSM_REGULAR_DEACTIVATION, .why = "the phone asked"};
    if (!session || session->state == SESSION_NEW) {
        n1_reject_release(ue, message->pdu_session_id, message->pti, NAS_GSM_INVALID_SESSION_IDENTITY);
        return SMF_TAKEN;
    }
    bool started = procedure_start(amf_core(ue), &session->procedure, "session release", session_release,
                                   session, &release);
    return started ? SMF_TAKEN : SMF_CONGESTION;
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
    case NAS_GSM_STATUS:
        session_status_came(session, message);
        return SMF_TAKEN;
    default: /* an answer */
        session_answer_came(ue, session, message);
        return SMF_TAKEN;
    }
}

/* 7.3.1 b to d. False: it is answered, or to be ignored. */
static bool check_pti(struct ue *ue, const struct smf_n1 *n1, const struct nas_message *message)
{
    bool assigned = message->pti != PTI_UNASSIGNED, must_be;
    switch (message->type) {
    case NAS_SESSION_ESTABLISHMENT_REQUEST:
    case NAS_SESSION_MODIFICATION_REQUEST:
    case NAS_SESSION_RELEASE_REQUEST:
        must_be = true;
        break;
    case NAS_SESSION_AUTHENTICATION_COMPLETE:
        must_be = false;
        break;
    default:
        must_be = assigned;
    }
    if (message->pti == PTI_RESERVED)
        return false;
    if (assigned != must_be)
        n1_status(ue, n1->pdu_session_id, message->pti, NAS_GSM_INVALID_PTI);
    return assigned == must_be;
}

static void refuse(struct ue *ue, const struct nas_message *message, uint8_t cause)
{
    switch (message->type) {
    case NAS_SESSION_ESTABLISHMENT_REQUEST:
        n1_reject_establishment(ue, message->pdu_session_id, message->pti, cause);
        break;
    case NAS_SESSION_MODIFICATION_REQUEST:
        n1_reject_modification(ue, message->pdu_session_id, message->pti, cause);
        break;
    case NAS_SESSION_RELEASE_REQUEST:
        n1_reject_release(ue, message->pdu_session_id, message->pti, cause);
        break;
    default:
        n1_status(ue, message->pdu_session_id, message->pti, cause);
    }
}

/* Its header names another session than the transport did. 7.3.2: requests for sessions that there are not are refused, all
 * else is ignored. */
static void misaddressed(struct ue *ue, const struct nas_message *message)
{
    bool request =
        message->type == NAS_SESSION_MODIFICATION_REQUEST || message->type == NAS_SESSION_RELEASE_REQUEST;
    if (request && !session_find(ue, message->pdu_session_id))
        refuse(ue, message, NAS_GSM_INVALID_SESSION_IDENTITY);
}

/* 7.4: a type of the other direction is as unknown as one that does not exist. */
static bool is_uplink(uint8_t type)
{
    switch (type) {
    case NAS_SESSION_ESTABLISHMENT_REQUEST:
    case NAS_SESSION_AUTHENTICATION_COMPLETE:
    case NAS_SESSION_MODIFICATION_REQUEST:
    case NAS_SESSION_MODIFICATION_COMPLETE:
    case NAS_SESSION_MODIFICATION_COMMAND_REJECT:
    case NAS_SESSION_RELEASE_REQUEST:
    case NAS_SESSION_RELEASE_COMPLETE:
    case NAS_GSM_STATUS:
        return true;
    default:
        return false;
    }
}

static enum smf_verdict take(struct ue *ue, const struct smf_n1 *n1, struct arena *memory)
{
    struct nas_message message;
    struct nas_error error;
    bool whole = nas_decode(n1->payload, memory, &message, &error);
    if ((!whole && !error.cause) || !check_pti(ue, n1, &message))
        return SMF_TAKEN;
    if (message.pdu_session_id != n1->pdu_session_id)
        misaddressed(ue, &message);
    else if (!is_uplink(message.type))
        n1_status(ue, message.pdu_session_id, message.pti, NAS_MESSAGE_TYPE_UNKNOWN);
    else if (!whole)
        refuse(ue, &message, error.cause);
    else
        return dispatch(ue, n1, &message, &error);
    return SMF_TAKEN;
}

enum smf_verdict smf_n1_message(struct ue *ue, const struct smf_n1 *n1)
{
    struct arena memory;
    if (remote_n1_message(ue, n1))
        return SMF_TAKEN;
    arena_init(&memory, 0);
    enum smf_verdict verdict = take(ue, n1, &memory);
    arena_free(&memory);
    return verdict;
}
