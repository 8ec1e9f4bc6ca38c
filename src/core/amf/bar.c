/* SPDX-License-Identifier: Apache-2.0 */
#include "core/amf/bar.h"

#include <stdlib.h>

#include "core/amf/fence.h"
#include "core/amf/n2.h"
#include "line/event.h"
#include "store/store.h"

void bar_tell(const struct bar *bar, enum evidence_step step, const char *words)
{
    char procedure[BAR_VENDOR_BYTES + 16];
    snprintf(procedure, sizeof procedure, "%s of %s", bar->drill ? "drill" : "bar", bar->vendor);
    line_event(&(struct line_event){.kind = EVIDENCE_DRILL,
                                    .step = step,
                                    .time = core_wall(bar->core),
                                    .gnb = "",
                                    .procedure = procedure,
                                    .rule = "K1",
                                    .reason = words});
}

/* --- which are barred --- */

static struct bar *find(const struct core *core, const char *vendor)
{
    struct bar *bar = core->bars;
    while (bar && strcmp(bar->vendor, vendor) != 0)
        bar = bar->next;
    return bar;
}

const struct bar *bar_of(const struct core *core, const char *vendor)
{
    const struct bar *bar = find(core, vendor);
    return bar && !bar->ended ? bar : NULL;
}

const char *gnb_vendor(const struct gnb *gnb)
{
    const struct config_edge *edge = config_find_edge(gnb->core->config, gnb->peer.edge);
    return edge ? edge->domain->vendor : "";
}

bool bar_forbids(const struct gnb *gnb)
{
    return bar_of(gnb->core, gnb_vendor(gnb)) != NULL;
}

static bool write_row(struct core *core, struct row *row)
{
    const struct bar *bar = (const struct bar *)((char *)row - offsetof(struct bar, row));
    return store_bar_put(core->store, &(struct store_bar){.vendor = bar->vendor,
                                                          .by = bar->by,
                                                          .reason = bar->reason,
                                                          .drill = bar->drill,
                                                          .since = bar->since,
                                                          .until = bar->until,
                                                          .cleared = bar->cleared,
                                                          .ended = bar->ended}) == STORE_OK;
}

static void time_is_up(struct timer *timer)
{
    const struct bar *bar = (struct bar *)((char *)timer - offsetof(struct bar, end));
    bar_lift(bar->core, bar->vendor);
}

/* The vendor's own or a new one. NULL: out of memory. */
static struct bar *place_for(struct core *core, const char *vendor)
{
    struct bar *bar = find(core, vendor);
    if (bar)
        return bar;
    bar = calloc(1, sizeof *bar);
    if (!bar)
        return NULL;
    bar->core = core;
    bar->row.write = write_row;
    bar->end.fire = time_is_up;
    bar->ended = 1;
    snprintf(bar->vendor, sizeof bar->vendor, "%s", vendor);
    map_init(&bar->by_supi, core->gnbs.seed);
    bar->next = core->bars;
    core->bars = bar;
    return bar;
}

static bool set_end(struct bar *bar)
{
    struct core *core = bar->core;
    const int64_t left = bar->until - core_wall(core);
    timer_stop(core->timers, &bar->end);
    return !bar->until || timer_start(core->timers, &bar->end, left > 0 ? left : 0);
}

/* --- its gNBs --- */

static void shut(struct bar *bar, struct gnb *gnb)
{
    gnb->barred = true;
    amf_hold_back(gnb);
    drill_follow(bar, gnb);
}

static void reopen(struct bar *bar, struct gnb *gnb)
{
    (void)bar;
    gnb->barred = false;
    amf_let_go(gnb);
}

static void each_of(struct bar *bar, void (*visit)(struct bar *bar, struct gnb *gnb))
{
    size_t cursor = 0;
    for (void *value; map_next(&bar->core->gnbs, &cursor, NULL, &value);) {
        struct gnb *gnb = value;
        if (gnb->ready && strcmp(gnb_vendor(gnb), bar->vendor) == 0)
            visit(bar, gnb);
    }
}

void bar_meets(struct gnb *gnb)
{
    struct bar *bar = find(gnb->core, gnb_vendor(gnb));
    if (!bar || bar->ended)
        return;
    shut(bar, gnb);
    drill_run(bar, 0);
}

void bars_reconsider(struct core *core)
{
    size_t cursor = 0;
    for (void *value; map_next(&core->gnbs, &cursor, NULL, &value);) {
        struct gnb *gnb = value;
        if (gnb->barred && !bar_forbids(gnb))
            reopen(NULL, gnb);
        else if (gnb->ready && !gnb->barred)
            bar_meets(gnb);
    }
}

