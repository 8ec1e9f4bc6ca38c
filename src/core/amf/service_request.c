/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service request (TS 24.501 5.6.1, TS 23.502 4.2.3). Only a phone that has proved itself gets here; others were told
 * cause #9 before.
 */
#include "core/amf/gmm.h"
#include "core/amf/reactivation.h"
#include "core/amf/restriction.h"
#include "core/amf/shelter.h"
#include "crypt/nas_security.h"
#include "kit/log.h"

struct run {
    struct procedure *p;
    struct ue *ue;
    const struct nas_service_request *request;
    struct reactivation sessions;
};

static void reject(struct run *run, uint8_t cause)
{
    struct nas_message message = {.type = NAS_SERVICE_REJECT, .service_reject = {.cause = cause}};
    if (cause == NAS_GMM_CONGESTION) {
        message.service_reject.t3346 = gmm_back_off(run->p->core);
        message.service_reject.has.t3346 = true;
    }
    run->p->core->metrics.service_requests_failed++;
    gmm_refuse(run->ue, &message);
}

/* The request with what its ciphered container says, which stands in its place (4.4.6). */
static bool keep_request(struct run *run, const struct uplink *uplink)
{
    struct arena *memory = &run->p->memory;
    const struct nas_message *message = gmm_contained(uplink->plain, NAS_SERVICE_REQUEST, memory);
    if (!message)
        return false;
    struct bytes container = message->service_request.nas_message_container;
    if (message->service_request.has.nas_message_container && container.len) {
        nas_cipher_container(&run->ue->security, uplink->count, (uint8_t *)container.data, container.len);
        gmm_show(run->ue->connection->gnb, true, container);
        message = gmm_contained(container, NAS_SERVICE_REQUEST, memory);
        if (!message)
            return false;
    }
    run->request = &message->service_request;
    return true;
}

static struct bytes accept_message(const struct run *run)
{
    struct nas_session_cause causes[SMF_SESSIONS_PER_UE];
    const struct reactivation *sessions = &run->sessions;
    struct nas_message message = {
        .type = NAS_SERVICE_ACCEPT,
        .service_accept = {.pdu_session_status = smf_sessions(run->ue),
                           .reactivation_result = (uint16_t)(sessions->asked & ~sessions->activated),
                           .reactivation_causes = reactivation_causes(run->ue, sessions, causes),
                           .has = {.pdu_session_status = run->request->has.pdu_session_status,
                                   .reactivation_result = run->request->has.uplink_data_status ||
                                                          run->request->has.allowed_pdu_session_status}},
    };
    message.service_accept.has.reactivation_causes = message.service_accept.reactivation_causes.count > 0;
    return gmm_seal(run->ue, &message);
}

/* Calls to emergency services are not offered in Registration accept, so there is nothing to fall back from. */
static uint8_t type_cause(const struct nas_service_request *request)
{
    return request->service_type == NAS_SERVICE_EMERGENCY_FALLBACK ? NAS_PROTOCOL_ERROR : 0;
}

static bool context_is_up(struct run *run)
{
    const uint64_t events =
        EVENT(EV_INITIAL_CONTEXT_SETUP_RESPONSE) | EVENT(EV_INITIAL_CONTEXT_SETUP_FAILURE);
    if (run->ue->connection->context_up)
        return true;
    return procedure_wait(run->p, events, run->p->core->config->amf.timers.n2_procedure) ==
           EV_INITIAL_CONTEXT_SETUP_RESPONSE;
}

static struct reactivation wanted(const struct run *run)
{
    const struct nas_service_request *request = run->request;
    bool served =
        restriction_lets_serve(run->ue) || request->service_type == NAS_SERVICE_HIGH_PRIORITY_ACCESS;
    return reactivation_wanted(
        run->ue, request->has.uplink_data_status ? request->uplink_data_status : 0,
        request->has.allowed_pdu_session_status ? request->allowed_pdu_session_status : 0, served);
}

static bool carry_out(struct run *run)
{
    struct ue *ue = run->ue;
    uint8_t cause = type_cause(run->request);
    if (!cause)
        cause = location_cause(ue->connection);
    if (!cause && shelter_refuses_subscriber(ue->connection->gnb, LINE_SERVICE_REQUEST, ue->supi))
        cause = NAS_GMM_NO_SUITABLE_CELLS;
    if (!cause)
        cause = restriction_service_cause(ue, run->request->service_type);
    if (!cause && !procedure_commit(run->p))
        cause = NAS_GMM_CONGESTION;
    if (cause) {
        if (!procedure_cancelled(run->p))
            reject(run, cause);
        return false;
    }
    if (run->request->has.pdu_session_status)
        smf_keep_only(ue, run->request->pdu_session_status);
    run->sessions = wanted(run);
    struct context_setup setup = {.sessions = run->sessions.wanted};
    if (!context_setup_anchors(run->p, &setup))
        return false;
    context_setup_prepare(ue, &setup);
    run->sessions.activated = setup.activated | smf_active(ue);
    return context_setup_send(ue, &setup, accept_message(run)) && context_is_up(run);
}

void service_request(struct procedure *p)
{
    struct run run = {.p = p, .ue = p->owner};
    bool done = false, was_up = run.ue->connection->context_up;
    p->core->metrics.service_requests++;
    if (keep_request(&run, p->argument))
        done = carry_out(&run);
    else
        reject(&run, NAS_INVALID_MANDATORY_INFORMATION);
    if (done || (was_up && run.ue->connection)) { /* a refusal leaves a phone at work where it is */
        procedure_leave(p);
        mobility_done(run.ue);
        configuration_update_due(run.ue);
        reauthentication_due(run.ue);
    } else if (!procedure_cancelled(p)) {
        procedure_leave(p);
        smf_unreachable(run.ue); /* first: what waits is not to page the phone that was just refused */
        an_release(run.ue, N2_NAS(UNSPECIFIED), "service request failed");
    }
}
