/* SPDX-License-Identifier: Apache-2.0 */
/* From the data network to N3: find the subscriber by address, obey his rules, hold what cannot be delivered yet. */
#include <string.h>

#include "plane/answer.h"
#include "plane/fast/queue.h"
#include "plane/held.h"
#include "plane/pathway.h"
#include "wire/gtpu/gtpu.h"

/* The phone with the address, or the one that it is behind. */
static struct session *find_session(const struct plane *plane, const struct network *network,
                                    const struct flow *flow)
{
    struct reader r = reader_of(bytes_of(flow->destination, 8));
    struct session *session = flow->version == 4 ? table_get(&network->by_v4, read_u32(&r))
                                                 : table_get(&network->by_v6, read_u64(&r));
    if (session)
        return session;
    session = routes_find(&plane->routes, flow->version, flow->destination);
    return session && session->network == network ? session : NULL;
}

static unsigned buffer_limit(const struct plane *plane, const struct ruleset *rules, const struct far *far)
{
    unsigned most = plane->policy.buffer_per_session;
    unsigned asked = far->bar != RULES_NONE ? rules->bars[far->bar].packets : 0;
    return asked && asked < most ? asked : most;
}

static void report_data(struct plane *plane, struct session *session, const struct pdr *pdr)
{
    session->data_reported = true;
    session->data_pdr = pdr->id;
    plane_post(plane, session, NEWS_DATA);
}

static enum verdict hold(struct plane *plane, struct lane *lane, struct session *session,
                         const struct pdr *pdr, struct packet *packet)
{
    const struct far *far = &session->rules->fars[pdr->far];
    if ((far->action & PFCP_NOCP) && !session->data_reported)
        report_data(plane, session, pdr);
    packet->segments = segments_of(packet);
    path_copy(session->rules, pdr, DOWNLINK, packet);
    if (!held_push(plane, session, packet, buffer_limit(plane, session->rules, far))) {
        packet->copies.count = 0;
        session->counters.dropped[DOWNLINK]++;
        return path_drop(lane, DROP_BUFFER_FULL);
    }
    count(&lane->counters.held, 1);
    return PATH_HELD;
}

static size_t piece_length(const struct packet *packet)
{
    size_t piece = (size_t)packet->header_bytes + packet->segment_bytes;
    return packet->segment_bytes && piece < packet->length ? piece : packet->length;
}

/* Over IPv6 no way is narrower than 1280 octets (RFC 8200 5): on one that is the outer layer cuts packets up. */
static uint16_t longest(const struct plane *plane, const struct flow *flow)
{
    enum { LEAST_V6 = 1280 };
    const uint16_t mtu = plane->policy.tunnel_mtu;
    return flow->version == 6 && mtu < LEAST_V6 ? LEAST_V6 : mtu;
}

/* An IPv4 packet that may be fragmented is left to the outer IP layer, and so is what came over N9: its sender would not hear of us. */
static bool too_big(const struct plane *plane, const struct pdr *pdr, const struct flow *flow,
                    const struct packet *packet)
{
    if (piece_length(packet) <= longest(plane, flow) || pdr->teid)
        return false;
    return flow->version == 6 || (packet->data[6] & 0x40);
}

/*
 * Ten at once and ten a second for a phone, as RFC 4443 2.4 f proposes; and for all phones of a worker together a hundred times
 * that (RFC 1812 4.3.2.8). A packet is charged as 1,500 octets, of which a bucket holds ten.
 */
enum { REFUSAL_BYTES = 1500, SESSION_KBPS = 10 * 12, LANE_KBPS = 100 * SESSION_KBPS };

static bool may_refuse(const struct lane *lane, const struct session *session, int64_t now)
{
    return bucket_fits(&session->refusals, now, REFUSAL_BYTES, SESSION_KBPS) &&
           bucket_fits(&lane->refusals, now, REFUSAL_BYTES, LANE_KBPS);
}

