/* SPDX-License-Identifier: Apache-2.0 */
/* N2 SM information: the transfers of TS 38.413 9.3.4. */
#include <sys/socket.h>

#include "core/smf/n4.h"
#include "kit/log.h"
#include "wire/ngap/ngap.h"

enum { TRANSFER_BYTES = 2048, IPV4_BITS = 32, IPV6_BITS = 128, ALIGNMENT_BYTES = 32 };

/* Rates beyond what NGAP can say are as good as unlimited. */
static uint64_t ngap_rate(uint64_t rate)
{
    const uint64_t most = 4000000000000;
    return rate < most ? rate : most;
}

static struct ngap_pdu_session_aggregate_maximum_bit_rate ambr_of(const struct session *session)
{
    return (struct ngap_pdu_session_aggregate_maximum_bit_rate){
        .pdu_session_aggregate_maximum_bit_rate_dl = ngap_rate(session->ambr_downlink),
        .pdu_session_aggregate_maximum_bit_rate_ul = ngap_rate(session->ambr_uplink),
    };
}

static struct ngap_qos_flow_level_qos_parameters flow_qos(const struct session *session, uint8_t fiveqi)
{
    return (struct ngap_qos_flow_level_qos_parameters){
        .qos_characteristics = {.which = NGAP_QOS_CHARACTERISTICS_NON_DYNAMIC5QI,
                                .non_dynamic5qi = {.five_qi = fiveqi}},
        .allocation_and_retention_priority = {
            .priority_level_arp = session->arp,
            .pre_emption_capability = session->may_preempt
                                          ? NGAP_PRE_EMPTION_CAPABILITY_MAY_TRIGGER_PRE_EMPTION
                                          : NGAP_PRE_EMPTION_CAPABILITY_SHALL_NOT_TRIGGER_PRE_EMPTION,
            .pre_emption_vulnerability = session->preemptable
                                             ? NGAP_PRE_EMPTION_VULNERABILITY_PRE_EMPTABLE
                                             : NGAP_PRE_EMPTION_VULNERABILITY_NOT_PRE_EMPTABLE,
        }};
}

/* TS 38.413 9.3.1.10 for flows that guarantee; in the batch's arena. */
static const struct ngap_gbr_qos_information *gbr_of(const struct session *session,
                                                     const struct qos_flow *flow)
{
    if (fiveqi_kind(flow->fiveqi) != FIVEQI_GBR)
        return NULL;
    struct ngap_gbr_qos_information *gbr =
        ARENA_NEW(&session_smf(session)->core->batch, struct ngap_gbr_qos_information);
    if (gbr)
        *gbr = (struct ngap_gbr_qos_information){
            .maximum_flow_bit_rate_dl = ngap_rate(flow->mfbr.downlink),
            .maximum_flow_bit_rate_ul = ngap_rate(flow->mfbr.uplink),
            .guaranteed_flow_bit_rate_dl = ngap_rate(flow->gfbr.downlink),
            .guaranteed_flow_bit_rate_ul = ngap_rate(flow->gfbr.uplink),
        };
    return gbr;
}

static struct ngap_qos_flow_level_qos_parameters further_flow_qos(const struct session *session,
                                                                  const struct qos_flow *flow)
{
    struct ngap_qos_flow_level_qos_parameters qos = flow_qos(session, flow->fiveqi);
    if (flow->averaging_window && qos.qos_characteristics.which == NGAP_QOS_CHARACTERISTICS_NON_DYNAMIC5QI) {
        qos.qos_characteristics.non_dynamic5qi.averaging_window = flow->averaging_window;
        qos.qos_characteristics.non_dynamic5qi.has_averaging_window = true;
    }
    qos.gbr_qos_information = gbr_of(session, flow);
    return qos;
}

