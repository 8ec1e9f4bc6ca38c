/* SPDX-License-Identifier: Apache-2.0 */
/* Admissions are leases: they are looked at every hour, and when a day begins, which is when limits, mitigations and suspensions end. */
#include "core/amf/admission.h"
#include "core/amf/suspension.h"
#include "store/store.h"

static const int64_t LOOK_PERIOD = SECONDS(3600), DAY = SECONDS(86400);

static void look(struct timer *timer)
{
    struct core *core = (struct core *)((char *)timer - offsetof(struct core, leases));
    suspensions_look(core);
    gnbs_reconsider(core, NULL);
    admission_watch(core);
}

/* Only what a day can bring to an end is worth looking at again. */
static bool ends_some_day(const struct config_inventory *inventory)
{
    const struct config_profile *profile = &inventory->profile;
    bool ends = inventory->suspension_count || profile->expires.days;
    for (unsigned i = 0; i < profile->limit_count && !ends; i++)
        ends = profile->limits[i].rule == CONFIG_H8 || profile->limits[i].from.days;
    return ends;
}

static int64_t until_next_day(const struct core *core)
{
    return DAY - core_wall(core) % DAY;
}

void admission_begin(struct core *core)
{
    int64_t days = 0;
    if (store_meta_get(core->store, ADMISSION_DAY, &days) == STORE_OK && days > 0 && days <= INT32_MAX)
        core->last_decision.days = (int32_t)days;
    core->leases.fire = look;
    timer_start(core->timers, &core->leases, 0);
}

void admission_watch(struct core *core)
{
    const int64_t day = until_next_day(core);
    if (ends_some_day(&core->config->inventory))
        timer_start(core->timers, &core->leases, day < LOOK_PERIOD ? day : LOOK_PERIOD);
    else
        timer_stop(core->timers, &core->leases);
}

void admission_stop(struct core *core)
{
    timer_stop(core->timers, &core->leases);
    gnbs_reconsider_stop(core);
}
