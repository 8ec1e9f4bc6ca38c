/* SPDX-License-Identifier: Apache-2.0 */
#include "fast_lab.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <unistd.h>

#include "plane/checksum.h"
#include "plane/fast/adopt.h"
#include "plane/fast/counts.h"
#include "plane/fast/done.h"
#include "plane/fast/networks.h"

/* A route that the program remembers, so that it asks no host. */
static void remember(struct bench *bench, const char *map, uint32_t index, struct fast_address to,
                     uint32_t mtu)
{
    const int fd = bpf_object__find_map_fd_by_name(bench->fast.object, map);
    const struct fast_route route = {.to = to,
                                     .until = UINT64_MAX,
                                     .device = LOOPBACK,
                                     .mtu = (uint16_t)mtu,
                                     .mac = {htonl(0x02000000), htonl(0x00010200), htonl(0x00000002)}};
    assert_int_equal(bpf_map_update_elem(fd, &index, &route, BPF_ANY), 0);
}

static void remember_outside(struct bench *bench)
{
    struct config_ip ip = {.family = AF_INET};
    memcpy(ip.address, OUTSIDE, 4);
    union socket_address outside = {.v4 = {.sin_family = AF_INET}};
    memcpy(&outside.v4.sin_addr, OUTSIDE, 4);
    const struct fast_address to = fast_address_of(&outside);
    const uint64_t mixed = (to.half[0] ^ to.half[1]) * UINT64_C(0x9e3779b97f4a7c15);
    for (uint32_t i = 0; i < bench->fast.sizes.processors; i++)
        remember(bench, "routes", i * FAST_ROUTES + (uint32_t)(mixed >> 48 & (FAST_ROUTES - 1)), to, 1500);
}

void remember_gnb(struct bench *bench, const struct gnb *gnb)
{
    for (uint32_t i = 0; i < bench->fast.sizes.processors; i++)
        remember(bench, "gnb_routes", gnb->id * bench->fast.sizes.processors + i,
                 fast_address_of(&gnb->address), bench->fast.settings->mtu);
}

enum { NETWORKS_BEHIND = 64 };

static bool open_fast(struct bench *bench, unsigned sessions, const char *folder)
{
    char why[FAST_WHY_BYTES];
    const struct fast_sizes sizes = {.sessions = sessions,
                                     .flows = sessions,
                                     .routes = NETWORKS_BEHIND,
                                     .addresses = 1 << 17,
                                     .gnbs = 4,
                                     .processors = (unsigned)sysconf(_SC_NPROCESSORS_CONF),
                                     .lanes = 1,
                                     .stations = STATIONS};
    if (fast_open(&bench->fast, &sizes, folder, why))
        return true;
    print_message("# SKIPPED, LOUDLY: no packet program here: %s\n", why);
    assert_int_not_equal(libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_XDP, NULL),
                         1); /* it is the program that is wrong */
    return false;
}

struct bench *bench_open(unsigned sessions)
{
    return bench_open_in(sessions, NULL);
}

/* Several tests at once may have one there. */
static int open_n3(const struct lab *lab)
{
    const int on = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(GTPU_PORT)};
    memcpy(&address.sin_addr, lab->plane.n3_v4.address, sizeof address.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

struct bench *bench_open_in(unsigned sessions, const char *folder)
{
    return bench_open_ethernet_in(sessions, folder, NULL);
}

struct bench *bench_open_ethernet_in(unsigned sessions, const char *folder,
                                     const struct lan_settings *settings)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    if (!open_fast(bench, sessions, folder)) {
        free(bench);
        skip();
    }
    bench->lab = settings ? lab_new_ethernet(settings) : lab_new();
    bench->n3 = open_n3(bench->lab);
    assert_true(fast_describe(&bench->fast, &bench->lab->plane));
    fast_adopt(&bench->fast, &bench->lab->plane);
    bench->lab->plane.fast = &bench->fast;
    bench->fast.ports[LOOPBACK] = (struct fast_port){.flags = FAST_N3 | FAST_N6 | FAST_OUT, .mtu = 1500};
    remember_outside(bench);
    return bench;
}

void bench_establish(struct bench *bench, struct lab_session *session)
{
    bench->seid = lab_establish(bench->lab, session, &bench->teid);
    assert_int_equal(lab_switch(bench->lab, bench->seid, &bench->lab->gnb, 0x1234, false), PFCP_ACCEPTED);
    bench->session = table_get(&bench->lab->plane.teids, bench->teid);
    remember_gnb(bench, bench->session->gnb);
}

