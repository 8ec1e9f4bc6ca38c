/* SPDX-License-Identifier: Apache-2.0 */
/* A PDU session in the plane: established, kept up to date, deleted (TS 29.244 6.3, 7.5.2 to 7.5.6). */
#include <stdlib.h>
#include <sys/socket.h>

#include "core/smf/n4.h"
#include "core/smf/n4_rules.h"
#include "core/smf/partner.h"
#include "kit/log.h"

struct tunnel n4_tunnel_of(const struct pfcp_f_teid *f_teid)
{
    struct tunnel tunnel = {.teid = f_teid->teid, .family = f_teid->ip.has_v4 ? AF_INET : AF_INET6};
    if (f_teid->ip.has_v4)
        memcpy(tunnel.address, f_teid->ip.v4, sizeof f_teid->ip.v4);
    else
        memcpy(tunnel.address, f_teid->ip.v6, sizeof f_teid->ip.v6);
    return tunnel;
}

static struct pfcp_f_seid own_f_seid(const struct session *session)
{
    return (struct pfcp_f_seid){.seid = session->seid, .ip = n4_own_ip(session_smf(session))};
}

/* TS 29.244 5.21: the plane has given the phone its addresses. False: none, or two of a kind. */
static bool take_addresses(struct session *session, const struct pfcp_session_establishment_response *answer)
{
    const struct pfcp_ue_ip *given = NULL;
    for (size_t i = 0; i < answer->created_pdrs_count; i++)
        for (size_t k = 0; k < answer->created_pdrs[i].ue_ips_count; k++) {
            const struct pfcp_ue_ip *ip = &answer->created_pdrs[i].ue_ips[k];
            if (given && (memcmp(ip->ip.v4, given->ip.v4, 4) != 0 || memcmp(ip->ip.v6, given->ip.v6, 8) != 0))
                return false;
            given = ip;
        }
    if (!given || given->ip.has_v4 != nas_session_has_ipv4(session->type) ||
        given->ip.has_v6 != nas_session_has_ipv6(session->type))
        return false;
    memcpy(session->ipv4, given->ip.v4, sizeof session->ipv4);
    memcpy(session->prefix, given->ip.v6, sizeof session->prefix);
    session->has_ipv4 = given->ip.has_v4 && network_claim_ipv4(session->network, session->ipv4);
    session->has_prefix = given->ip.has_v6 && network_claim_ipv6(session->network, session->prefix);
    return true;
}

static bool has_addresses(const struct session *session)
{
    return session->has_ipv4 || session->has_prefix;
}

/* Nothing is sent to an address that no configuration names: whoever can answer once for a UPF, or has taken it over, would have sessions told wherever he likes, and
 * what came back from there would be a stranger's. */
static void tell_elsewhere(struct upf *upf, const struct pfcp_ip *ip)
{
    const union socket_address *own = &upf->address;
    const bool same = own->any.sa_family == AF_INET
                          ? ip->has_v4 && memcmp(ip->v4, &own->v4.sin_addr, sizeof ip->v4) == 0
                          : ip->has_v6 && memcmp(ip->v6, &own->v6.sin6_addr, sizeof ip->v6) == 0;
    char text[INET6_ADDRSTRLEN];
    if (!same && !upf->elsewhere)
        log_warning(
            "smf", NULL,
            "plane %s wants requests about sessions at %s, and not at its `n4`: not followed; if that is its "
            "address for all of N4, name it in planes.n4, else have it announce the one that is named",
            upf->name, n4_ip_text(ip, text));
    upf->elsewhere = !same;
}

static bool accept_created(struct session *session, const struct pfcp_session_establishment_response *answer)
{
    session->up_seid = answer->up_f_seid.seid;
    tell_elsewhere(session->upf, &answer->up_f_seid.ip);
    session->n4_lost = false;
    session->n4_restate = false;
    session->usage_next = 0; /* its reports are numbered anew */
    session->n4_has = session->n4_sent;
    n4_forward_replaced(session);
    for (size_t i = 0; i < answer->created_pdrs_count; i++)
        if (answer->created_pdrs[i].has_f_teid && !answer->created_pdrs[i].f_teid.choose &&
            (session->upf->features & PFCP_UP_FTUP))
            session->n3 = n4_tunnel_of(&answer->created_pdrs[i].f_teid);
    return session->n3.family &&
           (!session_plane_allocates(session) || has_addresses(session) || take_addresses(session, answer));
}

/* The plane is silent, or says that we are not associated (it has not heard yet that it is, if our request overtook the
 * answer to its own): all sessions are to be restored. False: neither. */