static enum ngap_pdu_session_type ngap_type(uint8_t type)
{
    return type == NAS_SESSION_IPV4       ? NGAP_PDU_SESSION_TYPE_IPV4
           : type == NAS_SESSION_IPV6     ? NGAP_PDU_SESSION_TYPE_IPV6
           : type == NAS_SESSION_ETHERNET ? NGAP_PDU_SESSION_TYPE_ETHERNET
                                          : NGAP_PDU_SESSION_TYPE_IPV4V6;
}

struct bytes n2_transfer(struct core *core, const struct aper_type *type, const void *transfer)
{
    uint8_t encoded[TRANSFER_BYTES];
    struct writer w = writer_of(encoded, sizeof encoded);
    struct fault fault = {0};
    if (ngap_encode_type(type, &w, transfer, &fault))
        return arena_copy(&core->batch, writer_bytes(&w));
    log_error("smf", NULL, "an N2 transfer cannot be encoded: %s: %s", fault.where ? fault.where : "",
              fault.what ? fault.what : "too long");
    return (struct bytes){0};
}

/* What is read takes no more octets when it is written anew, but for defaults of alignment. */
struct bytes smf_transfer_anew(struct core *core, const struct aper_type *type, struct bytes transfer)
{
    const size_t most = transfer.len + ALIGNMENT_BYTES;
    uint8_t *room = arena_alloc(&core->batch, most);
    struct writer w = writer_of(room, room ? most : 0);
    struct aper_diagnostics diagnostics;
    struct fault fault;
    const void *value;
    if (!room || ngap_decode_type(type, transfer, &core->batch, &value, &diagnostics) > NGAP_NOTIFY ||
        !ngap_encode_type(type, &w, value, &fault))
        return (struct bytes){0};
    return writer_bytes(&w);
}

struct ngap_up_transport_layer_information n2_tunnel(const struct tunnel *tunnel)
{
    return (struct ngap_up_transport_layer_information){
        .which = NGAP_UP_TRANSPORT_LAYER_INFORMATION_GTP_TUNNEL,
        .gtp_tunnel = {
            .transport_layer_address = {tunnel->address, tunnel->family == AF_INET ? IPV4_BITS : IPV6_BITS},
            .gtp_teid = tunnel->teid}};
}

struct bytes n2_setup_request(const struct session *session)
{
    const struct ngap_pdu_session_aggregate_maximum_bit_rate ambr = ambr_of(session);
    const struct ngap_security_indication security = protection_indication(session);
    struct ngap_qos_flow_setup_request_item flows[1 + QOS_FLOWS] = {{
        .qos_flow_identifier = SMF_DEFAULT_QFI,
        .qos_flow_level_qos_parameters = flow_qos(session, session->fiveqi),
    }};
    size_t count = 1;
    for (unsigned i = 0; session->qos && i < QOS_FLOWS; i++)
        if (session->qos->flows[i].qfi)
            flows[count++] = (struct ngap_qos_flow_setup_request_item){
                .qos_flow_identifier = session->qos->flows[i].qfi,
                .qos_flow_level_qos_parameters = further_flow_qos(session, &session->qos->flows[i])};
    const struct ngap_pdu_session_resource_setup_request_transfer transfer = {
        .pdu_session_aggregate_maximum_bit_rate = &ambr,
        .ul_ngu_up_tnl_information = n2_tunnel(&session->n3),
        .pdu_session_type = ngap_type(session->type),
        .security_indication = &security,
        .qos_flow_setup_request_list = {flows, count},
    };
    return n2_transfer(session_smf(session)->core, &ngap_type_pdu_session_resource_setup_request_transfer,
                       &transfer);
}

struct bytes n2_modify_request(const struct session *session)
{
    const struct ngap_pdu_session_aggregate_maximum_bit_rate ambr = ambr_of(session);
    const struct ngap_qos_flow_level_qos_parameters qos = flow_qos(session, session->fiveqi);
    const struct ngap_qos_flow_add_or_modify_request_item flow = {
        .qos_flow_identifier = SMF_DEFAULT_QFI,
        .qos_flow_level_qos_parameters = &qos,
    };
    const struct ngap_pdu_session_resource_modify_request_transfer transfer = {
        .pdu_session_aggregate_maximum_bit_rate = &ambr,
        .qos_flow_add_or_modify_request_list = {&flow, 1},
    };
    return n2_transfer(session_smf(session)->core, &ngap_type_pdu_session_resource_modify_request_transfer,
                       &transfer);
}

