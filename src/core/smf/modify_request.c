/* SPDX-License-Identifier: Apache-2.0 */
/* PDU SESSION MODIFICATION REQUEST: what may be granted of it, and what is refused with which cause (TS 24.501 6.4.2). */
#include "core/smf/n4.h"
#include "kit/log.h"

/* TS 24.501 6.4.2.2: what a phone supports that does not say. */
enum { FILTERS_UNSAID = 16 };

static struct qos_refusal refused(uint8_t cause, const char *what)
{
    return (struct qos_refusal){cause, what};
}

/* An optional element that cannot be read is as good as absent (7.7.1), but a phone that asks for QoS must hear of it. */
static struct qos_refusal check_coding(const struct nas_error *error)
{
    const char *where = error->fault.where;
    if (error->fault.what == nas_bad_packet_filter)
        return refused(NAS_GSM_SYNTACTICAL_ERROR_FILTERS, error->fault.what);
    if (where && (strcmp(where, "qos_rules") == 0 || strcmp(where, "qos_flows") == 0))
        return refused(NAS_GSM_SYNTACTICAL_ERROR_QOS, error->fault.what);
    return refused(0, NULL);
}

/* Interworking with EPS, uncrewed aircraft, time-sensitive networks and broadcast are not there to be asked for. */
static struct qos_refusal check_service(const struct nas_session_modification_request *request)
{
    if (request->has.mapped_eps_bearers)
        return refused(NAS_GSM_INVALID_MAPPED_EPS_BEARER, "no EPS bearer is mapped");
    if (request->has.slaa_container)
        return refused(NAS_GSM_UAS_NOT_ALLOWED, "service-level authentication is not served");
    if (request->has.port_management || request->has.requested_mbs)
        return refused(NAS_GSM_SERVICE_OPTION_NOT_SUPPORTED, "TSC and MBS are not served");
    return refused(0, NULL);
}

struct qos_terms session_qos_terms(const struct session *session, unsigned filters)
{
    unsigned most = session_smf(session)->core->config->limits.packet_filters_per_session;
    struct qos_terms terms = {.session_type = session->type};
    filters = filters ? filters : FILTERS_UNSAID;
    terms.filters_most = filters < most ? filters : most;
    memcpy(terms.ipv4, session->ipv4, sizeof terms.ipv4);
    memcpy(terms.prefix, session->prefix, sizeof terms.prefix);
    return terms;
}

static struct qos_refusal work_out(const struct session *session,
                                   const struct nas_session_modification_request *request, struct qos *to)
{
    struct qos_terms terms =
        session_qos_terms(session, request->has.maximum_packet_filters ? request->maximum_packet_filters
                                                                       : session->packet_filters);
    struct qos_policy policy;
    struct arena memory;
    *to = session->qos ? *session->qos : (struct qos){0};
    struct qos_refusal refusal = qos_apply(to, &request->qos_rules, &request->qos_flows, &terms);
    if (refusal.cause)
        return refusal;
    arena_init(&memory, 0);
    if (!session_qos_policy(session, &memory, &policy))
        refusal = refused(NAS_GSM_SERVICE_OPTION_NOT_SUBSCRIBED, "not subscribed");
    else
        refusal = qos_allowed(session->qos, to, &policy);
    arena_free(&memory);
    return refusal;
}

void session_take_capabilities(struct session *session,
                               const struct nas_session_modification_request *request)
{
    if (request->has.maximum_packet_filters)
        session->packet_filters = request->maximum_packet_filters;
    if (request->has.integrity_rate)
        session->integrity_rate = request->integrity_rate;
    if (request->has.gsm_capability)
        session->reflective_qos = request->gsm_capability.reflective_qos;
    if (request->has.always_on_requested)
        session->always_on = request->always_on_requested;
}

static bool asks_for_flows(const struct nas_session_modification_request *request)
{
    return request->has.qos_rules || request->has.qos_flows;
}

static bool start(struct session *session, const struct nas_message *message, const struct qos *to)
{
    const struct nas_session_modification_request *request = &message->session_modification_request;
    struct modification change = {.pti = message->pti,
                                  .request = request,
                                  .always_on_asked = request->has.always_on_requested,
                                  .flows = to};
    return procedure_start(session_smf(session)->core, &session->procedure, "session modification",
                           to ? session_modify_flows : session_modify, session, &change);
}

/* The answer to this request was on its way when the core ended. */
static bool resumes(struct session *session, uint8_t pti)
{
    return session->qos_before && session->qos_pti == pti && session_resume_flows(session);
}

/* 6.3.2.4: the phone has found a fault in what the network made. What it then deletes is in the same message. */
static void note_cause(const struct session *session, const struct nas_session_modification_request *request)
{
    char text[SESSION_TEXT];
    if (request->has.cause)
        log_warning("smf", session_text(session, text), "the phone finds a fault in its QoS: cause %u",
                    request->cause);
}

static enum smf_verdict decide(struct session *session, const struct nas_message *message,
                               const struct nas_error *error)
{
    const struct nas_session_modification_request *request = &message->session_modification_request;
    char text[SESSION_TEXT];
    struct qos to;
    struct qos_refusal refusal = check_coding(error);
    if (!refusal.cause)
        refusal = check_service(request);
    if (!refusal.cause && asks_for_flows(request))
        refusal = work_out(session, request, &to);
    if (refusal.cause) {
        log_info("smf", session_text(session, text), "modification refused: %s (cause %u)", refusal.what,
                 refusal.cause);
        n1_reject_modification(session->ue, session->psi, message->pti, refusal.cause);
        return SMF_TAKEN;
    }
    note_cause(session, request);
    return start(session, message, asks_for_flows(request) ? &to : NULL) ? SMF_TAKEN : SMF_CONGESTION;
}

enum smf_verdict session_modification_asked(struct ue *ue, struct session *session,
                                            const struct nas_message *message, const struct nas_error *error)
{
    if (!session || session->state == SESSION_NEW) {
        n1_reject_modification(ue, message->pdu_session_id, message->pti, NAS_GSM_INVALID_SESSION_IDENTITY);
        return SMF_TAKEN;
    }
    /* A collision: the network's procedure goes first (6.3.2.6); or the request has come twice. */
    if (session->procedure || resumes(session, message->pti))
        return SMF_TAKEN;
    return decide(session, message, error);
}
