/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/sctp_raw.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/ip.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    RECEIVE_BATCH = 32,
    RECEIVE_BYTES = 65536,
    SEND_BATCH = 128,
    SEND_BYTES = 1536, /* above the path MTU we set */
    SOCKET_BUFFER_BYTES = 4 * 1024 * 1024,
    SCTP_HEADER_BYTES = 12,
    EPHEMERAL_FIRST = 49152,
    EPHEMERAL_COUNT = 65536 - EPHEMERAL_FIRST,
};

struct control {
    alignas(struct cmsghdr) uint8_t space[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

struct outgoing {
    int fd;
    union socket_address to;
    struct control control;
    size_t control_length;
    size_t length;
    uint8_t packet[SEND_BYTES];
};

struct raw_batch {
    struct mmsghdr in[RECEIVE_BATCH];
    struct iovec in_space[RECEIVE_BATCH];
    union socket_address in_from[RECEIVE_BATCH];
    struct control in_control[RECEIVE_BATCH];
    size_t out_count;
    struct outgoing out[SEND_BATCH];
    uint8_t in_packet[RECEIVE_BATCH][RECEIVE_BYTES]; /* touched only as far as packets are long */
};

static void set_option(int fd, int level, int option, int value)
{
    (void)setsockopt(fd, level, option, &value, sizeof value);
}

int raw_socket(const union socket_address *local)
{
    const int family = local->any.sa_family;
    int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_SCTP);
    if (fd < 0)
        return -1;
    union socket_address host = *local;
    address_set_port(&host, 0);
    if (bind(fd, &host.any, address_length(&host)) < 0) {
        int cause = errno;
        close(fd);
        errno = cause;
        return -1;
    }
    set_option(fd, SOL_SOCKET, SO_RCVBUF, SOCKET_BUFFER_BYTES);
    set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, SOCKET_BUFFER_BYTES);
    set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, SOCKET_BUFFER_BYTES);
    if (family == AF_INET6) {
        set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
    } else {
        set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
    }
    return fd;
}

bool raw_listen(int fd, const union socket_address *local)
{
    const uint16_t port = address_port(local);
    /* IPv4 raw sockets show the IP header first, IPv6 ones do not. The destination port follows the source's.
     */
    struct sock_filter v4[] = {
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_filter v6[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 2),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {sizeof v4 / sizeof *v4, v4};
    if (local->any.sa_family == AF_INET6)
        program = (struct sock_fprog){sizeof v6 / sizeof *v6, v6};
    const int on = 1; /* whoever takes the process over must not hear more */
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on) == 0;
}

/* Abstract unix sockets belong to the network namespace, and go when their owner dies: a lock made to
 * measure. */
static int claim(const union socket_address *local)
{
    char at[ADDRESS_TEXT];
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int length = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "sctp %s", address_print(local, at));
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    if (bind(fd, (struct sockaddr *)&name, size) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

int raw_claim(union socket_address *local)
{
    if (address_port(local))
        return claim(local);
    unsigned start = 0;
    if (getrandom(&start, sizeof start, 0) < 0)
        start = (unsigned)getpid();
    for (unsigned i = 0; i < EPHEMERAL_COUNT; i++) {
        address_set_port(local, (uint16_t)(EPHEMERAL_FIRST + (start + i) % EPHEMERAL_COUNT));
        int fd = claim(local);
        if (fd >= 0 || errno != EADDRINUSE)
            return fd;
    }
    return -1;
}

bool raw_source_for(const union socket_address *peer, union socket_address *source)
{
    int fd = socket(peer->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    socklen_t size = sizeof *source;
    bool found =
        connect(fd, &peer->any, address_length(peer)) == 0 && getsockname(fd, &source->any, &size) == 0;
    close(fd);
    return found;
}

struct raw_batch *raw_batch_new(void)
{
    struct raw_batch *batch = calloc(1, sizeof *batch);
    for (size_t i = 0; batch && i < RECEIVE_BATCH; i++)
        batch->in_space[i] = (struct iovec){batch->in_packet[i], RECEIVE_BYTES};
    return batch;
}

void raw_batch_free(struct raw_batch *batch)
{
    free(batch);
}

/* Where an IPv6 packet was sent to, from the ancillary data. */
static bool v6_destination(struct msghdr *header, union socket_address *to)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            to->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = info.ipi6_addr};
            if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
                to->v6.sin6_scope_id = info.ipi6_ifindex;
            return true;
        }
    return false;
}

/* Takes the IP header off an IPv4 packet. */
static bool v4_destination(struct bytes *packet, union socket_address *to)
{
    struct iphdr ip;
    if (packet->len < sizeof ip)
        return false;
    memcpy(&ip, packet->data, sizeof ip);
    size_t header = (size_t)ip.ihl * 4;
    if (header < sizeof ip || header > packet->len)
        return false;
    *packet = bytes_of(packet->data + header, packet->len - header);
    to->v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = ip.daddr};
    return true;
}

