/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session establishment, modification and deletion (TS 29.244 6.3) as transactions: plan, check against all other sessions,
 * reserve what is new, and only then exchange the rules. A refusal leaves everything as it was.
 */
#include <stdlib.h>
#include <string.h>

#include "kit/log.h"
#include "plane/agent_state.h"
#include "plane/early.h"
#include "plane/end_markers.h"
#include "plane/fast/counts.h"
#include "plane/fast/rules.h"
#include "plane/held.h"
#include "plane/macs.h"
#include "plane/path.h"
#include "plane/usage.h"

bool session_may_give_way(const struct smf *smf, const struct session *holder)
{
    return holder->smf == smf && holder->claim != smf->claim;
}

static bool is_others(const struct smf *smf, const struct table *table, uint64_t key,
                      const struct session *own)
{
    const struct session *holder = table_get(table, key);
    return holder && holder != own && !session_may_give_way(smf, holder);
}

static void clear_away(const struct smf *smf, const struct table *table, uint64_t key,
                       const struct session *own)
{
    struct session *holder = table_get(table, key);
    if (holder && holder != own)
        session_remove(smf->agent, holder);
}

static void clear_keys(const struct smf *smf, const struct ruleset *rules, const struct network *network,
                       const struct session *own)
{
    for (unsigned i = 0; i < rules->pdr_count; i++)
        clear_away(smf, &smf->agent->settings.plane->teids, rules->pdrs[i].teid, own);
    clear_away(smf, &network->by_v4, ruleset_v4_key(rules), own);
    clear_away(smf, &network->by_v6, ruleset_v6_key(rules), own);
}

/* What another session has already (own: the session to be changed or replaced, or NULL). */
static bool collides(struct smf *smf, struct plan *plan, const struct ruleset *rules,
                     const struct network *network, const struct session *own)
{
    for (unsigned i = 0; i < rules->pdr_count; i++)
        if (is_others(smf, &plan->plane->teids, rules->pdrs[i].teid, own))
            return !plan_refuse_rule(plan, PFCP_RULE_PDR, rules->pdrs[i].id,
                                     "F-TEID belongs to another session");
    if (is_others(smf, &network->by_v4, ruleset_v4_key(rules), own) ||
        is_others(smf, &network->by_v6, ruleset_v6_key(rules), own))
        return !plan_refuse_rule(plan, PFCP_RULE_PDR, rules->pdrs[0].id,
                                 "UE address belongs to another session");
    if (!agent_routes_admit(smf, plan, rules, own))
        return true;
    clear_keys(smf, rules, network, own);
    agent_routes_clear(smf, rules, own);
    return false;
}

static bool put_keys(struct agent *agent, struct session *session, const struct ruleset *rules)
{
    struct plane *plane = agent->settings.plane;
    struct network *network = session->network;
    for (unsigned i = 0; i < rules->pdr_count; i++)
        if (rules->pdrs[i].teid && !table_put(&plane->teids, rules->pdrs[i].teid, session))
            return false;
    return (!rules->has_v4 || table_put(&network->by_v4, ruleset_v4_key(rules), session)) &&
           (!rules->has_v6 || table_put(&network->by_v6, ruleset_v6_key(rules), session)) &&
           agent_routes_put(agent, session, rules);
}

/* All keys of `rules` that are not also in `kept` (NULL: none is kept). */
static void remove_keys(struct agent *agent, struct session *session, const struct ruleset *rules,
                        const struct ruleset *kept)
{
    struct plane *plane = agent->settings.plane;
    struct network *network = session->network;
    for (unsigned i = 0; i < rules->pdr_count; i++)
        if (!(kept && ruleset_has_teid(kept, rules->pdrs[i].teid))) {
            table_remove_value(&plane->teids, rules->pdrs[i].teid, session);
            resting_add(&plane->resting, rules->pdrs[i].teid, agent_now(agent));
        }
    if (!kept || ruleset_v4_key(kept) != ruleset_v4_key(rules))
        table_remove_value(&network->by_v4, ruleset_v4_key(rules), session);
    if (!kept || ruleset_v6_key(kept) != ruleset_v6_key(rules))
        table_remove_value(&network->by_v6, ruleset_v6_key(rules), session);
    agent_routes_remove(agent, session, rules, kept);
}

static void release_session(struct epoch_retired *retired)
{
    struct session *session = (struct session *)((char *)retired - offsetof(struct session, retired));
    ruleset_free(session->rules);
    macs_free(session);
    free(session->port);
    free(session);
}

