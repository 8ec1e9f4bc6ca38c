/* SPDX-License-Identifier: Apache-2.0 */
/* Associations and heartbeats (TS 29.244 6.2), and which part of the agent a message goes to. */
#include "plane/agent.h"

#include <stdlib.h>
#include <string.h>

#include "kit/fingerprint.h"
#include "kit/log.h"
#include "plane/agent_shaping.h"
#include "plane/agent_state.h"
#include "plane/end_markers.h"
#include "plane/fast/adopt.h"

#define AUDIT_AFTER SECONDS(30) /* the SMF has restored its sessions by then */
#define UP_FEATURES \
    (PFCP_UP_DDND | PFCP_UP_FTUP | PFCP_UP_EMPU | PFCP_UP_MNOP | PFCP_UP_BUNDL | PFCP_UP_RESPS | PFCP_UP_FRRT)

static void smf_timer(struct timer *timer);

static void init_smf(struct agent *agent, struct smf *smf, const union socket_address *address)
{
    const struct agent_settings *settings = &agent->settings;
    *smf = (struct smf){.agent = agent, .address = *address, .timer.fire = smf_timer};
    char text[ADDRESS_TEXT];
    address_print(address, text);
    smf->number = fingerprint(bytes_of(text, strlen(text)));
    smf->next_sequence = (uint32_t)settings->random(settings->context) & 0xffffff;
    smf->newest = &smf->oldest;
    map_init(&smf->requests, settings->random(settings->context));
    map_init(&smf->by_cp_seid, settings->random(settings->context));
    map_init(&smf->answers, settings->random(settings->context));
}

struct agent *agent_new(const struct agent_settings *settings)
{
    struct agent *agent = calloc(1, sizeof *agent);
    struct smf *smfs = calloc(settings->smf_count + 1, sizeof *smfs);
    if (!agent || !smfs) {
        free(agent);
        free(smfs);
        return NULL;
    }
    agent->settings = *settings;
    agent->settings.smfs = NULL;
    agent->smfs = smfs;
    agent->smf_count = settings->smf_count;
    agent->last_markers = &agent->markers;
    agent->instance = fast_instance(settings->plane, settings->random(settings->context) >> 1 | 1);
    agent->lane = &settings->plane->lanes[settings->plane->lane_count - 1];
    arena_init(&agent->arena, 0);
    map_init(&agent->sessions, settings->random(settings->context));
    if (!load_init(agent)) {
        free(agent);
        free(smfs);
        return NULL;
    }
    for (unsigned i = 0; i < agent->smf_count; i++)
        init_smf(agent, &smfs[i], &settings->smfs[i]);
    return agent;
}

static void remove_sessions(struct agent *agent, const struct smf *of)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (map_next(&agent->sessions, &cursor, &key, &value)) {
        struct session *session = value;
        if (of && session->smf != of)
            continue;
        session_remove(agent, session);
        map_taken(&cursor);
    }
}

void agent_free(struct agent *agent)
{
    remove_sessions(agent, NULL);
    supervise_end(agent);
    end_markers_forget(agent);
    shaping_forget(agent);
    for (unsigned i = 0; i < agent->smf_count; i++) {
        struct smf *smf = &agent->smfs[i];
        timer_stop(agent->settings.timers, &smf->timer);
        tally_free(smf);
        smf_forget_requests(smf);
        smf_forget_answers(smf);
        map_free(&smf->by_cp_seid);
    }
    load_free(agent);
    map_free(&agent->sessions);
    arena_free(&agent->arena);
    free(agent->smfs);
    free(agent);
}

static void offer_association(struct smf *smf)
{
    const struct agent_settings *settings = &smf->agent->settings;
    struct pfcp_message message = {
        .type = PFCP_ASSOCIATION_SETUP_REQUEST,
        .association_setup_request = {.node_id = settings->node_id,
                                      .recovery_time_stamp = settings->recovery_time_stamp,
                                      .has_up_features = true,
                                      .up_features = UP_FEATURES},
    };
    if (!smf_request(smf, &message, 0))
        timer_start(settings->timers, &smf->timer, settings->t1);
}

