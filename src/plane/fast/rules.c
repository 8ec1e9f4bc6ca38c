/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/rules.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <string.h>

#include "plane/early.h"
#include "plane/fast/actions.h"
#include "plane/fast/adopt.h"
#include "plane/fast/counts.h"
#include "plane/fast/flows.h"
#include "plane/fast/framed.h"
#include "plane/fast/networks.h"
#include "plane/fast/places.h"
#include "plane/fast/rates.h"
#include "plane/fast/shaped.h"

/* --- tunnels --- */

struct fast_tunnel *fast_tunnel_at(const struct fast *fast, uint32_t teid)
{
    return &fast->places[teid & (fast->tunnels - 1)];
}

bool fast_has_tunnel(const struct fast *fast, uint32_t teid)
{
    return fast_tunnel_at(fast, teid)->teid == htonl(teid);
}

bool fast_is_free(const struct fast *fast, uint32_t teid)
{
    return fast_tunnel_at(fast, teid)->teid == 0 || fast_has_tunnel(fast, teid);
}

bool fast_has_place(const struct plane *plane, uint32_t teid)
{
    return !plane->fast || fast_tunnel_at(plane->fast, teid)->teid == 0;
}

/* The only PDR of that direction, which looks at no filter; NULL: there is none, or there are several flows. */
static const struct pdr *plain_pdr(const struct ruleset *rules, enum direction direction)
{
    const bool plain = !rules->classifiers[direction] && rules->only[direction] != RULES_NONE;
    return plain ? &rules->pdrs[rules->only[direction]] : NULL;
}

/* Whether the program has what it needs to carry packets of that direction. */
static bool is_served(const struct fast *fast, const struct session *session, enum direction direction)
{
    if (session->port)
        return fast->networks[session->network->index].host.device && plain_pdr(session->rules, direction);
    return session->rules->classifiers[direction] ? fast->sessions[session->place].own_flows != 0
                                                  : plain_pdr(session->rules, direction) != NULL;
}

uint32_t fast_v4_of(const struct ruleset *rules)
{
    uint32_t word = 0;
    if (rules->has_v4)
        memcpy(&word, rules->v4, sizeof word);
    return word;
}

uint64_t fast_v6_of(const struct ruleset *rules)
{
    uint64_t half = 0;
    if (rules->has_v6)
        memcpy(&half, rules->v6, sizeof half);
    return half;
}

/* From when on nothing of a gNB that the phone has left is taken any more; 0: there is none. */
static uint64_t settling_until(const struct session *session)
{
    return session->formers[0].gnb ? (uint64_t)session->formers[0].until : 0;
}

/* It is in the fast path again as soon as nothing is in the slow one any more. */
static void begin_return(__u32 *state, struct fast_queue *queue)
{
    queue->since = 0;
    __atomic_store_n(state, FAST_RETURNING, __ATOMIC_RELEASE);
}

/* Who may send in the tunnel: the gNB, or (N9) the UPF that the phone's packets are sent to. NULL: not known yet, or several. */
static const struct gnb *sender_of(const struct session *session, const struct pdr *pdr)
{
    if (pdr->source != PFCP_CORE)
        return session->gnb;
    const struct ruleset *rules = session->rules;
    const struct far *only = ruleset_core_far(rules, NULL);
    for (unsigned i = 0; only && i < rules->far_count; i++)
        if (rules->fars[i].has_outer && rules->fars[i].destination == PFCP_CORE &&
            rules->fars[i].gnb != only->gnb)
            return NULL;
    return only ? only->gnb : NULL;
}