/* A worker may have put it on the list of news just before it was marked as gone: what is there is handled first. */
static void take_off_news(struct agent *agent, struct session *session)
{
    struct plane *plane = agent->settings.plane;
    struct session *other;
    uint8_t news;
    while ((other = plane_take_news(plane, &news)))
        if (other != session)
            session_news(agent, other, news);
}

void session_remove(struct agent *agent, struct session *session)
{
    struct plane *plane = agent->settings.plane;
    session_lock(session);
    session->gone = true;
    held_discard(plane, session);
    early_discard(plane, session);
    if (session->port) /* before its place is free: stations lead there */
        lan_leave(session->network->lan, session);
    fast_dismiss(plane, session);
    session_unlock(session);
    timer_stop(agent->settings.timers, &session->timer);
    supervise_move(agent, session->gnb, NULL);
    remove_keys(agent, session, session->rules, NULL);
    map_take(&agent->sessions, session->seid);
    if (map_get(&session->smf->by_cp_seid, session->cp_seid) == session)
        map_take(&session->smf->by_cp_seid, session->cp_seid);
    take_off_news(agent, session);
    epoch_retire(&plane->epochs, &session->retired, release_session);
}

static uint64_t new_seid(struct agent *agent)
{
    const struct agent_settings *settings = &agent->settings;
    for (;;) {
        uint64_t seid = settings->random(settings->context);
        if (seid && !map_get(&agent->sessions, seid))
            return seid;
    }
}

enum { FORMER_MS = 1000 };

static void leave_gnb(struct session *session, int64_t now)
{
    memmove(session->formers + 1, session->formers, sizeof session->formers - sizeof *session->formers);
    session->formers[0] = (struct former){session->gnb, now + MILLISECONDS(FORMER_MS)};
}

static void update_gnb(struct session *session, int64_t now)
{
    const struct far *far = ruleset_access_far(session->rules);
    struct gnb *gnb = far ? far->gnb : NULL;
    if (gnb != session->gnb)
        leave_gnb(session, now);
    session->gnb = gnb;
    session->idle = ruleset_notifies(session->rules);
}

/* On success the session owns the rules, and has taken over from `old` (NULL: none) what packets in flight find. */
static struct session *insert(struct smf *smf, uint64_t cp_seid, struct network *network,
                              struct ruleset *rules, struct session *old)
{
    struct agent *agent = smf->agent;
    struct session *session = calloc(1, sizeof *session);
    if (!session)
        return NULL;
    *session = (struct session){
        .seid = new_seid(agent),
        .cp_seid = cp_seid,
        .smf = smf,
        .smf_number = smf->number,
        .network = network,
        .rules = rules,
        .claim = smf->claim,
        .timer.fire = session_timer,
    };
    ruleset_take_over(rules, NULL, agent_now(agent));
    update_gnb(session, agent_now(agent));
    if ((!network->lan || lan_join(network->lan, session, old)) &&
        fast_admit(agent->settings.plane, session, old, agent_now(agent)) &&
        map_put(&agent->sessions, session->seid, session) && map_put(&smf->by_cp_seid, cp_seid, session) &&
        put_keys(agent, session, rules)) {
        supervise_move(agent, NULL, session->gnb);
        session_lock(session);
        fast_update(agent->settings.plane, session);
        session_unlock(session);
        if (network->lan)
            lan_tell(network->lan, session, agent_now(agent));
        return session;
    }
    session_lock(session);
    session->gone = true;
    if (session->port)
        lan_leave(network->lan, session);
    fast_dismiss(agent->settings.plane, session);
    session_unlock(session);
    remove_keys(agent, session, rules, NULL);
    map_take(&agent->sessions, session->seid);
    map_take(&smf->by_cp_seid, cp_seid);
    /* A worker may have found it in the moment between: it is retired with rules of its own to free. */
    epoch_retire(&agent->settings.plane->epochs, &session->retired, release_session);
    return NULL;
}

/* The F-TEIDs that were chosen for the request. */
static struct pfcp_created_pdr *created_pdrs(struct agent *agent, const struct plan *plan, size_t *count)
{
    const struct plane *plane = agent->settings.plane;
    struct pfcp_created_pdr *created = arena_array(&agent->arena, plan->pdr_count + 1, sizeof *created);
    *count = 0;
    for (unsigned i = 0; created && i < plan->pdr_count; i++) {
        const struct pdr *pdr = &plan->pdrs[i].pdr;
        if (!plan->pdrs[i].allocated)
            continue;
        struct pfcp_created_pdr *ie = &created[(*count)++];
        *ie = (struct pfcp_created_pdr){.pdr_id = pdr->id, .has_f_teid = true, .f_teid.teid = pdr->teid};
        ie->f_teid.ip = (struct pfcp_ip){.has_v4 = pdr->teid_v4, .has_v6 = pdr->teid_v6};
        memcpy(ie->f_teid.ip.v4, plane->n3_v4.address, 4);
        memcpy(ie->f_teid.ip.v6, plane->n3_v6.address, 16);
    }
    return created;
}

