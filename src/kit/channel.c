/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/channel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    BATCH = 16,
    BATCHES_PER_TURN = 8,          /* then others have theirs */
    QUEUE_BYTES = 8 * 1024 * 1024, /* what a slow reader may leave unread */
    EAGER_BYTES = 256 * 1024,      /* a queue this long is sent without waiting for a flush */
    SOCKET_BUFFER_BYTES = 1024 * 1024,
    BACKLOG = 64,
    LENGTH_BYTES = sizeof(uint32_t),
    PACKET_BYTES = LENGTH_BYTES + CHANNEL_MESSAGE_BYTES,
};

/* Messages to send, one after the other, each behind its length. */
struct queue {
    uint8_t *space;
    size_t room, first, end; /* waiting: [first, end) */
};

struct channel {
    struct loop *loop;
    struct watch watch;
    const struct channel_events *events;
    void *context;
    struct queue queue;
    bool blocked; /* waits for EPOLLOUT */
    bool busy;    /* in its owner's callback, or about to be */
    bool gone;    /* freed by the owner meanwhile */
};

/* One set of receive buffers serves every channel of the process: a batch is handed over before the next. */
static uint8_t received[BATCH][PACKET_BYTES];

static void ready(struct watch *watch, uint32_t events);

struct channel *channel_new(struct loop *loop, int fd, const struct channel_events *events, void *context)
{
    struct channel *channel = calloc(1, sizeof *channel);
    if (!channel)
        return NULL;
    *channel = (struct channel){
        .loop = loop, .watch = {.fd = fd, .ready = ready}, .events = events, .context = context};
    const int size = SOCKET_BUFFER_BYTES;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    if (loop_watch(loop, &channel->watch, EPOLLIN))
        return channel;
    free(channel);
    return NULL;
}

void channel_free(struct channel *channel)
{
    if (!channel)
        return;
    if (!channel->gone) {
        channel_flush(channel);
        loop_forget(channel->loop, &channel->watch);
        close(channel->watch.fd);
        channel->gone = true;
    }
    if (channel->busy)
        return; /* `ready` is on the stack below us and finishes */
    free(channel->queue.space);
    free(channel);
}

/* --- Receiving --- */

static int receive(const struct channel *channel, struct mmsghdr messages[BATCH], struct iovec space[BATCH])
{
    for (size_t i = 0; i < BATCH; i++) {
        space[i] = (struct iovec){received[i], PACKET_BYTES};
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &space[i], .msg_iovlen = 1}};
    }
    return recvmmsg(channel->watch.fd, messages, BATCH, MSG_DONTWAIT, NULL);
}

/* False: no channel packs so. */
static bool unpack(struct channel *channel, const uint8_t *packet, size_t size)
{
    for (size_t at = 0; at < size && !channel->gone;) {
        uint32_t length;
        if (size - at < LENGTH_BYTES)
            return false;
        memcpy(&length, packet + at, LENGTH_BYTES);
        at += LENGTH_BYTES;
        if (length == 0 || length > size - at)
            return false;
        channel->events->message(channel->context, channel, bytes_of(packet + at, length));
        at += length;
    }
    return true;
}

static bool take(struct channel *channel, const uint8_t *packet, size_t size)
{
    if (channel->events->packed)
        return unpack(channel, packet, size);
    channel->events->message(channel->context, channel, bytes_of(packet, size));
    return true;
}

/* False when the other side has hung up, or sent what no channel sends. */
static bool hand_over(struct channel *channel, const struct mmsghdr *messages, int count)
{
    for (int i = 0; i < count && !channel->gone; i++) {
        if (messages[i].msg_len == 0 || messages[i].msg_hdr.msg_flags & MSG_TRUNC ||
            !take(channel, received[i], messages[i].msg_len))
            return false;
    }
    return true;
}

static bool receive_turn(struct channel *channel)
{
    struct mmsghdr messages[BATCH];
    struct iovec space[BATCH];
    for (int turn = 0; turn < BATCHES_PER_TURN && !channel->gone; turn++) {
        int count = receive(channel, messages, space);
        if (count < 0)
            return errno == EAGAIN || errno == EINTR;
        if (!hand_over(channel, messages, count))
            return false;
        if (count < BATCH)
            break;
    }
    return true;
}

static void ready(struct watch *watch, uint32_t events)
{
    struct channel *channel = (struct channel *)((char *)watch - offsetof(struct channel, watch));
    channel->busy = true;
    if (events & EPOLLOUT)
        channel_flush(channel);
    bool open = !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)) || receive_turn(channel);
    if (!open && !channel->gone)
        channel->events->closed(channel->context, channel);
    channel->busy = false;
    if (!open || channel->gone)
        channel_free(channel);
}

/* --- Sending --- */

