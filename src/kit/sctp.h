/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SCTP for N2 (TS 38.412), one interface over two stacks: the kernel's where the host has it, else libusrsctp
 * run without threads over a raw IP socket that this file owns. The choice is made once per endpoint and
 * logged. Messages are delivered whole, in order per stream, and are only borrowed by the callback.
 */
#ifndef KIT_SCTP_H
#define KIT_SCTP_H

#include <stdbool.h>
#include <stdint.h>

#include "kit/address.h"
#include "kit/bytes.h"
#include "kit/loop.h"

/* libusrsctp exports names like sctp_close for its own use; ours stay inside the executable. */
#pragma GCC visibility push(hidden)

struct sctp_endpoint;
struct sctp_association;

enum sctp_stack { SCTP_AUTOMATIC, SCTP_KERNEL, SCTP_USERSPACE };

struct sctp_events {
    /* A peer came (listener) or answered (sctp_connect). `user` of the association is the owner's to set. */
    void (*up)(void *context, struct sctp_association *association);
    void (*message)(void *context, struct sctp_association *association, uint16_t stream, uint32_t ppid,
                    struct bytes message);
    /* Lost, shut down or never established; the association is freed when the call returns. */
    void (*down)(void *context, struct sctp_association *association, const char *reason);
    /* The peer restarted the association in place (RFC 9260, 5.2): all state above it is void. */
    void (*restarted)(void *context, struct sctp_association *association);
};

struct sctp_association {
    union socket_address peer;
    uint16_t outbound_streams; /* known once up */
    void *user;
};

struct sctp_settings {
    enum sctp_stack stack;
    union socket_address local; /* address (may be the any-address) and port (0: the stack picks) */
    bool listen;
    uint16_t streams;      /* outbound streams to ask for; 0 means 2 */
    unsigned associations; /* most at once; more are aborted; 0 means 1024 */
    size_t message_bytes;  /* longest message accepted; 0 means 64 KiB */
    int socket; /* raw or SCTP socket from sctp_socket, which the endpoint takes over; or -1 to open one */
};

/* On failure NULL and *why names the cause and the remedy ("raw sockets need CAP_NET_RAW: ..."), static text.
 */
struct sctp_endpoint *sctp_open(struct loop *loop, struct sctp_settings settings,
                                const struct sctp_events *events, void *context, const char **why);
/* Aborts every association, without `down` calls. Not from within one of the endpoint's callbacks. */
void sctp_close(struct sctp_endpoint *endpoint);
enum sctp_stack sctp_stack_of(const struct sctp_endpoint *endpoint);

/* The privileged socket an endpoint with these settings needs, for the keeper to open and hand down; -1 with
 * errno. Each edge gets a fresh one: a socket that outlives its edge would keep the dead one's associations.
 */
int sctp_socket(const struct sctp_settings *settings);

/* Reserves the address for the user-space stack, among all of this network namespace, as long as *claim is open; who opens an
 * endpoint without a socket handed down does so for itself. *claim is -1 where the kernel's stack sees to that. False with
 * errno (EADDRINUSE). */
bool sctp_claim(const struct sctp_settings *settings, int *claim);

/* Begins an association; `up` or `down` follows. NULL: refused at once, *why says why. */
struct sctp_association *sctp_connect(struct sctp_endpoint *endpoint, const union socket_address *peer,
                                      const char **why);

/* False when the association is going down or its send queue is full (the message was not taken). */
bool sctp_send(struct sctp_association *association, uint16_t stream, uint32_t ppid, struct bytes message);

/* Takes nothing from the peer for so long, as if the network had lost it: who keeps to SCTP then sends less, and again what was lost.
 * The kernel's stack cannot: nothing happens. */
void sctp_hold_off(struct sctp_association *association, int64_t time);

/* Graceful (SHUTDOWN) or at once (ABORT); `down` follows. */
void sctp_shutdown(struct sctp_association *association, bool abort);

/* Sends what is queued; called from the process's settle hook. */
void sctp_flush(struct sctp_endpoint *endpoint);

/* The address and port the endpoint is at. */
union socket_address sctp_local(const struct sctp_endpoint *endpoint);

#pragma GCC visibility pop

#endif
