/* SPDX-License-Identifier: Apache-2.0 */
/* Session reports (TS 29.244 7.5.8): downlink data for idle UEs, usage, error indications from gNBs. */
#include "kit/log.h"
#include "plane/agent_state.h"
#include "plane/fast/counts.h"
#include "plane/fast/rules.h"
#include "plane/held.h"
#include "plane/macs.h"
#include "plane/switch.h"
#include "plane/usage.h"
#include "wire/pfcp/address.h"

enum { AUDIT_AT_ONCE = 64 };

/* After a downlink data report was answered and nothing came of it, the next packet may ask again; what was refused is told
 * again. */
#define REPORT_AGAIN SECONDS(30)

static bool send_report(struct session *session, struct pfcp_session_report_request report)
{
    struct pfcp_message message = {
        .type = PFCP_SESSION_REPORT_REQUEST,
        .seid = session->cp_seid,
        .session_report_request = report,
    };
    load_tell(session->smf, &message);
    return smf_request(session->smf, &message, session->seid);
}

static void report_data(struct session *session)
{
    session->notify_at = 0;
    bool sent = session->smf->associated &&
                send_report(session, (struct pfcp_session_report_request){
                                         .report_type = PFCP_DLDR,
                                         .has_downlink_data = true,
                                         .downlink_data = {.pdr_ids = &session->data_pdr, .pdr_ids_count = 1},
                                     });
    if (!sent)
        session->data_reported = false;
}

/* TS 29.244 5.2.4.3: the BAR may ask to wait, in the hope that the UE comes by itself. */
static int64_t notification_delay(struct session *session)
{
    int64_t delay = 0;
    const struct ruleset *rules = session->rules;
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        const struct pdr *pdr = &rules->pdrs[i];
        const struct far *far = pdr->far != RULES_NONE ? &rules->fars[pdr->far] : NULL;
        if (pdr->id == session->data_pdr && far && far->bar != RULES_NONE)
            delay = MILLISECONDS(50) * rules->bars[far->bar].notification_delay;
    }
    return delay;
}

/* Takes what is due, and begins those measurements anew. */
static size_t take_usage(struct agent *agent, struct session *session,
                         struct pfcp_usage_report reports[RULES_MOST], struct mac_news *news)
{
    size_t count = 0;
    session_lock(session);
    fast_absorb(agent->settings.plane, session, agent_now(agent));
    const bool may = agent_now(agent) >= session->refused_until;
    const bool macs = may && macs_take(session, agent_now(agent), news);
    if (!may)
        macs_put_off(session);
    for (unsigned i = 0; i < session->rules->urr_count; i++) {
        struct urr *urr = &session->rules->urrs[i];
        const bool asks = macs && (urr->triggers & PFCP_REPORT_MACAR);
        usage_tick(urr, agent_now(agent));
        if (!may || (!urr->due && !asks))
            continue;
        usage_report(urr, urr->due | (asks ? PFCP_USAGE_MACAR : 0), agent_now(agent), agent->settings.wall,
                     &reports[count]);
        reports[count].has_ethernet_traffic = asks;
        reports[count++].ethernet_traffic = news->traffic;
    }
    if (count)
        fast_reported(agent->settings.plane, session);
    fast_grant(agent->settings.plane, session);
    session_unlock(session);
    return count;
}

static void report_usage(struct agent *agent, struct session *session)
{
    struct pfcp_usage_report reports[RULES_MOST];
    struct mac_news news = {0};
    if (!session->smf->associated) {
        session_lock(session);
        macs_put_off(session);
        session_unlock(session);
        return;
    }
    size_t count = take_usage(agent, session, reports, &news);
    if (count && !send_report(session, (struct pfcp_session_report_request){
                                           .report_type = PFCP_USAR,
                                           .usage_reports = reports,
                                           .usage_reports_count = count,
                                       }))
        log_error("plane", NULL, "a usage report could not be sent: out of memory");
}

void session_news(struct agent *agent, struct session *session, uint8_t news)
{
    if (session->gone)
        return;
    if (news & NEWS_USAGE)
        report_usage(agent, session);
    if (news & NEWS_DATA) {
        int64_t delay = notification_delay(session);
        session->notify_at = agent_now(agent) + delay;
        session->data_asked = false;
        if (delay == 0)
            report_data(session);
    }
    session_reschedule(agent, session);
}

/* The last that is known of it: a packet, or that the SMF began to ask. With the session's lock. */
static int64_t last_activity(const struct session *session)
{
    const int64_t packet = session->counters.last_packet;
    return packet > session->active_from ? packet : session->active_from;
}

/* When it is to be looked at whether packets still pass (TS 29.244 5.11.3). The packet program does not say when it goes on after a report; but without a gNB it
 * cannot. */
static int64_t next_look(const struct agent *agent, const struct session *session)
{
    const int64_t period = SECONDS(session->inactivity_timer), active = last_activity(session);
    if (period == 0 || !session->smf->associated)
        return INT64_MAX;
    if (active != session->inactive_since)
        return active + period;
    return session->gnb ? agent_now(agent) + period : INT64_MAX;
}

