/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libusrsctp without its threads, over raw IP sockets of ours. The library sees peers by opaque addresses
 * (AF_CONN): a number made of the endpoint and the peer's host, never a pointer, for it goes out in cookies.
 * Ports within the library are virtual, one per endpoint, so that endpoints of one process may share a port
 * on different addresses; ports and checksums are put right at the edge of this file.
 *
 * What the library calls back is only noted; owners are told when it has returned.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>
#include <usrsctp.h>

#include "kit/log.h"
#include "kit/sctp_raw.h"
#include "kit/sctp_screen.h"
#include "kit/sctp_stack.h"

enum {
    PATH_MTU = 1400, /* room for tunnels below; includes the SCTP header, not the IP one */
    TICK_MS = 20,
    IDLE_TICK_MS = 500,
    FIRST_VIRTUAL_PORT = 1024,
    ENDPOINTS = UINT16_MAX - FIRST_VIRTUAL_PORT, /* numbered from 1 */
    SPARE_PEERS = 256,
    RECEIVE_ROUNDS = 8, /* batches read before others get their turn */
};

/* A host that packets come from and go to, and the address of ours that it knows. */
struct peer {
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
    struct map peers; /* opaque address -> struct peer */
    struct association *holding;
};

struct note {
    struct user_endpoint *endpoint; /* NULL: closed since */
    struct sctp_rcvinfo info;
    int flags;
    void *data;
    size_t length;
};

/* The library is one per process, and so is this. */
static struct {
    struct user_endpoint *endpoints[ENDPOINTS];
    unsigned open;
    uint16_t last_number;
    struct raw_batch *batch;
    struct loop *loop;
    struct timer tick;
    int64_t ticked;
    struct note *notes;
    size_t note_count, note_room;
    uint64_t seed;
} stack;

bool (*sctp_lose_packet)(void);

/* --- Peers --- */

static uint64_t mix(uint64_t h, const union socket_address *address)
{
    uint64_t half[2] = {address->v4.sin_addr.s_addr, 0};
    if (address->any.sa_family == AF_INET6)
        memcpy(half, &address->v6.sin6_addr, sizeof half);
    h = (h ^ half[0]) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 29 ^ half[1]) * 0xd6e8feb86659fd93u;
    return h ^ h >> 32;
}

/* A number for the pair of hosts. Two pairs of one endpoint share a number once in 2^48. */
static uint64_t opaque_of(const struct user_endpoint *endpoint, const union socket_address *address,
                          const union socket_address *local)
{
    return (uint64_t)endpoint->number << 48 | mix(mix(stack.seed, address), local) >> 16;
}

static struct user_endpoint *endpoint_of(uint64_t opaque)
{
    return stack.endpoints[opaque >> 48];
}

/* The library takes packets only for addresses it counts as its own, and for it both ends have the same one.
 */
static struct peer *add_peer(struct user_endpoint *endpoint, uint64_t opaque,
                             const union socket_address *address, const union socket_address *local)
{
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    *peer = (struct peer){.address = *address, .local = *local};
    if (!map_put(&endpoint->peers, opaque, peer)) {
        free(peer);
        return NULL;
    }
    usrsctp_register_address((void *)(uintptr_t)opaque);
    return peer;
}

static void free_peer(uint64_t opaque, struct peer *peer)
{
    usrsctp_deregister_address((void *)(uintptr_t)opaque);
    free(peer);
}

/* The library's address of an association's peer; 0 if it has none. */
static uint64_t opaque_of_association(struct user_endpoint *endpoint, uint32_t id, uint16_t *port)
{
    struct sockaddr *list;
    if (usrsctp_getpaddrs(endpoint->socket, id, &list) < 1)
        return 0;
    struct sockaddr_conn connection;
    memcpy(&connection, list, sizeof connection);
    usrsctp_freepaddrs(list);
    *port = ntohs(connection.sconn_port);
    return (uintptr_t)connection.sconn_addr;
}

