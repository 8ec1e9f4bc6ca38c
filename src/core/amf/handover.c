/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mobility of connected UEs between gNBs (TS 38.413 8.4). Demarc does not move them yet: every request is refused as the
 * specification has it, and the UE stays where it is.
 */
#include "core/amf/gmm.h"
#include "kit/log.h"

enum { TRANSFER_BYTES = 64, SESSIONS = 256 };

/* 8.4.1.3 */
void handover_required(struct connection *connection)
{
    struct ngap_handover_preparation_failure failure = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .cause = N2_RADIO(HO_TARGET_NOT_ALLOWED),
    };
    n2_send_ue(connection, NGAP_HANDOVER_PREPARATION_FAILURE, &failure);
}

/* 8.4.4.3: all sessions that the gNB wanted to take over are refused, whether or not they exist. */
void path_switch_request(struct gnb *gnb, const struct ngap_path_switch_request *request)
{
    uint8_t buffer[TRANSFER_BYTES];
    struct writer writer = writer_of(buffer, sizeof buffer);
    struct fault fault;
    struct ngap_path_switch_request_unsuccessful_transfer transfer = {.cause =
                                                                          N2_RADIO(HO_TARGET_NOT_ALLOWED)};
    struct ngap_pdu_session_resource_released_item_ps_fail items[SESSIONS];
    size_t count = request->pdu_session_resource_to_be_switched_dl_list.count;
    if (!ngap_encode_path_switch_request_unsuccessful_transfer(&writer, &transfer, &fault))
        return;
    if (count > SESSIONS)
        count = SESSIONS;
    for (size_t i = 0; i < count; i++)
        items[i] = (struct ngap_pdu_session_resource_released_item_ps_fail){
            .pdu_session_id = request->pdu_session_resource_to_be_switched_dl_list.items[i].pdu_session_id,
            .path_switch_request_unsuccessful_transfer = writer_bytes(&writer),
        };
    struct ngap_path_switch_request_failure failure = {
        .amf_ue_ngap_id = request->source_amf_ue_ngap_id,
        .ran_ue_ngap_id = request->ran_ue_ngap_id,
        .pdu_session_resource_released_list_ps_fail = {items, count},
    };
    log_warning("amf", NULL, "gNB %s: path switch refused", gnb->name);
    n2_send(gnb, NGAP_PATH_SWITCH_REQUEST_FAILURE, &failure);
}