void session_watch_activity(struct agent *agent, struct session *session, uint32_t seconds)
{
    session->inactivity_timer = seconds;
    session->active_from = agent_now(agent);
}

/* After report_usage(), which has taken over what the fast path has counted. */
static void report_inactivity(struct agent *agent, struct session *session)
{
    session_lock(session);
    const bool inactive = next_look(agent, session) <= agent_now(agent);
    const int64_t active = last_activity(session);
    session_unlock(session);
    if (!inactive)
        return;
    session->inactive_since = active;
    if (!send_report(session, (struct pfcp_session_report_request){.report_type = PFCP_UPIR}))
        session_watch_activity(agent, session, session->inactivity_timer);
}

/* When usage and MAC addresses are to be reported, or a limit by time may be reached. With the session's lock. */
static int64_t next_usage(const struct agent *agent, const struct session *session)
{
    int64_t due = macs_next(session, agent_now(agent)), limit = INT64_MAX;
    if (!session->smf->associated)
        return INT64_MAX;
    for (unsigned i = 0; i < session->rules->urr_count; i++) {
        const struct urr *urr = &session->rules->urrs[i];
        if (urr->due)
            due = agent_now(agent);
        limit = earlier(limit, usage_next(urr));
    }
    return earlier(limit, due > session->refused_until ? due : session->refused_until);
}

static int64_t next_due(const struct agent *agent, struct session *session)
{
    int64_t next = session->notify_at ? session->notify_at : INT64_MAX;
    session_lock(session);
    next = earlier(next, next_look(agent, session));
    next = earlier(next, next_usage(agent, session));
    session_unlock(session);
    return next;
}

void session_reschedule(struct agent *agent, struct session *session)
{
    struct timers *timers = agent->settings.timers;
    int64_t next = next_due(agent, session);
    timer_stop(timers, &session->timer);
    if (next != INT64_MAX)
        timer_start(timers, &session->timer, next > timers->now ? next - timers->now : 0);
}

/* Nobody answers a page for ever: a report that led to nothing is forgotten, and the next packet reports again. */
static bool data_still_wanted(struct session *session)
{
    session_lock(session);
    bool waiting = held_first(session) != NULL;
    session_unlock(session);
    return waiting;
}

void session_timer(struct timer *timer)
{
    struct session *session = (struct session *)((char *)timer - offsetof(struct session, timer));
    struct agent *agent = session->smf->agent;
    report_usage(agent, session);
    report_inactivity(agent, session);
    if (session->notify_at && session->notify_at <= agent_now(agent)) {
        bool asked = session->data_asked;
        session->notify_at = 0;
        session->data_asked = false;
        if (asked)
            session->data_reported = false;
        else if (data_still_wanted(session))
            report_data(session);
    }
    session_reschedule(agent, session);
}

void session_claimed(struct agent *agent, struct session *session)
{
    if (session->claim == session->smf->claim)
        return;
    session->claim = session->smf->claim;
    session_lock(session);
    macs_tell_again(session);
    session_unlock(session);
    session_reschedule(agent, session);
}

static void discard_held(struct agent *agent, struct session *session)
{
    session_lock(session);
    held_discard(agent->settings.plane, session);
    session->data_reported = false;
    session_unlock(session);
}

/* TS 29.244 7.5.9.2: in force with the answer, without a modification. */
static void update_bar(struct session *session, const struct pfcp_bar *ie)
{
    session_lock(session);
    for (unsigned i = 0; i < session->rules->bar_count; i++)
        if (session->rules->bars[i].id == ie->bar_id)
            plan_set_bar(&session->rules->bars[i], ie);
    session_unlock(session);
}

void session_report_answered(struct agent *agent, const struct request *request,
                             const struct pfcp_session_report_response *response)
{
    struct session *session = map_get(&agent->sessions, request->seid);
    if (!session)
        return;
    if (response->cause == PFCP_SESSION_CONTEXT_NOT_FOUND) {
        log_info("plane", NULL, "the SMF does not know a session any more: deleted");
        session_remove(agent, session);
        return;
    }
    session_claimed(agent, session);
    if (response->cause >= PFCP_REJECTED && (request->report_type & (PFCP_USAR | PFCP_UPIR))) {
        session->refused_until = agent_now(agent) + REPORT_AGAIN;
        session_report_lost(agent, request);
        return;
    }
    if (response->has_update_bar)
        update_bar(session, &response->update_bar);
    if (response->has_srrsp_flags && (response->srrsp_flags & PFCP_DROBU))
        discard_held(agent, session);
    if (request->report_type & PFCP_DLDR) {
        session->data_asked = true;
        session->notify_at = agent_now(agent) + REPORT_AGAIN;
        session_reschedule(agent, session);
    }
}

