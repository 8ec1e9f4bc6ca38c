/* SPDX-License-Identifier: Apache-2.0 */
/* Ways through the host: what the packet program puts into a passage, what it takes out of one, and what somebody has to change first. */
#include "fast_lab.h"
#include "plane/checksum.h"
#include "plane/fast/device.h"
#include "plane/fast/networks.h"
#include "plane/passage.h"

enum { PASSAGE = LOOPBACK, HOPS = 8, TCP_HEADER = 20, SYN = 0x02, ACK = 0x10 };

static void add_flags(struct bench *bench, unsigned flags)
{
    bench->fast.ports[LOOPBACK].flags |= flags;
}

static void uplink_goes_into_the_passage_and_the_host_counts_the_hop(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    fast_lead_to_host(&bench->fast, bench->session->network, PASSAGE);
    const size_t inner = set_tunnelled(bench, PHONE, (const uint8_t[]){198, 51, 100, 77}, 53, 100);
    const uint8_t hops = bench->frame[bench->length - inner + HOPS];
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_memory_equal(bench->out, passage_mac, sizeof passage_mac);
    assert_memory_equal(bench->out + 6, passage_mac, sizeof passage_mac);
    assert_int_equal(bench->out[ETHERNET + HOPS], hops);
    bench_free(bench);
}