static struct fast_tunnel describe_tunnel(struct fast *fast, struct fast_tunnel *live,
                                          const struct session *session, const struct pdr *pdr)
{
    struct ruleset *rules = session->rules;
    const bool from_core = pdr->source == PFCP_CORE;
    const struct pdr *plain = plain_pdr(rules, UPLINK);
    const struct gnb *sender = sender_of(session, pdr);
    struct fast_tunnel tunnel = *live;
    tunnel.teid = htonl(pdr->teid);
    tunnel.flags = (__u8)((from_core ? FAST_FROM_CORE : 0) | (session->port ? FAST_FRAMES : 0) |
                          (rules->route_count ? FAST_BEHIND : 0) |
                          (fast->sessions[session->place].captured ? FAST_CAPTURED : 0));
    tunnel.network = (__u8)session->network->index;
    tunnel.qfis = pdr->qfis ? pdr->qfis : UINT64_MAX;
    tunnel.v4 = fast_v4_of(rules);
    tunnel.v6 = fast_v6_of(rules);
    tunnel.session = session->place;
    tunnel.flows = rules->classifiers[UPLINK] ? fast->sessions[session->place].own_flows : 0;
    tunnel.settling = settling_until(session);
    if (sender)
        tunnel.gnb = sender->id;
    if (plain && !from_core)
        fast_describe_action(fast, rules, plain, UPLINK, &live->action, &tunnel.action);
    return tunnel;
}

/* What comes in no tunnel may be the phone's. */
static bool is_on_n6(const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->pdr_count; i++)
        if (rules->pdrs[i].source == PFCP_CORE && rules->pdrs[i].teid == 0)
            return true;
    return false;
}

/* What comes in the tunnel needs no more than the program does, as far as is known now. */
static bool is_carried(const struct fast *fast, const struct session *session, const struct pdr *pdr)
{
    if (session->rules->route_count && !is_on_n6(session->rules)) /* the program knows no such networks */
        return false;
    if (pdr->source == PFCP_CORE)
        return plain_pdr(session->rules, DOWNLINK) && sender_of(session, pdr);
    return is_served(fast, session, UPLINK) && session->gnb &&
           !early_concerns(session, &session->gnb->address);
}

/* What is as it was stays in force all the while: no packet notices that a session is told of again. */
static void put_tunnel(struct fast *fast, const struct session *session, const struct pdr *pdr)
{
    enum { FROM = offsetof(struct fast_tunnel, gnb), SIZE = offsetof(struct fast_tunnel, state) - FROM };
    struct fast_tunnel *tunnel = fast_tunnel_at(fast, pdr->teid);
    if (!fast_is_free(fast, pdr->teid)) {
        fast->settings->crowded = 1;
        return;
    }
    const struct fast_tunnel wanted = describe_tunnel(fast, tunnel, session, pdr);
    const bool carried = is_carried(fast, session, pdr);
    const bool same = tunnel->teid == wanted.teid && tunnel->network == wanted.network &&
                      ((tunnel->flags ^ wanted.flags) & FAST_FROM_CORE) == 0 &&
                      memcmp((char *)tunnel + FROM, (const char *)&wanted + FROM, SIZE) == 0 &&
                      !fast_leads_elsewhere(&tunnel->action, &wanted.action);
    if (tunnel->teid == 0)
        fast_open_tunnel_book(fast, tunnel);
    tunnel->settling = wanted.settling;
    if (!same || !carried)
        __atomic_store_n(&tunnel->state, FAST_HELD, __ATOMIC_SEQ_CST);
    if (!same) {
        tunnel->network = wanted.network;
        memcpy((char *)tunnel + FROM, (const char *)&wanted + FROM, SIZE);
    }
    tunnel->flags = wanted.flags;
    fast_put_action(&tunnel->action, &wanted.action);
    if (carried && tunnel->state == FAST_HELD)
        begin_return(&tunnel->state, &tunnel->queue);
    __atomic_store_n(&tunnel->teid, wanted.teid, __ATOMIC_RELEASE);
}

void fast_clear_tunnel(struct fast_tunnel *tunnel)
{
    tunnel->teid = 0;
    atomic_thread_fence(memory_order_release);
    memset(tunnel, 0, offsetof(struct fast_tunnel, action));
    fast_clear_action(&tunnel->action);
}

/* --- addresses --- */

