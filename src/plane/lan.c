/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/lan.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kit/mac.h"
#include "kit/map.h"
#include "plane/fast/stations.h"
#include "plane/session.h"

struct lan_mac {
    uint64_t mac;
    int64_t last;          /* when it sent */
    struct lan_port *port; /* NULL: outside */
    struct lan_mac *next;  /* of its port */
    int64_t since;         /* it is there */
    int64_t told;          /* when the packet program was told of it last */
    unsigned found;        /* place of a session that none has spoken of yet; 0: none */
    unsigned place;        /* of the session, as ... */
    bool known;            /* ... the packet program knows it */
};

/* The list of ports only the agent changes, and others walk; the rest has a lock. */
struct lan {
    struct lan_settings settings;
    _Atomic(struct lan_port *) ports;
    pthread_mutex_t lock;
    struct map macs;
    unsigned outside;
    int64_t swept;
    const struct fast *fast; /* NULL: the slow path is alone */
    unsigned network;
    unsigned found; /* entries that are behind sessions that none has spoken of yet */
};

struct lan *lan_new(const struct lan_settings *settings, uint64_t seed)
{
    struct lan *lan = calloc(1, sizeof *lan);
    if (!lan)
        return NULL;
    lan->settings = *settings;
    pthread_mutex_init(&lan->lock, NULL);
    map_init(&lan->macs, seed);
    return lan;
}

void lan_free(struct lan *lan)
{
    size_t cursor = 0;
    void *mac;
    if (!lan)
        return;
    while (map_next(&lan->macs, &cursor, NULL, &mac))
        free(mac);
    map_free(&lan->macs);
    pthread_mutex_destroy(&lan->lock);
    free(lan);
}

static void link_to(struct lan_port *port, struct lan_mac *entry)
{
    entry->port = port;
    entry->next = port->macs;
    port->macs = entry;
    port->mac_count++;
    atomic_fetch_add_explicit(&port->learnt, 1, memory_order_relaxed);
}

static void unlink_from_port(struct lan_mac *entry)
{
    struct lan_mac **at = &entry->port->macs;
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    entry->port->mac_count--;
}

/* Where it is, as the packet program knows it; false: it does not know such sessions. */
static bool place_of(const struct lan_mac *entry, unsigned *place)
{
    *place = entry->port ? entry->port->session->place : entry->found;
    return *place || (!entry->port && !entry->found);
}

static void tell(const struct lan *lan, struct lan_mac *entry, int64_t now)
{
    entry->told = now;
    entry->known = lan->fast && place_of(entry, &entry->place) &&
                   fast_put_station(lan->fast, lan->network, entry->mac, entry->place, entry->since,
                                    entry->last < now ? entry->last : now);
}

/* It has sent through the slow path. The packet program learns that, and of one that it had no room for, once in a second. */
static void tell_again(const struct lan *lan, struct lan_mac *entry, int64_t now)
{
    if (lan->fast && now - entry->told > SECONDS(1))
        tell(lan, entry, now);
}

/* It is nowhere any more. */
static void end(struct lan *lan, struct lan_mac *entry)
{
    if (entry->known && lan->fast)
        fast_take_station(lan->fast, lan->network, entry->mac);
    free(entry);
}

/* It must have been taken out of the map, or be on the way out. */
static void forget(struct lan *lan, struct lan_mac *entry)
{
    if (entry->port)
        unlink_from_port(entry);
    else if (entry->found)
        lan->found--;
    else
        lan->outside--;
    end(lan, entry);
}

/* What has sent through the packet program is not silent. */
static bool is_old(const struct lan *lan, struct lan_mac *entry, int64_t now)
{
    if (now - entry->last <= lan->settings.ageing)
        return false;
    const int64_t seen =
        entry->known && lan->fast ? fast_station_seen(lan->fast, lan->network, entry->mac, now) : 0;
    if (seen > entry->last)
        entry->last = seen;
    return now - entry->last > lan->settings.ageing;
}

/* What is still somebody's. */
static struct lan_mac *find(struct lan *lan, uint64_t mac, int64_t now)
{
    struct lan_mac *entry = map_get(&lan->macs, mac);
    if (entry && is_old(lan, entry, now)) {
        map_take(&lan->macs, mac);
        forget(lan, entry);
        entry = NULL;
    }
    return entry;
}

static struct lan_mac *add(struct lan *lan, uint64_t mac, struct lan_port *port, int64_t now)
{
    struct lan_mac *entry = malloc(sizeof *entry);
    if (!entry || !map_put(&lan->macs, mac, entry)) {
        free(entry);
        return NULL;
    }
    *entry = (struct lan_mac){.mac = mac, .last = now, .since = now};
    if (port)
        link_to(port, entry);
    else
        lan->outside++;
    tell(lan, entry, now);
    return entry;
}

