/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's SCTP: one one-to-many socket an endpoint (RFC 6458, 3). */
#include "kit/sctp_stack.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <linux/sctp.h>

enum {
    RECEIVE_BATCH = 16,
    RECEIVE_ROUNDS = 8,
    SOCKET_BUFFER_BYTES = 4 * 1024 * 1024,
};

struct kernel_endpoint {
    struct sctp_endpoint base; /* first: the owner's pointer is ours */
    struct watch watch;
    uint8_t *space; /* RECEIVE_BATCH messages, each with a byte to spare that shows one too long */
};

struct control {
    alignas(struct cmsghdr) uint8_t space[CMSG_SPACE(sizeof(struct sctp_rcvinfo))];
};

_Static_assert(sizeof(struct sctp_sndinfo) <= sizeof(struct sctp_rcvinfo), "struct control serves both ways");

static bool set_option(int fd, int level, int name, const void *value, size_t size)
{
    return setsockopt(fd, level, name, value, (socklen_t)size) == 0;
}

static bool set_timing(int fd)
{
    const struct sctp_rtoinfo rto = {
        .srto_initial = SCTP_RTO_INITIAL_MS, .srto_max = SCTP_RTO_MAX_MS, .srto_min = SCTP_RTO_MIN_MS};
    const struct sctp_assocparams association = {.sasoc_asocmaxrxt = SCTP_RETRANSMISSIONS};
    const struct sctp_paddrparams path = {.spp_flags = SPP_HB_ENABLE,
                                          .spp_hbinterval = SCTP_HEARTBEAT_MS,
                                          .spp_pathmaxrxt = SCTP_RETRANSMISSIONS};
    return set_option(fd, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof rto) &&
           set_option(fd, IPPROTO_SCTP, SCTP_ASSOCINFO, &association, sizeof association) &&
           set_option(fd, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof path);
}

static bool set_options(int fd, const struct sctp_settings *settings)
{
    const int on = 1, buffer = SOCKET_BUFFER_BYTES;
    const struct sctp_initmsg init = {.sinit_num_ostreams = settings->streams,
                                      .sinit_max_attempts = SCTP_INIT_ATTEMPTS,
                                      .sinit_max_init_timeo = SCTP_RTO_MAX_MS};
    const struct sctp_event_subscribe events = {.sctp_association_event = 1};
    (void)set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    (void)set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
    (void)set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    return set_option(fd, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof on) &&
           set_option(fd, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof init) &&
           set_option(fd, IPPROTO_SCTP, SCTP_EVENTS, &events, sizeof events) &&
           set_option(fd, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof on) && set_timing(fd);
}

