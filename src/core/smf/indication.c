/* SPDX-License-Identifier: Apache-2.0 */
/* A gNB moves its end of a session's tunnel, as with a second node (TS 38.413 8.2.5, 9.3.4.6, 9.3.4.7, 9.3.4.22). */
#include "core/smf/n4.h"
#include "core/smf/remote.h"
#include "wire/ngap/ngap.h"

struct bytes smf_modify_indication_unsuccessful(struct core *core, struct ngap_cause cause)
{
    struct ngap_pdu_session_resource_modify_indication_unsuccessful_transfer transfer = {cause};
    return n2_transfer(core, &ngap_type_pdu_session_resource_modify_indication_unsuccessful_transfer,
                       &transfer);
}

/* The flows of the one tunnel that there is; those of a further one stay where they are. */
struct flows {
    struct ngap_qos_flow_modify_confirm_item moved[QOS_QFI_MOST + 1];
    struct ngap_qos_flow_with_cause_item stayed[QOS_QFI_MOST + 1];
    uint64_t named;
    size_t moved_count, stayed_count;
};

static bool has_flow(const struct session *session, uint8_t qfi)
{
    return qfi == SMF_DEFAULT_QFI || qos_find_flow(session->qos, qfi);
}

/* Once each: the lists hold a flow of every identifier at the most. */
static void sort_flows(const struct session *session, const struct ngap_associated_qos_flow_list *list,
                       bool served, struct flows *flows)
{
    for (size_t i = 0; i < list->count; i++) {
        uint8_t qfi = list->items[i].qos_flow_identifier & QOS_QFI_MOST;
        if (flows->named >> qfi & 1)
            continue;
        flows->named |= UINT64_C(1) << qfi;
        if (served && has_flow(session, qfi))
            flows->moved[flows->moved_count++].qos_flow_identifier = qfi;
        else
            flows->stayed[flows->stayed_count++] = (struct ngap_qos_flow_with_cause_item){
                qfi,
                served ? N2_RADIO(UNKOWN_QOS_FLOW_ID) : N2_MISC(NOT_ENOUGH_USER_PLANE_PROCESSING_RESOURCES)};
    }
}

static struct bytes confirm(const struct session *session, const struct flows *flows)
{
    const struct ngap_pdu_session_resource_modify_confirm_transfer transfer = {
        .qos_flow_modify_confirm_list = {flows->moved, flows->moved_count},
        .ulngu_up_tnl_information = n2_tunnel(&session->n3),
        .qos_flow_failed_to_modify_list = {flows->stayed_count ? flows->stayed : NULL, flows->stayed_count},
    };
    return n2_transfer(session_smf(session)->core, &ngap_type_pdu_session_resource_modify_confirm_transfer,
                       &transfer);
}

static bool refuse(struct core *core, struct bytes *answer, struct ngap_cause cause)
{
    *answer = smf_modify_indication_unsuccessful(core, cause);
    return false;
}

/* One that another core anchors keeps its tunnel. */
static struct ngap_cause why_unserved(const struct ue *ue, uint8_t pdu_session_id)
{
    bool anchored = pdu_session_id <= SMF_SESSIONS_PER_UE && remote_active(ue) >> pdu_session_id & 1;
    return anchored ? N2_MISC(UNSPECIFIED) : N2_RADIO(UNKNOWN_PDU_SESSION_ID);
}

bool smf_modify_indicated(struct ue *ue, uint8_t pdu_session_id, struct bytes transfer, struct bytes *answer)
{
    struct core *core = amf_core(ue);
    struct session *session = session_find(ue, pdu_session_id);
    const struct ngap_pdu_session_resource_modify_indication_transfer *indication;
    struct aper_diagnostics diagnostics;
    struct tunnel gnb;
    struct flows flows = {0};
    if (!session || session->state != SESSION_ACTIVE)
        return refuse(core, answer, why_unserved(ue, pdu_session_id));
    if (ngap_decode_pdu_session_resource_modify_indication_transfer(transfer, &core->batch, &indication,
                                                                    &diagnostics) > NGAP_NOTIFY ||
        !n2_read_tunnel(&indication->dl_qos_flow_per_tnl_information.up_transport_layer_information, &gnb))
        return refuse(core, answer, N2_PROTOCOL(TRANSFER_SYNTAX_ERROR));
    if (!n2_admits_tunnel(ue, amf_serving_gnb(ue), &gnb))
        return refuse(core, answer, N2_TRANSPORT(TRANSPORT_RESOURCE_UNAVAILABLE));
    sort_flows(session, &indication->dl_qos_flow_per_tnl_information.associated_qos_flow_list, true, &flows);
    for (size_t i = 0; i < indication->additional_dl_qos_flow_per_tnl_information.count; i++)
        sort_flows(session,
                   &indication->additional_dl_qos_flow_per_tnl_information.items[i]
                        .qos_flow_per_tnl_information.associated_qos_flow_list,
                   false, &flows);
    if (!flows.moved_count)
        return refuse(core, answer, N2_RADIO(UNKOWN_QOS_FLOW_ID));
    *answer = confirm(session, &flows);
    if (!answer->len)
        return refuse(core, answer, N2_MISC(UNSPECIFIED));
    session_connected(session, &gnb);
    return true;
}
