/* SPDX-License-Identifier: Apache-2.0 */
/* 5GSM messages that the SMF sends (TS 24.501 8.3). */
#include "core/smf/session.h"
#include "kit/log.h"

enum { N1_BYTES = 4096, DEFAULT_FILTER = 1, SSC_MODE_1 = 1 };

struct bytes n1_encode(struct core *core, const struct nas_message *message)
{
    uint8_t encoded[N1_BYTES];
    struct writer w = writer_of(encoded, sizeof encoded);
    if (nas_encode(message, &w))
        return arena_copy(&core->batch, writer_bytes(&w));
    log_error("smf", NULL, "%s cannot be encoded", nas_message_name(message->type));
    return (struct bytes){0};
}

/* A message by itself, outside of procedures. */
static void transfer(struct ue *ue, const struct nas_message *message)
{
    struct n1n2_message alone = {.pdu_session_id = message->pdu_session_id,
                                 .n1 = n1_encode(amf_core(ue), message)};
    if (alone.n1.len)
        amf_n1n2_transfer(ue, &alone);
}

static void refuse(struct ue *ue, const struct nas_message *message, uint8_t cause)
{
    amf_refused_by(ue, message->type, "5GSM", cause, nas_gsm_cause_name(cause));
    transfer(ue, message);
}

/* T3396 with cause 26, T3584 with 67, T3585 with 69 (TS 24.501 6.4.1.4.2, 6.4.2.4.2); seconds, 0: none. */
static uint32_t back_off(const struct ue *ue, uint8_t cause)
{
    bool congestion = cause == NAS_GSM_INSUFFICIENT_RESOURCES ||
                      cause == NAS_GSM_INSUFFICIENT_RESOURCES_SLICE_DNN ||
                      cause == NAS_GSM_INSUFFICIENT_RESOURCES_SLICE;
    return congestion ? (uint32_t)(amf_core(ue)->config->smf.back_off / SECONDS(1)) : 0;
}

/* A back-off of zero says so (6.4.1.4.3): for a session to a partner the next cell may be good. */
static bool may_ask_at_once(uint8_t cause)
{
    return cause == NAS_GSM_USER_AUTHENTICATION_FAILED;
}

void n1_reject_establishment(struct ue *ue, uint8_t psi, uint8_t pti, uint8_t cause)
{
    struct nas_message message = {
        .type = NAS_SESSION_ESTABLISHMENT_REJECT, .pdu_session_id = psi, .pti = pti};
    message.session_establishment_reject.cause = cause;
    if (cause == NAS_GSM_NOT_SUPPORTED_SSC_MODE) {
        message.session_establishment_reject.allowed_ssc_modes = SSC_MODE_1;
        message.session_establishment_reject.has.allowed_ssc_modes = true;
    }
    message.session_establishment_reject.back_off_timer = back_off(ue, cause);
    message.session_establishment_reject.has.back_off_timer =
        back_off(ue, cause) != 0 || may_ask_at_once(cause);
    amf_core(ue)->metrics.sessions_failed[cause]++;
    refuse(ue, &message, cause);
}

void n1_reject_modification(struct ue *ue, uint8_t psi, uint8_t pti, uint8_t cause)
{
    struct nas_message message = {.type = NAS_SESSION_MODIFICATION_REJECT, .pdu_session_id = psi, .pti = pti};
    message.session_modification_reject.cause = cause;
    message.session_modification_reject.back_off_timer = back_off(ue, cause);
    message.session_modification_reject.has.back_off_timer = back_off(ue, cause) != 0;
    amf_core(ue)->metrics.modifications_failed[cause]++;
    refuse(ue, &message, cause);
}

void n1_reject_release(struct ue *ue, uint8_t psi, uint8_t pti, uint8_t cause)
{
    struct nas_message message = {.type = NAS_SESSION_RELEASE_REJECT, .pdu_session_id = psi, .pti = pti};
    message.session_release_reject.cause = cause;
    refuse(ue, &message, cause);
}

void n1_status(struct ue *ue, uint8_t psi, uint8_t pti, uint8_t cause)
{
    struct nas_message message = {.type = NAS_GSM_STATUS, .pdu_session_id = psi, .pti = pti};
    message.gsm_status.cause = cause;
    refuse(ue, &message, cause);
}

static struct nas_pdu_address pdu_address(const struct session *session)
{
    struct nas_pdu_address address = {.type = session->type};
    memcpy(address.ipv4, session->ipv4, sizeof session->ipv4);
    memcpy(address.interface_id, session->interface_id, sizeof session->interface_id);
    return address;
}

/* The default rule and flow, and the others behind them. False: out of memory. */
static bool authorised_qos(const struct session *session, struct qos_change *all)
{
    static const struct nas_filter_component match_all = {.type = NAS_FILTER_MATCH_ALL};
    static const struct nas_packet_filter filter = {
        .id = DEFAULT_FILTER, .direction = NAS_FILTER_BOTH, .components = &match_all, .count = 1};
    struct arena *arena = &session_smf(session)->core->batch;
    struct nas_qos_rule *rules = arena_array(arena, 1 + QOS_RULES, sizeof *rules);
    struct nas_qos_flow *flows = arena_array(arena, 1 + QOS_FLOWS, sizeof *flows);
    struct qos_change others;
    if (!rules || !flows || !qos_change(arena, NULL, session->qos, &others))
        return false;
    rules[0] = (struct nas_qos_rule){.id = QOS_DEFAULT_RULE,
                                     .operation = NAS_RULE_CREATE,
                                     .is_default = true,
                                     .has_precedence = true,
                                     .precedence = QOS_LOWEST_PRECEDENCE,
                                     .has_qfi = true,
                                     .qfi = SMF_DEFAULT_QFI,
                                     .filters = &filter,
                                     .count = 1};
    flows[0] = (struct nas_qos_flow){.qfi = SMF_DEFAULT_QFI,
                                     .operation = NAS_FLOW_CREATE,
                                     .complete = true,
                                     .five_qi = session->fiveqi,
                                     .has.five_qi = true};
    memcpy(rules + 1, others.rules.items, others.rules.count * sizeof *rules);
    memcpy(flows + 1, others.flows.items, others.flows.count * sizeof *flows);
    *all = (struct qos_change){{rules, 1 + others.rules.count}, {flows, 1 + others.flows.count}};
    return true;
}

struct bytes n1_accept(const struct session *session, const struct nas_pco *asked, uint8_t notice)
{
    struct qos_change qos;
    if (!authorised_qos(session, &qos))
        return (struct bytes){0};
    struct nas_pco pco = pco_answer(session, asked);
    struct nas_message message = {
        .type = NAS_SESSION_ESTABLISHMENT_ACCEPT, .pdu_session_id = session->psi, .pti = session->pti};
    message.session_establishment_accept = (struct nas_session_establishment_accept){
        .session_type = session->type,
        .ssc_mode = SSC_MODE_1,
        .qos_rules = qos.rules,
        .session_ambr = {.downlink = session->ambr_downlink, .uplink = session->ambr_uplink},
        .cause = notice,
        .pdu_address = pdu_address(session),
        .s_nssai = {.sst = session->slice.sst, .sd = session->slice.sd},
        .always_on = session->always_on,
        .qos_flows = qos.flows,
        .pco = pco,
        .dnn = session->network->name,
        .has = {.cause = notice != 0,
                .pdu_address = nas_session_is_ip(session->type),
                .s_nssai = true,
                .always_on = session->always_on,
                .qos_flows = true,
                .pco = pco.count > 0,
                .dnn = true},
    };
    return n1_encode(session_smf(session)->core, &message);
}
