/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packet program beside the slow path with the same sessions: what the one forwards or refuses, the other does too. It may leave to it whatever it likes.
 */
#include <bpf/bpf.h>

#include "fast_lab.h"
#include "kit/mac.h"
#include "plane/fast/networks.h"

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
    const size_t inner = set_downlink(bench, PHONE, 200);
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

/* A switch floods it, or another router shares the wire. */
static void what_another_host_is_sent_is_not_forwarded(void **state)
{
    static const uint8_t own[6] = {2, 0, 0, 0, 0, 9}, others[6] = {2, 0, 0, 0, 1, 9},
                         all[6] = {255, 255, 255, 255, 255, 255};
    struct bench *bench = bench_new();
    (void)state;
    bench->fast.ports[LOOPBACK].mac = mac_number(own);
    for (unsigned downlink = 0; downlink < 2; downlink++) {
        if (downlink)
            set_downlink(bench, PHONE, 200);
        else
            set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
        memcpy(bench->frame, others, sizeof others);
        assert_int_equal(run(bench), XDP_PASS);
        memcpy(bench->frame, all, sizeof all);
        assert_int_equal(run(bench), XDP_PASS);
        memcpy(bench->frame, own, sizeof own);
        assert_int_equal(run(bench), XDP_REDIRECT);
    }
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
    while (run(bench) == XDP_PASS) /* the phone may be there already, and the slow path keeps some */
        continue;
    assert_int_equal(bench->verdict, XDP_DROP);
    struct fast_refused refused;
    const struct fast_address sender = fast_address_of(&bench->lab->other_gnb);
    assert_int_equal(bpf_map_lookup_elem(bench->fast.refused, &sender, &refused), 0);
    assert_int_equal(refused.reasons[DROP_WRONG_PEER], 1);
    bench_free(bench);
}

static void what_waits_is_left_to_the_slow_path(void **state)
{
    struct bench *bench = bench_new();
    struct packet packet;
    (void)state;
    const size_t inner = set_downlink(bench, PHONE, 200);
    assert_int_equal(lab_switch(bench->lab, bench->seid, &bench->lab->gnb, 0, false), PFCP_ACCEPTED);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(lab_downlink(bench->lab, bytes_of(bench->frame + ETHERNET, inner), &packet), PATH_HELD);
    done_with(&packet);
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
        } else if (verdict == XDP_DROP) { /* which the slow path may have told the sender */
            assert_true(slow == PATH_DROP || bench->lab->plane.lanes[0].reason == DROP_UNKNOWN_TEID);
        } else {
            assert_int_equal(verdict, XDP_PASS);
        }
    }
    print_message("# %u dropped, %u left to the slow path, %u forwarded\n", verdicts[XDP_DROP],
                  verdicts[XDP_PASS], verdicts[XDP_REDIRECT]);
    assert_true(verdicts[XDP_REDIRECT] > ROUNDS / 4 && verdicts[XDP_DROP] > 100 && verdicts[XDP_PASS] > 100);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uplink_goes_to_the_data_network),
        cmocka_unit_test(downlink_goes_into_the_tunnel),
        cmocka_unit_test(what_another_host_is_sent_is_not_forwarded),
        cmocka_unit_test(what_is_not_the_phones_is_refused),
        cmocka_unit_test(what_waits_is_left_to_the_slow_path),
        cmocka_unit_test(both_paths_judge_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
