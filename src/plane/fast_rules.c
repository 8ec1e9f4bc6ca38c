/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast_rules.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <string.h>

#include "plane/fast_counts.h"
#include "plane/shared_rate.h"

/* --- where packets may go --- */

struct fast_address fast_address_of(const union socket_address *address)
{
    struct fast_address mapped = {{0, 0}};
    uint8_t *octets = (uint8_t *)&mapped;
    if (address->any.sa_family == AF_INET6) {
        memcpy(octets, &address->v6.sin6_addr, 16);
    } else if (address->any.sa_family == AF_INET) {
        octets[10] = octets[11] = 0xff;
        memcpy(octets + 12, &address->v4.sin_addr, 4);
    }
    return mapped;
}

static struct fast_address address_of_prefix(const struct config_prefix *prefix)
{
    struct fast_address mapped = {{0, 0}};
    uint8_t *octets = (uint8_t *)&mapped;
    if (prefix->family == AF_INET6) {
        memcpy(octets, prefix->address, 16);
    } else {
        octets[10] = octets[11] = 0xff;
        memcpy(octets + 12, prefix->address, 4);
    }
    return mapped;
}

static bool put_prefix(struct fast *fast, const struct config_prefix *prefix, uint32_t place)
{
    const unsigned mapped = prefix->family == AF_INET ? 96 : 0;
    const struct fast_prefix key = {prefix->length + mapped, address_of_prefix(prefix)};
    return fast_put_prefix(fast, &key, place);
}

static uint32_t host_v4(const struct config_prefix *prefix)
{
    uint32_t word;
    memcpy(&word, prefix->address, sizeof word);
    return ntohl(word);
}

/* Blocks that are one thing as a whole say so by themselves; of others the prefixes are looked up. */
static void put_blocks(struct fast *fast, const struct config_prefix *prefix, uint8_t place)
{
    enum { BLOCK_BITS = 16 };
    const uint32_t first = host_v4(prefix) >> BLOCK_BITS;
    const uint32_t count = prefix->length < BLOCK_BITS ? UINT32_C(1) << (BLOCK_BITS - prefix->length) : 1;
    for (uint32_t block = first; block < first + count; block++) {
        __u8 *at = &fast->blocks[block / 8].place[block % 8];
        const bool whole = prefix->length <= BLOCK_BITS && (*at == FAST_ELSEWHERE || *at == place);
        *at = whole ? place : FAST_MIXED;
    }
}

static bool put_place(struct fast *fast, const struct config_prefix *prefix, uint8_t place)
{
    if (prefix->family == 0)
        return true;
    if (prefix->family == AF_INET)
        put_blocks(fast, prefix, place);
    return put_prefix(fast, prefix, place);
}

