/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From N3 to the data network. Nothing is believed because of the port it came in on: the tunnel must exist, the sender
 * must be the gNB the tunnel was given to, and what is inside must be the subscriber's own and bound for the outside.
 */
#include <arpa/inet.h>
#include <string.h>

#include "plane/answer.h"
#include "plane/crowd.h"
#include "plane/early.h"
#include "plane/fast/adopt.h"
#include "plane/fast/queue.h"
#include "plane/macs.h"
#include "plane/pathway.h"
#include "plane/switch.h"
#include "wire/gtpu/gtpu.h"

enum {
    ANSWERS_KBPS = 64
}; /* error indications sent, or passed on to the SMF, for each gNB, and of all others for each lane */

/* The answer in place of the packet, towards its sender. */
static enum verdict answer(struct packet *packet, const union socket_address *peer, size_t length)
{
    packet->length = length;
    packet->to = *peer;
    packet->marking = 0;
    packet->segment_bytes = 0;
    return length ? PATH_TO_N3 : PATH_DROP;
}

/* Keeps what a flood of bad packets can set off to some sixty a second; a gNB's flood takes nothing from the others. */
static bool may_answer(struct plane *plane, struct lane *lane, const union socket_address *peer,
                       const struct packet *packet)
{
    struct gnb *gnb = plane_gnb(plane, peer);
    return packet->end - packet->data >= GTPU_MESSAGE_BYTES &&
           bucket_take_shared(gnb ? &gnb->answers : &lane->answers, packet->now, GTPU_MESSAGE_BYTES,
                              ANSWERS_KBPS);
}

/* TS 29.281 7.3.1: the element holds the address that the unknown tunnel's packet was sent to, which is ours. A session that was found, and that the SMF will speak of,
 * would be released by a gNB that is told that there is none (TS 23.527 5.3.2). */
static enum verdict unknown_teid(struct plane *plane, struct lane *lane, const union socket_address *peer,
                                 uint32_t teid, struct packet *packet)
{
    path_drop(lane, DROP_UNKNOWN_TEID);
    const struct config_ip *own = peer->any.sa_family == AF_INET ? &plane->n3_v4 : &plane->n3_v6;
    if (own->family == 0 || teid == 0 || fast_carries(plane, teid) || !may_answer(plane, lane, peer, packet))
        return PATH_DROP;
    struct gtpu_error_indication indication = {.teid = teid, .address_size = own->family == AF_INET ? 4 : 16};
    memcpy(indication.address, own->address, sizeof indication.address);
    count(&lane->counters.error_indications_sent, 1);
    return answer(packet, peer, gtpu_error_indication(packet->data, GTPU_MESSAGE_BYTES, &indication));
}

/* Only the gNB that has the tunnel may say that it does not know it. */
static enum verdict error_indication(struct plane *plane, struct lane *lane, const union socket_address *peer,
                                     const struct gtpu_packet *gtpu, const struct packet *packet)
{
    struct gtpu_error_indication indication;
    struct fault fault;
    if (!gtpu_read_error_indication(gtpu, &indication, &fault))
        return path_drop(lane, DROP_OUTER_MALFORMED);
    struct gnb *gnb = plane_gnb(plane, peer);
    bool v4 = peer->any.sa_family == AF_INET;
    const void *own = v4 ? (const void *)&peer->v4.sin_addr : &peer->v6.sin6_addr;
    if (!gnb || indication.address_size != (v4 ? 4 : 16) || memcmp(indication.address, own, v4 ? 4 : 16) != 0)
        return path_drop(lane, DROP_WRONG_PEER);
    count(&lane->counters.error_indications_received, 1);
    if (may_answer(plane, lane, peer, packet))
        lane_report_error(plane, lane, (struct tunnel_error){gnb, indication.teid});
    return PATH_DROP;
}

/* The agent looks for it when its time is up. */
static enum verdict echo_response(struct plane *plane, struct lane *lane, const union socket_address *peer,
                                  const struct gtpu_packet *gtpu)
{
    struct gnb *gnb = plane_gnb(plane, peer);
    if (!gnb)
        return path_drop(lane, DROP_WRONG_PEER);
    atomic_store(&gnb->heard, GNB_HEARD | gtpu->sequence);
    return PATH_DROP;
}

static bool is_link_local(const struct flow *flow)
{
    static const uint8_t unspecified[16];
    return flow->version == 6 && ((flow->source[0] == 0xfe && (flow->source[1] & 0xc0) == 0x80) ||
                                  memcmp(flow->source, unspecified, 16) == 0);
}

