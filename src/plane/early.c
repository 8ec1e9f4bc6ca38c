/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/early.h"

#include <stdlib.h>

/* A share of the buffers, so that a gNB that sends what nobody confirms cannot take them from phones that sleep. */
enum { PACKETS = 64, SHARE = 4, LIFE_MS = 1000 };

struct one {
    struct one *next;
    size_t length;
    uint8_t data[];
};

struct early {
    union socket_address peer;
    int64_t since;
    struct one *first, **last;
    unsigned count;
};

static bool from_peer(const struct session *session, const union socket_address *peer)
{
    return session->early && address_same_host(&session->early->peer, peer);
}

bool early_concerns(const struct session *session, const union socket_address *peer)
{
    return !session->gnb || !address_same_host(&session->gnb->address, peer) || from_peer(session, peer);
}

static struct early *begin(struct plane *plane, struct session *session, const union socket_address *peer,
                           int64_t now)
{
    if (session->early && now - session->early->since < MILLISECONDS(LIFE_MS))
        return NULL; /* another gNB's turn */
    early_discard(plane, session);
    struct early *early = session->early = calloc(1, sizeof *early);
    if (early)
        *early = (struct early){.peer = *peer, .since = now, .last = &early->first};
    return early;
}

static bool reserve(struct plane *plane)
{
    if (atomic_fetch_add(&plane->early_total, 1) < plane->policy.buffer_total / SHARE)
        return true;
    atomic_fetch_sub(&plane->early_total, 1);
    return false;
}

bool early_push(struct plane *plane, struct session *session, const union socket_address *peer,
                const struct packet *packet)
{
    struct early *early =
        from_peer(session, peer) ? session->early : begin(plane, session, peer, packet->now);
    if (!early || early->count == PACKETS || !reserve(plane))
        return false;
    struct one *one = malloc(sizeof *one + packet->length);
    if (!one) {
        atomic_fetch_sub(&plane->early_total, 1);
        return false;
    }
    *one = (struct one){.length = packet->length};
    memcpy(one->data, packet->data, packet->length);
    *early->last = one;
    early->last = &one->next;
    early->count++;
    return true;
}

static struct one *take(struct plane *plane, struct early *early)
{
    struct one *one = early->first;
    if (!one)
        return NULL;
    early->first = one->next;
    if (!early->first)
        early->last = &early->first;
    early->count--;
    atomic_fetch_sub(&plane->early_total, 1);
    return one;
}

bool early_pop(struct plane *plane, struct session *session, struct packet *packet,
               union socket_address *peer)
{
    struct early *early = session->early;
    bool named = early && session->gnb && address_same_host(&session->gnb->address, &early->peer);
    if (early && !named && (session->gnb || early_awaits(session)))
        return false;
    bool fresh = named && packet->now - early->since < MILLISECONDS(LIFE_MS);
    struct one *one = fresh ? take(plane, early) : NULL;
    if (!one) {
        early_discard(plane, session);
        return false;
    }
    *peer = early->peer;
    memcpy(packet->data, one->data, one->length);
    packet->length = one->length;
    free(one);
    return true;
}

void early_discard(struct plane *plane, struct session *session)
{
    for (struct one *one; session->early && (one = take(plane, session->early)) != NULL;)
        free(one);
    free(session->early);
    session->early = NULL;
}