/* Forgets every host that no association needs. */
static void sweep_peers(struct user_endpoint *endpoint)
{
    struct map kept, all = endpoint->peers;
    size_t cursor = 0;
    uint64_t key;
    uint16_t port;
    map_init(&kept, all.seed);
    for (void *value; map_next(&endpoint->base.associations, &cursor, &key, &value);) {
        uint64_t opaque = opaque_of_association(endpoint, (uint32_t)key, &port);
        struct peer *peer = map_get(&all, opaque);
        if (peer && map_put(&kept, opaque, peer))
            map_take(&all, opaque);
    }
    cursor = 0;
    for (void *value; map_next(&all, &cursor, &key, &value);)
        free_peer(key, value);
    map_free(&all);
    endpoint->peers = kept;
}

/* NULL: out of memory, or another pair of hosts has the number already. */
static struct peer *peer_at(struct user_endpoint *endpoint, const union socket_address *address,
                            const union socket_address *local, uint64_t *opaque)
{
    *opaque = opaque_of(endpoint, address, local);
    struct peer *peer = map_get(&endpoint->peers, *opaque);
    if (peer)
        return address_same_host(&peer->address, address) ? peer : NULL;
    if (endpoint->peers.count >= 2 * (size_t)endpoint->base.settings.associations + SPARE_PEERS)
        sweep_peers(endpoint);
    return add_peer(endpoint, *opaque, address, local);
}

/* --- Packets --- */

struct ports {
    uint16_t source, destination; /* network byte order */
};

static void set_ports(struct sctp_common_header *header, struct ports ports)
{
    header->source_port = ports.source;
    header->destination_port = ports.destination;
}

static uint16_t virtual_port(const struct user_endpoint *endpoint)
{
    return htons((uint16_t)(FIRST_VIRTUAL_PORT + endpoint->number));
}

/* The library's way out. */
static int send_packet(void *address, void *buffer, size_t length, uint8_t tos, uint8_t do_not_fragment)
{
    struct user_endpoint *endpoint = endpoint_of((uintptr_t)address);
    struct peer *peer = endpoint ? map_get(&endpoint->peers, (uintptr_t)address) : NULL;
    struct sctp_common_header header;
    (void)tos;
    (void)do_not_fragment;
    if (!peer || length < sizeof header || (sctp_lose_packet && sctp_lose_packet()))
        return 0;
    uint8_t *packet = raw_queue(stack.batch, endpoint->watch.fd, &peer->address, &peer->local, length);
    if (!packet)
        return EMSGSIZE;
    memcpy(packet, buffer, length);
    memcpy(&header, packet, sizeof header);
    set_ports(&header,
              (struct ports){htons(address_port(&endpoint->base.settings.local)), header.destination_port});
    header.crc32c = 0;
    memcpy(packet, &header, sizeof header);
    header.crc32c = usrsctp_crc32c(packet, length);
    memcpy(packet, &header, sizeof header);
    return 0;
}

/* But for the end, which nobody says twice. */
static bool is_held_off(const struct peer *peer, uint16_t port, const uint8_t *first_chunk)
{
    enum { ABORT = 6 };
    return peer->held_until > loop_timers(stack.loop)->now && peer->held_port == port &&
           *first_chunk != ABORT;
}

static void receive_packet(void *context, const union socket_address *from, const union socket_address *to,
                           struct bytes packet)
{
    struct user_endpoint *endpoint = context;
    struct sctp_common_header header;
    uint8_t *writable = (uint8_t *)packet.data; /* the batch's own buffer */
    memcpy(&header, packet.data, sizeof header);
    const uint32_t claimed = header.crc32c;
    header.crc32c = 0;
    memcpy(writable, &header, sizeof header);
    if (usrsctp_crc32c(writable, packet.len) != claimed || header.source_port == 0)
        return;
    size_t length = packet.len;
    uint64_t opaque;
    const struct peer *peer = sctp_screen(writable, &length) ? peer_at(endpoint, from, to, &opaque) : NULL;
    if (!peer || is_held_off(peer, ntohs(header.source_port), writable + sizeof header))
        return;
    set_ports(&header, (struct ports){header.source_port, virtual_port(endpoint)});
    memcpy(writable, &header, sizeof header);
    usrsctp_conninput((void *)(uintptr_t)opaque, packet.data, length, 0);
}

/* --- The library's clock --- */

