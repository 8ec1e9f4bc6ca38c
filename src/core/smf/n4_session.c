/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PDU session in the plane: two packet detection rules, one for each direction, with their forwarding rules, the session
 * AMBR, the QoS flow's identifier and a usage counter (TS 29.244 5.2, 7.5.2 to 7.5.6).
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "core/smf/n4.h"
#include "kit/log.h"

enum {
    PDR_UPLINK = 1,
    PDR_DOWNLINK = 2,
    FAR_UPLINK = 1,
    FAR_DOWNLINK = 2,
    QER_SESSION = 1, /* session AMBR */
    QER_FLOW = 2,    /* marks downlink with the QFI */
    URR_SESSION = 1,
    BAR_SESSION = 1,
    CHOOSE_ID = 1,
    PRECEDENCE = 255,
};

#define USAGE_THRESHOLD (UINT64_C(1) << 30) /* bytes between two usage reports */

static struct pfcp_ip ip_of(const struct tunnel *tunnel)
{
    struct pfcp_ip ip = {.has_v4 = tunnel->family == AF_INET, .has_v6 = tunnel->family == AF_INET6};
    memcpy(ip.v4, tunnel->address, sizeof ip.v4);
    memcpy(ip.v6, tunnel->address, sizeof ip.v6);
    return ip;
}

static struct tunnel tunnel_of(const struct pfcp_f_teid *f_teid)
{
    struct tunnel tunnel = {.teid = f_teid->teid, .family = f_teid->ip.has_v4 ? AF_INET : AF_INET6};
    if (f_teid->ip.has_v4)
        memcpy(tunnel.address, f_teid->ip.v4, sizeof f_teid->ip.v4);
    else
        memcpy(tunnel.address, f_teid->ip.v6, sizeof f_teid->ip.v6);
    return tunnel;
}

static struct pfcp_ue_ip ue_ip_of(const struct session *session, bool destination)
{
    struct pfcp_ue_ip ue = {.destination = destination};
    ue.ip.has_v4 = session->type & NAS_SESSION_IPV4;
    ue.ip.has_v6 = session->type & NAS_SESSION_IPV6;
    memcpy(ue.ip.v4, session->ipv4, sizeof session->ipv4);
    memcpy(ue.ip.v6, session->prefix, sizeof session->prefix);
    return ue;
}

/* The plane's end of the tunnel: as it was, or for the plane to choose. */
static struct pfcp_f_teid local_f_teid(const struct session *session)
{
    if (session->n3.family)
        return (struct pfcp_f_teid){.teid = session->n3.teid, .ip = ip_of(&session->n3)};
    bool v6 = session->upf->n3_ipv6_only;
    return (struct pfcp_f_teid){
        .choose = true,
        .has_choose_id = true,
        .choose_id = CHOOSE_ID,
        .ip = {.has_v4 = !v6, .has_v6 = v6},
    };
}

static bool forwards_downlink(const struct session *session)
{
    return session->state == SESSION_ACTIVE && session->gnb.family;
}

static struct pfcp_forwarding towards_gnb(const struct session *session)
{
    return (struct pfcp_forwarding){
        .has_destination_interface = true,
        .destination_interface = PFCP_ACCESS,
        .has_outer_header_creation = true,
        .outer_header_creation = {.description = session->gnb.family == AF_INET ? PFCP_CREATE_GTPU_UDP_IPV4
                                                                                : PFCP_CREATE_GTPU_UDP_IPV6,
                                  .teid = session->gnb.teid,
                                  .ip = ip_of(&session->gnb)},
        .has_smreq_flags = session->end_marker,
        .smreq_flags = PFCP_SNDEM,
    };
}

static uint16_t downlink_action(const struct session *session)
{
    if (forwards_downlink(session))
        return PFCP_FORW;
    /* While the user plane is on its way there is nobody to page. */
    return session->state == SESSION_INACTIVE ? PFCP_BUFF | PFCP_NOCP : PFCP_BUFF;
}

static struct pfcp_bit_rate ambr_of(const struct session *session)
{
    return (struct pfcp_bit_rate){.uplink = (session->ambr_uplink + 999) / 1000,
                                  .downlink = (session->ambr_downlink + 999) / 1000};
}

static struct pfcp_f_seid own_f_seid(const struct session *session)
{
    return (struct pfcp_f_seid){.seid = session->seid, .ip = n4_own_ip(session_smf(session))};
}

static void accept_created(struct session *session, const struct pfcp_session_establishment_response *answer)
{
    session->up_seid = answer->up_f_seid.seid;
    session->n4_lost = false;
    for (size_t i = 0; i < answer->created_pdrs_count; i++)
        if (answer->created_pdrs[i].has_f_teid && !answer->created_pdrs[i].f_teid.choose)
            session->n3 = tunnel_of(&answer->created_pdrs[i].f_teid);
}