/* What belongs to every host itself; as in plane/uplink.c. */
static bool put_host_internal(struct fast *fast)
{
    static const struct config_prefix prefixes[] = {
        {.family = AF_INET, .length = 8, .address = {0}},
        {.family = AF_INET, .length = 8, .address = {127}},
        {.family = AF_INET, .length = 16, .address = {169, 254}},
        {.family = AF_INET, .length = 24, .address = {224}},
        {.family = AF_INET, .length = 4, .address = {240}},
        {.family = AF_INET6, .length = 80, .address = {0}},
        {.family = AF_INET6, .length = 10, .address = {0xfe, 0x80}},
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (!put_place(fast, &prefixes[i], FAST_FORBIDDEN))
            return false;
    const struct config_prefix any_v4 = {.family = AF_INET};
    if (!put_prefix(fast, &any_v4, FAST_ELSEWHERE)) /* which the empty IPv6 prefix above would hold */
        return false;
    for (unsigned scope = 0; scope < 3 * 16; scope++) {
        const struct config_prefix multicast = {
            .family = AF_INET6, .length = 16, .address = {0xff, (uint8_t)(scope / 3 << 4 | scope % 3)}};
        if (!put_prefix(fast, &multicast, FAST_FORBIDDEN))
            return false;
    }
    return true;
}

uint32_t fast_pool_size(const struct config_prefix *pool, unsigned bits)
{
    return pool->family == 0           ? 0
           : pool->length >= bits      ? 1
           : bits - pool->length >= 32 ? UINT32_MAX
                                       : UINT32_C(1) << (bits - pool->length);
}

/* False: its pools are larger than the table of addresses. */
static bool put_network(struct fast *fast, const struct network *network, uint32_t *first)
{
    struct fast_network *to = &fast->networks[network->index];
    const uint64_t v4 = fast_pool_size(&network->pool_v4, 32), v6 = fast_pool_size(&network->pool_v6, 64);
    if (*first + v4 + v6 > fast->sizes.addresses)
        return false;
    *to = (struct fast_network){.v4 = host_v4(&network->pool_v4),
                                .v4_first = *first,
                                .v4_count = (uint32_t)v4,
                                .v6_first = *first + (uint32_t)v4,
                                .v6_count = (uint32_t)v6,
                                .encapsulation = network->encapsulation};
    for (unsigned i = 0; i < 8; i++)
        to->v6 = to->v6 << 8 | network->pool_v6.address[i];
    memcpy(&to->gateway, network->gateway_v4.address, sizeof to->gateway);
    *first += (uint32_t)(v4 + v6);
    return put_place(fast, &network->pool_v4, (uint8_t)(FAST_POOL + network->index)) &&
           put_place(fast, &network->pool_v6, (uint8_t)(FAST_POOL + network->index));
}

static struct fast_address address_of_ip(const struct config_ip *ip)
{
    struct config_prefix prefix = {.family = ip->family};
    memcpy(prefix.address, ip->address, sizeof ip->address);
    return ip->family ? address_of_prefix(&prefix) : (struct fast_address){{0, 0}};
}

bool fast_describe(struct fast *fast, const struct plane *plane)
{
    uint32_t first = 0;
    memset(fast->blocks, FAST_ELSEWHERE, FAST_BLOCKS);
    if (plane->network_count > FAST_NETWORKS || !put_host_internal(fast))
        return false;
    for (unsigned i = 0; i < plane->network_count; i++)
        if (!put_network(fast, &plane->networks[i], &first))
            return false;
    for (unsigned i = 0; i < plane->policy.infrastructure_count; i++)
        if (!put_place(fast, &plane->policy.infrastructure[i], FAST_FORBIDDEN))
            return false;
    fast->settings->n3[0] = address_of_ip(&plane->n3_v4);
    fast->settings->n3[1] = address_of_ip(&plane->n3_v6);
    fast->settings->mtu = plane->policy.tunnel_mtu;
    fast->settings->ue_to_ue = plane->policy.ue_to_ue;
    return true;
}

/* --- what a PDR does --- */

/* A byte's price; a bucket's ticks for a byte at that rate (plane/bucket.h), in fixed point. */
static uint64_t price_of(uint64_t kbps)
{
    enum { NS_A_BIT_KBPS = 1000000 };
    return kbps ? (UINT64_C(8) * NS_A_BIT_KBPS * BUCKET_TICKS << FAST_RATE_SHIFT) / kbps : 0;
}

static bool is_drop(const struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                    struct fast_action *action)
{
    const struct far *far = pdr->far != RULES_NONE ? &rules->fars[pdr->far] : NULL;
    action->shared = !far ? DROP_NO_RULE : far->action & PFCP_DROP ? DROP_ACTION : DROP_NONE;
    for (unsigned i = 0; i < rules->qer_count; i++)
        if ((pdr->qers >> i & 1) && rules->qers[i].closed[direction])
            action->shared = DROP_GATE;
    return action->shared != DROP_NONE;
}

/* False: more rates than the program takes from. */
static bool set_rates(const struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                      struct fast_action *action)
{
    for (unsigned i = 0; i < rules->qer_count; i++) {
        const struct qer *qer = &rules->qers[i];
        if (!(pdr->qers >> i & 1) || !qer->has_mbr)
            continue;
        if (qer->mbr[direction] == 0 || qer->shared || action->price)
            return false;
        action->price = price_of(qer->mbr[direction]);
    }
    return true;
}

/* What the program does with the PDR's packets; FAST_SLOW where it cannot. Counters are not touched. */
static void set_action(const struct ruleset *rules, const struct pdr *pdr, enum direction direction,
                       struct fast_action *to)
{
    struct fast_action action = {.verdict = FAST_SLOW};
    const struct far *far = pdr->far != RULES_NONE ? &rules->fars[pdr->far] : NULL;
    bool reflective;
    action.qfi = ruleset_qfi(rules, pdr, &reflective);
    action.reflective = reflective;
    if (is_drop(rules, pdr, direction, &action))
        action.verdict = FAST_DROP;
    else if (!far || !(far->action & PFCP_FORW) || (far->action & (PFCP_DUPL | PFCP_BUFF)) ||
             !set_rates(rules, pdr, direction, &action))
        action.verdict = FAST_SLOW;
    else if (far->destination == PFCP_CORE && !far->has_outer)
        action.verdict = FAST_TO_CORE;
    else if (far->has_outer && far->gnb) {
        action.verdict = FAST_TO_TUNNEL;
        action.gnb = far->gnb->id;
        action.teid = htonl(far->teid);
        action.marking = far->has_marking ? far->marking : 0;
    }
    to->qfi = action.qfi;
    to->reflective = action.reflective;
    to->marking = action.marking;
    to->gnb = action.gnb;
    to->teid = action.teid;
    to->shared = action.shared;
    to->price = action.price;
    atomic_signal_fence(memory_order_seq_cst);
    to->verdict = action.verdict;
}

/* --- tunnels --- */

struct fast_tunnel *fast_tunnel_at(const struct fast *fast, uint32_t teid)
{
    return &fast->places[teid & (fast->tunnels - 1)];
}

static bool is_free(const struct fast *fast, uint32_t teid)
{
    const struct fast_tunnel *tunnel = fast_tunnel_at(fast, teid);
    return tunnel->teid == 0 || tunnel->teid == htonl(teid);
}

bool fast_has_place(const struct plane *plane, uint32_t teid)
{
    return !plane->fast || is_free(plane->fast, teid);
}

const struct pdr *fast_uplink(const struct ruleset *rules, uint32_t teid)
{
    const struct pdr *only = NULL;
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        const struct pdr *pdr = &rules->pdrs[i];
        if (pdr->source != PFCP_ACCESS || pdr->teid != teid)
            continue;
        if (only || pdr->filter_count)
            return NULL;
        only = pdr;
    }
    return only;
}

