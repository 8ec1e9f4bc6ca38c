/* SPDX-License-Identifier: Apache-2.0 */
/* What the target of an N2 handover is asked, wherever the source is (TS 38.413 8.4.2). */
#include <openssl/crypto.h>

#include "core/amf/handover.h"
#include "core/amf/restriction.h"
#include "core/amf/shelter.h"

bool handover_send_request(struct ue *ue, const struct handover_order *order)
{
    struct ngap_allowed_nssai_item slices[UE_SLICES];
    struct ngap_pdu_session_resource_setup_item_ho_req items[SMF_SESSIONS_PER_UE] = {0};
    struct ngap_handover_request request = {
        .amf_ue_ngap_id = ue->target->amf_ue_ngap_id,
        .handover_type = NGAP_HANDOVER_TYPE_INTRA5GS,
        .cause = order->cause.which ? order->cause : N2_RADIO(UNSPECIFIED),
        .ue_aggregate_maximum_bit_rate = {ue->ambr_downlink, ue->ambr_uplink},
        .ue_security_capabilities = n2_security_capabilities(ue),
        .security_context = order->keys,
        .has_new_security_context_ind = order->new_keys,
        .nasc = order->nasc,
        .pdu_session_resource_setup_list_ho_req = {items, order->count},
        .allowed_nssai = n2_allowed_nssai_at(ue, ue->target->gnb, slices),
        .source_to_target_transparent_container = order->container,
        .mobility_restriction_list = restriction_list(ue, order->tai.plmn, &ue->core->batch),
        .guami = n2_guami(ue->core, order->tai.plmn),
    };
    for (unsigned i = 0; i < order->count; i++) {
        items[i].pdu_session_id = order->sessions[i]->pdu_session_id;
        items[i].s_nssai = slice_to_ngap(order->sessions[i]->slice);
        items[i].handover_request_transfer = order->sessions[i]->transfer;
    }
    request.has_masked_imeisv = n2_masked_imeisv(ue, &request.masked_imeisv);
    ue->areas_told = shelter_areas_digest(ue);
    bool sent = n2_send_ue(ue->target, NGAP_HANDOVER_REQUEST, &request);
    OPENSSL_cleanse(&request.security_context, sizeof request.security_context);
    return sent;
}
