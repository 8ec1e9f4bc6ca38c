/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/fence.h"

#include <stdlib.h>

#include "core/amf/n2.h"
#include "line/event.h"
#include "store/store.h"

enum { PORTION = 64 }; /* phones sent away in one turn of the loop */

/* --- which are fenced --- */

static struct fence *find(const struct core *core, struct config_gnb_id gnb)
{
    struct fence *fence = core->fences;
    while (fence && !config_gnb_id_equal(fence->gnb, gnb))
        fence = fence->next;
    return fence;
}

const struct fence *fence_of(const struct core *core, struct config_gnb_id gnb)
{
    const struct fence *fence = find(core, gnb);
    return fence && !fence->lifted ? fence : NULL;
}

unsigned fence_count(const struct core *core)
{
    unsigned count = 0;
    for (const struct fence *fence = core->fences; fence; fence = fence->next)
        count += !fence->lifted;
    return count;
}

static struct gnb *connected(const struct core *core, struct config_gnb_id id)
{
    size_t cursor = 0;
    for (void *gnb; map_next(&core->gnbs, &cursor, NULL, &gnb);)
        if (((struct gnb *)gnb)->ready && config_gnb_id_equal(gnb_id_of(gnb), id))
            return gnb;
    return NULL;
}

/* gnb: NULL while it is not connected. */
static void tell(const struct fence *fence, const struct gnb *gnb, enum evidence_step step,
                 const char *procedure)
{
    char name[VALUE_TEXT_BYTES];
    struct line_event event = {.kind = EVIDENCE_FENCE,
                               .step = step,
                               .time = core_wall(fence->core),
                               .gnb = config_gnb_id_text(fence->gnb, name),
                               .procedure = procedure,
                               .rule = "N5",
                               .reason = fence->reason};
    if (gnb)
        gnb_event(gnb, event);
    else
        line_event(&event);
}

static bool write_row(struct core *core, struct row *row)
{
    const struct fence *fence = (const struct fence *)((char *)row - offsetof(struct fence, row));
    char gnb[VALUE_TEXT_BYTES];
    config_gnb_id_text(fence->gnb, gnb);
    return (fence->lifted ? store_fence_remove(core->store, gnb)
                          : store_fence_put(core->store, gnb, fence->until, fence->reason)) == STORE_OK;
}

static void time_is_up(struct timer *timer)
{
    const struct fence *fence = (struct fence *)((char *)timer - offsetof(struct fence, timer));
    fence_lift(fence->core, fence->gnb);
}

/* A place for the identity, its own or a new one. NULL: out of memory. */
static struct fence *place_for(struct core *core, struct config_gnb_id gnb)
{
    struct fence *fence = find(core, gnb);
    if (fence)
        return fence;
    fence = calloc(1, sizeof *fence);
    if (!fence)
        return NULL;
    *fence = (struct fence){.next = core->fences, .core = core, .gnb = gnb, .lifted = true};
    fence->row.write = write_row;
    fence->timer.fire = time_is_up;
    core->fences = fence;
    return fence;
}

static bool put_up(struct fence *fence, int64_t until, const char *reason)
{
    struct core *core = fence->core;
    fence->until = until;
    fence->lifted = false;
    snprintf(fence->reason, sizeof fence->reason, "%s", reason);
    timer_stop(core->timers, &fence->timer);
    int64_t left = until - core_wall(core);
    return !until || timer_start(core->timers, &fence->timer, left > 0 ? left : 0);
}

/* --- the phones of a fenced gNB --- */

void gnb_send_away(struct connection *connection, const char *why)
{
    struct ue *ue = connection->ue;
    const struct ngap_cause cause = N2_MISC(OM_INTERVENTION);
    if (ue->target != connection) {
        an_release(ue, cause, why);
        return;
    }
    n2_release(connection, cause);
    procedure_offer(ue->handover, EV_HANDOVER_TARGET_LOST, NULL);
}

struct connection *gnb_next_phone(const struct gnb *gnb)
{
    size_t cursor = 0;
    for (void *value; map_next(&gnb->connections, &cursor, NULL, &value);)
        if (((struct connection *)value)->ue)
            return value;
    return NULL;
}

static void next_portion(struct timer *timer)
{
    struct gnb *gnb = (struct gnb *)((char *)timer - offsetof(struct gnb, sending_away));
    struct connection *connection = gnb->fenced ? gnb_next_phone(gnb) : NULL;
    for (unsigned i = 0; connection && i < PORTION; i++) {
        gnb_send_away(connection, "its gNB is fenced");
        connection = gnb_next_phone(gnb);
    }
    if (connection)
        timer_start(gnb->core->timers, timer, MILLISECONDS(1));
}

