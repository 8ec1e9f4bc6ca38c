/* SPDX-License-Identifier: Apache-2.0 */
#include "ran/driver.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "kit/log.h"
#include "ran/tun.h"

enum { NGAP_PPID = 60, N3_BATCH = 64, PACKET_BYTES = 9216, SOCKET_BUFFER = 4 << 20, RECONNECT_MS = 500 };

/* Packets on their way out of one N3 socket, sent with one system call. */
struct n3_batch {
    unsigned count;
    struct mmsghdr headers[N3_BATCH];
    struct iovec vectors[N3_BATCH];
    union socket_address to[N3_BATCH];
    uint8_t packets[N3_BATCH][PACKET_BYTES];
};

/* --- N3 --- */

static void n3_flush(struct station *station)
{
    struct n3_batch *batch = station->outgoing;
    if (!batch->count)
        return;
    /* What the socket does not take is lost, as on a real link. */
    int sent = sendmmsg(station->n3.fd, batch->headers, batch->count, MSG_DONTWAIT);
    if (sent < (int)batch->count)
        station->unsent += batch->count - (unsigned)(sent > 0 ? sent : 0);
    batch->count = 0;
}

static void n3_send(void *context, struct ran_gnb *gnb, const union socket_address *upf, struct bytes packet)
{
    (void)context;
    struct station *station = gnb->user;
    struct n3_batch *batch = station->outgoing;
    struct station *latest = station->driver->latest_sender;
    if (packet.len > PACKET_BYTES)
        return;
    if (latest && latest != station)
        n3_flush(latest); /* a phone's packets keep their order when it changes gNBs */
    station->driver->latest_sender = station;
    if (batch->count == N3_BATCH)
        n3_flush(station);
    unsigned i = batch->count++;
    memcpy(batch->packets[i], packet.data, packet.len);
    batch->to[i] = *upf;
    batch->vectors[i] = (struct iovec){batch->packets[i], packet.len};
    batch->headers[i].msg_hdr = (struct msghdr){.msg_name = &batch->to[i],
                                                .msg_namelen = address_length(upf),
                                                .msg_iov = &batch->vectors[i],
                                                .msg_iovlen = 1};
}

static void n3_ready(struct watch *watch, uint32_t events)
{
    (void)events;
    struct station *station = (struct station *)((char *)watch - offsetof(struct station, n3));
    static uint8_t packets[N3_BATCH][PACKET_BYTES];
    union socket_address from[N3_BATCH];
    struct iovec vectors[N3_BATCH];
    struct mmsghdr headers[N3_BATCH];
    for (unsigned i = 0; i < N3_BATCH; i++) {
        vectors[i] = (struct iovec){packets[i], PACKET_BYTES};
        headers[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &from[i],
                                                  .msg_namelen = sizeof from[i],
                                                  .msg_iov = &vectors[i],
                                                  .msg_iovlen = 1}};
    }
    int received = recvmmsg(station->n3.fd, headers, N3_BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < received; i++)
        ran_gnb_on_n3(&station->gnb, &from[i], bytes_of(packets[i], headers[i].msg_len));
}

