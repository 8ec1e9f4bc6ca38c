/* SPDX-License-Identifier: Apache-2.0 */
/*
 * N2 handover of a simulated phone (TS 23.502 4.9.1.3, TS 38.413 8.4.1 to 8.4.3, 8.4.5 to 8.4.7): the gNBs speak with the core
 * only.
 */
#include <string.h>

#include "crypt/kdf.h"
#include "ran/gnb_container.h"
#include "ran/gnb_inside.h"
#include "ran/gnb_tunnel.h"
#include "ran/phone.h"
#include "wire/ngap/ngap_calls.h"

enum { PREPARATION_S = 6, OVERALL_S = 10, DRB = 1 };

static struct ran_gnb *gnb_of(const struct radio *radio, uint32_t id)
{
    struct ran_gnb *gnb = radio->gnbs;
    while (gnb && gnb->settings.id != id)
        gnb = gnb->next;
    return gnb;
}

static struct ran_gnb_connection *connection_of(const struct radio *radio,
                                                const struct ran_gnb_reference *reference)
{
    struct ran_gnb *gnb = gnb_of(radio, reference->gnb);
    return gnb ? map_get(&gnb->connections, reference->ran_ue_ngap_id) : NULL;
}

static struct ngap_target_ran_node_id node_of(const struct ran_gnb *gnb)
{
    const struct ran_gnb_settings *settings = &gnb->settings;
    struct ngap_target_ran_node_id node = {.global_ran_node_id = ran_gnb_identity(gnb),
                                           .selected_tai = {.tac = settings->tac}};
    memcpy(node.selected_tai.plmn_identity, settings->plmn.octets, 3);
    return node;
}

/* --- Source: preparation (8.4.1) --- */