/* Its phones go when what is under way has returned, or when they had time to be handed over. */
static void close_off(struct gnb *gnb)
{
    const struct config_fence *config = &gnb->core->config->inventory.fence;
    gnb->fenced = true;
    gnb->sending_away.fire = next_portion;
    timer_start(gnb->core->timers, &gnb->sending_away,
                config->phones == CONFIG_FENCED_MOVE ? config->grace : 0);
    amf_hold_back(gnb);
}

bool fence_begin(struct core *core, struct config_gnb_id id, int64_t time, const char *reason)
{
    struct fence *fence = place_for(core, id);
    struct gnb *gnb = connected(core, id);
    if (!fence || !put_up(fence, time ? core_wall(core) + time : 0, reason))
        return false;
    core_dirty(core, &fence->row);
    core->metrics.fenced++;
    tell(fence, gnb, EVIDENCE_BEGINS, "fenced");
    if (gnb)
        close_off(gnb);
    return true;
}

bool fence_lift(struct core *core, struct config_gnb_id id)
{
    struct fence *fence = find(core, id);
    struct gnb *gnb = connected(core, id);
    if (!fence || fence->lifted)
        return false;
    fence->lifted = true;
    timer_stop(core->timers, &fence->timer);
    core_dirty(core, &fence->row);
    if (gnb) {
        gnb->fenced = false;
        timer_stop(core->timers, &gnb->sending_away);
        amf_let_go(gnb);
    }
    tell(fence, gnb, EVIDENCE_ENDS, "fence lifted");
    return true;
}

void fence_meets(struct gnb *gnb)
{
    const struct fence *fence = fence_of(gnb->core, gnb_id_of(gnb));
    if (!fence)
        return;
    tell(fence, gnb, EVIDENCE_CONTINUES, "still fenced");
    close_off(gnb);
}

/* --- what trips it --- */

/* The profile lab refuses nothing. */
static void trip(struct gnb *gnb, enum misdeed misdeed)
{
    const struct config_inventory *inventory = &gnb->core->config->inventory;
    char reason[FENCE_REASON_BYTES];
    snprintf(reason, sizeof reason, "too many %s", conduct_name(misdeed));
    if (inventory->profile.records_only)
        gnb_event(gnb, (struct line_event){.kind = EVIDENCE_EXCEPTION,
                                           .procedure = "not fenced (profile lab)",
                                           .rule = "N5",
                                           .reason = reason});
    else
        fence_begin(gnb->core, gnb_id_of(gnb), inventory->fence.time, reason);
}

void gnb_misdeed(struct gnb *gnb, enum misdeed misdeed, uint64_t count)
{
    struct core *core = gnb->core;
    core->metrics.misdeeds[misdeed] += count;
    const bool trips =
        conduct_note(&gnb->conduct, &core->config->inventory.fence, misdeed, count, core->timers->now);
    if (gnb->conduct.recent[misdeed] == count) /* the first of a window; the metrics count them all */
        gnb_event(gnb,
                  (struct line_event){.procedure = "NGAP", .rule = "N5", .reason = conduct_name(misdeed)});
    if (trips && gnb->ready && !gnb->fenced)
        trip(gnb, misdeed);
}

void core_conduct(struct core *core, uint64_t association, const uint32_t misdeeds[WICKET_MISDEEDS])
{
    static const enum misdeed kinds[WICKET_MISDEEDS] = {
        [WICKET_UNDECODABLE] = MISDEED_UNDECODABLE,
        [WICKET_MISPLACED] = MISDEED_MISPLACED,
        [WICKET_OVERRUN] = MISDEED_OVERRUN,
    };
    struct gnb *gnb = gnb_find(core, association);
    for (unsigned i = 0; gnb && i < WICKET_MISDEEDS; i++)
        if (misdeeds[i])
            gnb_misdeed(gnb, kinds[i], misdeeds[i]);
    if (gnb && misdeeds[WICKET_OVERRUN])
        amf_hold_back(gnb);
}

/* --- after a restart --- */

static void load(void *context, const char *gnb, int64_t until, const char *reason)
{
    struct config_gnb_id id;
    struct fence *fence = config_gnb_id_parse(gnb, &id) ? place_for(context, id) : NULL;
    if (fence)
        put_up(fence, until, reason);
}

bool fences_load(struct core *core)
{
    return store_fence_each(core->store, load, core) == STORE_OK;
}

void fences_free(struct core *core)
{
    while (core->fences) {
        struct fence *fence = core->fences;
        core->fences = fence->next;
        timer_stop(core->timers, &fence->timer);
        core_clean(core, &fence->row);
        free(fence);
    }
}