struct bench *bench_new(void)
{
    struct bench *bench = bench_open(8);
    struct lab_session session;
    lab_describe(&session, UE);
    bench_establish(bench, &session);
    return bench;
}

void bench_free(struct bench *bench)
{
    struct fast fast = bench->fast;
    close(bench->n3);
    lab_free(bench->lab);
    fast_close(&fast);
    free(bench);
}

void set_ethernet(uint8_t *frame, uint16_t type)
{
    memset(frame, 0, 12);
    frame[12] = (uint8_t)(type >> 8);
    frame[13] = (uint8_t)type;
}

void set_ip_checksum(uint8_t *ip)
{
    memset(ip + 10, 0, 2);
    const uint16_t sum = (uint16_t)~checksum_fold(checksum_add(0, ip, (ip[0] & 15) * 4u));
    memcpy(ip + 10, &sum, 2);
}

size_t set_inner(uint8_t *to, const uint8_t from[4], const uint8_t dest[4], uint16_t port, size_t payload)
{
    const size_t length = lab_udp(to, from, dest, port, payload);
    set_ip_checksum(to);
    return length;
}

void set_outer(struct bench *bench, const union socket_address *from, size_t length)
{
    uint8_t *ip = bench->frame + ETHERNET, *udp = ip + 20;
    const uint16_t total = (uint16_t)(length + OUTER), datagram = (uint16_t)(length + 8);
    set_ethernet(bench->frame, 0x0800);
    memset(ip, 0, OUTER);
    memcpy(ip, (const uint8_t[]){0x45, 0, (uint8_t)(total >> 8), (uint8_t)total, 0, 0, 0, 0, 64, 17}, 10);
    memcpy(ip + 12, &from->v4.sin_addr, 4);
    memcpy(ip + 16, bench->lab->plane.n3_v4.address, 4);
    set_ip_checksum(ip);
    memcpy(udp, (const uint8_t[]){0x08, 0x68, 0x08, 0x68, (uint8_t)(datagram >> 8), (uint8_t)datagram}, 6);
    bench->length = ETHERNET + OUTER + length;
}

size_t set_tunnelled(struct bench *bench, const uint8_t from[4], const uint8_t to[4], uint16_t port,
                     size_t payload)
{
    uint8_t *gtpu = bench->frame + ETHERNET + OUTER;
    const size_t inner = set_inner(gtpu + GTPU_HEADER_CONTAINER, from, to, port, payload);
    gtpu_g_pdu_header(gtpu, bench->teid, GTPU_UPLINK, QFI, false, inner);
    set_outer(bench, &bench->lab->gnb, inner + GTPU_HEADER_CONTAINER);
    return inner;
}

size_t set_downlink(struct bench *bench, const uint8_t to[4], size_t payload)
{
    set_ethernet(bench->frame, 0x0800);
    const size_t inner = set_inner(bench->frame + ETHERNET, OUTSIDE, to, 5000, payload);
    bench->length = ETHERNET + inner;
    return inner;
}

static uint32_t run_program(struct bench *bench, int program)
{
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = bench->frame, .data_size_in = (unsigned)bench->length,
                .data_out = bench->out, .data_size_out = sizeof bench->out);
    assert_int_equal(bpf_prog_test_run_opts(program, &options), 0);
    bench->out_length = options.data_size_out;
    bench->verdict = options.retval;
    return bench->verdict;
}

uint32_t run(struct bench *bench)
{
    return run_program(bench, bench->fast.program);
}

uint32_t run_at_segment(struct bench *bench)
{
    return run_program(bench, bench->fast.frame_program);
}

void done_with(const struct packet *packet)
{
    struct fast_done done = {.count = 0};
    fast_done_note(&done, packet);
    fast_done_tell(&done);
}

enum verdict run_slow(struct bench *bench, const union socket_address *peer, struct packet *packet)
{
    static uint8_t room[PATH_HEADROOM + FRAME + PATH_ROOM];
    *packet = (struct packet){.data = room + PATH_HEADROOM,
                              .length = bench->length - ETHERNET - OUTER,
                              .end = room + sizeof room,
                              .now = bench->lab->timers.now};
    memcpy(packet->data, bench->frame + ETHERNET + OUTER, packet->length);
    const enum verdict verdict = path_uplink(&bench->lab->plane, &bench->lab->plane.lanes[0], peer, packet);
    if (bench->verdict == XDP_PASS)
        done_with(packet);
    return verdict;
}

void absorb(struct bench *bench)
{
    session_lock(bench->session);
    fast_absorb(&bench->lab->plane, bench->session, bench->lab->timers.now);
    session_unlock(bench->session);
}