static bool begin_plan(const struct smf *smf, struct plan *plan, const struct ruleset *old)
{
    struct agent *agent = smf->agent;
    bool begun = plan_begin(plan, &agent->arena, agent->settings.plane, old);
    plan->owner = (uint32_t)(smf - agent->smfs);
    plan->now = agent_now(agent);
    plan->random = agent->settings.random;
    plan->random_context = agent->settings.context;
    return begun;
}

static bool check_establishment(struct agent *agent, struct plan *plan,
                                const struct pfcp_session_establishment_request *request,
                                const struct session *old)
{
    plan->ethernet = request->has_pdn_type && request->pdn_type == PFCP_PDN_ETHERNET;
    if (request->has_pdn_type && request->pdn_type > PFCP_PDN_IPV4V6 && !plan->ethernet)
        return plan_refuse(plan, PFCP_SERVICE_NOT_SUPPORTED, "only IP and Ethernet sessions are served");
    if (!old && agent->settings.sessions && agent->sessions.count >= agent->settings.sessions)
        return plan_refuse(plan, PFCP_NO_RESOURCES_AVAILABLE, "as many sessions as are allowed");
    if (!plan_establishment(plan, request))
        return false;
    if (!plan->network && request->has_dnn)
        plan->network = plane_network(agent->settings.plane, request->dnn);
    if (!plan->network && agent->settings.plane->network_count)
        plan->network = &agent->settings.plane->networks[0];
    if (!plan->network)
        return plan_refuse(plan, PFCP_NO_RESOURCES_AVAILABLE, "no data network is configured");
    return plan->ethernet == (plan->network->lan != NULL) ||
           plan_refuse_ie(plan, PFCP_MANDATORY_IE_INCORRECT, PFCP_IE_PDN_TYPE,
                          "the data network does not carry that type of session");
}

/* A request for a session that the SMF has already replaces it: its answer was lost, or the SMF forgot (TS 29.244 6.3.2). */
static struct session *establish(struct smf *smf, const struct pfcp_session_establishment_request *request,
                                 struct plan *plan)
{
    struct agent *agent = smf->agent;
    struct session *old = map_get(&smf->by_cp_seid, request->cp_f_seid.seid);
    if (!begin_plan(smf, plan, NULL) || !check_establishment(agent, plan, request, old))
        return NULL;
    struct ruleset *rules = plan_finish(plan);
    if (!rules)
        return NULL;
    if (collides(smf, plan, rules, plan->network, old)) {
        ruleset_free(rules);
        return NULL;
    }
    if (old && old->network != plan->network) { /* nothing of it is the new one's */
        session_remove(agent, old);
        old = NULL;
    }
    struct session *session = insert(smf, request->cp_f_seid.seid, plan->network, rules, old);
    if (old)
        session_remove(agent, old); /* retired: its rules are there as long as this message is in hand */
    if (session)
        agent_routes_lead(agent, session, old ? old->rules : NULL);
    else
        plan_refuse(plan, PFCP_NO_RESOURCES_AVAILABLE, "out of memory, or of places in the fast path");
    return session;
}

static void log_refusal(const char *what, const struct refusal *refusal)
{
    log_info("plane", NULL, "session %s refused (%s): %s, rule %u", what, pfcp_cause_name(refusal->cause),
             refusal->what, refusal->failed_rule.id);
}

/* TS 23.501 5.8.2.2.3: the phone is told its prefix as soon as there is a way to tell it. */
static void advertise(struct agent *agent, struct session *session)
{
    struct packet packet = {
        .data = agent->buffer + PATH_HEADROOM,
        .end = agent->buffer + sizeof agent->buffer,
        .now = agent_now(agent),
    };
    if (session->gnb && session->rules->has_v6 && path_advertise(agent->lane, session, &packet) == PATH_TO_N3)
        agent->settings.send_n3(agent->settings.context, &packet);
}