/* The plane is silent, or says that we are not associated (it has not heard yet that it is, if our request overtook the
 * answer to its own): all sessions are to be restored. False: neither. */
static bool plane_lost(const struct n4_request *request, const struct pfcp_message *answer, uint8_t cause)
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

static void deleted(struct n4_request *request, const struct pfcp_message *answer)
{
    if (plane_lost(request, answer, answer ? answer->session_deletion_response.cause : 0))
        delete_later(request->upf, request->up_seid);
}

static void delete_in_plane(struct upf *upf, uint64_t up_seid)
{
    struct pfcp_message message = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = up_seid};
    if (!upf->associated || !n4_request_send(upf, NULL, &message, deleted))
        delete_later(upf, up_seid);
}

void n4_delete_ended(struct upf *upf)
{
    size_t count = upf->deletion_count;
    upf->deletion_count = 0;
    for (size_t i = 0; i < count; i++)
        delete_in_plane(upf, upf->deletions[i]);
}

/* The plane cannot have the session any more; the phone is asked to establish it anew. */
static void restoration_failed(struct session *session, uint8_t cause)
{
    char text[SESSION_TEXT];
    struct release release = {.cause = NAS_GSM_REACTIVATION_REQUESTED, .why = "not restored in the plane"};
    log_warning("smf", session_text(session, text), "plane %s does not restore the session: %s",
                session->upf->name, pfcp_cause_name(cause));
    session->up_seid = 0;
    procedure_start(session_smf(session)->core, &session->procedure, "session release", session_release,
                    session, &release);
}

static void established(struct n4_request *request, const struct pfcp_message *answer)
{
    struct session *session = request->session;
    const struct pfcp_session_establishment_response *response =
        answer ? &answer->session_establishment_response : NULL;
    bool accepted = response && response->cause == PFCP_ACCEPTED && response->has_up_f_seid;
    if (!session) {
        if (accepted)
            delete_in_plane(request->upf, response->up_f_seid.seid);
        else
            plane_lost(request, answer, response ? response->cause : 0);
        return;
    }
    if (accepted)
        accept_created(session, response);
    accepted = accepted && session->n3.family;
    bool fresh = session->state == SESSION_NEW;
    if (fresh)
        procedure_offer(session->procedure, EV_PFCP_RESPONSE, &accepted);
    bool lost = plane_lost(request, answer, response ? response->cause : 0);
    if (fresh)
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
}

/* The rules of a session and what they point to, in one place while the request is written. */
struct rules {
    struct pfcp_ue_ip source, destination;
    struct bytes instance;
    uint32_t qer_ids[2], urr_id;
    uint8_t qfi;
    struct pfcp_create_pdr pdrs[2];
    struct pfcp_create_far fars[2];
    struct pfcp_qer qers[2];
    struct pfcp_urr urr;
};

static void detect(struct rules *rules, const struct session *session)
{
    rules->source = ue_ip_of(session, false);
    rules->destination = ue_ip_of(session, true);
    rules->pdrs[0] = (struct pfcp_create_pdr){
        .pdr_id = PDR_UPLINK,
        .pdi = {.source_interface = PFCP_ACCESS,
                .has_f_teid = true,
                .f_teid = local_f_teid(session),
                .ue_ips = &rules->source,
                .ue_ips_count = 1,
                .qfis = &rules->qfi,
                .qfis_count = 1},
        .has_outer_header_removal = true,
        .outer_header_removal = {.description = PFCP_REMOVE_GTPU_UDP_IP},
        .far_id = FAR_UPLINK,
    };
    rules->pdrs[1] = (struct pfcp_create_pdr){
        .pdr_id = PDR_DOWNLINK,
        .pdi = {.source_interface = PFCP_CORE,
                .has_network_instance = true,
                .network_instance = rules->instance,
                .ue_ips = &rules->destination,
                .ue_ips_count = 1},
        .far_id = FAR_DOWNLINK,
    };
    for (unsigned i = 0; i < 2; i++) {
        rules->pdrs[i].precedence = PRECEDENCE;
        rules->pdrs[i].has_far_id = true;
        rules->pdrs[i].qer_ids = rules->qer_ids;
        rules->pdrs[i].qer_ids_count = 2;
        rules->pdrs[i].urr_ids = &rules->urr_id;
        rules->pdrs[i].urr_ids_count = 1;
    }
}

static void forward(struct rules *rules, const struct session *session)
{
    rules->fars[0] = (struct pfcp_create_far){
        .far_id = FAR_UPLINK,
        .apply_action = PFCP_FORW,
        .has_forwarding = true,
        .forwarding = {.destination_interface = PFCP_CORE,
                       .has_network_instance = true,
                       .network_instance = rules->instance},
    };
    rules->fars[1] = (struct pfcp_create_far){
        .far_id = FAR_DOWNLINK,
        .apply_action = downlink_action(session),
        .has_forwarding = forwards_downlink(session),
        .has_bar_id = true,
        .bar_id = BAR_SESSION,
    };
    if (rules->fars[1].has_forwarding)
        rules->fars[1].forwarding = towards_gnb(session);
}