static void send_heartbeat(struct smf *smf)
{
    struct pfcp_message message = {
        .type = PFCP_HEARTBEAT_REQUEST,
        .heartbeat_request.recovery_time_stamp = smf->agent->settings.recovery_time_stamp,
    };
    smf_request(smf, &message, 0);
}

/* Every SMF has had time to speak of its sessions, or has never been there to have any. */
static void sweep(struct agent *agent)
{
    const int64_t quiet = agent_now(agent) - AUDIT_AFTER;
    for (unsigned i = 0; i < agent->smf_count; i++)
        if (agent->smfs[i].claimed == 0 || agent->smfs[i].claimed > quiet)
            return;
    const unsigned swept = fast_sweep(agent->settings.plane, quiet);
    if (swept)
        log_warning("plane", NULL,
                    "fast path: %u sessions that were found and no SMF has spoken of are taken out", swept);
}

static void smf_timer(struct timer *timer)
{
    struct smf *smf = (struct smf *)((char *)timer - offsetof(struct smf, timer));
    if (smf->associated) {
        send_heartbeat(smf);
        smf_audit(smf);
        sweep(smf->agent);
    } else {
        offer_association(smf);
    }
}

void agent_start(struct agent *agent)
{
    for (unsigned i = 0; i < agent->smf_count; i++)
        offer_association(&agent->smfs[i]);
}

/* The next heartbeat, one interval after the last sign of life. */
static void schedule_heartbeat(struct smf *smf)
{
    const struct agent_settings *settings = &smf->agent->settings;
    timer_stop(settings->timers, &smf->timer);
    if (smf->associated && settings->heartbeat)
        timer_start(settings->timers, &smf->timer, settings->heartbeat);
}

static void lose_association(struct smf *smf, const char *why)
{
    char text[VALUE_TEXT_BYTES];
    if (smf->associated)
        log_warning("plane", NULL, "association with SMF %s lost: %s; sessions are kept",
                    config_endpoint_text(&smf->address, text), why);
    smf->associated = false;
    tally_rest(smf);
    shaping_rest(smf);
    timer_stop(smf->agent->settings.timers, &smf->timer);
    timer_start(smf->agent->settings.timers, &smf->timer, smf->agent->settings.t1);
}

/* What fell due while there was nobody to tell. */
static void resume_reports(struct smf *smf)
{
    size_t cursor = 0;
    uint64_t key;
    void *session;
    while (map_next(&smf->by_cp_seid, &cursor, &key, &session))
        session_reschedule(smf->agent, session);
}

/* From now on the SMF tells of all its sessions. */
static void begin_claims(struct smf *smf)
{
    smf->claim++;
    smf->claimed = agent_now(smf->agent);
    smf->audit_at = agent_now(smf->agent) + AUDIT_AFTER;
}

static void associate(struct smf *smf, uint32_t recovery_time_stamp, uint64_t cp_features, unsigned traffic)
{
    char text[VALUE_TEXT_BYTES];
    if (!smf->associated || smf->recovery_time_stamp != recovery_time_stamp)
        log_info("plane", NULL, "associated with SMF %s, %zu sessions held",
                 config_endpoint_text(&smf->address, text), smf->by_cp_seid.count);
    if (smf->recovery_time_stamp != recovery_time_stamp) {
        shaping_rest(smf);
        smf_forget_answers(smf);
    }
    bool is_back = !smf->associated;
    smf->associated = true;
    smf->recovery_time_stamp = recovery_time_stamp;
    smf->bundles = cp_features & PFCP_CP_BUNDL;
    load_begin(smf, cp_features);
    schedule_heartbeat(smf);
    tally_ask(smf, traffic);
    if (!is_back)
        return;
    resume_reports(smf);
    supervise_tell(smf);
}