void agent_establish(struct smf *smf, const struct pfcp_message *request, struct pfcp_message *answer)
{
    struct agent *agent = smf->agent;
    struct plan plan;
    struct pfcp_session_establishment_response *response = &answer->session_establishment_response;
    *response = (struct pfcp_session_establishment_response){.node_id = agent->settings.node_id};
    answer->seid = request->session_establishment_request.cp_f_seid.seid;
    struct session *session = establish(smf, &request->session_establishment_request, &plan);
    if (!session) {
        log_refusal("establishment", &plan.refusal);
        response->cause = plan.refusal.cause;
        response->has_failed_rule = plan.refusal.has_failed_rule;
        response->failed_rule = plan.refusal.failed_rule;
        response->has_offending_ie = plan.refusal.offending_ie != 0;
        response->offending_ie = plan.refusal.offending_ie;
        return;
    }
    response->cause = PFCP_ACCEPTED;
    response->has_up_f_seid = true;
    response->up_f_seid = (struct pfcp_f_seid){session->seid, agent->settings.n4};
    response->created_pdrs = created_pdrs(agent, &plan, &response->created_pdrs_count);
    session_lock(session);
    macs_follow(session);
    session_unlock(session);
    if (request->session_establishment_request.has_inactivity_timer)
        session_watch_activity(agent, session, request->session_establishment_request.inactivity_timer);
    session_reschedule(agent, session);
    advertise(agent, session);
}

static struct session *find_session(struct smf *smf, uint64_t seid)
{
    struct session *session = map_get(&smf->agent->sessions, seid);
    return session && session->smf == smf ? session : NULL;
}

static bool admit_cp_seid(struct plan *plan, const struct session *session, uint64_t cp_seid)
{
    const struct session *holder = map_get(&session->smf->by_cp_seid, cp_seid);
    return !holder || holder == session ||
           plan_refuse_ie(plan, PFCP_MANDATORY_IE_INCORRECT, PFCP_IE_F_SEID,
                          "the new CP F-SEID is another session's");
}

/* To what was admitted. False: out of memory. */
static bool change_cp_seid(struct smf *smf, struct session *session, uint64_t cp_seid)
{
    if (session->cp_seid == cp_seid)
        return true;
    if (!map_put(&smf->by_cp_seid, cp_seid, session))
        return false;
    map_take(&smf->by_cp_seid, session->cp_seid);
    session->cp_seid = cp_seid;
    return true;
}

/* New keys first: they may fail. Then the rules, in one moment. */
static bool commit(struct smf *smf, struct session *session, struct ruleset *rules, struct plan *plan,
                   const struct pfcp_session_modification_request *request)
{
    struct agent *agent = smf->agent;
    struct plane *plane = agent->settings.plane;
    struct ruleset *old = session->rules;
    if (!put_keys(agent, session, rules) ||
        (request->has_cp_f_seid && !change_cp_seid(smf, session, request->cp_f_seid.seid))) {
        remove_keys(agent, session, rules, old);
        return plan_refuse(plan, PFCP_NO_RESOURCES_AVAILABLE, "out of memory");
    }
    struct gnb *from = session->gnb;
    session_lock(session);
    fast_absorb(plane, session, agent_now(agent));
    ruleset_take_over(rules, old, agent_now(agent));
    session->rules = rules;
    macs_follow(session);
    update_gnb(session, agent_now(agent));
    if (request->has_smreq_flags && (request->smreq_flags & PFCP_DROBU))
        held_discard(plane, session);
    if (plan->wakes)
        path_report_held(plane, session);
    fast_withdraw(plane, session, old, rules);
    fast_update(plane, session);
    session_unlock(session);
    supervise_move(agent, from, session->gnb);
    remove_keys(agent, session, old, rules);
    agent_routes_lead(agent, session, old);
    return true;
}

/* Reports that a modification asks for: final ones of removed URRs, immediate ones of queried URRs. */
static struct pfcp_usage_report *usage_reports(struct agent *agent, struct session *session,
                                               struct ruleset *old,
                                               const struct pfcp_session_modification_request *request,
                                               size_t *count)
{
    bool all = request->has_smreq_flags && (request->smreq_flags & PFCP_QAURR);
    size_t most = old->urr_count + session->rules->urr_count + request->query_urrs_count;
    struct pfcp_usage_report *reports = arena_array(&agent->arena, most + 1, sizeof *reports);
    int64_t now = agent_now(agent), wall = agent->settings.wall;
    *count = 0;
    session_lock(session);
    fast_absorb(agent->settings.plane, session, now);
    for (unsigned i = 0; reports && i < old->urr_count; i++)
        if (!ruleset_urr(session->rules, old->urrs[i].id))
            usage_report(&old->urrs[i], PFCP_USAGE_TERMR, now, wall, &reports[(*count)++]);
    for (size_t i = 0; reports && !all && i < request->query_urrs_count; i++) {
        struct urr *urr = ruleset_urr(session->rules, request->query_urrs[i].id);
        if (urr)
            usage_report(urr, PFCP_USAGE_IMMER, now, wall, &reports[(*count)++]);
    }
    for (unsigned i = 0; reports && all && i < session->rules->urr_count; i++)
        usage_report(&session->rules->urrs[i], PFCP_USAGE_IMMER, now, wall, &reports[(*count)++]);
    if (*count)
        fast_reported(agent->settings.plane, session);
    session_unlock(session);
    return reports;
}

