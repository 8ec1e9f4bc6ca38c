/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/gnb_container.h"

#include "ran/gnb_inside.h"

enum { REFERENCE_MAGIC = 0x52414e31, CONTAINER_BYTES = 512, TIME_STAYED_S = 60 };

/* --- in the place of RRC --- */

static struct bytes write_reference(struct arena *arena, const struct ran_gnb_reference *reference)
{
    uint8_t room[CONTAINER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    write_u32(&w, REFERENCE_MAGIC);
    write_u32(&w, reference->gnb);
    write_u32(&w, reference->ran_ue_ngap_id);
    write_u8(&w, reference->new_kamf);
    write_bytes(&w, reference->nas);
    return arena_copy(arena, writer_bytes(&w));
}

static bool read_reference(struct bytes bytes, struct ran_gnb_reference *reference)
{
    struct reader r = reader_of(bytes);
    uint32_t magic = read_u32(&r);
    reference->gnb = read_u32(&r);
    reference->ran_ue_ngap_id = read_u32(&r);
    reference->new_kamf = read_u8(&r);
    reference->nas = read_rest(&r);
    return reader_ok(&r) && magic == REFERENCE_MAGIC;
}

/* --- from source to target --- */

static struct ngap_ngran_cgi cell_of(const struct ran_gnb *gnb)
{
    const struct ngap_user_location_information location = ran_gnb_location(gnb);
    return (struct ngap_ngran_cgi){.which = NGAP_NGRAN_CGI_NR_CGI,
                                   .nr_cgi = location.user_location_information_nr.nr_cgi};
}

static size_t list_sessions(const struct ran_gnb_connection *source,
                            struct ngap_qos_flow_information_item flows[GNB_TUNNELS],
                            struct ngap_pdu_session_resource_information_item sessions[GNB_TUNNELS])
{
    size_t count = 0;
    for (unsigned i = 0; i < GNB_TUNNELS; i++) {
        const struct ran_gnb_tunnel *tunnel = &source->tunnels[i];
        if (!tunnel->pdu_session_id)
            continue;
        flows[count] = (struct ngap_qos_flow_information_item){.qos_flow_identifier = tunnel->qfi,
                                                               .has_dl_forwarding = true};
        sessions[count] = (struct ngap_pdu_session_resource_information_item){
            .pdu_session_id = tunnel->pdu_session_id, .qos_flow_information_list = {&flows[count], 1}};
        count++;
    }
    return count;
}

struct bytes ran_gnb_write_source_container(struct ran_gnb_connection *source, const struct ran_gnb *target)
{
    struct arena *arena = &source->gnb->arena;
    const struct ran_gnb_reference reference = {.gnb = source->gnb->settings.id,
                                                .ran_ue_ngap_id = source->ran_ue_ngap_id};
    struct ngap_qos_flow_information_item flows[GNB_TUNNELS];
    struct ngap_pdu_session_resource_information_item sessions[GNB_TUNNELS];
    const struct ngap_last_visited_cell_item cell = {
        .last_visited_cell_information = {
            .which = NGAP_LAST_VISITED_CELL_INFORMATION_NGRAN_CELL,
            .ngran_cell = {.global_cell_id = cell_of(source->gnb), .time_ue_stayed_in_cell = TIME_STAYED_S}}};
    const struct ngap_source_ngran_node_to_target_ngran_node_transparent_container container = {
        .rrc_container = write_reference(arena, &reference),
        .pdu_session_resource_information_list = {sessions, list_sessions(source, flows, sessions)},
        .target_cell_id = cell_of(target),
        .ue_history_information = {&cell, 1},
    };
    uint8_t room[CONTAINER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    ngap_encode_source_ngran_node_to_target_ngran_node_transparent_container(&w, &container, NULL);
    return arena_copy(arena, writer_bytes(&w));
}

bool ran_gnb_read_source_container(struct bytes container, struct arena *arena,
                                   struct ran_gnb_reference *reference)
{
    const struct ngap_source_ngran_node_to_target_ngran_node_transparent_container *read;
    struct aper_diagnostics diagnostics;
    return ngap_decode_source_ngran_node_to_target_ngran_node_transparent_container(
               container, arena, &read, &diagnostics) <= NGAP_NOTIFY &&
           read_reference(read->rrc_container, reference);
}

/* --- from target to source --- */

struct bytes ran_gnb_write_target_container(struct ran_gnb *target, const struct ran_gnb_reference *reference)
{
    const struct ngap_target_ngran_node_to_source_ngran_node_transparent_container container = {
        .rrc_container = write_reference(&target->arena, reference)};
    uint8_t room[CONTAINER_BYTES];
    struct writer w = writer_of(room, sizeof room);
    ngap_encode_target_ngran_node_to_source_ngran_node_transparent_container(&w, &container, NULL);
    return arena_copy(&target->arena, writer_bytes(&w));
}

bool ran_gnb_read_target_container(struct bytes container, struct arena *arena,
                                   struct ran_gnb_reference *reference)
{
    const struct ngap_target_ngran_node_to_source_ngran_node_transparent_container *read;
    struct aper_diagnostics diagnostics;
    return ngap_decode_target_ngran_node_to_source_ngran_node_transparent_container(
               container, arena, &read, &diagnostics) <= NGAP_NOTIFY &&
           read_reference(read->rrc_container, reference);
}
