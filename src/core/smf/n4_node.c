/* SPDX-License-Identifier: Apache-2.0 */
/* Planes: association, heartbeat, loss and return (TS 29.244 6.2, TS 23.527 4.2, 4.3). */
#include <stdlib.h>

#include "core/smf/n4.h"
#include "core/traffic.h"
#include "crypt/random.h"
#include "kit/log.h"
#include "store/store.h"
#include "wire/pfcp/address.h"
#include "wire/pfcp/bundle.h"

enum { META_NAME = 96, RESTORE_WINDOW = 64, ANSWER_BYTES = 1024 };
enum { CP_FEATURES = PFCP_CP_LOAD | PFCP_CP_OVRL | PFCP_CP_BUNDL };

#define ASSOCIATION_RETRY SECONDS(2)
#define QUIET_AFTER_LOSS  MILLISECONDS(100)
#define LEFT_ALONE        SECONDS(30)

struct pfcp_ip n4_own_ip(const struct smf *smf)
{
    return pfcp_ip_of(&smf->core->config->smf.n4);
}

struct pfcp_node_id n4_node_id(const struct smf *smf)
{
    return (struct pfcp_node_id){.ip = n4_own_ip(smf)};
}

struct upf *n4_find(const struct smf *smf, const char *name)
{
    for (struct upf *upf = smf->upfs; upf; upf = upf->next)
        if (strcmp(upf->name, name) == 0)
            return upf;
    return NULL;
}

/* Requests may come from any port; planes that share a host are told apart by theirs. */
struct upf *n4_of_peer(const struct smf *smf, const union socket_address *peer)
{
    struct upf *found = NULL;
    for (struct upf *upf = smf->upfs; upf; upf = upf->next) {
        if (!address_same_host(&upf->address, peer))
            continue;
        if (address_port(&upf->address) == address_port(peer))
            return upf;
        found = upf;
    }
    return found;
}

/* --- what is remembered of a plane over restarts of our own --- */

static const char *meta_name(const struct upf *upf, const char *what, char name[META_NAME])
{
    snprintf(name, META_NAME, "%s-%s", what, upf->name);
    return name;
}

void n4_remember(const struct upf *upf, const char *what, int64_t value)
{
    char name[META_NAME];
    store_meta_put(upf->smf->core->store, meta_name(upf, what, name), value);
}

int64_t n4_remembered(const struct upf *upf, const char *what)
{
    char name[META_NAME];
    int64_t value = 0;
    return store_meta_get(upf->smf->core->store, meta_name(upf, what, name), &value) == STORE_OK ? value : 0;
}

/* By it we know afterwards whether the plane restarted meanwhile. */
static const char time_stamp_name[] = "pfcp-recovery";

static void remember_time_stamp(struct upf *upf, uint32_t recovery_time_stamp)
{
    if (upf->recovery_time_stamp == recovery_time_stamp)
        return;
    upf->recovery_time_stamp = recovery_time_stamp;
    n4_remember(upf, time_stamp_name, recovery_time_stamp);
}

static void attempt_later(struct upf *upf, int64_t after)
{
    timer_start(upf->smf->core->timers, &upf->timer, after);
}

/* --- Restoration (TS 23.527 4.3) --- */

static bool restore_one(struct upf *upf, struct session *session)
{
    if (upf->restore == RESTORE_REFUSED && !session->n4_refused)
        return false;
    if (upf->restore == RESTORE_UPDATE)
        n4_forward_restored(session);
    if (session->state == SESSION_NEW || session->n4)
        return false;
    if (upf->restore == RESTORE_CREATE || session->n4_restate || !session->up_seid) {
        if (!n4_establish_again(session))
            return false;
    } else {
        session->n4_lost = false;
        n4_sync(session);
    }
    if (session->n4)
        session->n4->restores = true;
    return session->n4 != NULL;
}

void n4_restore_next(struct upf *upf)
{
    while (upf->associated && upf->restore_at && upf->restoring < RESTORE_WINDOW) {
        struct session *session = upf->restore_at;
        upf->restore_at = session->upf_next;
        if (restore_one(upf, session))
            upf->restoring++;
    }
}

/* What it called its sessions before may be the names of others by now. */
static void began_anew(struct upf *upf)
{
    n4_requests_void(upf);
    upf->deleting = 0;
    upf->deletion_count = 0;
    for (struct session *session = upf->sessions; session; session = session->upf_next)
        session->up_seid = 0;
}

