/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile radio on N3 (classes 33 to 35 of docs/hostile.md) through the packet program and the slow path: packets made up of parts that are each right or wrong, so that
 * checks behind the first are reached, too. What the one forwards the other does, what the one drops the other does not forward.
 */
#include <arpa/inet.h>

#include <bpf/bpf.h>

#include "fast_lab.h"
#include "kit/mac.h"
#include "plane/fast/networks.h"
#include "plane/fast/rules.h"

enum { ROUNDS = 30000, INNER = ETHERNET + OUTER + GTPU_HEADER_CONTAINER };

struct shape {
    struct bench *bench;
    const union socket_address *from;
    size_t length; /* of what is inside */
};

static uint32_t chance(const struct bench *bench, uint32_t of)
{
    return (uint32_t)(random_u64(&bench->lab->random.random) % of);
}

/* The phone's own, another phone's, and those that nobody has outside a host. */
static void choose_address(const struct bench *bench, uint8_t *to, const uint8_t right[4])
{
    static const uint8_t wrong[][4] = {{10, 45, 0, 9},       {127, 0, 0, 1},   {0, 0, 0, 1},
                                       {224, 0, 0, 1},       {169, 254, 1, 1}, {192, 0, 2, 1},
                                       {255, 255, 255, 255}, {10, 45, 0, 1}};
    const uint32_t nth = chance(bench, 3 * sizeof wrong / sizeof *wrong);
    memcpy(to, nth < sizeof wrong / sizeof *wrong ? wrong[nth] : right, 4);
}

/* Packets in packets, tunnels in tunnels, headers that chain. */
static void choose_protocol(const struct bench *bench, uint8_t *ip)
{
    static const uint8_t protocols[] = {4, 41, 47, 55, 94, 97, 98, 115, 137, 143, 51, 1, 6, 132, 136, 255};
    static const uint16_t ports[] = {2152, 2123, 8805, 38412, 53};
    const uint16_t port = htons(ports[chance(bench, 5)]);
    if (chance(bench, 3) == 0)
        ip[9] = protocols[chance(bench, sizeof protocols)];
    if (chance(bench, 3) == 0)
        memcpy(ip + 22, &port, 2);
}

/* Lengths that lie, options, fragments, hops that are used up. */
static void break_v4(const struct bench *bench, uint8_t *ip)
{
    switch (chance(bench, 12)) {
    case 0:
        ip[0] = (uint8_t)(0x40 | chance(bench, 16));
        break;
    case 1:
        ip[2] = (uint8_t)chance(bench, 3);
        ip[3] = (uint8_t)chance(bench, 256);
        break;
    case 2:
        ip[6] = (uint8_t)(chance(bench, 8) << 5);
        ip[7] = (uint8_t)chance(bench, 2);
        break;
    case 3:
        ip[8] = (uint8_t)chance(bench, 3);
        break;
    case 4:
        ip[0] = (uint8_t)(chance(bench, 16) << 4 | 5);
        break;
    default:
        break;
    }
}

static size_t set_v4(const struct bench *bench, uint8_t *ip)
{
    const size_t length = set_inner(ip, PHONE, OUTSIDE, 53, chance(bench, 64));
    choose_address(bench, ip + 12, PHONE);
    choose_address(bench, ip + 16, OUTSIDE);
    choose_protocol(bench, ip);
    break_v4(bench, ip);
    return length;
}

/* A chain of headers that ends somewhere, or does not. */
static size_t set_v6(const struct bench *bench, uint8_t *ip)
{
    static const uint8_t kinds[] = {0, 43, 44, 60, 51, 135, 17, 58, 59, 41};
    const unsigned links = chance(bench, 5);
    memset(ip, 0, 40 + 8 * 8);
    ip[0] = 0x60;
    ip[5] = (uint8_t)(8 * (links + 1));
    ip[6] = kinds[chance(bench, sizeof kinds)];
    ip[7] = 64;
    ip[8] = chance(bench, 2) ? 0xfe : 0x20;
    ip[9] = 0x80;
    ip[24] = 0x20;
    for (unsigned i = 0; i <= links; i++) {
        ip[40 + 8 * i] = kinds[chance(bench, sizeof kinds)];
        ip[41 + 8 * i] = (uint8_t)(chance(bench, 4) == 0 ? chance(bench, 256) : 0);
    }
    return 40 + 8 * (links + 1);
}

