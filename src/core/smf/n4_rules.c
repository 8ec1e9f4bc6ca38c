/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/n4_rules.h"

#include <sys/socket.h>

#include "core/smf/n4.h"

enum { CHOOSE_ID = 1, KILO = 1000 };

#define USAGE_THRESHOLD (UINT64_C(1) << 30) /* bytes between two usage reports */

static struct pfcp_ip ip_of(const struct tunnel *tunnel)
{
    struct pfcp_ip ip = {.has_v4 = tunnel->family == AF_INET, .has_v6 = tunnel->family == AF_INET6};
    memcpy(ip.v4, tunnel->address, sizeof ip.v4);
    memcpy(ip.v6, tunnel->address, sizeof ip.v6);
    return ip;
}

static struct pfcp_ue_ip ue_ip_of(const struct session *session, bool destination)
{
    struct pfcp_ue_ip ue = {.destination = destination};
    const bool v4 = nas_session_has_ipv4(session->type), v6 = nas_session_has_ipv6(session->type);
    const bool chosen = !session_plane_allocates(session) || session->has_ipv4 || session->has_prefix;
    ue.choose_v4 = v4 && !chosen;
    ue.choose_v6 = v6 && !chosen;
    ue.ip.has_v4 = v4 && chosen;
    ue.ip.has_v6 = v6 && chosen;
    memcpy(ue.ip.v4, session->ipv4, sizeof session->ipv4);
    memcpy(ue.ip.v6, session->prefix, sizeof session->prefix);
    return ue;
}

/* The plane's end of the tunnel: as it was, or for the plane to choose. */
static struct pfcp_f_teid local_f_teid(const struct session *session)
{
    if (session->n3.family)
        return (struct pfcp_f_teid){.teid = session->n3.teid, .ip = ip_of(&session->n3)};
    bool v6 = session->upf->n3_ipv6_only;
    return (struct pfcp_f_teid){
        .choose = true,
        .has_choose_id = true,
        .choose_id = CHOOSE_ID,
        .ip = {.has_v4 = !v6, .has_v6 = v6},
    };
}

/* TS 29.244 8.2.64: what every version of the specification knows. */
struct pfcp_outer_header_removal n4_header_removal(const struct pfcp_f_teid *f_teid)
{
    return (struct pfcp_outer_header_removal){.description = f_teid->ip.has_v4 ? PFCP_REMOVE_GTPU_UDP_IPV4
                                                                               : PFCP_REMOVE_GTPU_UDP_IPV6};
}

/* --- forwarding --- */

static bool forwards_downlink(const struct session *session)
{
    return session->state == SESSION_ACTIVE && session->gnb.family;
}

struct pfcp_outer_header_creation n4_outer_header(const struct tunnel *tunnel)
{
    return (struct pfcp_outer_header_creation){
        .description = tunnel->family == AF_INET ? PFCP_CREATE_GTPU_UDP_IPV4 : PFCP_CREATE_GTPU_UDP_IPV6,
        .teid = tunnel->teid,
        .ip = ip_of(tunnel)};
}

static struct bytes access_instance(const struct session *session)
{
    const char *name = session->upf->config ? session->upf->config->access_instance : "";
    return bytes_of(name, strlen(name));
}

static struct pfcp_forwarding towards_gnb(const struct session *session)
{
    const struct bytes access = access_instance(session);
    return (struct pfcp_forwarding){
        .has_destination_interface = true,
        .destination_interface = PFCP_ACCESS,
        .has_network_instance = access.len != 0,
        .network_instance = access,
        .has_outer_header_creation = true,
        .outer_header_creation = n4_outer_header(&session->gnb),
        .has_smreq_flags = session->end_marker && (session->upf->features & PFCP_UP_EMPU),
        .smreq_flags = PFCP_SNDEM,
    };
}

static uint16_t downlink_action(const struct session *session)
{
    if (forwards_downlink(session))
        return PFCP_FORW;
    /* While the user plane is on its way there is nobody to page. */
    return session->state == SESSION_INACTIVE ? PFCP_BUFF | PFCP_NOCP : PFCP_BUFF;
}

struct pfcp_update_far n4_downlink(const struct session *session)
{
    struct pfcp_update_far far = {
        .far_id = N4_FAR_DOWNLINK,
        .has_apply_action = true,
        .apply_action = downlink_action(session),
        .has_forwarding = forwards_downlink(session),
    };
    if (far.has_forwarding)
        far.forwarding = towards_gnb(session);
    return far;
}

