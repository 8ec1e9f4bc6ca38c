/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMF and gNB for the plane's end-to-end test and benchmark: sets sessions up over PFCP, then
 *     peer LOCAL PLANE tun DEVICE KBPS             carries packets between a TUN device (the phone 10.45.0.2) and the tunnel
 *     peer LOCAL PLANE flood SECONDS GROUP BURST DEST
 *                                              sends 1400-byte packets of 16 phones in turn, BURST messages of GROUP packets each
 *     peer LOCAL PLANE sink SECONDS                has 16 phones and throws away what comes for them
 *     peer LOCAL PLANE rate SECONDS NETNS SERVER KBPS
 *                                              offers a phone with that rate half as much again, either way, at several sizes of packets,
 *                                              to and from SERVER in that namespace, and prints how much arrived in that time
 *     peer - - blast SECONDS GROUP BURST           no peer at all: a server that sends to the 16 phones
 * and prints `ready` once the sessions stand.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "describe.h"
#include "kit/address.h"
#include "kit/arena.h"
#include "kit/loop.h"
#include "plane/checksum.h"
#include "wire/gtpu/gtpu.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#define UDP_GRO     104
#endif

enum { PHONES = 16, INNER = 1400, DATAGRAM = INNER + GTPU_HEADER_CONTAINER, PORT = 9999 };

struct peer {
    union socket_address local, plane;
    int n4, n3;
    uint32_t sequence, teids[PHONES];
    struct arena arena;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int bound(const union socket_address *local, uint16_t port)
{
    union socket_address address = *local;
    int fd = socket(local->any.sa_family, SOCK_DGRAM, 0), size = 8 << 20;
    address_set_port(&address, port);
    if (fd < 0 || bind(fd, &address.any, address_length(&address)) != 0)
        die("bind");
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    return fd;
}

/* Asks until the plane answers. */
static struct pfcp_message ask(struct peer *peer, struct pfcp_message *request)
{
    static uint8_t out[8192], in[8192];
    union socket_address to = peer->plane;
    address_set_port(&to, PFCP_PORT);
    request->sequence = ++peer->sequence;
    size_t length = pfcp_encode(request, out, sizeof out);
    for (unsigned tries = 0; tries < 10; tries++) {
        sendto(peer->n4, out, length, 0, &to.any, address_length(&to));
        struct pollfd polled = {.fd = peer->n4, .events = POLLIN};
        while (poll(&polled, 1, 500) > 0) {
            struct pfcp_message answer = {0};
            struct pfcp_problem problem = {0};
            ssize_t size = recv(peer->n4, in, sizeof in, 0);
            arena_reset(&peer->arena);
            if (size > 0 && pfcp_decode(&peer->arena, bytes_of(in, (size_t)size), &answer, &problem) &&
                answer.type == request->type + 1 && answer.sequence == request->sequence)
                return answer;
        }
    }
    errno = ETIMEDOUT;
    die("the plane does not answer");
    exit(1);
}

static void establish(struct peer *peer, unsigned number, uint64_t kbps)
{
    struct lab_session session;
    lab_describe(&session, (uint8_t)(2 + number));
    lab_lead_to(&session, number + 1, &peer->local.v4.sin_addr);
    session.qer.has_mbr = kbps != 0;
    session.qer.mbr = (struct pfcp_bit_rate){kbps, kbps};
    struct pfcp_message answer = ask(peer, &session.request);
    const struct pfcp_session_establishment_response *response = &answer.session_establishment_response;
    if (response->cause != PFCP_ACCEPTED || response->created_pdrs_count == 0) {
        fprintf(stderr, "session refused: %s\n", pfcp_cause_name(response->cause));
        exit(1);
    }
    peer->teids[number] = response->created_pdrs[0].f_teid.teid;
}

static void set_up(struct peer *peer, const char *local, const char *plane, unsigned phones, uint64_t kbps)
{
    struct pfcp_message association = {.type = PFCP_ASSOCIATION_SETUP_REQUEST};
    arena_init(&peer->arena, 0);
    if (!address_parse(&peer->local, local, 0) || !address_parse(&peer->plane, plane, GTPU_PORT)) {
        fprintf(stderr, "not an address\n");
        exit(2);
    }
    peer->n4 = bound(&peer->local, PFCP_PORT);
    peer->n3 = bound(&peer->local, GTPU_PORT);
    association.association_setup_request.node_id.ip.has_v4 = true;
    memcpy(association.association_setup_request.node_id.ip.v4, &peer->local.v4.sin_addr, 4);
    association.association_setup_request.recovery_time_stamp = 1;
    association.association_setup_request.has_session_retention = true;
    ask(peer, &association);
    for (unsigned i = 0; i < phones; i++)
        establish(peer, i, kbps);
    printf("ready\n");
    fflush(stdout);
}

static int open_tun(const char *device)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR);
    snprintf(request.ifr_name, IFNAMSIZ, "%s", device);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0)
        die("tun");
    return fd;
}