void n4_associated(struct upf *upf, uint32_t recovery_time_stamp, uint64_t features, bool retained)
{
    bool same = upf->recovery_time_stamp == recovery_time_stamp;
    if (!same)
        began_anew(upf);
    upf->associated = true;
    upf->associations++;
    upf->features = features;
    upf->load_told = upf->overload.told = false;
    upf->full_until = upf->overload.until = 0;
    upf->restore = same && retained ? RESTORE_UPDATE : RESTORE_CREATE;
    upf->restore_at = upf->sessions;
    upf->refused_changes = false;
    remember_time_stamp(upf, recovery_time_stamp);
    n4_loss_ends(upf);
    n4_teids_learn(upf);
    traffic_expected(upf->smf->core, upf->name);
    log_info("smf", NULL, "plane %s is associated; %u sessions to %s", upf->name, upf->session_count,
             upf->restore == RESTORE_CREATE ? "restore" : "update");
    attempt_later(upf, upf->smf->core->config->smf.pfcp_heartbeat);
    n4_delete_ended(upf);
    n4_restore_next(upf);
    n4_shaping_forget(upf);
    n4_shaping_look(upf->smf);
}

/* What was asked about sessions will not be answered any more, or is asked anew. */
static void drop_requests(struct upf *upf, bool establishments_too)
{
    bool accepted = false;
    for (struct session *session = upf->sessions, *next; session; session = next) {
        next = session->upf_next;
        session->n4_lost = session->up_seid != 0;
        session->n4_restate |= session->n4_flows_sent;
        session->n4_flows_sent = false;
        if (session->n4 && !session->n4->up_seid && !establishments_too)
            continue;
        if (session->n4)
            n4_request_forget(session->n4);
        procedure_offer(session->procedure, EV_PFCP_RESPONSE, &accepted);
    }
}

/* Establishments may outlive it if another follows at once: they name nothing that the plane may have forgotten. */
static void end_association(struct upf *upf, bool establishments_too)
{
    if (!upf->associated)
        return;
    upf->associated = false;
    n4_forget_paths(upf); /* told again with the next association */
    upf->restore_at = NULL;
    drop_requests(upf, establishments_too);
    n4_shaping_forget(upf);
    if (upf->request)
        n4_request_forget(upf->request);
}

void n4_lost(struct upf *upf, const char *why)
{
    if (!upf->associated)
        return;
    end_association(upf, true);
    upf->quiet = true;
    attempt_later(upf, upf->leaving ? LEFT_ALONE : QUIET_AFTER_LOSS);
    n4_loss_begins(upf, why);
}

void n4_heard(struct upf *upf, uint32_t recovery_time_stamp)
{
    if (upf->associated && upf->recovery_time_stamp != recovery_time_stamp)
        n4_lost(upf, "it restarted");
}

/* --- Association and heartbeat --- */

static void setup_answered(struct n4_request *request, const struct pfcp_message *answer)
{
    struct upf *upf = request->upf;
    if (!answer || answer->association_setup_response.cause != PFCP_ACCEPTED) {
        if (answer)
            log_warning("smf", NULL, "plane %s refuses the association: %s", upf->name,
                        pfcp_cause_name(answer->association_setup_response.cause));
        upf->plain = upf->external && !upf->plain;
        attempt_later(upf, ASSOCIATION_RETRY);
        return;
    }
    const struct pfcp_association_setup_response *response = &answer->association_setup_response;
    bool retained = response->has_asrsp_flags && (response->asrsp_flags & PFCP_PSREI);
    n4_associated(upf, response->recovery_time_stamp, response->up_features, retained);
}

/* Seconds. The element is our own: a plane of another make passes over it (TS 29.244 7.6.7), and tells nothing. To one that stumbles over
 * it nothing of ours is said any more. */
static uint16_t traffic_period(const struct smf *smf)
{
    return (uint16_t)((smf->core->config->smf.traffic_period + SECONDS(1) - 1) / SECONDS(1));
}

static void ask_association(struct upf *upf)
{
    upf->quiet = false;
    struct pfcp_message message = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id = n4_node_id(upf->smf),
                                      .recovery_time_stamp = upf->smf->recovery_time_stamp,
                                      .has_cp_features = true,
                                      .cp_features = CP_FEATURES,
                                      .has_session_retention = true,
                                      .has_traffic_reporting = !upf->plain,
                                      .traffic_reporting = traffic_period(upf->smf)},
    };
    upf->request = n4_request_send(upf, NULL, &message, setup_answered);
    if (!upf->request)
        attempt_later(upf, ASSOCIATION_RETRY);
}

/* Changes that it had no room or no time for. */
static void tell_again(struct upf *upf)
{
    if (!upf->refused_changes || upf->restore_at || upf->restoring)
        return;
    upf->refused_changes = false;
    upf->restore = RESTORE_REFUSED;
    upf->restore_at = upf->sessions;
    n4_restore_next(upf);
}