static void forward(struct n4_rules *rules, const struct session *session)
{
    struct pfcp_update_far downlink = n4_downlink(session);
    rules->fars[0] = (struct pfcp_create_far){
        .far_id = N4_FAR_UPLINK,
        .apply_action = PFCP_FORW,
        .has_forwarding = true,
        .forwarding = {.destination_interface = PFCP_CORE,
                       .has_network_instance = true,
                       .network_instance = rules->instance},
    };
    rules->fars[1] = (struct pfcp_create_far){
        .far_id = N4_FAR_DOWNLINK,
        .apply_action = downlink.apply_action,
        .has_forwarding = downlink.has_forwarding,
        .forwarding = downlink.forwarding,
        .has_bar_id = true,
        .bar_id = N4_BAR_SESSION,
    };
}

/* --- rates --- */

static struct pfcp_bit_rate kilobits(uint64_t uplink, uint64_t downlink)
{
    return (struct pfcp_bit_rate){.uplink = (uplink + KILO - 1) / KILO,
                                  .downlink = (downlink + KILO - 1) / KILO};
}

struct pfcp_qer n4_session_rate(const struct session *session)
{
    return (struct pfcp_qer){.qer_id = N4_QER_SESSION,
                             .has_mbr = true,
                             .mbr = kilobits(session->ambr_uplink, session->ambr_downlink)};
}

struct pfcp_qer n4_ue_rate(const struct session *session)
{
    return (struct pfcp_qer){.qer_id = N4_QER_UE,
                             .has_correlation_id = true,
                             .correlation_id = session->ambr_id,
                             .has_mbr = true,
                             .mbr =
                                 kilobits(amf_ue_ambr(session->ue, true), amf_ue_ambr(session->ue, false))};
}

/* TS 23.501 5.7.1.8: no flow with guaranteed rates counts against an AMBR. */
static struct pfcp_qer flow_rate(const struct qos_flow *flow, unsigned place)
{
    bool gbr = fiveqi_kind(flow->fiveqi) == FIVEQI_GBR;
    return (struct pfcp_qer){.qer_id = N4_QER_FLOWS + place,
                             .has_qfi = true,
                             .qfi = flow->qfi,
                             .has_mbr = gbr,
                             .mbr = kilobits(flow->mfbr.uplink, flow->mfbr.downlink),
                             .has_gbr = gbr,
                             .gbr = kilobits(flow->gfbr.uplink, flow->gfbr.downlink)};
}

/* --- detection --- */

/* The next PDR, without its PDI: in the default flow until said otherwise. */
static struct pfcp_create_pdr *add_pdr(struct n4_rules *rules, uint16_t id, uint32_t precedence, bool uplink)
{
    size_t place = rules->pdr_count++;
    rules->of_pdr[place].qfi = SMF_DEFAULT_QFI;
    rules->of_pdr[place].qer_ids[0] = N4_QER_FLOW;
    rules->of_pdr[place].qer_ids[1] = N4_QER_SESSION;
    rules->of_pdr[place].qer_ids[2] = N4_QER_UE;
    rules->pdrs[place] = (struct pfcp_create_pdr){
        .pdr_id = id,
        .precedence = precedence,
        .has_outer_header_removal = uplink,
        .has_far_id = true,
        .far_id = uplink ? N4_FAR_UPLINK : N4_FAR_DOWNLINK,
        .qer_ids = rules->of_pdr[place].qer_ids,
        .qer_ids_count = N4_QERS_OF_PDR,
        .urr_ids = rules->urr_ids,
        .urr_ids_count = rules->urr_count,
    };
    return &rules->pdrs[place];
}

/* TS 23.501 5.6.14: whoever is behind the phone is as good as the phone, in each PDR. */
static void describe_routes(struct n4_rules *rules, const struct session *session)
{
    rules->route_count[0] = rules->route_count[1] = 0;
    if (!(session->upf->features & PFCP_UP_FRRT))
        return;
    for (unsigned i = 0; i < session->route_count; i++) {
        const unsigned of = session->routes[i].family == AF_INET6;
        rules->routes[of][rules->route_count[of]++] =
            framed_route_write(&session->routes[i], rules->route_texts[i]);
    }
}