/* now: INT64_MAX takes all of them. */
static void drop_old_of(struct lan *lan, struct lan_port *port, int64_t now)
{
    for (struct lan_mac **at = &port->macs; *at;) {
        struct lan_mac *entry = *at;
        if (!is_old(lan, entry, now)) {
            at = &entry->next;
            continue;
        }
        *at = entry->next;
        port->mac_count--;
        map_take(&lan->macs, entry->mac);
        end(lan, entry);
    }
}

static enum drop learn(struct lan *lan, uint64_t mac, struct lan_port *port, int64_t now)
{
    struct lan_mac *entry = find(lan, mac, now);
    if (entry && entry->port != port)
        return DROP_SPOOFED_SOURCE;
    if (entry) {
        entry->last = now;
        tell_again(lan, entry, now);
        return DROP_NONE;
    }
    if (port->mac_count >= lan->settings.macs)
        drop_old_of(lan, port, now);
    return port->mac_count < lan->settings.macs && add(lan, mac, port, now) ? DROP_NONE : DROP_MANY_MACS;
}

enum drop lan_learn(struct lan *lan, const uint8_t mac[FRAME_MAC], const struct session *session, int64_t now)
{
    pthread_mutex_lock(&lan->lock);
    const enum drop drop = learn(lan, mac_number(mac), session->port, now);
    pthread_mutex_unlock(&lan->lock);
    return drop;
}

/* Once in an ageing time at most, as it looks at all of them. */
static bool has_room_outside(struct lan *lan, int64_t now)
{
    size_t cursor = 0;
    void *value;
    if (lan->outside < LAN_OUTSIDE)
        return true;
    if (lan->swept && now - lan->swept <= lan->settings.ageing)
        return false;
    lan->swept = now;
    while (map_next(&lan->macs, &cursor, NULL, &value)) {
        struct lan_mac *entry = value;
        if (entry->port || entry->found || !is_old(lan, entry, now))
            continue;
        map_take(&lan->macs, entry->mac);
        map_taken(&cursor);
        forget(lan, entry);
    }
    return lan->outside < LAN_OUTSIDE;
}

static void learn_outside(struct lan *lan, uint64_t mac, int64_t now)
{
    struct lan_mac *entry = find(lan, mac, now);
    if (entry && (entry->port || entry->found))
        return;
    if (entry && entry->last < now)
        entry->last = now;
    if (entry)
        tell_again(lan, entry, now);
    else if (has_room_outside(lan, now))
        add(lan, mac, NULL, now);
}

void lan_learn_outside(struct lan *lan, const uint8_t mac[FRAME_MAC], int64_t now)
{
    pthread_mutex_lock(&lan->lock);
    learn_outside(lan, mac_number(mac), now);
    pthread_mutex_unlock(&lan->lock);
}

bool lan_reserve(struct lan *lan, const uint8_t mac[FRAME_MAC])
{
    struct lan_mac *entry = map_get(&lan->macs, mac_number(mac));
    if (entry && (entry->port || entry->found)) {
        map_take(&lan->macs, entry->mac);
        forget(lan, entry);
        entry = NULL;
    }
    if (!entry)
        entry = add(lan, mac_number(mac), NULL, 0);
    if (entry)
        entry->last = INT64_MAX;
    return entry;
}

struct session *lan_find(struct lan *lan, const uint8_t mac[FRAME_MAC], int64_t now, bool *outside)
{
    pthread_mutex_lock(&lan->lock);
    const struct lan_mac *entry = find(lan, mac_number(mac), now);
    struct session *session = entry && entry->port ? entry->port->session : NULL;
    *outside = entry && !entry->port && !entry->found;
    pthread_mutex_unlock(&lan->lock);
    return session;
}

bool lan_is_told(struct lan *lan, const uint8_t mac[FRAME_MAC])
{
    if (!lan->fast)
        return false;
    pthread_mutex_lock(&lan->lock);
    const struct lan_mac *entry = map_get(&lan->macs, mac_number(mac));
    const bool known = entry && entry->known;
    pthread_mutex_unlock(&lan->lock);
    return known;
}

int64_t lan_ageing(const struct lan *lan)
{
    return lan->settings.ageing;
}

bool lan_floods(const struct lan *lan)
{
    return lan->settings.flood;
}

