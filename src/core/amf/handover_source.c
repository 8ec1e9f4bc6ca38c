/* SPDX-License-Identifier: Apache-2.0 */
/* What the source of an N2 handover is told, wherever the target is (TS 38.413 8.4.1). */
#include "core/amf/handover.h"
#include "kit/log.h"

void handover_refuse_session(struct procedure *p, struct handover_refusals *refused, uint8_t pdu_session_id,
                             struct bytes unsuccessful)
{
    if (refused->count < sizeof refused->items / sizeof *refused->items)
        refused->items[refused->count++] = (struct ngap_pdu_session_resource_to_release_item_ho_cmd){
            pdu_session_id, arena_copy(&p->memory, unsuccessful)};
}

void handover_tell_failure(const struct ue *ue, struct ngap_cause cause, struct bytes container)
{
    struct connection *source = ue->connection;
    char text[32], context[UE_CONTEXT_TEXT];
    n2_cause_text(&cause, text, sizeof text);
    log_warning("amf", ue_context_text(ue, context), "handover failed in preparation: %s", text);
    if (!source)
        return;
    amf_refused(ue, "", "Handover Required", text);
    struct ngap_handover_preparation_failure failure = {
        .amf_ue_ngap_id = source->amf_ue_ngap_id,
        .ran_ue_ngap_id = source->ran_ue_ngap_id,
        .cause = cause,
        .targetto_source_failure_transparent_container = container,
    };
    n2_send_ue(source, NGAP_HANDOVER_PREPARATION_FAILURE, &failure);
}

void handover_send_command(struct ue *ue, struct ngap_pdu_session_resource_handover_item *items,
                           unsigned count, struct handover_refusals *refused, struct bytes container)
{
    struct connection *source = ue->connection;
    struct ngap_handover_command message = {
        .amf_ue_ngap_id = source->amf_ue_ngap_id,
        .ran_ue_ngap_id = source->ran_ue_ngap_id,
        .handover_type = NGAP_HANDOVER_TYPE_INTRA5GS,
        .pdu_session_resource_handover_list = {items, count},
        .pdu_session_resource_to_release_list_ho_cmd = {refused->count ? refused->items : NULL,
                                                        refused->count},
        .target_to_source_transparent_container = container,
    };
    n2_send_ue(source, NGAP_HANDOVER_COMMAND, &message);
    source->leaving = source->holding = true;
}
