/* SPDX-License-Identifier: Apache-2.0 */
/* Rule L2 in the packet program: what comes in where radio equipment is connected, and who is counted for what does not. */
#include <arpa/inet.h>

#include "../lab_config.h"
#include "fast_lab.h"
#include "plane/fast/counts.h"
#include "plane/fast/networks.h"
#include "plane/fast/ran_port.h"
#include "plane/fast/senders.h"

#define PORT                                                                                           \
    "domains: [{name: d, listen: [192.0.2.5, '[2001:db8::5]:38413']}]\n"                               \
    "ran_port:\n  interfaces: [lo]\n  management:\n"                                                   \
    "    - {name: a, source: 192.0.2.64/26, destination: 198.51.100.7/32, protocol: tcp, port: 443}\n" \
    "    - {name: b, source: 192.0.2.64/26, destination: 198.51.100.8/32, protocol: icmp}\n"           \
    "    - {name: c, source: '2001:db8:1::/48', destination: '2001:db8::9/128'}\n"

static struct config_error error;

static struct config *configure(const char *inventory)
{
    struct config *config = lab_config(
        "planes: [{name: default, n4: 127.0.0.7, n3: [192.0.2.7, '2001:db8::7']}]\n", inventory, &error);
    if (!config)
        fail_msg("%s", error.text);
    return config;
}

/* The program is at no interface: the kernel runs it on frames that say they came in at this one. */
static struct bench *hold(const char *inventory)
{
    char why[FAST_WHY_BYTES];
    struct bench *bench = bench_new();
    struct config *config = configure(inventory);
    bench->fast.ports[LOOPBACK].flags |= FAST_RAN;
    assert_true(fast_hold_ran_port(&bench->fast, config, why));
    config_free(config);
    return bench;
}

static void put(struct bench *bench, size_t at, const void *octets, size_t count)
{
    memcpy(bench->frame + ETHERNET + at, octets, count);
}

/* Four octets of ports behind the header, or a type. */
static void set_v4(struct bench *bench, const char *from, const char *to, uint8_t protocol, uint16_t port)
{
    uint8_t header[40] = {0x45, 0, 0, sizeof header, [8] = 64, [9] = protocol};
    inet_pton(AF_INET, from, header + 12);
    inet_pton(AF_INET, to, header + 16);
    header[22] = (uint8_t)(port >> 8);
    header[23] = (uint8_t)port;
    set_ethernet(bench->frame, 0x0800);
    put(bench, 0, header, sizeof header);
    bench->length = ETHERNET + sizeof header;
}

static void set_v6(struct bench *bench, const char *from, const char *to, uint8_t next, uint8_t hops)
{
    uint8_t header[40] = {0x60, [5] = 24, [6] = next, [7] = hops};
    inet_pton(AF_INET6, from, header + 8);
    inet_pton(AF_INET6, to, header + 24);
    set_ethernet(bench->frame, 0x86dd);
    memset(bench->frame + ETHERNET, 0, 64);
    put(bench, 0, header, sizeof header);
    bench->length = ETHERNET + 64;
}

static void judge_v4(struct bench *bench, const char *from, const char *to, uint8_t protocol, uint16_t port,
                     uint32_t verdict)
{
    set_v4(bench, from, to, protocol, port);
    assert_int_equal(run(bench), verdict);
}

static uint64_t ended(const struct bench *bench, enum fast_ran_end end)
{
    struct fast_ended all[FAST_RAN_ENDS];
    fast_ran_ended(&bench->fast, all);
    return all[end].packets;
}

static void n2_and_n3_come_in_and_nothing_beside_them(void **state)
{
    struct bench *bench = hold(PORT);
    (void)state;
    judge_v4(bench, "192.0.2.66", "192.0.2.5", 132, 38412, XDP_PASS);
    judge_v4(bench, "192.0.2.66", "192.0.2.7", 17, 2152, XDP_PASS);
    judge_v4(bench, "192.0.2.66", "192.0.2.5", 132, 38413, XDP_DROP);
    judge_v4(bench, "192.0.2.66", "192.0.2.5", 17, 38412, XDP_DROP);
    judge_v4(bench, "192.0.2.66", "192.0.2.7", 17, 8805, XDP_DROP);
    judge_v4(bench, "192.0.2.66", "192.0.2.9", 17, 2152, XDP_DROP);
    set_v6(bench, "2001:db8::66", "2001:db8::5", 132, 64);
    put(bench, 42, (const uint8_t[]){38413 >> 8, 38413 & 0xff}, 2);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(ended(bench, FAST_RAN_DENIED), 4);
    bench_free(bench);
}