static void what_is_too_long_for_the_passage_is_left_to_the_slow_path(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    fast_lead_to_host(&bench->fast, bench->session->network, PASSAGE);
    const size_t most = bench->session->network->mtu - 28u;
    set_tunnelled(bench, PHONE, OUTSIDE, 53, most);
    assert_int_equal(run(bench), XDP_REDIRECT);
    set_tunnelled(bench, PHONE, OUTSIDE, 53, most + 1);
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

static void fits_up_to(struct bench *bench, size_t longest)
{
    assert_int_equal(set_downlink(bench, PHONE, longest - 28), longest);
    assert_int_equal(run(bench), XDP_REDIRECT);
    set_downlink(bench, PHONE, longest - 27);
    assert_int_equal(run(bench), XDP_PASS);
}

/* Beyond it somebody on the slow path tells the sender: the host at the data network's device, a worker at the tunnel. */
static void the_data_networks_mtu_counts_where_the_tunnel_would_take_more_and_the_other_way_round(
    void **state)
{
    (void)state;
    for (unsigned narrow = 0; narrow < 2; narrow++) {
        struct bench *bench = bench_new();
        const size_t mtu = bench->session->network->mtu;
        bench->fast.settings->mtu = (uint32_t)(narrow ? mtu - 1 : mtu + 1);
        remember_gnb(bench, bench->session->gnb);
        fits_up_to(bench, narrow ? mtu - 1 : mtu);
        bench_free(bench);
    }
}

static void what_comes_out_of_the_passage_has_been_counted_a_hop(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    set_downlink(bench, PHONE, 100);
    uint8_t *ip = bench->frame + ETHERNET;
    ip[HOPS] = 1;
    set_ip_checksum(ip);
    assert_int_equal(run(bench), XDP_PASS);
    add_flags(bench, FAST_HOST);
    while (run(bench) == XDP_PASS) /* behind the one that the slow path was given */
        lab_downlink(bench->lab, bytes_of(ip, bench->length - ETHERNET), &(struct packet){0});
    assert_int_equal(bench->verdict, XDP_REDIRECT);
    assert_int_equal(bench->out[ETHERNET + OUTER + GTPU_HEADER_CONTAINER + HOPS], 1);
    bench_free(bench);
}

static void several_datagrams_in_one_are_left_to_the_slow_path(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    set_outer(bench, &bench->lab->gnb, bench->length - ETHERNET - OUTER + 40);
    bench->length += 40;
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

/* The sum of the pseudo-header, as a host leaves it to a device. */
static uint16_t unfinished(const uint8_t *ip, uint8_t protocol, size_t length)
{
    const struct flow flow = {.version = 4, .source = ip + 12, .destination = ip + 16};
    return checksum_fold(checksum_pseudo(&flow, protocol, length));
}

static void an_unfinished_checksum_is_left_to_the_slow_path(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    const size_t inner = set_downlink(bench, PHONE, 100);
    const uint16_t sum = unfinished(bench->frame + ETHERNET, PROTOCOL_UDP, inner - 20);
    memcpy(bench->frame + ETHERNET + 26, &sum, sizeof sum);
    assert_int_equal(run(bench), XDP_REDIRECT);
    add_flags(bench, FAST_UNFINISHED);
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

/* One of 65,536: if nobody is there to take the slow path, it would be lost. */
static void a_right_checksum_that_looks_unfinished_is_not(void **state)
{
    enum { CHECKSUM = 26, PAYLOAD = 28 };
    struct bench *bench = bench_new();
    (void)state;
    add_flags(bench, FAST_UNFINISHED);
    for (size_t payload = 60; payload <= 1000; payload += 235) {
        const size_t length = set_downlink(bench, PHONE, payload) - 20;
        uint8_t *ip = bench->frame + ETHERNET;
        const uint16_t sum = unfinished(ip, PROTOCOL_UDP, length);
        memcpy(ip + CHECKSUM, &sum, sizeof sum);
        memset(ip + PAYLOAD, 0, 2);
        const uint16_t missing = (uint16_t)~checksum_fold(checksum_add(sum, ip + 20, length));
        memcpy(ip + PAYLOAD, &missing, sizeof missing);
        assert_int_equal(run(bench), XDP_REDIRECT);
    }
    bench_free(bench);
}

static void a_finished_one_is_not(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    add_flags(bench, FAST_UNFINISHED);
    set_downlink(bench, PHONE, 100);
    bench->frame[ETHERNET + 26] ^= 0x55;
    assert_int_equal(run(bench), XDP_REDIRECT);
    bench_free(bench);
}

/* The datagram becomes a segment, whose data is what was behind the UDP header. */
static void make_tcp(uint8_t *ip, uint8_t flags)
{
    ip[9] = PROTOCOL_TCP;
    set_ip_checksum(ip);
    ip[20 + 12] = TCP_HEADER / 4 << 4;
    ip[20 + 13] = flags;
}

static void segment_sizes_are_lowered_in_the_slow_path_or_nowhere(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    const size_t inner = set_tunnelled(bench, PHONE, OUTSIDE, 80, 100);
    uint8_t *ip = bench->frame + bench->length - inner;
    make_tcp(ip, SYN);
    assert_int_equal(run(bench), XDP_REDIRECT);
    bench->fast.settings->mss_clamp = 1;
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
    bench = bench_new();
    bench->fast.settings->mss_clamp = 1;
    set_downlink(bench, PHONE, 100);
    make_tcp(bench->frame + ETHERNET, ACK);
    assert_int_equal(run(bench), XDP_REDIRECT);
    make_tcp(bench->frame + ETHERNET, SYN | ACK);
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

static void the_kernel_says_what_a_device_takes(void **state)
{
    (void)state;
    assert_true(device_is_loopback("lo"));
    assert_false(device_is_veth("lo"));
    assert_int_not_equal(device_redirect(LOOPBACK), DEVICE_TAKES);
    assert_int_equal(device_redirect(UINT32_MAX), DEVICE_SILENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uplink_goes_into_the_passage_and_the_host_counts_the_hop),
        cmocka_unit_test(what_is_too_long_for_the_passage_is_left_to_the_slow_path),
        cmocka_unit_test(
            the_data_networks_mtu_counts_where_the_tunnel_would_take_more_and_the_other_way_round),
        cmocka_unit_test(what_comes_out_of_the_passage_has_been_counted_a_hop),
        cmocka_unit_test(several_datagrams_in_one_are_left_to_the_slow_path),
        cmocka_unit_test(an_unfinished_checksum_is_left_to_the_slow_path),
        cmocka_unit_test(a_finished_one_is_not),
        cmocka_unit_test(a_right_checksum_that_looks_unfinished_is_not),
        cmocka_unit_test(segment_sizes_are_lowered_in_the_slow_path_or_nowhere),
        cmocka_unit_test(the_kernel_says_what_a_device_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
