/* SPDX-License-Identifier: Apache-2.0 */
/* The user-space stack as kit/sctp.c calls it. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "kit/sctp_raw.h"
#include "kit/sctp_user.h"

enum { PATH_MTU = 1400 }; /* room for tunnels below; includes the SCTP header, not the IP one */

/* --- Endpoints --- */

static struct sockaddr_conn own_address(const struct user_endpoint *endpoint)
{
    return (struct sockaddr_conn){.sconn_family = AF_CONN, .sconn_port = sctp_library_port(endpoint)};
}

/* Nagle's algorithm lets small messages wait for company while others are under way. */
static void set_nagle(const struct user_endpoint *endpoint, bool on)
{
    const int no_delay = !on;
    usrsctp_setsockopt(endpoint->socket, IPPROTO_SCTP, SCTP_NODELAY, &no_delay, sizeof no_delay);
}

static bool set_up_socket(struct user_endpoint *endpoint)
{
    const struct sctp_settings *settings = &endpoint->base.settings;
    struct socket *socket = sctp_library_socket(endpoint);
    if (!socket)
        return false;
    endpoint->socket = socket;
    usrsctp_set_non_blocking(socket, 1);
    const struct sctp_initmsg streams = {.sinit_num_ostreams = settings->streams};
    const struct sctp_event changes = {
        .se_assoc_id = SCTP_FUTURE_ASSOC, .se_type = SCTP_ASSOC_CHANGE, .se_on = 1};
    const struct sctp_paddrparams path = {.spp_pathmtu = PATH_MTU,
                                          .spp_flags = SPP_PMTUD_DISABLE | SPP_HB_ENABLE,
                                          .spp_hbinterval = SCTP_HEARTBEAT_MS,
                                          .spp_pathmaxrxt = SCTP_RETRANSMISSIONS};
    struct sockaddr_conn own = own_address(endpoint);
    set_nagle(endpoint, true);
    return usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_INITMSG, &streams, sizeof streams) == 0 &&
           usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_EVENT, &changes, sizeof changes) == 0 &&
           usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof path) == 0 &&
           usrsctp_bind(socket, (struct sockaddr *)&own, sizeof own) == 0 &&
           (!settings->listen || usrsctp_listen(socket, SOMAXCONN) == 0);
}

static const char *why_no_socket(int cause)
{
    if (cause == EPERM || cause == EACCES)
        return "raw sockets need CAP_NET_RAW: run as root, or through the keeper, or load the kernel's sctp "
               "module";
    if (cause == EADDRNOTAVAIL)
        return "the address is not one of this host's: check the N2 address in the configuration";
    return "no raw IP socket for SCTP can be opened on this host";
}

static const char *why_no_claim(int cause)
{
    return cause == EADDRINUSE
               ? "another process has this SCTP address and port: stop it, or use another port"
               : "no unix socket can be opened";
}

static void user_close(struct sctp_endpoint *base);
static const struct sctp_stack_calls user_calls;

struct sctp_endpoint *sctp_user_open(struct loop *loop, const struct sctp_settings *settings,
                                     const char **why)
{
    struct user_endpoint *endpoint = calloc(1, sizeof *endpoint);
    *why = "out of memory";
    if (!endpoint)
        return NULL;
    endpoint->base = (struct sctp_endpoint){.calls = &user_calls, .loop = loop, .settings = *settings};
    endpoint->watch = (struct watch){.fd = settings->socket, .ready = sctp_library_receive};
    endpoint->claim = -1;
    union socket_address *local = &endpoint->base.settings.local;
    if (!sctp_library_open(loop)) {
        free(endpoint);
        return NULL;
    }
    const bool handed_down = settings->socket >= 0, placed = handed_down && address_port(local);
    if (!handed_down && (endpoint->watch.fd = raw_socket(local)) < 0)
        *why = why_no_socket(errno);
    else if (!placed && (endpoint->claim = raw_claim(local)) < 0) /* which also picks a port */
        *why = why_no_claim(errno);
    else if (!raw_listen(endpoint->watch.fd, local) || !loop_watch(loop, &endpoint->watch, EPOLLIN))
        *why = "the raw socket takes no filter";
    else if (!sctp_library_enter(endpoint) || !set_up_socket(endpoint))
        *why = "libusrsctp refused the endpoint's options";
    else
        return &endpoint->base;
    user_close(&endpoint->base);
    return NULL;
}

