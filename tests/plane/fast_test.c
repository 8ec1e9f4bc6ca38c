/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packet program, run by the kernel on single packets (BPF_PROG_TEST_RUN), beside the slow path with the same sessions: what the one forwards or refuses, the
 * other does too. It may leave to it whatever it likes.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <unistd.h>

#include "lab.h"
#include "plane/checksum.h"
#include "plane/fast/counts.h"
#include "plane/fast/fast.h"
#include "plane/fast/networks.h"
#include "plane/fast/rules.h"

enum { ETHERNET = 14, OUTER = 28, FRAME = 2048, LOOPBACK = 1, UE = 7, QFI = 1 };

struct bench {
    struct lab *lab;
    struct fast fast;
    struct session *session;
    uint32_t teid;
    uint64_t seid;
    uint8_t frame[FRAME], out[FRAME];
    size_t length, out_length;
};

static const uint8_t OUTSIDE[4] = {203, 0, 113, 9}, PHONE[4] = {10, 45, 0, UE};

/* A route that the program remembers, so that it asks no host. */
static void remember(struct bench *bench, const char *map, uint32_t index, struct fast_address to)
{
    const int fd = bpf_object__find_map_fd_by_name(bench->fast.object, map);
    const struct fast_route route = {.to = to,
                                     .until = UINT64_MAX,
                                     .device = LOOPBACK,
                                     .mtu = 1500,
                                     .mac = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}};
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
        remember(bench, "routes", i * FAST_ROUTES + (uint32_t)(mixed >> 48 & (FAST_ROUTES - 1)), to);
}

static void remember_gnb(struct bench *bench, const struct gnb *gnb)
{
    for (uint32_t i = 0; i < bench->fast.sizes.processors; i++)
        remember(bench, "gnb_routes", gnb->id * bench->fast.sizes.processors + i,
                 fast_address_of(&gnb->address));
}

static bool open_fast(struct bench *bench)
{
    char why[FAST_WHY_BYTES];
    const struct fast_sizes sizes = {.sessions = 8,
                                     .addresses = 1 << 17,
                                     .gnbs = 4,
                                     .processors = (unsigned)sysconf(_SC_NPROCESSORS_CONF)};
    if (fast_open(&bench->fast, &sizes, NULL, why))
        return true;
    print_message("SKIPPED, LOUDLY: no packet program here: %s\n", why);
    return false;
}

static struct bench *bench_new(void)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct lab_session session;
    assert_non_null(bench);
    if (!open_fast(bench)) {
        free(bench);
        skip();
    }
    bench->lab = lab_new();
    assert_true(fast_describe(&bench->fast, &bench->lab->plane));
    bench->lab->plane.fast = &bench->fast;
    bench->fast.ports[LOOPBACK] =
        (struct fast_port){.flags = FAST_N3 | FAST_N6 | FAST_OUT, .device = LOOPBACK, .mtu = 1500};
    lab_describe(&session, UE);
    bench->seid = lab_establish(bench->lab, &session, &bench->teid);
    assert_int_equal(lab_switch(bench->lab, bench->seid, &bench->lab->gnb, 0x1234, false), PFCP_ACCEPTED);
    bench->session = table_get(&bench->lab->plane.teids, bench->teid);
    remember_outside(bench);
    remember_gnb(bench, bench->session->gnb);
    return bench;
}

static void bench_free(struct bench *bench)
{
    struct fast fast = bench->fast;
    lab_free(bench->lab);
    fast_close(&fast);
    free(bench);
}

static void set_ethernet(uint8_t *frame, uint16_t type)
{
    memset(frame, 0, 12);
    frame[12] = (uint8_t)(type >> 8);
    frame[13] = (uint8_t)type;
}

static void set_ip_checksum(uint8_t *ip)
{
    memset(ip + 10, 0, 2);
    const uint16_t sum = (uint16_t)~checksum_fold(checksum_add(0, ip, (ip[0] & 15) * 4u));
    memcpy(ip + 10, &sum, 2);
}

/* A phone's packet, or one for it. */
static size_t set_inner(uint8_t *to, const uint8_t from[4], const uint8_t dest[4], uint16_t port,
                        size_t payload)
{
    const size_t length = lab_udp(to, from, dest, port, payload);
    set_ip_checksum(to);
    return length;
}

