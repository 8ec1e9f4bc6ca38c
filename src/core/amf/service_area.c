/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connected phone arrives where its subscriber finds no service (TS 23.501 5.3.4.1.2, TS 23.502 4.9.1.2.2, 4.9.1.3.3): it stays
 * connected, its user planes are taken down (4.3.7).
 */
#include "core/amf/gmm.h"
#include "core/amf/restriction.h"
#include "kit/log.h"

static void release_resources(struct connection *connection, uint16_t sessions)
{
    struct ngap_pdu_session_resource_to_release_item_rel_cmd items[SMF_SESSIONS_PER_UE];
    struct ngap_pdu_session_resource_release_command command = {
        .amf_ue_ngap_id = connection->amf_ue_ngap_id,
        .ran_ue_ngap_id = connection->ran_ue_ngap_id,
        .pdu_session_resource_to_release_list_rel_cmd = {items, 0},
    };
    size_t *count = &command.pdu_session_resource_to_release_list_rel_cmd.count;
    struct bytes transfer = smf_resource_release(connection->gnb->core);
    for (unsigned psi = 1; psi <= SMF_SESSIONS_PER_UE; psi++)
        if (sessions >> psi & 1)
            items[(*count)++] =
                (struct ngap_pdu_session_resource_to_release_item_rel_cmd){(uint8_t)psi, transfer};
    if (transfer.len)
        n2_send_ue(connection, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND, &command);
}

void user_planes_go(struct ue *ue, uint16_t sessions)
{
    char context[UE_CONTEXT_TEXT];
    log_info("amf", ue_context_text(ue, context), "there is no service for it here: its user planes go");
    release_resources(ue->connection, sessions);
    smf_deactivate(ue, sessions);
}

void service_area_entered(struct ue *ue)
{
    uint16_t active = smf_active(ue);
    if (ue->connection && active && !restriction_lets_serve(ue))
        user_planes_go(ue, active);
}