static bool is_router_solicitation(const struct flow *flow, const uint8_t *packet)
{
    enum { ROUTER_SOLICITATION = 133 };
    return flow->protocol == PROTOCOL_ICMPV6 && !flow->fragment && flow->length >= flow->transport + 8 &&
           packet[flow->transport] == ROUTER_SOLICITATION && packet[7] == 255;
}

/* Loopback, "this host", link-local addresses (cloud metadata services live there), their multicast, and broadcast belong to the
 * host. */
static bool is_host_internal(const struct config_ip *ip)
{
    const uint8_t *a = ip->address;
    static const uint8_t zero[10];
    if (ip->family == AF_INET)
        return a[0] == 127 || a[0] == 0 || (a[0] == 169 && a[1] == 254) ||
               (a[0] == 224 && a[1] == 0 && a[2] == 0) || a[0] >= 240;
    return (memcmp(a, zero, 10) == 0) || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) ||
           (a[0] == 0xff && (a[1] & 15) <= 2);
}

static struct config_ip destination_of(const struct flow *flow)
{
    struct config_ip ip = {.family = flow->version == 4 ? AF_INET : AF_INET6};
    memcpy(ip.address, flow->destination, flow->version == 4 ? 4 : 16);
    return ip;
}

/* What nobody has looked at, in a tunnel of the phone's own. */
static enum drop check_tunnelled(const struct network *network, const struct flow *flow)
{
    if (protocol_tunnels(flow->protocol, flow->destination_port))
        return DROP_INNER_TUNNEL;
    return protocol_encapsulates(flow->protocol) && !network->encapsulation ? DROP_ENCAPSULATED : DROP_NONE;
}

static enum drop check_destination(const struct plane *plane, const struct session *session,
                                   const struct flow *flow)
{
    const struct config_ip ip = destination_of(flow);
    const enum drop drop = check_tunnelled(session->network, flow);
    if (drop != DROP_NONE)
        return drop;
    if (network_is_gateway(session->network, flow->version, flow->destination))
        return DROP_NONE;
    if (is_host_internal(&ip) || plane_is_infrastructure(plane, &ip))
        return DROP_INFRASTRUCTURE;
    return !plane->policy.ue_to_ue && plane_is_phones(plane, &ip) ? DROP_UE_TO_UE : DROP_NONE;
}

/* A tunnel that leads to another tunnel (TS 23.502 4.9.1.3: indirect forwarding at handover) carries downlink packets. */
static enum drop check_inner(const struct plane *plane, const struct session *session, const struct far *far,
                             const struct flow *flow)
{
    if (far_leads_to_access(far))
        return ruleset_owns(session->rules, flow->version, flow->destination) ? DROP_NONE
                                                                              : DROP_SPOOFED_SOURCE;
    if (!ruleset_owns(session->rules, flow->version, flow->source))
        return DROP_SPOOFED_SOURCE;
    return check_destination(plane, session, flow);
}

/* The IP packet in a frame, if there is one: on its own link a phone may speak to all but what no phone may speak to. */
static enum drop check_frame_payload(const struct plane *plane, const struct network *network,
                                     const struct frame *frame, const struct packet *packet)
{
    struct flow flow;
    if (!frame_is_ip(frame))
        return DROP_NONE;
    if (flow_parse(bytes_of(packet->data + frame->payload, packet->length - frame->payload), &flow) != NULL ||
        flow.version != (frame->type == FRAME_IPV4 ? 4 : 6))
        return DROP_INNER_MALFORMED;
    const struct config_ip ip = destination_of(&flow);
    const enum drop drop = check_tunnelled(network, &flow);
    return drop == DROP_NONE && plane_is_infrastructure(plane, &ip) ? DROP_INFRASTRUCTURE : drop;
}

static enum drop check_frame(const struct plane *plane, const struct session *session, const struct far *far,
                             const struct frame *frame, const struct packet *packet)
{
    const struct network *network = session->network;
    if (packet->length > (size_t)network->mtu + frame->payload)
        return DROP_TOO_BIG;
    const bool led_on = far_leads_to_access(far);
    const enum drop drop = switch_check(plane, session, frame, led_on, packet->now);
    return drop == DROP_NONE && !led_on ? check_frame_payload(plane, network, frame, packet) : drop;
}

