/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/worker.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "kit/loop.h"
#include "plane/crowd.h"
#include "plane/enforce.h"
#include "plane/fast/done.h"
#include "plane/pacer.h"
#include "plane/switch.h"
#include "wire/gtpu/gtpu.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum {
    RECEIVED = 64, /* N3 (super-)datagrams a batch */
    READ = 16,     /* TUN (super-)packets a batch */
    BUFFER_BYTES = PATH_HEADROOM + TUN_HEADER_BYTES + TUN_PACKET_BYTES + PATH_ROOM,
    SPARES = 64, /* copies of small datagrams, with room for an answer in place */
    SPARE_BYTES = 2048,
    COPY_BELOW = 512,
};

struct worker {
    struct worker_settings settings;
    pthread_t thread;
    bool running;
    int stop; /* eventfd */
    struct transmit transmit;
    struct coalesce coalesce;
    struct pacer *pacer;
    struct fast_done done;
    struct crowd crowd;
    int *tun;
    struct pollfd *polled; /* stop, N3, TUN queues */
    unsigned polled_count;
    uint8_t (*buffers)[BUFFER_BYTES];
    uint8_t (*spares)[SPARE_BYTES];
    unsigned spare_count;
    uint8_t (*copies)[SPARE_BYTES]; /* of frames for several; only where there is an Ethernet network */
    unsigned copy_count;
    unsigned taken; /* packets and super-packets since the last wait */
};

static void hand_on(void *context, enum verdict verdict, struct packet *packet)
{
    struct worker *worker = context;
    struct lane *lane = worker->settings.lane;
    if (verdict == PATH_TO_N6 && packet->network->lan)
        coalesce_frame(lane, worker->tun[packet->network->index], packet);
    else if (verdict == PATH_TO_N6)
        coalesce_packet(&worker->coalesce, lane, worker->tun[packet->network->index], packet);
    else if (packet->segment_bytes)
        segment_transmit(&worker->transmit, lane, packet);
    else
        transmit_packet(&worker->transmit, lane, packet);
}

static bool carries_frames(const struct plane *plane)
{
    for (unsigned i = 0; i < plane->network_count; i++)
        if (plane->networks[i].lan)
            return true;
    return false;
}

struct worker *worker_new(const struct worker_settings *settings)
{
    unsigned networks = settings->plane->network_count;
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker)
        return NULL;
    worker->settings = *settings;
    worker->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    worker->tun = calloc(networks, sizeof *worker->tun);
    worker->polled = calloc(networks + 3, sizeof *worker->polled);
    worker->buffers = malloc(RECEIVED * sizeof *worker->buffers);
    worker->spares = malloc(SPARES * sizeof *worker->spares);
    const bool frames = carries_frames(settings->plane);
    worker->copies = frames ? malloc(SPARES * sizeof *worker->copies) : NULL;
    worker->pacer = pacer_new(&(struct pacer_settings){.lane = settings->lane,
                                                       .most = settings->plane->policy.shaping_packets,
                                                       .seed = settings->seed,
                                                       .send = hand_on,
                                                       .context = worker});
    bool all = worker->stop >= 0 && worker->tun && worker->polled && worker->buffers && worker->spares &&
               worker->pacer && (worker->copies || !frames);
    if (!all || !transmit_init(&worker->transmit, settings->plane, settings->n3[0], settings->n3[1])) {
        worker_free(worker);
        return NULL;
    }
    memcpy(worker->tun, settings->tun, networks * sizeof *worker->tun);
    worker->coalesce.udp_segments = settings->udp_segments;
    worker->polled[worker->polled_count++].fd = worker->stop;
    worker->polled[worker->polled_count++].fd = settings->n3[0];
    worker->polled[worker->polled_count++].fd = settings->n3[1];
    for (unsigned i = 0; i < networks; i++)
        worker->polled[worker->polled_count++].fd = worker->tun[i];
    for (unsigned i = 0; i < worker->polled_count; i++)
        worker->polled[i].events = POLLIN;
    return worker;
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    if (worker->running) {
        eventfd_write(worker->stop, 1);
        pthread_join(worker->thread, NULL);
    }
    for (unsigned i = 0; worker->polled && i < worker->polled_count; i++)
        if (worker->polled[i].fd >= 0)
            close(worker->polled[i].fd);
    transmit_free(&worker->transmit);
    pacer_free(worker->pacer);
    free(worker->tun);
    free(worker->polled);
    free(worker->buffers);
    free(worker->spares);
    free(worker->copies);
    free(worker);
}

