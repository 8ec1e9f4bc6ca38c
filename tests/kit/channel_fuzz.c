/* SPDX-License-Identifier: Apache-2.0 */
/* A packet from a peer that may be anything: it comes out as the messages that it holds, or the channel is closed. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../fuzz/must.h"
#include "kit/channel.h"
#include "kit/pass.h"

static struct loop *loop;
static struct channel *channel;
static int peer;
static struct bytes packet;
static size_t taken;

static void on_message(void *context, struct channel *from, struct bytes message)
{
    (void)context, (void)from;
    taken += sizeof(uint32_t);
    must(message.len > 0 && taken + message.len <= packet.len);
    must(memcmp(message.data, packet.data + taken, message.len) == 0);
    taken += message.len;
}

static void on_closed(void *context, struct channel *from)
{
    (void)context, (void)from;
    channel = NULL;
}

static void stop_when_done(void *context)
{
    (void)context;
    if (!channel || taken == packet.len)
        loop_stop(loop, 0);
}

static void connect_peer(void)
{
    static const struct channel_events events = {.message = on_message, .closed = on_closed, .packed = true};
    int ends[2];
    if (!loop) {
        loop = loop_new();
        must(loop);
        loop_on_settle(loop, stop_when_done, NULL);
    }
    must(pass_pair(ends));
    peer = ends[1];
    channel = channel_new(loop, ends[0], &events, NULL);
    must(channel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (!channel)
        connect_peer();
    packet = bytes_of(data, size);
    taken = 0;
    must(send(peer, data, size, MSG_NOSIGNAL) == (ssize_t)size);
    must(loop_run(loop) == 0);
    must((taken == size) == (channel != NULL));
    if (!channel)
        close(peer);
    return 0;
}