static void a_packets_shape_opens_and_closes_nothing(void **state)
{
    struct bench *bench = hold(PORT);
    (void)state;
    set_v4(bench, "192.0.2.66", "192.0.2.5", 132, 1);
    put(bench, 6, (const uint8_t[]){0, 2}, 2); /* a later fragment has no ports */
    assert_int_equal(run(bench), XDP_PASS);
    set_v4(bench, "192.0.2.66", "192.0.2.5", 132, 38412);
    put(bench, 0, (const uint8_t[]){0x46}, 1); /* an option of four octets stands where the ports would be */
    assert_int_equal(run(bench), XDP_DROP);
    put(bench, 26, (const uint8_t[]){38412 >> 8, 38412 & 0xff}, 2);
    assert_int_equal(run(bench), XDP_PASS);
    set_v4(bench, "192.0.2.66", "192.0.2.5", 132, 38412);
    put(bench, 2, (const uint8_t[]){0xff, 0xff}, 2); /* longer than the frame */
    assert_int_equal(run(bench), XDP_DROP);
    set_v6(bench, "2001:db8::66", "2001:db8::7", 60, 64); /* destination options, a fragment header, UDP */
    put(bench, 40, (const uint8_t[]){44, 0}, 2);
    put(bench, 48, (const uint8_t[]){17, 0, 0, 1}, 4);
    put(bench, 58, (const uint8_t[]){2152 >> 8, 2152 & 0xff}, 2);
    assert_int_equal(run(bench), XDP_PASS);
    put(bench, 41, (const uint8_t[]){200}, 1); /* options beyond the frame */
    assert_int_equal(run(bench), XDP_DROP);
    bench_free(bench);
}

static void neighbours_are_heard_and_routers_are_not(void **state)
{
    struct bench *bench = hold(PORT);
    (void)state;
    set_ethernet(bench->frame, 0x0806);
    put(bench, 0, (const uint8_t[]){0, 1, 8, 0, 6, 4, 0, 2}, 8);
    bench->length = ETHERNET + 46;
    assert_int_equal(run(bench), XDP_PASS);
    put(bench, 7, (const uint8_t[]){3}, 1);
    assert_int_equal(run(bench), XDP_DROP);
    for (unsigned type = 130; type < 150; type++) {
        set_v6(bench, "fe80::66", "ff02::1", 58, 255);
        put(bench, 40, (const uint8_t[]){(uint8_t)type}, 1);
        assert_int_equal(run(bench), type == 135 || type == 136 ? XDP_PASS : XDP_DROP);
    }
    set_v6(bench, "fe80::66", "ff02::1", 58, 64); /* from beyond the link */
    put(bench, 40, (const uint8_t[]){135}, 1);
    assert_int_equal(run(bench), XDP_DROP);
    set_v6(bench, "fe80::66", "ff02::16", 0, 1); /* a multicast listener's report, as hosts send them */
    put(bench, 40, (const uint8_t[]){58, 0, 5, 2, 0, 0, 1, 0, 143}, 9);
    assert_int_equal(run(bench), XDP_DROP);
    assert_int_equal(ended(bench, FAST_RAN_HOUSEKEEPING), 3 + 1);
    bench_free(bench);
}