static enum verdict forward(struct plane *plane, struct lane *lane, struct session *session, struct gnb *from,
                            const struct flow *flow, const struct pdr *pdr, struct packet *packet)
{
    struct ruleset *rules = session->rules;
    const struct far *far = pdr->far != RULES_NONE ? &rules->fars[pdr->far] : NULL;
    if (!far)
        return path_drop(lane, DROP_NO_RULE);
    enum drop drop = session->port ? check_frame(plane, session, far, &flow->frame, packet)
                                   : check_inner(plane, session, far, flow);
    if (drop == DROP_NONE && !(far->action & PFCP_FORW)) {
        path_copy_dropped(rules, pdr, UPLINK, packet);
        drop = DROP_ACTION;
    }
    if (drop == DROP_NONE && far->destination == PFCP_ACCESS && !far->has_outer)
        drop = DROP_NO_RULE;
    bool due = macs_are_new(session);
    if (drop == DROP_NONE)
        drop = enforce_both(plane, session, pdr, UPLINK, packet, &due);
    if (due)
        plane_post(plane, session, NEWS_USAGE);
    if (drop != DROP_NONE) {
        session->counters.dropped[UPLINK]++;
        return path_drop(lane, drop);
    }
    path_copy(rules, pdr, UPLINK, packet);
    if (far->destination == PFCP_ACCESS) { /* it was counted when it went to the gNB that sends it back */
        count(&lane->counters.led_on[0], packet->segments);
        count(&lane->counters.led_on[1], packet->length);
        return path_encapsulate(rules, pdr, far, packet);
    }
    path_pass(lane, session, from, UPLINK, packet);
    if (far->has_outer)
        return path_encapsulate(rules, pdr, far, packet);
    packet->network = session->network;
    return PATH_TO_N6;
}

/* The tunnel that leads on to another gNB while the phone is on its way there (TS 23.502 4.9.1.3); NULL: it is none. */
static const struct far *forwarding(const struct ruleset *rules, uint32_t teid)
{
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        const struct pdr *pdr = &rules->pdrs[i];
        const struct far *far = pdr->far != RULES_NONE ? &rules->fars[pdr->far] : NULL;
        if (pdr->source == PFCP_ACCESS && pdr->teid == teid && far && far_leads_to_access(far) &&
            (far->action & PFCP_FORW))
            return far;
    }
    return NULL;
}

/* Of gNBs that the phone has just left, what is on its way is still taken: the phone's packets, and those sent after it. */
static struct gnb *former_gnb(const struct session *session, const union socket_address *peer, int64_t now)
{
    for (const struct former *former = session->formers; former < session->formers + SESSION_FORMERS;
         former++) {
        if (former->gnb && now < former->until && address_same_host(&former->gnb->address, peer))
            return former->gnb;
    }
    return NULL;
}

static enum verdict uplink_accepted(struct plane *plane, struct lane *lane, struct session *session,
                                    struct gnb *from, const struct gtpu_packet *gtpu, struct packet *packet)
{
    struct flow flow;
    if (session->port ? !path_read_frame(session->rules, gtpu->payload, &flow)
                      : flow_parse(gtpu->payload, &flow) != NULL)
        return path_drop(lane, DROP_INNER_MALFORMED);
    if (!session->port && is_link_local(&flow)) {
        if (is_router_solicitation(&flow, gtpu->payload.data))
            return path_advertise_locked(lane, session, packet);
        return path_drop(lane, DROP_LINK_LOCAL);
    }
    packet->data += gtpu->payload.data - packet->data;
    packet->length = session->port ? gtpu->payload.len : flow.length;
    /* TS 29.281 5.2.2.7 wants a PDU session container on N3. Some simulated gNBs have none, and no flow to choose from. */
    uint8_t qfi = gtpu->container.present ? gtpu->container.qfi : RULESET_ANY_QFI;
    const struct pdr *pdr = ruleset_match(session->rules, PFCP_ACCESS, gtpu->teid, qfi, &flow);
    if (!pdr)
        return path_drop(lane, DROP_NO_RULE);
    packet->qfi = gtpu->container.qfi;
    return forward(plane, lane, session, from, &flow, pdr, packet);
}

static enum verdict uplink_locked(struct plane *plane, struct lane *lane, struct session *session,
                                  const union socket_address *peer, const struct gtpu_packet *gtpu,
                                  struct packet *packet)
{
    if (session->gone)
        return path_drop(lane, DROP_UNKNOWN_TEID);
    if (ruleset_side(session->rules, gtpu->teid) == PFCP_CORE)
        return path_from_upf_locked(plane, lane, session, peer, gtpu, packet);
    if (!session->gnb && !early_awaits(session))
        return path_drop(lane, DROP_WRONG_PEER);
    const bool early = early_concerns(session, peer);
    struct gnb *from = early ? former_gnb(session, peer, packet->now) : session->gnb;
    if (from)
        return uplink_accepted(plane, lane, session, from, gtpu, packet);
    if (early_push(plane, session, peer, packet))
        return PATH_HELD;
    return path_drop(lane, DROP_WRONG_PEER);
}