bool raw_unwrap(const union socket_address *local, struct bytes *packet, union socket_address *to)
{
    if (local->any.sa_family == AF_INET && !v4_destination(packet, to))
        return false;
    if (packet->len < SCTP_HEADER_BYTES || (packet->data[2] << 8 | packet->data[3]) != address_port(local))
        return false;
    if (!address_is_any(local) && !address_same_host(local, to))
        return false;
    address_set_port(to, address_port(local));
    return true;
}

static void hand_over(struct raw_batch *batch, size_t i, const union socket_address *local,
                      raw_packet_handler *handle, void *context)
{
    struct msghdr *header = &batch->in[i].msg_hdr;
    struct bytes packet = {batch->in_packet[i], batch->in[i].msg_len};
    union socket_address to = {0};
    if (header->msg_flags & MSG_TRUNC || (local->any.sa_family == AF_INET6 && !v6_destination(header, &to)))
        return;
    if (raw_unwrap(local, &packet, &to))
        handle(context, &batch->in_from[i], &to, packet);
}

bool raw_receive(struct raw_batch *batch, int fd, const union socket_address *local,
                 raw_packet_handler *handle, void *context)
{
    for (size_t i = 0; i < RECEIVE_BATCH; i++)
        batch->in[i].msg_hdr = (struct msghdr){
            .msg_name = &batch->in_from[i],
            .msg_namelen = sizeof batch->in_from[i],
            .msg_iov = &batch->in_space[i],
            .msg_iovlen = 1,
            .msg_control = &batch->in_control[i],
            .msg_controllen = sizeof batch->in_control[i],
        };
    int count = recvmmsg(fd, batch->in, RECEIVE_BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++)
        hand_over(batch, (size_t)i, local, handle, context);
    return count == RECEIVE_BATCH;
}

/* Asks the host to send from the address that the peer knows. */
static void set_source(struct outgoing *out, const union socket_address *from)
{
    out->control_length = 0;
    if (address_is_any(from))
        return;
    struct cmsghdr *c = (struct cmsghdr *)out->control.space;
    if (from->any.sa_family == AF_INET6) {
        struct in6_pktinfo info = {.ipi6_addr = from->v6.sin6_addr, .ipi6_ifindex = from->v6.sin6_scope_id};
        *c = (struct cmsghdr){CMSG_LEN(sizeof info), IPPROTO_IPV6, IPV6_PKTINFO};
        memcpy(CMSG_DATA(c), &info, sizeof info);
        out->control_length = CMSG_SPACE(sizeof info);
    } else {
        struct in_pktinfo info = {.ipi_spec_dst = from->v4.sin_addr};
        *c = (struct cmsghdr){CMSG_LEN(sizeof info), IPPROTO_IP, IP_PKTINFO};
        memcpy(CMSG_DATA(c), &info, sizeof info);
        out->control_length = CMSG_SPACE(sizeof info);
    }
}

uint8_t *raw_queue(struct raw_batch *batch, int fd, const union socket_address *to,
                   const union socket_address *from, size_t length)
{
    if (length > SEND_BYTES)
        return NULL;
    if (batch->out_count == SEND_BATCH)
        raw_flush(batch);
    struct outgoing *out = &batch->out[batch->out_count++];
    out->fd = fd;
    out->to = *to;
    address_set_port(&out->to, 0);
    set_source(out, from);
    out->length = length;
    return out->packet;
}

/* Sends the run of packets from `first` that share a socket; returns where the next run begins. */
static size_t send_run(struct raw_batch *batch, size_t first)
{
    struct mmsghdr messages[SEND_BATCH];
    struct iovec space[SEND_BATCH];
    size_t count = 0;
    const int fd = batch->out[first].fd;
    for (; first + count < batch->out_count && batch->out[first + count].fd == fd; count++) {
        struct outgoing *out = &batch->out[first + count];
        space[count] = (struct iovec){out->packet, out->length};
        messages[count].msg_hdr = (struct msghdr){
            .msg_name = &out->to,
            .msg_namelen = address_length(&out->to),
            .msg_iov = &space[count],
            .msg_iovlen = 1,
            .msg_control = out->control_length ? &out->control : NULL,
            .msg_controllen = out->control_length,
        };
    }
    for (size_t done = 0; done < count;) {
        int sent = sendmmsg(fd, messages + done, (unsigned)(count - done), MSG_DONTWAIT);
        done += sent > 0 ? (size_t)sent : 1;
    }
    return first + count;
}

void raw_flush(struct raw_batch *batch)
{
    for (size_t at = 0; at < batch->out_count;)
        at = send_run(batch, at);
    batch->out_count = 0;
}
