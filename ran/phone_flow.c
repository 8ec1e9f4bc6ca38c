/* SPDX-License-Identifier: Apache-2.0 */
/* A QoS flow of its own for a session of a simulated phone (TS 24.501 6.4.2, the UE's side). */
#include "ran/phone.h"

enum { PRECEDENCE = 70, PTI = 100 };

/* UDP, over whatever IP a session has; in frames over IPv4. */
static const struct nas_filter_component components[] = {
    {NAS_FILTER_PROTOCOL, {(const uint8_t *)"\x11", 1}},
    {NAS_FILTER_ETHERTYPE, {(const uint8_t *)"\x08\x00", 2}}};

static void ask(struct phone_session *session, const struct nas_qos_flow *flow,
                const struct nas_qos_rule *rule)
{
    struct nas_message message = {.type = NAS_SESSION_MODIFICATION_REQUEST,
                                  .pdu_session_id = session->id,
                                  .pti = (uint8_t)(PTI + session->id)};
    message.session_modification_request.qos_flows = (struct nas_qos_flows){flow, 1};
    message.session_modification_request.qos_rules = (struct nas_qos_rules){rule, 1};
    message.session_modification_request.has.qos_flows = true;
    message.session_modification_request.has.qos_rules = true;
    arena_reset(&session->phone->radio->scratch);
    phone_say_gsm(session->phone, &message);
}

static void ask_for(struct phone_session *session, const struct nas_qos_flow *flow)
{
    const bool ethernet = session->type == NAS_SESSION_ETHERNET;
    const struct nas_packet_filter filter = {
        .direction = NAS_FILTER_BOTH, .components = components, .count = ethernet ? 2 : 1};
    const struct nas_qos_rule rule = {.operation = NAS_RULE_CREATE,
                                      .has_precedence = true,
                                      .precedence = PRECEDENCE,
                                      .has_qfi = true,
                                      .filters = &filter,
                                      .count = 1};
    ask(session, flow, &rule);
}

void phone_ask_flow(struct phone_session *session, uint8_t fiveqi)
{
    const struct nas_qos_flow flow = {
        .operation = NAS_FLOW_CREATE, .complete = true, .five_qi = fiveqi, .has.five_qi = true};
    ask_for(session, &flow);
}

void phone_ask_gbr_flow(struct phone_session *session, uint8_t fiveqi, uint64_t rate)
{
    const struct nas_qos_flow flow = {.operation = NAS_FLOW_CREATE,
                                      .complete = true,
                                      .five_qi = fiveqi,
                                      .gfbr_uplink = rate,
                                      .gfbr_downlink = rate,
                                      .mfbr_uplink = rate,
                                      .mfbr_downlink = rate,
                                      .has = {.five_qi = true,
                                              .gfbr_uplink = true,
                                              .gfbr_downlink = true,
                                              .mfbr_uplink = true,
                                              .mfbr_downlink = true}};
    ask_for(session, &flow);
}

void phone_give_flow_back(struct phone_session *session)
{
    const struct nas_qos_flow flow = {.qfi = session->flow, .operation = NAS_FLOW_DELETE};
    const struct nas_qos_rule rule = {.id = session->flow_rule, .operation = NAS_RULE_DELETE};
    ask(session, &flow, &rule);
}

void phone_on_flows(struct phone_session *session, const struct nas_session_modification_command *command)
{
    for (size_t i = 0; command->has.qos_flows && i < command->qos_flows.count; i++) {
        const struct nas_qos_flow *flow = &command->qos_flows.items[i];
        if (flow->operation == NAS_FLOW_CREATE)
            session->flow = flow->qfi;
        else if (flow->operation == NAS_FLOW_DELETE && flow->qfi == session->flow)
            session->flow = 0;
    }
    for (size_t i = 0; command->has.qos_rules && i < command->qos_rules.count; i++) {
        const struct nas_qos_rule *rule = &command->qos_rules.items[i];
        if (rule->operation == NAS_RULE_CREATE)
            session->flow_rule = rule->id;
    }
    if (command->has.qos_flows)
        phone_event(session->phone, PHONE_FLOWS_CHANGED, session, 0);
}
