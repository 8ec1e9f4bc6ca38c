/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/fast/adopt.h"

#include <arpa/inet.h>
#include <endian.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kit/log.h"
#include "plane/fast/actions.h"
#include "plane/fast/flows.h"
#include "plane/fast/framed.h"
#include "plane/fast/networks.h"
#include "plane/fast/places.h"
#include "plane/fast/rates.h"
#include "plane/fast/rules.h"
#include "plane/fast/shown.h"
#include "plane/fast/stations.h"
#include "wire/gtpu/gtpu.h"

/* --- is it whole? --- */

static bool is_session(const struct fast *fast, unsigned place)
{
    return place != 0 && place <= fast->sizes.sessions && fast->sessions[place].known;
}

static bool is_sound_session(const struct fast_session *session, const struct fast *fast,
                             const struct plane *plane)
{
    return session->known == 1 && session->network < plane->network_count &&
           session->action.gnb <= fast->sizes.gnbs && session->own_flows <= fast->sizes.flows &&
           (session->flows == 0 || session->flows == session->own_flows);
}

static bool is_sound_tunnel(const struct fast_tunnel *tunnel, const struct fast *fast)
{
    return fast_tunnel_at(fast, ntohl(tunnel->teid)) == tunnel && is_session(fast, tunnel->session) &&
           tunnel->network == fast->sessions[tunnel->session].network && tunnel->gnb <= fast->sizes.gnbs &&
           tunnel->action.gnb <= fast->sizes.gnbs &&
           (tunnel->flows == 0 || tunnel->flows == fast->sessions[tunnel->session].own_flows);
}

static void clear_session(struct fast_session *session)
{
    session->state = FAST_HELD;
    atomic_thread_fence(memory_order_release);
    memset(session, 0, offsetof(struct fast_session, action));
    fast_clear_action(&session->action);
}

static unsigned keep_sound_sessions(struct fast *fast, const struct plane *plane)
{
    unsigned unsound = 0;
    for (unsigned place = 1; place <= fast->sizes.sessions; place++) {
        struct fast_session *session = &fast->sessions[place];
        if (!session->known)
            continue;
        fast->unclaimed++;
        if (is_sound_session(session, fast, plane))
            continue;
        fast_free_place(fast, place);
        fast->unclaimed--;
        unsound++;
    }
    return unsound;
}

static unsigned keep_sound_tunnels(struct fast *fast)
{
    unsigned unsound = 0;
    for (unsigned i = 0; i < fast->tunnels; i++) {
        struct fast_tunnel *tunnel = &fast->places[i];
        if (!tunnel->teid)
            continue;
        if (is_sound_tunnel(tunnel, fast))
            continue;
        fast_clear_tunnel(tunnel);
        unsound++;
    }
    return unsound;
}

static __u32 *session_of_address(const struct fast *fast, unsigned i)
{
    return &fast->addresses[i / 2].session[i % 2];
}

static void keep_sound_addresses(struct fast *fast)
{
    for (unsigned i = 0; i <= fast->sizes.addresses; i++) {
        __u32 *session = session_of_address(fast, i);
        if (!is_session(fast, *session))
            *session = 0;
        if (i <= fast->sizes.sessions && *session != i)
            fast->sessions[i].at_home = 0;
    }
}

/* --- session by session --- */

/* Without memory for the list nothing is taken over. */
static bool list_tunnels(struct fast *fast)
{
    fast->first_found = calloc(fast->sizes.sessions + 1u, sizeof *fast->first_found);
    fast->next_found = calloc(fast->tunnels, sizeof *fast->next_found);
    if (!fast->first_found || !fast->next_found)
        return false;
    for (unsigned i = 0; i < fast->tunnels; i++) {
        const struct fast_tunnel *tunnel = &fast->places[i];
        if (!tunnel->teid)
            continue;
        fast->next_found[i] = fast->first_found[tunnel->session];
        fast->first_found[tunnel->session] = i + 1;
    }
    return true;
}

void fast_forget_found(struct fast *fast)
{
    free(fast->first_found);
    free(fast->next_found);
    fast->first_found = fast->next_found = NULL;
}

/* Those of the session that was found there, but of what `kept` (NULL: nothing) has. */
static void clear_tunnels(struct fast *fast, unsigned place, const struct ruleset *kept)
{
    for (unsigned at = fast->first_found[place]; at; at = fast->next_found[at - 1]) {
        struct fast_tunnel *tunnel = &fast->places[at - 1];
        if (tunnel->teid && tunnel->session == place &&
            !(kept && ruleset_has_teid(kept, ntohl(tunnel->teid))))
            fast_clear_tunnel(tunnel);
    }
}

static void clear_addresses(struct fast *fast, unsigned place)
{
    const struct fast_session *session = &fast->sessions[place];
    __u32 *v4 = session->v4 ? fast_address_at(fast, session->network, 4, ntohl(session->v4)) : NULL;
    __u32 *v6 = session->v6 ? fast_address_at(fast, session->network, 6, be64toh(session->v6)) : NULL;
    if (v4 && *v4 == place)
        *v4 = 0;
    if (v6 && *v6 == place)
        *v6 = 0;
}

static void count_spoken_of(struct fast *fast)
{
    fast->unclaimed--;
    fast->settings->knows = fast->unclaimed == 0;
}

