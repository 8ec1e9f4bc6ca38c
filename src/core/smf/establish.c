/* SPDX-License-Identifier: Apache-2.0 */
/* UE-requested PDU session establishment (TS 23.502 4.3.2.2.1, TS 24.501 6.4.1). */
#include <string.h>

#include "core/smf/n4.h"
#include "core/smf/partner.h"
#include "kit/log.h"

#define PLANE_LOOK MILLISECONDS(50)

const char session_establishment[] = "session establishment";

bool session_establishing(const struct session *session)
{
    return session->procedure && session->procedure->name == session_establishment;
}

/* The phone's message is borrowed until the first wait only (procedure.h). False: out of memory. */
static bool keep_request(struct procedure *p, struct establishment *asked)
{
    struct nas_message *message = ARENA_NEW(&p->memory, struct nas_message);
    struct smf_n1 *n1 = ARENA_NEW(&p->memory, struct smf_n1);
    struct nas_error error = {0};
    if (!message || !n1)
        return false;
    *n1 = *asked->n1;
    n1->payload = arena_copy(&p->memory, n1->payload);
    if (n1->dnn)
        n1->dnn = (const char *)arena_copy(&p->memory, bytes_of(n1->dnn, strlen(n1->dnn) + 1)).data;
    if ((asked->n1->dnn && !n1->dnn) || !nas_decode(n1->payload, &p->memory, message, &error))
        return false;
    asked->n1 = n1;
    asked->request = &message->session_establishment_request;
    return true;
}

static void reject(struct procedure *p, uint8_t cause, const char *why)
{
    struct session *session = p->owner;
    struct ue *ue = session->ue;
    uint8_t psi = session->psi, pti = session->pti;
    char text[SESSION_TEXT];
    log_info("smf", session_text(session, text), "session refused: %s (cause %u)", why, cause);
    procedure_leave(p);
    session_free(session, why);
    n1_reject_establishment(ue, psi, pti, cause);
}

/* Restoration may have asked already. */
static bool ask_plane(struct procedure *p)
{
    struct session *session = p->owner;
    const bool asked = session->n4 && !session->n4->up_seid;
    return (asked || n4_establish(session)) &&
           procedure_wait(p, EVENT(EV_PFCP_RESPONSE), 0) == EV_PFCP_RESPONSE && *(const bool *)p->data;
}

/* A plane that has not heard yet of the end of a former session may still have its address in use: it is asked once more. */
static bool establish_in_plane(struct procedure *p)
{
    struct session *session = p->owner;
    if (session->up_seid || ask_plane(p))
        return true;
    if (procedure_cancelled(p) || !session->upf->associated || !session->upf->deleting)
        return false;
    procedure_wait(p, 0, 2 * p->core->config->smf.pfcp_t1);
    return !procedure_cancelled(p) && ask_plane(p);
}

enum setup { SETUP_DONE, SETUP_REFUSED, SETUP_UNANSWERED, SETUP_CANCELLED };

static uint8_t refusal_of(struct core *core, const struct sm_n2 *n2)
{
    struct ngap_cause why;
    uint8_t cause = n2->kind == N2_SETUP_UNSUCCESSFUL && n2_read_setup_cause(core, n2->transfer, &why)
                        ? protection_refusal(&why)
                        : 0;
    return cause ? cause : NAS_GSM_INSUFFICIENT_RESOURCES;
}

/* Waits for the gNB's part. Without an answer the phone may have the session all the same. */
static enum setup await_setup(struct procedure *p, struct n1n2_message *accept, uint8_t *refusal)
{
    struct session *session = p->owner;
    for (;;) {
        switch (procedure_wait(p, EVENT(EV_SM_N2), p->core->config->amf.timers.n2_procedure)) {
        case EV_SM_N2:
            break;
        case EV_TIMEOUT:
            return SETUP_UNANSWERED;
        default:
            return SETUP_CANCELLED;
        }
        const struct sm_n2 answer = *(const struct sm_n2 *)p->data, *n2 = &answer;
        if (session_put_off(p, n2, accept))
            continue;
        if (procedure_cancelled(p))
            return SETUP_CANCELLED;
        session_take_n2(session, n2);
        if ((n2->kind == N2_SETUP_RESPONSE || n2->kind == N2_PATH_SWITCHED) &&
            session->state == SESSION_ACTIVE)
            return SETUP_DONE;
        if (n2->kind == N2_SETUP_RESPONSE || n2->kind == N2_SETUP_UNSUCCESSFUL) {
            *refusal = refusal_of(p->core, n2);
            return SETUP_REFUSED;
        }
    }
}