struct lan_port *lan_next(const struct lan *lan, const struct lan_port *port)
{
    return atomic_load_explicit(port ? &port->next : &lan->ports, memory_order_acquire);
}

unsigned lan_macs(struct lan *lan, const struct session *session, uint8_t (*macs)[FRAME_MAC], unsigned most,
                  int64_t now)
{
    unsigned count = 0;
    pthread_mutex_lock(&lan->lock);
    for (struct lan_mac *entry = session->port->macs; entry && count < most; entry = entry->next) {
        if (is_old(lan, entry, now))
            continue;
        for (unsigned i = 0; i < FRAME_MAC; i++)
            macs[count][i] = (uint8_t)(entry->mac >> 8 * (FRAME_MAC - 1 - i));
        count++;
    }
    pthread_mutex_unlock(&lan->lock);
    return count;
}

/* --- the agent's --- */

static void inherit(struct lan *lan, struct lan_port *from, struct lan_port *to)
{
    pthread_mutex_lock(&lan->lock);
    while (from->macs) {
        struct lan_mac *entry = from->macs;
        unlink_from_port(entry);
        link_to(to, entry);
    }
    pthread_mutex_unlock(&lan->lock);
}

/* As if it had been learnt here. */
static void find_station(void *context, uint64_t mac, unsigned place, int64_t seen)
{
    struct lan *lan = context;
    struct lan_mac *reserved = map_get(&lan->macs, mac);
    struct lan_mac *entry = reserved ? NULL : malloc(sizeof *entry);
    if (reserved && !place) {
        reserved->known = true;
        return;
    }
    if (!entry || (!place && lan->outside == LAN_OUTSIDE) || !map_put(&lan->macs, mac, entry)) {
        free(entry);
        fast_take_station(lan->fast, lan->network, mac);
        return;
    }
    *entry = (struct lan_mac){.mac = mac, .last = seen, .found = place, .place = place, .known = true};
    lan->found += place != 0;
    lan->outside += place == 0;
}

void lan_lead(struct lan *lan, const struct fast *fast, unsigned network)
{
    lan->fast = fast;
    lan->network = network;
    fast_each_station(fast, network, find_station, lan);
}

void lan_part(struct lan *lan)
{
    pthread_mutex_lock(&lan->lock);
    lan->fast = NULL;
    pthread_mutex_unlock(&lan->lock);
}

/* Whose place is that? */
static void claim(struct lan *lan, const struct session *session)
{
    size_t cursor = 0;
    void *value;
    while (lan->found && map_next(&lan->macs, &cursor, NULL, &value)) {
        struct lan_mac *entry = value;
        if (entry->found == 0 || entry->found != session->place)
            continue;
        entry->found = 0;
        lan->found--;
        link_to(session->port, entry);
    }
}

void lan_tell(struct lan *lan, const struct session *session, int64_t now)
{
    if (!lan->fast || session->place == 0)
        return;
    pthread_mutex_lock(&lan->lock);
    for (struct lan_mac *entry = session->port->macs; entry; entry = entry->next)
        if (!entry->known || entry->place != session->place)
            tell(lan, entry, now);
    claim(lan, session);
    pthread_mutex_unlock(&lan->lock);
}

void lan_disown(struct lan *lan, unsigned place)
{
    size_t cursor = 0;
    void *value;
    pthread_mutex_lock(&lan->lock);
    while (lan->found && map_next(&lan->macs, &cursor, NULL, &value)) {
        struct lan_mac *entry = value;
        if (entry->found == 0 || (place && entry->found != place))
            continue;
        map_take(&lan->macs, entry->mac);
        map_taken(&cursor);
        forget(lan, entry);
    }
    pthread_mutex_unlock(&lan->lock);
}

bool lan_join(struct lan *lan, struct session *session, struct session *old)
{
    struct lan_port *port = calloc(1, sizeof *port), *first = lan_next(lan, NULL);
    if (!port)
        return false;
    port->session = session;
    session->port = port;
    atomic_init(&port->next, first);
    if (first)
        first->previous = port;
    atomic_store_explicit(&lan->ports, port, memory_order_release);
    if (old && old->port && old->network == session->network)
        inherit(lan, old->port, port);
    return true;
}

void lan_leave(struct lan *lan, struct session *session)
{
    struct lan_port *port = session->port, *next = lan_next(lan, port);
    if (next)
        next->previous = port->previous;
    atomic_store_explicit(port->previous ? &port->previous->next : &lan->ports, next, memory_order_release);
    pthread_mutex_lock(&lan->lock);
    drop_old_of(lan, port, INT64_MAX);
    pthread_mutex_unlock(&lan->lock);
}