static bool make_room(struct queue *queue, size_t need)
{
    if (queue->first == queue->end)
        queue->first = queue->end = 0;
    if (queue->room - queue->end >= need)
        return true;
    if (queue->first) {
        memmove(queue->space, queue->space + queue->first, queue->end - queue->first);
        queue->end -= queue->first;
        queue->first = 0;
    }
    size_t room = queue->room ? queue->room : 4096;
    while (room - queue->end < need)
        room *= 2;
    if (room > QUEUE_BYTES)
        return false;
    uint8_t *space = room == queue->room ? queue->space : realloc(queue->space, room);
    if (!space)
        return false;
    queue->space = space;
    queue->room = room;
    return true;
}

bool channel_send(struct channel *channel, struct bytes message)
{
    const uint32_t length = (uint32_t)message.len;
    struct queue *queue = &channel->queue;
    if (!message.len || message.len > CHANNEL_MESSAGE_BYTES || channel->gone ||
        !make_room(queue, sizeof length + message.len))
        return false;
    memcpy(queue->space + queue->end, &length, sizeof length);
    memcpy(queue->space + queue->end + sizeof length, message.data, message.len);
    queue->end += sizeof length + message.len;
    if (queue->end - queue->first >= EAGER_BYTES && !channel->blocked)
        channel_flush(channel);
    return true;
}

static size_t whole_at(const struct queue *queue, size_t at)
{
    uint32_t length;
    memcpy(&length, queue->space + at, LENGTH_BYTES);
    return LENGTH_BYTES + length;
}

/* As many whole messages as a packet holds, with their lengths. */
static struct iovec next_packet(const struct queue *queue, size_t at)
{
    size_t size = whole_at(queue, at);
    while (at + size < queue->end && size + whole_at(queue, at + size) <= PACKET_BYTES)
        size += whole_at(queue, at + size);
    return (struct iovec){queue->space + at, size};
}

/* Up to a batch from the queue's front; returns how many. */
static unsigned gather(const struct channel *channel, struct mmsghdr messages[BATCH],
                       struct iovec space[BATCH])
{
    const struct queue *queue = &channel->queue;
    unsigned count = 0;
    for (size_t at = queue->first; at < queue->end && count < BATCH; count++) {
        const size_t whole = whole_at(queue, at);
        space[count] = channel->events->packed
                           ? next_packet(queue, at)
                           : (struct iovec){queue->space + at + LENGTH_BYTES, whole - LENGTH_BYTES};
        messages[count] = (struct mmsghdr){.msg_hdr = {.msg_iov = &space[count], .msg_iovlen = 1}};
        at += channel->events->packed ? space[count].iov_len : whole;
    }
    return count;
}

static void want_writable(struct channel *channel, bool blocked)
{
    if (channel->blocked == blocked)
        return;
    channel->blocked = blocked;
    loop_watch(channel->loop, &channel->watch, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void channel_flush(struct channel *channel)
{
    struct mmsghdr messages[BATCH];
    struct iovec space[BATCH];
    struct queue *queue = &channel->queue;
    while (!channel->gone && queue->first < queue->end) {
        unsigned count = gather(channel, messages, space);
        int sent = sendmmsg(channel->watch.fd, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EAGAIN || errno == ENOBUFS)
                want_writable(channel, true);
            return; /* any other error: the reading side is told of the end */
        }
        for (int i = 0; i < sent; i++)
            queue->first += space[i].iov_len + (channel->events->packed ? 0 : LENGTH_BYTES);
    }
    if (!channel->gone)
        want_writable(channel, false);
}

/* --- Named endpoints --- */

static bool name_of(const char *path, struct sockaddr_un *name)
{
    *name = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof name->sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(name->sun_path, path);
    return true;
}

static int close_with_errno(int fd)
{
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

int channel_connect(const char *path)
{
    struct sockaddr_un name;
    if (!name_of(path, &name))
        return -1;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    return close_with_errno(fd);
}

/* The socket goes to whom the folder belongs, whoever made it: they may ask all the processes there. Needs a privilege, or
 * changes nothing; those who watch the folder see by it that the socket listens. */
static void give_to_owner(const char *path)
{
    char folder[sizeof((struct sockaddr_un *)NULL)->sun_path];
    const char *slash = strrchr(path, '/');
    struct stat owner;
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    if (stat(folder, &owner) == 0 && lchown(path, owner.st_uid, owner.st_gid) != 0)
        (void)lchown(path, geteuid(), getegid());
}

int channel_listen(const char *path)
{
    struct sockaddr_un name;
    int living = channel_connect(path);
    if (living >= 0) {
        close(living);
        errno = EADDRINUSE;
        return -1;
    }
    if (!name_of(path, &name))
        return -1;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    unlink(path);
    mode_t before = umask(0117); /* owner and group only */
    int bound = bind(fd, (struct sockaddr *)&name, sizeof name);
    umask(before);
    if (bound < 0 || listen(fd, BACKLOG) < 0)
        return close_with_errno(fd);
    give_to_owner(path);
    return fd;
}

uid_t channel_user(int fd)
{
    struct ucred who = {.uid = (uid_t)-1};
    socklen_t size = sizeof who;
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size);
    return who.uid;
}