static void tell(struct session *session)
{
    char text[SESSION_TEXT], ipv4[VALUE_TEXT_BYTES] = "-";
    struct config_ip ip = {.family = AF_INET};
    memcpy(ip.address, session->ipv4, sizeof session->ipv4);
    if (nas_session_has_ipv4(session->type))
        config_ip_text(&ip, ipv4);
    log_info("smf", session_text(session, text), "session established DNN[%s] IPv4[%s] plane=%s",
             session->network->name, ipv4, session->upf->name);
}

/* In the moment after a start, and in that after a plane's, the one that fits is waited for. */
static struct verdict authorise(struct procedure *p, const struct establishment *asked,
                                const struct planes_refused *refused)
{
    struct session *session = p->owner;
    struct verdict verdict;
    for (int64_t left = p->core->config->smf.plane_wait;; left -= PLANE_LOOK) {
        verdict = session_authorise(session, asked->n1, asked->request, refused, left > 0);
        if (!verdict.later)
            return verdict;
        procedure_wait(p, 0, PLANE_LOOK);
        if (procedure_cancelled(p))
            return verdict;
    }
}

/* Want of resources, or an error that the phone is not to blame for. */
static struct verdict not_taken(const struct session *session)
{
    const bool resources = !session->n4_cause || n4_cause_is_resources(session->n4_cause);
    return (struct verdict){.cause = resources ? NAS_GSM_INSUFFICIENT_RESOURCES : NAS_GSM_NETWORK_FAILURE,
                            .what = "the plane did not take it"};
}

/* One that has been lost meanwhile, or does not take it, is left for the next best. */
static struct verdict find_plane(struct procedure *p, const struct establishment *asked)
{
    struct session *session = p->owner;
    struct planes_refused refused = {.count = 0};
    struct verdict verdict = {0};
    for (unsigned tries = 1;; tries++) {
        if (session->state == SESSION_NEW)
            verdict = authorise(p, asked, &refused);
        if (verdict.cause)
            return refused.count ? not_taken(session) : verdict;
        if (establish_in_plane(p) || procedure_cancelled(p))
            return verdict;
        if (session->state != SESSION_NEW || tries == PLANES_TRIED)
            return not_taken(session);
        if (session->upf->associated)
            refused.list[refused.count++] = session->upf;
        session_leave_plane(session);
    }
}

/* What was put off until the session is there. */
static void look_at_subscription(struct session *session)
{
    if (session->subscription_changed)
        amf_subscription_changed(session->ue);
    session->subscription_changed = false;
}

void session_establish(struct procedure *p)
{
    struct session *session = p->owner;
    struct establishment asked = *(const struct establishment *)p->argument;
    struct verdict verdict = {.cause = NAS_GSM_INSUFFICIENT_RESOURCES, .what = "out of memory"};
    session->pti = asked.pti;
    p->core->metrics.sessions_asked++;
    bool kept = keep_request(p, &asked);
    if (kept)
        verdict = find_plane(p, &asked);
    if (procedure_cancelled(p))
        return;
    if (verdict.cause) {
        reject(p, verdict.cause, verdict.what);
        return;
    }
    session->state = SESSION_ACTIVATING;
    core_dirty(p->core, &session->row);
    if (!procedure_commit(p)) {
        if (!procedure_cancelled(p))
            reject(p, NAS_GSM_NETWORK_FAILURE, "not stored");
        return;
    }
    struct n1n2_message accept = {
        .pdu_session_id = session->psi,
        .n1 = n1_accept(session, &asked.request->pco, verdict.notice),
        .n2 = N2_SETUP_REQUEST,
        .n2_transfer = n2_setup_request(session),
        .slice = session->slice,
    };
    if (!accept.n1.len || !accept.n2_transfer.len || !session_send(p, &accept)) {
        if (!procedure_cancelled(p))
            reject(p, partner_refusal(session, NAS_GSM_INSUFFICIENT_RESOURCES),
                   "the accept could not be sent");
        return;
    }
    uint8_t refusal;
    switch (await_setup(p, &accept, &refusal)) {
    case SETUP_DONE:
        p->core->metrics.sessions_done++;
        tell(session);
        look_at_subscription(session);
        break;
    case SETUP_REFUSED:
        reject(p, partner_refusal(session, refusal), "the gNB did not set it up");
        break;
    case SETUP_UNANSWERED:
        session_disconnected(session);
        look_at_subscription(session);
        break;
    case SETUP_CANCELLED:
        break;
    }
}
