/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Indirect forwarding (TS 23.502 4.9.1.3.2, steps 11e and 11f): for the time of a handover a session has one more rule in the plane, a
 * tunnel that leads what the source gNB sends back to the target. It has requests of its own, beside those that say where
 * downlink goes: the two cannot be confused, whichever the plane hears first.
 *
 * A phone may move on before the last packet of its former move has been sent after it: each tunnel keeps its time, and as many as
 * there are places exist at once. When all are taken, the oldest has to make room.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "core/smf/n4.h"
#include "kit/log.h"

enum { PLACES = 4, FIRST_RULE = 0x7f01, PRECEDENCE = 255 };

struct forwarding {
    struct forwarding *next; /* older */
    struct timer timer;      /* after the handover */
    struct session *session;
    struct n4_request *request; /* creation, while it is under way */
    struct tunnel local;        /* the plane's end; family 0: none */
    struct tunnel
        drawn; /* the same before the plane has agreed, where it does not allocate it; family 0: it does */
    uint8_t place; /* its rules are FIRST_RULE + place */
    bool done;     /* the phone has arrived: it lasts until its timer fires */
    bool ended;    /* as soon as it is created */
};

static struct core *core_of(const struct session *session)
{
    return session_smf(session)->core;
}

/* That of the handover under way. */
static struct forwarding *current(const struct session *session)
{
    struct forwarding *newest = session->forwarding;
    return newest && !newest->done && !newest->ended ? newest : NULL;
}

