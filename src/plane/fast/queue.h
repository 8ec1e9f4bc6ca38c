/* SPDX-License-Identifier: Apache-2.0 */
/* Where the packet program counts what it gives to the slow path (plane/bpf/order.h). NULL: there it has nothing of the kind. */
#ifndef PLANE_FAST_QUEUE_H
#define PLANE_FAST_QUEUE_H

#include "plane/fast/rules.h"
#include "plane/path.h"

/* Whether it sits where each packet is seen as it comes in: at the drivers, before the host puts packets together. */
bool fast_sees_each(const struct fast *fast);

/* Of a datagram from N3: its tunnel's, or (N9) of packets for the session. */
struct fast_queue *fast_queue_of_datagram(const struct plane *plane, const struct packet *datagram);

/* Of packets in that tunnel, host order. */
static inline struct fast_queue *fast_queue_uplink(const struct plane *plane, uint32_t teid)
{
    return plane->fast && fast_has_tunnel(plane->fast, teid) ? &fast_tunnel_at(plane->fast, teid)->queue
                                                             : NULL;
}

/* Of packets for that session. */
static inline struct fast_queue *fast_queue_downlink(const struct plane *plane, const struct session *session)
{
    return plane->fast && session->place ? &plane->fast->sessions[session->place].queue : NULL;
}

#endif
