/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of many connections at once: a gNB is lost, or resets. They pass to a ghost, which nobody finds and which parts with
 * them in portions, a portion each turn of the loop, so that the phones of other gNBs do not wait. A gNB that comes back soon
 * and has kept its UEs gets them back (TS 38.413 8.7.1, UE Retention Information).
 */
#include <stdlib.h>

#include "core/amf/n2.h"
#include "kit/log.h"

enum { PORTION = 64 };

struct ghost {
    struct gnb gnb; /* the connections' */
    struct ghost *next;
    struct timer timer;
    const char *why;
    size_t cursor;
};

static void unlink_ghost(struct ghost *ghost)
{
    struct ghost **place = &ghost->gnb.core->ghosts;
    while (*place != ghost)
        place = &(*place)->next;
    *place = ghost->next;
}

static void vanish(struct ghost *ghost)
{
    struct gnb *gnb = &ghost->gnb;
    timer_stop(gnb->core->timers, &ghost->timer);
    unlink_ghost(ghost);
    map_free(&gnb->connections);
    map_free(&gnb->ran_ids);
    domain_leave(gnb->core, gnb->domain);
    free(ghost);
}

static void part_with(struct ghost *ghost, size_t most)
{
    const struct map *connections = &ghost->gnb.connections;
    void *connection;
    while (most-- && connections->count) {
        if (!map_next(connections, &ghost->cursor, NULL, &connection)) {
            ghost->cursor = 0; /* others have taken theirs meanwhile */
            continue;
        }
        connection_lost(connection, ghost->why);
        map_taken(&ghost->cursor);
    }
}

static void next_portion(struct timer *timer)
{
    struct ghost *ghost = (struct ghost *)((char *)timer - offsetof(struct ghost, timer));
    part_with(ghost, PORTION);
    if (!ghost->gnb.connections.count || !timer_start(ghost->gnb.core->timers, timer, 0)) {
        part_with(ghost, SIZE_MAX);
        vanish(ghost);
    }
}

static void pass(struct gnb *from, struct gnb *to)
{
    size_t cursor = 0;
    for (void *value; map_next(&from->connections, &cursor, NULL, &value);) {
        struct connection *connection = value;
        connection->gnb = to;
        if (connection->ue && connection->ue->charged)
            connection->ue->charged = to;
    }
    to->unproven += from->unproven;
    from->unproven = 0;
    to->connections = from->connections;
    to->ran_ids = from->ran_ids;
}

static struct ghost *ghost_of(struct gnb *gnb, const char *why)
{
    struct core *core = gnb->core;
    struct ghost *ghost = calloc(1, sizeof *ghost);
    if (!ghost)
        return NULL;
    ghost->gnb = (struct gnb){
        .core = core,
        .domain = domain_join(core, gnb->domain->name),
        .association = gnb->association,
        .peer = gnb->peer,
        .identity = gnb->identity,
        .gone = true,
    };
    memcpy(ghost->gnb.name, gnb->name, sizeof ghost->gnb.name);
    ghost->why = why;
    ghost->timer.fire = next_portion;
    ghost->next = core->ghosts;
    core->ghosts = ghost;
    pass(gnb, &ghost->gnb);
    map_init(&gnb->connections, gnb->connections.seed);
    map_init(&gnb->ran_ids, gnb->ran_ids.seed);
    return ghost;
}

static void release_at_once(struct gnb *gnb, const char *why)
{
    size_t cursor = 0;
    for (void *connection; map_next(&gnb->connections, &cursor, NULL, &connection); map_taken(&cursor))
        connection_lost(connection, why);
}

void gnb_release_connections(struct gnb *gnb, const char *why)
{
    struct ghost *ghost = gnb->connections.count > PORTION ? ghost_of(gnb, why) : NULL;
    if (ghost)
        next_portion(&ghost->timer);
    else
        release_at_once(gnb, why);
}

void gnb_await_return(struct gnb *gnb, const char *why)
{
    int64_t patience = gnb->core->config->amf.timers.gnb_return;
    struct ghost *ghost = patience && gnb->ready && gnb->connections.count ? ghost_of(gnb, why) : NULL;
    if (ghost && !timer_start(gnb->core->timers, &ghost->timer, patience))
        next_portion(&ghost->timer);
}

static void take_back(struct gnb *gnb, struct ghost *ghost)
{
    size_t cursor = 0;
    pass(&ghost->gnb, gnb);
    ghost->gnb.connections = ghost->gnb.ran_ids = (struct map){0};
    for (void *value; map_next(&gnb->connections, &cursor, NULL, &value);) {
        const struct connection *connection = value;
        if (connection->ue)
            core_dirty(gnb->core, &connection->ue->row);
    }
    log_info("amf", NULL, "gNB %s is back with %zu UEs", gnb->name, gnb->connections.count);
    vanish(ghost);
}

bool gnb_retain(struct gnb *gnb, struct gnb_identity identity, bool wanted)
{
    struct ghost *ghost = gnb->core->ghosts;
    if (gnb->connections.count) /* it sets up anew over the association that it has */
        return wanted && gnb_identity_equal(gnb->identity, identity);
    while (ghost && (ghost->gnb.domain != gnb->domain || ghost->cursor ||
                     !gnb_identity_equal(ghost->gnb.identity, identity)))
        ghost = ghost->next;
    if (ghost && wanted)
        take_back(gnb, ghost);
    else if (ghost)
        next_portion(&ghost->timer);
    return ghost && wanted;
}

void ghosts_free(struct core *core)
{
    for (struct ghost *ghost = core->ghosts, *next; ghost; ghost = next) {
        next = ghost->next;
        part_with(ghost, SIZE_MAX);
        vanish(ghost);
    }
}