bool n4_plane_lost(const struct n4_request *request, const struct pfcp_message *answer, uint8_t cause)
{
    if (answer && cause != PFCP_NO_ESTABLISHED_ASSOCIATION)
        return false;
    if (request->association == request->upf->associations) /* else it is known, and perhaps mended */
        n4_lost(request->upf, answer ? pfcp_cause_name(cause) : "a session request was not answered");
    return true;
}

static void delete_later(struct upf *upf, uint64_t up_seid)
{
    if (upf->deletion_count == upf->deletion_room) {
        size_t room = upf->deletion_room ? 2 * upf->deletion_room : 16;
        uint64_t *grown = realloc(upf->deletions, room * sizeof *grown);
        if (!grown)
            return;
        upf->deletions = grown;
        upf->deletion_room = room;
    }
    upf->deletions[upf->deletion_count++] = up_seid;
}

static void delete_in_plane(struct upf *upf, uint64_t up_seid);

/* If it is associated anew by now, nobody else will ask again. What it cannot do now it is asked again with the next heartbeat. */
static void deleted(struct n4_request *request, const struct pfcp_message *answer)
{
    struct upf *upf = request->upf;
    const uint8_t cause = answer ? answer->session_deletion_response.cause : 0;
    upf->deleting--;
    if (n4_plane_lost(request, answer, cause)) {
        delete_in_plane(upf, request->up_seid);
        return;
    }
    if (n4_cause_accepts(cause) || cause == PFCP_SESSION_CONTEXT_NOT_FOUND)
        return;
    log_warning("smf", NULL, "plane %s does not delete a session: %s", upf->name, pfcp_cause_name(cause));
    if (n4_cause_passes(cause))
        delete_later(upf, request->up_seid);
}

static void delete_in_plane(struct upf *upf, uint64_t up_seid)
{
    struct pfcp_message message = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = up_seid};
    if (upf->associated && n4_request_send(upf, NULL, &message, deleted))
        upf->deleting++;
    else
        delete_later(upf, up_seid);
}

void n4_delete_ended(struct upf *upf)
{
    size_t count = upf->deletion_count;
    upf->deletion_count = 0;
    for (size_t i = 0; i < count; i++)
        delete_in_plane(upf, upf->deletions[i]);
}

/* The plane cannot serve the session any more; the phone is asked to establish it anew. */
static void give_up(struct session *session, const char *why)
{
    struct release release = {.cause = NAS_GSM_REACTIVATION_REQUESTED, .why = why};
    procedure_start(session_smf(session)->core, &session->procedure, "session release", session_release,
                    session, &release);
}

static void restoration_failed(struct session *session, uint8_t cause)
{
    char text[SESSION_TEXT];
    log_warning("smf", session_text(session, text), "plane %s does not restore the session: %s",
                session->upf->name,
                n4_cause_accepts(cause) ? "no F-TEID or address" : pfcp_cause_name(cause));
    if (!n4_cause_accepts(cause))
        session->up_seid = 0;
    give_up(session, "not restored in the plane");
}

/* Flows that could not be sent: who waits for an answer to them gets none. */
static void tell_unsent(struct session *session)
{
    bool accepted = false;
    if (!session->n4_flows_stale || session->n4)
        return;
    session->n4_cause = 0;
    procedure_offer(session->procedure, EV_PFCP_RESPONSE, &accepted);
}

static void established(struct n4_request *request, const struct pfcp_message *answer)
{
    struct session *session = request->session;
    const struct pfcp_session_establishment_response *response =
        answer ? &answer->session_establishment_response : NULL;
    bool accepted = response && n4_cause_accepts(response->cause) && response->has_up_f_seid;
    if (!session) {
        if (accepted)
            delete_in_plane(request->upf, response->up_f_seid.seid);
        else
            n4_plane_lost(request, answer, response ? response->cause : 0);
        return;
    }
    session->n4_cause = response ? response->cause : 0;
    session->n4_refused = false;
    if (accepted)
        accepted = accept_created(session, response);
    else if (response)
        n4_refused_session(request->upf, response->cause);
    bool fresh = session->state == SESSION_NEW;
    if (fresh && request->association == request->upf->associations && request->upf->associated &&
        n4_plane_lost(request, answer, response ? response->cause : 0))
        return; /* its procedure has been told, and may be with another plane */
    const struct ue *ue = session->ue;
    const uint8_t psi = session->psi;
    if (fresh || !session->n4_flows_stale) /* else what is waited for is still to be sent */
        procedure_offer(session->procedure, EV_PFCP_RESPONSE, &accepted);
    bool lost = n4_plane_lost(request, answer, response ? response->cause : 0);
    if (fresh || session_find(ue, psi) != session) /* its procedure has ended it */
        return;
    if (lost) {
        if (request->upf->associated) /* since, and restoration has passed over what was under way */
            n4_establish(session);
        return;
    }
    if (!accepted) {
        restoration_failed(session, response->cause);
        return;
    }
    core_dirty(request->smf->core, &session->row);
    if (session->n4_stale)
        n4_sync(session);
    else
        session_settled(session);
    if (session->data_waits && session->state == SESSION_INACTIVE && amf_connected(session->ue))
        session_bring_back(session); /* it has another tunnel */
    tell_unsent(session);
}

