/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plane that is lost (TS 23.527 4.3), is drained, or wants to be released (TS 29.244 6.2.7): it gets no new sessions at once. Its sessions wait
 * for it for a while, as it may come back with them; then they move: the phone is asked to establish each anew (5GSM cause #39), and
 * gets another plane, with an address of that one's, as the way to the data network is another. A session that fits on no
 * other plane stays, but where the plane wants to be rid of it.
 */
#include "core/smf/n4.h"
#include "kit/log.h"
#include "line/event.h"

enum { PORTION = 64 }; /* sessions that begin to end in a turn of the loop */

#define LOOK_AGAIN SECONDS(5)

static const char *reason_of(const struct upf *upf)
{
    if (upf->leaving)
        return "its plane wants to be released";
    return upf->lost_at ? "its plane is lost" : "its plane is drained";
}

/* --- told --- */

static void tell(const struct upf *upf, enum evidence_step step, const char *what)
{
    char reason[EVIDENCE_REASON_BYTES];
    snprintf(reason, sizeof reason, "plane %s: %s; %u sessions", upf->name, what, upf->session_count);
    line_event(&(struct line_event){.kind = EVIDENCE_ADMISSION,
                                    .step = step,
                                    .time = core_wall(upf->smf->core),
                                    .gnb = "",
                                    .procedure = "PFCP Association",
                                    .rule = "",
                                    .reason = reason,
                                    .logged = true});
}

static void lose(struct upf *upf, const char *why)
{
    struct core *core = upf->smf->core;
    log_error("smf", NULL, "plane %s is lost: %s; %u sessions, new ones go elsewhere", upf->name, why,
              upf->session_count);
    core->metrics.plane_losses++;
    tell(upf, EVIDENCE_ENDS, why);
    upf->lost_at = core->timers->now ? core->timers->now : 1;
}

static void move_after(struct upf *upf, int64_t time)
{
    upf->move_at = NULL;
    timer_start(upf->smf->core->timers, &upf->moving, time);
}

void n4_loss_begins(struct upf *upf, const char *why)
{
    const int64_t gone = upf->smf->core->config->smf.plane_gone;
    if (upf->leaving || upf->refused) {
        log_info("smf", NULL, "plane %s is given up: %s", upf->name, why);
        return;
    }
    lose(upf, why);
    if (gone)
        move_after(upf, gone);
}

void n4_loss_feared(struct smf *smf)
{
    const int64_t gone = smf->core->config->smf.plane_gone;
    for (struct upf *upf = smf->upfs; gone && upf; upf = upf->next)
        if (upf->sessions && !upf->associated)
            move_after(upf, gone);
}

void n4_loss_ends(struct upf *upf)
{
    if (upf->lost_at)
        tell(upf, EVIDENCE_BEGINS, "associated again");
    upf->lost_at = 0;
    upf->leaving = false;
    if (upf->evicted)
        move_after(upf, 0); /* also after control's start */
    else
        timer_stop(upf->smf->core->timers, &upf->moving);
}

/* --- moved --- */

static bool fits_elsewhere(const struct session *session)
{
    const struct n4_wish wish = n4_wish_of(session);
    enum n4_misfit why;
    return n4_choose(session_smf(session), &wish, &why) != NULL;
}

/* Idle phones come second, and no more of them than may be paged at once. */
static bool may_move(const struct upf *upf, const struct session *session)
{
    const struct core *core = upf->smf->core;
    if (session->state == SESSION_NEW)
        return false;
    if (!amf_connected(session->ue) && (!upf->move_idle || core->paged >= core->config->amf.paging.at_once))
        return false;
    return upf->leaving || fits_elsewhere(session);
}

/* Its release takes the session off the plane's list at once. */
static void move(struct session *session)
{
    struct core *core = session_smf(session)->core;
    struct release release = {.cause = NAS_GSM_REACTIVATION_REQUESTED, .why = reason_of(session->upf)};
    if (procedure_start(core, &session->procedure, "session release", session_release, session, &release))
        core->metrics.sessions_moved++;
}

static void move_portion(struct upf *upf)
{
    for (unsigned n = 0; n < PORTION && upf->move_at; n++) {
        struct session *session = upf->move_at;
        upf->move_at = session->upf_next;
        if (may_move(upf, session))
            move(session);
    }
}

void n4_move(struct timer *timer)
{
    struct upf *upf = (struct upf *)((char *)timer - offsetof(struct upf, moving));
    if (!upf->associations && !upf->lost_at && !upf->refused)
        lose(upf, "it has not been there since control started");
    if (!upf->move_at) {
        upf->move_at = upf->sessions;
        upf->move_idle = false;
    }
    move_portion(upf);
    if (!upf->move_at && !upf->move_idle) { /* connected phones have had their turn */
        upf->move_at = upf->sessions;
        upf->move_idle = true;
    }
    if (upf->leaving && !upf->sessions)
        n4_part(upf, "it has asked to be released");
    else if (upf->sessions)
        timer_start(upf->smf->core->timers, timer, upf->move_at ? 0 : LOOK_AGAIN);
}

void n4_leaves(struct upf *upf)
{
    if (upf->leaving)
        return;
    log_warning("smf", NULL, "plane %s wants to be released: its %u sessions move", upf->name,
                upf->session_count);
    upf->leaving = true;
    move_after(upf, 0);
}

/* --- drained --- */

enum { TAKES_SESSIONS, DRAINED, EVICTED }; /* as stored */

static const char drained_name[] = "plane-drained";

void n4_drained_load(struct upf *upf)
{
    const int64_t stored = n4_remembered(upf, drained_name);
    upf->drained = stored != TAKES_SESSIONS;
    upf->evicted = stored == EVICTED;
}

/* It is lost, or not there yet, or wants to go: nothing of which an operator's word about new sessions ends. */
static bool is_going(const struct upf *upf)
{
    return upf->lost_at || upf->leaving || !upf->associated;
}

bool smf_plane_drain(struct core *core, const char *plane, bool drained, bool move_sessions)
{
    struct upf *upf = n4_find(core->smf, plane);
    if (!upf || upf->removed)
        return false;
    upf->drained = drained;
    upf->evicted = drained && move_sessions;
    n4_remember(upf, drained_name, upf->evicted ? EVICTED : drained ? DRAINED : TAKES_SESSIONS);
    log_info("smf", NULL, "plane %s %s: %u sessions%s", plane,
             drained ? "is drained" : "takes sessions again", upf->session_count,
             upf->evicted ? ", which move" : "");
    if (upf->evicted)
        move_after(upf, 0);
    else if (!is_going(upf))
        timer_stop(core->timers, &upf->moving);
    return true;
}