/* Versions, flags, types, lengths and extensions of TS 29.281; other tunnels. */
static void break_gtpu(const struct bench *bench, uint8_t *gtpu)
{
    static const uint8_t types[] = {1, 2, 26, 31, 254, 0, 77};
    switch (chance(bench, 16)) {
    case 0:
        gtpu[0] = (uint8_t)chance(bench, 256);
        break;
    case 1:
        gtpu[1] = types[chance(bench, sizeof types)];
        break;
    case 2:
        gtpu[2 + chance(bench, 2)] = (uint8_t)chance(bench, 256);
        break;
    case 3:
        gtpu[4 + chance(bench, 4)] ^= (uint8_t)(1U << chance(bench, 8));
        break;
    case 4:
        gtpu[11] = (uint8_t)(chance(bench, 2) ? 0xc0 : 0x40);
        break;
    case 5:
        gtpu[12] = (uint8_t)chance(bench, 4);
        break;
    case 6:
        gtpu[13] = (uint8_t)chance(bench, 256);
        break;
    case 7:
        gtpu[14] = (uint8_t)chance(bench, 256);
        break;
    case 8:
        gtpu[15] = 0x85;
        break;
    default:
        break;
    }
}

static struct shape make_up(struct bench *bench)
{
    struct shape shape = {.bench = bench, .from = &bench->lab->gnb};
    uint8_t *gtpu = bench->frame + ETHERNET + OUTER, *inner = bench->frame + INNER;
    shape.length = chance(bench, 6) ? set_v4(bench, inner) : set_v6(bench, inner);
    gtpu_g_pdu_header(gtpu, bench->teid, GTPU_UPLINK, QFI, false, shape.length);
    break_gtpu(bench, gtpu);
    if (chance(bench, 8) == 0)
        shape.from = &bench->lab->other_gnb;
    set_outer(bench, shape.from, shape.length + GTPU_HEADER_CONTAINER);
    return shape;
}

static void nothing_hostile_is_forwarded_by_one_path_alone(void **state)
{
    struct bench *bench = bench_new();
    unsigned verdicts[5] = {0};
    (void)state;
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct packet packet;
        const struct shape shape = make_up(bench);
        const uint32_t verdict = run(bench);
        const enum verdict slow = run_slow(bench, shape.from, &packet);
        verdicts[verdict]++;
        if (verdict == XDP_REDIRECT) {
            assert_int_equal(slow, PATH_TO_N6);
            assert_memory_equal(bench->out + ETHERNET + 12, packet.data + 12, packet.length - 12);
        } else if (verdict == XDP_DROP) {
            assert_true(slow == PATH_DROP || bench->lab->plane.lanes[0].reason == DROP_UNKNOWN_TEID);
        } else {
            assert_int_equal(verdict, XDP_PASS);
        }
    }
    print_message("# %u dropped, %u left to the slow path, %u forwarded\n", verdicts[XDP_DROP],
                  verdicts[XDP_PASS], verdicts[XDP_REDIRECT]);
    assert_true(verdicts[XDP_REDIRECT] && verdicts[XDP_PASS]);
    assert_true(verdicts[XDP_DROP] > ROUNDS / 10);
    bench_free(bench);
}

/* An echo request, or a phone's packet with a chain in front of it. */
static void set_message(struct bench *bench, const union socket_address *from, uint8_t type)
{
    uint8_t *gtpu = bench->frame + ETHERNET + OUTER;
    const size_t length = set_inner(bench->frame + INNER, PHONE, OUTSIDE, 53, 20);
    gtpu_g_pdu_header(gtpu, bench->teid, GTPU_UPLINK, QFI, false, length);
    gtpu[1] = type;
    gtpu[12] = 2; /* a longer container than the program reads */
    set_outer(bench, from, length + GTPU_HEADER_CONTAINER);
}

static unsigned passed_of(struct bench *bench, const union socket_address *from, uint8_t type, unsigned count)
{
    unsigned passed = 0;
    for (unsigned i = 0; i < count; i++) {
        set_message(bench, from, type);
        const uint32_t verdict = run(bench);
        assert_true(verdict == XDP_PASS || verdict == XDP_DROP);
        passed += verdict == XDP_PASS;
    }
    return passed;
}

static struct fast_refused refused_of(const struct bench *bench, const union socket_address *from)
{
    struct fast_refused refused = {0};
    const struct fast_address address = fast_address_of(from);
    bpf_map_lookup_elem(bench->fast.refused, &address, &refused);
    return refused;
}