__u32 *fast_address_at(const struct fast *fast, unsigned network, unsigned version, uint64_t address)
{
    const struct fast_network *of = &fast->networks[network];
    const uint64_t nth = version == 4 ? (uint32_t)address - of->v4 : address - of->v6;
    if (nth >= (version == 4 ? of->v4_count : of->v6_count))
        return NULL;
    const uint64_t at = (version == 4 ? of->v4_first : of->v6_first) + nth;
    return &fast->addresses[at / 2].session[at % 2];
}

static __u32 *address_at(const struct fast *fast, const struct network *network, const struct ruleset *rules,
                         unsigned version)
{
    struct reader r = reader_of(BYTES(rules->v6));
    if (version == 4)
        return rules->has_v4 ? fast_address_at(fast, network->index, 4, ntohl(fast_v4_of(rules))) : NULL;
    return rules->has_v6 ? fast_address_at(fast, network->index, 6, read_u64(&r)) : NULL;
}

/* The place where its packets are found without a look into the table of addresses; 0: none. */
static unsigned home_of(const struct fast *fast, const struct network *network, const struct ruleset *rules)
{
    const __u32 *at = address_at(fast, network, rules, 4);
    const size_t number = at ? (size_t)(at - fast->addresses->session) : 0;
    return number <= fast->sizes.sessions ? (unsigned)number : 0;
}

static void put_addresses(struct fast *fast, const struct session *session)
{
    const bool on_n6 = is_on_n6(session->rules);
    for (unsigned version = 4; version <= 6; version += 2) {
        __u32 *at = address_at(fast, session->network, session->rules, version);
        if (!at || !(on_n6 || *at == session->place))
            continue;
        if (*at != session->place)
            fast_give_way(fast, *at);
        *at = on_n6 ? session->place : 0;
    }
    fast->sessions[session->place].at_home =
        on_n6 && home_of(fast, session->network, session->rules) == session->place;
}

/* --- sessions --- */

static struct fast_session describe_session(struct fast *fast, struct fast_session *live,
                                            const struct session *session)
{
    const struct pdr *plain = plain_pdr(session->rules, DOWNLINK);
    struct fast_session wanted = *live;
    wanted.network = session->network->index;
    wanted.v4 = fast_v4_of(session->rules);
    wanted.v6 = fast_v6_of(session->rules);
    wanted.flows = session->rules->classifiers[DOWNLINK] ? wanted.own_flows : 0;
    wanted.mtu = session->network->mtu;
    if (plain)
        fast_describe_action(fast, session->rules, plain, DOWNLINK, &live->action, &wanted.action);
    return wanted;
}

/* As put_tunnel. */
static void put_downlink(struct fast *fast, const struct session *session)
{
    enum {
        FROM = offsetof(struct fast_session, network),
        SIZE = offsetof(struct fast_session, known) - FROM
    };
    struct fast_session *to = &fast->sessions[session->place];
    const struct fast_session wanted = describe_session(fast, to, session);
    const bool carried = is_served(fast, session, DOWNLINK) && !session->held;
    const bool same = memcmp((char *)to + FROM, (const char *)&wanted + FROM, SIZE) == 0 &&
                      !fast_leads_elsewhere(&to->action, &wanted.action);
    if (!same || !carried)
        __atomic_store_n(&to->state, FAST_HELD, __ATOMIC_SEQ_CST);
    if (!same)
        memcpy((char *)to + FROM, (const char *)&wanted + FROM, SIZE);
    to->smf = session->smf_number;
    to->cp_seid = session->cp_seid;
    to->known = 1;
    fast_put_action(&to->action, &wanted.action);
    if (carried && to->state == FAST_HELD)
        begin_return(&to->state, &to->queue);
}

static void put_gnb(struct fast *fast, const struct plane *plane, struct gnb *gnb)
{
    struct fast_gnb *to = &fast->gnbs[gnb->id];
    const bool v4 = gnb->address.any.sa_family == AF_INET;
    to->source = fast_address_of_ip(v4 ? &plane->n3_v4 : &plane->n3_v6);
    const struct fast_address address = fast_address_of(&gnb->address);
    if (memcmp(&to->address, &address, sizeof address) != 0)
        fast_give_budgets(fast, &address);
    to->address = address;
    fast_shape(plane, gnb);
}

