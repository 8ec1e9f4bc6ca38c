/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/gnb_tunnel.h"

#include <netinet/in.h>
#include <string.h>

#include "ran/gnb_inside.h"
#include "ran/phone.h"
#include "wire/gtpu/gtpu.h"
#include "wire/ngap/ngap_calls.h"

struct ran_gnb_tunnel *ran_gnb_tunnel_of(struct ran_gnb_connection *connection, uint8_t pdu_session_id)
{
    for (unsigned i = 0; i < GNB_TUNNELS; i++)
        if (connection->tunnels[i].pdu_session_id == pdu_session_id)
            return &connection->tunnels[i];
    return NULL;
}

static void drop(struct ran_gnb_connection *connection, struct ran_gnb_tunnel *tunnel)
{
    struct ran_gnb *gnb = connection->gnb;
    if (!tunnel || !tunnel->pdu_session_id)
        return;
    map_take(&gnb->tunnels, tunnel->downlink_teid);
    if (tunnel->forwarded_teid)
        map_take(&gnb->tunnels, tunnel->forwarded_teid);
    timer_stop(gnb->radio->timers, &tunnel->patience);
    queue_free(&tunnel->held);
    *tunnel = (struct ran_gnb_tunnel){0};
}

void ran_gnb_drop_tunnel(struct ran_gnb_connection *connection, uint8_t pdu_session_id)
{
    drop(connection, pdu_session_id ? ran_gnb_tunnel_of(connection, pdu_session_id) : NULL);
}

void ran_gnb_drop_tunnels(struct ran_gnb_connection *connection)
{
    for (unsigned i = 0; i < GNB_TUNNELS; i++)
        drop(connection, &connection->tunnels[i]);
}

/* The first address of a transport layer address: 32 bits IPv4, 128 IPv6, 160 both (TS 38.414 5.1). */
static bool read_address(const struct aper_bit_string *bits, union socket_address *address)
{
    *address = (union socket_address){0};
    if (bits->bits == 32 || bits->bits == 160) {
        address->v4.sin_family = AF_INET;
        memcpy(&address->v4.sin_addr, bits->data, 4);
    } else if (bits->bits == 128) {
        address->v6.sin6_family = AF_INET6;
        memcpy(&address->v6.sin6_addr, bits->data, 16);
    } else {
        return false;
    }
    address->v4.sin_port = htons(GTPU_PORT);
    return true;
}

static struct aper_bit_string own_address(const struct ran_gnb *gnb)
{
    const union socket_address *own = &gnb->settings.address;
    if (own->any.sa_family == AF_INET6)
        return (struct aper_bit_string){own->v6.sin6_addr.s6_addr, 128};
    return (struct aper_bit_string){(const uint8_t *)&own->v4.sin_addr, 32};
}

struct ngap_up_transport_layer_information ran_gnb_own_tunnel(const struct ran_gnb *gnb, uint32_t teid)
{
    return (struct ngap_up_transport_layer_information){
        .which = NGAP_UP_TRANSPORT_LAYER_INFORMATION_GTP_TUNNEL,
        .gtp_tunnel = {.transport_layer_address = own_address(gnb), .gtp_teid = teid}};
}

bool ran_gnb_read_tunnel(const struct ngap_up_transport_layer_information *information,
                         union socket_address *address, uint32_t *teid)
{
    union socket_address read;
    if (!read_address(&information->gtp_tunnel.transport_layer_address, &read))
        return false;
    *address = read;
    *teid = information->gtp_tunnel.gtp_teid;
    return true;
}

