/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Local message channels between the processes of the house: SOCK_SEQPACKET unix sockets, whole messages,
 * sent and received in batches (sendmmsg, recvmmsg). A slow reader fills the sender's bounded queue; then
 * channel_send says so.
 */
#ifndef KIT_CHANNEL_H
#define KIT_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "kit/bytes.h"
#include "kit/loop.h"

struct channel;

struct channel_events {
    void (*message)(void *context, struct channel *channel, struct bytes message); /* borrowed */
    void (*closed)(void *context, struct channel *channel); /* the channel is freed when the call returns */
    /* Many messages travel together, each behind its length, 4 octets as the host writes them; on both sides. */
    bool packed;
};

enum { CHANNEL_MESSAGE_BYTES = 128 * 1024 };

/* Takes over the connected socket. NULL: out of memory. */
struct channel *channel_new(struct loop *loop, int fd, const struct channel_events *events, void *context);
void channel_free(struct channel *channel); /* closes; no `closed` call */

/* Queues; sent at channel_flush or when the queue is long. False: queue full or message too long; not taken.
 */
bool channel_send(struct channel *channel, struct bytes message);
void channel_flush(struct channel *channel);

/* Named endpoints. fd or -1 with errno. A stale socket file is replaced. A new one belongs to its folder's owner, if this
 * process may give it away. */
int channel_listen(const char *path);
int channel_connect(const char *path);

/* Whose the process at the other end of a unix socket is, as the kernel knows it; (uid_t)-1: it does not say. */
uid_t channel_user(int fd);

#endif