static void book_refusal(struct lane *lane, struct session *session, int64_t now)
{
    bucket_take(&session->refusals, now, REFUSAL_BYTES, SESSION_KBPS);
    bucket_take(&lane->refusals, now, REFUSAL_BYTES, LANE_KBPS);
    count(&lane->counters.too_big_sent, 1);
}

/* The answer replaces the packet and goes back to the data network. */
static enum verdict refuse_too_big(struct plane *plane, struct lane *lane, struct session *session,
                                   const struct flow *flow, struct packet *packet)
{
    uint8_t answer[ANSWER_BYTES];
    path_drop(lane, DROP_TOO_BIG);
    if (!may_refuse(lane, session, packet->now))
        return PATH_DROP;
    size_t length = answer_too_big(session->network, bytes_of(packet->data, packet->length), flow,
                                   longest(plane, flow), answer);
    if (length == 0)
        return PATH_DROP;
    book_refusal(lane, session, packet->now);
    memcpy(packet->data, answer, length);
    packet->length = length;
    packet->segment_bytes = 0;
    packet->network = session->network;
    return PATH_TO_N6;
}

static enum verdict deliver(struct plane *plane, struct lane *lane, struct session *session,
                            const struct flow *flow, const struct pdr *pdr, struct packet *packet)
{
    struct ruleset *rules = session->rules;
    const struct far *far = &rules->fars[pdr->far];
    enum drop drop = DROP_NONE;
    if (!(far->action & PFCP_FORW)) {
        path_copy_dropped(rules, pdr, DOWNLINK, packet);
        drop = DROP_ACTION;
    } else if (!far->has_outer)
        drop = DROP_NO_RULE;
    else if (!enforce_gates_open(
                 rules, pdr,
                 DOWNLINK)) /* of what does not go at any length nobody is told that it is too long */
        drop = DROP_GATE;
    else if (!session->port && too_big(plane, pdr, flow, packet))
        return refuse_too_big(plane, lane, session, flow, packet);
    bool due = false;
    if (drop == DROP_NONE)
        drop = enforce_both(plane, session, pdr, DOWNLINK, packet, &due);
    if (due)
        plane_post(plane, session, NEWS_USAGE);
    if (drop != DROP_NONE) {
        session->counters.dropped[DOWNLINK]++;
        return path_drop(lane, drop);
    }
    path_copy(rules, pdr, DOWNLINK, packet);
    path_pass(lane, session, far->gnb, DOWNLINK, packet);
    return path_encapsulate(rules, pdr, far, packet);
}

static enum verdict downlink_locked(struct plane *plane, struct lane *lane, struct session *session,
                                    const struct flow *flow, uint32_t teid, struct packet *packet)
{
    if (session->gone)
        return path_drop(lane, DROP_NO_SESSION);
    const struct pdr *pdr = ruleset_match(session->rules, PFCP_CORE, teid, 0, flow);
    if (!pdr || pdr->far == RULES_NONE)
        return path_drop(lane, DROP_NO_RULE);
    const struct far *far = &session->rules->fars[pdr->far];
    if ((far->action & PFCP_BUFF) || ((far->action & PFCP_FORW) && session->held))
        return hold(plane, lane, session, pdr, packet);
    return deliver(plane, lane, session, flow, pdr, packet);
}

/* The outer IP layer fragments what is too long: no sender of frames can be told. */
enum verdict path_frame_locked(struct plane *plane, struct lane *lane, struct session *session,
                               struct packet *packet)
{
    struct flow flow;
    if (!path_read_frame(session->rules, bytes_of(packet->data, packet->length), &flow))
        return path_drop(lane, DROP_INNER_MALFORMED);
    return downlink_locked(plane, lane, session, &flow, 0, packet);
}

/* Whether the packet program has counted it when it left it to this path. It does not look at what is not plain, nor see what the host itself sends. */
static bool came_by_fast_path(const struct network *network, const struct flow *flow,
                              const struct packet *packet)
{
    enum { PLAIN_V4 = 0x45 };
    if (network_is_gateway(network, flow->version, flow->source))
        return false;
    return flow->version == 6 || (packet->data[0] == PLAIN_V4 && !flow->fragment);
}