void fast_give_way(struct fast *fast, unsigned place)
{
    if (!fast->first_found || !is_session(fast, place) || fast->claimed[place])
        return;
    clear_tunnels(fast, place, NULL);
    clear_addresses(fast, place);
    fast_free_place(fast, place);
    count_spoken_of(fast);
}

/* Addresses tell a phone, whoever speaks of it; where there are none, the SMF and its number of the session do. */
static bool is_same_phone(const struct fast_session *found, const struct session *session)
{
    const bool has_address = found->v4 || found->v6;
    return found->network == session->network->index && found->v4 == fast_v4_of(session->rules) &&
           found->v6 == fast_v6_of(session->rules) &&
           (has_address || (found->smf == session->smf_number && found->cp_seid == session->cp_seid));
}

unsigned fast_claim(struct fast *fast, const struct session *session, int64_t now)
{
    const struct ruleset *rules = session->rules;
    for (unsigned i = 0; fast->unclaimed && i < rules->pdr_count; i++) {
        const uint32_t teid = rules->pdrs[i].teid;
        const unsigned place = teid && fast_has_tunnel(fast, teid) ? fast_tunnel_at(fast, teid)->session : 0;
        if (place == 0 || fast->claimed[place])
            continue;
        if (!is_same_phone(&fast->sessions[place], session)) {
            fast_give_way(fast, place);
            continue;
        }
        fast->claimed[place] = true;
        fast->last_claim = now;
        clear_tunnels(fast, place, rules);
        count_spoken_of(fast);
        return place;
    }
    return 0;
}

/* --- radio nodes --- */

static void learn_gnbs(const struct fast *fast, struct plane *plane)
{
    for (uint32_t id = 1; id <= fast->sizes.gnbs; id++) {
        const struct fast_address *mapped = &fast->gnbs[id].address;
        if (!mapped->half[0] && !mapped->half[1])
            continue;
        union socket_address address = fast_address_as_socket(mapped);
        address_set_port(&address, GTPU_PORT);
        if (!plane_gnb(plane, &address))
            plane_gnb_restore(plane, &address, id);
    }
}

/* --- all of it --- */

void fast_adopt(struct fast *fast, struct plane *plane)
{
    plane->gnb_counters = (struct gnb_counters *)fast->slow_counts;
    for (unsigned i = 0; i < fast->sizes.processors; i++)
        for (enum drop reason = DROP_NONE; reason < DROP_REASONS; reason++)
            fast->drops_before[reason] += fast->lanes[i].drops[reason];
    if (!fast_adopted(fast)) {
        fast->settings->knows = true;
        return;
    }
    const unsigned sessions = keep_sound_sessions(fast, plane), tunnels = keep_sound_tunnels(fast);
    keep_sound_addresses(fast);
    fast_show_nobody(fast);
    learn_gnbs(fast, plane);
    if (!list_tunnels(fast)) {
        log_warning("plane", NULL, "fast path: no memory to take over what was found, which goes");
        fast_disown(fast);
        fast->unclaimed = 0;
    }
    fast->awaits = true;
    fast->settings->knows = fast->unclaimed == 0;
    log_info("plane", NULL,
             "fast path: %u sessions found, whose packets go on; %u sessions and %u tunnels were damaged",
             fast->unclaimed, sessions, tunnels);
}

void fast_disown(struct fast *fast)
{
    for (unsigned i = 0; i < fast->tunnels; i++)
        if (fast->places[i].teid)
            fast_clear_tunnel(&fast->places[i]);
    for (unsigned place = 1; place <= fast->sizes.sessions; place++)
        if (fast->sessions[place].known)
            fast_free_place(fast, place);
    keep_sound_addresses(fast);
    fast_clear_stations(fast);
}

bool fast_carries(const struct plane *plane, uint32_t teid)
{
    return plane->fast && fast_has_tunnel(plane->fast, teid);
}

void fast_free_place(struct fast *fast, unsigned place)
{
    fast_release_flows(fast, &fast->sessions[place]);
    fast_drop_found_routes(fast, place);
    clear_session(&fast->sessions[place]);
    fast_give_place_back(fast, place);
}

unsigned fast_sweep(struct plane *plane, int64_t quiet)
{
    struct fast *fast = plane->fast;
    if (!fast || !fast->awaits || fast->last_claim > quiet)
        return 0;
    const unsigned swept = fast->unclaimed;
    for (unsigned i = 0; i < fast->tunnels; i++)
        if (fast->places[i].teid && !fast->claimed[fast->places[i].session])
            fast_clear_tunnel(&fast->places[i]);
    for (unsigned i = 0; i <= fast->sizes.addresses; i++)
        if (!fast->claimed[*session_of_address(fast, i)])
            *session_of_address(fast, i) = 0;
    for (unsigned place = 1; place <= fast->sizes.sessions; place++)
        if (fast->sessions[place].known && !fast->claimed[place])
            fast_free_place(fast, place);
    fast_forget_found(fast);
    for (unsigned i = 0; i < plane->network_count; i++)
        if (plane->networks[i].lan)
            lan_disown(plane->networks[i].lan, 0);
    fast->unclaimed = 0;
    fast->awaits = false;
    fast->settings->knows = true;
    fast_sweep_rates(plane);
    return swept;
}

uint64_t fast_instance(const struct plane *plane, uint64_t drawn)
{
    if (!plane->fast)
        return drawn;
    if (plane->fast->settings->instance == 0)
        plane->fast->settings->instance = drawn;
    return plane->fast->settings->instance;
}