void smf_given_up(struct request *request)
{
    switch (request->type) {
    case PFCP_ASSOCIATION_SETUP_REQUEST:
        if (!request->smf->associated)
            offer_association(request->smf);
        return;
    case PFCP_HEARTBEAT_REQUEST:
        lose_association(request->smf, "no answer to heartbeats");
        return;
    case PFCP_SESSION_REPORT_REQUEST:
        session_report_lost(request->smf->agent, request);
        return;
    case PFCP_NODE_REPORT_REQUEST:
        tally_answered(request->smf, request->sequence, false);
        return;
    default:
        return;
    }
}

static void answer_association_setup(struct smf *smf, const struct pfcp_message *request,
                                     struct pfcp_message *answer)
{
    const struct agent_settings *settings = &smf->agent->settings;
    if (!request->association_setup_request.has_session_retention)
        remove_sessions(smf->agent, smf); /* TS 29.244 6.2.6.2.2 */
    begin_claims(smf);
    associate(smf, request->association_setup_request.recovery_time_stamp,
              request->association_setup_request.cp_features,
              request->association_setup_request.traffic_reporting);
    bool retained = smf->by_cp_seid.count != 0;
    answer->association_setup_response = (struct pfcp_association_setup_response){
        .node_id = settings->node_id,
        .cause = PFCP_ACCEPTED,
        .recovery_time_stamp = settings->recovery_time_stamp,
        .has_up_features = true,
        .up_features = UP_FEATURES,
        .has_asrsp_flags = retained,
        .asrsp_flags = retained ? PFCP_PSREI : 0,
    };
}

static void answer_association_release(struct smf *smf, struct pfcp_message *answer)
{
    const uint8_t cause = smf->associated ? PFCP_ACCEPTED : PFCP_NO_ESTABLISHED_ASSOCIATION;
    remove_sessions(smf->agent, smf);
    smf->associated = false;
    tally_rest(smf);
    shaping_rest(smf);
    timer_stop(smf->agent->settings.timers, &smf->timer);
    answer->association_release_response =
        (struct pfcp_association_release_response){smf->agent->settings.node_id, cause};
}

/* Node messages; false: the type is not served. */
static bool answer_node_request(struct smf *smf, const struct pfcp_message *request,
                                struct pfcp_message *answer)
{
    const struct agent_settings *settings = &smf->agent->settings;
    switch (request->type) {
    case PFCP_HEARTBEAT_REQUEST:
        answer->heartbeat_response.recovery_time_stamp = settings->recovery_time_stamp;
        if (smf->associated && request->heartbeat_request.recovery_time_stamp != smf->recovery_time_stamp)
            lose_association(smf, "the SMF has restarted");
        return true;
    case PFCP_ASSOCIATION_SETUP_REQUEST:
        answer_association_setup(smf, request, answer);
        return true;
    case PFCP_ASSOCIATION_UPDATE_REQUEST:
        answer->association_update_response = (struct pfcp_association_update_response){
            .node_id = settings->node_id,
            .cause = smf->associated ? shaping_told(smf, &request->association_update_request)
                                     : PFCP_NO_ESTABLISHED_ASSOCIATION,
        };
        return true;
    case PFCP_ASSOCIATION_RELEASE_REQUEST:
        answer_association_release(smf, answer);
        return true;
    default:
        return false;
    }
}

/* Session messages; false: the type is not served. */
static bool answer_session_request(struct smf *smf, const struct pfcp_message *request,
                                   struct pfcp_message *answer)
{
    switch (request->type) {
    case PFCP_SESSION_ESTABLISHMENT_REQUEST:
        agent_establish(smf, request, answer);
        return true;
    case PFCP_SESSION_MODIFICATION_REQUEST:
        agent_modify(smf, request, answer);
        return true;
    case PFCP_SESSION_DELETION_REQUEST:
        session_delete(smf, request, answer);
        return true;
    default:
        return false;
    }
}

