/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internal to kit/sctp*.c: SCTP packets over raw IP sockets, received and sent in batches. A socket hears
 * only packets for its own (address, port), so several stacks in one network namespace never answer for each
 * other.
 */
#ifndef KIT_SCTP_RAW_H
#define KIT_SCTP_RAW_H

#include "kit/address.h"
#include "kit/bytes.h"

#pragma GCC visibility push(hidden)

/* Opens and binds to the address (the port plays no part yet); -1 with errno. */
int raw_socket(const union socket_address *local);

/* Narrows the socket to packets for the port. False with errno. */
bool raw_listen(int fd, const union socket_address *local);

/* Reserves (address, port) among the stacks of this network namespace, for as long as the returned descriptor
 * is open. Port 0 in *local: a free one is picked and filled in. -1 with errno (EADDRINUSE). */
int raw_claim(union socket_address *local);

/* The address of this host that packets to the peer would come from. */
bool raw_source_for(const union socket_address *peer, union socket_address *source);

struct raw_batch;

struct raw_batch *raw_batch_new(void); /* NULL: out of memory */
void raw_batch_free(struct raw_batch *batch);

/* A packet as it came: SCTP header first; borrowed. */
typedef void raw_packet_handler(void *context, const union socket_address *from,
                                const union socket_address *to, struct bytes packet);

/* Reads what waits, up to a batch, and hands over packets for local's port. True: there may be more. */
bool raw_receive(struct raw_batch *batch, int fd, const union socket_address *local,
                 raw_packet_handler *handle, void *context);

/* What a socket got, as it stands: the IP header before it, of IPv4, is taken off. False: it is no SCTP packet, or not for local.
 * *to: where it was sent; of IPv6 the caller knows that. */
bool raw_unwrap(const union socket_address *local, struct bytes *packet, union socket_address *to);

/* Queues a packet for sending and returns room for it; NULL: too long. `from` may be the any-address. */
uint8_t *raw_queue(struct raw_batch *batch, int fd, const union socket_address *to,
                   const union socket_address *from, size_t length);

/* Sends what is queued. What the host cannot take is lost, as packets are. */
void raw_flush(struct raw_batch *batch);

#pragma GCC visibility pop
#endif
