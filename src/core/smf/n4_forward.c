/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Indirect forwarding (TS 23.502 4.9.1.3.2, steps 11e and 11f): for the time of a handover a session has a third rule in the plane, a
 * tunnel that leads what the source gNB sends back to the target. It has requests of its own, beside those that say where
 * downlink goes: the two cannot be confused, whichever the plane hears first.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "core/smf/n4.h"
#include "kit/log.h"

enum { PDR_FORWARD = 0x7f01, FAR_FORWARD = 0x7f01, PRECEDENCE = 255 };

struct forwarding {
    struct timer timer; /* after the handover */
    struct session *session;
    struct n4_request *request; /* creation, while it is under way */
    struct tunnel local;        /* the plane's end; family 0: none */
    bool ended;                 /* as soon as it is created */
};

static struct core *core_of(const struct session *session)
{
    return session_smf(session)->core;
}

static void drop(struct session *session)
{
    timer_stop(core_of(session)->timers, &session->forwarding->timer);
    free(session->forwarding);
    session->forwarding = NULL;
}

/* Whatever the answer, the plane has no such rules now; without one it is asked again when it is back. */
static void removed(struct n4_request *request, const struct pfcp_message *answer)
{
    struct session *session = answer ? map_get(&request->smf->sessions, answer->seid) : NULL;
    if (n4_plane_lost(request, answer, answer ? answer->session_modification_response.cause : 0) ||
        !session || session->forwarding)
        return;
    session->forwards = false;
    core_dirty(core_of(session), &session->row);
}

static void remove_in_plane(struct session *session)
{
    struct pfcp_remove_pdr pdr = {.pdr_id = PDR_FORWARD};
    struct pfcp_remove_rule far = {.id = FAR_FORWARD};
    struct pfcp_message message = {.type = PFCP_SESSION_MODIFICATION_REQUEST, .seid = session->up_seid};
    message.session_modification_request.remove_pdrs = &pdr;
    message.session_modification_request.remove_pdrs_count = 1;
    message.session_modification_request.remove_fars = &far;
    message.session_modification_request.remove_fars_count = 1;
    if (session->up_seid && session->upf->associated)
        n4_request_send(session->upf, NULL, &message, removed);
}

void n4_forward_end(struct session *session)
{
    struct forwarding *forwarding = session->forwarding;
    if (!forwarding)
        return;
    if (forwarding->request) {
        forwarding->ended = true;
        return;
    }
    drop(session);
    if (session->forwards)
        remove_in_plane(session);
}

static void created(struct n4_request *request, const struct pfcp_message *answer)
{
    struct session *session = request->session;
    struct forwarding *forwarding = session->forwarding;
    const struct pfcp_session_modification_response *response =
        answer ? &answer->session_modification_response : NULL;
    forwarding->request = NULL;
    if (response && response->cause == PFCP_ACCEPTED && response->created_pdrs_count &&
        response->created_pdrs[0].has_f_teid)
        forwarding->local = n4_tunnel_of(&response->created_pdrs[0].f_teid);
    else
        log_warning("smf", NULL, "plane %s has no forwarding tunnel: %s", session->upf->name,
                    response ? pfcp_cause_name(response->cause) : "no answer");
    if (forwarding->ended)
        n4_forward_end(session);
    else if (session->prepared)
        nsmf_handover_forwarding(session);
    else
        amf_handover_forwarding(session->ue);
}

static struct n4_request *create(struct session *session, const struct tunnel *to)
{
    bool v6 = session->upf->n3_ipv6_only;
    struct pfcp_create_pdr pdr = {
        .pdr_id = PDR_FORWARD,
        .precedence = PRECEDENCE,
        .pdi = {.source_interface = PFCP_ACCESS,
                .has_f_teid = true,
                .f_teid = {.choose = true, .ip = {.has_v4 = !v6, .has_v6 = v6}}},
        .has_outer_header_removal = true,
        .outer_header_removal = {.description = PFCP_REMOVE_GTPU_UDP_IP},
        .has_far_id = true,
        .far_id = FAR_FORWARD,
    };
    struct pfcp_create_far far = {
        .far_id = FAR_FORWARD,
        .apply_action = PFCP_FORW,
        .has_forwarding = true,
        .forwarding = {.destination_interface = PFCP_ACCESS,
                       .has_outer_header_creation = true,
                       .outer_header_creation = n4_outer_header(to)},
    };
    struct pfcp_message message = {.type = PFCP_SESSION_MODIFICATION_REQUEST, .seid = session->up_seid};
    message.session_modification_request.create_pdrs = &pdr;
    message.session_modification_request.create_pdrs_count = 1;
    message.session_modification_request.create_fars = &far;
    message.session_modification_request.create_fars_count = 1;
    return n4_request_send(session->upf, session, &message, created);
}

static void expired(struct timer *timer)
{
    struct forwarding *forwarding = (struct forwarding *)((char *)timer - offsetof(struct forwarding, timer));
    n4_forward_end(forwarding->session);
}

bool n4_forward_begin(struct session *session, const struct tunnel *to)
{
    n4_forward_end(session);
    if (session->forwarding || !session->up_seid || session->n4_lost || !session->upf->associated)
        return false;
    session->forwarding = calloc(1, sizeof *session->forwarding);
    if (!session->forwarding)
        return false;
    session->forwarding->session = session;
    session->forwarding->timer.fire = expired;
    session->forwarding->request = create(session, to);
    if (!session->forwarding->request) {
        drop(session);
        return false;
    }
    session->forwards = true;
    core_dirty(core_of(session), &session->row);
    return true;
}

bool n4_forward_pending(const struct session *session)
{
    return session->forwarding && session->forwarding->request;
}

const struct tunnel *n4_forward_tunnel(const struct session *session)
{
    bool ready = session->forwarding && !session->forwarding->ended && session->forwarding->local.family;
    return ready ? &session->forwarding->local : NULL;
}

void n4_forward_expire(struct session *session)
{
    struct core *core = core_of(session);
    if (session->forwarding &&
        !timer_start(core->timers, &session->forwarding->timer, core->config->amf.timers.forwarding))
        n4_forward_end(session);
}

void n4_forward_restored(struct session *session)
{
    if (session->forwards && !session->forwarding)
        remove_in_plane(session);
}

void n4_forward_replaced(struct session *session)
{
    if (session->forwarding && session->forwarding->request)
        return;
    if (session->forwarding)
        session->forwarding->local = (struct tunnel){0};
    session->forwards = false;
}

void n4_forward_forget(struct session *session)
{
    if (!session->forwarding)
        return;
    if (session->forwarding->request)
        n4_request_forget(session->forwarding->request);
    drop(session);
}
