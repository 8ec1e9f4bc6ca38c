/* SPDX-License-Identifier: Apache-2.0 */
/* NG Setup of one gNB in one tracking area with one slice, both ways (TS 38.413 8.7.1). */
#ifndef TESTS_EDGE_SETUP_H
#define TESTS_EDGE_SETUP_H

#include "wire/ngap/ngap.h"

static const struct ngap_slice_support_item setup_slices[] = {{.s_nssai = {.sst = 1}}};

static inline struct ngap_ng_setup_request setup_request(void)
{
    static const struct ngap_broadcast_plmn_item plmns[] = {
        {.plmn_identity = {0x99, 0xf9, 0x07}, .tai_slice_support_list = {setup_slices, 1}}};
    static const struct ngap_supported_ta_item areas[] = {{.tac = 1, .broadcast_plmn_list = {plmns, 1}}};
    return (struct ngap_ng_setup_request){
        .global_ran_node_id = {.which = NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID,
                               .global_gnb_id = {.plmn_identity = {0x99, 0xf9, 0x07},
                                                 .gnb_id = {.which = NGAP_GNB_ID_GNB_ID,
                                                            .gnb_id = {.value = 1, .length = 32}}}},
        .ran_node_name = bytes_of("mast", 4),
        .supported_ta_list = {areas, 1},
        .default_paging_drx = NGAP_PAGING_DRX_V128,
    };
}

static inline struct ngap_ng_setup_response setup_response(void)
{
    static const struct ngap_served_guami_item guamis[] = {
        {.guami = {.plmn_identity = {0x99, 0xf9, 0x07}, .amf_region_id = 2, .amf_set_id = 1}}};
    static const struct ngap_plmn_support_item served[] = {
        {.plmn_identity = {0x99, 0xf9, 0x07}, .slice_support_list = {setup_slices, 1}}};
    return (struct ngap_ng_setup_response){.amf_name = bytes_of("demarc", 6),
                                           .served_guami_list = {guamis, 1},
                                           .relative_amf_capacity = 255,
                                           .plmn_support_list = {served, 1}};
}

#endif