bool n4_establish(struct session *session)
{
    struct n4_rules rules;
    const uint64_t features = session->upf->features;
    const bool again = session->n3.family != 0;
    if (!again && !(features & PFCP_UP_FTUP) && !n4_teid_draw(session, &session->n3))
        return false;
    n4_describe(&rules, session);
    session->mac_count = 0; /* all are told again */
    struct pfcp_message message = {
        .type = PFCP_SESSION_ESTABLISHMENT_REQUEST,
        .session_establishment_request = {.node_id = n4_node_id(session_smf(session)),
                                          .cp_f_seid = own_f_seid(session),
                                          .create_pdrs = rules.pdrs,
                                          .create_pdrs_count = rules.pdr_count,
                                          .create_fars = rules.fars,
                                          .create_fars_count = 2,
                                          .create_urrs = rules.urrs,
                                          .create_urrs_count = rules.urr_count,
                                          .create_qers = rules.qers,
                                          .create_qers_count = rules.qer_count,
                                          .has_create_bar = true,
                                          .create_bar = {.bar_id = N4_BAR_SESSION},
                                          .has_pdn_type = true,
                                          .pdn_type = session->type,
                                          .has_inactivity_timer = n4_inactivity_timer(session) != 0,
                                          .inactivity_timer = n4_inactivity_timer(session),
                                          .has_s_nssai = true,
                                          .s_nssai = {session->slice.sst, session->slice.sd},
                                          .has_sereq_flags = again && (features & PFCP_UP_RESPS),
                                          .sereq_flags = PFCP_RESTI},
    };
    session->n4 = n4_request_send(session->upf, session, &message, established);
    session->n4_cause = 0;
    session->n4_stale = session->n4_flows_stale = session->n4_flows_sent = false;
    session->n4_sent = n4_places_of(session->qos);
    return session->n4 != NULL;
}

bool n4_establish_again(struct session *session)
{
    session->n4_lost = true;
    if (!n4_restores_tunnels(session->upf))
        n4_leave_tunnel(session);
    if (n4_establish(session))
        return true;
    give_up(session, "the plane could not be asked to restore it");
    return false;
}

/* The answer to a change of flows is the procedure's to act upon: refused, it takes the change back. */
static void take_flows_answer(struct session *session, bool accepted)
{
    if (!session->n4_flows_sent)
        return;
    session->n4_flows_sent = false;
    if (accepted)
        session->n4_has = session->n4_sent;
    core_dirty(session_smf(session)->core, &session->row);
    procedure_offer(session->procedure, EV_PFCP_RESPONSE, &accepted);
}

/* A refusal changes nothing in the plane. What was asked together with flows, which the procedure takes back, is asked without them; the rest
 * once more with the next heartbeat, if it may be taken then. A plane that still does not know where the phone is serves it no more. */
static void change_refused(struct session *session, uint8_t cause, bool asked_again)
{
    struct upf *upf = session->upf;
    if (n4_cause_passes(cause) && !asked_again) {
        session->n4_refused = upf->refused_changes = true;
    } else {
        n4_rests(upf, "it refuses changes of sessions that it has");
        give_up(session, "the plane refuses a change");
    }
}

static void synced(struct n4_request *request, const struct pfcp_message *answer)
{
    struct session *session = request->session;
    const struct pfcp_session_modification_response *response =
        answer ? &answer->session_modification_response : NULL;
    if (n4_plane_lost(request, answer, response ? response->cause : 0) || !session)
        return;
    n4_count_usage(session, response->usage_reports, response->usage_reports_count);
    if (response->cause == PFCP_SESSION_CONTEXT_NOT_FOUND) {
        n4_establish_again(session);
        return;
    }
    const bool accepted = n4_cause_accepts(response->cause), had_flows = session->n4_flows_sent,
               asked_again = request->restores && session->n4_refused;
    session->n4_cause = response->cause;
    session->n4_refused &= !accepted;
    if (!accepted)
        log_warning("smf", NULL, "plane %s refuses a modification: %s", session->upf->name,
                    pfcp_cause_name(response->cause));
    take_flows_answer(session, accepted);
    if (session->n4)
        return;
    if (session->n4_stale || (had_flows && !accepted)) {
        n4_sync(session);
        tell_unsent(session);
    } else if (!accepted) {
        change_refused(session, response->cause, asked_again);
    } else {
        session_settled(session);
    }
}