static void flush(struct worker *worker)
{
    coalesce_flush(&worker->coalesce, worker->settings.lane);
    transmit_flush(&worker->transmit, worker->settings.lane);
    pacer_flushed(worker->pacer);
    fast_done_tell(&worker->done);
    worker->spare_count = worker->copy_count = 0;
}

static void deliver(struct worker *worker, enum verdict verdict, struct packet *packet);

/* One of several that a frame goes to: it leaves from a copy, or before the next one is made. */
static void deliver_copy(void *context, enum verdict verdict, struct packet *packet)
{
    struct worker *worker = context;
    if (verdict != PATH_TO_N3) {
        deliver(worker, PATH_DROP, packet);
        return;
    }
    if (packet->length > SPARE_BYTES) {
        deliver(worker, verdict, packet);
        flush(worker);
        return;
    }
    if (worker->copy_count == SPARES)
        flush(worker);
    uint8_t *copy = worker->copies[worker->copy_count++];
    memcpy(copy, packet->data, packet->length);
    packet->data = copy;
    packet->end = copy + SPARE_BYTES;
    deliver(worker, verdict, packet);
}

/* At once, as what is handed on to the data network may be changed there. */
static void send_copy(void *context, struct packet *copy)
{
    struct worker *worker = context;
    hand_on(worker, PATH_TO_N3, copy);
    transmit_flush(&worker->transmit, worker->settings.lane);
}

static void deliver(struct worker *worker, enum verdict verdict, struct packet *packet)
{
    if (!fast_done_fits(&worker->done))
        flush(worker);
    fast_done_note(&worker->done, packet);
    path_send_copies(worker->settings.lane, packet, send_copy, worker);
    if (verdict != PATH_TO_N3 && verdict != PATH_TO_N6)
        return;
    if (verdict == PATH_TO_N6 && packet->network->lan &&
        !switch_outward(worker->settings.plane, worker->settings.lane, packet, deliver_copy, worker))
        return;
    if (packet->shaped)
        pacer_take(worker->pacer, verdict, packet);
    else
        hand_on(worker, verdict, packet);
}

/* Whether something may be written over the datagram that its place in a super-datagram has no room for: an answer, or a
 * tunnel header that is longer than the one it came with. */
static bool needs_copy(const uint8_t *datagram, size_t length)
{
    enum { HAS_EXTENSIONS = 0x04 };
    return length < COPY_BELOW || datagram[1] != GTPU_G_PDU || !(datagram[0] & HAS_EXTENSIONS);
}

static void uplink(struct worker *worker, const union socket_address *peer, uint8_t *datagram, size_t length,
                   bool joined, int64_t now)
{
    struct packet packet = {
        .data = datagram, .length = length, .end = datagram + length, .now = now, .joined = joined};
    const bool fits = length <= SPARE_BYTES - PATH_HEADROOM, copies = needs_copy(datagram, length);
    if (copies && (!fits || worker->spare_count == SPARES))
        flush(worker); /* what has left may be written over */
    if (copies && fits) {
        uint8_t *spare = worker->spares[worker->spare_count++];
        packet.data = spare + PATH_HEADROOM;
        packet.end = spare + SPARE_BYTES;
        memcpy(packet.data, datagram, length);
    }
    struct lane *lane = worker->settings.lane;
    deliver(worker, path_uplink(worker->settings.plane, lane, peer, &packet), &packet);
}

/* The size of the datagrams in a super-datagram, or 0. */
static size_t segment_size(struct msghdr *header)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            int size;
            memcpy(&size, CMSG_DATA(c), sizeof size);
            return size > 0 ? (size_t)size : 0;
        }
    return 0;
}