static void add_routes(struct n4_rules *rules, struct pfcp_pdi *pdi)
{
    pdi->framed_routes = rules->routes[0];
    pdi->framed_routes_count = rules->route_count[0];
    pdi->framed_ipv6_routes = rules->routes[1];
    pdi->framed_ipv6_routes_count = rules->route_count[1];
}

static void detect_uplink(struct n4_rules *rules, const struct session *session, struct pfcp_create_pdr *pdr)
{
    const struct pfcp_f_teid f_teid = local_f_teid(session);
    pdr->outer_header_removal = n4_header_removal(&f_teid);
    pdr->pdi = (struct pfcp_pdi){.source_interface = PFCP_ACCESS,
                                 .has_f_teid = true,
                                 .f_teid = f_teid,
                                 .has_network_instance = rules->access.len != 0,
                                 .network_instance = rules->access,
                                 .ue_ips = &rules->source,
                                 .ue_ips_count = !rules->ethernet,
                                 .qfis = &rules->of_pdr[pdr - rules->pdrs].qfi,
                                 .qfis_count = 1};
    add_routes(rules, &pdr->pdi);
}

static void detect_downlink(struct n4_rules *rules, struct pfcp_create_pdr *pdr)
{
    pdr->pdi = (struct pfcp_pdi){.source_interface = PFCP_CORE,
                                 .has_network_instance = true,
                                 .network_instance = rules->instance,
                                 .ue_ips = &rules->destination,
                                 .ue_ips_count = !rules->ethernet,
                                 .has_ethernet_session = rules->ethernet,
                                 .ethernet_session = rules->ethernet};
    add_routes(rules, &pdr->pdi);
}

static bool has_direction(const struct qos *qos, uint8_t rule, uint8_t direction)
{
    for (unsigned i = 0; i < QOS_FILTERS; i++)
        if (qos->filters[i].rule == rule && (qos->filters[i].direction & direction))
            return true;
    return false;
}

/* None where one of them matches all. */
static void filter_frames(struct arena *arena, const struct qos *qos, uint8_t rule, uint8_t direction,
                          struct pfcp_pdi *pdi)
{
    pdi->ethernet_filters = arena_array(arena, QOS_FILTERS, sizeof *pdi->ethernet_filters);
    for (unsigned i = 0; pdi->ethernet_filters && i < QOS_FILTERS; i++) {
        if (qos->filters[i].rule != rule || !(qos->filters[i].direction & direction))
            continue;
        if (qos_matches_all(&qos->filters[i])) {
            pdi->ethernet_filters_count = 0;
            return;
        }
        pdi->ethernet_filters[pdi->ethernet_filters_count++] =
            qos_ethernet_filter(arena, &qos->filters[i], direction == NAS_FILTER_UPLINK);
    }
}

static void filter(struct arena *arena, const struct qos *qos, uint8_t rule, uint8_t direction,
                   struct pfcp_pdi *pdi)
{
    pdi->sdf_filters = arena_array(arena, QOS_FILTERS, sizeof *pdi->sdf_filters);
    for (unsigned i = 0; pdi->sdf_filters && i < QOS_FILTERS; i++)
        if (qos->filters[i].rule == rule && (qos->filters[i].direction & direction))
            pdi->sdf_filters[pdi->sdf_filters_count++] = qos_sdf_filter(arena, &qos->filters[i]);
}

/* A flow with guaranteed rates is limited by its own QER only. */
static void lead_into_flow(struct n4_rules *rules, const struct qos *qos, uint8_t qfi,
                           struct pfcp_create_pdr *pdr)
{
    const struct qos_flow *flow = qos_find_flow(qos, qfi);
    if (!flow)
        return;
    rules->of_pdr[pdr - rules->pdrs].qfi = qfi;
    rules->of_pdr[pdr - rules->pdrs].qer_ids[0] = (uint32_t)(N4_QER_FLOWS + (flow - qos->flows));
    if (fiveqi_kind(flow->fiveqi) == FIVEQI_GBR)
        pdr->qer_ids_count = 1;
}

