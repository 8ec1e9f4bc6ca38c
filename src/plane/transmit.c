/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/transmit.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plane/path.h"
#include "wire/gtpu/gtpu.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum { MESSAGES = 64, CONTROL_BYTES = 64, SOCKET_BUFFER = 4 << 20 };

bool transmit_init(struct transmit *transmit, const struct plane *plane, int v4, int v6)
{
    int size = 0;
    *transmit = (struct transmit){.tap = &plane->tap,
                                  .v4 = v4,
                                  .v6 = v6,
                                  .longest = (size_t)plane->policy.tunnel_mtu + GTPU_HEADER_CONTAINER};
    transmit->segments = setsockopt(v4 >= 0 ? v4 : v6, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size) == 0;
    transmit->datagrams = calloc(TRANSMIT_DATAGRAMS, sizeof *transmit->datagrams);
    transmit->headers = calloc(TRANSMIT_DATAGRAMS, sizeof *transmit->headers);
    if (transmit->datagrams && transmit->headers)
        return true;
    transmit_free(transmit);
    return false;
}

void transmit_free(struct transmit *transmit)
{
    free(transmit->datagrams);
    free(transmit->headers);
    *transmit = (struct transmit){.v4 = -1, .v6 = -1};
}

struct datagram *transmit_next(struct transmit *transmit, struct lane *lane)
{
    if (transmit_full(transmit))
        transmit_flush(transmit, lane);
    return &transmit->datagrams[transmit->count++];
}

void transmit_packet(struct transmit *transmit, struct lane *lane, const struct packet *packet)
{
    struct datagram *datagram = transmit_next(transmit, lane);
    datagram->to = packet->to;
    datagram->marking = packet->marking;
    datagram->part_count = 1;
    datagram->parts[0] = (struct iovec){packet->data, packet->length};
}

static size_t length_of(const struct datagram *datagram)
{
    return datagram->parts[0].iov_len + (datagram->part_count == 2 ? datagram->parts[1].iov_len : 0);
}

static bool same_way(const struct datagram *a, const struct datagram *b)
{
    return a->marking == b->marking && address_same_host(&a->to, &b->to) &&
           a->to.v4.sin_port == b->to.v4.sin_port;
}

/* How many datagrams from `first` on can go as one: all of one size, the last may be shorter. */
static unsigned group_size(const struct transmit *transmit, unsigned first)
{
    const struct datagram *head = &transmit->datagrams[first];
    size_t size = length_of(head), total = size;
    unsigned n = 1;
    while (transmit->segments && size <= transmit->longest && first + n < transmit->count &&
           n < TRANSMIT_GROUP) {
        const struct datagram *next = head + n;
        size_t length = length_of(next);
        if (length > size || total + length > TRANSMIT_GROUP_BYTES || !same_way(head, next))
            break;
        total += length;
        n++;
        if (length < size)
            break;
    }
    return n;
}

struct batch {
    struct mmsghdr messages[MESSAGES];
    struct iovec parts[2 * TRANSMIT_DATAGRAMS];
    _Alignas(struct cmsghdr) uint8_t control[MESSAGES][CONTROL_BYTES];
    const struct datagram *heads[MESSAGES];
    unsigned datagrams[MESSAGES]; /* in each message, from its head on */
    unsigned count, part_count;
};

static void add_control(struct msghdr *header, int level, int type, const void *value, size_t size)
{
    struct cmsghdr *control = (struct cmsghdr *)((uint8_t *)header->msg_control + header->msg_controllen);
    control->cmsg_level = level;
    control->cmsg_type = type;
    control->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(control), value, size);
    header->msg_controllen += CMSG_SPACE(size);
}

/* control: CONTROL_BYTES. */
static void begin_message(struct msghdr *header, uint8_t *control, const struct datagram *head)
{
    const bool v4 = head->to.any.sa_family == AF_INET;
    const int marking = head->marking;
    *header = (struct msghdr){
        .msg_name = (void *)&head->to,
        .msg_namelen = v4 ? sizeof head->to.v4 : sizeof head->to.v6,
        .msg_control = control,
    };
    if (marking)
        add_control(header, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TOS : IPV6_TCLASS, &marking,
                    sizeof marking);
}