static struct ruleset *modify(struct session *session, struct plan *plan,
                              const struct pfcp_session_modification_request *request)
{
    if (!begin_plan(session->smf, plan, session->rules))
        return NULL;
    plan->ethernet = session->port != NULL;
    if (!plan_modification(plan, request))
        return NULL;
    if (plan->network && plan->network != session->network) {
        plan_refuse_ie(plan, PFCP_MANDATORY_IE_INCORRECT, PFCP_IE_NETWORK_INSTANCE,
                       "a session stays in its data network");
        return NULL;
    }
    if (request->has_cp_f_seid && !admit_cp_seid(plan, session, request->cp_f_seid.seid))
        return NULL;
    struct ruleset *rules = plan_finish(plan);
    if (rules && !collides(session->smf, plan, rules, session->network, session) &&
        commit(session->smf, session, rules, plan, request))
        return rules;
    ruleset_free(rules);
    return NULL;
}

void agent_modify(struct smf *smf, const struct pfcp_message *message, struct pfcp_message *answer)
{
    struct agent *agent = smf->agent;
    const struct pfcp_session_modification_request *request = &message->session_modification_request;
    struct pfcp_session_modification_response *response = &answer->session_modification_response;
    *response = (struct pfcp_session_modification_response){.cause = PFCP_SESSION_CONTEXT_NOT_FOUND};
    struct session *session = find_session(smf, message->seid);
    if (!session)
        return;
    struct plan plan;
    struct ruleset *old = session->rules;
    bool was_active = session->gnb != NULL;
    if (!modify(session, &plan, request)) {
        log_refusal("modification", &plan.refusal);
        answer->seid = session->cp_seid;
        response->cause = plan.refusal.cause;
        response->has_failed_rule = plan.refusal.has_failed_rule;
        response->failed_rule = plan.refusal.failed_rule;
        response->has_offending_ie = plan.refusal.offending_ie != 0;
        response->offending_ie = plan.refusal.offending_ie;
        return;
    }
    session_claimed(agent, session);
    session->refused_until = 0;
    session->error_reported = 0; /* the gNB may have given the tunnel's TEID anew */
    answer->seid = session->cp_seid;
    response->cause = PFCP_ACCEPTED;
    response->created_pdrs = created_pdrs(agent, &plan, &response->created_pdrs_count);
    response->usage_reports = usage_reports(agent, session, old, request, &response->usage_reports_count);
    ruleset_free(old);
    end_markers_send(agent, &plan);
    session_drain(agent, session);
    if (request->has_inactivity_timer)
        session_watch_activity(agent, session, request->inactivity_timer);
    session_reschedule(agent, session);
    if (!was_active)
        advertise(agent, session);
}

void session_delete(struct smf *smf, const struct pfcp_message *message, struct pfcp_message *answer)
{
    struct agent *agent = smf->agent;
    struct pfcp_session_deletion_response *response = &answer->session_deletion_response;
    *response = (struct pfcp_session_deletion_response){.cause = PFCP_SESSION_CONTEXT_NOT_FOUND};
    struct session *session = find_session(smf, message->seid);
    if (!session)
        return;
    answer->seid = session->cp_seid;
    response->cause = PFCP_ACCEPTED;
    session_lock(session);
    session->gone = true;
    struct ruleset *rules = session->rules;
    fast_withdraw(agent->settings.plane, session, rules, NULL);
    fast_absorb(agent->settings.plane, session, agent_now(agent));
    response->usage_reports =
        arena_array(&agent->arena, rules->urr_count + 1u, sizeof *response->usage_reports);
    for (unsigned i = 0; response->usage_reports && i < rules->urr_count; i++)
        usage_report(&rules->urrs[i], PFCP_USAGE_TERMR, agent_now(agent), agent->settings.wall,
                     &response->usage_reports[response->usage_reports_count++]);
    session_unlock(session);
    session_remove(agent, session);
}
