/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule N5 of the line: who is listened to when. Edges are served in turn, and within an edge its associations: so a flood delays
 * no other edge's message by more than one of its own, and none of another association of its edge by more than one either.
 */
#include "core/control_inside.h"

enum {
    TURN_MESSAGES = 128,                /* of an edge, before what they brought about is committed and sent */
    ASSOCIATION_BYTES = 1024 * 1024,    /* that may wait of a gNB */
    STATEMENT_BYTES = 64 * 1024,        /* and, beyond those, of what its edge has to say of it */
    EDGE_BYTES = 32 * ASSOCIATION_BYTES /* and of all gNBs of an edge */
};

/* A stranger's SUCI costs several times what other messages do: who comes meanwhile does not wait for a turn full of them. */
static const int64_t TURN_TIME = MILLISECONDS(3);

/* Dropped; its gNB pays for it. */
static void overrun(const struct edge_link *link, uint64_t association)
{
    struct control *control = link->control;
    if (gate_owner(&control->gate, association) == &link->edge)
        core_conduct(control->core, association, (const uint32_t[WICKET_MISDEEDS]){[WICKET_OVERRUN] = 1});
}

/* That an association is there or gone is never dropped. */
const char *control_hear(struct edge_link *link, struct bytes bytes)
{
    struct wicket_message message;
    struct fault fault = {0};
    if (!wicket_decode(bytes, WICKET_FROM_EDGE, &message, &fault))
        return fault.what;
    const struct turn turn = {.sender = message.association, .message = bytes};
    const bool of_gnb = message.kind == WICKET_NGAP;
    const size_t spare = of_gnb ? 0 : STATEMENT_BYTES;
    if (link->turns.octets < EDGE_BYTES + spare && turns_put(&link->turns, &turn, ASSOCIATION_BYTES + spare))
        return NULL;
    if (!of_gnb)
        return "more is announced than can be listened to";
    overrun(link, message.association);
    return NULL;
}

/* False: it has nothing to say. */
static bool serve_one(struct edge_link *link)
{
    struct turn turn;
    const char *why = NULL;
    if (link->inside)
        return inside_serve(link->inside);
    if (!turns_next(&link->turns, &turn))
        return false;
    if (!gate_heard(&link->edge, turn.message, &why))
        control_cut_off(link, why);
    return true;
}

static bool serve_each(struct control *control)
{
    bool any = false;
    for (struct edge_link *next, *link = control->links; link; link = next) {
        next = link->next;
        any |= serve_one(link);
    }
    return any;
}

/* The loop settles after timers, and so serves again. */
static void come_back(struct timer *timer)
{
    (void)timer;
}

void control_serve(struct control *control)
{
    const int64_t end = clock_now() + TURN_TIME;
    unsigned served = 0;
    bool more;
    do {
        more = serve_each(control);
    } while (more && ++served < TURN_MESSAGES && clock_now() < end);
    control->turn.fire = come_back;
    if (more)
        timer_start(loop_timers(control->loop), &control->turn, 0);
}