static void heartbeat_answered(struct n4_request *request, const struct pfcp_message *answer)
{
    struct upf *upf = request->upf;
    if (!answer) {
        n4_lost(upf, "no answer to heartbeats");
        return;
    }
    n4_heard(upf, answer->heartbeat_response.recovery_time_stamp);
    if (!upf->associated)
        return;
    attempt_later(upf, upf->smf->core->config->smf.pfcp_heartbeat);
    n4_delete_ended(upf);
    tell_again(upf);
}

static void ask_heartbeat(struct upf *upf)
{
    struct pfcp_message message = {
        .type = PFCP_HEARTBEAT_REQUEST,
        .heartbeat_request = {.recovery_time_stamp = upf->smf->recovery_time_stamp},
    };
    upf->request = n4_request_send(upf, NULL, &message, heartbeat_answered);
}

static void due(struct timer *timer)
{
    struct upf *upf = (struct upf *)((char *)timer - offsetof(struct upf, timer));
    if (upf->request)
        return;
    n4_reconsider(upf);
    if (upf->associated)
        ask_heartbeat(upf);
    else if (upf->refused)
        attempt_later(upf, ASSOCIATION_RETRY);
    else
        ask_association(upf);
}

/* --- Configured planes --- */

static bool n3_is_ipv6_only(const struct config_plane *plane)
{
    for (unsigned i = 0; i < plane->n3_count; i++)
        if (plane->n3[i].any.sa_family == AF_INET)
            return false;
    return plane->n3_count > 0;
}

static struct upf *add_plane(struct smf *smf, const struct config_plane *plane)
{
    struct upf *upf = calloc(1, sizeof *upf);
    if (!upf || !(upf->name = strdup(plane->name))) {
        free(upf);
        return NULL;
    }
    upf->smf = smf;
    upf->timer.fire = due;
    map_init(&upf->teids, random_u64(smf->core->random));
    upf->ending.fire = n4_unadmit;
    upf->moving.fire = n4_move;
    n4_drained_load(upf);
    upf->recovery_time_stamp = (uint32_t)n4_remembered(upf, time_stamp_name);
    upf->next = smf->upfs;
    smf->upfs = upf;
    return upf;
}

void n4_reload(struct smf *smf)
{
    const struct config *config = smf->core->config;
    for (struct upf *upf = smf->upfs; upf; upf = upf->next) {
        upf->removed = true;
        upf->config = NULL;
    }
    for (unsigned i = 0; i < config->plane_count; i++) {
        const struct config_plane *plane = &config->planes[i];
        struct upf *upf = n4_find(smf, plane->name);
        bool fresh = !upf;
        if (fresh && !(upf = add_plane(smf, plane))) {
            log_error("smf", NULL, "plane %s: out of memory", plane->name);
            continue;
        }
        upf->removed = false;
        upf->config = plane;
        upf->n3_ipv6_only = n3_is_ipv6_only(plane);
        upf->address = plane->n4;
        upf->session_most = plane->sessions;
        upf->external = plane->external;
        n4_reconsider(upf);
        if (fresh)
            attempt_later(upf, 0);
    }
    n4_shaping_look(smf);
}

bool n4_start(struct smf *smf)
{
    n4_reload(smf);
    return smf->core->config->plane_count == 0 || smf->upfs;
}

void n4_stop(struct smf *smf)
{
    n4_requests_free(smf);
    while (smf->upfs) {
        struct upf *upf = smf->upfs;
        smf->upfs = upf->next;
        timer_stop(smf->core->timers, &upf->timer);
        timer_stop(smf->core->timers, &upf->ending);
        timer_stop(smf->core->timers, &upf->moving);
        map_free(&upf->teids);
        free(upf->deletions);
        n4_forget_paths(upf);
        free(upf->shaping.list);
        free(upf->name);
        free(upf);
    }
}

/* --- What planes send --- */

void n4_answer(struct smf *smf, const union socket_address *peer, const struct pfcp_message *request,
               struct pfcp_message *answer)
{
    uint8_t encoded[ANSWER_BYTES];
    answer->type = answer->type ? answer->type : (uint8_t)(request->type + 1);
    answer->sequence = request->sequence;
    size_t size = pfcp_encode(answer, encoded, sizeof encoded);
    if (size)
        core_send_pfcp(smf->core, peer, bytes_of(encoded, size), false);
}