/* A packet an hour: what is beyond the first ones is beyond the budget, however slow this machine is. */
static void a_sender_has_its_share_of_the_slow_path_and_no_other_pays_for_it(void **state)
{
    enum { FLOOD = 1000, HOURLY = 3600000000 };
    struct bench *bench = bench_new();
    const union socket_address *gnb = &bench->lab->gnb, *stranger = &bench->lab->other_gnb;
    union socket_address another = *stranger;
    (void)state;
    for (unsigned kind = 0; kind < FAST_BOTHER_KINDS; kind++)
        bench->fast.settings->bother_interval[kind] = HOURLY;
    another.v4.sin_addr.s_addr ^= htonl(64);
    assert_int_equal(passed_of(bench, stranger, GTPU_ECHO_REQUEST, FLOOD), FAST_BOTHER_LEAST + 1);
    assert_int_equal(refused_of(bench, stranger).reasons[DROP_TOO_MANY], FLOOD - FAST_BOTHER_LEAST - 1);
    assert_int_equal(passed_of(bench, &another, GTPU_ECHO_REQUEST, 1), 0); /* they have one together */
    assert_int_equal(passed_of(bench, gnb, GTPU_ECHO_REQUEST, FLOOD), FAST_BOTHER_LEAST + 1);
    assert_int_equal(passed_of(bench, gnb, GTPU_END_MARKER, 1), 0);
    assert_int_equal(passed_of(bench, gnb, GTPU_G_PDU, FLOOD), FAST_BOTHER_LEAST + 1);
    assert_int_equal(refused_of(bench, gnb).reasons[DROP_TOO_MANY], 2 * (FLOOD - FAST_BOTHER_LEAST - 1) + 1);
    bench_free(bench);
}

/* --- outer headers that the host makes a datagram of --- */

/* A phone's packet in a tunnel, with something odd outside. */
struct odd {
    uint8_t version, extension, chain; /* so many headers of that type are in front of the datagram */
    bool no_length;                    /* the UDP header says none: the host takes what there is (RFC 2675) */
    uint8_t behind;                    /* octets behind the datagram */
    bool to_all;                       /* a MAC address that all hosts listen to */
    uint16_t port;
};

/* The headers in front; returns how many octets that is. `own`: the address that is sent to. */
static size_t put_outer_v6(const struct odd *odd, uint8_t *ip, const uint8_t own[16],
                           const union socket_address *from, size_t datagram)
{
    const size_t payload = 8u * odd->chain + datagram;
    memcpy(ip, (const uint8_t[]){0x60, 0, 0, 0, 0, (uint8_t)payload, odd->chain ? odd->extension : 17, 64},
           8);
    memcpy(ip + 8, &from->v6.sin6_addr, 16);
    memcpy(ip + 24, own, 16);
    for (unsigned i = 0; i < odd->chain; i++) /* padding, or a fragment that others follow */
        memcpy(ip + 40 + 8 * i,
               (const uint8_t[]){i + 1u < odd->chain ? odd->extension : 17, 0, 0, 1, 0, 0, 0, 0}, 8);
    return 40 + 8u * odd->chain;
}

static const uint8_t OWN_MAC[6] = {2, 0, 0, 0, 0, 9}, ALL_MACS[6] = {255, 255, 255, 255, 255, 255};

static void set_odd(struct bench *bench, const struct odd *odd, const union socket_address *from)
{
    uint8_t *const ip = bench->frame + ETHERNET;
    uint8_t packet[FRAME];
    set_outer(bench, &bench->lab->gnb, set_tunnelled(bench, PHONE, OUTSIDE, 53, 20) + GTPU_HEADER_CONTAINER);
    const size_t length = bench->length - ETHERNET - OUTER, datagram = 8 + length;
    memcpy(packet, ip + OUTER, length);
    memset(ip + OUTER + length, 0, odd->behind);
    ip[3] += odd->behind;
    set_ip_checksum(ip);
    size_t headers = 20;
    if (odd->version == 6) {
        set_ethernet(bench->frame, 0x86dd);
        headers = put_outer_v6(odd, ip, bench->lab->plane.n3_v6.address, from, datagram + odd->behind);
    }
    const uint8_t udp[8] = {
        8, 0x68, (uint8_t)(odd->port >> 8), (uint8_t)odd->port, 0, (uint8_t)(odd->no_length ? 0 : datagram)};
    memcpy(bench->frame, odd->to_all ? ALL_MACS : OWN_MAC, sizeof OWN_MAC);
    memcpy(ip + headers, udp, sizeof udp);
    memcpy(ip + headers + sizeof udp, packet, length);
    bench->length = ETHERNET + headers + datagram + odd->behind;
}

