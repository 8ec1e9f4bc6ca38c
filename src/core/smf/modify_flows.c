/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QoS flows and rules come, change and go: asked for by the phone or by the network (TS 23.502 4.3.3.2, TS 24.501 6.3.2,
 * 6.4.2). Plane, gNB and phone take part one after the other; where one of them refuses, those before it are told to go back,
 * and nothing has changed.
 *
 * What the phone has not confirmed yet is stored beside what it had before: after a restart its answer, or its request
 * again, finds the change as it was left.
 */
#include <stdlib.h>

#include "core/smf/n4.h"
#include "kit/log.h"

enum answer { CONFIRMED, PARTLY_CONFIRMED, PHONE_REFUSES, GNB_REFUSES, NO_ANSWER, CANCELLED };

/* --- the session's flows --- */

static struct qos *copy_of(const struct qos *qos)
{
    struct qos *copy = calloc(1, sizeof *copy);
    if (copy && qos)
        *copy = *qos;
    return copy;
}

static void set_flows(struct session *session, struct qos *qos)
{
    if (qos && qos_is_empty(qos)) {
        free(qos);
        qos = NULL;
    }
    session->qos = qos;
    core_dirty(session_smf(session)->core, &session->row);
}

/* False: out of memory, and nothing has changed. */
static bool put_in_force(struct session *session, const struct qos *to, uint8_t pti)
{
    struct qos *now = copy_of(to), *before = copy_of(session->qos);
    if (!now || !before) {
        free(now);
        free(before);
        return false;
    }
    free(session->qos);
    free(session->qos_before);
    session->qos_before = before;
    session->qos_pti = pti;
    set_flows(session, now);
    return true;
}

void session_confirm_flows(struct session *session)
{
    free(session->qos_before);
    session->qos_before = NULL;
    core_dirty(session_smf(session)->core, &session->row);
}

static void take_back(struct session *session)
{
    free(session->qos);
    set_flows(session, session->qos_before);
    session->qos_before = NULL;
}

/* --- the messages --- */

static struct bytes command(const struct session *session, bool always_on)
{
    struct core *core = session_smf(session)->core;
    struct qos_change change;
    struct nas_message message = {
        .type = NAS_SESSION_MODIFICATION_COMMAND, .pdu_session_id = session->psi, .pti = session->qos_pti};
    if (!qos_change(&core->batch, session->qos_before, session->qos, &change))
        return (struct bytes){0};
    message.session_modification_command = (struct nas_session_modification_command){
        .qos_rules = change.rules,
        .qos_flows = change.flows,
        .always_on = session->always_on,
        .has = {.qos_rules = change.rules.count != 0,
                .qos_flows = change.flows.count != 0,
                .always_on = always_on},
    };
    return n1_encode(core, &message);
}

/* For the gNB, if it has a part in the change: it knows flows, not rules. */
static struct n1n2_message describe(const struct session *session, const struct qos *from, bool gnb_knows)
{
    bool asked = session->state == SESSION_ACTIVE && !gnb_knows;
    struct bytes transfer = asked ? n2_modify_flows(session, from, session->qos) : (struct bytes){0};
    return (struct n1n2_message){
        .pdu_session_id = session->psi,
        .n2 = transfer.len ? N2_MODIFY_REQUEST : N2_NONE,
        .n2_transfer = transfer,
    };
}

/* --- the parts of the others --- */

static bool tell_plane(struct procedure *p)
{
    struct session *session = p->owner;
    session->n4_cause = 0;
    if (session->n4_lost || !session->up_seid || !session->upf->associated)
        return false;
    n4_sync_flows(session);
    return session->n4 && procedure_wait(p, EVENT(EV_PFCP_RESPONSE), 0) == EV_PFCP_RESPONSE &&
           *(const bool *)p->data;
}

static bool phone_refuses(const struct session *session, const struct nas_message *message)
{
    char text[SESSION_TEXT];
    uint8_t cause = message->type == NAS_GSM_STATUS ? message->gsm_status.cause
                                                    : message->session_modification_command_reject.cause;
    if (message->type == NAS_SESSION_MODIFICATION_COMPLETE)
        return false;
    log_info("smf", session_text(session, text), "the phone refuses a change of QoS flows: cause %u", cause);
    return true;
}

/* A gNB that refuses does not pass the command on; one that refuses some flows has (TS 38.413 8.2.3.2). */
static bool take_gnb_answer(struct session *session, const struct sm_n2 *n2, enum answer *answer)
{
    struct core *core = session_smf(session)->core;
    char text[SESSION_TEXT];
    if (n2->kind == N2_MODIFY_UNSUCCESSFUL) {
        log_info("smf", session_text(session, text), "the gNB refuses a change of QoS flows");
        *answer = GNB_REFUSES;
        return true;
    }
    if (n2->kind == N2_MODIFY_RESPONSE && n2_read_failed_flows(core, n2))
        *answer = PARTLY_CONFIRMED;
    if (n2->kind != N2_MODIFY_RESPONSE)
        session_take_n2(session, n2);
    return false;
}

static enum answer await_answers(struct procedure *p, struct n1n2_message *message)
{
    struct session *session = p->owner;
    enum answer answer = CONFIRMED;
    struct sm_n2 n2;
    for (unsigned transmissions = 1;;) {
        switch (procedure_wait(p, EVENT(EV_SM_MESSAGE) | EVENT(EV_SM_N2), p->core->config->smf.t3591)) {
        case EV_SM_MESSAGE:
            return phone_refuses(session, p->data) ? PHONE_REFUSES : answer;
        case EV_SM_N2:
            n2 = *(const struct sm_n2 *)p->data;
            if (!session_put_off(p, &n2, message) && !procedure_cancelled(p) &&
                take_gnb_answer(session, &n2, &answer))
                return answer;
            break;
        case EV_TIMEOUT:
            if (transmissions++ == NAS_TRANSMISSIONS)
                return NO_ANSWER;
            session_repeat(p, &message->n1);
            break;
        default:
            return CANCELLED;
        }
    }
}

