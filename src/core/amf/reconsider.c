/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All gNBs that are there are looked at again, after a reload and every hour. There may be thousands, and messages wait meanwhile: so a
 * portion is looked at in each turn of the loop. Who comes in between is asked by NG Setup, under what is in force then.
 */
#include <stdlib.h>

#include "core/amf/n2.h"
#include "core/amf/shelter.h"
#include "line/event.h"

enum { PORTION = 64 };

struct reconsideration {
    struct timer timer;
    struct core *core;
    void (*also)(struct gnb *gnb);
    unsigned lasting;
    size_t count, at;
    uint64_t associations[];
};

static void tell_lasting(const struct core *core, unsigned lasting)
{
    char reason[64];
    snprintf(reason, sizeof reason, "what they were let in on still holds; gNBs: %u", lasting);
    if (lasting)
        line_event(&(struct line_event){.kind = EVIDENCE_ADMISSION,
                                        .step = EVIDENCE_CONTINUES,
                                        .time = core_wall(core),
                                        .gnb = "",
                                        .procedure = "leases",
                                        .rule = "",
                                        .reason = reason});
}

static void look_at(struct reconsideration *all, uint64_t association)
{
    struct gnb *gnb = gnb_find(all->core, association);
    if (!gnb || !gnb->ready || !gnb_reconsider(gnb))
        return;
    all->lasting++;
    if (all->also)
        all->also(gnb);
}

static void look_on(struct timer *timer)
{
    struct reconsideration *all = (struct reconsideration *)timer;
    struct core *core = all->core;
    for (unsigned i = 0; i < PORTION && all->at < all->count; i++)
        look_at(all, all->associations[all->at++]);
    if (all->at < all->count) {
        timer_start(core->timers, timer, 0);
        return;
    }
    tell_lasting(core, all->lasting);
    gnbs_reconsider_stop(core);
    shelter_look_everywhere(core);
}

void gnbs_reconsider_stop(struct core *core)
{
    if (core->reconsideration)
        timer_stop(core->timers, &core->reconsideration->timer);
    free(core->reconsideration);
    core->reconsideration = NULL;
}

/* Without memory for a list the last look stays the last one, until the next hour. */
void gnbs_reconsider(struct core *core, void (*also)(struct gnb *gnb))
{
    const struct reconsideration *former = core->reconsideration;
    struct reconsideration *all = calloc(1, sizeof *all + core->gnbs.count * sizeof *all->associations);
    size_t cursor = 0;
    if (!all)
        return;
    *all = (struct reconsideration){
        .timer.fire = look_on, .core = core, .also = also || !former ? also : former->also};
    for (uint64_t association; map_next(&core->gnbs, &cursor, &association, &(void *){NULL});)
        all->associations[all->count++] = association;
    gnbs_reconsider_stop(core);
    shelter_forget_areas(core);
    core->reconsideration = all;
    look_on(&all->timer);
}