const struct pdr *fast_downlink(const struct ruleset *rules)
{
    const struct pdr *only = NULL;
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        const struct pdr *pdr = &rules->pdrs[i];
        if (pdr->source != PFCP_CORE)
            continue;
        if (only || pdr->filter_count)
            return NULL;
        only = pdr;
    }
    return only;
}

static uint32_t v4_of(const struct ruleset *rules)
{
    uint32_t word = 0;
    if (rules->has_v4)
        memcpy(&word, rules->v4, sizeof word);
    return word;
}

static uint64_t v6_of(const struct ruleset *rules)
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

static void put_tunnel(struct fast *fast, const struct session *session, const struct pdr *pdr,
                       unsigned place)
{
    const struct ruleset *rules = session->rules;
    struct fast_tunnel *tunnel = fast_tunnel_at(fast, pdr->teid);
    const struct pdr *plain = fast_uplink(rules, pdr->teid);
    if (!is_free(fast, pdr->teid))
        return;
    if (tunnel->teid == 0)
        fast_open_book(fast, tunnel);
    tunnel->state = FAST_HELD;
    atomic_signal_fence(memory_order_seq_cst);
    tunnel->network = (__u8)session->network->index;
    tunnel->qfis = pdr->qfis ? pdr->qfis : UINT64_MAX;
    tunnel->v4 = v4_of(rules);
    tunnel->v6 = v6_of(rules);
    tunnel->session = place;
    tunnel->settling = settling_until(session);
    if (session->gnb)
        tunnel->peer = fast_address_of(&session->gnb->address);
    if (plain)
        set_action(rules, plain, UPLINK, &tunnel->action);
    if (plain && tunnel->action.verdict == FAST_TO_CORE && session->gnb)
        tunnel->action.gnb = session->gnb->id;
    atomic_thread_fence(memory_order_release);
    tunnel->state = plain && session->gnb && !session->early ? FAST_ACTIVE : FAST_HELD;
    tunnel->teid = htonl(pdr->teid);
}

static void clear_tunnel(struct fast *fast, uint32_t teid)
{
    struct fast_tunnel *tunnel = fast_tunnel_at(fast, teid);
    if (tunnel->teid != htonl(teid))
        return;
    tunnel->teid = 0;
    atomic_thread_fence(memory_order_release);
    memset(tunnel, 0,
           offsetof(struct fast_tunnel, action)); /* counters go on: a packet may still be counted */
    tunnel->action.verdict = FAST_SLOW;
}

/* --- addresses --- */

static __u32 *address_at(const struct fast *fast, const struct network *network, const struct ruleset *rules,
                         unsigned version)
{
    const struct fast_network *of = &fast->networks[network->index];
    uint64_t nth;
    if (version == 4) {
        nth = ntohl(v4_of(rules)) - of->v4;
        return rules->has_v4 && nth < of->v4_count
                   ? &fast->addresses[(of->v4_first + nth) / 2].session[(of->v4_first + nth) % 2]
                   : NULL;
    }
    struct reader r = reader_of(BYTES(rules->v6));
    nth = read_u64(&r) - of->v6;
    return rules->has_v6 && nth < of->v6_count
               ? &fast->addresses[(of->v6_first + nth) / 2].session[(of->v6_first + nth) % 2]
               : NULL;
}

static void put_addresses(struct fast *fast, const struct session *session, const struct ruleset *rules,
                          unsigned from, unsigned to)
{
    for (unsigned version = 4; version <= 6; version += 2) {
        __u32 *at = address_at(fast, session->network, rules, version);
        if (at && (*at == from || from == 0))
            *at = to;
    }
}

