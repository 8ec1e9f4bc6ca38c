/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/rules.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <string.h>

#include "plane/fast/actions.h"
#include "plane/fast/counts.h"
#include "plane/fast/networks.h"
#include "plane/fast/rates.h"

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
    struct ruleset *rules = session->rules;
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
        fast_set_action(fast, rules, plain, UPLINK, &tunnel->action);
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

/* --- sessions --- */

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
        fast_set_action(fast, session->rules, plain, DOWNLINK, &to->action);
    atomic_thread_fence(memory_order_release);
    to->state = plain && !session->held ? FAST_ACTIVE : FAST_HELD;
}

static void put_gnb(struct fast *fast, const struct plane *plane, const struct gnb *gnb)
{
    struct fast_gnb *to = &fast->gnbs[gnb->id];
    const bool v4 = gnb->address.any.sa_family == AF_INET;
    to->source = fast_address_of_ip(v4 ? &plane->n3_v4 : &plane->n3_v6);
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

void fast_update(struct plane *plane, struct session *session)
{
    struct fast *fast = plane->fast;
    const unsigned place = session->place;
    if (fast)
        fast_begin_rates(plane, session);
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

void fast_withdraw(struct plane *plane, const struct session *session, struct ruleset *rules,
                   const struct ruleset *kept)
{
    if (session->place == 0)
        return;
    fast_withdraw_rates(plane->fast, rules, kept);
    for (unsigned i = 0; i < rules->pdr_count; i++)
        if (rules->pdrs[i].teid && !keeps(kept, rules->pdrs[i].teid))
            clear_tunnel(plane->fast, rules->pdrs[i].teid);
}

void fast_dismiss(struct plane *plane, struct session *session)
{
    struct fast *fast = plane->fast;
    const unsigned place = session->place;
    if (fast)
        fast_leave_rates(session);
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
    if (fast)
        fast_sweep_rates(fast);
    return swept;
}
