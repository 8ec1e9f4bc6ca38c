/* SPDX-License-Identifier: Apache-2.0 */
/* What the phone answers to the network's commands, and what it reports (TS 24.501 6.3, 6.5.3, 7.3.1, 7.4). */
#include "core/smf/session.h"
#include "kit/log.h"

/* Is a command of that procedure transaction identity unanswered? */
static bool is_asked(const struct session *session, uint8_t pti)
{
    return session && session->procedure && (session->procedure->awaited & EVENT(EV_SM_MESSAGE)) &&
           session->asked_pti == pti;
}

static bool answers(const struct session *session, uint8_t type)
{
    switch (session->asked) {
    case NAS_SESSION_RELEASE_COMMAND:
        return type == NAS_SESSION_RELEASE_COMPLETE;
    case NAS_SESSION_MODIFICATION_COMMAND:
        return type == NAS_SESSION_MODIFICATION_COMPLETE || type == NAS_SESSION_MODIFICATION_COMMAND_REJECT;
    default:
        return false;
    }
}

/* The command's procedure ended with a former run of the core, and left its change unconfirmed. */
static bool settles_former_change(struct session *session, const struct nas_message *message)
{
    if (!session || session->procedure || !session->qos_before || message->pti != session->qos_pti)
        return false;
    if (message->type == NAS_SESSION_MODIFICATION_COMPLETE)
        session_confirm_flows(session);
    else if (message->type == NAS_SESSION_MODIFICATION_COMMAND_REJECT)
        session_resume_flows(session); /* asked again, the phone refuses again, and the change is undone */
    else
        return false;
    return true;
}

void session_answer_came(struct ue *ue, struct session *session, const struct nas_message *message)
{
    bool asked = is_asked(session, message->pti);
    if (asked && answers(session, message->type))
        procedure_offer(session->procedure, EV_SM_MESSAGE, message);
    else if (!settles_former_change(session, message))
        n1_status(ue, message->pdu_session_id, message->pti,
                  asked || message->type == NAS_SESSION_AUTHENTICATION_COMPLETE
                      ? NAS_MESSAGE_TYPE_NOT_COMPATIBLE
                      : NAS_GSM_PTI_MISMATCH);
}

/* The phone has no such session; or it never asked for the one that it was told of. */
static bool denies_session(const struct session *session, const struct nas_message *status)
{
    if (session->state == SESSION_NEW)
        return false; /* it has not been told of it */
    return status->gsm_status.cause == NAS_GSM_INVALID_SESSION_IDENTITY ||
           (status->gsm_status.cause == NAS_GSM_PTI_MISMATCH && session_establishing(session) &&
            session->pti == status->pti);
}

void session_status_came(struct session *session, const struct nas_message *message)
{
    char text[SESSION_TEXT];
    log_info("smf", session ? session_text(session, text) : NULL, "the phone reports 5GSM cause %u",
             message->gsm_status.cause);
    if (session && denies_session(session, message))
        session_end_locally(session, "the phone does not know it");
    else if (is_asked(session, message->pti))
        procedure_offer(session->procedure, EV_SM_MESSAGE, message);
}