enum verdict path_downlink(struct plane *plane, struct lane *lane, struct network *network,
                           struct packet *packet)
{
    struct flow flow;
    const bool whole = flow_parse(bytes_of(packet->data, packet->length), &flow) == NULL;
    if (whole && packet->segment_bytes == 0)
        packet->length = flow.length;
    struct session *session = flow.destination ? find_session(plane, network, &flow) : NULL;
    if (!session)
        return path_drop(lane, whole ? DROP_NO_SESSION : DROP_INNER_MALFORMED);
    session_lock(session);
    packet->queue = came_by_fast_path(network, &flow, packet) ? fast_queue_downlink(plane, session) : NULL;
    packet->frames = packet->queue && fast_sees_each(plane->fast) ? segments_of(packet) : 1;
    enum verdict verdict = whole ? downlink_locked(plane, lane, session, &flow, 0, packet)
                                 : path_drop(lane, DROP_INNER_MALFORMED);
    session_unlock(session);
    return verdict;
}

/* As on N3, the sender must be who the tunnel was given to: the UPF that the session's packets are sent to. */
enum verdict path_from_upf_locked(struct plane *plane, struct lane *lane, struct session *session,
                                  const union socket_address *peer, const struct gtpu_packet *gtpu,
                                  struct packet *packet)
{
    struct flow flow;
    if (!ruleset_core_far(session->rules, peer))
        return path_drop(lane, DROP_WRONG_PEER);
    if (flow_parse(gtpu->payload, &flow) != NULL)
        return path_drop(lane, DROP_INNER_MALFORMED);
    if (!ruleset_owns(session->rules, flow.version, flow.destination))
        return path_drop(lane, DROP_NO_SESSION);
    packet->data += gtpu->payload.data - packet->data;
    packet->length = flow.length;
    return downlink_locked(plane, lane, session, &flow, gtpu->teid, packet);
}

/* What is held tells no more in which tunnel it came: the data network's own side goes before. */
static const struct pdr *match_held(const struct ruleset *rules, const struct flow *flow)
{
    const struct pdr *pdr = ruleset_match(rules, PFCP_CORE, 0, 0, flow);
    const uint32_t teid = pdr ? 0 : ruleset_core_teid(rules);
    return teid ? ruleset_match(rules, PFCP_CORE, teid, 0, flow) : pdr;
}

/* What was held was well-formed when it came. */
static bool read_held(const struct session *session, struct bytes octets, struct flow *flow)
{
    return session->port ? path_read_frame(session->rules, octets, flow) : flow_parse(octets, flow) == NULL;
}

/* Whether the oldest held packet must wait on. */
static bool must_wait(const struct session *session, struct flow *flow, const struct pdr **pdr)
{
    *pdr = NULL;
    if (read_held(session, held_bytes(held_first(session)), flow))
        *pdr = match_held(session->rules, flow);
    if (*pdr && (*pdr)->far == RULES_NONE)
        *pdr = NULL;
    return *pdr && (session->rules->fars[(*pdr)->far].action & PFCP_BUFF);
}

void path_report_held(struct plane *plane, struct session *session)
{
    struct flow flow;
    const struct pdr *pdr;
    session->data_reported = false;
    if (held_first(session) && must_wait(session, &flow, &pdr) &&
        (session->rules->fars[pdr->far].action & PFCP_NOCP))
        report_data(plane, session, pdr);
}

bool path_release(struct plane *plane, struct lane *lane, struct session *session, struct packet *packet,
                  enum verdict *verdict)
{
    struct flow flow;
    const struct pdr *pdr;
    session_lock(session);
    bool ready = !session->gone && held_first(session) && !must_wait(session, &flow, &pdr);
    if (ready) {
        held_pop(plane, session, packet);
        read_held(session, bytes_of(packet->data, packet->length), &flow);
        *verdict = pdr ? deliver(plane, lane, session, &flow, pdr, packet) : path_drop(lane, DROP_NO_RULE);
    } else if (!held_first(session)) {
        held_discard(plane, session);
    }
    session_unlock(session);
    return ready;
}