static void accept_association(struct upf *upf, const union socket_address *peer,
                               const struct pfcp_message *request)
{
    const struct pfcp_association_setup_request *asked = &request->association_setup_request;
    struct pfcp_message answer = {
        .association_setup_response = {.node_id = n4_node_id(upf->smf),
                                       .cause = PFCP_ACCEPTED,
                                       .recovery_time_stamp = upf->smf->recovery_time_stamp,
                                       .has_cp_features = true,
                                       .cp_features = CP_FEATURES,
                                       .has_traffic_reporting = !upf->plain,
                                       .traffic_reporting = traffic_period(upf->smf)},
    };
    upf->refused = !n4_admitted(upf, true);
    if (upf->refused)
        answer.association_setup_response.cause = PFCP_REJECTED;
    else if (upf->quiet) /* we ask ourselves in a moment */
        return;
    n4_answer(upf->smf, peer, request, &answer);
    if (upf->refused)
        return;
    end_association(upf, false);
    if (upf->request)
        n4_request_forget(upf->request);
    n4_associated(upf, asked->recovery_time_stamp, asked->up_features, asked->has_session_retention);
}

static void update_association(struct upf *upf, const union socket_address *peer,
                               const struct pfcp_message *request)
{
    const struct pfcp_association_update_request *asked = &request->association_update_request;
    struct pfcp_message answer = {
        .association_update_response = {.node_id = n4_node_id(upf->smf), .cause = PFCP_ACCEPTED},
    };
    if (asked->has_up_features)
        upf->features = asked->up_features;
    n4_answer(upf->smf, peer, request, &answer);
    if ((asked->has_release_request && (asked->release_request & PFCP_SARR)) ||
        (asked->has_aureq_flags && (asked->aureq_flags & PFCP_PARPS)))
        n4_leaves(upf);
}

static void take_node_report(struct upf *upf, const union socket_address *peer,
                             const struct pfcp_message *request)
{
    struct pfcp_message answer = {
        .node_report_response = {.node_id = n4_node_id(upf->smf), .cause = PFCP_ACCEPTED},
    };
    const struct pfcp_node_report_request *report = &request->node_report_request;
    n4_path_report(upf, report);
    if (report->has_traffic_report &&
        !(upf->associated && traffic_reported(upf->smf->core, upf->name, report)))
        answer.node_report_response.cause = PFCP_REJECTED;
    n4_answer(upf->smf, peer, request, &answer);
    if (report->has_traffic_report)
        n4_shaping_look(upf->smf);
}

static void refuse(struct smf *smf, const union socket_address *peer, const struct pfcp_message *request,
                   const struct pfcp_problem *problem)
{
    struct pfcp_node_id own = n4_node_id(smf);
    struct pfcp_message answer;
    if (pfcp_refuse(request, problem, &own, smf->recovery_time_stamp, &answer))
        n4_answer(smf, peer, request, &answer);
}

static void dispatch(struct upf *upf, const union socket_address *peer, const struct pfcp_message *message)
{
    struct pfcp_message answer = {
        .heartbeat_response = {.recovery_time_stamp = upf->smf->recovery_time_stamp},
    };
    n4_load_heard(upf, message);
    switch (message->type) {
    case PFCP_HEARTBEAT_REQUEST:
        n4_answer(upf->smf, peer, message, &answer);
        n4_heard(upf, message->heartbeat_request.recovery_time_stamp);
        break;
    case PFCP_ASSOCIATION_SETUP_REQUEST:
        accept_association(upf, peer, message);
        break;
    case PFCP_ASSOCIATION_UPDATE_REQUEST:
        update_association(upf, peer, message);
        break;
    case PFCP_NODE_REPORT_REQUEST:
        take_node_report(upf, peer, message);
        break;
    case PFCP_SESSION_REPORT_REQUEST:
        n4_session_report(upf, peer, message);
        break;
    default:
        if (pfcp_is_request(message->type))
            refuse(
                upf->smf, peer, message,
                &(struct pfcp_problem){.reaction = PFCP_ANSWER_CAUSE, .cause = PFCP_SERVICE_NOT_SUPPORTED});
        else
            n4_request_answer(upf->smf, upf, message);
    }
}

static void take_message(struct upf *upf, const union socket_address *peer, struct arena *arena,
                         struct bytes in)
{
    struct pfcp_message message;
    struct pfcp_problem problem;
    if (pfcp_decode(arena, in, &message, &problem)) {
        dispatch(upf, peer, &message);
        return;
    }
    log_warning("smf", NULL, "plane %s: malformed PFCP: %s: %s", upf->name,
                problem.fault.where ? problem.fault.where : "message", problem.fault.what);
    refuse(upf->smf, peer, &message, &problem);
}

void smf_pfcp(struct core *core, const union socket_address *peer, struct bytes datagram)
{
    struct upf *upf = n4_of_peer(core->smf, peer);
    struct arena arena;
    if (!upf) {
        log_warning("smf", NULL, "PFCP from a peer that is no configured plane: ignored");
        return;
    }
    arena_init(&arena, 0);
    do {
        take_message(upf, peer, &arena, pfcp_bundle_next(&datagram));
        arena_reset(&arena);
    } while (datagram.len);
    arena_free(&arena);
}