/* It is sent again at once, or when there is an SMF again: without it that would give no new quota. */
static void take_back_usage(struct agent *agent, struct session *session, const struct request *request)
{
    struct pfcp_message message = {0};
    struct pfcp_problem problem = {0};
    arena_reset(&agent->arena);
    if (!pfcp_decode(&agent->arena, bytes_of(request->message, request->length), &message, &problem))
        return;
    const struct pfcp_session_report_request *report = &message.session_report_request;
    session_lock(session);
    for (size_t i = 0; i < report->usage_reports_count; i++) {
        const struct pfcp_usage_report *usage = &report->usage_reports[i];
        struct urr *urr = ruleset_urr(session->rules, usage->urr_id);
        if (urr)
            usage_take_back(urr, usage, agent->settings.wall);
        if (usage->has_ethernet_traffic)
            macs_take_back(session, &usage->ethernet_traffic);
    }
    session_unlock(session);
    session_reschedule(agent, session);
}

void session_report_lost(struct agent *agent, const struct request *request)
{
    struct session *session = map_get(&agent->sessions, request->seid);
    if (session && (request->report_type & PFCP_USAR))
        take_back_usage(agent, session, request);
    if (session && (request->report_type & PFCP_DLDR))
        session->data_reported = false;
    if (session && (request->report_type & PFCP_UPIR))
        session_watch_activity(agent, session, session->inactivity_timer);
    if (session && (request->report_type & PFCP_ERIR))
        session->error_reported = 0;
}

/* False: it has nothing to report, or no memory is left. */
static bool report_at_once(struct agent *agent, struct session *session)
{
    struct pfcp_usage_report report;
    session_lock(session);
    fast_absorb(agent->settings.plane, session, agent_now(agent));
    bool any = session->rules->urr_count != 0;
    if (any)
        usage_report(&session->rules->urrs[0], PFCP_USAGE_IMMER, agent_now(agent), agent->settings.wall,
                     &report);
    if (any)
        fast_reported(agent->settings.plane, session);
    session_unlock(session);
    return any && send_report(session, (struct pfcp_session_report_request){.report_type = PFCP_USAR,
                                                                            .usage_reports = &report,
                                                                            .usage_reports_count = 1});
}

void smf_audit(struct smf *smf)
{
    size_t cursor = 0;
    void *value;
    if (smf->audit_at == 0 || agent_now(smf->agent) < smf->audit_at)
        return;
    smf->audit_at = 0;
    for (unsigned asked = 0; map_next(&smf->by_cp_seid, &cursor, NULL, &value);) {
        struct session *session = value;
        if (session->claim == smf->claim || !report_at_once(smf->agent, session))
            continue;
        session_reschedule(smf->agent, session);
        smf->audit_at = agent_now(smf->agent); /* whose answer is lost is asked about again */
        if (++asked == AUDIT_AT_ONCE)
            return;
    }
}

static void send_copy(void *context, enum verdict verdict, struct packet *packet)
{
    const struct agent_settings *settings = context;
    if (verdict == PATH_TO_N3)
        settings->send_n3(settings->context, packet);
}

static void send_on(struct agent *agent, enum verdict verdict, struct packet *packet)
{
    const struct agent_settings *settings = &agent->settings;
    path_send_copies(agent->lane, packet, settings->send_n3, settings->context);
    if (verdict == PATH_TO_N3)
        settings->send_n3(settings->context, packet);
    else if (verdict == PATH_TO_N6 &&
             (!packet->network->lan ||
              switch_outward(settings->plane, agent->lane, packet, send_copy, (void *)settings)))
        settings->send_n6(settings->context, packet);
}

static void drain(struct agent *agent, struct session *session, path_releaser *release)
{
    for (;;) {
        enum verdict verdict;
        struct packet packet = {
            .data = agent->buffer + PATH_HEADROOM,
            .end = agent->buffer + sizeof agent->buffer,
            .now = agent_now(agent),
        };
        if (!release(agent->settings.plane, agent->lane, session, &packet, &verdict))
            return;
        send_on(agent, verdict, &packet);
    }
}

void session_drain(struct agent *agent, struct session *session)
{
    drain(agent, session, path_release);
    drain(agent, session, path_release_early);
    session_lock(session);
    fast_update(agent->settings.plane, session);
    session_unlock(session);
}

static bool leads_to(const struct session *session, const struct tunnel_error *error)
{
    for (unsigned i = 0; i < session->rules->far_count; i++) {
        const struct far *far = &session->rules->fars[i];
        if (far->has_outer && (far->action & PFCP_FORW) && far->gnb == error->gnb && far->teid == error->teid)
            return true;
    }
    return false;
}

/* TS 23.527 5.3.3.1. The tunnel is searched for: this is rare, and workers limit how often it can be asked for. */
void session_tunnel_error(struct agent *agent, const struct tunnel_error *error)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (map_next(&agent->sessions, &cursor, &key, &value)) {
        struct session *session = value;
        if (!session->smf->associated || !leads_to(session, error))
            continue;
        struct pfcp_f_teid f_teid = {.teid = error->teid, .ip = pfcp_ip_of(&error->gnb->address)};
        if (session->error_reported == error->teid)
            return;
        const struct pfcp_session_report_request report = {
            .report_type = PFCP_ERIR,
            .has_error_indication = true,
            .error_indication = {.remote_f_teids = &f_teid, .remote_f_teids_count = 1},
        };
        session->error_reported = send_report(session, report) ? error->teid : 0;
        return;
    }
}