static void split(struct worker *worker, struct mmsghdr *message, const union socket_address *peer,
                  int64_t now)
{
    uint8_t *data = message->msg_hdr.msg_iov->iov_base;
    size_t left = message->msg_len, size = segment_size(&message->msg_hdr);
    if (size == 0)
        size = left;
    const bool joined = size < left;
    do { /* one that is empty is one, too */
        size_t length = left < size ? left : size;
        if (tapped(&worker->settings.plane->tap))
            tap_received(&worker->settings.plane->tap, peer, bytes_of(data, length));
        uplink(worker, peer, data, length, joined, now);
        data += length;
        left -= length;
    } while (left);
}

/* True: there may be more. */
static bool receive(struct worker *worker, int fd, unsigned socket)
{
    struct mmsghdr messages[RECEIVED];
    struct iovec parts[RECEIVED];
    union socket_address peers[RECEIVED];
    _Alignas(struct cmsghdr) uint8_t control[RECEIVED][2 * CMSG_SPACE(sizeof(int))];
    for (unsigned i = 0; i < RECEIVED; i++) {
        parts[i] = (struct iovec){worker->buffers[i] + PATH_HEADROOM, TUN_PACKET_BYTES};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &peers[i],
            .msg_namelen = sizeof peers[i],
            .msg_iov = &parts[i],
            .msg_iovlen = 1,
            .msg_control = control[i],
            .msg_controllen = sizeof control[i],
        };
    }
    int count = recvmmsg(fd, messages, RECEIVED, MSG_DONTWAIT, NULL);
    int64_t now = clock_now();
    worker->taken += count > 0 ? (unsigned)count : 0;
    if (count > 0)
        crowd_notice(&worker->crowd, worker->settings.plane, worker->settings.lane,
                     &(struct crowd_batch){messages, (unsigned)count, socket, now});
    for (int i = 0; i < count; i++)
        split(worker, &messages[i], &peers[i], now);
    flush(worker);
    return count == RECEIVED;
}

static bool read_packet(struct worker *worker, unsigned index, int fd, struct network *network)
{
    uint8_t *at = worker->buffers[index] + PATH_HEADROOM;
    struct virtio_net_hdr header;
    ssize_t length = read(fd, at, TUN_HEADER_BYTES + TUN_PACKET_BYTES);
    if (length <= TUN_HEADER_BYTES)
        return false;
    memcpy(&header, at, sizeof header);
    struct packet packet = {
        .data = at + TUN_HEADER_BYTES,
        .length = (size_t)length - TUN_HEADER_BYTES,
        .end = worker->buffers[index] + BUFFER_BYTES,
        .now = clock_now(),
    };
    struct lane *lane = worker->settings.lane;
    if (segment_begin(&header, &packet))
        deliver(worker, path_downlink(worker->settings.plane, lane, network, &packet), &packet);
    else
        count(&lane->counters.drops[DROP_INNER_MALFORMED], 1);
    return true;
}

static bool read_frame(struct worker *worker, int fd, struct network *network)
{
    uint8_t *at = worker->buffers[0] + PATH_HEADROOM;
    const ssize_t length = read(fd, at, TUN_PACKET_BYTES);
    if (length <= 0)
        return false;
    struct packet packet = {
        .data = at, .length = (size_t)length, .end = worker->buffers[0] + BUFFER_BYTES, .now = clock_now()};
    switch_inward(worker->settings.plane, worker->settings.lane, network, &packet, deliver_copy, worker);
    return true;
}

static bool read_tun(struct worker *worker, int fd, struct network *network)
{
    unsigned n = 0;
    while (n < READ && (network->lan ? read_frame(worker, fd, network) : read_packet(worker, n, fd, network)))
        n++;
    worker->taken += n;
    flush(worker);
    return n == READ;
}

/* One batch from each readable descriptor; true: some have more. */
static bool serve(struct worker *worker)
{
    struct plane *plane = worker->settings.plane;
    bool more = false;
    epoch_enter(&plane->epochs, worker->settings.lane->reader);
    for (unsigned i = 1; i < worker->polled_count; i++) {
        struct pollfd *polled = &worker->polled[i];
        if (!(polled->revents & POLLIN))
            continue;
        bool again = i < 3 ? receive(worker, polled->fd, i - 1)
                           : read_tun(worker, polled->fd, &plane->networks[i - 3]);
        if (!again)
            polled->revents = 0;
        more |= again;
    }
    epoch_leave(worker->settings.lane->reader);
    return more;
}