static struct bytes refusal(struct ran_gnb *gnb)
{
    const struct ngap_pdu_session_resource_setup_unsuccessful_transfer transfer = {
        .cause = GNB_CAUSE(RADIO_RESOURCES_NOT_AVAILABLE)};
    uint8_t room[GNB_TRANSFER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    ngap_encode_pdu_session_resource_setup_unsuccessful_transfer(&w, &transfer, NULL);
    return arena_copy(&gnb->arena, writer_bytes(&w));
}

/* All that the core wants. */
struct ngap_security_result ran_gnb_protection(const struct ran_gnb_tunnel *tunnel)
{
    const struct ngap_security_indication *wanted = &tunnel->security;
    bool integrity =
        wanted->integrity_protection_indication != NGAP_INTEGRITY_PROTECTION_INDICATION_NOT_NEEDED;
    bool ciphering = wanted->confidentiality_protection_indication !=
                     NGAP_CONFIDENTIALITY_PROTECTION_INDICATION_NOT_NEEDED;
    return (struct ngap_security_result){
        .integrity_protection_result = integrity ? NGAP_INTEGRITY_PROTECTION_RESULT_PERFORMED
                                                 : NGAP_INTEGRITY_PROTECTION_RESULT_NOT_PERFORMED,
        .confidentiality_protection_result = ciphering
                                                 ? NGAP_CONFIDENTIALITY_PROTECTION_RESULT_PERFORMED
                                                 : NGAP_CONFIDENTIALITY_PROTECTION_RESULT_NOT_PERFORMED};
}

static struct bytes acceptance(struct ran_gnb *gnb, const struct ran_gnb_tunnel *tunnel,
                               const struct ngap_qos_flow_setup_request_list *flows)
{
    struct ngap_associated_qos_flow_item accepted[8] = {0};
    const struct ngap_security_result security = ran_gnb_protection(tunnel);
    struct ngap_pdu_session_resource_setup_response_transfer transfer = {
        .security_result = tunnel->has_security ? &security : NULL};
    struct ngap_qos_flow_per_tnl_information *downlink = &transfer.dl_qos_flow_per_tnl_information;
    size_t count = flows->count < 8 ? flows->count : 8;
    for (size_t i = 0; i < count; i++)
        accepted[i].qos_flow_identifier = flows->items[i].qos_flow_identifier;
    downlink->up_transport_layer_information = ran_gnb_own_tunnel(gnb, tunnel->downlink_teid);
    downlink->associated_qos_flow_list.items = accepted;
    downlink->associated_qos_flow_list.count = count;
    uint8_t room[GNB_TRANSFER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    ngap_encode_pdu_session_resource_setup_response_transfer(&w, &transfer, NULL);
    return arena_copy(&gnb->arena, writer_bytes(&w));
}

/* The transfer of a setup request; NULL: it cannot be read, or asks for nothing. */
static const struct ngap_pdu_session_resource_setup_request_transfer *read_request(struct ran_gnb *gnb,
                                                                                   struct bytes encoded)
{
    const struct ngap_pdu_session_resource_setup_request_transfer *request;
    struct aper_diagnostics diagnostics;
    if (ngap_decode_pdu_session_resource_setup_request_transfer(encoded, &gnb->arena, &request,
                                                                &diagnostics) > NGAP_NOTIFY ||
        !request->qos_flow_setup_request_list.count)
        return NULL;
    return request;
}

static struct ran_gnb_tunnel *make_tunnel(
    struct ran_gnb_connection *connection, uint8_t pdu_session_id,
    const struct ngap_pdu_session_resource_setup_request_transfer *request)
{
    struct ran_gnb *gnb = connection->gnb;
    union socket_address upf;
    uint32_t uplink_teid;
    struct ran_gnb_tunnel *tunnel = ran_gnb_tunnel_of(connection, pdu_session_id);
    drop(connection, tunnel);
    if (!tunnel)
        tunnel = ran_gnb_tunnel_of(connection, 0);
    if (!tunnel || !ran_gnb_read_tunnel(&request->ul_ngu_up_tnl_information, &upf, &uplink_teid))
        return NULL;
    *tunnel =
        (struct ran_gnb_tunnel){.pdu_session_id = pdu_session_id,
                                .qfi = request->qos_flow_setup_request_list.items[0].qos_flow_identifier,
                                .uplink_teid = uplink_teid,
                                .downlink_teid = gnb->next_teid++,
                                .upf = upf,
                                .connection = connection,
                                .has_security = request->security_indication};
    if (request->security_indication)
        tunnel->security = *request->security_indication;
    map_put(&gnb->tunnels, tunnel->downlink_teid, tunnel);
    return tunnel;
}

struct ran_gnb_tunnel *ran_gnb_make_tunnel(struct ran_gnb_connection *connection, uint8_t pdu_session_id,
                                           struct bytes encoded)
{
    const struct ngap_pdu_session_resource_setup_request_transfer *request =
        read_request(connection->gnb, encoded);
    return request ? make_tunnel(connection, pdu_session_id, request) : NULL;
}

/* Whether it could be made; the response transfer says so too. */
static bool set_up(struct ran_gnb_connection *connection, uint8_t pdu_session_id, struct bytes encoded,
                   struct bytes *transfer)
{
    struct ran_gnb *gnb = connection->gnb;
    const struct ngap_pdu_session_resource_setup_request_transfer *request = read_request(gnb, encoded);
    const struct ran_gnb_tunnel *tunnel = request ? make_tunnel(connection, pdu_session_id, request) : NULL;
    *transfer = tunnel ? acceptance(gnb, tunnel, &request->qos_flow_setup_request_list) : refusal(gnb);
    return tunnel;
}

void ran_gnb_setup_tunnels_in_context(struct ran_gnb_connection *connection,
                                      const struct ngap_initial_context_setup_request *request,
                                      struct ngap_initial_context_setup_response *response)
{
    struct ran_gnb *gnb = connection->gnb;
    size_t count = request->pdu_session_resource_setup_list_cxt_req.count, done = 0, failed = 0;
    if (!count)
        return;
    struct ngap_pdu_session_resource_setup_item_cxt_res *good = arena_array(&gnb->arena, count, sizeof *good);
    struct ngap_pdu_session_resource_failed_to_setup_item_cxt_res *bad =
        arena_array(&gnb->arena, count, sizeof *bad);
    for (size_t i = 0; good && bad && i < count; i++) {
        const struct ngap_pdu_session_resource_setup_item_cxt_req *item =
            &request->pdu_session_resource_setup_list_cxt_req.items[i];
        uint8_t id = item->pdu_session_id;
        struct bytes transfer;
        if (set_up(connection, id, item->pdu_session_resource_setup_request_transfer, &transfer))
            good[done++] = (struct ngap_pdu_session_resource_setup_item_cxt_res){id, transfer};
        else
            bad[failed++] = (struct ngap_pdu_session_resource_failed_to_setup_item_cxt_res){id, transfer};
    }
    response->pdu_session_resource_setup_list_cxt_res =
        (struct ngap_pdu_session_resource_setup_list_cxt_res){done ? good : NULL, done};
    response->pdu_session_resource_failed_to_setup_list_cxt_res =
        (struct ngap_pdu_session_resource_failed_to_setup_list_cxt_res){failed ? bad : NULL, failed};
}

void ran_gnb_setup_tunnels(struct ran_gnb_connection *connection,
                           const struct ngap_pdu_session_resource_setup_request *request,
                           struct ngap_pdu_session_resource_setup_response *response)
{
    struct ran_gnb *gnb = connection->gnb;
    size_t count = request->pdu_session_resource_setup_list_su_req.count, done = 0, failed = 0;
    struct ngap_pdu_session_resource_setup_item_su_res *good = arena_array(&gnb->arena, count, sizeof *good);
    struct ngap_pdu_session_resource_failed_to_setup_item_su_res *bad =
        arena_array(&gnb->arena, count, sizeof *bad);
    for (size_t i = 0; good && bad && i < count; i++) {
        const struct ngap_pdu_session_resource_setup_item_su_req *item =
            &request->pdu_session_resource_setup_list_su_req.items[i];
        uint8_t id = item->pdu_session_id;
        struct bytes transfer;
        if (set_up(connection, id, item->pdu_session_resource_setup_request_transfer, &transfer))
            good[done++] = (struct ngap_pdu_session_resource_setup_item_su_res){id, transfer};
        else
            bad[failed++] = (struct ngap_pdu_session_resource_failed_to_setup_item_su_res){id, transfer};
    }
    response->pdu_session_resource_setup_list_su_res =
        (struct ngap_pdu_session_resource_setup_list_su_res){done ? good : NULL, done};
    response->pdu_session_resource_failed_to_setup_list_su_res =
        (struct ngap_pdu_session_resource_failed_to_setup_list_su_res){failed ? bad : NULL, failed};
}

void ran_gnb_modify_tunnels(struct ran_gnb_connection *connection,
                            const struct ngap_pdu_session_resource_modify_request *request,
                            struct ngap_pdu_session_resource_modify_response *response)
{
    struct ran_gnb *gnb = connection->gnb;
    size_t count = request->pdu_session_resource_modify_list_mod_req.count;
    struct ngap_pdu_session_resource_modify_item_mod_res *items =
        arena_array(&gnb->arena, count, sizeof *items);
    const struct ngap_pdu_session_resource_modify_response_transfer transfer = {0};
    uint8_t room[GNB_TRANSFER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    ngap_encode_pdu_session_resource_modify_response_transfer(&w, &transfer, NULL);
    struct bytes encoded = arena_copy(&gnb->arena, writer_bytes(&w));
    for (size_t i = 0; items && i < count; i++) {
        items[i].pdu_session_id = request->pdu_session_resource_modify_list_mod_req.items[i].pdu_session_id;
        items[i].pdu_session_resource_modify_response_transfer = encoded;
    }
    response->pdu_session_resource_modify_list_mod_res.items = items;
    response->pdu_session_resource_modify_list_mod_res.count = items ? count : 0;
}

void ran_gnb_release_tunnels(struct ran_gnb_connection *connection,
                             const struct ngap_pdu_session_resource_release_command *command,
                             struct ngap_pdu_session_resource_release_response *response)
{
    struct ran_gnb *gnb = connection->gnb;
    size_t count = command->pdu_session_resource_to_release_list_rel_cmd.count;
    struct ngap_pdu_session_resource_released_item_rel_res *items =
        arena_array(&gnb->arena, count, sizeof *items);
    const struct ngap_pdu_session_resource_release_response_transfer transfer = {0};
    uint8_t room[GNB_TRANSFER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    ngap_encode_pdu_session_resource_release_response_transfer(&w, &transfer, NULL);
    struct bytes encoded = arena_copy(&gnb->arena, writer_bytes(&w));
    for (size_t i = 0; items && i < count; i++) {
        items[i].pdu_session_id =
            command->pdu_session_resource_to_release_list_rel_cmd.items[i].pdu_session_id;
        items[i].pdu_session_resource_release_response_transfer = encoded;
        drop(connection, ran_gnb_tunnel_of(connection, items[i].pdu_session_id));
    }
    response->pdu_session_resource_released_list_rel_res.items = items;
    response->pdu_session_resource_released_list_rel_res.count = items ? count : 0;
}

/* --- NAS that came along --- */

void ran_gnb_give_context_nas(struct ran_gnb_connection *connection,
                              const struct ngap_initial_context_setup_request *request)
{
    struct phone *phone = connection->phone;
    size_t count = request->pdu_session_resource_setup_list_cxt_req.count;
    const struct ngap_pdu_session_resource_setup_item_cxt_req *items =
        request->pdu_session_resource_setup_list_cxt_req.items;
    if (request->nas_pdu.len)
        phone_on_nas(phone, request->nas_pdu);
    for (size_t i = 0; i < count; i++) {
        if (items[i].nas_pdu.len)
            phone_on_nas(phone, items[i].nas_pdu);
        phone_on_user_plane(phone, items[i].pdu_session_id);
    }
}

void ran_gnb_give_session_nas(struct ran_gnb_connection *connection,
                              const struct ngap_pdu_session_resource_setup_request *request)
{
    struct phone *phone = connection->phone;
    const struct ngap_pdu_session_resource_setup_list_su_req *list =
        &request->pdu_session_resource_setup_list_su_req;
    if (request->nas_pdu.len)
        phone_on_nas(phone, request->nas_pdu);
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].pdu_session_nas_pdu.len)
            phone_on_nas(phone, list->items[i].pdu_session_nas_pdu);
        phone_on_user_plane(phone, list->items[i].pdu_session_id);
    }
}

void ran_gnb_give_modify_nas(struct ran_gnb_connection *connection,
                             const struct ngap_pdu_session_resource_modify_request *request)
{
    struct phone *phone = connection->phone;
    for (size_t i = 0; i < request->pdu_session_resource_modify_list_mod_req.count; i++) {
        struct bytes nas = request->pdu_session_resource_modify_list_mod_req.items[i].nas_pdu;
        if (nas.len)
            phone_on_nas(phone, nas);
    }
}

/* --- Packets --- */

bool ran_gnb_uplink_packet(struct ran_gnb_connection *connection, uint8_t pdu_session_id, struct bytes packet)
{
    struct ran_gnb *gnb = connection->gnb;
    struct ran_gnb_tunnel *tunnel = ran_gnb_tunnel_of(connection, pdu_session_id);
    uint8_t room[2048];
    if (!tunnel || packet.len > sizeof room - GTPU_HEADER_CONTAINER) {
        gnb->packets_dropped++;
        return false;
    }
    size_t header = gtpu_g_pdu_header(room, tunnel->uplink_teid, GTPU_UPLINK, tunnel->qfi, false, packet.len);
    memcpy(room + header, packet.data, packet.len);
    gnb->uplink_packets++;
    gnb->uplink_bytes += packet.len;
    gnb->radio->ports->n3(gnb->radio->context, gnb, &tunnel->upf, bytes_of(room, header + packet.len));
    return true;
}

static void answer_echo(struct ran_gnb *gnb, const union socket_address *from,
                        const struct gtpu_packet *request)
{
    uint8_t room[GTPU_MESSAGE_BYTES];
    size_t length = gtpu_echo_response(room, sizeof room, request->sequence);
    gnb->radio->ports->n3(gnb->radio->context, gnb, from, bytes_of(room, length));
}

/* A packet of a tunnel: by the old path, by the new one, or for a phone that has gone. */
static void on_packet(struct ran_gnb_tunnel *tunnel, uint32_t teid, struct bytes packet)
{
    struct ran_gnb *gnb = tunnel->connection->gnb;
    gnb->downlink_packets++;
    gnb->downlink_bytes += packet.len;
    if (teid == tunnel->forwarded_teid || !ran_gnb_hold(tunnel, packet))
        ran_gnb_hand_on(tunnel, packet);
}

static void tell_end_of_path(const struct ran_gnb_connection *connection)
{
    const struct radio *radio = connection->gnb->radio;
    if (connection->left_at && radio->ports->path_ended)
        radio->ports->path_ended(radio->context, radio->timers->now - connection->left_at);
}

static void on_end_marker(struct ran_gnb_tunnel *tunnel, uint32_t teid)
{
    tunnel->connection->gnb->end_markers++;
    if (teid == tunnel->forwarded_teid) {
        ran_gnb_release_held(tunnel);
        return;
    }
    tell_end_of_path(tunnel->connection);
    if (tunnel->forwarded_teid)
        tunnel->ended = true;
    else
        ran_gnb_forward_end(tunnel);
}

void ran_gnb_on_n3(struct ran_gnb *gnb, const union socket_address *from, struct bytes packet)
{
    struct gtpu_packet parsed;
    if (!gtpu_parse(packet, &parsed, NULL)) {
        gnb->packets_dropped++;
        return;
    }
    struct ran_gnb_tunnel *tunnel = map_get(&gnb->tunnels, parsed.teid);
    if (parsed.type == GTPU_ECHO_REQUEST)
        answer_echo(gnb, from, &parsed);
    else if (parsed.type == GTPU_G_PDU && tunnel)
        on_packet(tunnel, parsed.teid, parsed.payload);
    else if (parsed.type == GTPU_G_PDU)
        gnb->packets_dropped++;
    else if (parsed.type == GTPU_END_MARKER && tunnel)
        on_end_marker(tunnel, parsed.teid);
}