static void drop(struct forwarding *forwarding)
{
    struct session *session = forwarding->session;
    struct forwarding **place = &session->forwarding;
    while (*place != forwarding)
        place = &(*place)->next;
    *place = forwarding->next;
    if (forwarding->drawn.family)
        n4_teid_give_back(session->upf, &forwarding->drawn);
    timer_stop(core_of(session)->timers, &forwarding->timer);
    free(forwarding);
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

static void remove_in_plane(struct session *session, unsigned place)
{
    struct pfcp_remove_pdr pdr = {.pdr_id = (uint16_t)(FIRST_RULE + place)};
    struct pfcp_remove_rule far = {.id = FIRST_RULE + place};
    struct pfcp_message message = {.type = PFCP_SESSION_MODIFICATION_REQUEST, .seid = session->up_seid};
    message.session_modification_request.remove_pdrs = &pdr;
    message.session_modification_request.remove_pdrs_count = 1;
    message.session_modification_request.remove_fars = &far;
    message.session_modification_request.remove_fars_count = 1;
    if (session->up_seid && session->upf->associated)
        n4_request_send(session->upf, NULL, &message, removed);
}

static void end(struct forwarding *forwarding)
{
    struct session *session = forwarding->session;
    unsigned place = forwarding->place;
    if (forwarding->request) {
        forwarding->ended = true;
        return;
    }
    drop(forwarding);
    if (session->forwards)
        remove_in_plane(session, place);
}

void n4_forward_end(struct session *session)
{
    struct forwarding *forwarding = current(session);
    if (forwarding)
        end(forwarding);
}

static struct forwarding *of_request(const struct n4_request *request)
{
    struct forwarding *forwarding = request->session->forwarding;
    while (forwarding && forwarding->request != request)
        forwarding = forwarding->next;
    return forwarding;
}

static void created(struct n4_request *request, const struct pfcp_message *answer)
{
    struct session *session = request->session;
    struct forwarding *forwarding = of_request(request);
    const struct pfcp_session_modification_response *response =
        answer ? &answer->session_modification_response : NULL;
    if (!forwarding)
        return;
    forwarding->request = NULL;
    if (response && n4_cause_accepts(response->cause) && forwarding->drawn.family)
        forwarding->local = forwarding->drawn;
    else if (response && n4_cause_accepts(response->cause) && response->created_pdrs_count &&
             response->created_pdrs[0].has_f_teid)
        forwarding->local = n4_tunnel_of(&response->created_pdrs[0].f_teid);
    else
        log_warning("smf", NULL, "plane %s has no forwarding tunnel: %s", session->upf->name,
                    response ? pfcp_cause_name(response->cause) : "no answer");
    if (forwarding->ended)
        end(forwarding);
    else if (session->prepared)
        nsmf_handover_forwarding(session);
    else
        amf_handover_forwarding(session->ue);
}

static struct pfcp_f_teid f_teid_of(struct forwarding *forwarding)
{
    struct session *session = forwarding->session;
    const bool v6 = session->upf->n3_ipv6_only;
    if (n4_teid_draw(session, &forwarding->drawn))
        return (struct pfcp_f_teid){.teid = forwarding->drawn.teid,
                                    .ip = n4_outer_header(&forwarding->drawn).ip};
    return (struct pfcp_f_teid){.choose = true, .ip = {.has_v4 = !v6, .has_v6 = v6}};
}

static struct n4_request *create(struct forwarding *forwarding, unsigned place, const struct tunnel *to)
{
    struct session *session = forwarding->session;
    const struct pfcp_f_teid f_teid = f_teid_of(forwarding);
    struct pfcp_create_pdr pdr = {
        .pdr_id = (uint16_t)(FIRST_RULE + place),
        .precedence = PRECEDENCE,
        .pdi = {.source_interface = PFCP_ACCESS, .has_f_teid = true, .f_teid = f_teid},
        .has_outer_header_removal = true,
        .outer_header_removal = n4_header_removal(&f_teid),
        .has_far_id = true,
        .far_id = FIRST_RULE + place,
    };
    struct pfcp_create_far far = {
        .far_id = FIRST_RULE + place,
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
    end((struct forwarding *)((char *)timer - offsetof(struct forwarding, timer)));
}

static bool taken(const struct session *session, unsigned place)
{
    for (const struct forwarding *forwarding = session->forwarding; forwarding;
         forwarding = forwarding->next) {
        if (forwarding->place == place)
            return true;
    }
    return false;
}

/* In turn, so that a place rests before it is used again. PLACES: none is free. */
static unsigned free_place(struct session *session)
{
    for (unsigned i = 1; i <= PLACES; i++) {
        unsigned place = (session->forwarding_place + i) % PLACES;
        if (!taken(session, place))
            return place;
    }
    return PLACES;
}

static unsigned make_place(struct session *session)
{
    struct forwarding *oldest = session->forwarding;
    unsigned place = free_place(session);
    while (oldest && oldest->next)
        oldest = oldest->next;
    if (place < PLACES || !oldest)
        return place;
    end(oldest);
    return free_place(session);
}

static struct forwarding *begin(struct session *session, unsigned place, const struct tunnel *to)
{
    struct forwarding *forwarding = calloc(1, sizeof *forwarding);
    if (!forwarding)
        return NULL;
    *forwarding = (struct forwarding){
        .next = session->forwarding, .session = session, .timer.fire = expired, .place = (uint8_t)place};
    session->forwarding = forwarding;
    forwarding->request = create(forwarding, place, to);
    if (forwarding->request)
        return forwarding;
    drop(forwarding);
    return NULL;
}

bool n4_forward_begin(struct session *session, const struct tunnel *to)
{
    n4_forward_end(session);
    if (!session->up_seid || session->n4_lost || !session->upf->associated)
        return false;
    unsigned place = make_place(session);
    if (place == PLACES || !begin(session, place, to))
        return false;
    session->forwarding_place = (uint8_t)place;
    session->forwards = true;
    core_dirty(core_of(session), &session->row);
    return true;
}

bool n4_forward_pending(const struct session *session)
{
    const struct forwarding *forwarding = current(session);
    return forwarding && forwarding->request;
}

const struct tunnel *n4_forward_tunnel(const struct session *session)
{
    const struct forwarding *forwarding = current(session);
    return forwarding && forwarding->local.family ? &forwarding->local : NULL;
}

void n4_forward_expire(struct session *session)
{
    struct core *core = core_of(session);
    struct forwarding *forwarding = current(session);
    if (!forwarding)
        return;
    forwarding->done = true;
    if (!timer_start(core->timers, &forwarding->timer, core->config->amf.timers.forwarding))
        end(forwarding);
}

void n4_forward_restored(struct session *session)
{
    for (unsigned place = 0; place < PLACES && session->forwards; place++)
        if (!taken(session, place))
            remove_in_plane(session, place);
}

void n4_forward_replaced(struct session *session)
{
    bool asked = false;
    for (struct forwarding *forwarding = session->forwarding, *next; forwarding; forwarding = next) {
        next = forwarding->next;
        forwarding->local = (struct tunnel){0};
        asked |= forwarding->request != NULL;
        if (forwarding->done && !forwarding->request)
            drop(forwarding);
    }
    session->forwards = asked;
}

void n4_forward_forget(struct session *session)
{
    for (struct forwarding *forwarding = session->forwarding, *next; forwarding; forwarding = next) {
        next = forwarding->next;
        if (forwarding->request)
            n4_request_forget(forwarding->request);
        drop(forwarding);
    }
}