static bool anything_alive(void)
{
    for (unsigned i = 1; i <= stack.last_number; i++)
        if (stack.endpoints[i] && stack.endpoints[i]->base.associations.count)
            return true;
    return false;
}

static void wind_clock(bool alive)
{
    timer_start(loop_timers(stack.loop), &stack.tick, MILLISECONDS(alive ? TICK_MS : IDLE_TICK_MS));
}

/* --- What the library tells --- */

static int take_note(struct socket *socket, union sctp_sockstore address, void *data, size_t length,
                     struct sctp_rcvinfo info, int flags, void *context)
{
    (void)socket;
    (void)address;
    if (!data)
        return 1;
    if (stack.note_count == stack.note_room) {
        size_t room = stack.note_room ? 2 * stack.note_room : 64;
        struct note *notes = reallocarray(stack.notes, room, sizeof *notes);
        if (!notes) {
            free(data);
            return 1;
        }
        stack.notes = notes;
        stack.note_room = room;
    }
    stack.notes[stack.note_count++] = (struct note){context, info, flags, data, length};
    return 1;
}

static bool peer_of_association(struct user_endpoint *endpoint, uint32_t id, union socket_address *address)
{
    uint16_t port = 0;
    struct peer *peer = map_get(&endpoint->peers, opaque_of_association(endpoint, id, &port));
    if (!peer)
        return false;
    *address = peer->address;
    address_set_port(address, port);
    return true;
}

static void tell_change(struct user_endpoint *endpoint, const struct sctp_assoc_change *change)
{
    union socket_address peer;
    const uint32_t id = change->sac_assoc_id;
    switch (change->sac_state) {
    case SCTP_COMM_UP:
        wind_clock(true);
        if (peer_of_association(endpoint, id, &peer))
            sctp_came_up(&endpoint->base, id, &peer, change->sac_outbound_streams);
        break;
    case SCTP_RESTART:
        sctp_was_restarted(&endpoint->base, id);
        break;
    case SCTP_COMM_LOST:
        sctp_went_down(&endpoint->base, id, "lost: the peer aborted or does not answer");
        break;
    case SCTP_SHUTDOWN_COMP:
        sctp_went_down(&endpoint->base, id, "shut down");
        break;
    case SCTP_CANT_STR_ASSOC:
        sctp_went_down(&endpoint->base, id, "not established: the peer refuses or does not answer");
        break;
    default:
        break;
    }
}

static void tell(const struct note *note)
{
    struct user_endpoint *endpoint = note->endpoint;
    if (note->flags & MSG_NOTIFICATION) {
        struct sctp_assoc_change change;
        if (note->length < sizeof change)
            return;
        memcpy(&change, note->data, sizeof change);
        if (change.sac_type == SCTP_ASSOC_CHANGE)
            tell_change(endpoint, &change);
    } else if (note->flags & MSG_EOR) {
        sctp_got_message(&endpoint->base, note->info.rcv_assoc_id, note->info.rcv_sid,
                         ntohl(note->info.rcv_ppid), bytes_of(note->data, note->length));
    } else {
        sctp_got_too_much(&endpoint->base, note->info.rcv_assoc_id);
    }
}

/* Telling may add notes, move them, and close endpoints. */
static void tell_all(void)
{
    for (size_t i = 0; i < stack.note_count; i++) {
        struct note note = stack.notes[i];
        stack.notes[i].data = NULL;
        if (note.endpoint)
            tell(&note);
        free(note.data);
    }
    stack.note_count = 0;
}

static void packets_ready(struct watch *watch, uint32_t events)
{
    struct user_endpoint *endpoint =
        (struct user_endpoint *)((char *)watch - offsetof(struct user_endpoint, watch));
    const union socket_address local = endpoint->base.settings.local;
    (void)events;
    for (int round = 0; round < RECEIVE_ROUNDS; round++)
        if (!raw_receive(stack.batch, watch->fd, &local, receive_packet, endpoint))
            break;
    tell_all();
}

static void tick(struct timer *timer)
{
    (void)timer;
    int64_t elapsed = (loop_timers(stack.loop)->now - stack.ticked) / MILLISECONDS(1);
    stack.ticked += MILLISECONDS(elapsed);
    usrsctp_handle_timers(elapsed < UINT16_MAX ? (uint32_t)elapsed : UINT16_MAX);
    tell_all();
    if (stack.open)
        wind_clock(anything_alive());
}

