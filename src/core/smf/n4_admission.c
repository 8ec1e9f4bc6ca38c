/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule L1 at N4: which planes may carry anything. One that the line refuses is not associated with; one that it does not admit any more gets no
 * session, those that are there are released for the phones to ask for another (5GSM cause #39), and then its association is (TS 29.244
 * 6.2.8).
 */
#include "core/function.h"
#include "core/smf/n4.h"

enum { PORTION = 64 }; /* sessions that begin to end in a turn of the loop */

bool n4_admitted(struct upf *upf, bool asks)
{
    const struct function plane = {.what = "plane", .name = upf->name, .ours = !upf->external};
    return function_admitted(upf->smf->core, &plane, &upf->told, asks);
}

static struct session *next_to_end(const struct upf *upf)
{
    struct session *session = upf->sessions;
    while (session && session->state == SESSION_NEW)
        session = session->upf_next;
    return session;
}

/* Its release takes the session off the plane's list at once. */
static void end(struct session *session)
{
    struct release release = {.cause = NAS_GSM_REACTIVATION_REQUESTED,
                              .why = "its plane is not admitted any more"};
    procedure_start(session_smf(session)->core, &session->procedure, "session release", session_release,
                    session, &release);
}

void n4_part(struct upf *upf, const char *why)
{
    struct pfcp_message message = {
        .type = PFCP_ASSOCIATION_RELEASE_REQUEST,
        .association_release_request = {.node_id = n4_node_id(upf->smf)},
    };
    if (!upf->associated)
        return;
    n4_lost(upf, why);
    struct n4_request *request = n4_request_send(upf, NULL, &message, NULL);
    if (request)
        n4_request_forget(request); /* whether it has heard it or not, nothing is said to it any more */
}

void n4_unadmit(struct timer *timer)
{
    struct upf *upf = (struct upf *)((char *)timer - offsetof(struct upf, ending));
    struct session *session;
    for (unsigned n = 0; n < PORTION && (session = next_to_end(upf)); n++)
        end(session);
    if (next_to_end(upf))
        timer_start(upf->smf->core->timers, timer, 0);
    else
        n4_part(upf, "the line does not admit it");
}

void n4_reconsider(struct upf *upf)
{
    upf->refused = !n4_admitted(upf, false);
    if (upf->refused && (upf->associated || next_to_end(upf)))
        timer_start(upf->smf->core->timers, &upf->ending, 0);
    else
        timer_stop(upf->smf->core->timers, &upf->ending);
}
