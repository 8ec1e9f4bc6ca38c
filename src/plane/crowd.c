/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/crowd.h"

#include <string.h>

enum { PACKET_BYTES = 125 }; /* of a bucket: at N kbit/s it lets N such packets through in a second */

/* How many datagrams the socket had no room for by the time that this one came (SO_RXQ_OVFL); none is not said. */
static uint32_t lost_before(const struct msghdr *message)
{
    struct msghdr header = *message;
    uint32_t lost = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
            memcpy(&lost, CMSG_DATA(c), sizeof lost);
    return lost;
}

static bool has_several(struct crowd *crowd, const struct crowd_batch *batch)
{
    bool several = false;
    for (unsigned i = 0; i < batch->count; i++) {
        const union socket_address *peer = batch->messages[i].msg_hdr.msg_name;
        several |= crowd->last.any.sa_family && !address_same_host(&crowd->last, peer);
        crowd->last = *peer;
    }
    return several;
}

/* To half of it when packets are lost, and little by little back to what the configuration gives each, where it ends. */
static void narrow(struct lane *lane, unsigned most)
{
    enum { LEAST = 500 };
    const unsigned half = (lane->share ? lane->share : most) / 2;
    lane->share = half > LEAST ? half : LEAST;
}

static void widen(struct lane *lane, unsigned most)
{
    enum { PART = 32 };
    lane->share += lane->share / PART;
    if (lane->share >= most)
        lane->share = 0;
}

void crowd_notice(struct crowd *crowd, const struct plane *plane, struct lane *lane,
                  const struct crowd_batch *batch)
{
    const unsigned most = plane->policy.slow_traffic;
    const uint32_t lost = lost_before(&batch->messages[batch->count - 1].msg_hdr);
    if (has_several(crowd, batch))
        crowd->several_at = batch->now;
    crowd->loses |= lost != crowd->lost[batch->socket];
    crowd->lost[batch->socket] = lost;
    if (most == 0 || batch->now - crowd->judged_at < MILLISECONDS(100))
        return;
    if (crowd->loses && crowd->several_at && batch->now - crowd->several_at < SECONDS(1))
        narrow(lane, most);
    else if (batch->now - crowd->judged_at > SECONDS(1))
        lane->share = 0; /* it was quiet meanwhile */
    else if (lane->share)
        widen(lane, most);
    crowd->judged_at = batch->now;
    crowd->loses = false;
}

bool crowd_admits(const struct plane *plane, struct lane *lane, const union socket_address *peer, int64_t now)
{
    if (lane->share == 0)
        return true;
    struct gnb *gnb = plane_gnb(plane, peer);
    return bucket_take_shared(gnb ? &gnb->counters[lane->index].share : &lane->strangers, now, PACKET_BYTES,
                              lane->share);
}