/* What `old` has and the new one does not is withdrawn; workers that still find it leave the books alone. A capture is of the one that was asked for: its end
 * would find no session to take the mark from. */
static unsigned hand_over(struct plane *plane, struct session *old, const struct session *session)
{
    if (!old)
        return 0;
    session_lock(old);
    const unsigned place = old->place;
    fast_withdraw(plane, old, old->rules, session->rules);
    fast_leave_rates(old);
    plane->fast->sessions[place].captured = 0;
    old->place = 0;
    session_unlock(old);
    return place;
}

bool fast_admit(struct plane *plane, struct session *session, struct session *old, int64_t now)
{
    struct fast *fast = plane->fast;
    if (!fast)
        return true;
    session->place = hand_over(plane, old, session);
    if (session->place == 0)
        session->place = fast_claim(fast, session, now);
    if (session->place) {
        fast_inherit_books(fast, session);
        return true;
    }
    session->place = fast_take_place(fast, home_of(fast, session->network, session->rules));
    if (session->place == 0)
        return false;
    for (unsigned i = 0; i < plane->network_count; i++) /* what was found there gave way */
        if (plane->networks[i].lan)
            lan_disown(plane->networks[i].lan, session->place);
    fast_open_session_book(fast, session->place);
    return true;
}

void fast_update(struct plane *plane, struct session *session)
{
    struct fast *fast = plane->fast;
    const struct ruleset *rules = session->rules;
    if (!fast)
        return;
    fast_begin_rates(plane, session);
    if (session->place == 0)
        return;
    for (unsigned i = 0; i < rules->far_count; i++)
        if (rules->fars[i].has_outer && rules->fars[i].gnb)
            put_gnb(fast, plane, rules->fars[i].gnb);
    const unsigned left = fast_put_flows(fast, session);
    for (unsigned i = 0; i < rules->pdr_count; i++)
        if (rules->pdrs[i].teid)
            put_tunnel(fast, session, &rules->pdrs[i]);
    put_downlink(fast, session);
    fast_give_flows_back(fast, left);
    put_addresses(fast, session);
    fast_put_routes(fast, session, is_on_n6(rules));
    fast_grant(plane, session);
}

static void withdraw_addresses(struct fast *fast, const struct session *session, const struct ruleset *rules,
                               const struct ruleset *kept)
{
    if (!kept || home_of(fast, session->network, kept) != session->place)
        fast->sessions[session->place].at_home = 0;
    for (unsigned version = 4; version <= 6; version += 2) {
        __u32 *at = address_at(fast, session->network, rules, version);
        if (at && *at == session->place && (!kept || address_at(fast, session->network, kept, version) != at))
            *at = 0;
    }
}

void fast_withdraw(struct plane *plane, const struct session *session, struct ruleset *rules,
                   const struct ruleset *kept)
{
    if (session->place == 0)
        return;
    fast_withdraw_rates(plane->fast, rules, kept);
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        const uint32_t teid = rules->pdrs[i].teid;
        if (teid && !(kept && ruleset_has_teid(kept, teid)) && fast_has_tunnel(plane->fast, teid))
            fast_clear_tunnel(fast_tunnel_at(plane->fast, teid));
    }
    withdraw_addresses(plane->fast, session, rules, kept);
    fast_withdraw_routes(plane->fast, session, rules, kept);
}

void fast_dismiss(struct plane *plane, struct session *session)
{
    struct fast *fast = plane->fast;
    const unsigned place = session->place;
    if (fast)
        fast_leave_rates(session);
    if (!fast || place == 0)
        return;
    fast_withdraw(plane, session, session->rules, NULL);
    session->place = 0;
    fast_free_place(fast, place);
}
