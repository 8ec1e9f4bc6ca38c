/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internal to kit/sctp_user*.c: SCTP of libusrsctp without its threads, over raw IP sockets of ours.
 *
 * The library sees peers by opaque addresses (AF_CONN): a number made of the endpoint and the peer's host, never a pointer, for it
 * goes out in cookies. Ports within the library are virtual, one per endpoint, so that endpoints of one process may share a port on
 * different addresses.
 */
#ifndef KIT_SCTP_USER_H
#define KIT_SCTP_USER_H

#include <usrsctp.h>

#include "kit/sctp_stack.h"

#pragma GCC visibility push(hidden)

/* A host that packets come from and go to, and the address of ours that it knows. */
struct sctp_peer {
    union socket_address address, local;
    uint16_t held_port; /* what comes from it is dropped until then */
    int64_t held_until;
};

struct user_endpoint {
    struct sctp_endpoint base; /* first: the owner's pointer is ours */
    struct watch watch;
    struct socket *socket;
    int claim;
    uint16_t number;  /* from 1 */
    struct map peers; /* opaque address -> struct sctp_peer */
    struct association *holding;
};

/* --- sctp_user_peers.c: the hosts at the other ends --- */

/* The peer at that address, which knows us by `local`, and its number within the library. NULL: out of memory, or another pair of
 * hosts has the number already. */
struct sctp_peer *sctp_peer_at(struct user_endpoint *endpoint, const union socket_address *address,
                               const union socket_address *local, uint64_t *opaque);
/* An association's, with the port there; NULL: the library knows none. */
struct sctp_peer *sctp_peer_of(struct user_endpoint *endpoint, uint32_t association, uint16_t *port);
void sctp_peers_free(struct user_endpoint *endpoint);

/* --- sctp_user_library.c: the library, one per process --- */

/* For one endpoint more. False: out of memory. */
bool sctp_library_open(struct loop *loop);
void sctp_library_close(void);

/* Gives the endpoint its number, and a seed for the numbers of its peers. False: too many are open. */
bool sctp_library_enter(struct user_endpoint *endpoint);
/* Nothing more is told of it. */
void sctp_library_leave(const struct user_endpoint *endpoint);

/* The endpoint's socket, of which it tells from the loop. NULL: it refuses. */
struct socket *sctp_library_socket(struct user_endpoint *endpoint);
/* The endpoint's port within the library, in network byte order. */
uint16_t sctp_library_port(const struct user_endpoint *endpoint);
/* The endpoint's raw socket is readable. */
void sctp_library_receive(struct watch *watch, uint32_t events);

/* An association begins: the clock has to tick from now on. */
void sctp_library_wake(void);
/* Sends the packets that the library has made. */
void sctp_library_flush(void);

#pragma GCC visibility pop
#endif