static int n3_open(void *argument)
{
    const struct ran_gnb_settings *settings = argument;
    int buffer = SOCKET_BUFFER;
    int fd = socket(settings->address.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
    if (bind(fd, &settings->address.any, address_length(&settings->address)) == 0)
        return fd;
    close(fd);
    return -1;
}

/* --- N2 --- */

static void n2_send(void *context, struct ran_gnb *gnb, uint16_t stream, struct bytes message)
{
    (void)context;
    struct station *station = gnb->user;
    station->full = station->association && !sctp_send(station->association, stream, NGAP_PPID, message);
    if (station->full)
        log_warning("ran", gnb->settings.name, "N2 message not sent: the association is full or closing");
}

static void n2_up(void *context, struct sctp_association *association)
{
    struct station *station = context;
    station->association = association;
    if (!station->silent)
        ran_gnb_setup(&station->gnb);
    else
        station->driver->radio.ports->gnb_ready(station->driver->radio.context, &station->gnb, false);
}

static void n2_message(void *context, struct sctp_association *association, uint16_t stream, uint32_t ppid,
                       struct bytes message)
{
    struct station *station = context;
    (void)association, (void)stream;
    if (ppid == NGAP_PPID)
        ran_gnb_on_ngap(&station->gnb, message);
}

static void n2_down(void *context, struct sctp_association *association, const char *reason)
{
    struct station *station = context;
    (void)association;
    bool ready = station->gnb.ready;
    station->association = NULL;
    ran_gnb_lost(&station->gnb);
    log_info("ran", station->gnb.settings.name, "N2 association lost: %s", reason);
    if (station->driver->reconnect)
        timer_start(station->driver->radio.timers, &station->again, MILLISECONDS(RECONNECT_MS));
    else if (!ready)
        station->driver->radio.ports->gnb_ready(station->driver->radio.context, &station->gnb, false);
}

static void connect_again(struct timer *timer)
{
    struct station *station = (struct station *)((char *)timer - offsetof(struct station, again));
    const char *why;
    if (!driver_connect(station, &why))
        timer_start(station->driver->radio.timers, timer, MILLISECONDS(RECONNECT_MS));
}

static void n2_restarted(void *context, struct sctp_association *association)
{
    struct station *station = context;
    (void)association;
    ran_gnb_lost(&station->gnb);
    ran_gnb_setup(&station->gnb);
}

static const struct sctp_events n2_events = {
    .up = n2_up, .message = n2_message, .down = n2_down, .restarted = n2_restarted};

static struct sctp_settings n2_settings(const struct driver *driver, const struct ran_gnb_settings *gnb)
{
    struct sctp_settings settings = {.stack = driver->stack, .local = gnb->address, .socket = -1};
    address_set_port(&settings.local, 0);
    return settings;
}

static int n2_socket(void *argument)
{
    return sctp_socket(argument);
}

/* --- Stations --- */

static void settle(void *context)
{
    struct driver *driver = context;
    if (driver->settled)
        driver->settled(driver->context);
    for (unsigned i = 0; i < driver->station_count; i++) {
        sctp_flush(driver->stations[i]->n2);
        n3_flush(driver->stations[i]);
    }
}

bool driver_init(struct driver *driver, struct radio_ports *ports, void *context)
{
    driver->loop = loop_new();
    if (!driver->loop)
        return false;
    ports->ngap = n2_send;
    ports->n3 = n3_send;
    arena_init(&driver->arena, 64 << 20);
    driver->radio = (struct radio){
        .timers = loop_timers(driver->loop), .random = random_system(), .ports = ports, .context = context};
    arena_init(&driver->radio.scratch, 0);
    loop_on_settle(driver->loop, settle, driver);
    return true;
}

void driver_free(struct driver *driver)
{
    for (unsigned i = 0; i < driver->station_count; i++) {
        struct station *station = driver->stations[i];
        timer_stop(driver->radio.timers, &station->again);
        ran_gnb_free(&station->gnb);
        loop_forget(driver->loop, &station->n3);
        close(station->n3.fd);
        sctp_close(station->n2);
        free(station->outgoing);
    }
    free(driver->stations);
    loop_free(driver->loop);
    arena_free(&driver->radio.scratch);
    arena_free(&driver->arena);
}

static bool station_open(struct station *station, const struct ran_gnb_settings *settings, const char **why)
{
    struct driver *driver = station->driver;
    struct sctp_settings n2 = n2_settings(driver, settings);
    *why = "out of memory";
    if (!(station->outgoing = calloc(1, sizeof *station->outgoing)))
        return false;
    *why = "the N3 socket cannot be bound: is the address on this host, and port 2152 free?";
    station->n3 =
        (struct watch){.fd = in_netns(station->netns, n3_open, (void *)settings), .ready = n3_ready};
    if (station->n3.fd < 0 || !loop_watch(driver->loop, &station->n3, EPOLLIN))
        return false;
    if (*station->netns)
        n2.socket = in_netns(station->netns, n2_socket, &n2);
    station->n2 = sctp_open(driver->loop, n2, &n2_events, station, why);
    return station->n2 != NULL;
}

struct station *driver_add(struct driver *driver, const struct ran_gnb_settings *settings, const char *netns,
                           const char **why)
{
    size_t grown = (driver->station_count + 1) * sizeof *driver->stations;
    struct station **stations = realloc(driver->stations, grown);
    struct station *station = ARENA_NEW(&driver->arena, struct station);
    *why = "out of memory";
    if (stations)
        driver->stations = stations;
    if (!stations || !station)
        return NULL;
    station->driver = driver;
    station->again.fire = connect_again;
    station->netns = (const char *)arena_copy(&driver->arena, bytes_of(netns, strlen(netns) + 1)).data;
    if (!station_open(station, settings, why)) {
        if (station->n3.fd >= 0)
            close(station->n3.fd);
        free(station->outgoing);
        return NULL;
    }
    ran_gnb_init(&station->gnb, &driver->radio, settings);
    station->gnb.user = station;
    driver->stations[driver->station_count++] = station;
    return station;
}

bool driver_connect(struct station *station, const char **why)
{
    return sctp_connect(station->n2, &station->driver->amf, why) != NULL;
}

void driver_disconnect(struct station *station, bool abort)
{
    if (station->association)
        sctp_shutdown(station->association, abort);
}

/* --- Losses --- */

uint64_t socket_overflow(int fd)
{
    uint32_t memory[SK_MEMINFO_VARS] = {0};
    socklen_t size = sizeof memory;
    getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &size);
    return memory[SK_MEMINFO_DROPS];
}

