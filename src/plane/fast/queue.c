/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/queue.h"

#include "wire/gtpu/gtpu.h"

/* It sits everywhere alike. */
bool fast_sees_each(const struct fast *fast)
{
    for (unsigned i = 0; i < fast->seat_count; i++)
        if (fast->seats[i].mode != FAST_NOWHERE)
            return fast->seats[i].mode == FAST_NATIVE;
    return false;
}

/* Without any extension. */
static bool is_bare(struct bytes datagram)
{
    enum { VERSION_1 = 0x30 };
    const uint8_t *at = datagram.data;
    return datagram.len >= GTPU_HEADER_BYTES && at[0] == VERSION_1 && at[1] == GTPU_G_PDU &&
           (size_t)(at[2] << 8 | at[3]) == datagram.len - GTPU_HEADER_BYTES;
}

/* As read_gtpu() of plane/bpf/uplink.h reads it. What it does not, it leaves to the slow path without a look at the tunnel. */
static bool is_plain(struct bytes datagram)
{
    struct gtpu_packet packet;
    if (!gtpu_parse_fast(datagram, &packet))
        return is_bare(datagram);
    return packet.payload.data + packet.payload.len == datagram.data + datagram.len;
}

struct fast_queue *fast_queue_of_datagram(const struct plane *plane, const struct packet *datagram)
{
    enum { TEID = 4 };
    struct fast *fast = plane->fast;
    if (!fast || (datagram->joined && !fast_sees_each(fast)) ||
        !is_plain(bytes_of(datagram->data, datagram->length)))
        return NULL;
    struct reader r = reader_of(bytes_of(datagram->data + TEID, 4));
    const uint32_t teid = read_u32(&r);
    struct fast_queue *queue = fast_queue_uplink(plane, teid);
    const struct fast_tunnel *tunnel = fast_tunnel_at(fast, teid);
    return queue && (tunnel->flags & FAST_FROM_CORE) ? &fast->sessions[tunnel->session].queue : queue;
}