/* The GTP-U datagram of `length` octets behind the headers, from a gNB to the plane. */
static void set_outer(struct bench *bench, const union socket_address *from, size_t length)
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

static size_t set_tunnelled(struct bench *bench, const uint8_t from[4], const uint8_t to[4], uint16_t port,
                            size_t payload)
{
    uint8_t *gtpu = bench->frame + ETHERNET + OUTER;
    const size_t inner = set_inner(gtpu + GTPU_HEADER_CONTAINER, from, to, port, payload);
    gtpu_g_pdu_header(gtpu, bench->teid, GTPU_UPLINK, QFI, false, inner);
    set_outer(bench, &bench->lab->gnb, inner + GTPU_HEADER_CONTAINER);
    return inner;
}

static uint32_t run(struct bench *bench)
{
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = bench->frame, .data_size_in = (unsigned)bench->length,
                .data_out = bench->out, .data_size_out = sizeof bench->out);
    assert_int_equal(bpf_prog_test_run_opts(bench->fast.program, &options), 0);
    bench->out_length = options.data_size_out;
    return options.retval;
}

/* The same datagram through the slow path. */
static enum verdict run_slow(struct bench *bench, const union socket_address *peer, struct packet *packet)
{
    static uint8_t room[PATH_HEADROOM + FRAME + PATH_ROOM];
    *packet = (struct packet){.data = room + PATH_HEADROOM,
                              .length = bench->length - ETHERNET - OUTER,
                              .end = room + sizeof room,
                              .now = bench->lab->timers.now};
    memcpy(packet->data, bench->frame + ETHERNET + OUTER, packet->length);
    return path_uplink(&bench->lab->plane, &bench->lab->plane.lanes[0], peer, packet);
}

static void absorb(struct bench *bench)
{
    session_lock(bench->session);
    fast_absorb(&bench->lab->plane, bench->session, bench->lab->timers.now);
    session_unlock(bench->session);
}

static void uplink_goes_to_the_data_network(void **state)
{
    struct bench *bench = bench_new();
    struct packet packet;
    (void)state;
    const size_t inner = set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(bench->out_length, ETHERNET + inner);
    assert_memory_equal(bench->out, ((const uint8_t[]){2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}), ETHERNET);
    assert_int_equal(run_slow(bench, &bench->lab->gnb, &packet), PATH_TO_N6);
    packet.data[8]--; /* the slow path leaves that to the host's router */
    set_ip_checksum(packet.data);
    assert_memory_equal(bench->out + ETHERNET, packet.data, inner);
    absorb(bench);
    assert_int_equal(bench->session->counters.passed.packets[UPLINK], 2);
    assert_int_equal(bench->session->counters.passed.bytes[UPLINK], 2 * inner);
    assert_int_equal(bench->session->rules->urrs[0].volume.bytes[UPLINK], 2 * inner);
    bench_free(bench);
}

static void downlink_goes_into_the_tunnel(void **state)
{
    struct bench *bench = bench_new();
    struct packet packet;
    (void)state;
    set_ethernet(bench->frame, 0x0800);
    const size_t inner = set_inner(bench->frame + ETHERNET, OUTSIDE, PHONE, 5000, 200);
    bench->length = ETHERNET + inner;
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(bench->out_length, ETHERNET + OUTER + GTPU_HEADER_CONTAINER + inner);
    assert_int_equal(lab_downlink(bench->lab, bytes_of(bench->frame + ETHERNET, inner), &packet), PATH_TO_N3);
    packet.data[GTPU_HEADER_CONTAINER + 8]--;
    set_ip_checksum(packet.data + GTPU_HEADER_CONTAINER);
    assert_memory_equal(bench->out + ETHERNET + OUTER, packet.data, packet.length);
    assert_memory_equal(bench->out + ETHERNET + 16, &packet.to.v4.sin_addr, 4);
    uint8_t header[20];
    memcpy(header, bench->out + ETHERNET, 20);
    set_ip_checksum(header);
    assert_memory_equal(header, bench->out + ETHERNET, 20);
    absorb(bench);
    assert_int_equal(bench->session->counters.passed.bytes[DOWNLINK], 2 * inner);
    bench_free(bench);
}