/* --- The stack's life --- */

static void set_tunables(void)
{
    usrsctp_enable_crc32c_offload();
    /* Only packets for our own port get this far, so answering strays with ABORT is right: a gNB learns at
     * once that its association died with the edge before us. */
    usrsctp_sysctl_set_sctp_blackhole(0);
    usrsctp_sysctl_set_sctp_ecn_enable(0);
    usrsctp_sysctl_set_sctp_pr_enable(0);
    usrsctp_sysctl_set_sctp_asconf_enable(0);
    usrsctp_sysctl_set_sctp_auth_enable(0);
    usrsctp_sysctl_set_sctp_reconfig_enable(0);
    usrsctp_sysctl_set_sctp_nrsack_enable(0);
    usrsctp_sysctl_set_sctp_pktdrop_enable(0);
    usrsctp_sysctl_set_sctp_no_csum_on_loopback(0);
    usrsctp_sysctl_set_sctp_sendspace(SCTP_SEND_QUEUE_BYTES);
    usrsctp_sysctl_set_sctp_recvspace(SCTP_RECEIVE_WINDOW_BYTES);
    usrsctp_sysctl_set_sctp_max_chunks_on_queue(16384);
    usrsctp_sysctl_set_sctp_max_burst_default(0);
    usrsctp_sysctl_set_sctp_rto_initial_default(SCTP_RTO_INITIAL_MS);
    usrsctp_sysctl_set_sctp_rto_min_default(SCTP_RTO_MIN_MS);
    usrsctp_sysctl_set_sctp_rto_max_default(SCTP_RTO_MAX_MS);
    usrsctp_sysctl_set_sctp_init_rto_max_default(SCTP_RTO_MAX_MS);
    usrsctp_sysctl_set_sctp_init_rtx_max_default(SCTP_INIT_ATTEMPTS);
    usrsctp_sysctl_set_sctp_assoc_rtx_max_default(SCTP_RETRANSMISSIONS);
    usrsctp_sysctl_set_sctp_path_rtx_max_default(SCTP_RETRANSMISSIONS);
    usrsctp_sysctl_set_sctp_heartbeat_interval_default(SCTP_HEARTBEAT_MS);
}