/* --- going back --- */

static void reject(struct session *session, uint8_t pti, uint8_t cause, const char *why)
{
    char text[SESSION_TEXT];
    log_info("smf", session_text(session, text), "change of QoS flows undone: %s", why);
    if (pti)
        n1_reject_modification(session->ue, session->psi, pti, cause);
}

static void go_back(struct session *session, bool gnb_too)
{
    struct qos *undone = copy_of(session->qos);
    take_back(session);
    n4_sync_flows(session);
    struct n1n2_message message = describe(session, undone, !gnb_too || !undone);
    free(undone);
    if (message.n2 != N2_NONE)
        amf_n1n2_transfer(session->ue, &message);
}

/* --- the procedure --- */

static void tell(const struct session *session)
{
    char text[SESSION_TEXT];
    log_info("smf", session_text(session, text), "QoS flows changed: %d beside the default one",
             __builtin_popcount(qos_flow_places(session->qos)));
}

/* From where the plane has taken the change. True: the gNB has not taken all of it, so that it must be taken back from the
 * phone. */
static bool carry_out(struct procedure *p, const struct modification *change)
{
    struct session *session = p->owner;
    uint8_t pti = session->qos_pti;
    core_dirty(p->core, &session->row);
    if (!procedure_commit(p)) {
        if (procedure_cancelled(p))
            return false;
        go_back(session, false);
        reject(session, pti, NAS_GSM_REQUEST_REJECTED, "not stored");
        return false;
    }
    session->asked = NAS_SESSION_MODIFICATION_COMMAND;
    session->asked_pti = pti;
    struct n1n2_message message = describe(session, session->qos_before, change->gnb_knows);
    message.n1 = arena_copy(&p->memory, command(session, change->always_on_asked));
    if (!message.n1.len || !session_send(p, &message)) {
        if (!procedure_cancelled(p))
            go_back(session, false);
        return false;
    }
    switch (await_answers(p, &message)) {
    case PARTLY_CONFIRMED:
        return true;
    case CONFIRMED:
        session_confirm_flows(session);
        tell(session);
        break;
    case GNB_REFUSES:
        go_back(session, false);
        reject(session, pti, NAS_GSM_INSUFFICIENT_RESOURCES, "the gNB did not take it");
        break;
    case PHONE_REFUSES:
    case NO_ANSWER:
        go_back(session, true);
        break;
    case CANCELLED: /* the phone's answer, or its request again, will tell */
        break;
    }
    return false;
}

/* #38, network failure, is none of the causes of a modification's reject (TS 24.501 6.4.2.4.1). */
static uint8_t plane_s_refusal(const struct session *session)
{
    const bool resources = !session->n4_cause || n4_cause_is_resources(session->n4_cause);
    return resources ? NAS_GSM_INSUFFICIENT_RESOURCES : NAS_GSM_REQUEST_REJECTED;
}

/* As carry_out. */
static bool change_to(struct procedure *p, const struct modification *change)
{
    struct session *session = p->owner;
    if (!put_in_force(session, change->flows, change->pti)) {
        reject(session, change->pti, NAS_GSM_INSUFFICIENT_RESOURCES, "out of memory");
        return false;
    }
    if (tell_plane(p))
        return carry_out(p, change);
    if (procedure_cancelled(p))
        return false;
    const uint8_t refusal = plane_s_refusal(session);
    go_back(session, false);
    reject(session, change->pti, refusal, "the plane did not take it");
    return false;
}

static struct qos *keep(struct procedure *p, const struct qos *qos)
{
    struct qos *kept = ARENA_NEW(&p->memory, struct qos);
    if (kept && qos)
        *kept = *qos;
    return kept;
}

void session_modify_flows(struct procedure *p)
{
    struct session *session = p->owner;
    struct modification change = *(const struct modification *)p->argument;
    if (change.request)
        session_take_capabilities(session, change.request);
    change.flows = keep(p, change.flows);
    bool undo = change.resumed ? carry_out(p, &change) : change.flows && change_to(p, &change);
    struct modification back = {.flows = undo ? keep(p, session->qos_before) : NULL};
    if (back.flows)
        change_to(p, &back);
}

bool session_resume_flows(struct session *session)
{
    struct modification change = {.pti = session->qos_pti, .resumed = true};
    return procedure_start(session_smf(session)->core, &session->procedure, "session modification",
                           session_modify_flows, session, &change);
}

bool session_change_flows(struct session *session, const struct qos *to, bool gnb_knows)
{
    struct modification change = {.flows = to, .gnb_knows = gnb_knows};
    return !session->procedure &&
           procedure_start(session_smf(session)->core, &session->procedure, "session modification",
                           session_modify_flows, session, &change);
}

bool session_drop_flows(struct session *session, uint64_t qfis, bool gnb_knows)
{
    struct qos to;
    bool any = false;
    if (!session->qos)
        return false;
    to = *session->qos;
    for (unsigned qfi = SMF_DEFAULT_QFI + 1; qfi <= QOS_QFI_MOST; qfi++)
        any |= (qfis >> qfi & 1) && qos_remove_flow(&to, (uint8_t)qfi);
    return any && session_change_flows(session, &to, gnb_knows);
}
