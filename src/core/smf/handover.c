/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions in an N2 handover (TS 23.502 4.9.1.3, TS 38.413 9.3.4.10 to 9.3.4.18). */
#include "core/smf/n4.h"
#include "core/smf/partner.h"
#include "wire/ngap/ngap.h"

enum { FLOWS = 64 };

struct bytes smf_handover_unsuccessful(struct core *core, struct ngap_cause cause)
{
    const struct ngap_handover_preparation_unsuccessful_transfer transfer = {cause};
    return n2_transfer(core, &ngap_type_handover_preparation_unsuccessful_transfer, &transfer);
}

static bool refuse(struct core *core, struct smf_handover *item, struct ngap_cause cause)
{
    item->transfer = smf_handover_unsuccessful(core, cause);
    return false;
}

bool smf_handover_prepare(struct ue *ue, struct bytes required, struct smf_handover *item)
{
    struct core *core = amf_core(ue);
    struct session *session = session_find(ue, item->pdu_session_id);
    const struct ngap_handover_required_transfer *source;
    struct aper_diagnostics diagnostics;
    if (!session || session->state != SESSION_ACTIVE || !session->up_seid)
        return refuse(core, item, N2_RADIO(UNKNOWN_PDU_SESSION_ID));
    if (ngap_decode_handover_required_transfer(required, &core->batch, &source, &diagnostics) > NGAP_NOTIFY)
        return refuse(core, item, N2_PROTOCOL(TRANSFER_SYNTAX_ERROR));
    if (!partner_lets(session, &item->target, NULL, "handover"))
        return refuse(core, item, N2_RADIO(HO_TARGET_NOT_ALLOWED));
    item->direct = source->has_direct_forwarding_path_availability;
    item->slice = session->slice;
    item->transfer = n2_setup_request(session);
    return item->transfer.len || refuse(core, item, N2_RADIO(UNSPECIFIED));
}

static struct ngap_qos_flow_to_be_forwarded_list list_flows(
    uint64_t flows, struct ngap_qos_flow_to_be_forwarded_item items[FLOWS])
{
    size_t count = 0;
    for (unsigned qfi = 0; qfi < FLOWS; qfi++) {
        if (flows >> qfi & 1)
            items[count++] = (struct ngap_qos_flow_to_be_forwarded_item){.qos_flow_identifier = (uint8_t)qfi};
    }
    return (struct ngap_qos_flow_to_be_forwarded_list){count ? items : NULL, count};
}

static uint64_t accepted_flows(const struct ngap_qos_flow_list_with_data_forwarding *list)
{
    uint64_t flows = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].has_data_forwarding_accepted)
            flows |= UINT64_C(1) << (list->items[i].qos_flow_identifier % FLOWS);
    }
    return flows;
}

/* The source sends to the target itself, where that is within the target's enrolment. */
static struct bytes direct_command(const struct ue *ue, const struct smf_handover *item,
                                   const struct ngap_handover_request_acknowledge_transfer *target)
{
    struct ngap_qos_flow_to_be_forwarded_item flows[FLOWS];
    struct ngap_handover_command_transfer transfer = {0};
    if (n2_admits_forwarding(ue, amf_target_gnb(ue), target))
        transfer = (struct ngap_handover_command_transfer){
            .dl_forwarding_up_tnl_information = target->dl_forwarding_up_tnl_information,
            .qos_flow_to_be_forwarded_list = list_flows(item->flows, flows),
            .data_forwarding_response_drb_list = target->data_forwarding_response_drb_list,
            .ul_forwarding_up_tnl_information = target->ul_forwarding_up_tnl_information,
        };
    return n2_transfer(amf_core(ue), &ngap_type_handover_command_transfer, &transfer);
}

bool smf_handover_admitted(struct ue *ue, struct bytes acknowledge, struct smf_handover *item)
{
    struct core *core = amf_core(ue);
    struct session *session = session_find(ue, item->pdu_session_id);
    const struct ngap_handover_request_acknowledge_transfer *target;
    struct aper_diagnostics diagnostics;
    struct ngap_cause cause;
    struct tunnel to;
    if (!session ||
        ngap_decode_handover_request_acknowledge_transfer(acknowledge, &core->batch, &target, &diagnostics) >
            NGAP_NOTIFY ||
        !n2_read_tunnel(&target->dl_ngu_up_tnl_information, &item->gnb) ||
        !n2_admits_tunnel(ue, amf_target_gnb(ue), &item->gnb) ||
        (item->target.amf && !partner_lets(session, &item->target, &item->gnb, "handover")))
        return false;
    item->performed = protection_performed(target->security_result);
    if (!protection_suffices(session, item->performed, &cause))
        return false;
    const struct ngap_up_transport_layer_information *forward = target->dl_forwarding_up_tnl_information;
    item->admitted = true;
    item->flows = accepted_flows(&target->qos_flow_setup_response_list);
    if (item->direct)
        item->transfer = direct_command(ue, item, target);
    else
        item->forwards = forward && n2_read_tunnel(forward, &to) &&
                         n2_admits_tunnel(ue, amf_target_gnb(ue), &to) && n4_forward_begin(session, &to);
    return true;
}

bool smf_handover_ready(const struct ue *ue, const struct smf_handover *item)
{
    const struct session *session = session_find(ue, item->pdu_session_id);
    return !item->forwards || !session || !n4_forward_pending(session);
}

struct bytes smf_handover_command(const struct ue *ue, const struct smf_handover *item)
{
    const struct session *session = session_find(ue, item->pdu_session_id);
    const struct tunnel *local = item->forwards && session ? n4_forward_tunnel(session) : NULL;
    struct ngap_qos_flow_to_be_forwarded_item flows[FLOWS];
    struct ngap_handover_command_transfer transfer = {0};
    if (item->direct && item->transfer.len)
        return item->transfer;
    if (!local)
        return n2_transfer(amf_core(ue), &ngap_type_handover_command_transfer, &transfer);
    struct ngap_up_transport_layer_information information = n2_tunnel(local);
    transfer.dl_forwarding_up_tnl_information = &information;
    transfer.qos_flow_to_be_forwarded_list = list_flows(item->flows, flows);
    return n2_transfer(amf_core(ue), &ngap_type_handover_command_transfer, &transfer);
}

void smf_handover_complete(struct ue *ue, const struct smf_handover *item)
{
    struct session *session = session_find(ue, item->pdu_session_id);
    if (!session)
        return;
    if (session->state == SESSION_ACTIVE) {
        session->protection.performed = item->performed;
        session_connected(session, &item->gnb);
    }
    n4_forward_expire(session);
}

void smf_handover_cancelled(struct ue *ue, const struct smf_handover *item)
{
    struct session *session = session_find(ue, item->pdu_session_id);
    if (session && item->forwards)
        n4_forward_end(session);
}