bool path_release_early(struct plane *plane, struct lane *lane, struct session *session,
                        struct packet *packet, enum verdict *verdict)
{
    struct gtpu_packet gtpu;
    union socket_address peer;
    session_lock(session);
    bool ready = !session->gone && early_pop(plane, session, packet, &peer);
    if (ready && gtpu_parse(bytes_of(packet->data, packet->length), &gtpu, NULL))
        *verdict = uplink_accepted(plane, lane, session, session->gnb, &gtpu, packet);
    else
        *verdict = PATH_DROP;
    session_unlock(session);
    return ready;
}

/* What the source gNB sends after the phone ends here, and so does what is led on (TS 29.281 5.2.2.1). */
static enum verdict end_marker(struct plane *plane, struct lane *lane, const union socket_address *peer,
                               const struct gtpu_packet *gtpu, struct packet *packet)
{
    struct session *session = table_get(&plane->teids, gtpu->teid);
    count(&lane->counters.end_markers_received, 1);
    if (!session)
        return path_drop(lane, DROP_UNKNOWN_TEID);
    if (packet->end - packet->data < GTPU_MESSAGE_BYTES)
        return PATH_DROP;
    session_lock(session);
    const bool its_gnb = (session->gnb && address_same_host(&session->gnb->address, peer)) ||
                         former_gnb(session, peer, packet->now);
    const struct far *far = !session->gone && its_gnb ? forwarding(session->rules, gtpu->teid) : NULL;
    uint32_t teid = far ? far->teid : 0;
    union socket_address to = far ? far->to : (union socket_address){0};
    session_unlock(session);
    if (!its_gnb)
        return path_drop(lane, DROP_WRONG_PEER);
    if (!teid)
        return PATH_DROP;
    return answer(packet, &to, gtpu_end_marker(packet->data, GTPU_MESSAGE_BYTES, teid));
}

static enum verdict g_pdu(struct plane *plane, struct lane *lane, const union socket_address *peer,
                          const struct gtpu_packet *gtpu, struct packet *packet)
{
    struct session *session = table_get(&plane->teids, gtpu->teid);
    if (!session)
        return unknown_teid(plane, lane, peer, gtpu->teid, packet);
    session_lock(session);
    enum verdict verdict = uplink_locked(plane, lane, session, peer, gtpu, packet);
    session_unlock(session);
    return verdict;
}

static enum verdict take_datagram(struct plane *plane, struct lane *lane, const union socket_address *peer,
                                  struct packet *packet)
{
    struct gtpu_packet gtpu;
    struct fault fault;
    packet->segment_bytes = 0;
    if (!gtpu_parse(bytes_of(packet->data, packet->length), &gtpu, &fault))
        return path_drop(lane, DROP_OUTER_MALFORMED);
    if (gtpu.unknown_extension) {
        path_drop(lane, DROP_OUTER_TYPE);
        size_t length = may_answer(plane, lane, peer, packet)
                            ? gtpu_supported_extensions(packet->data, GTPU_MESSAGE_BYTES, gtpu.sequence)
                            : 0;
        return answer(packet, peer, length);
    }
    switch (gtpu.type) {
    case GTPU_G_PDU:
        return g_pdu(plane, lane, peer, &gtpu, packet);
    case GTPU_ECHO_REQUEST:
        count(&lane->counters.echo_requests, 1);
        if (packet->end - packet->data < GTPU_MESSAGE_BYTES)
            return PATH_DROP;
        return answer(packet, peer, gtpu_echo_response(packet->data, GTPU_MESSAGE_BYTES, gtpu.sequence));
    case GTPU_ECHO_RESPONSE:
        return echo_response(plane, lane, peer, &gtpu);
    case GTPU_ERROR_INDICATION:
        return error_indication(plane, lane, peer, &gtpu, packet);
    case GTPU_END_MARKER:
        return end_marker(plane, lane, peer, &gtpu, packet);
    default:
        return path_drop(lane, DROP_OUTER_TYPE);
    }
}

enum verdict path_uplink(struct plane *plane, struct lane *lane, const union socket_address *peer,
                         struct packet *packet)
{
    lane->reason = DROP_NONE;
    packet->queue = fast_queue_of_datagram(plane, packet);
    packet->frames = 1;
    enum verdict verdict = crowd_admits(plane, lane, peer, packet->now)
                               ? take_datagram(plane, lane, peer, packet)
                               : path_drop(lane, DROP_TOO_MANY);
    senders_count(&lane->senders, peer, lane->reason);
    return verdict;
}