static void from_phone(struct peer *peer, int tun)
{
    uint8_t buffer[GTPU_HEADER_CONTAINER + 4096];
    ssize_t size = read(tun, buffer + GTPU_HEADER_CONTAINER, sizeof buffer - GTPU_HEADER_CONTAINER);
    if (size <= 0)
        return;
    gtpu_g_pdu_header(buffer, peer->teids[0], GTPU_UPLINK, 1, false, (size_t)size);
    sendto(peer->n3, buffer, GTPU_HEADER_CONTAINER + (size_t)size, 0, &peer->plane.any,
           address_length(&peer->plane));
}

static void to_phone(struct peer *peer, int tun)
{
    uint8_t buffer[4096];
    struct gtpu_packet packet;
    struct fault fault;
    ssize_t size = recv(peer->n3, buffer, sizeof buffer, 0);
    if (size > 0 && gtpu_parse(bytes_of(buffer, (size_t)size), &packet, &fault) &&
        packet.type == GTPU_G_PDU && packet.teid == 1 && packet.payload.len)
        if (write(tun, packet.payload.data, packet.payload.len) < 0)
            perror("tun");
}

static void carry(struct peer *peer, const char *device)
{
    int tun = open_tun(device);
    struct pollfd polled[2] = {{.fd = tun, .events = POLLIN}, {.fd = peer->n3, .events = POLLIN}};
    while (poll(polled, 2, -1) > 0) {
        if (polled[0].revents)
            from_phone(peer, tun);
        if (polled[1].revents)
            to_phone(peer, tun);
    }
}

static void inner_packet(uint8_t *to, unsigned phone, const char *destination, uint16_t bytes)
{
    struct in_addr address;
    struct writer w = writer_of(to, bytes);
    inet_pton(AF_INET, destination, &address);
    write_u16(&w, 0x4500);
    write_u16(&w, bytes);
    write_u32(&w, 0x00014000);
    write_u32(&w, 0x40110000);
    write_u32(&w, 0x0a2d0002 + phone);
    write_bytes(&w, bytes_of(&address, sizeof address));
    uint16_t check = (uint16_t)~checksum_fold(checksum_add(0, to, 20));
    memcpy(to + 10, &check, sizeof check);
    write_u16(&w, (uint16_t)(4000 + phone));
    write_u16(&w, PORT);
    write_u16(&w, (uint16_t)(bytes - 20));
    write_u16(&w, 0);
    memset(write_room(&w, bytes - 28u), 'x', bytes - 28u);
    struct flow flow = {.version = 4, .source = to + 12, .destination = to + 16};
    uint64_t sum = checksum_pseudo(&flow, PROTOCOL_UDP, bytes - 20u);
    check = (uint16_t)~checksum_fold(checksum_add(sum, to + 20, bytes - 20u));
    memcpy(to + 26, &check, sizeof check);
}