static void put_downlink(struct fast *fast, const struct session *session, unsigned place)
{
    struct fast_session *to = &fast->sessions[place];
    const struct pdr *plain = fast_downlink(session->rules);
    to->state = FAST_HELD;
    to->known = 1;
    atomic_signal_fence(memory_order_seq_cst);
    to->network = session->network->index;
    to->v4 = v4_of(session->rules);
    to->v6 = v6_of(session->rules);
    if (plain)
        set_action(session->rules, plain, DOWNLINK, &to->action);
    atomic_thread_fence(memory_order_release);
    to->state = plain && !session->held ? FAST_ACTIVE : FAST_HELD;
}

/* --- sessions --- */

static void put_gnb(struct fast *fast, const struct plane *plane, const struct gnb *gnb)
{
    struct fast_gnb *to = &fast->gnbs[gnb->id];
    const bool v4 = gnb->address.any.sa_family == AF_INET;
    to->source = address_of_ip(v4 ? &plane->n3_v4 : &plane->n3_v6);
    to->address = fast_address_of(&gnb->address);
}

/* The place of the session that had these tunnels before this process was there; 0: none had. */
static unsigned found_place(const struct fast *fast, const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->pdr_count; i++) {
        const uint32_t teid = rules->pdrs[i].teid;
        const struct fast_tunnel *tunnel = fast_tunnel_at(fast, teid);
        if (teid && tunnel->teid == htonl(teid) && tunnel->session <= fast->sizes.sessions &&
            !fast->claimed[tunnel->session])
            return tunnel->session;
    }
    return 0;
}

bool fast_admit(struct plane *plane, struct session *session)
{
    struct fast *fast = plane->fast;
    if (!fast)
        return true;
    session->place = found_place(fast, session->rules);
    if (session->place == 0 && fast->free_count)
        session->place = fast->free_places[--fast->free_count];
    fast->claimed[session->place] = session->place != 0;
    return session->place != 0;
}

void fast_update(struct plane *plane, const struct session *session)
{
    struct fast *fast = plane->fast;
    const unsigned place = session->place;
    if (place == 0)
        return;
    const struct ruleset *rules = session->rules;
    for (unsigned i = 0; i < rules->far_count; i++)
        if (rules->fars[i].has_outer && rules->fars[i].gnb)
            put_gnb(fast, plane, rules->fars[i].gnb);
    for (unsigned i = 0; i < rules->pdr_count; i++)
        if (rules->pdrs[i].teid)
            put_tunnel(fast, session, &rules->pdrs[i], place);
    put_downlink(fast, session, place);
    put_addresses(fast, session, rules, 0, place);
    fast_grant(plane, session);
}

static bool keeps(const struct ruleset *kept, uint32_t teid)
{
    for (unsigned i = 0; kept && i < kept->pdr_count; i++)
        if (kept->pdrs[i].teid == teid)
            return true;
    return false;
}

void fast_withdraw(struct plane *plane, const struct session *session, const struct ruleset *rules,
                   const struct ruleset *kept)
{
    if (session->place == 0)
        return;
    for (unsigned i = 0; i < rules->pdr_count; i++)
        if (rules->pdrs[i].teid && !keeps(kept, rules->pdrs[i].teid))
            clear_tunnel(plane->fast, rules->pdrs[i].teid);
}

void fast_dismiss(struct plane *plane, struct session *session)
{
    struct fast *fast = plane->fast;
    const unsigned place = session->place;
    if (place == 0)
        return;
    fast_withdraw(plane, session, session->rules, NULL);
    put_addresses(fast, session, session->rules, place, 0);
    memset(&fast->sessions[place], 0, sizeof *fast->sessions);
    fast_forget(plane, session);
    session->place = 0;
    fast->claimed[place] = false;
    fast->free_places[fast->free_count++] = place;
}

static void sweep_place(struct fast *fast, unsigned place)
{
    memset(&fast->sessions[place], 0, sizeof *fast->sessions);
    fast->free_places[fast->free_count++] = place;
}

unsigned fast_sweep(struct plane *plane)
{
    struct fast *fast = plane->fast;
    unsigned swept = 0;
    for (unsigned i = 0; fast && i < fast->tunnels; i++)
        if (fast->places[i].teid && !fast->claimed[fast->places[i].session])
            clear_tunnel(fast, ntohl(fast->places[i].teid));
    for (unsigned i = 0; fast && i < fast->sizes.addresses; i++)
        if (!fast->claimed[fast->addresses[i / 2].session[i % 2]])
            fast->addresses[i / 2].session[i % 2] = 0;
    for (unsigned place = 1; fast && place <= fast->sizes.sessions; place++)
        if (fast->sessions[place].known && !fast->claimed[place]) {
            sweep_place(fast, place);
            swept++;
        }
    return swept;
}