/* PDRs and QERs of flows are taken away and put in anew, in one step. */
struct flow_changes {
    struct n4_rules rules;
    struct pfcp_remove_pdr pdrs[2 * QOS_RULES];
    struct pfcp_remove_rule qers[QOS_FLOWS];
    size_t pdr_count, qer_count;
};

static void change_flows(struct session *session, struct flow_changes *changes,
                         struct pfcp_session_modification_request *request)
{
    changes->pdr_count = changes->qer_count = 0;
    for (unsigned i = 0; i < QOS_RULES; i++) {
        uint16_t id = (uint16_t)(N4_PDR_RULES + 2 * i);
        if (session->n4_has.uplinks >> i & 1)
            changes->pdrs[changes->pdr_count++].pdr_id = id;
        if (session->n4_has.downlinks >> i & 1)
            changes->pdrs[changes->pdr_count++].pdr_id = (uint16_t)(id + 1);
    }
    for (unsigned i = 0; i < QOS_FLOWS; i++)
        if (session->n4_has.flows >> i & 1)
            changes->qers[changes->qer_count++].id = N4_QER_FLOWS + i;
    n4_describe_flows(&changes->rules, session);
    request->remove_pdrs = changes->pdrs;
    request->remove_pdrs_count = changes->pdr_count;
    request->remove_qers = changes->qers;
    request->remove_qers_count = changes->qer_count;
    request->create_pdrs = changes->rules.pdrs;
    request->create_pdrs_count = changes->rules.pdr_count;
    request->create_qers = changes->rules.qers;
    request->create_qers_count = changes->rules.qer_count;
    session->n4_sent = n4_places_of(session->qos);
}

void n4_sync(struct session *session)
{
    session->n4_stale = true;
    if (session->n4 || session->n4_lost || !session->up_seid || !session->upf->associated)
        return;
    struct flow_changes changes;
    struct pfcp_update_far far = n4_downlink(session);
    struct pfcp_qer rates[] = {n4_session_rate(session), n4_ue_rate(session)};
    struct pfcp_message message = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = session->up_seid,
        .session_modification_request = {.update_fars = &far,
                                         .update_fars_count = 1,
                                         .update_qers = rates,
                                         .update_qers_count = 2,
                                         .has_inactivity_timer = n4_inactivity_timer(session) != 0,
                                         .inactivity_timer = n4_inactivity_timer(session),
                                         .has_smreq_flags = session->drop_buffered,
                                         .smreq_flags = PFCP_DROBU},
    };
    if (session->n4_flows_stale)
        change_flows(session, &changes, &message.session_modification_request);
    session->n4 = n4_request_send(session->upf, session, &message, synced);
    session->n4_stale = session->n4 == NULL;
    session->n4_flows_sent = session->n4_flows_stale && session->n4;
    session->n4_flows_stale = session->n4_flows_stale && !session->n4;
    session->end_marker = false;
    session->drop_buffered = false;
}

void n4_sync_flows(struct session *session)
{
    session->n4_flows_stale = true;
    n4_sync(session);
}

void n4_join(struct session *session, struct upf *upf)
{
    session->upf = upf;
    session->upf_next = upf->sessions;
    session->upf_previous = NULL;
    if (upf->sessions)
        upf->sessions->upf_previous = session;
    upf->sessions = session;
    upf->session_count++;
}

void n4_leave(struct session *session)
{
    struct upf *upf = session->upf;
    if (!upf)
        return;
    n4_forward_forget(session);
    if (session->n3.family && map_get(&upf->teids, session->n3.teid) == session)
        map_take(&upf->teids, session->n3.teid);
    session->n3 = (struct tunnel){0};
    if (session->n4)
        session->n4->session = NULL;
    session->n4 = NULL;
    if (session->up_seid)
        delete_in_plane(upf, session->up_seid);
    session->up_seid = 0;
    if (upf->restore_at == session)
        upf->restore_at = session->upf_next;
    if (upf->move_at == session)
        upf->move_at = session->upf_next;
    partner_forget(session);
    if (session->upf_next)
        session->upf_next->upf_previous = session->upf_previous;
    if (session->upf_previous)
        session->upf_previous->upf_next = session->upf_next;
    else
        upf->sessions = session->upf_next;
    upf->session_count--;
    session->upf = NULL;
}
