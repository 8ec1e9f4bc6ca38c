/* SPDX-License-Identifier: Apache-2.0 */
#include "core/procedure.h"

#include <assert.h>
#include <string.h>

#include "core/core.h"
#include "kit/co.h"

enum { PROCEDURE_MEMORY = 64 * 1024 };

struct start {
    struct procedure fresh;
    void (*run)(struct procedure *p);
};

static void time_out(struct timer *timer)
{
    struct procedure *p = (struct procedure *)((char *)timer - offsetof(struct procedure, timer));
    procedure_offer(p, EV_TIMEOUT, NULL);
}

static void body(void *argument)
{
    struct start *start = argument;
    struct procedure p = start->fresh;
    if (p.core->heard) {
        memcpy(p.digest, p.core->heard, sizeof p.digest);
        p.core->heard = p.heard = p.digest;
    }
    p.co = co_self();
    p.timer.fire = time_out;
    arena_init(&p.memory, PROCEDURE_MEMORY);
    *p.slot = &p;
    start->run(&p);
    timer_stop(p.core->timers, &p.timer);
    arena_free(&p.memory);
    *p.slot = NULL;
    core_transaction_over(p.core, p.payer);
}

bool procedure_start(struct core *core, struct procedure **slot, const char *name,
                     void (*run)(struct procedure *p), void *owner, void *argument)
{
    procedure_cancel(*slot, name);
    const uint64_t payer = core->payer;
    const uint8_t *heard = core->heard;
    if (*slot || !core_transaction_begin(core))
        return false;
    struct start start = {
        .fresh =
            {.core = core, .slot = slot, .name = name, .owner = owner, .argument = argument, .payer = payer},
        .run = run,
    };
    const bool started = co_start(core->stacks, NULL, body, &start);
    core->heard = heard;
    if (started)
        return true;
    core_transaction_over(core, payer);
    return false;
}

static enum procedure_event sleep_for(struct procedure *p, uint64_t events)
{
    assert(co_self() == p->co);
    p->awaited = events;
    enum procedure_event woken = (enum procedure_event)co_suspend();
    p->awaited = 0;
    return woken;
}

enum procedure_event procedure_wait(struct procedure *p, uint64_t events, int64_t time)
{
    if (p->why)
        return EV_CANCELLED;
    if (time && !timer_start(p->core->timers, &p->timer, time))
        return EV_TIMEOUT;
    enum procedure_event woken = sleep_for(p, events | EVENT(EV_TIMEOUT) | EVENT(EV_CANCELLED));
    timer_stop(p->core->timers, &p->timer);
    return woken;
}

enum procedure_event procedure_ask(struct procedure *p, void (*send)(struct procedure *p, void *context),
                                   void *context, uint64_t events, int64_t time)
{
    enum procedure_event woken = EV_TIMEOUT;
    for (unsigned i = 0; i < NAS_TRANSMISSIONS && woken == EV_TIMEOUT; i++) {
        if (send && !p->why)
            send(p, context);
        woken = procedure_wait(p, events, time);
    }
    return woken;
}

bool procedure_commit(struct procedure *p)
{
    if (p->why)
        return false;
    p->commit_next = p->core->commits;
    p->core->commits = p;
    return sleep_for(p, EVENT(EV_COMMITTED) | EVENT(EV_COMMIT_FAILED) | EVENT(EV_CANCELLED)) == EV_COMMITTED;
}

static void leave(struct procedure **list, const struct procedure *p)
{
    for (; *list; list = &(*list)->commit_next) {
        if (*list == p) {
            *list = p->commit_next;
            return;
        }
    }
}

bool procedure_offer(struct procedure *slot, enum procedure_event event, const void *data)
{
    if (!slot || !(slot->awaited & EVENT(event)))
        return false;
    struct core *core = slot->core;
    const uint8_t *heard = core->heard;
    slot->awaited = 0;
    slot->data = data;
    core->heard = slot->heard;
    co_resume(slot->co, event);
    core->heard = heard;
    return true;
}

void procedure_cancel(struct procedure *slot, const char *why)
{
    if (!slot || slot->why)
        return;
    slot->why = why;
    leave(&slot->core->commits, slot);
    leave(&slot->core->resuming, slot);
    procedure_offer(slot, EV_CANCELLED, NULL);
}

void procedure_move(struct procedure *p, struct procedure **slot, void *owner)
{
    procedure_cancel(*slot, p->name);
    *p->slot = NULL;
    p->slot = slot;
    p->owner = owner;
    *slot = p;
}

void procedure_leave(struct procedure *p)
{
    *p->slot = NULL;
    p->slot = &p->no_slot;
}

bool procedure_committed(struct core *core, bool durable)
{
    core->resuming = core->commits;
    core->commits = NULL;
    bool any = core->resuming != NULL;
    while (core->resuming) {
        struct procedure *p = core->resuming;
        core->resuming = p->commit_next;
        procedure_offer(p, durable ? EV_COMMITTED : EV_COMMIT_FAILED, NULL);
    }
    return any;
}