static void who_says_that_packets_are_too_long_is_denied_and_counted_apart(void **state)
{
    struct bench *bench = hold(PORT);
    (void)state;
    set_v4(bench, "192.0.2.66", "192.0.2.7", 1, 0);
    put(bench, 20, (const uint8_t[]){3, 4}, 2);
    assert_int_equal(run(bench), XDP_DROP);
    put(bench, 20, (const uint8_t[]){3, 3}, 2);
    assert_int_equal(run(bench), XDP_DROP);
    set_v6(bench, "2001:db8::66", "2001:db8::7", 58, 64);
    put(bench, 40, (const uint8_t[]){2, 0}, 2);
    assert_int_equal(run(bench), XDP_DROP);
    assert_int_equal(ended(bench, FAST_RAN_TOO_BIG), 2);
    assert_int_equal(ended(bench, FAST_RAN_DENIED), 3);
    set_v4(bench, "192.0.2.66", "198.51.100.8", 1, 0); /* by a hop */
    put(bench, 20, (const uint8_t[]){3, 4}, 2);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(ended(bench, FAST_RAN_TOO_BIG), 2);
    bench_free(bench);
}

static void hops_come_in_by_what_they_name(void **state)
{
    struct bench *bench = hold(PORT);
    (void)state;
    judge_v4(bench, "192.0.2.66", "198.51.100.7", 6, 443, XDP_PASS);
    judge_v4(bench, "192.0.2.128", "198.51.100.7", 6, 443, XDP_DROP);
    judge_v4(bench, "192.0.2.66", "198.51.100.7", 17, 443, XDP_DROP);
    judge_v4(bench, "192.0.2.66", "198.51.100.7", 6, 22, XDP_DROP);
    judge_v4(bench, "192.0.2.66", "198.51.100.8", 1, 0, XDP_PASS);
    set_v6(bench, "2001:db8:1::66", "2001:db8::9", 41, 64);
    assert_int_equal(run(bench), XDP_PASS);
    set_v6(bench, "2001:db8:2::66", "2001:db8::9", 41, 64);
    assert_int_equal(run(bench), XDP_DROP);
    bench_free(bench);
}

static void another_inventory_is_in_force_from_one_packet_to_the_next(void **state)
{
    char why[FAST_WHY_BYTES];
    struct bench *bench = hold(PORT);
    struct config *other =
        configure("domains: [{name: d, listen: [192.0.2.6]}]\nran_port: {interfaces: [lo]}\n");
    const uint32_t generation = bench->fast.settings->ran_rules;
    (void)state;
    judge_v4(bench, "192.0.2.66", "198.51.100.7", 6, 443, XDP_PASS);
    assert_true(fast_hold_ran_port(&bench->fast, other, why));
    assert_int_equal(run(bench), XDP_DROP);
    assert_int_not_equal(bench->fast.settings->ran_rules, generation);
    assert_true(fast_hold_ran_port(&bench->fast, other, why)); /* nothing has changed */
    assert_int_not_equal(bench->fast.settings->ran_rules, generation);
    config_free(other);
    bench_free(bench);
}

/* Of more rules than there is room for the program has none: nftables is alone. */
static void what_does_not_fit_is_left_to_nftables(void **state)
{
    static char inventory[16384];
    char why[FAST_WHY_BYTES];
    size_t length =
        (size_t)snprintf(inventory, sizeof inventory, "ran_port:\n  interfaces: [lo]\n  management:\n");
    struct bench *bench = hold(PORT);
    (void)state;
    for (unsigned i = 0; i <= FAST_HOPS; i++)
        length += (size_t)snprintf(inventory + length, sizeof inventory - length,
                                   "    - {name: h%u, source: 192.0.2.%u/32, destination: 198.51.100.7/32}\n",
                                   i, i);
    struct config *config = configure(inventory);
    assert_false(fast_hold_ran_port(&bench->fast, config, why));
    assert_non_null(strstr(why, "64 hops"));
    judge_v4(bench, "192.0.2.66", "198.51.100.9", 6, 443, XDP_PASS);
    config_free(config);
    bench_free(bench);
}