int sctp_kernel_socket(const struct sctp_settings *settings)
{
    int fd =
        socket(settings->local.any.sa_family, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_SCTP);
    if (fd < 0)
        return -1;
    if (set_options(fd, settings) && bind(fd, &settings->local.any, address_length(&settings->local)) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

/* --- Receiving --- */

static void tell_change(struct kernel_endpoint *endpoint, const union socket_address *peer,
                        const struct sctp_assoc_change *change)
{
    struct sctp_endpoint *base = &endpoint->base;
    const uint32_t id = (uint32_t)change->sac_assoc_id;
    switch (change->sac_state) {
    case SCTP_COMM_UP:
        sctp_came_up(base, id, peer, change->sac_outbound_streams);
        break;
    case SCTP_RESTART:
        sctp_was_restarted(base, id);
        break;
    case SCTP_COMM_LOST:
        sctp_went_down(base, id, "lost: the peer aborted or does not answer");
        break;
    case SCTP_SHUTDOWN_COMP:
        sctp_went_down(base, id, "shut down");
        break;
    case SCTP_CANT_STR_ASSOC:
        sctp_went_down(base, id, "not established: the peer refuses or does not answer");
        break;
    default:
        break;
    }
}

static void tell_notification(struct kernel_endpoint *endpoint, const union socket_address *peer,
                              struct bytes notification)
{
    struct sctp_assoc_change change;
    if (notification.len < sizeof change)
        return;
    memcpy(&change, notification.data, sizeof change);
    if (change.sac_type == SCTP_ASSOC_CHANGE)
        tell_change(endpoint, peer, &change);
}

static bool info_of(struct msghdr *header, struct sctp_rcvinfo *info)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
        if (c->cmsg_level == IPPROTO_SCTP && c->cmsg_type == SCTP_RCVINFO) {
            memcpy(info, CMSG_DATA(c), sizeof *info);
            return true;
        }
    return false;
}

static void tell(struct kernel_endpoint *endpoint, struct msghdr *header, struct bytes message)
{
    struct sctp_rcvinfo info;
    if (header->msg_flags & MSG_NOTIFICATION)
        tell_notification(endpoint, header->msg_name, message);
    else if (!info_of(header, &info))
        return;
    else if (header->msg_flags & MSG_EOR)
        sctp_got_message(&endpoint->base, (uint32_t)info.rcv_assoc_id, info.rcv_sid, ntohl(info.rcv_ppid),
                         message);
    else
        sctp_got_too_much(&endpoint->base, (uint32_t)info.rcv_assoc_id);
}

/* True: there may be more. */
static bool receive_batch(struct kernel_endpoint *endpoint)
{
    struct mmsghdr messages[RECEIVE_BATCH];
    struct iovec space[RECEIVE_BATCH];
    struct control control[RECEIVE_BATCH];
    union socket_address from[RECEIVE_BATCH];
    const size_t size = endpoint->base.settings.message_bytes + 1;
    for (size_t i = 0; i < RECEIVE_BATCH; i++) {
        space[i] = (struct iovec){endpoint->space + i * size, size};
        messages[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
                                              .msg_namelen = sizeof from[i],
                                              .msg_iov = &space[i],
                                              .msg_iovlen = 1,
                                              .msg_control = &control[i],
                                              .msg_controllen = sizeof control[i]};
    }
    int count = recvmmsg(endpoint->watch.fd, messages, RECEIVE_BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++)
        tell(endpoint, &messages[i].msg_hdr, bytes_of(space[i].iov_base, messages[i].msg_len));
    return count == RECEIVE_BATCH;
}

static void messages_ready(struct watch *watch, uint32_t events)
{
    struct kernel_endpoint *endpoint =
        (struct kernel_endpoint *)((char *)watch - offsetof(struct kernel_endpoint, watch));
    (void)events;
    for (int round = 0; round < RECEIVE_ROUNDS; round++)
        if (!receive_batch(endpoint))
            break;
}

/* --- Sending --- */

static ssize_t send_with(const struct kernel_endpoint *endpoint, const struct sctp_sndinfo *info,
                         struct bytes message)
{
    struct control control = {0};
    struct iovec space = {(void *)message.data, message.len};
    struct msghdr header = {.msg_iov = &space,
                            .msg_iovlen = 1,
                            .msg_control = control.space,
                            .msg_controllen = CMSG_SPACE(sizeof *info)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&header);
    *c = (struct cmsghdr){CMSG_LEN(sizeof *info), IPPROTO_SCTP, SCTP_SNDINFO};
    memcpy(CMSG_DATA(c), info, sizeof *info);
    return sendmsg(endpoint->watch.fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static bool kernel_send(struct association *association, uint16_t stream, uint32_t ppid, struct bytes message)
{
    const struct sctp_sndinfo info = {
        .snd_sid = stream, .snd_ppid = htonl(ppid), .snd_assoc_id = (sctp_assoc_t)association->id};
    const struct kernel_endpoint *endpoint = (struct kernel_endpoint *)association->endpoint;
    return send_with(endpoint, &info, message) == (ssize_t)message.len;
}

static void kernel_end(struct sctp_endpoint *base, uint32_t id, bool abort)
{
    const struct sctp_sndinfo info = {.snd_flags = abort ? SCTP_ABORT : SCTP_EOF,
                                      .snd_assoc_id = (sctp_assoc_t)id};
    send_with((struct kernel_endpoint *)base, &info, bytes_of(NULL, 0));
}

static void kernel_flush(struct sctp_endpoint *base)
{
    (void)base; /* the kernel sends at once */
}

static bool kernel_connect(struct sctp_endpoint *base, const union socket_address *peer, uint32_t *id)
{
    struct kernel_endpoint *endpoint = (struct kernel_endpoint *)base;
    struct sctp_getaddrs_old to = {.addr_num = (int)address_length(peer),
                                   .addrs = (struct sockaddr *)&peer->any};
    socklen_t size = sizeof to;
    if (getsockopt(endpoint->watch.fd, IPPROTO_SCTP, SCTP_SOCKOPT_CONNECTX3, &to, &size) < 0 &&
        errno != EINPROGRESS)
        return false;
    *id = (uint32_t)to.assoc_id;
    return true;
}

/* --- Life --- */

static void kernel_close(struct sctp_endpoint *base)
{
    struct kernel_endpoint *endpoint = (struct kernel_endpoint *)base;
    if (endpoint->watch.fd >= 0) {
        const struct linger at_once = {.l_onoff = 1};
        (void)set_option(endpoint->watch.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        loop_forget(base->loop, &endpoint->watch);
        close(endpoint->watch.fd);
    }
    free(endpoint->space);
    free(endpoint);
}

static const struct sctp_stack_calls kernel_calls = {
    .stack = SCTP_KERNEL,
    .close = kernel_close,
    .connect = kernel_connect,
    .send = kernel_send,
    .end = kernel_end,
    .flush = kernel_flush,
};

static const char *why_no_socket(int cause)
{
    switch (cause) {
    case EADDRINUSE:
        return "another process has this SCTP address and port: stop it, or use another port";
    case EADDRNOTAVAIL:
        return "the address is not one of this host's: check the N2 address in the configuration";
    case EPROTONOSUPPORT:
    case ESOCKTNOSUPPORT:
        return "this kernel has no SCTP: load the module sctp, or let the user-space stack be chosen";
    default:
        return "the kernel refuses an SCTP socket";
    }
}

struct sctp_endpoint *sctp_kernel_open(struct loop *loop, const struct sctp_settings *settings,
                                       const char **why)
{
    struct kernel_endpoint *endpoint = calloc(1, sizeof *endpoint);
    *why = "out of memory";
    if (!endpoint)
        return NULL;
    endpoint->base = (struct sctp_endpoint){.calls = &kernel_calls, .loop = loop, .settings = *settings};
    endpoint->watch = (struct watch){.fd = settings->socket, .ready = messages_ready};
    endpoint->space = calloc(RECEIVE_BATCH, settings->message_bytes + 1);
    union socket_address *local = &endpoint->base.settings.local;
    socklen_t size = sizeof *local;
    if (endpoint->watch.fd < 0)
        endpoint->watch.fd = sctp_kernel_socket(settings);
    if (endpoint->watch.fd < 0)
        *why = why_no_socket(errno);
    else if (settings->listen && listen(endpoint->watch.fd, SOMAXCONN) < 0)
        *why = why_no_socket(errno);
    else if (endpoint->space && getsockname(endpoint->watch.fd, &local->any, &size) == 0 &&
             loop_watch(loop, &endpoint->watch, EPOLLIN))
        return &endpoint->base;
    kernel_close(&endpoint->base);
    return NULL;
}
