/* SPDX-License-Identifier: Apache-2.0 */
#include "gnb_messages.h"

#include <stddef.h>
#include <string.h>

static const uint8_t octet[] = {0}, status[] = {0x7e, 0, 0x64, 111}, address[] = {127, 0, 0, 1};

#define OCTET               \
    {                       \
        octet, sizeof octet \
    }
#define CAUSE                                                                                    \
    {                                                                                            \
        .which = NGAP_CAUSE_RADIO_NETWORK, .radio_network = NGAP_CAUSE_RADIO_NETWORK_UNSPECIFIED \
    }
#define PLMN             \
    {                    \
        0x99, 0xf9, 0x07 \
    }
#define PLACE                                                                 \
    {                                                                         \
        .which = NGAP_USER_LOCATION_INFORMATION_USER_LOCATION_INFORMATION_NR, \
        .user_location_information_nr = {                                     \
            .nr_cgi = {PLMN, 0x456},                                          \
            .tai = {PLMN, 1}                                                  \
        }                                                                     \
    }

static const struct ngap_pdu_session_resource_item_ho_rqd required = {1, OCTET};
static const struct ngap_pdu_session_resource_admitted_item admitted = {1, OCTET};
static const struct ngap_pdu_session_resource_modify_item_mod_res modified = {1, OCTET};
static const struct ngap_pdu_session_resource_modify_item_mod_ind indicated = {1, OCTET};
static const struct ngap_pdu_session_resource_released_item_rel_res released = {1, OCTET};
static const struct ngap_pdu_session_resource_setup_item_su_res set_up = {1, OCTET};
static const struct ngap_pdu_session_resource_setup_item_cxt_res begun = {1, OCTET};
static const struct ngap_pdu_session_resource_notify_item notified = {1, OCTET};
static const struct ngap_pdu_session_resource_secondary_rat_usage_item used = {1, OCTET};
static const struct ngap_drbs_subject_to_status_transfer_item drb = {
    .drb_id = 1,
    .drb_status_ul = {.which = NGAP_DRB_STATUS_UL_DRB_STATUS_UL12},
    .drb_status_dl = {.which = NGAP_DRB_STATUS_DL_DRB_STATUS_DL12},
};
static const struct ngap_drbs_subject_to_early_status_transfer_item early = {
    .drb_id = 1, .first_dlcount = {.which = NGAP_DRB_STATUS_DL_DRB_STATUS_DL12}};

#define SAYS(TYPE, type, ...)                                                             \
    {                                                                                     \
        NGAP_##TYPE, &(const struct ngap_##type){__VA_ARGS__}, sizeof(struct ngap_##type) \
    }

