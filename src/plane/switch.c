/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/switch.h"

#include "plane/fast/queue.h"
#include "plane/pathway.h"

/* The packet is left as it is, so that there may be another. `counted`: the packet program has counted it as one of the session that it goes to. */
static void give(struct plane *plane, struct lane *lane, struct session *session, bool counted,
                 const struct packet *packet, switch_sink *sink, void *context)
{
    struct packet copy = *packet;
    copy.shaped = NULL;
    copy.rqi = false;
    session_lock(session);
    copy.queue = counted ? fast_queue_downlink(plane, session) : NULL;
    copy.frames = 1;
    const enum verdict verdict = path_frame_locked(plane, lane, session, &copy);
    session_unlock(session);
    sink(context, verdict, &copy);
}

static void give_all(struct plane *plane, struct lane *lane, struct lan *lan, const struct session *sender,
                     const struct packet *packet, switch_sink *sink, void *context)
{
    for (struct lan_port *port = lan_next(lan, NULL); port; port = lan_next(lan, port))
        if (port->session != sender)
            give(plane, lane, port->session, false, packet, sink, context);
}

void switch_inward(struct plane *plane, struct lane *lane, struct network *network, struct packet *packet,
                   switch_sink *sink, void *context)
{
    struct lan *lan = network->lan;
    struct frame frame;
    bool outside;
    if (frame_parse(bytes_of(packet->data, packet->length), &frame) != NULL) {
        path_drop(lane, DROP_INNER_MALFORMED);
        return;
    }
    if (frame_is_link_local(&frame)) {
        path_drop(lane, DROP_LINK_LOCAL);
        return;
    }
    lan_learn_outside(lan, frame.source, packet->now);
    struct session *session = lan_find(lan, frame.destination, packet->now, &outside);
    if (session)
        give(plane, lane, session, frame_is_plain(&frame) && lan_is_told(lan, frame.destination), packet,
             sink, context);
    else if (frame_is_group(&frame) || (!outside && lan_floods(lan)))
        give_all(plane, lane, lan, lan_find(lan, frame.source, packet->now, &outside), packet, sink, context);
    else
        path_drop(lane, DROP_NO_SESSION);
}

bool switch_outward(struct plane *plane, struct lane *lane, struct packet *packet, switch_sink *sink,
                    void *context)
{
    struct lan *lan = packet->network->lan;
    struct frame frame;
    bool outside;
    if (!plane->policy.ue_to_ue || frame_parse(bytes_of(packet->data, packet->length), &frame) != NULL)
        return true;
    struct session *session = lan_find(lan, frame.destination, packet->now, &outside);
    if (session)
        give(plane, lane, session, false, packet, sink, context);
    else if (frame_is_group(&frame) || (!outside && lan_floods(lan)))
        give_all(plane, lane, lan, lan_find(lan, frame.source, packet->now, &outside), packet, sink, context);
    return session == NULL;
}

enum drop switch_check(const struct plane *plane, const struct session *session, const struct frame *frame,
                       bool led_on, int64_t now)
{
    struct lan *lan = session->network->lan;
    bool outside;
    const struct session *holder = lan_find(lan, frame->destination, now, &outside);
    if (led_on)
        return holder == session || frame_is_group(frame) ? DROP_NONE : DROP_SPOOFED_SOURCE;
    if (frame_is_link_local(frame))
        return DROP_LINK_LOCAL;
    const enum drop drop = lan_learn(lan, frame->source, session, now);
    if (drop != DROP_NONE)
        return drop;
    return holder && (holder == session || !plane->policy.ue_to_ue) ? DROP_UE_TO_UE : DROP_NONE;
}