/* What a gNB has to add, change and release on the way from one to the other. */
struct flow_lists {
    struct ngap_qos_flow_level_qos_parameters qos[QOS_FLOWS];
    struct ngap_qos_flow_add_or_modify_request_item wanted[QOS_FLOWS];
    struct ngap_qos_flow_with_cause_item gone[QOS_FLOWS];
    size_t wanted_count, gone_count;
};

static void list_flows(const struct session *session, const struct qos *from, const struct qos *to,
                       struct flow_lists *lists)
{
    for (unsigned i = 0; to && i < QOS_FLOWS; i++) {
        const struct qos_flow *flow = &to->flows[i], *before = qos_find_flow(from, flow->qfi);
        if (!flow->qfi || (before && qos_flow_equal(before, flow)))
            continue;
        size_t n = lists->wanted_count++;
        lists->qos[n] = further_flow_qos(session, flow);
        lists->wanted[n].qos_flow_identifier = flow->qfi;
        lists->wanted[n].qos_flow_level_qos_parameters = &lists->qos[n];
    }
    for (unsigned i = 0; from && i < QOS_FLOWS; i++)
        if (from->flows[i].qfi && !qos_find_flow(to, from->flows[i].qfi))
            lists->gone[lists->gone_count++] = (struct ngap_qos_flow_with_cause_item){
                from->flows[i].qfi, {.which = NGAP_CAUSE_NAS, .nas = NGAP_CAUSE_NAS_NORMAL_RELEASE}};
}

struct bytes n2_modify_flows(const struct session *session, const struct qos *from, const struct qos *to)
{
    struct flow_lists lists = {0};
    struct ngap_pdu_session_resource_modify_request_transfer transfer = {0};
    list_flows(session, from, to, &lists);
    if (!lists.wanted_count && !lists.gone_count)
        return (struct bytes){0};
    if (lists.wanted_count)
        transfer.qos_flow_add_or_modify_request_list =
            (struct ngap_qos_flow_add_or_modify_request_list){lists.wanted, lists.wanted_count};
    if (lists.gone_count)
        transfer.qos_flow_to_release_list =
            (struct ngap_qos_flow_list_with_cause){lists.gone, lists.gone_count};
    return n2_transfer(session_smf(session)->core, &ngap_type_pdu_session_resource_modify_request_transfer,
                       &transfer);
}

struct bytes smf_resource_release(struct core *core)
{
    const struct ngap_pdu_session_resource_release_command_transfer transfer = {
        .cause = {.which = NGAP_CAUSE_NAS, .nas = NGAP_CAUSE_NAS_NORMAL_RELEASE},
    };
    return n2_transfer(core, &ngap_type_pdu_session_resource_release_command_transfer, &transfer);
}

/* An address has 32 bits, 128, or both one behind the other (TS 38.413 9.3.2.4). */
bool n2_read_tunnel(const struct ngap_up_transport_layer_information *information, struct tunnel *gnb)
{
    const struct aper_bit_string *address = &information->gtp_tunnel.transport_layer_address;
    bool v6 = address->bits == IPV6_BITS;
    if (information->which != NGAP_UP_TRANSPORT_LAYER_INFORMATION_GTP_TUNNEL ||
        (!v6 && address->bits != IPV4_BITS && address->bits != IPV4_BITS + IPV6_BITS))
        return false;
    *gnb = (struct tunnel){.teid = information->gtp_tunnel.gtp_teid, .family = v6 ? AF_INET6 : AF_INET};
    memcpy(gnb->address, address->data, v6 ? 16 : 4);
    return true;
}