const struct gnb_message gnb_messages[] = {
    SAYS(HANDOVER_REQUIRED, handover_required, .handover_type = NGAP_HANDOVER_TYPE_INTRA5GS, .cause = CAUSE,
         .target_id = {.which = NGAP_TARGET_ID_TARGET_RAN_NODE_ID,
                       .target_ran_node_id = {{.which = NGAP_GLOBAL_RAN_NODE_ID_GLOBAL_GNB_ID,
                                               .global_gnb_id = {PLMN,
                                                                 {.which = NGAP_GNB_ID_GNB_ID,
                                                                  .gnb_id = {.value = 2, .length = 32}}}},
                                              {PLMN, 1},
                                              NULL}},
         .pdu_session_resource_list_ho_rqd = {&required, 1}, .source_to_target_transparent_container = OCTET),
    SAYS(HANDOVER_REQUEST_ACKNOWLEDGE, handover_request_acknowledge,
         .pdu_session_resource_admitted_list = {&admitted, 1},
         .target_to_source_transparent_container = OCTET),
    SAYS(HANDOVER_NOTIFY, handover_notify, .user_location_information = PLACE),
    SAYS(HANDOVER_CANCEL, handover_cancel, .cause = CAUSE),
    SAYS(UPLINK_RAN_STATUS_TRANSFER, uplink_ran_status_transfer,
         .ran_status_transfer_transparent_container = {.drbs_subject_to_status_transfer_list = {&drb, 1}}),
    SAYS(UPLINK_RAN_EARLY_STATUS_TRANSFER, uplink_ran_early_status_transfer,
         .early_status_transfer_transparent_container =
             {{.which = NGAP_PROCEDURE_STAGE_CHOICE_FIRST_DL_COUNT,
               .first_dl_count = {.drbs_subject_to_early_status_transfer = {&early, 1}}}}),
    SAYS(PDU_SESSION_RESOURCE_SETUP_RESPONSE, pdu_session_resource_setup_response,
         .pdu_session_resource_setup_list_su_res = {&set_up, 1}),
    SAYS(PDU_SESSION_RESOURCE_MODIFY_RESPONSE, pdu_session_resource_modify_response,
         .pdu_session_resource_modify_list_mod_res = {&modified, 1}),
    SAYS(PDU_SESSION_RESOURCE_MODIFY_INDICATION, pdu_session_resource_modify_indication,
         .pdu_session_resource_modify_list_mod_ind = {&indicated, 1}),
    SAYS(PDU_SESSION_RESOURCE_RELEASE_RESPONSE, pdu_session_resource_release_response,
         .pdu_session_resource_released_list_rel_res = {&released, 1}),
    SAYS(PDU_SESSION_RESOURCE_NOTIFY, pdu_session_resource_notify,
         .pdu_session_resource_notify_list = {&notified, 1}),
    SAYS(SECONDARY_RAT_DATA_USAGE_REPORT, secondary_rat_data_usage_report,
         .pdu_session_resource_secondary_rat_usage_list = {&used, 1}),
    SAYS(INITIAL_CONTEXT_SETUP_RESPONSE, initial_context_setup_response,
         .pdu_session_resource_setup_list_cxt_res = {&begun, 1}),
    SAYS(INITIAL_CONTEXT_SETUP_FAILURE, initial_context_setup_failure, .cause = CAUSE),
    SAYS(UE_CONTEXT_MODIFICATION_RESPONSE, ue_context_modification_response, .has_rrc_state = false),
    SAYS(UE_CONTEXT_MODIFICATION_FAILURE, ue_context_modification_failure, .cause = CAUSE),
    SAYS(UE_CONTEXT_RELEASE_REQUEST, ue_context_release_request, .cause = CAUSE),
    SAYS(UE_CONTEXT_RELEASE_COMPLETE, ue_context_release_complete, .ran_ue_ngap_id = 0),
    SAYS(UE_RADIO_CAPABILITY_CHECK_RESPONSE, ue_radio_capability_check_response, .ran_ue_ngap_id = 0),
    SAYS(UE_RADIO_CAPABILITY_INFO_INDICATION, ue_radio_capability_info_indication,
         .ue_radio_capability = OCTET),
    SAYS(RRC_INACTIVE_TRANSITION_REPORT, rrc_inactive_transition_report, .user_location_information = PLACE),
    SAYS(LOCATION_REPORT, location_report, .user_location_information = PLACE),
    SAYS(LOCATION_REPORTING_FAILURE_INDICATION, location_reporting_failure_indication, .cause = CAUSE),
    SAYS(TRACE_FAILURE_INDICATION, trace_failure_indication, .cause = CAUSE),
    SAYS(CELL_TRAFFIC_TRACE, cell_traffic_trace,
         .ngran_cgi = {.which = NGAP_NGRAN_CGI_NR_CGI, .nr_cgi = {PLMN, 0x456}},
         .trace_collection_entity_ip_address = {.data = address, .bits = 32}),
    SAYS(NAS_NON_DELIVERY_INDICATION, nas_non_delivery_indication, .nas_pdu = {status, sizeof status},
         .cause = CAUSE),
    SAYS(UPLINK_NAS_TRANSPORT, uplink_nas_transport, .nas_pdu = {status, sizeof status},
         .user_location_information = PLACE),
    /* the core's own, from a gNB */
    SAYS(DOWNLINK_NAS_TRANSPORT, downlink_nas_transport, .nas_pdu = {status, sizeof status}),
    SAYS(HANDOVER_CANCEL_ACKNOWLEDGE, handover_cancel_acknowledge, .ran_ue_ngap_id = 0),
    SAYS(HANDOVER_SUCCESS, handover_success, .ran_ue_ngap_id = 0),
    SAYS(HANDOVER_PREPARATION_FAILURE, handover_preparation_failure, .cause = CAUSE),
    SAYS(UE_CONTEXT_MODIFICATION_REQUEST, ue_context_modification_request, .ran_ue_ngap_id = 0),
};
const size_t gnb_message_count = sizeof gnb_messages / sizeof gnb_messages[0];

const void *gnb_message_of(const struct gnb_message *message, struct gnb_ids ids,
                           uint8_t room[GNB_MESSAGE_BYTES])
{
    memcpy(room, message->content, message->size);
    memcpy(room, &ids.amf, sizeof ids.amf);
    memcpy(room + sizeof ids.amf, &ids.ran, sizeof ids.ran);
    return room;
}
