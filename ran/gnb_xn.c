/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xn handover of a simulated phone (TS 38.300 9.2.3.2, TS 23.502 4.9.1.2, TS 38.413 8.4.4). What the gNBs say to each other over
 * Xn-C is said by calls; packets go between them through real tunnels.
 */
#include <openssl/crypto.h>
#include <string.h>

#include "crypt/kdf.h"
#include "ran/gnb_inside.h"
#include "ran/gnb_tunnel.h"
#include "ran/phone.h"
#include "wire/ngap/ngap_calls.h"

enum { CELLS = 1008, RELOCATION_S = 5, REMAINS_MS = 300 };

uint16_t ran_gnb_pci(const struct ran_gnb *gnb)
{
    return (uint16_t)(gnb->settings.id % CELLS);
}

void ran_gnb_derive_key(const uint8_t from[32], const struct ran_gnb *gnb, uint8_t key[32])
{
    kdf_kng_ran_star(from, ran_gnb_pci(gnb), RAN_GNB_ARFCN, key);
}

/* --- Handover request: the target prepares --- */

/* The same session at the target; nothing when it has no more room. */
static void take_over_tunnel(struct ran_gnb_connection *target, const struct ran_gnb_tunnel *source)
{
    struct ran_gnb_tunnel *tunnel = ran_gnb_tunnel_of(target, 0);
    *tunnel = (struct ran_gnb_tunnel){.pdu_session_id = source->pdu_session_id,
                                      .qfi = source->qfi,
                                      .uplink_teid = source->uplink_teid,
                                      .downlink_teid = target->gnb->next_teid++,
                                      .upf = source->upf,
                                      .has_security = source->has_security,
                                      .security = source->security,
                                      .connection = target};
    map_put(&target->gnb->tunnels, tunnel->downlink_teid, tunnel);
    ran_gnb_expect_forwarded(tunnel);
}

static unsigned take_over_tunnels(struct ran_gnb_connection *target, const struct ran_gnb_connection *source)
{
    unsigned count = 0;
    for (unsigned i = 0; i < GNB_TUNNELS && count < target->gnb->admits; i++)
        if (source->tunnels[i].pdu_session_id) {
            take_over_tunnel(target, &source->tunnels[i]);
            count++;
        }
    return count;
}

/* K_NG-RAN* from the unused next hop if there is one, else from the key in use (TS 33.501 6.9.2.3.2). */
static void hand_over_key(const struct ran_gnb_keys *source, const struct ran_gnb *gnb,
                          struct ran_gnb_keys *target)
{
    *target = (struct ran_gnb_keys){.set = true, .ncc = source->has_next ? source->next_ncc : source->ncc};
    ran_gnb_derive_key(source->has_next ? source->next_nh : source->kgnb, gnb, target->kgnb);
}

static struct ran_gnb_connection *prepare(struct ran_gnb *gnb, const struct ran_gnb_connection *source)
{
    struct ran_gnb_connection *target = ran_gnb_connect(gnb, NULL);
    if (!target)
        return NULL;
    target->amf_ue_ngap_id = source->amf_ue_ngap_id;
    target->has_amf_id = true;
    target->capabilities = source->capabilities;
    target->former = source->gnb;
    target->former_ran_id = source->ran_ue_ngap_id;
    hand_over_key(&source->keys, gnb, &target->keys);
    if (take_over_tunnels(target, source))
        return target;
    ran_gnb_forget(target);
    return NULL;
}

/* --- Execution --- */

static void send_after(struct ran_gnb_connection *source, struct ran_gnb_connection *target)
{
    for (unsigned i = 0; i < GNB_TUNNELS; i++) {
        const struct ran_gnb_tunnel *there = ran_gnb_tunnel_of(target, source->tunnels[i].pdu_session_id);
        if (!source->tunnels[i].pdu_session_id || !there)
            continue;
        source->tunnels[i].forward_to = target->gnb->settings.address;
        source->tunnels[i].forward_teid = there->forwarded_teid;
    }
}

static void move_phone(struct ran_gnb_connection *source, struct ran_gnb_connection *target)
{
    struct phone *phone = source->phone;
    target->phone = phone;
    source->phone = NULL;
    send_after(source, target);
    phone_on_handover(phone, target);
    phone_take_handover_key(phone, target->keys.ncc, ran_gnb_pci(target->gnb), RAN_GNB_ARFCN,
                            target->keys.kgnb);
}