static void who_sends_what_may_not_come_in_is_counted(void **state)
{
    struct fast_stranger strangers[4];
    struct fast_denied denied[4];
    struct bench *bench = hold(PORT);
    (void)state;
    set_v4(bench, "192.0.2.66", "192.0.2.5", 6, 22);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(run(bench), XDP_DROP);
    assert_int_equal(fast_strangers(&bench->fast, strangers, denied, 4), 1);
    const union socket_address who = fast_address_as_socket(&strangers[0].address);
    assert_int_equal(ntohl(who.v4.sin_addr.s_addr), 0xc0000242);
    assert_int_equal(denied[0].packets, 5);
    assert_int_equal(denied[0].bytes, 5 * 40);
    set_ethernet(bench->frame, 0x88cc);
    memcpy(bench->frame + 6, (const uint8_t[]){2, 0, 0, 0, 0, 0x66}, 6);
    bench->length = 60;
    assert_int_equal(run(bench), XDP_DROP);
    assert_int_equal(fast_strangers(&bench->fast, strangers, denied, 4), 1);
    assert_int_equal(ntohs(strangers[0].type), 0x88cc);
    assert_memory_equal(&strangers[0].address, ((const uint8_t[]){2, 0, 0, 0, 0, 0x66}), 6);
    assert_int_equal(fast_strangers(&bench->fast, strangers, denied, 4), 0);
    bench_free(bench);
}

/* A phone's packets go on, and what ends here is counted as N3, too. */
static void tunnels_are_judged_as_they_are_without_the_rule(void **state)
{
    struct bench *bench = hold(PORT);
    const uint8_t other[4] = {10, 45, 0, 9};
    (void)state;
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    assert_int_equal(run(bench), XDP_REDIRECT);
    set_tunnelled(bench, other, OUTSIDE, 53, 100);
    assert_int_equal(run(bench), XDP_DROP);
    assert_int_equal(ended(bench, FAST_RAN_N3), 2);
    assert_int_equal(ended(bench, FAST_RAN_DENIED), 0);
    set_downlink(bench, PHONE, 100); /* a data network is not behind this port */
    assert_int_equal(run(bench), XDP_DROP);
    bench_free(bench);
}

static uint64_t senders_of(const struct bench *bench, enum drop reason)
{
    struct sender list[8];
    uint64_t sum = 0;
    fast_collect_senders(&bench->lab->plane);
    const unsigned count =
        senders_gather(&bench->lab->plane.lanes[bench->lab->plane.lane_count - 1].senders, list, 0, 8);
    for (unsigned i = 0; i < count; i++)
        sum += list[i].reasons[reason];
    return sum;
}

/* Some are answered by the slow path; a flood ends in the program, with its sender's name on it. */
static void a_search_for_tunnels_does_not_reach_the_slow_path(void **state)
{
    enum { FLOOD = 5000, LET_THROUGH = 1000 };
    struct bench *bench = bench_new();
    unsigned passed = 0, dropped = 0;
    (void)state;
    for (unsigned i = 0; i < FLOOD; i++) {
        set_tunnelled(bench, PHONE, OUTSIDE, 53, 10);
        const uint32_t teid = htonl(bench->teid + 1 + i);
        put(bench, OUTER + 4, &teid, 4);
        const uint32_t verdict = run(bench);
        passed += verdict == XDP_PASS;
        dropped += verdict == XDP_DROP;
    }
    assert_int_equal(passed + dropped, FLOOD);
    assert_in_range(passed, 1, LET_THROUGH);
    assert_int_equal(fast_drops(&bench->lab->plane, DROP_UNKNOWN_TEID), dropped);
    assert_int_equal(senders_of(bench, DROP_UNKNOWN_TEID), dropped);
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 10);
    assert_int_equal(run(bench), XDP_REDIRECT);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(n2_and_n3_come_in_and_nothing_beside_them),
        cmocka_unit_test(a_packets_shape_opens_and_closes_nothing),
        cmocka_unit_test(neighbours_are_heard_and_routers_are_not),
        cmocka_unit_test(who_says_that_packets_are_too_long_is_denied_and_counted_apart),
        cmocka_unit_test(hops_come_in_by_what_they_name),
        cmocka_unit_test(another_inventory_is_in_force_from_one_packet_to_the_next),
        cmocka_unit_test(what_does_not_fit_is_left_to_nftables),
        cmocka_unit_test(who_sends_what_may_not_come_in_is_counted),
        cmocka_unit_test(tunnels_are_judged_as_they_are_without_the_rule),
        cmocka_unit_test(a_search_for_tunnels_does_not_reach_the_slow_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
