/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libusrsctp itself: its packets, whose ports and checksums are put right here, its clock, and what it tells. What it calls back is
 * only noted; owners are told when it has returned.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>

#include "kit/sctp_raw.h"
#include "kit/sctp_screen.h"
#include "kit/sctp_user.h"

enum {
    TICK_MS = 20,
    IDLE_TICK_MS = 500,
    FIRST_VIRTUAL_PORT = 1024,
    ENDPOINTS = UINT16_MAX - FIRST_VIRTUAL_PORT, /* numbered from 1 */
    RECEIVE_ROUNDS = 8,                          /* batches read before others get their turn */
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

/* --- Packets --- */

struct ports {
    uint16_t source, destination; /* network byte order */
};

static void set_ports(struct sctp_common_header *header, struct ports ports)
{
    header->source_port = ports.source;
    header->destination_port = ports.destination;
}

uint16_t sctp_library_port(const struct user_endpoint *endpoint)
{
    return htons((uint16_t)(FIRST_VIRTUAL_PORT + endpoint->number));
}

static struct user_endpoint *endpoint_of(uint64_t opaque)
{
    return stack.endpoints[opaque >> 48];
}

/* The library's way out. */
static int send_packet(void *address, void *buffer, size_t length, uint8_t tos, uint8_t do_not_fragment)
{
    struct user_endpoint *endpoint = endpoint_of((uintptr_t)address);
    struct sctp_peer *peer = endpoint ? map_get(&endpoint->peers, (uintptr_t)address) : NULL;
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
static bool is_held_off(const struct user_endpoint *endpoint, const struct sctp_peer *peer, uint16_t port,
                        const uint8_t *first_chunk)
{
    enum { ABORT = 6 };
    return peer->held_until > loop_timers(endpoint->base.loop)->now && peer->held_port == port &&
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
    const struct sctp_peer *peer =
        sctp_screen(writable, &length) ? sctp_peer_at(endpoint, from, to, &opaque) : NULL;
    if (!peer || is_held_off(endpoint, peer, ntohs(header.source_port), writable + sizeof header))
        return;
    set_ports(&header, (struct ports){header.source_port, sctp_library_port(endpoint)});
    memcpy(writable, &header, sizeof header);
    usrsctp_conninput((void *)(uintptr_t)opaque, packet.data, length, 0);
}

/* --- Its clock --- */

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

void sctp_library_wake(void)
{
    wind_clock(true);
}

/* --- What it tells --- */

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

static void tell_change(struct user_endpoint *endpoint, const struct sctp_assoc_change *change)
{
    uint16_t port;
    const struct sctp_peer *peer;
    union socket_address address;
    const uint32_t id = change->sac_assoc_id;
    switch (change->sac_state) {
    case SCTP_COMM_UP:
        wind_clock(true);
        peer = sctp_peer_of(endpoint, id, &port);
        if (!peer)
            break;
        address = peer->address;
        address_set_port(&address, port);
        sctp_came_up(&endpoint->base, id, &address, change->sac_outbound_streams);
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

void sctp_library_receive(struct watch *watch, uint32_t events)
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

void sctp_library_flush(void)
{
    raw_flush(stack.batch);
}

/* --- Its life --- */

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

bool sctp_library_open(struct loop *loop)
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

void sctp_library_close(void)
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

/* --- Its endpoints --- */

bool sctp_library_enter(struct user_endpoint *endpoint)
{
    for (unsigned i = 1; i < ENDPOINTS; i++) {
        unsigned number = (stack.last_number + i) % ENDPOINTS;
        if (number && !stack.endpoints[number]) {
            endpoint->number = (uint16_t)number;
            map_init(&endpoint->peers, stack.seed);
            stack.endpoints[number] = endpoint;
            if (number > stack.last_number)
                stack.last_number = (uint16_t)number;
            return true;
        }
    }
    return false;
}

void sctp_library_leave(const struct user_endpoint *endpoint)
{
    for (size_t i = 0; i < stack.note_count; i++)
        if (stack.notes[i].endpoint == endpoint)
            stack.notes[i].endpoint = NULL;
    stack.endpoints[endpoint->number] = NULL;
}

struct socket *sctp_library_socket(struct user_endpoint *endpoint)
{
    return usrsctp_socket(AF_CONN, SOCK_SEQPACKET, IPPROTO_SCTP, take_note, NULL, 0, endpoint);
}