/* How many of a flood by one sender, whose budgets are whole, are left to the slow path; all others count as too many. */
static unsigned passed_odd(struct bench *bench, const struct odd *odd, unsigned count)
{
    static const struct fast_bother whole;
    union socket_address from = bench->lab->gnb;
    unsigned passed = 0;
    if (odd->version == 6)
        address_parse(&from, "2001:db8::2", GTPU_PORT);
    const struct fast_address address = fast_address_of(&from);
    assert_int_equal(bpf_map_update_elem(bench->fast.bothers, &address, &whole, BPF_ANY), 0);
    bpf_map_delete_elem(bench->fast.refused, &address);
    set_odd(bench, odd, &from);
    for (unsigned i = 0; i < count; i++)
        passed += run(bench) == XDP_PASS;
    assert_int_equal(refused_of(bench, &from).reasons[DROP_TOO_MANY], count - passed);
    return passed;
}

static void what_the_host_makes_a_datagram_of_is_bounded_as_well(void **state)
{
    enum { FLOOD = 1000, HOURLY = 3600000000, FRAGMENT = 44, OPTIONS = 60, PFCP = 8805 };
    static const struct odd odds[] = {{.version = 4, .to_all = true, .port = GTPU_PORT},
                                      {.version = 6, .to_all = true, .port = GTPU_PORT},
                                      {.version = 4, .behind = 1, .port = GTPU_PORT},
                                      {.version = 6, .behind = 1, .port = GTPU_PORT},
                                      {.version = 6, .no_length = true, .port = GTPU_PORT},
                                      {6, OPTIONS, .chain = 1, .port = GTPU_PORT},
                                      {6, FRAGMENT, .chain = 1, .port = GTPU_PORT},
                                      {6, OPTIONS, .chain = 9, .port = GTPU_PORT}}; /* more than is walked */
    static const struct odd others[] = {{.version = 4, .port = PFCP}, {.version = 6, .port = PFCP}};
    struct bench *bench = bench_new();
    (void)state;
    bench->lab->plane.n3_v6 =
        (struct config_ip){.family = AF_INET6, .address = {0x20, 1, 0xd, 0xb8, [15] = 1}};
    assert_true(fast_describe(&bench->fast, &bench->lab->plane));
    bench->fast.ports[LOOPBACK].mac = mac_number(OWN_MAC);
    for (unsigned kind = 0; kind < FAST_BOTHER_KINDS; kind++)
        bench->fast.settings->bother_interval[kind] = HOURLY;
    for (unsigned i = 0; i < sizeof odds / sizeof *odds; i++)
        assert_int_equal(passed_odd(bench, &odds[i], FLOOD), FAST_BOTHER_LEAST + 1);
    for (unsigned i = 0; i < sizeof others / sizeof *others; i++) /* N4 may have the same address */
        assert_int_equal(passed_odd(bench, &others[i], FLOOD), FLOOD);
    bench_free(bench);
}

/* The program does not know yet where its phone is; the slow path does, or keeps what comes. */
static void nor_does_a_tunnel_that_is_held_let_others_at_it(void **state)
{
    enum { FLOOD = 1000, HOURLY = 3600000000 };
    struct bench *bench = bench_new();
    unsigned passed[2] = {0};
    (void)state;
    bench->fast.settings->bother_interval[FAST_BOTHER_PACKET] = HOURLY;
    bench->fast.settings->bother_interval[FAST_BOTHER_MESSAGE] = HOURLY;
    fast_tunnel_at(&bench->fast, bench->teid)->state = FAST_HELD;
    for (unsigned i = 0; i < 2 * FLOOD; i++) {
        const size_t length = set_tunnelled(bench, PHONE, OUTSIDE, 53, 20);
        set_outer(bench, i % 2 ? &bench->lab->gnb : &bench->lab->other_gnb, length + GTPU_HEADER_CONTAINER);
        passed[i % 2] += run(bench) == XDP_PASS;
    }
    assert_int_equal(passed[0], FAST_BOTHER_LEAST + 1);
    assert_int_equal(passed[1], FLOOD);
    bench_free(bench);
}

/* A phone's plain packets, from that sender; returns how many of them were left to the slow path. */
static unsigned passed_plain(struct bench *bench, const union socket_address *from, unsigned count)
{
    unsigned passed = 0;
    for (unsigned i = 0; i < count; i++) {
        const size_t length = set_tunnelled(bench, PHONE, OUTSIDE, 53, 20);
        set_outer(bench, from, length + GTPU_HEADER_CONTAINER);
        passed += run(bench) == XDP_PASS;
    }
    return passed;
}