/*
 * What network cards call interrupt moderation: once packets come several at a time, a short rest lets more of them gather, so
 * that a system call moves more and segments of one flow meet in one batch. A lone packet never waits.
 */
static void rest(struct worker *worker)
{
    enum { SEVERAL = 4, REST_NS = 60000 };
    static const struct timespec time = {.tv_nsec = REST_NS};
    if (worker->taken >= SEVERAL)
        nanosleep(&time, NULL);
    worker->taken = 0;
}

/* Until a descriptor is readable, or a packet that was delayed is due; false: it failed. */
static bool wait_for_work(struct worker *worker)
{
    const int64_t next = pacer_next(worker->pacer), left = next - (next == INT64_MAX ? 0 : clock_now());
    const struct timespec time = {.tv_sec = left > 0 ? left / SECONDS(1) : 0,
                                  .tv_nsec = left > 0 ? left % SECONDS(1) : 0};
    return ppoll(worker->polled, worker->polled_count, next == INT64_MAX ? NULL : &time, NULL) >= 0 ||
           errno == EINTR;
}

static void send_delayed(struct worker *worker)
{
    if (pacer_next(worker->pacer) == INT64_MAX)
        return;
    pacer_run(worker->pacer, clock_now());
    flush(worker);
}

static void *run(void *context)
{
    struct worker *worker = context;
    enum { ROUNDS = 64 }; /* at most, before looking at everything again */
    prctl(PR_SET_TIMERSLACK, 1);
    while (wait_for_work(worker) && !worker->polled[0].revents) {
        for (unsigned i = 0; i < ROUNDS && serve(worker); i++)
            send_delayed(worker);
        send_delayed(worker);
        rest(worker);
    }
    pacer_drain(worker->pacer);
    flush(worker);
    return NULL;
}

bool worker_start(struct worker *worker)
{
    int reason = pthread_create(&worker->thread, NULL, run, worker);
    worker->running = reason == 0;
    errno = reason;
    return worker->running;
}

static bool dropped_before(int fd, uint64_t *dropped)
{
    uint32_t values[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof values;
    if (fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values, &length) != 0)
        return false;
    *dropped += values[SK_MEMINFO_DROPS];
    return true;
}

/* What the host had for the device whose queue this is, and no room for in it. */
static bool dropped_by_tun(int fd, uint64_t *dropped)
{
    char line[512], name[IFNAMSIZ];
    unsigned long long value = 0;
    struct ifreq about = {0};
    FILE *devices = ioctl(fd, TUNGETIFF, &about) == 0 ? fopen("/proc/self/net/dev", "re") : NULL;
    bool found = false;
    while (devices && !found && fgets(line, sizeof line, devices))
        found =
            sscanf(line, " %15[^:]: %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %llu", name, &value) == 2 &&
            strcmp(name, about.ifr_name) == 0;
    if (devices)
        fclose(devices);
    *dropped += found ? value : 0;
    return found;
}

/* All workers have the same devices: the first one tells. */
static bool dropped_by_tuns(const struct worker *worker, uint64_t *dropped)
{
    const struct plane *plane = worker->settings.plane;
    for (unsigned i = 0; worker->settings.lane == plane->lanes && i < plane->network_count; i++)
        if (!dropped_by_tun(worker->tun[i], dropped))
            return false;
    return true;
}

struct agent_effort worker_effort(const struct worker *worker)
{
    struct timespec spent = {0};
    struct agent_effort effort = {0};
    clockid_t clock;
    if (worker->running && pthread_getcpuclockid(worker->thread, &clock) == 0)
        clock_gettime(clock, &spent);
    effort.cpu = SECONDS(spent.tv_sec) + spent.tv_nsec;
    effort.dropped_is_known = dropped_before(worker->settings.n3[0], &effort.dropped) &&
                              dropped_before(worker->settings.n3[1], &effort.dropped) &&
                              dropped_by_tuns(worker, &effort.dropped);
    return effort;
}