/* Many equal datagrams in one message, to be cut up by the kernel. */
static void send_group(int fd, const union socket_address *to, const uint8_t *data, size_t length,
                       uint16_t segment)
{
    struct iovec part = {(void *)data, length};
    _Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof segment)] = {0};
    struct msghdr message = {
        .msg_name = (void *)to, .msg_namelen = address_length(to), .msg_iov = &part, .msg_iovlen = 1};
    if (length > segment) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        *header = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof segment), .cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT};
        memcpy(CMSG_DATA(header), &segment, sizeof segment);
    }
    sendmsg(fd, &message, 0);
}

static void flood(struct peer *peer, unsigned seconds, unsigned group, unsigned burst,
                  const char *destination)
{
    static uint8_t data[PHONES][64 * DATAGRAM];
    for (unsigned phone = 0; phone < PHONES; phone++)
        for (unsigned i = 0; i < group; i++) {
            uint8_t *at = data[phone] + i * DATAGRAM;
            gtpu_g_pdu_header(at, peer->teids[phone], GTPU_UPLINK, 1, false, INNER);
            inner_packet(at + GTPU_HEADER_CONTAINER, phone, destination, INNER);
        }
    for (int64_t end = clock_now() + SECONDS(seconds); clock_now() < end;)
        for (unsigned phone = 0; phone < PHONES; phone++)
            for (unsigned i = 0; i < burst; i++)
                send_group(peer->n3, &peer->plane, data[phone], group * DATAGRAM, DATAGRAM);
}

static void sink(struct peer *peer, unsigned seconds)
{
    static uint8_t buffer[65536];
    int one = 1;
    setsockopt(peer->n3, IPPROTO_UDP, UDP_GRO, &one, sizeof one);
    struct pollfd polled = {.fd = peer->n3, .events = POLLIN};
    for (int64_t end = clock_now() + SECONDS(seconds); clock_now() < end;)
        if (poll(&polled, 1, 100) > 0)
            while (recv(peer->n3, buffer, sizeof buffer, MSG_DONTWAIT) > 0)
                continue;
}

static void blast(unsigned seconds, unsigned group, unsigned burst)
{
    enum { PAYLOAD = INNER - 28 };
    static uint8_t data[46 * PAYLOAD];
    int fds[PHONES];
    union socket_address to[PHONES];
    for (unsigned i = 0; i < PHONES; i++) {
        fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
        to[i].v4 = (struct sockaddr_in){AF_INET, htons(PORT), {htonl(0x0a2d0002 + i)}, {0}};
    }
    for (int64_t end = clock_now() + SECONDS(seconds); clock_now() < end;)
        for (unsigned i = 0; i < PHONES; i++)
            for (unsigned n = 0; n < burst; n++)
                send_group(fds[i], &to[i], data, group * PAYLOAD, PAYLOAD);
}

/* --- rate --- */

/* Packets of one size in one direction. */
struct stream {
    int from, to; /* sockets */
    union socket_address destination;
    uint8_t data[DATAGRAM];
    size_t length;
    int inside; /* octets of an inner packet more than of a datagram that arrives */
};

static int socket_in(const char *namespace, const union socket_address *local)
{
    char path[128];
    snprintf(path, sizeof path, "/run/netns/%s", namespace);
    const int home = open("/proc/self/ns/net", O_RDONLY), there = open(path, O_RDONLY);
    if (home < 0 || there < 0 || setns(there, CLONE_NEWNET) != 0)
        die(path);
    const int fd = bound(local, PORT);
    if (setns(home, CLONE_NEWNET) != 0)
        die("back home");
    return fd;
}

static struct stream uplink(const struct peer *peer, int server, const char *destination, uint16_t bytes)
{
    struct stream stream = {.from = peer->n3,
                            .to = server,
                            .destination = peer->plane,
                            .length = GTPU_HEADER_CONTAINER + bytes,
                            .inside = 28};
    gtpu_g_pdu_header(stream.data, peer->teids[0], GTPU_UPLINK, 1, false, bytes);
    inner_packet(stream.data + GTPU_HEADER_CONTAINER, 0, destination, bytes);
    return stream;
}