bool n2_admits_tunnel(const struct ue *ue, const struct gnb *gnb, const struct tunnel *end)
{
    struct config_ip ip = {.family = end->family};
    memcpy(ip.address, end->address, sizeof ip.address);
    return amf_admits_tunnel(ue, gnb, &ip);
}

/* end NULL: there is none. */
static bool admits_end(const struct ue *ue, const struct gnb *gnb,
                       const struct ngap_up_transport_layer_information *end)
{
    struct tunnel tunnel;
    return !end || (n2_read_tunnel(end, &tunnel) && n2_admits_tunnel(ue, gnb, &tunnel));
}

bool n2_admits_forwarding(const struct ue *ue, const struct gnb *gnb,
                          const struct ngap_handover_request_acknowledge_transfer *target)
{
    const struct ngap_data_forwarding_response_drb_list *bearers = &target->data_forwarding_response_drb_list;
    for (size_t i = 0; i < bearers->count; i++)
        if (!admits_end(ue, gnb, bearers->items[i].dl_forwarding_up_tnl_information) ||
            !admits_end(ue, gnb, bearers->items[i].ul_forwarding_up_tnl_information))
            return false;
    return admits_end(ue, gnb, target->dl_forwarding_up_tnl_information) &&
           admits_end(ue, gnb, target->ul_forwarding_up_tnl_information);
}

bool n2_read_setup_response(struct core *core, struct bytes transfer, struct tunnel *gnb, uint8_t *performed)
{
    const struct ngap_pdu_session_resource_setup_response_transfer *response;
    struct aper_diagnostics diagnostics;
    if (ngap_decode_pdu_session_resource_setup_response_transfer(transfer, &core->batch, &response,
                                                                 &diagnostics) > NGAP_NOTIFY)
        return false;
    *performed = protection_performed(response->security_result);
    return n2_read_tunnel(&response->dl_qos_flow_per_tnl_information.up_transport_layer_information, gnb);
}

bool n2_read_setup_cause(struct core *core, struct bytes transfer, struct ngap_cause *cause)
{
    const struct ngap_pdu_session_resource_setup_unsuccessful_transfer *unsuccessful;
    struct aper_diagnostics diagnostics;
    if (ngap_decode_pdu_session_resource_setup_unsuccessful_transfer(transfer, &core->batch, &unsuccessful,
                                                                     &diagnostics) > NGAP_NOTIFY)
        return false;
    *cause = unsuccessful->cause;
    return true;
}

static uint64_t set_of(const struct ngap_qos_flow_list_with_cause *list)
{
    uint64_t set = 0;
    for (size_t i = 0; i < list->count; i++)
        set |= UINT64_C(1) << (list->items[i].qos_flow_identifier & QOS_QFI_MOST);
    return set;
}

uint64_t n2_read_failed_flows(struct core *core, const struct sm_n2 *n2)
{
    const struct ngap_pdu_session_resource_setup_response_transfer *setup;
    const struct ngap_pdu_session_resource_modify_response_transfer *modify;
    const struct ngap_pdu_session_resource_notify_transfer *notify;
    struct aper_diagnostics diagnostics;
    switch (n2->kind) {
    case N2_SETUP_RESPONSE:
        return ngap_decode_pdu_session_resource_setup_response_transfer(n2->transfer, &core->batch, &setup,
                                                                        &diagnostics) <= NGAP_NOTIFY
                   ? set_of(&setup->qos_flow_failed_to_setup_list)
                   : 0;
    case N2_MODIFY_RESPONSE:
        return ngap_decode_pdu_session_resource_modify_response_transfer(n2->transfer, &core->batch, &modify,
                                                                         &diagnostics) <= NGAP_NOTIFY
                   ? set_of(&modify->qos_flow_failed_to_add_or_modify_list)
                   : 0;
    case N2_NOTIFY:
        return ngap_decode_pdu_session_resource_notify_transfer(n2->transfer, &core->batch, &notify,
                                                                &diagnostics) <= NGAP_NOTIFY
                   ? set_of(&notify->qos_flow_released_list)
                   : 0;
    default:
        return 0;
    }
}
