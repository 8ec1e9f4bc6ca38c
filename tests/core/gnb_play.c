/* SPDX-License-Identifier: Apache-2.0 */
#include "gnb_play.h"

#include "core/cause.h"

enum { MOST = 256, TRACKING_AREA = 1 };

#define PLMN             \
    {                    \
        0x99, 0xf9, 0x07 \
    }

static const uint8_t transfer[] = {0};

struct ngap_handover_required play_required(const struct ue *ue, unsigned target,
                                            struct ngap_pdu_session_resource_item_ho_rqd *items,
                                            size_t sessions, struct bytes container)
{
    for (size_t i = 0; i < sessions; i++)
        items[i] = (struct ngap_pdu_session_resource_item_ho_rqd){(uint8_t)(i + 1), BYTES(transfer)};
    return (struct ngap_handover_required){
        .amf_ue_ngap_id = ue->connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = ue->connection->ran_ue_ngap_id,
        .handover_type = NGAP_HANDOVER_TYPE_INTRA5GS,
        .cause = N2_RADIO(HANDOVER_DESIRABLE_FOR_RADIO_REASON),
        .target_id = {.which = NGAP_TARGET_ID_TARGET_RAN_NODE_ID,
                      .target_ran_node_id =
                          {.global_ran_node_id = {.which = NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID,
                                                  .global_gnb_id = {.plmn_identity = PLMN,
                                                                    .gnb_id = {.which = NGAP_GNB_ID_GNB_ID,
                                                                               .gnb_id = {target + 1, 32}}}},
                           .selected_tai = {PLMN, TRACKING_AREA}}},
        .pdu_session_resource_list_ho_rqd = {items, sessions},
        .source_to_target_transparent_container = container,
    };
}

struct ngap_handover_cancel play_cancel(const struct ue *ue)
{
    return (struct ngap_handover_cancel){.amf_ue_ngap_id = ue->connection->amf_ue_ngap_id,
                                         .ran_ue_ngap_id = ue->connection->ran_ue_ngap_id,
                                         .cause = N2_RADIO(HANDOVER_CANCELLED)};
}

struct ngap_handover_request_acknowledge play_admission(uint64_t amf_ue_ngap_id, size_t sessions,
                                                        struct bytes container)
{
    static struct ngap_pdu_session_resource_admitted_item items[MOST];
    for (size_t i = 0; i < sessions; i++)
        items[i] = (struct ngap_pdu_session_resource_admitted_item){(uint8_t)(i + 1), BYTES(transfer)};
    return (struct ngap_handover_request_acknowledge){
        .amf_ue_ngap_id = amf_ue_ngap_id,
        .ran_ue_ngap_id = PLAY_RAN_ID,
        .pdu_session_resource_admitted_list = {items, sessions},
        .target_to_source_transparent_container = container,
    };
}

struct ngap_handover_notify play_notify(uint64_t amf_ue_ngap_id)
{
    return (struct ngap_handover_notify){
        .amf_ue_ngap_id = amf_ue_ngap_id,
        .ran_ue_ngap_id = PLAY_RAN_ID,
        .user_location_information = {
            .which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR,
            .user_location_information_nr = {.nr_cgi = {PLMN, PLAY_CELL}, .tai = {PLMN, TRACKING_AREA}}}};
}

struct ngap_ue_context_release_complete play_released(const struct ue *ue, uint64_t cell)
{
    static struct ngap_recommended_cell_item item;
    static const struct ngap_recommended_ran_node_item node = {
        .amf_paging_target = {.which = NGAP_AMF_PAGING_TARGET_TAI, .tai = {PLMN, TRACKING_AREA}}};
    static const struct ngap_info_on_recommended_cells_and_ran_nodes_for_paging info = {
        .recommended_cells_for_paging = {{&item, 1}}, .recommend_ran_nodes_for_paging = {{&node, 1}}};
    item = (struct ngap_recommended_cell_item){
        .ngran_cgi = {.which = NGAP_NGRAN_CGI_NR_CGI, .nr_cgi = {PLMN, cell}},
        .time_stayed_in_cell = 9,
        .has_time_stayed_in_cell = true,
    };
    return (struct ngap_ue_context_release_complete){
        .amf_ue_ngap_id = ue->connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = ue->connection->ran_ue_ngap_id,
        .info_on_recommended_cells_and_ran_nodes_for_paging = &info,
    };
}