static struct stream downlink(const struct peer *peer, int server, uint16_t bytes)
{
    return (struct stream){
        .from = server,
        .to = peer->n3,
        .destination.v4 = {AF_INET, htons(PORT), {htonl(0x0a2d0002)}, {0}},
        .length = bytes - 28u,
        .inside = -GTPU_HEADER_CONTAINER,
    };
}

static uint64_t arrived(const struct stream *stream)
{
    static uint8_t buffer[4096];
    uint64_t octets = 0;
    for (ssize_t size; (size = recv(stream->to, buffer, sizeof buffer, MSG_DONTWAIT)) > 0;)
        octets += (uint64_t)(size + stream->inside);
    return octets;
}

/* Octets a second of inner packets that arrive when so many are offered. */
static double carried(const struct stream *stream, double offered, size_t inner, int64_t time)
{
    const int64_t began = clock_now(), counted_from = began + time / 4;
    const struct timespec pause = {.tv_nsec = MILLISECONDS(1)};
    uint64_t sent = 0, octets = 0;
    int64_t first = 0, now;
    while ((now = clock_now()) < counted_from + time) {
        const double due = (double)(now - began) / 1e9 * offered / (double)inner;
        for (; (double)sent < due; sent++)
            sendto(stream->from, stream->data, stream->length, 0, &stream->destination.any,
                   address_length(&stream->destination));
        const uint64_t come = arrived(stream);
        if (first)
            octets += come;
        else if (now >= counted_from)
            first = clock_now();
        nanosleep(&pause, NULL);
    }
    return (double)octets * 1e9 / (double)(clock_now() - first);
}

static void rate(struct peer *peer, unsigned seconds, const char *namespace, const char *server,
                 uint64_t kbps)
{
    static const uint16_t sizes[] = {64, 512, INNER};
    union socket_address address;
    if (!address_parse(&address, server, 0))
        die(server);
    const int fd = socket_in(namespace, &address);
    for (unsigned i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
        const uint16_t bytes = sizes[i / 2];
        const struct stream stream = i % 2 ? downlink(peer, fd, bytes) : uplink(peer, fd, server, bytes);
        const double octets =
            carried(&stream, (double)kbps * 1000 / 8 * 3 / 2, bytes, SECONDS((int64_t)seconds));
        printf("{\"direction\": \"%s\", \"bytes\": %u, \"kbps\": %.1f}\n", i % 2 ? "downlink" : "uplink",
               bytes, octets * 8 / 1000);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    static struct peer peer;
    if (argc < 5)
        return 2;
    const char *mode = argv[3];
    unsigned number = (unsigned)atoi(argv[4]);
    if (strcmp(mode, "blast") == 0 && argc > 6) {
        blast(number, (unsigned)atoi(argv[5]), (unsigned)atoi(argv[6]));
    } else if (strcmp(mode, "tun") == 0 && argc > 5) {
        set_up(&peer, argv[1], argv[2], 1, (uint64_t)atoll(argv[5]));
        carry(&peer, argv[4]);
    } else if (strcmp(mode, "flood") == 0 && argc > 7) {
        set_up(&peer, argv[1], argv[2], PHONES, 0);
        flood(&peer, number, (unsigned)atoi(argv[5]), (unsigned)atoi(argv[6]), argv[7]);
    } else if (strcmp(mode, "rate") == 0 && argc > 7) {
        set_up(&peer, argv[1], argv[2], 1, (uint64_t)atoll(argv[7]));
        rate(&peer, number, argv[5], argv[6], (uint64_t)atoll(argv[7]));
    } else if (strcmp(mode, "sink") == 0) {
        set_up(&peer, argv[1], argv[2], PHONES, 0);
        sink(&peer, number);
    } else {
        return 2;
    }
    return 0;
}
