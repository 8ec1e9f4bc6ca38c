/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/lan.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kit/map.h"
#include "plane/session.h"

struct lan_mac {
    uint64_t mac;
    int64_t last;          /* when it sent */
    struct lan_port *port; /* NULL: outside */
    struct lan_mac *next;  /* of its port */
};

/* The list of ports only the agent changes, and others walk; the rest has a lock. */
struct lan {
    struct lan_settings settings;
    _Atomic(struct lan_port *) ports;
    pthread_mutex_t lock;
    struct map macs;
    unsigned outside;
    int64_t swept;
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

static uint64_t key_of(const uint8_t mac[FRAME_MAC])
{
    struct reader r = reader_of(bytes_of(mac, FRAME_MAC));
    const uint64_t upper = read_u32(&r);
    return upper << 16 | read_u16(&r);
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

/* It must have been taken out of the map, or be on the way out. */
static void forget(struct lan *lan, struct lan_mac *entry)
{
    if (entry->port)
        unlink_from_port(entry);
    else
        lan->outside--;
    free(entry);
}

static bool is_old(const struct lan *lan, const struct lan_mac *entry, int64_t now)
{
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
    *entry = (struct lan_mac){.mac = mac, .last = now};
    if (port)
        link_to(port, entry);
    else
        lan->outside++;
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
        free(entry);
    }
}

static enum drop learn(struct lan *lan, uint64_t mac, struct lan_port *port, int64_t now)
{
    struct lan_mac *entry = find(lan, mac, now);
    if (entry && entry->port != port)
        return DROP_SPOOFED_SOURCE;
    if (entry) {
        entry->last = now;
        return DROP_NONE;
    }
    if (port->mac_count >= lan->settings.macs)
        drop_old_of(lan, port, now);
    return port->mac_count < lan->settings.macs && add(lan, mac, port, now) ? DROP_NONE : DROP_MANY_MACS;
}

enum drop lan_learn(struct lan *lan, const uint8_t mac[FRAME_MAC], const struct session *session, int64_t now)
{
    pthread_mutex_lock(&lan->lock);
    const enum drop drop = learn(lan, key_of(mac), session->port, now);
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
        if (entry->port || !is_old(lan, entry, now))
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
    if (entry && !entry->port && entry->last < now)
        entry->last = now;
    else if (!entry && has_room_outside(lan, now))
        add(lan, mac, NULL, now);
}

void lan_learn_outside(struct lan *lan, const uint8_t mac[FRAME_MAC], int64_t now)
{
    pthread_mutex_lock(&lan->lock);
    learn_outside(lan, key_of(mac), now);
    pthread_mutex_unlock(&lan->lock);
}

bool lan_reserve(struct lan *lan, const uint8_t mac[FRAME_MAC])
{
    return map_get(&lan->macs, key_of(mac)) || add(lan, key_of(mac), NULL, INT64_MAX);
}

struct session *lan_find(struct lan *lan, const uint8_t mac[FRAME_MAC], int64_t now, bool *outside)
{
    pthread_mutex_lock(&lan->lock);
    const struct lan_mac *entry = find(lan, key_of(mac), now);
    struct session *session = entry && entry->port ? entry->port->session : NULL;
    *outside = entry && !entry->port;
    pthread_mutex_unlock(&lan->lock);
    return session;
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
    for (const struct lan_mac *entry = session->port->macs; entry && count < most; entry = entry->next) {
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