static void tell_refused(const struct agent *agent, const union socket_address *from, const char *message,
                         const char *why, struct bytes octets)
{
    if (agent->settings.refused)
        agent->settings.refused(agent->settings.context, from, message, why, octets);
}

static bool refuse(struct smf *smf, const struct pfcp_message *request, const struct pfcp_problem *problem,
                   struct pfcp_message *answer)
{
    const struct agent_settings *settings = &smf->agent->settings;
    smf->agent->refused_messages++;
    log_debug("plane", NULL, "%s refused: %s: %s (offset %zu)", pfcp_message_name(request->type),
              problem->fault.where ? problem->fault.where : "message", problem->fault.what,
              problem->fault.at);
    tell_refused(smf->agent, &smf->address, pfcp_message_name(request->type), problem->fault.what,
                 smf->agent->octets);
    return pfcp_refuse(request, problem, &settings->node_id, settings->recovery_time_stamp, answer);
}

static bool answer_request(struct smf *smf, const struct pfcp_message *request, struct pfcp_message *answer)
{
    bool is_session = request->type >= PFCP_SESSION_ESTABLISHMENT_REQUEST;
    if (is_session && !smf->associated) {
        struct pfcp_problem problem = {.fault = {.what = "no association"},
                                       .reaction = PFCP_ANSWER_CAUSE,
                                       .cause = PFCP_NO_ESTABLISHED_ASSOCIATION};
        return refuse(smf, request, &problem, answer);
    }
    *answer = (struct pfcp_message){.type = (uint8_t)(request->type + 1), .sequence = request->sequence};
    if (!is_session)
        return answer_node_request(smf, request, answer);
    bool answered = answer_session_request(smf, request, answer);
    load_tell(smf, answer);
    return answered;
}

/* When its own request has been served meanwhile, the SMF is telling of its sessions already. */
static void setup_answered(struct smf *smf, const struct pfcp_association_setup_response *response)
{
    if (response->cause != PFCP_ACCEPTED) {
        timer_start(smf->agent->settings.timers, &smf->timer, smf->agent->settings.t1);
        return;
    }
    if (!smf->associated)
        begin_claims(smf);
    associate(smf, response->recovery_time_stamp, response->cp_features, response->traffic_reporting);
}

static void handle_response(struct smf *smf, const struct pfcp_message *message)
{
    struct request *request = smf_answered(smf, message->sequence);
    if (!request)
        return;
    if (request->type + 1 == message->type) {
        if (message->type == PFCP_ASSOCIATION_SETUP_RESPONSE) {
            setup_answered(smf, &message->association_setup_response);
        } else if (message->type == PFCP_HEARTBEAT_RESPONSE) {
            if (smf->associated &&
                message->heartbeat_response.recovery_time_stamp != smf->recovery_time_stamp)
                lose_association(smf, "the SMF has restarted");
            else
                schedule_heartbeat(smf);
        } else if (message->type == PFCP_SESSION_REPORT_RESPONSE) {
            session_report_answered(smf->agent, request, &message->session_report_response);
        } else if (message->type == PFCP_NODE_REPORT_RESPONSE) {
            tally_answered(smf, request->sequence, message->node_report_response.cause == PFCP_ACCEPTED);
        }
    }
    free(request);
}

/* Requests may come from any port (TS 29.244 4.2.2); of SMFs that share a host, from their own only: else a heartbeat would be anybody's. */
static struct smf *find_smf(struct agent *agent, const union socket_address *from)
{
    struct smf *found = NULL;
    unsigned there = 0;
    for (unsigned i = 0; i < agent->smf_count; i++) {
        struct smf *smf = &agent->smfs[i];
        if (!address_same_host(&smf->address, from))
            continue;
        if (address_port(&smf->address) == address_port(from))
            return smf;
        found = smf;
        there++;
    }
    return there == 1 ? found : NULL;
}