/* --- Path switch --- */

static struct bytes switch_transfer(struct ran_gnb *gnb, const struct ran_gnb_tunnel *tunnel)
{
    const struct ngap_qos_flow_accepted_item flow = {.qos_flow_identifier = tunnel->qfi};
    const struct ngap_user_plane_security_information security = {
        .security_result = ran_gnb_protection(tunnel), .security_indication = tunnel->security};
    const struct ngap_path_switch_request_transfer transfer = {
        .dl_ngu_up_tnl_information = ran_gnb_own_tunnel(gnb, tunnel->downlink_teid),
        .user_plane_security_information = tunnel->has_security ? &security : NULL,
        .qos_flow_accepted_list = {&flow, 1}};
    uint8_t room[GNB_TRANSFER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    ngap_encode_path_switch_request_transfer(&w, &transfer, NULL);
    return arena_copy(&gnb->arena, writer_bytes(&w));
}

static struct bytes no_room_transfer(struct ran_gnb *gnb)
{
    const struct ngap_path_switch_request_setup_failed_transfer transfer = {
        .cause = GNB_CAUSE(NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL)};
    uint8_t room[GNB_TRANSFER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    ngap_encode_path_switch_request_setup_failed_transfer(&w, &transfer, NULL);
    return arena_copy(&gnb->arena, writer_bytes(&w));
}

static void ask_for_path(struct ran_gnb_connection *target, const struct ran_gnb_connection *source)
{
    struct ran_gnb *gnb = target->gnb;
    struct ngap_pdu_session_resource_to_be_switched_dl_item good[GNB_TUNNELS];
    struct ngap_pdu_session_resource_failed_to_setup_item_ps_req bad[GNB_TUNNELS];
    size_t done = 0, failed = 0;
    for (unsigned i = 0; i < GNB_TUNNELS; i++) {
        uint8_t session = source->tunnels[i].pdu_session_id;
        const struct ran_gnb_tunnel *tunnel = ran_gnb_tunnel_of(target, session);
        if (session && tunnel) {
            good[done].pdu_session_id = session;
            good[done++].path_switch_request_transfer = switch_transfer(gnb, tunnel);
        } else if (session) {
            bad[failed].pdu_session_id = session;
            bad[failed++].path_switch_request_setup_failed_transfer = no_room_transfer(gnb);
        }
    }
    const struct ngap_path_switch_request request = {
        .ran_ue_ngap_id = target->ran_ue_ngap_id,
        .source_amf_ue_ngap_id = target->amf_ue_ngap_id,
        .user_location_information = ran_gnb_location(gnb),
        .ue_security_capabilities = target->capabilities,
        .pdu_session_resource_to_be_switched_dl_list = {good, done},
        .pdu_session_resource_failed_to_setup_list_ps_req = {failed ? bad : NULL, failed}};
    ran_gnb_send_for(target, NGAP_PATH_SWITCH_REQUEST, &request);
}

bool ran_gnb_xn_handover(struct ran_gnb_connection *source, struct ran_gnb *gnb)
{
    struct timers *timers = gnb->radio->timers;
    if (!source->phone || !source->keys.set || source->switching || source->preparing || gnb == source->gnb ||
        !gnb->ready)
        return false;
    arena_reset(&gnb->arena);
    struct ran_gnb_connection *target = prepare(gnb, source);
    if (!target)
        return false;
    target->switching = true;
    move_phone(source, target);
    ask_for_path(target, source);
    source->left_at = timers->now;
    timer_start(timers, &target->relocation, SECONDS(RELOCATION_S));
    timer_start(timers, &source->relocation, SECONDS(RELOCATION_S + 1));
    return true;
}

/* --- The core's answer --- */

/* UE Context Release over Xn: the former gNB keeps only what is still to be sent after the phone, for a moment. */
static void release_former(struct ran_gnb_connection *target)
{
    struct ran_gnb_connection *source =
        target->former ? map_get(&target->former->connections, target->former_ran_id) : NULL;
    if (source && !source->phone)
        ran_gnb_keep_remains(source);
    target->former = NULL;
}

void ran_gnb_keep_remains(struct ran_gnb_connection *connection)
{
    connection->has_amf_id = false;
    timer_start(connection->gnb->radio->timers, &connection->relocation, MILLISECONDS(REMAINS_MS));
}

static void take_next_hop(struct ran_gnb_connection *connection, const struct ngap_security_context *context)
{
    struct ran_gnb_keys *keys = &connection->keys;
    keys->has_next = true;
    keys->next_ncc = context->next_hop_chaining_count;
    memcpy(keys->next_nh, context->next_hop_nh, sizeof keys->next_nh);
    phone_check_next_hop(connection->phone, keys->next_ncc, keys->next_nh);
}

void ran_gnb_change_key(struct ran_gnb_connection *connection, const uint8_t kgnb[32])
{
    struct ran_gnb_keys *keys = &connection->keys;
    *keys = (struct ran_gnb_keys){.set = true};
    phone_begin_access(connection->phone, kgnb);
    ran_gnb_derive_key(kgnb, connection->gnb, keys->kgnb);
    phone_take_handover_key(connection->phone, 0, ran_gnb_pci(connection->gnb), RAN_GNB_ARFCN, keys->kgnb);
}

static void take_uplink_tunnel(struct ran_gnb_connection *connection,
                               const struct ngap_pdu_session_resource_switched_item *item)
{
    struct ran_gnb_tunnel *tunnel = ran_gnb_tunnel_of(connection, item->pdu_session_id);
    const struct ngap_path_switch_request_acknowledge_transfer *transfer;
    struct aper_diagnostics diagnostics;
    if (!tunnel || ngap_decode_path_switch_request_acknowledge_transfer(
                       item->path_switch_request_acknowledge_transfer, &connection->gnb->arena, &transfer,
                       &diagnostics) > NGAP_NOTIFY)
        return;
    if (transfer->ul_ngu_up_tnl_information)
        ran_gnb_read_tunnel(transfer->ul_ngu_up_tnl_information, &tunnel->upf, &tunnel->uplink_teid);
    if (transfer->security_indication) {
        tunnel->security = *transfer->security_indication;
        tunnel->has_security = true;
    }
}

void ran_gnb_on_path_switch_acknowledge(struct ran_gnb_connection *connection,
                                        const struct ngap_path_switch_request_acknowledge *acknowledge)
{
    struct phone *phone = connection->phone;
    if (!connection->switching)
        return;
    connection->switching = false;
    timer_stop(connection->gnb->radio->timers, &connection->relocation);
    if (acknowledge->has_new_security_context_ind)
        ran_gnb_change_key(connection, acknowledge->security_context.next_hop_nh);
    else
        take_next_hop(connection, &acknowledge->security_context);
    if (acknowledge->ue_security_capabilities)
        connection->capabilities = *acknowledge->ue_security_capabilities;
    for (size_t i = 0; i < acknowledge->pdu_session_resource_switched_list.count; i++)
        take_uplink_tunnel(connection, &acknowledge->pdu_session_resource_switched_list.items[i]);
    for (size_t i = 0; i < acknowledge->pdu_session_resource_released_list_ps_ack.count; i++)
        ran_gnb_drop_tunnel(connection,
                            acknowledge->pdu_session_resource_released_list_ps_ack.items[i].pdu_session_id);
    release_former(connection);
    ran_gnb_say_waiting(connection);
    phone_event(phone, PHONE_HANDED_OVER, NULL, 0);
}

/* The phone has no way to the core any more, and neither of the gNBs keeps it. */
static void give_up(struct ran_gnb_connection *target)
{
    struct phone *phone = target->phone;
    struct ran_gnb_connection *source =
        target->former ? map_get(&target->former->connections, target->former_ran_id) : NULL;
    if (source && !source->phone)
        ran_gnb_lose(source);
    ran_gnb_lose(target);
    phone_event(phone, PHONE_HANDOVER_FAILED, NULL, 0);
}

void ran_gnb_on_path_switch_failure(struct ran_gnb_connection *connection)
{
    if (!connection->switching)
        return;
    connection->has_amf_id = false; /* the core has none with us */
    give_up(connection);
}

void ran_gnb_end_relocation(struct ran_gnb_connection *connection)
{
    if (connection->switching)
        give_up(connection);
    else if (connection->preparing)
        ran_gnb_cancel_handover(connection, GNB_CAUSE(TNGRELOCPREP_EXPIRY));
    else
        ran_gnb_lose(connection);
}
