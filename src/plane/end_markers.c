/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/end_markers.h"

#include <stdlib.h>

#include "plane/agent_state.h"
#include "plane/fast/fast.h"
#include "plane/fast/grace.h"
#include "wire/gtpu/gtpu.h"

enum { LOOK_AGAIN_MS = 1, LATE_MS = 10 };

/* Of one modification. */
struct waiting_markers {
    struct waiting_markers *next;
    uint64_t mark; /* of the epoch in which the old path could still be taken ... */
    uint64_t fast; /* ... and of the fast path's */
    int64_t due;   /* once that is over: when what waits for its gNB's rate has gone; 0: it is not */
    unsigned count;
    struct end_marker markers[];
};

static void send_markers(struct agent *agent, const struct end_marker *markers, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct packet packet = {
            .data = agent->buffer + PATH_HEADROOM,
            .end = agent->buffer + sizeof agent->buffer,
            .to = markers[i].to,
        };
        packet.length = gtpu_end_marker(packet.data, GTPU_MESSAGE_BYTES, markers[i].teid);
        agent->settings.send_n3(agent->settings.context, &packet);
    }
}

static void take_first(struct agent *agent)
{
    struct waiting_markers *first = agent->markers;
    agent->markers = first->next;
    if (!agent->markers)
        agent->last_markers = &agent->markers;
    free(first);
}

/* A gNB that is shaped may have packets of the session to come yet (plane/pacer.h). */
static int64_t rest_of(const struct agent *agent, const struct waiting_markers *waiting)
{
    const struct plane *plane = agent->settings.plane;
    for (unsigned i = 0; i < waiting->count; i++) {
        struct gnb *gnb = plane_gnb(plane, &waiting->markers[i].to);
        if (gnb && atomic_load(&gnb->shaping.waiting[DOWNLINK]))
            return plane->policy.shaping_delay + MILLISECONDS(LATE_MS);
    }
    return 0;
}

static struct grace *grace_of(const struct agent *agent)
{
    const struct fast *fast = agent->settings.plane->fast;
    return fast ? fast->grace : NULL;
}

static bool is_due(const struct agent *agent, struct waiting_markers *waiting)
{
    if (!waiting->due && (!epoch_passed(&agent->settings.plane->epochs, waiting->mark) ||
                          !grace_passed(grace_of(agent), waiting->fast)))
        return false;
    if (!waiting->due)
        waiting->due = agent_now(agent) + rest_of(agent, waiting);
    return waiting->due <= agent_now(agent);
}

static void send_due(struct agent *agent)
{
    while (agent->markers && is_due(agent, agent->markers)) {
        send_markers(agent, agent->markers->markers, agent->markers->count);
        take_first(agent);
    }
    if (agent->markers && !timer_armed(&agent->markers_due))
        timer_start(agent->settings.timers, &agent->markers_due, MILLISECONDS(LOOK_AGAIN_MS));
}

static void look_again(struct timer *timer)
{
    send_due((struct agent *)((char *)timer - offsetof(struct agent, markers_due)));
}

void end_markers_send(struct agent *agent, const struct plan *plan)
{
    size_t size = plan->end_marker_count * sizeof *plan->end_markers;
    struct waiting_markers *waiting = size ? malloc(sizeof *waiting + size) : NULL;
    if (!waiting) {
        send_markers(agent, plan->end_markers, plan->end_marker_count);
        return;
    }
    *waiting = (struct waiting_markers){.mark = epoch_mark(&agent->settings.plane->epochs),
                                        .fast = grace_mark(grace_of(agent)),
                                        .count = plan->end_marker_count};
    memcpy(waiting->markers, plan->end_markers, size);
    agent->markers_due.fire = look_again;
    *agent->last_markers = waiting;
    agent->last_markers = &waiting->next;
    send_due(agent);
}

void end_markers_forget(struct agent *agent)
{
    timer_stop(agent->settings.timers, &agent->markers_due);
    while (agent->markers)
        take_first(agent);
}