struct driver_losses driver_losses(const struct driver *driver)
{
    struct driver_losses losses = {0};
    for (unsigned i = 0; i < driver->station_count; i++) {
        const struct station *station = driver->stations[i];
        losses.strayed += station->gnb.packets_dropped;
        losses.unsent += station->unsent;
        losses.overflowed += socket_overflow(station->n3.fd);
    }
    return losses;
}

/* --- Phones' TUN devices --- */

struct phone_tun {
    struct watch watch;
    struct driver *driver;
    struct phone *phone;
    uint8_t session;
};

static void tun_ready(struct watch *watch, uint32_t events)
{
    (void)events;
    struct phone_tun *tun = (struct phone_tun *)watch;
    uint8_t packet[PACKET_BYTES];
    for (unsigned i = 0; i < N3_BATCH; i++) {
        ssize_t size = read(watch->fd, packet, sizeof packet);
        if (size <= 0)
            return;
        struct phone_session *session = phone_session(tun->phone, tun->session);
        if (session)
            phone_send_packet(tun->phone, session, bytes_of(packet, (size_t)size));
    }
}

static struct tun_settings tun_settings_for(const struct phone_session *session, const char *netns,
                                            const char *name)
{
    struct tun_settings settings = {.netns = netns,
                                    .name = name,
                                    .ipv4 = session->ipv4,
                                    .mtu = session->mtu,
                                    .frames = session->type == NAS_SESSION_ETHERNET,
                                    .default_route = *netns != '\0'};
    if (session->has_prefix) {
        memcpy(settings.ipv6, session->ipv6_prefix, 8);
        memcpy(settings.ipv6 + 8, session->ipv6_interface, 8);
    }
    return settings;
}

bool driver_attach_tun(struct driver *driver, struct phone *phone, struct phone_session *session,
                       const char *netns, const char *name, const char **why)
{
    struct tun_settings settings = tun_settings_for(session, netns, name);
    if (session->tun) { /* the prefix came after the device */
        tun_add_ipv6(&settings);
        return true;
    }
    struct phone_tun *tun = calloc(1, sizeof *tun);
    *why = "out of memory";
    if (!tun)
        return false;
    *tun = (struct phone_tun){.driver = driver, .phone = phone, .session = session->id};
    tun->watch = (struct watch){.fd = tun_open(&settings, why), .ready = tun_ready};
    if (tun->watch.fd < 0 || !loop_watch(driver->loop, &tun->watch, EPOLLIN)) {
        free(tun);
        return false;
    }
    session->tun = tun;
    return true;
}

void driver_deliver(struct phone_session *session, struct bytes packet)
{
    /* A full device drops, as any link does. */
    if (session->tun && write(session->tun->watch.fd, packet.data, packet.len) < 0)
        session->packets_lost++;
}

void driver_detach_tun(struct driver *driver, struct phone_session *session)
{
    struct phone_tun *tun = session->tun;
    if (!tun)
        return;
    loop_forget(driver->loop, &tun->watch);
    close(tun->watch.fd);
    free(tun);
    session->tun = NULL;
}