static void what_is_not_the_phones_is_refused(void **state)
{
    struct bench *bench = bench_new();
    const uint8_t other[4] = {10, 45, 0, 9}, inside[4] = {192, 0, 2, 1}, local[4] = {127, 0, 0, 1};
    (void)state;
    set_tunnelled(bench, other, OUTSIDE, 53, 10);
    assert_int_equal(run(bench), XDP_DROP);
    set_tunnelled(bench, PHONE, inside, 53, 10);
    assert_int_equal(run(bench), XDP_DROP);
    set_tunnelled(bench, PHONE, local, 53, 10);
    assert_int_equal(run(bench), XDP_DROP);
    set_tunnelled(bench, PHONE, other, 53, 10);
    assert_int_equal(run(bench), XDP_DROP);
    set_tunnelled(bench, PHONE, OUTSIDE, GTPU_PORT, 10);
    assert_int_equal(run(bench), XDP_DROP);
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 10);
    set_outer(bench, &bench->lab->other_gnb, bench->length - ETHERNET - OUTER);
    assert_int_equal(run(bench), XDP_DROP);
    struct fast_refused refused;
    const struct fast_address sender = fast_address_of(&bench->lab->other_gnb);
    assert_int_equal(bpf_map_lookup_elem(bench->fast.refused, &sender, &refused), 0);
    assert_int_equal(refused.reasons[DROP_WRONG_PEER], 1);
    bench_free(bench);
}

static void what_waits_is_left_to_the_slow_path(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    set_ethernet(bench->frame, 0x0800);
    bench->length = ETHERNET + set_inner(bench->frame + ETHERNET, OUTSIDE, PHONE, 5000, 200);
    assert_int_equal(lab_switch(bench->lab, bench->seid, &bench->lab->gnb, 0, false), PFCP_ACCEPTED);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(lab_switch(bench->lab, bench->seid, &bench->lab->gnb, 0x99, false), PFCP_ACCEPTED);
    assert_int_equal(run(bench), XDP_REDIRECT);
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 10);
    bench->frame[ETHERNET + OUTER + 4] ^= 0x55; /* nobody's tunnel */
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

/* Whatever is done to a packet: the program forwards it only as the slow path does, and drops none that it would forward. */
static void both_paths_judge_alike(void **state)
{
    enum { ROUNDS = 20000 };
    struct bench *bench = bench_new();
    unsigned verdicts[5] = {0};
    (void)state;
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct packet packet;
        set_tunnelled(bench, PHONE, OUTSIDE, (uint16_t)(40000 + i), i % 64);
        for (unsigned n = i % 4; n > 0; n--) {
            const uint64_t chance = random_u64(&bench->lab->random.random);
            bench->frame[ETHERNET + OUTER + chance % (bench->length - ETHERNET - OUTER)] =
                (uint8_t)(chance >> 32);
        }
        const uint32_t verdict = run(bench);
        const enum verdict slow = run_slow(bench, &bench->lab->gnb, &packet);
        verdicts[verdict]++;
        if (verdict == XDP_REDIRECT) {
            assert_int_equal(slow, PATH_TO_N6);
            assert_memory_equal(bench->out + ETHERNET + 12, packet.data + 12, packet.length - 12);
        } else if (verdict == XDP_DROP) {
            assert_int_equal(slow, PATH_DROP);
        } else {
            assert_int_equal(verdict, XDP_PASS);
        }
    }
    print_message("%u dropped, %u left to the slow path, %u forwarded\n", verdicts[XDP_DROP],
                  verdicts[XDP_PASS], verdicts[XDP_REDIRECT]);
    assert_true(verdicts[XDP_REDIRECT] > ROUNDS / 4 && verdicts[XDP_DROP] > 100 && verdicts[XDP_PASS] > 100);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uplink_goes_to_the_data_network),
        cmocka_unit_test(downlink_goes_into_the_tunnel),
        cmocka_unit_test(what_is_not_the_phones_is_refused),
        cmocka_unit_test(what_waits_is_left_to_the_slow_path),
        cmocka_unit_test(both_paths_judge_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
