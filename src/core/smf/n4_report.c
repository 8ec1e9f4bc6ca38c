/* SPDX-License-Identifier: Apache-2.0 */
/* What a plane reports about a session (TS 29.244 5.7, 7.5.8). */
#include <sys/socket.h>

#include "core/smf/n4.h"
#include "core/smf/n4_rules.h"
#include "kit/log.h"

/* One whose answer was lost comes again (TS 29.244 6.4). */
static bool is_counted(const struct session *session, const struct pfcp_usage_report *report)
{
    return session->usage_next && (int32_t)(report->sequence - session->usage_next) < 0;
}

void n4_count_usage(struct session *session, const struct pfcp_usage_report *reports, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct pfcp_volume *volume = &reports[i].volume;
        if (reports[i].urr_id != N4_URR_SESSION || !reports[i].has_volume || is_counted(session, &reports[i]))
            continue;
        session->bytes_uplink += volume->flags & PFCP_ULVOL ? volume->uplink : 0;
        session->bytes_downlink += volume->flags & PFCP_DLVOL ? volume->downlink : 0;
        session->usage_next = reports[i].sequence + 1;
        if (session->state != SESSION_NEW) /* which is stored when it is none any more */
            core_dirty(session_smf(session)->core, &session->row);
    }
}

/* A connected phone gets its user plane back at once; an idle one is paged (TS 23.502 4.2.3.3). */
static void downlink_data(struct session *session)
{
    char text[SESSION_TEXT];
    if (session->state != SESSION_INACTIVE || session->data_waits)
        return;
    session->data_waits = true;
    if (amf_connected(session->ue)) {
        session_bring_back(session);
    } else if (!amf_page(session->ue, session->psi)) {
        log_info("smf", session_text(session, text), "downlink data, but the phone cannot be paged");
        session_drop_waiting(session);
    }
}

static bool is_tunnel(const struct tunnel *tunnel, const struct pfcp_f_teid *f_teid)
{
    if (f_teid->teid != tunnel->teid)
        return false;
    return tunnel->family == AF_INET6
               ? f_teid->ip.has_v6 && memcmp(f_teid->ip.v6, tunnel->address, sizeof f_teid->ip.v6) == 0
               : f_teid->ip.has_v4 && memcmp(f_teid->ip.v4, tunnel->address, sizeof f_teid->ip.v4) == 0;
}

/* The gNB knows the tunnel no more (TS 23.527 5.3.3); others may have one of the same TEID. */
static void tunnel_unknown(struct session *session, const struct pfcp_error_indication_report *report)
{
    char text[SESSION_TEXT];
    for (size_t i = 0; i < report->remote_f_teids_count; i++) {
        if (session->state != SESSION_ACTIVE || !is_tunnel(&session->gnb, &report->remote_f_teids[i]))
            continue;
        log_info("smf", session_text(session, text), "the gNB does not know the tunnel any more");
        session_disconnected(session);
    }
}

static void deleted_by_plane(struct session *session)
{
    struct release release = {.cause = NAS_GSM_REACTIVATION_REQUESTED,
                              .why = "the plane deleted the session"};
    if (session->state == SESSION_NEW) /* the phone has not been told of it */
        return;
    session->up_seid = 0;
    procedure_start(session_smf(session)->core, &session->procedure, "session release", session_release,
                    session, &release);
}

static void report_usage(struct session *session, const struct pfcp_session_report_request *report)
{
    n4_count_usage(session, report->usage_reports, report->usage_reports_count);
    n4_note_macs(session, report->usage_reports, report->usage_reports_count);
}

void n4_session_report(struct upf *upf, const union socket_address *peer, const struct pfcp_message *request)
{
    const struct pfcp_session_report_request *report = &request->session_report_request;
    struct session *session = map_get(&upf->smf->sessions, request->seid);
    struct pfcp_message answer = {.session_report_response = {.cause = PFCP_ACCEPTED}};
    if (!session || session->upf != upf) {
        answer.session_report_response.cause = PFCP_SESSION_CONTEXT_NOT_FOUND;
        n4_answer(upf->smf, peer, request, &answer);
        return;
    }
    answer.seid = session->up_seid;
    n4_answer(upf->smf, peer, request, &answer);
    if (report->report_type & PFCP_USAR)
        report_usage(session, report);
    if (report->report_type & PFCP_UPIR)
        session_inactive(session);
    if (report->has_error_indication)
        tunnel_unknown(session, &report->error_indication);
    if (report->has_srreq_flags && (report->srreq_flags & PFCP_PSDBU))
        deleted_by_plane(session);
    else if (report->has_downlink_data)
        downlink_data(session);
}