static void describe(struct rules *rules, const struct session *session)
{
    *rules = (struct rules){
        .instance = bytes_of(session->network->name, strlen(session->network->name)),
        .qer_ids = {QER_SESSION, QER_FLOW},
        .urr_id = URR_SESSION,
        .qfi = SMF_DEFAULT_QFI,
        .qers = {{.qer_id = QER_SESSION, .has_mbr = true, .mbr = ambr_of(session)},
                 {.qer_id = QER_FLOW, .has_qfi = true, .qfi = SMF_DEFAULT_QFI}},
        .urr = {.urr_id = URR_SESSION,
                .measurement_method = PFCP_VOLUM,
                .reporting_triggers = PFCP_REPORT_VOLTH,
                .has_volume_threshold = true,
                .volume_threshold = {.flags = PFCP_TOVOL, .total = USAGE_THRESHOLD}},
    };
    detect(rules, session);
    forward(rules, session);
}

bool n4_establish(struct session *session)
{
    struct rules rules;
    describe(&rules, session);
    struct pfcp_message message = {
        .type = PFCP_SESSION_ESTABLISHMENT_REQUEST,
        .session_establishment_request = {.node_id = n4_node_id(session_smf(session)),
                                          .cp_f_seid = own_f_seid(session),
                                          .create_pdrs = rules.pdrs,
                                          .create_pdrs_count = 2,
                                          .create_fars = rules.fars,
                                          .create_fars_count = 2,
                                          .create_urrs = &rules.urr,
                                          .create_urrs_count = 1,
                                          .create_qers = rules.qers,
                                          .create_qers_count = 2,
                                          .has_create_bar = true,
                                          .create_bar = {.bar_id = BAR_SESSION},
                                          .has_pdn_type = true,
                                          .pdn_type = session->type,
                                          .has_s_nssai = true,
                                          .s_nssai = {session->slice.sst, session->slice.sd},
                                          .has_sereq_flags = session->n3.family != 0,
                                          .sereq_flags = PFCP_RESTI},
    };
    session->n4 = n4_request_send(session->upf, session, &message, established);
    session->n4_stale = false;
    return session->n4 != NULL;
}

static void synced(struct n4_request *request, const struct pfcp_message *answer)
{
    struct session *session = request->session;
    const struct pfcp_session_modification_response *response =
        answer ? &answer->session_modification_response : NULL;
    if (plane_lost(request, answer, response ? response->cause : 0)) {
        if (session && request->upf->associated)
            n4_sync(session);
        return;
    }
    if (!session)
        return;
    n4_count_usage(session, response->usage_reports, response->usage_reports_count);
    if (response->cause == PFCP_SESSION_CONTEXT_NOT_FOUND)
        n4_establish(session);
    else if (response->cause != PFCP_ACCEPTED)
        log_warning("smf", NULL, "plane %s refuses a modification: %s", session->upf->name,
                    pfcp_cause_name(response->cause));
    else if (session->n4_stale)
        n4_sync(session);
}

void n4_sync(struct session *session)
{
    session->n4_stale = true;
    if (session->n4 || session->n4_lost || !session->up_seid || !session->upf->associated)
        return;
    struct pfcp_update_far far = {
        .far_id = FAR_DOWNLINK,
        .has_apply_action = true,
        .apply_action = downlink_action(session),
        .has_forwarding = forwards_downlink(session),
    };
    if (far.has_forwarding)
        far.forwarding = towards_gnb(session);
    struct pfcp_qer limit = {.qer_id = QER_SESSION, .has_mbr = true, .mbr = ambr_of(session)};
    struct pfcp_message message = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = session->up_seid,
        .session_modification_request = {.update_fars = &far,
                                         .update_fars_count = 1,
                                         .update_qers = &limit,
                                         .update_qers_count = 1,
                                         .has_smreq_flags = session->drop_buffered,
                                         .smreq_flags = PFCP_DROBU},
    };
    session->n4 = n4_request_send(session->upf, session, &message, synced);
    session->n4_stale = session->n4 == NULL;
    session->end_marker = false;
    session->drop_buffered = false;
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
    if (session->n4)
        session->n4->session = NULL;
    session->n4 = NULL;
    if (session->up_seid)
        delete_in_plane(upf, session->up_seid);
    session->up_seid = 0;
    if (upf->restore_at == session)
        upf->restore_at = session->upf_next;
    if (session->upf_next)
        session->upf_next->upf_previous = session->upf_previous;
    if (session->upf_previous)
        session->upf_previous->upf_next = session->upf_next;
    else
        upf->sessions = session->upf_next;
    upf->session_count--;
    session->upf = NULL;
}