static void user_close(struct sctp_endpoint *base)
{
    struct user_endpoint *endpoint = (struct user_endpoint *)base;
    if (endpoint->socket) {
        const struct linger at_once = {.l_onoff = 1};
        usrsctp_setsockopt(endpoint->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        usrsctp_close(endpoint->socket);
        sctp_library_flush();
    }
    sctp_library_leave(endpoint);
    if (endpoint->watch.fd >= 0) {
        loop_forget(base->loop, &endpoint->watch);
        close(endpoint->watch.fd);
    }
    if (endpoint->claim >= 0)
        close(endpoint->claim);
    sctp_peers_free(endpoint);
    sctp_library_close();
    free(endpoint);
}

static bool user_connect(struct sctp_endpoint *base, const union socket_address *address, uint32_t *id)
{
    struct user_endpoint *endpoint = (struct user_endpoint *)base;
    union socket_address local = base->settings.local;
    uint64_t opaque;
    if (address_is_any(&local) && !raw_source_for(address, &local))
        return false;
    if (!sctp_peer_at(endpoint, address, &local, &opaque))
        return false;
    struct sockaddr_conn to = {.sconn_family = AF_CONN,
                               .sconn_port = htons(address_port(address)),
                               .sconn_addr = (void *)(uintptr_t)opaque};
    sctp_library_wake();
    if (usrsctp_connect(endpoint->socket, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS)
        return false;
    *id = usrsctp_getassocid(endpoint->socket, (struct sockaddr *)&to);
    return *id != 0;
}

static void user_hold_off(struct association *association, int64_t time)
{
    struct user_endpoint *endpoint = (struct user_endpoint *)association->endpoint;
    uint16_t port;
    struct sctp_peer *peer = sctp_peer_of(endpoint, association->id, &port);
    if (!peer)
        return;
    peer->held_port = port;
    peer->held_until = loop_timers(endpoint->base.loop)->now + time;
}

/* --- Messages held back (struct held) --- */

static bool give(const struct user_endpoint *endpoint, uint32_t id, uint16_t stream, uint32_t ppid,
                 struct bytes message)
{
    struct sctp_sndinfo info = {.snd_sid = stream, .snd_ppid = htonl(ppid), .snd_assoc_id = id};
    return usrsctp_sendv(endpoint->socket, message.data, message.len, NULL, 0, &info, sizeof info,
                         SCTP_SENDV_SNDINFO, 0) == (ssize_t)message.len;
}

static void unlink_held(struct held *held)
{
    if (!held->place)
        return;
    *held->place = held->next;
    if (held->next)
        held->next->held.place = held->place;
    held->place = NULL;
}

/* Gives the held message to the library. False: it does not take it now. */
static bool release(struct association *association)
{
    struct held *held = &association->held;
    if (!held->place)
        return true;
    if (!give((struct user_endpoint *)association->endpoint, association->id, held->stream, held->ppid,
              bytes_of(held->data, held->length)))
        return false;
    unlink_held(held);
    return true;
}

static bool hold(struct association *association, uint16_t stream, uint32_t ppid, struct bytes message)
{
    struct user_endpoint *endpoint = (struct user_endpoint *)association->endpoint;
    struct held *held = &association->held;
    if (message.len > held->room) {
        uint8_t *data = realloc(held->data, message.len);
        if (!data)
            return false;
        held->data = data;
        held->room = message.len;
    }
    memcpy(held->data, message.data, message.len);
    held->length = message.len;
    held->stream = stream;
    held->ppid = ppid;
    held->next = endpoint->holding;
    held->place = &endpoint->holding;
    if (held->next)
        held->next->held.place = &held->next;
    endpoint->holding = association;
    return true;
}

static void user_forget(struct association *association)
{
    unlink_held(&association->held);
    free(association->held.data);
}

static bool user_send(struct association *association, uint16_t stream, uint32_t ppid, struct bytes message)
{
    return release(association) && hold(association, stream, ppid, message);
}

static void release_all(struct user_endpoint *endpoint)
{
    if (!endpoint->holding)
        return;
    set_nagle(endpoint, false);
    for (struct association *next, *association = endpoint->holding; association; association = next) {
        next = association->held.next;
        release(association);
    }
    set_nagle(endpoint, true);
}

static void user_end(struct sctp_endpoint *base, uint32_t id, bool abort)
{
    struct user_endpoint *endpoint = (struct user_endpoint *)base;
    struct sctp_sndinfo info = {.snd_flags = abort ? SCTP_ABORT : SCTP_EOF, .snd_assoc_id = id};
    struct association *association = map_get(&base->associations, id);
    if (association)
        release(association);
    usrsctp_sendv(endpoint->socket, "", 0, NULL, 0, &info, sizeof info, SCTP_SENDV_SNDINFO, 0);
}

static void user_flush(struct sctp_endpoint *base)
{
    release_all((struct user_endpoint *)base);
    sctp_library_flush();
}

static const struct sctp_stack_calls user_calls = {
    .stack = SCTP_USERSPACE,
    .close = user_close,
    .connect = user_connect,
    .send = user_send,
    .end = user_end,
    .hold_off = user_hold_off,
    .forget = user_forget,
    .flush = user_flush,
};
