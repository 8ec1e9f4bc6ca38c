/* SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"

void lab_describe(struct lab_session *s, uint8_t number)
{
    static uint32_t qer_id = 1, urr_id = 1;
    static uint8_t qfi = 1;
    *s = (struct lab_session){0};
    s->ue_ip = (struct pfcp_ue_ip){.ip = {.has_v4 = true, .has_v6 = true, .v4 = {10, 45, 0, number}}};
    memcpy(s->ue_ip.ip.v6, (uint8_t[]){0x20, 1, 0xd, 0xb8, 0xca, 0xfe, 0, number}, 8);
    s->pdrs[0] = (struct pfcp_create_pdr){
        .pdr_id = 1,
        .precedence = 255,
        .pdi = {.source_interface = PFCP_ACCESS,
                .has_f_teid = true,
                .f_teid = {.choose = true, .ip.has_v4 = true},
                .qfis = &qfi,
                .qfis_count = 1},
        .has_far_id = true,
        .far_id = 1,
        .has_outer_header_removal = true,
        .urr_ids = &urr_id,
        .urr_ids_count = 1,
        .qer_ids = &qer_id,
        .qer_ids_count = 1,
    };
    s->pdrs[1] = (struct pfcp_create_pdr){
        .pdr_id = 2,
        .precedence = 255,
        .pdi = {.source_interface = PFCP_CORE, .ue_ips = &s->ue_ip, .ue_ips_count = 1},
        .has_far_id = true,
        .far_id = 2,
        .urr_ids = &urr_id,
        .urr_ids_count = 1,
        .qer_ids = &qer_id,
        .qer_ids_count = 1,
    };
    s->fars[0] = (struct pfcp_create_far){
        .far_id = 1,
        .apply_action = PFCP_FORW,
        .has_forwarding = true,
        .forwarding = {.has_destination_interface = true, .destination_interface = PFCP_CORE}};
    s->fars[1] = (struct pfcp_create_far){.far_id = 2, .apply_action = PFCP_BUFF | PFCP_NOCP};
    s->qer = (struct pfcp_qer){.qer_id = 1, .has_gate = true, .has_qfi = true, .qfi = 1};
    s->urr = (struct pfcp_urr){.urr_id = 1,
                               .has_measurement_method = true,
                               .measurement_method = PFCP_VOLUM,
                               .has_reporting_triggers = true,
                               .reporting_triggers = PFCP_REPORT_VOLTH};
    s->request = (struct pfcp_message){.type = PFCP_SESSION_ESTABLISHMENT_REQUEST,
                                       .session_establishment_request = {
                                           .node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                           .cp_f_seid = {number, {.has_v4 = true, .v4 = {127, 0, 0, 4}}},
                                           .create_pdrs = s->pdrs,
                                           .create_pdrs_count = 2,
                                           .create_fars = s->fars,
                                           .create_fars_count = 2,
                                           .create_qers = &s->qer,
                                           .create_qers_count = 1,
                                           .create_urrs = &s->urr,
                                           .create_urrs_count = 1,
                                       }};
}

void lab_describe_ethernet(struct lab_session *s, uint8_t number)
{
    struct pfcp_session_establishment_request *request = &s->request.session_establishment_request;
    lab_describe(s, number);
    s->pdrs[1].pdi =
        (struct pfcp_pdi){.source_interface = PFCP_CORE, .has_ethernet_session = true, .ethernet_session = 1};
    request->has_pdn_type = true;
    request->pdn_type = PFCP_PDN_ETHERNET;
}

void lab_lead_to(struct lab_session *session, uint32_t teid, const void *gnb)
{
    struct pfcp_create_far *far = &session->fars[1];
    far->apply_action = PFCP_FORW;
    far->has_forwarding = true;
    far->forwarding = (struct pfcp_forwarding){
        .has_destination_interface = true,
        .destination_interface = PFCP_ACCESS,
        .has_outer_header_creation = true,
        .outer_header_creation = {.description = PFCP_CREATE_GTPU_UDP_IPV4, .teid = teid, .ip.has_v4 = true}};
    memcpy(far->forwarding.outer_header_creation.ip.v4, gnb, 4);
}
