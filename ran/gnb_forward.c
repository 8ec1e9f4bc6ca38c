/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets while a phone changes gNBs (TS 38.300 9.2.3.2.2): the source sends what still comes to it after the phone, the end
 * marker last; the target gives that to the phone first and holds back what comes by the new path.
 */
#include <stdlib.h>
#include <string.h>

#include "ran/gnb_inside.h"
#include "ran/gnb_tunnel.h"
#include "ran/phone.h"
#include "wire/gtpu/gtpu.h"

enum { PATIENCE_MS = 200, PACKET_BYTES = 2048 };

bool ran_gnb_forward(struct ran_gnb_tunnel *tunnel, struct bytes packet)
{
    struct ran_gnb *gnb = tunnel->connection->gnb;
    uint8_t room[PACKET_BYTES];
    if (!tunnel->forward_teid || packet.len > sizeof room - GTPU_HEADER_CONTAINER)
        return false;
    size_t header =
        gtpu_g_pdu_header(room, tunnel->forward_teid, GTPU_DOWNLINK, tunnel->qfi, false, packet.len);
    memcpy(room + header, packet.data, packet.len);
    gnb->packets_forwarded++;
    gnb->radio->ports->n3(gnb->radio->context, gnb, &tunnel->forward_to, bytes_of(room, header + packet.len));
    return true;
}

void ran_gnb_forward_end(struct ran_gnb_tunnel *tunnel)
{
    struct ran_gnb *gnb = tunnel->connection->gnb;
    uint8_t room[GTPU_MESSAGE_BYTES];
    if (!tunnel->forward_teid)
        return;
    size_t length = gtpu_end_marker(room, sizeof room, tunnel->forward_teid);
    gnb->radio->ports->n3(gnb->radio->context, gnb, &tunnel->forward_to, bytes_of(room, length));
}

void ran_gnb_hand_on(struct ran_gnb_tunnel *tunnel, struct bytes packet)
{
    struct phone *phone = tunnel->connection->phone;
    if (phone)
        phone_on_packet(phone, tunnel->pdu_session_id, packet);
    else if (!ran_gnb_forward(tunnel, packet))
        tunnel->connection->gnb->packets_dropped++;
}

void ran_gnb_release_held(struct ran_gnb_tunnel *tunnel)
{
    struct ran_gnb *gnb = tunnel->connection->gnb;
    timer_stop(gnb->radio->timers, &tunnel->patience);
    map_take(&gnb->tunnels, tunnel->forwarded_teid);
    tunnel->forwarded_teid = 0;
    for (struct queued *packet; (packet = queue_take(&tunnel->held)) != NULL; free(packet))
        ran_gnb_hand_on(tunnel, bytes_of(packet->content, packet->length));
    if (tunnel->ended)
        ran_gnb_forward_end(tunnel);
}

static void patience_over(struct timer *timer)
{
    ran_gnb_release_held(
        (struct ran_gnb_tunnel *)((char *)timer - offsetof(struct ran_gnb_tunnel, patience)));
}

void ran_gnb_expect_forwarded(struct ran_gnb_tunnel *tunnel)
{
    struct ran_gnb *gnb = tunnel->connection->gnb;
    tunnel->forwarded_teid = gnb->next_teid++;
    tunnel->patience.fire = patience_over;
    map_put(&gnb->tunnels, tunnel->forwarded_teid, tunnel);
}

bool ran_gnb_hold(struct ran_gnb_tunnel *tunnel, struct bytes packet)
{
    struct ran_gnb *gnb = tunnel->connection->gnb;
    if (!tunnel->forwarded_teid || !queue_put(&tunnel->held, packet))
        return false;
    if (!timer_armed(&tunnel->patience))
        timer_start(gnb->radio->timers, &tunnel->patience, MILLISECONDS(PATIENCE_MS));
    return true;
}
