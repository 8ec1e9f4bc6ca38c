/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/silence.h"

#include "core/amf/area.h"
#include "core/amf/gmm.h"

/* --- MICO mode --- */

static uint32_t granted(uint32_t asked, int64_t most)
{
    uint32_t limit = (uint32_t)(most / SECONDS(1));
    return asked == NAS_TIMER_DEACTIVATED ? 0 : nas_timer_3_said(asked < limit ? asked : limit);
}

void mico_agree(struct ue *ue, const struct nas_registration_request *request)
{
    const struct config_mico *config = &ue->core->config->amf.mico;
    ue->mico = request->has.mico_indication && config->allowed;
    ue->active_time = ue->mico && request->has.t3324 ? granted(request->t3324, config->active_time) : 0;
}

bool mico_everywhere(const struct ue *ue)
{
    const struct config_serving *serving = config_find_plmn(ue->core->config, ue->tai.plmn);
    if (!serving || ue->area_count != serving->tac_count)
        return false;
    for (unsigned i = 0; i < serving->tac_count; i++) {
        if (!area_holds(ue, (struct tai){serving->plmn, serving->tacs[i]}))
            return false;
    }
    return true;
}

/* --- 5.3.7 --- */

uint32_t silence_allowed(const struct ue *ue)
{
    const struct config_amf *config = &ue->core->config->amf;
    return nas_timer_3_said(
        (uint32_t)((ue->mico ? config->mico.periodic_registration : config->timers.t3512) / SECONDS(1)));
}

/* When the phone should have reported, and the margin. */
static int64_t overdue(const struct ue *ue)
{
    return SECONDS(silence_allowed(ue)) + ue->core->config->amf.timers.mobile_reachable_margin;
}

/* How long it is paged: a phone in MICO mode during its active time, which the mobile reachable timer then is. */
static int64_t listens(const struct ue *ue)
{
    return ue->mico ? SECONDS(ue->active_time) : overdue(ue);
}

/* And after that, until it is forgotten. The implicit deregistration timer of a phone in MICO mode counts from when it became idle. */
static int64_t sleeps(const struct ue *ue)
{
    return ue->mico ? overdue(ue) - listens(ue) : ue->core->config->amf.timers.implicit_deregistration;
}

static void forget(struct timer *timer)
{
    struct ue *ue = (struct ue *)((char *)timer - offsetof(struct ue, timer));
    procedure_cancel(ue->procedure, "implicit deregistration");
    if (!ue->dead)
        ue_remove(ue, N2_NAS(DEREGISTER));
}

static void stop_paging(struct timer *timer)
{
    struct ue *ue = (struct ue *)((char *)timer - offsetof(struct ue, timer));
    ue->unreachable = true;
    timer->fire = forget;
    timer_start(ue->core->timers, timer, sleeps(ue));
}

void ue_watch_idle(struct ue *ue)
{
    if (!ue->registered)
        return;
    ue->unreachable = false;
    ue->timer.fire = stop_paging;
    if (listens(ue))
        timer_start(ue->core->timers, &ue->timer, listens(ue));
    else
        stop_paging(&ue->timer);
}