/* Even without threads it has one, for work that we never ask for; it must not catch the process's signals. */
static void init_library(void)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    usrsctp_init_nothreads(0, send_packet, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static bool stack_open(struct loop *loop)
{
    if (stack.open++)
        return true;
    if (!stack.batch)
        stack.batch = raw_batch_new();
    if (!stack.batch) {
        stack.open = 0;
        return false;
    }
    if (getrandom(&stack.seed, sizeof stack.seed, 0) < 0)
        stack.seed = (uint64_t)clock_now();
    init_library();
    set_tunables();
    stack.loop = loop;
    stack.ticked = loop_timers(loop)->now;
    stack.tick.fire = tick;
    wind_clock(false);
    return true;
}

static void stack_close(void)
{
    if (--stack.open)
        return;
    timer_stop(loop_timers(stack.loop), &stack.tick);
    usrsctp_finish();
    raw_batch_free(stack.batch);
    stack.batch = NULL;
    tell_all();
    free(stack.notes);
    stack.notes = NULL;
    stack.note_room = 0;
}

/* --- Endpoints --- */

static bool number_endpoint(struct user_endpoint *endpoint)
{
    for (unsigned i = 1; i < ENDPOINTS; i++) {
        unsigned number = (stack.last_number + i) % ENDPOINTS;
        if (number && !stack.endpoints[number]) {
            endpoint->number = (uint16_t)number;
            stack.endpoints[number] = endpoint;
            if (number > stack.last_number)
                stack.last_number = (uint16_t)number;
            return true;
        }
    }
    return false;
}

static struct sockaddr_conn own_address(const struct user_endpoint *endpoint)
{
    return (struct sockaddr_conn){.sconn_family = AF_CONN, .sconn_port = virtual_port(endpoint)};
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
    struct socket *socket =
        usrsctp_socket(AF_CONN, SOCK_SEQPACKET, IPPROTO_SCTP, take_note, NULL, 0, endpoint);
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
    endpoint->watch = (struct watch){.fd = settings->socket, .ready = packets_ready};
    endpoint->claim = -1;
    union socket_address *local = &endpoint->base.settings.local;
    if (!stack_open(loop)) {
        free(endpoint);
        return NULL;
    }
    map_init(&endpoint->peers, stack.seed);
    const bool handed_down = settings->socket >= 0, placed = handed_down && address_port(local);
    if (!handed_down && (endpoint->watch.fd = raw_socket(local)) < 0)
        *why = why_no_socket(errno);
    else if (!placed && (endpoint->claim = raw_claim(local)) < 0) /* which also picks a port */
        *why = why_no_claim(errno);
    else if (!raw_listen(endpoint->watch.fd, local) || !loop_watch(loop, &endpoint->watch, EPOLLIN))
        *why = "the raw socket takes no filter";
    else if (!number_endpoint(endpoint) || !set_up_socket(endpoint))
        *why = "libusrsctp refused the endpoint's options";
    else
        return &endpoint->base;
    user_close(&endpoint->base);
    return NULL;
}

static void forget_notes_of(const struct user_endpoint *endpoint)
{
    for (size_t i = 0; i < stack.note_count; i++)
        if (stack.notes[i].endpoint == endpoint)
            stack.notes[i].endpoint = NULL;
}

static void user_close(struct sctp_endpoint *base)
{
    struct user_endpoint *endpoint = (struct user_endpoint *)base;
    if (endpoint->socket) {
        const struct linger at_once = {.l_onoff = 1};
        usrsctp_setsockopt(endpoint->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        usrsctp_close(endpoint->socket);
        raw_flush(stack.batch);
    }
    forget_notes_of(endpoint);
    if (endpoint->watch.fd >= 0) {
        loop_forget(base->loop, &endpoint->watch);
        close(endpoint->watch.fd);
    }
    if (endpoint->claim >= 0)
        close(endpoint->claim);
    stack.endpoints[endpoint->number] = NULL;
    size_t cursor = 0;
    uint64_t key;
    for (void *peer; map_next(&endpoint->peers, &cursor, &key, &peer);)
        free_peer(key, peer);
    map_free(&endpoint->peers);
    stack_close();
    free(endpoint);
}

static bool user_connect(struct sctp_endpoint *base, const union socket_address *address, uint32_t *id)
{
    struct user_endpoint *endpoint = (struct user_endpoint *)base;
    union socket_address local = base->settings.local;
    uint64_t opaque;
    if (address_is_any(&local) && !raw_source_for(address, &local))
        return false;
    if (!peer_at(endpoint, address, &local, &opaque))
        return false;
    struct sockaddr_conn to = {.sconn_family = AF_CONN,
                               .sconn_port = htons(address_port(address)),
                               .sconn_addr = (void *)(uintptr_t)opaque};
    wind_clock(true);
    if (usrsctp_connect(endpoint->socket, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS)
        return false;
    *id = usrsctp_getassocid(endpoint->socket, (struct sockaddr *)&to);
    return *id != 0;
}

static bool give(const struct user_endpoint *endpoint, uint32_t id, uint16_t stream, uint32_t ppid,
                 struct bytes message)
{
    struct sctp_sndinfo info = {.snd_sid = stream, .snd_ppid = htonl(ppid), .snd_assoc_id = id};
    return usrsctp_sendv(endpoint->socket, message.data, message.len, NULL, 0, &info, sizeof info,
                         SCTP_SENDV_SNDINFO, 0) == (ssize_t)message.len;
}

/* --- Messages held back (struct held) --- */

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

static void user_hold_off(struct association *association, int64_t time)
{
    struct user_endpoint *endpoint = (struct user_endpoint *)association->endpoint;
    uint16_t port = 0;
    struct peer *peer = map_get(&endpoint->peers, opaque_of_association(endpoint, association->id, &port));
    if (!peer)
        return;
    peer->held_port = port;
    peer->held_until = loop_timers(stack.loop)->now + time;
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
    raw_flush(stack.batch);
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
