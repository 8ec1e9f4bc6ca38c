/* SPDX-License-Identifier: Apache-2.0 */
/* The hosts at the other ends, and the numbers that stand for them within the library. */
#include <stdlib.h>

#include "kit/sctp_user.h"

enum { SPARE_PEERS = 256 };

static uint64_t mix(uint64_t h, const union socket_address *address)
{
    uint64_t half[2] = {address->v4.sin_addr.s_addr, 0};
    if (address->any.sa_family == AF_INET6)
        memcpy(half, &address->v6.sin6_addr, sizeof half);
    h = (h ^ half[0]) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 29 ^ half[1]) * 0xd6e8feb86659fd93u;
    return h ^ h >> 32;
}

/* A number for the pair of hosts. Two pairs of one endpoint share a number once in 2^48. */
static uint64_t opaque_of(const struct user_endpoint *endpoint, const union socket_address *address,
                          const union socket_address *local)
{
    return (uint64_t)endpoint->number << 48 | mix(mix(endpoint->peers.seed, address), local) >> 16;
}

/* The library takes packets only for addresses it counts as its own, and for it both ends have the same one. */
static struct sctp_peer *add_peer(struct user_endpoint *endpoint, uint64_t opaque,
                                  const union socket_address *address, const union socket_address *local)
{
    struct sctp_peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    *peer = (struct sctp_peer){.address = *address, .local = *local};
    if (!map_put(&endpoint->peers, opaque, peer)) {
        free(peer);
        return NULL;
    }
    usrsctp_register_address((void *)(uintptr_t)opaque);
    return peer;
}

static void free_peer(uint64_t opaque, struct sctp_peer *peer)
{
    usrsctp_deregister_address((void *)(uintptr_t)opaque);
    free(peer);
}

/* The library's address of an association's peer; 0 if it has none. */
static uint64_t opaque_of_association(struct user_endpoint *endpoint, uint32_t id, uint16_t *port)
{
    struct sockaddr *list;
    if (usrsctp_getpaddrs(endpoint->socket, id, &list) < 1)
        return 0;
    struct sockaddr_conn connection;
    memcpy(&connection, list, sizeof connection);
    usrsctp_freepaddrs(list);
    *port = ntohs(connection.sconn_port);
    return (uintptr_t)connection.sconn_addr;
}

/* Forgets every host that no association needs. */
static void sweep_peers(struct user_endpoint *endpoint)
{
    struct map kept, all = endpoint->peers;
    size_t cursor = 0;
    uint64_t key;
    uint16_t port;
    map_init(&kept, all.seed);
    for (void *value; map_next(&endpoint->base.associations, &cursor, &key, &value);) {
        uint64_t opaque = opaque_of_association(endpoint, (uint32_t)key, &port);
        struct sctp_peer *peer = map_get(&all, opaque);
        if (peer && map_put(&kept, opaque, peer))
            map_take(&all, opaque);
    }
    cursor = 0;
    for (void *value; map_next(&all, &cursor, &key, &value);)
        free_peer(key, value);
    map_free(&all);
    endpoint->peers = kept;
}

struct sctp_peer *sctp_peer_at(struct user_endpoint *endpoint, const union socket_address *address,
                               const union socket_address *local, uint64_t *opaque)
{
    *opaque = opaque_of(endpoint, address, local);
    struct sctp_peer *peer = map_get(&endpoint->peers, *opaque);
    if (peer)
        return address_same_host(&peer->address, address) ? peer : NULL;
    if (endpoint->peers.count >= 2 * (size_t)endpoint->base.settings.associations + SPARE_PEERS)
        sweep_peers(endpoint);
    return add_peer(endpoint, *opaque, address, local);
}

struct sctp_peer *sctp_peer_of(struct user_endpoint *endpoint, uint32_t association, uint16_t *port)
{
    *port = 0;
    return map_get(&endpoint->peers, opaque_of_association(endpoint, association, port));
}

void sctp_peers_free(struct user_endpoint *endpoint)
{
    size_t cursor = 0;
    uint64_t key;
    for (void *peer; map_next(&endpoint->peers, &cursor, &key, &peer);)
        free_peer(key, peer);
    map_free(&endpoint->peers);
}
