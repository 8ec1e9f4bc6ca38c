/* SPDX-License-Identifier: Apache-2.0 */
/* QoS flows that the network adds and releases by its own wish (TS 23.502 4.3.3.2, TS 24.501 6.3.2). */
#include <sys/socket.h>

#include "core/smf/n4.h"
#include "kit/mac.h"

enum { COMPONENTS = 8, IPV4_MASKED = 8, IPV6_LENGTH_AT = 16, IPV6_MASKED = 17 };

/* A packet filter under construction, with room for what its components point to. */
struct draft {
    struct nas_filter_component components[COMPONENTS];
    uint8_t remote[IPV6_MASKED], protocol, remote_port[2], local_port[2], vlan[2], ethertype[2];
    size_t count;
};

static void add(struct draft *draft, uint8_t type, struct bytes value)
{
    draft->components[draft->count++] = (struct nas_filter_component){type, value};
}

static void add_remote(struct draft *draft, const struct config_prefix *remote)
{
    bool v4 = remote->family == AF_INET;
    memcpy(draft->remote, remote->address, v4 ? 4 : 16);
    for (unsigned i = 0; v4 && i < remote->length; i++)
        draft->remote[4 + i / 8] |= (uint8_t)(0x80 >> i % 8);
    if (!v4)
        draft->remote[IPV6_LENGTH_AT] = remote->length;
    add(draft, v4 ? NAS_FILTER_IPV4_REMOTE : NAS_FILTER_IPV6_REMOTE,
        bytes_of(draft->remote, v4 ? IPV4_MASKED : IPV6_MASKED));
}

static void add_number(struct draft *draft, uint8_t type, uint16_t number, uint8_t octets[2])
{
    octets[0] = (uint8_t)(number >> 8);
    octets[1] = (uint8_t)number;
    add(draft, type, bytes_of(octets, 2));
}

/* Of filters for both directions the source is the phone's side. */
static void add_frame(struct draft *draft, const struct smf_flow_filter *filter)
{
    if (filter->has_local_mac)
        add(draft, NAS_FILTER_MAC_SOURCE, bytes_of(filter->local_mac, MAC_OCTETS));
    if (filter->has_remote_mac)
        add(draft, NAS_FILTER_MAC_DESTINATION, bytes_of(filter->remote_mac, MAC_OCTETS));
    if (filter->has_vlan)
        add_number(draft, NAS_FILTER_C_TAG_VID, filter->vlan, draft->vlan);
    if (filter->ethertype)
        add_number(draft, NAS_FILTER_ETHERTYPE, filter->ethertype, draft->ethertype);
}

static void write_filter(struct draft *draft, const struct smf_flow_filter *filter)
{
    *draft = (struct draft){.protocol = filter->protocol};
    add_frame(draft, filter);
    if (filter->remote.family)
        add_remote(draft, &filter->remote);
    if (filter->protocol)
        add(draft, NAS_FILTER_PROTOCOL, bytes_of(&draft->protocol, 1));
    if (filter->remote_port)
        add_number(draft, NAS_FILTER_REMOTE_PORT, filter->remote_port, draft->remote_port);
    if (filter->local_port)
        add_number(draft, NAS_FILTER_LOCAL_PORT, filter->local_port, draft->local_port);
    if (draft->count == 0)
        add(draft, NAS_FILTER_MATCH_ALL, (struct bytes){0});
}

static struct nas_qos_flow flow_of(const struct smf_flow_order *order)
{
    return (struct nas_qos_flow){.operation = NAS_FLOW_CREATE,
                                 .complete = true,
                                 .five_qi = order->fiveqi,
                                 .gfbr_uplink = order->gfbr_uplink,
                                 .gfbr_downlink = order->gfbr_downlink,
                                 .mfbr_uplink = order->mfbr_uplink,
                                 .mfbr_downlink = order->mfbr_downlink,
                                 .has = {.five_qi = true,
                                         .gfbr_uplink = true,
                                         .gfbr_downlink = true,
                                         .mfbr_uplink = true,
                                         .mfbr_downlink = true}};
}

/* The same checks that a phone's request goes through, but for what the subscription allows. */
static struct qos_refusal work_out(const struct session *session, const struct smf_flow_order *order,
                                   struct qos *to)
{
    struct qos_terms terms = session_qos_terms(session, session->packet_filters);
    struct draft draft;
    write_filter(&draft, &order->filter);
    const struct nas_packet_filter filter = {
        .direction = NAS_FILTER_BOTH, .components = draft.components, .count = draft.count};
    const struct nas_qos_rule rule = {.operation = NAS_RULE_CREATE,
                                      .has_precedence = true,
                                      .precedence = order->precedence,
                                      .has_qfi = true,
                                      .filters = &filter,
                                      .count = 1};
    const struct nas_qos_flow flow = flow_of(order);
    *to = session->qos ? *session->qos : (struct qos){0};
    if (fiveqi_kind(order->fiveqi) == FIVEQI_UNKNOWN)
        return (struct qos_refusal){NAS_GSM_UNSUPPORTED_5QI, "unknown 5QI"};
    return qos_apply(to, &(struct nas_qos_rules){&rule, 1}, &(struct nas_qos_flows){&flow, 1}, &terms);
}

static struct session *established(struct ue *ue, uint8_t pdu_session_id)
{
    struct session *session = session_find(ue, pdu_session_id);
    return session && session->state != SESSION_NEW && session->upf ? session : NULL;
}

enum smf_flow_verdict smf_admin_add_flow(struct ue *ue, uint8_t pdu_session_id,
                                         const struct smf_flow_order *order, const char **why)
{
    struct session *session = established(ue, pdu_session_id);
    struct qos to;
    if (!session)
        return SMF_FLOW_NO_SESSION;
    struct qos_refusal refusal = work_out(session, order, &to);
    *why = refusal.what;
    if (refusal.cause)
        return SMF_FLOW_REFUSED;
    return session_change_flows(session, &to, false) ? SMF_FLOW_BEGUN : SMF_FLOW_BUSY;
}

enum smf_flow_verdict smf_admin_release_flow(struct ue *ue, uint8_t pdu_session_id, uint8_t qfi)
{
    struct session *session = established(ue, pdu_session_id);
    if (!session)
        return SMF_FLOW_NO_SESSION;
    if (!qos_find_flow(session->qos, qfi))
        return SMF_FLOW_UNKNOWN;
    return session_drop_flows(session, UINT64_C(1) << qfi, false) ? SMF_FLOW_BEGUN : SMF_FLOW_BUSY;
}