static struct bytes required_transfer(struct arena *arena, bool direct)
{
    const struct ngap_handover_required_transfer transfer = {.has_direct_forwarding_path_availability =
                                                                 direct};
    uint8_t room[GNB_TRANSFER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    ngap_encode_handover_required_transfer(&w, &transfer, NULL);
    return arena_copy(arena, writer_bytes(&w));
}

static void require_handover(struct ran_gnb_connection *source, const struct ran_gnb *target, bool direct)
{
    struct ran_gnb *gnb = source->gnb;
    struct ngap_pdu_session_resource_item_ho_rqd items[GNB_TUNNELS];
    struct ngap_handover_required required = {
        .amf_ue_ngap_id = source->amf_ue_ngap_id,
        .ran_ue_ngap_id = source->ran_ue_ngap_id,
        .handover_type = NGAP_HANDOVER_TYPE_INTRA5GS,
        .cause = GNB_CAUSE(HANDOVER_DESIRABLE_FOR_RADIO_REASON),
        .target_id = {.which = NGAP_TARGET_ID_TARGET_RAN_NODE_ID, .target_ran_node_id = node_of(target)},
        .has_direct_forwarding_path_availability = direct,
        .pdu_session_resource_list_ho_rqd = {items, 0},
        .source_to_target_transparent_container = ran_gnb_write_source_container(source, target)};
    for (unsigned i = 0; i < GNB_TUNNELS; i++)
        if (source->tunnels[i].pdu_session_id)
            items[required.pdu_session_resource_list_ho_rqd.count++] =
                (struct ngap_pdu_session_resource_item_ho_rqd){source->tunnels[i].pdu_session_id,
                                                               required_transfer(&gnb->arena, direct)};
    ran_gnb_send_for(source, NGAP_HANDOVER_REQUIRED, &required);
}

bool ran_gnb_n2_handover(struct ran_gnb_connection *source, const struct ran_gnb *target, bool direct)
{
    unsigned sessions = 0;
    for (unsigned i = 0; i < GNB_TUNNELS; i++)
        sessions += source->tunnels[i].pdu_session_id != 0;
    if (!source->phone || !source->keys.set || source->switching || source->preparing || !sessions ||
        target == source->gnb)
        return false;
    arena_reset(&source->gnb->arena);
    source->preparing = true;
    require_handover(source, target, direct);
    timer_start(source->gnb->radio->timers, &source->relocation, SECONDS(PREPARATION_S));
    return true;
}

static void not_prepared(struct ran_gnb_connection *source)
{
    source->preparing = false;
    timer_stop(source->gnb->radio->timers, &source->relocation);
    phone_event(source->phone, PHONE_HANDOVER_FAILED, NULL, 0);
}

void ran_gnb_cancel_handover(struct ran_gnb_connection *source, struct ngap_cause cause)
{
    const struct ngap_handover_cancel cancel = {
        .amf_ue_ngap_id = source->amf_ue_ngap_id, .ran_ue_ngap_id = source->ran_ue_ngap_id, .cause = cause};
    if (!source->preparing || !source->phone)
        return;
    ran_gnb_send_for(source, NGAP_HANDOVER_CANCEL, &cancel);
    not_prepared(source);
}

void ran_gnb_on_preparation_failure(struct ran_gnb_connection *source)
{
    if (source->preparing)
        not_prepared(source);
}

/* --- Target: resource allocation (8.4.2) --- */

static void take_keys(struct ran_gnb_connection *target, const struct ngap_security_context *context)
{
    target->keys = (struct ran_gnb_keys){.set = true, .ncc = context->next_hop_chaining_count};
    ran_gnb_derive_key(context->next_hop_nh, target->gnb, target->keys.kgnb);
    memcpy(target->keys.next_nh, context->next_hop_nh, sizeof target->keys.next_nh);
}

static struct bytes admission(struct ran_gnb_connection *target, struct ran_gnb_tunnel *tunnel)
{
    struct ran_gnb *gnb = target->gnb;
    const struct ngap_qos_flow_item_with_data_forwarding flow = {.qos_flow_identifier = tunnel->qfi,
                                                                 .has_data_forwarding_accepted = true};
    ran_gnb_expect_forwarded(tunnel);
    const struct ngap_up_transport_layer_information forwarding =
        ran_gnb_own_tunnel(gnb, tunnel->forwarded_teid);
    const struct ngap_security_result security = ran_gnb_protection(tunnel);
    const struct ngap_handover_request_acknowledge_transfer transfer = {
        .dl_ngu_up_tnl_information = ran_gnb_own_tunnel(gnb, tunnel->downlink_teid),
        .dl_forwarding_up_tnl_information = &forwarding,
        .security_result = tunnel->has_security ? &security : NULL,
        .qos_flow_setup_response_list = {&flow, 1}};
    uint8_t room[GNB_TRANSFER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    ngap_encode_handover_request_acknowledge_transfer(&w, &transfer, NULL);
    return arena_copy(&gnb->arena, writer_bytes(&w));
}

static struct bytes refusal(struct ran_gnb *gnb)
{
    const struct ngap_handover_resource_allocation_unsuccessful_transfer transfer = {
        .cause = GNB_CAUSE(NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL)};
    uint8_t room[GNB_TRANSFER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    ngap_encode_handover_resource_allocation_unsuccessful_transfer(&w, &transfer, NULL);
    return arena_copy(&gnb->arena, writer_bytes(&w));
}

static void fail(struct ran_gnb *gnb, uint64_t amf_ue_ngap_id)
{
    const struct ngap_handover_failure failure = {
        .amf_ue_ngap_id = amf_ue_ngap_id, .cause = GNB_CAUSE(NO_RADIO_RESOURCES_AVAILABLE_IN_TARGET_CELL)};
    ran_gnb_send(gnb, 1, NGAP_HANDOVER_FAILURE, &failure);
}

/* Admits what there is room for; how many sessions that are. */
static size_t admit(struct ran_gnb_connection *target,
                    const struct ngap_pdu_session_resource_setup_list_ho_req *wanted,
                    struct ngap_handover_request_acknowledge *acknowledge)
{
    struct ran_gnb *gnb = target->gnb;
    struct ngap_pdu_session_resource_admitted_item *good =
        arena_array(&gnb->arena, wanted->count, sizeof *good);
    struct ngap_pdu_session_resource_failed_to_setup_item_ho_ack *bad =
        arena_array(&gnb->arena, wanted->count, sizeof *bad);
    size_t done = 0, failed = 0;
    for (size_t i = 0; good && bad && i < wanted->count; i++) {
        const struct ngap_pdu_session_resource_setup_item_ho_req *item = &wanted->items[i];
        struct ran_gnb_tunnel *tunnel =
            done < gnb->admits
                ? ran_gnb_make_tunnel(target, item->pdu_session_id, item->handover_request_transfer)
                : NULL;
        if (tunnel)
            good[done++] = (struct ngap_pdu_session_resource_admitted_item){item->pdu_session_id,
                                                                            admission(target, tunnel)};
        else
            bad[failed++] = (struct ngap_pdu_session_resource_failed_to_setup_item_ho_ack){
                item->pdu_session_id, refusal(gnb)};
    }
    acknowledge->pdu_session_resource_admitted_list.items = good;
    acknowledge->pdu_session_resource_admitted_list.count = done;
    acknowledge->pdu_session_resource_failed_to_setup_list_ho_ack.items = failed ? bad : NULL;
    acknowledge->pdu_session_resource_failed_to_setup_list_ho_ack.count = failed;
    return done;
}

void ran_gnb_on_handover_request(struct ran_gnb *gnb, const struct ngap_handover_request *request)
{
    struct ran_gnb_reference source;
    struct ran_gnb_connection *target =
        ran_gnb_read_source_container(request->source_to_target_transparent_container, &gnb->arena, &source)
            ? ran_gnb_connect(gnb, NULL)
            : NULL;
    if (!target) {
        fail(gnb, request->amf_ue_ngap_id);
        return;
    }
    const struct ran_gnb_reference own = {gnb->settings.id, target->ran_ue_ngap_id,
                                          request->has_new_security_context_ind, request->nasc};
    struct ngap_handover_request_acknowledge acknowledge = {.amf_ue_ngap_id = request->amf_ue_ngap_id,
                                                            .ran_ue_ngap_id = target->ran_ue_ngap_id,
                                                            .target_to_source_transparent_container =
                                                                ran_gnb_write_target_container(gnb, &own)};
    target->amf_ue_ngap_id = request->amf_ue_ngap_id;
    target->has_amf_id = target->awaited = true;
    target->capabilities = request->ue_security_capabilities;
    take_keys(target, &request->security_context);
    if (admit(target, &request->pdu_session_resource_setup_list_ho_req, &acknowledge)) {
        ran_gnb_send_for(target, NGAP_HANDOVER_REQUEST_ACKNOWLEDGE, &acknowledge);
        timer_start(gnb->radio->timers, &target->relocation, SECONDS(OVERALL_S));
    } else {
        ran_gnb_forget(target);
        fail(gnb, request->amf_ue_ngap_id);
    }
}

/* --- Source: execution --- */

static void send_status(struct ran_gnb_connection *source)
{
    const struct ngap_drbs_subject_to_status_transfer_item drb = {
        .drb_id = DRB,
        .drb_status_ul = {.which = NGAP_DRB_STATUS_UL_DRB_STATUS_UL12},
        .drb_status_dl = {.which = NGAP_DRB_STATUS_DL_DRB_STATUS_DL12}};
    const struct ngap_uplink_ran_status_transfer status = {
        .amf_ue_ngap_id = source->amf_ue_ngap_id,
        .ran_ue_ngap_id = source->ran_ue_ngap_id,
        .ran_status_transfer_transparent_container = {{&drb, 1}}};
    ran_gnb_send_for(source, NGAP_UPLINK_RAN_STATUS_TRANSFER, &status);
}

/* Where the core says, if it does: straight to the target, or back through the UPF. */
static void send_after(struct ran_gnb_connection *source,
                       const struct ngap_pdu_session_resource_handover_item *item)
{
    struct ran_gnb_tunnel *tunnel = ran_gnb_tunnel_of(source, item->pdu_session_id);
    const struct ngap_handover_command_transfer *transfer;
    struct aper_diagnostics diagnostics;
    if (tunnel && item->pdu_session_id &&
        ngap_decode_handover_command_transfer(item->handover_command_transfer, &source->gnb->arena, &transfer,
                                              &diagnostics) <= NGAP_NOTIFY &&
        transfer->dl_forwarding_up_tnl_information)
        ran_gnb_read_tunnel(transfer->dl_forwarding_up_tnl_information, &tunnel->forward_to,
                            &tunnel->forward_teid);
}

static void derive_phone_key(struct phone *phone, const struct ran_gnb_connection *target, bool new_kamf)
{
    if (new_kamf)
        phone_begin_access(phone, target->keys.next_nh);
    phone_take_handover_key(phone, target->keys.ncc, ran_gnb_pci(target->gnb), RAN_GNB_ARFCN,
                            target->keys.kgnb);
}

static void arrive(struct phone *phone, struct ran_gnb_connection *target, bool new_kamf)
{
    const struct ngap_handover_notify notify = {.amf_ue_ngap_id = target->amf_ue_ngap_id,
                                                .ran_ue_ngap_id = target->ran_ue_ngap_id,
                                                .user_location_information = ran_gnb_location(target->gnb)};
    timer_stop(target->gnb->radio->timers, &target->relocation);
    target->awaited = false;
    target->phone = phone;
    phone_on_handover(phone, target);
    derive_phone_key(phone, target, new_kamf);
    ran_gnb_send_for(target, NGAP_HANDOVER_NOTIFY, &notify);
    phone_event(phone, PHONE_HANDED_OVER, NULL, 0);
}

void ran_gnb_on_handover_command(struct ran_gnb_connection *source,
                                 const struct ngap_handover_command *command)
{
    struct ran_gnb_reference reference;
    struct phone *phone = source->phone;
    if (!source->preparing)
        return;
    struct ran_gnb_connection *target =
        ran_gnb_read_target_container(command->target_to_source_transparent_container, &source->gnb->arena,
                                      &reference)
            ? connection_of(source->gnb->radio, &reference)
            : NULL;
    if (!target || !target->awaited) { /* it is gone meanwhile, and so is the phone's radio link */
        source->preparing = false;
        ran_gnb_lose(source);
        phone_event(phone, PHONE_HANDOVER_FAILED, NULL, 0);
        return;
    }
    if (reference.nas.len && !phone_change_kamf(phone, reference.nas)) {
        ran_gnb_cancel_handover(source, GNB_CAUSE(UNSPECIFIED));
        return;
    }
    source->preparing = false;
    for (size_t i = 0; i < command->pdu_session_resource_handover_list.count; i++)
        send_after(source, &command->pdu_session_resource_handover_list.items[i]);
    send_status(source);
    source->phone = NULL;
    timer_start(source->gnb->radio->timers, &source->relocation, SECONDS(OVERALL_S));
    arrive(phone, target, reference.new_kamf);
    source->left_at = source->gnb->radio->timers->now;
}

/* --- Configuration (8.8): the gNBs learn each other's Xn addresses --- */

static void send_configuration(struct ran_gnb *gnb, const struct ngap_target_ran_node_id *to,
                               const struct ngap_son_information *information)
{
    const struct ngap_target_ran_node_id own = node_of(gnb);
    const struct ngap_son_configuration_transfer transfer = {
        .target_ran_node_id = *to,
        .source_ran_node_id = {own.global_ran_node_id, own.selected_tai},
        .son_information = *information};
    const struct ngap_uplink_ran_configuration_transfer message = {.son_configuration_transfer_ul =
                                                                       &transfer};
    ran_gnb_send(gnb, 0, NGAP_UPLINK_RAN_CONFIGURATION_TRANSFER, &message);
}

void ran_gnb_ask_configuration(struct ran_gnb *gnb, const struct ran_gnb *other)
{
    const struct ngap_target_ran_node_id to = node_of(other);
    const struct ngap_son_information request = {.which = NGAP_SON_INFORMATION_SON_INFORMATION_REQUEST};
    send_configuration(gnb, &to, &request);
}

void ran_gnb_on_configuration(struct ran_gnb *gnb,
                              const struct ngap_downlink_ran_configuration_transfer *message)
{
    const struct ngap_son_configuration_transfer *transfer = message->son_configuration_transfer_dl;
    const struct ngap_son_information reply = {.which = NGAP_SON_INFORMATION_SON_INFORMATION_REPLY};
    gnb->configurations++;
    if (!transfer || transfer->son_information.which != NGAP_SON_INFORMATION_SON_INFORMATION_REQUEST)
        return;
    const struct ngap_target_ran_node_id to = {.global_ran_node_id =
                                                   transfer->source_ran_node_id.global_ran_node_id,
                                               .selected_tai = transfer->source_ran_node_id.selected_tai};
    send_configuration(gnb, &to, &reply);
}