/* Answers go to where the request came from (TS 29.244 6.3.2.2), requests to the SMF's own port. */
static void send_answers(struct agent *agent, const union socket_address *to)
{
    if (agent->answers.length)
        agent->settings.send_n4(agent->settings.context, to, pfcp_bundle_take(&agent->answers));
}

static void send_answer(struct smf *smf, const union socket_address *to, struct bytes message)
{
    struct agent *agent = smf->agent;
    if (smf->bundles && pfcp_bundle_add(&agent->answers, message))
        return;
    send_answers(agent, to);
    if (!smf->bundles || !pfcp_bundle_add(&agent->answers, message))
        agent->settings.send_n4(agent->settings.context, to, message);
}

/* The answer that it has had already; NULL: it is no repetition. One that has restarted may begin with the same numbers, and says that it has. */
static const struct answered *answer_before(struct smf *smf, const struct pfcp_message *request)
{
    const bool begins_anew =
        request->type == PFCP_ASSOCIATION_SETUP_REQUEST &&
        request->association_setup_request.recovery_time_stamp != smf->recovery_time_stamp;
    return begins_anew ? NULL : smf_find_answer(smf, request->type, request->sequence);
}

static void handle_request(struct smf *smf, const union socket_address *from,
                           const struct pfcp_message *request, const struct pfcp_problem *problem)
{
    struct agent *agent = smf->agent;
    const struct answered *before = answer_before(smf, request);
    if (before) {
        send_answer(smf, from, bytes_of(before->message, before->length));
        return;
    }
    struct pfcp_message answer = {0};
    bool answered = problem ? refuse(smf, request, problem, &answer) : answer_request(smf, request, &answer);
    size_t length = answered ? pfcp_encode(&answer, agent->out, sizeof agent->out) : 0;
    if (length == 0)
        return;
    smf_keep_answer(smf, request->type, request->sequence, bytes_of(agent->out, length));
    send_answer(smf, from, bytes_of(agent->out, length));
}

static void take_message(struct smf *smf, const union socket_address *from, struct bytes in)
{
    struct agent *agent = smf->agent;
    struct pfcp_message message = {0};
    struct pfcp_problem problem = {0};
    arena_reset(&agent->arena);
    agent->octets = in;
    if (!pfcp_decode(&agent->arena, in, &message, &problem)) {
        if (problem.reaction != PFCP_DISCARD) {
            handle_request(smf, from, &message, &problem);
            return;
        }
        agent->refused_messages++;
        tell_refused(agent, from, "PFCP", problem.fault.what ? problem.fault.what : "is not understood", in);
    } else if (pfcp_is_request(message.type)) {
        handle_request(smf, from, &message, NULL);
    } else {
        handle_response(smf, &message);
    }
}

void agent_receive(struct agent *agent, const union socket_address *from, struct bytes datagram)
{
    struct smf *smf = find_smf(agent, from);
    if (!smf) {
        agent->refused_peers++;
        tell_refused(agent, from, "PFCP", "it comes from no SMF that is configured", datagram);
        return;
    }
    do {
        take_message(smf, from, pfcp_bundle_next(&datagram));
    } while (datagram.len);
    send_answers(agent, from);
    agent_poll(agent);
}

void agent_poll(struct agent *agent)
{
    struct plane *plane = agent->settings.plane;
    struct session *session;
    struct tunnel_error error;
    uint8_t news;
    while ((session = plane_take_news(plane, &news)))
        session_news(agent, session, news);
    for (unsigned i = 0; i < plane->lane_count; i++)
        while (lane_take_error(&plane->lanes[i], &error))
            session_tunnel_error(agent, &error);
    epoch_collect(&plane->epochs);
}

size_t agent_sessions(const struct agent *agent)
{
    return agent->sessions.count;
}

void agent_end(struct agent *agent)
{
    tally_end(agent);
}