static void detect_rule(struct n4_rules *rules, const struct session *session, unsigned place)
{
    const struct qos *qos = session->qos;
    const struct qos_rule *rule = &qos->rules[place];
    struct arena *arena = &session_smf(session)->core->batch;
    for (unsigned i = 0; i < 2; i++) {
        bool uplink = i == 0;
        uint8_t direction = uplink ? NAS_FILTER_UPLINK : NAS_FILTER_DOWNLINK;
        if (!has_direction(qos, rule->id, direction))
            continue;
        struct pfcp_create_pdr *pdr =
            add_pdr(rules, (uint16_t)(N4_PDR_RULES + 2 * place + i), rule->precedence, uplink);
        if (uplink)
            detect_uplink(rules, session, pdr);
        else
            detect_downlink(rules, pdr);
        (rules->ethernet ? filter_frames : filter)(arena, qos, rule->id, direction, &pdr->pdi);
        lead_into_flow(rules, qos, rule->qfi, pdr);
    }
}

static void add_flows(struct n4_rules *rules, const struct session *session)
{
    const struct qos *qos = session->qos;
    for (unsigned i = 0; qos && i < QOS_FLOWS; i++)
        if (qos->flows[i].qfi)
            rules->qers[rules->qer_count++] = flow_rate(&qos->flows[i], i);
    for (unsigned i = 0; qos && i < QOS_RULES; i++)
        if (qos->rules[i].id)
            detect_rule(rules, session, i);
}

/* What the plane calls the data network (TS 29.244 8.2.4). */
static const char *instance_of(const struct session *session)
{
    const struct config_plane_network *own =
        session->upf->config ? config_plane_network(session->upf->config, session->network->name) : NULL;
    return own && *own->network_instance ? own->network_instance : session->network->name;
}

static void begin(struct n4_rules *rules, const struct session *session)
{
    rules->pdr_count = rules->qer_count = 0;
    const char *instance = instance_of(session);
    rules->instance = bytes_of(instance, strlen(instance));
    rules->access = access_instance(session);
    rules->ethernet = session->type == NAS_SESSION_ETHERNET;
    rules->urr_ids[0] = N4_URR_SESSION;
    rules->urr_ids[1] = N4_URR_MACS;
    rules->urr_count = rules->ethernet ? 2 : 1;
    rules->source = ue_ip_of(session, false);
    rules->destination = ue_ip_of(session, true);
    describe_routes(rules, session);
}

void n4_describe_flows(struct n4_rules *rules, const struct session *session)
{
    begin(rules, session);
    add_flows(rules, session);
}

void n4_describe(struct n4_rules *rules, const struct session *session)
{
    begin(rules, session);
    detect_uplink(rules, session, add_pdr(rules, N4_PDR_UPLINK, QOS_LOWEST_PRECEDENCE, true));
    detect_downlink(rules, add_pdr(rules, N4_PDR_DOWNLINK, QOS_LOWEST_PRECEDENCE, false));
    forward(rules, session);
    rules->qers[rules->qer_count++] = n4_session_rate(session);
    rules->qers[rules->qer_count++] =
        (struct pfcp_qer){.qer_id = N4_QER_FLOW, .has_qfi = true, .qfi = SMF_DEFAULT_QFI};
    rules->qers[rules->qer_count++] = n4_ue_rate(session);
    rules->urrs[0] = (struct pfcp_urr){.urr_id = N4_URR_SESSION,
                                       .measurement_method = PFCP_VOLUM,
                                       .reporting_triggers = PFCP_REPORT_VOLTH,
                                       .has_volume_threshold = true,
                                       .volume_threshold = {.flags = PFCP_TOVOL, .total = USAGE_THRESHOLD}};
    rules->urrs[1] = (struct pfcp_urr){
        .urr_id = N4_URR_MACS, .measurement_method = PFCP_EVENT, .reporting_triggers = PFCP_REPORT_MACAR};
    add_flows(rules, session);
}

struct n4_places n4_places_of(const struct qos *qos)
{
    struct n4_places places = {.flows = qos_flow_places(qos)};
    for (unsigned i = 0; qos && i < QOS_RULES; i++) {
        const struct qos_rule *rule = &qos->rules[i];
        if (rule->id && has_direction(qos, rule->id, NAS_FILTER_UPLINK))
            places.uplinks |= (uint16_t)(1u << i);
        if (rule->id && has_direction(qos, rule->id, NAS_FILTER_DOWNLINK))
            places.downlinks |= (uint16_t)(1u << i);
    }
    return places;
}