static void add_message(struct batch *batch, const struct datagram *head, unsigned n)
{
    struct msghdr *header = &batch->messages[batch->count].msg_hdr;
    begin_message(header, batch->control[batch->count], head);
    header->msg_iov = &batch->parts[batch->part_count];
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k < head[i].part_count; k++)
            batch->parts[batch->part_count++] = head[i].parts[k];
    header->msg_iovlen = (size_t)(&batch->parts[batch->part_count] - header->msg_iov);
    uint16_t segment = (uint16_t)length_of(head);
    if (n > 1)
        add_control(header, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
    if (header->msg_controllen == 0)
        header->msg_control = NULL;
    batch->heads[batch->count] = head;
    batch->datagrams[batch->count++] = n;
}

/* The kernel cuts up a datagram that is too long for its way, but none of a group. */
static void send_singly(struct lane *lane, const struct datagram *head, unsigned n, int socket)
{
    for (const struct datagram *one = head; one < head + n; one++) {
        struct msghdr header;
        _Alignas(struct cmsghdr) uint8_t control[CONTROL_BYTES];
        begin_message(&header, control, one);
        header.msg_iov = (struct iovec *)one->parts;
        header.msg_iovlen = one->part_count;
        if (sendmsg(socket, &header, 0) < 0)
            count(&lane->counters.drops[DROP_SEND], 1);
    }
}

/* A message that fails is lost, as packets are; the others go on. */
static void send_batch(struct transmit *transmit, struct lane *lane, struct batch *batch, int socket)
{
    unsigned at = 0;
    while (at < batch->count) {
        int sent = sendmmsg(socket, batch->messages + at, batch->count - at, 0);
        if (sent > 0) {
            at += (unsigned)sent;
            continue;
        }
        if (errno == EINTR)
            continue;
        const int reason = errno;
        if (reason == EIO && batch->datagrams[at] > 1)
            transmit->segments = false; /* the device cannot */
        if (batch->datagrams[at] > 1 && (reason == EIO || reason == EMSGSIZE || reason == EINVAL))
            send_singly(lane, batch->heads[at], batch->datagrams[at], socket);
        else
            count(&lane->counters.drops[DROP_SEND], batch->datagrams[at]);
        at++;
    }
    batch->count = batch->part_count = 0;
}

void transmit_flush(struct transmit *transmit, struct lane *lane)
{
    static _Thread_local struct batch batch;
    int socket = -1;
    if (tapped(transmit->tap))
        for (unsigned i = 0; i < transmit->count; i++)
            tap_sent(transmit->tap, &transmit->datagrams[i].to, transmit->datagrams[i].parts,
                     transmit->datagrams[i].part_count);
    for (unsigned first = 0, n; first < transmit->count; first += n) {
        const struct datagram *head = &transmit->datagrams[first];
        int wanted = head->to.any.sa_family == AF_INET ? transmit->v4 : transmit->v6;
        n = group_size(transmit, first);
        if (batch.count && (batch.count == MESSAGES || wanted != socket))
            send_batch(transmit, lane, &batch, socket);
        socket = wanted;
        add_message(&batch, head, n);
    }
    if (batch.count)
        send_batch(transmit, lane, &batch, socket);
    transmit->count = 0;
}

/* Sockets of one address are chosen by TEID, so that a tunnel's packets stay in order on one worker. */
static bool spread(int fd, unsigned workers)
{
    struct sock_filter code[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, 4},
        {BPF_ALU | BPF_MOD | BPF_K, 0, 0, workers},
        {BPF_RET | BPF_A, 0, 0, 0},
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) == 0;
}

static bool set_up(int fd, const union socket_address *address, unsigned workers)
{
    int one = 1, size = SOCKET_BUFFER;
    bool v4 = address->any.sa_family == AF_INET;
    if (!v4 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) != 0)
        return false;
    if (!v4) /* RFC 6935: a tunnel's datagrams may have none; ours have */
        setsockopt(fd, SOL_UDP, UDP_NO_CHECK6_RX, &one, sizeof one);
    if (workers > 1 && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) != 0)
        return false;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    setsockopt(fd, IPPROTO_UDP, UDP_GRO, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof one);
    if (bind(fd, &address->any, v4 ? sizeof address->v4 : sizeof address->v6) != 0)
        return false;
    if (workers > 1)
        spread(fd, workers);
    return true;
}

int n3_open(const union socket_address *address, unsigned workers)
{
    int fd = socket(address->any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || set_up(fd, address, workers))
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}