/* The gNB sends what only the slow path carries; returns how many packets were left to it, of which the tunnel's queue was told. */
static unsigned flooded(struct bench *bench, void (*make_slow)(const struct bench *bench))
{
    enum { FLOOD = 1000, HOURLY = 3600000000 };
    const union socket_address *gnb = &bench->lab->gnb;
    struct fast_tunnel *tunnel = fast_tunnel_at(&bench->fast, bench->teid);
    bench->fast.settings->bother_interval[FAST_BOTHER_TRAFFIC] = HOURLY;
    make_slow(bench);
    const unsigned passed = passed_plain(bench, gnb, FLOOD);
    assert_int_equal(refused_of(bench, gnb).reasons[DROP_TOO_MANY], FLOOD - passed);
    assert_int_equal(tunnel->queue.given - tunnel->queue.done, passed);
    return passed;
}

static void is_held(const struct bench *bench)
{
    fast_tunnel_at(&bench->fast, bench->teid)->state = FAST_HELD;
}

static void has_no_credit(const struct bench *bench)
{
    fast_tunnel_at(&bench->fast, bench->teid)->action.credit = 0;
}

static void is_shaped(const struct bench *bench)
{
    bench->fast.gnbs[fast_tunnel_at(&bench->fast, bench->teid)->gnb].shaped[UPLINK] = 1;
}

static void is_led_on(const struct bench *bench)
{
    fast_tunnel_at(&bench->fast, bench->teid)->action.verdict = FAST_SLOW;
}

static void what_the_slow_path_carries_of_one_gnb_is_bounded(void **state)
{
    void (*const ways[])(const struct bench *bench) = {is_held, has_no_credit, is_shaped, is_led_on};
    (void)state;
    for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct bench *bench = bench_new();
        assert_int_equal(flooded(bench, ways[i]), FAST_BOTHER_LEAST + 1);
        bench_free(bench);
    }
}

static void searches_for_tunnels_take_no_answers_from_another_gnb(void **state)
{
    enum { FLOOD = 1000, HOURLY = 3600000000 };
    struct bench *bench = bench_new();
    const union socket_address *gnb = &bench->lab->gnb, *other = &bench->lab->other_gnb;
    union socket_address stranger = *other, another = *other;
    const struct fast_address known = fast_address_of(other);
    (void)state;
    stranger.v4.sin_addr.s_addr ^= htonl(64);
    another.v4.sin_addr.s_addr ^= htonl(32);
    bench->fast.settings->bother_interval[FAST_BOTHER_UNKNOWN] = HOURLY;
    fast_give_budgets(&bench->fast, &known);
    bench->teid ^= htonl(1);
    assert_int_equal(passed_plain(bench, gnb, FLOOD), FAST_BOTHER_LEAST + 1);
    assert_int_equal(refused_of(bench, gnb).reasons[DROP_UNKNOWN_TEID], FLOOD - FAST_BOTHER_LEAST - 1);
    assert_int_equal(passed_plain(bench, &stranger, FLOOD), FAST_BOTHER_LEAST + 1);
    assert_int_equal(passed_plain(bench, &another, 1), 0); /* they have one budget together */
    assert_int_equal(passed_plain(bench, other, 1), 1);
    bench_free(bench);
}

/* A tunnel that leads on to another gNB is not the phone's: what is in it is for the phone, and not from it. */
static void what_is_led_on_and_dropped_is_not_the_gnbs_fault(void **state)
{
    enum { RULE = 3 };
    struct bench *bench = bench_new();
    struct pfcp_update_far far = {.far_id = RULE, .has_apply_action = true, .apply_action = PFCP_DROP};
    struct packet packet;
    (void)state;
    bench->teid = lab_lead_on(bench->lab, bench->seid);
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = bench->seid,
        .session_modification_request = {.update_fars = &far, .update_fars_count = 1}};
    assert_int_equal(lab_ask(bench->lab, &request).session_modification_response.cause, PFCP_ACCEPTED);
    set_tunnelled(bench, OUTSIDE, PHONE, 53, 20);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(run_slow(bench, &bench->lab->gnb, &packet), PATH_DROP);
    assert_int_equal(bench->lab->plane.lanes[0].reason, DROP_ACTION);
    assert_int_equal(refused_of(bench, &bench->lab->gnb).packets, 0);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_hostile_is_forwarded_by_one_path_alone),
        cmocka_unit_test(a_sender_has_its_share_of_the_slow_path_and_no_other_pays_for_it),
        cmocka_unit_test(what_the_host_makes_a_datagram_of_is_bounded_as_well),
        cmocka_unit_test(nor_does_a_tunnel_that_is_held_let_others_at_it),
        cmocka_unit_test(what_the_slow_path_carries_of_one_gnb_is_bounded),
        cmocka_unit_test(searches_for_tunnels_take_no_answers_from_another_gnb),
        cmocka_unit_test(what_is_led_on_and_dropped_is_not_the_gnbs_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