unsigned bar_gnbs(const struct core *core)
{
    unsigned count = 0;
    size_t cursor = 0;
    for (void *gnb; map_next(&core->gnbs, &cursor, NULL, &gnb);)
        count += ((struct gnb *)gnb)->barred;
    return count;
}

/* --- begin and end --- */

static bool known_vendor(const struct core *core, const char *vendor)
{
    const struct config_inventory *inventory = &core->config->inventory;
    for (unsigned i = 0; i < inventory->vendor_count; i++)
        if (strcmp(inventory->vendors[i].name, vendor) == 0)
            return true;
    return false;
}

static void take_order(struct bar *bar, const struct bar_order *order)
{
    bar->drill = order->drill;
    bar->until = order->time ? core_wall(bar->core) + order->time : 0;
    snprintf(bar->by, sizeof bar->by, "%s", order->by);
    snprintf(bar->reason, sizeof bar->reason, "%s", order->reason);
}

static void tell_order(const struct bar *bar, enum evidence_step step)
{
    char words[BAR_BY_BYTES + BAR_REASON_BYTES + 96];
    const bool protected = bar->count && bar->phones[0]->protected;
    snprintf(words, sizeof words, "by %s: %s; %zu phones are served there, protected ones %s", bar->by,
             bar->reason, bar->count, protected ? "among them" : "not");
    bar_tell(bar, step, words);
}

static void begin_anew(struct bar *bar, int64_t grace)
{
    struct core *core = bar->core;
    drill_free(bar);
    store_barred_phones_remove(core->store, bar->vendor);
    bar->since = core_wall(core);
    bar->cleared = bar->ended = 0;
    each_of(bar, shut);
    tell_order(bar, EVIDENCE_BEGINS);
    drill_run(bar, grace);
}

bool bar_begin(struct core *core, const struct bar_order *order, const char **why)
{
    *why = "no vendor of the inventory is called so";
    if (!known_vendor(core, order->vendor))
        return false;
    *why = "out of memory";
    struct bar *bar = place_for(core, order->vendor);
    if (!bar)
        return false;
    take_order(bar, order);
    if (!set_end(bar))
        return false;
    if (bar->ended)
        begin_anew(bar, order->grace);
    else
        tell_order(bar, EVIDENCE_CONTINUES);
    core_dirty(core, &bar->row);
    return true;
}

static void tell_result(const struct bar *bar)
{
    char words[256];
    struct drill_areas areas;
    if (!drill_report(bar, &areas))
        return;
    const struct drill_count *count = &areas.total.count;
    snprintf(words, sizeof words,
             "of %u phones %u moved before, %u came back elsewhere, %u did not; of %u sessions %u were "
             "lost, %u of them protected",
             count->phones, count->fates[DRILL_MOVED], count->fates[DRILL_RETURNED],
             count->phones - count->fates[DRILL_MOVED] - count->fates[DRILL_RETURNED], count->sessions,
             count->sessions_lost, count->protected_sessions_lost);
    bar_tell(bar, EVIDENCE_ENDS, words);
    drill_areas_free(&areas);
}

bool bar_lift(struct core *core, const char *vendor)
{
    struct bar *bar = find(core, vendor);
    if (!bar || bar->ended)
        return false;
    timer_stop(core->timers, &bar->end);
    drill_end(bar);
    bar->ended = core_wall(core);
    core_dirty(core, &bar->row);
    each_of(bar, reopen);
    tell_result(bar);
    return true;
}

/* --- after a restart --- */

static void load_bar(void *context, const struct store_bar *stored)
{
    struct bar *bar = place_for(context, stored->vendor);
    if (!bar)
        return;
    take_order(bar, &(struct bar_order){.by = stored->by, .reason = stored->reason, .drill = stored->drill});
    bar->since = stored->since;
    bar->until = stored->until;
    bar->cleared = stored->cleared;
    bar->ended = stored->ended;
    if (!bar->ended)
        set_end(bar);
}

static void load_phone(void *context, const char *vendor, const char *supi, struct bytes phone)
{
    struct bar *bar = find(context, vendor);
    if (bar)
        drill_load(bar, supi, phone);
}

bool bars_load(struct core *core)
{
    if (store_bar_each(core->store, load_bar, core) != STORE_OK ||
        store_barred_phone_each(core->store, load_phone, core) != STORE_OK)
        return false;
    for (struct bar *bar = core->bars; bar; bar = bar->next)
        if (!bar->ended)
            drill_run(bar, 0);
    return true;
}

void bars_free(struct core *core)
{
    while (core->bars) {
        struct bar *bar = core->bars;
        core->bars = bar->next;
        timer_stop(core->timers, &bar->end);
        timer_stop(core->timers, &bar->step);
        drill_free(bar);
        map_free(&bar->by_supi);
        core_clean(core, &bar->row);
        free(bar);
    }
}
