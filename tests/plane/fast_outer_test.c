/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the packet program makes of outer headers, beside the slow path: tunnels over IPv6, tunnels from and to another UPF (N9), tagged frames, markings, and packets
 * that are too long for a tunnel.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "fast_lab.h"
#include "plane/checksum.h"
#include "plane/fast/networks.h"
#include "plane/fast/queue.h"
#include "plane/fast/rules.h"
#include "plane/fast/shown.h"
#include "plane/fast/tap.h"

enum { OUTER_V6 = 48, TAGGED = 18, UPF_TEID = 0x4567, GNB_TEID = 0x1234, VLAN = 77, MARKING = 0xb8 };

static const uint8_t OWN_V6[16] = {0x20, 1, 0xd, 0xb8, [15] = 1}, GNB_V6[16] = {0x20, 1, 0xd, 0xb8, [15] = 2};

/* How a G-PDU comes in. */
struct outer {
    union socket_address from;
    bool tagged; /* with a priority */
};

/* --- sessions --- */

static struct pfcp_outer_header_creation to_v4(uint32_t teid, const uint8_t address[4])
{
    struct pfcp_outer_header_creation to = {PFCP_CREATE_GTPU_UDP_IPV4, teid, {.has_v4 = true}, 0};
    memcpy(to.ip.v4, address, sizeof to.ip.v4);
    return to;
}

static void forward_to(struct pfcp_create_far *far, uint8_t interface, struct pfcp_outer_header_creation to)
{
    far->apply_action = PFCP_FORW;
    far->has_forwarding = true;
    far->forwarding = (struct pfcp_forwarding){.has_destination_interface = true,
                                               .destination_interface = interface,
                                               .has_outer_header_creation = true,
                                               .outer_header_creation = to};
}

static void establish(struct bench *bench, struct lab_session *session)
{
    bench->seid = lab_establish(bench->lab, session, &bench->teid);
    bench->session = table_get(&bench->lab->plane.teids, bench->teid);
    for (unsigned i = 0; i < bench->session->rules->far_count; i++)
        if (bench->session->rules->fars[i].gnb)
            remember_gnb(bench, bench->session->rules->fars[i].gnb);
}

/* The gNB is reached over IPv6, with a mark on what it gets. */
static struct bench *new_v6(struct outer *outer)
{
    struct bench *bench = bench_open(8);
    struct lab_session session;
    struct pfcp_outer_header_creation to = {PFCP_CREATE_GTPU_UDP_IPV6, GNB_TEID, {.has_v6 = true}, 0};
    memcpy(to.ip.v6, GNB_V6, 16);
    bench->lab->plane.n3_v6.family = AF_INET6;
    memcpy(bench->lab->plane.n3_v6.address, OWN_V6, 16);
    assert_true(fast_describe(&bench->fast, &bench->lab->plane));
    lab_describe(&session, UE);
    session.pdrs[0].pdi.f_teid.ip = (struct pfcp_ip){.has_v6 = true};
    forward_to(&session.fars[1], PFCP_ACCESS, to);
    session.fars[1].forwarding.has_transport_level_marking = true;
    session.fars[1].forwarding.transport_level_marking = MARKING << 8 | 0xfc;
    establish(bench, &session);
    *outer = (struct outer){.from = {.v6 = {.sin6_family = AF_INET6}}};
    memcpy(&outer->from.v6.sin6_addr, GNB_V6, 16);
    return bench;
}

/* This UPF stands between a gNB and another UPF, which `upf` is. */
static struct bench *new_n9(struct outer *gnb, struct outer *upf)
{
    struct bench *bench = bench_open(8);
    struct lab_session session;
    lab_describe(&session, UE);
    session.pdrs[1].pdi.has_f_teid = true;
    session.pdrs[1].pdi.f_teid = (struct pfcp_f_teid){.choose = true, .ip.has_v4 = true};
    forward_to(&session.fars[0], PFCP_CORE, to_v4(UPF_TEID, (const uint8_t[]){127, 0, 0, 30}));
    forward_to(&session.fars[1], PFCP_ACCESS, to_v4(GNB_TEID, (const uint8_t[]){127, 0, 0, 20}));
    establish(bench, &session);
    *gnb = (struct outer){.from = bench->lab->gnb};
    *upf = (struct outer){0};
    address_parse(&upf->from, "127.0.0.30", GTPU_PORT);
    return bench;
}

/* --- frames --- */

static size_t put_ethernet(uint8_t *frame, uint16_t type, const struct outer *outer)
{
    set_ethernet(frame, outer->tagged ? 0x8100 : type);
    if (!outer->tagged)
        return ETHERNET;
    memcpy(frame + ETHERNET, (const uint8_t[]){0xe0, 0, (uint8_t)(type >> 8), (uint8_t)type}, 4);
    return TAGGED;
}

static size_t put_ip(const struct bench *bench, const struct outer *outer, uint8_t *to, size_t datagram)
{
    if (outer->from.any.sa_family == AF_INET) {
        const uint16_t total = (uint16_t)(20 + datagram);
        memset(to, 0, 20);
        memcpy(to, (const uint8_t[]){0x45, 0, (uint8_t)(total >> 8), (uint8_t)total, 0, 0, 0, 0, 64, 17}, 10);
        memcpy(to + 12, &outer->from.v4.sin_addr, 4);
        memcpy(to + 16, bench->lab->plane.n3_v4.address, 4);
        set_ip_checksum(to);
        return 20;
    }
    memcpy(to, (const uint8_t[]){0x60, 0, 0, 0, (uint8_t)(datagram >> 8), (uint8_t)datagram, 17, 64}, 8);
    memcpy(to + 8, &outer->from.v6.sin6_addr, 16);
    memcpy(to + 24, OWN_V6, 16);
    return 40;
}

/* A G-PDU with that inner packet; returns where it begins in the frame. */
static size_t carry(struct bench *bench, const struct outer *outer, uint32_t teid, uint8_t pdu_type,
                    const uint8_t from[4], const uint8_t to[4], size_t payload)
{
    uint8_t inner[FRAME];
    const size_t length = set_inner(inner, from, to, 4000, payload);
    const size_t datagram = 8 + GTPU_HEADER_CONTAINER + length;
    const bool v4 = outer->from.any.sa_family == AF_INET;
    size_t at = put_ethernet(bench->frame, v4 ? 0x0800 : 0x86dd, outer);
    at += put_ip(bench, outer, bench->frame + at, datagram);
    memcpy(bench->frame + at,
           (const uint8_t[]){8, 0x68, 8, 0x68, (uint8_t)(datagram >> 8), (uint8_t)datagram, 0, 0}, 8);
    at += 8;
    gtpu_g_pdu_header(bench->frame + at, teid, pdu_type, QFI, false, length);
    memcpy(bench->frame + at + GTPU_HEADER_CONTAINER, inner, length);
    bench->length = at + GTPU_HEADER_CONTAINER + length;
    return at;
}

static enum verdict carry_slowly(struct bench *bench, const struct outer *outer, size_t at,
                                 struct packet *packet)
{
    static uint8_t room[PATH_HEADROOM + FRAME + PATH_ROOM];
    *packet = (struct packet){.data = room + PATH_HEADROOM,
                              .length = bench->length - at,
                              .end = room + sizeof room,
                              .now = bench->lab->timers.now};
    memcpy(packet->data, bench->frame + at, packet->length);
    const enum verdict verdict =
        path_uplink(&bench->lab->plane, &bench->lab->plane.lanes[0], &outer->from, packet);
    if (bench->verdict == XDP_PASS)
        done_with(packet);
    return verdict;
}

/* --- over IPv6 --- */

static void a_tunnel_over_ipv6_is_taken(void **state)
{
    struct outer outer;
    struct bench *bench = new_v6(&outer);
    struct packet packet;
    (void)state;
    size_t at = carry(bench, &outer, bench->teid, GTPU_UPLINK, PHONE, OUTSIDE, 100);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(carry_slowly(bench, &outer, at, &packet), PATH_TO_N6);
    assert_int_equal(bench->out_length, ETHERNET + packet.length);
    assert_memory_equal(bench->out + ETHERNET + 12, packet.data + 12, packet.length - 12);
    outer.from.v6.sin6_addr.s6_addr[15]++;
    at = carry(bench, &outer, bench->teid, GTPU_UPLINK, PHONE, OUTSIDE, 100);
    assert_int_equal(run(bench), XDP_PASS); /* some, as a phone may be early at its next gNB */
    assert_int_equal(carry_slowly(bench, &outer, at, &packet), PATH_HELD);
    bench_free(bench);
}

/* Of an IPv6 datagram and its pseudo header: all ones (RFC 8200 8.1). */
static bool is_summed(const uint8_t *ip)
{
    const struct flow flow = {.version = 6, .source = ip + 8, .destination = ip + 24};
    const size_t length = (size_t)ip[4] << 8 | ip[5];
    const bool has_one = ip[46] || ip[47];
    return has_one &&
           checksum_fold(checksum_add(checksum_pseudo(&flow, 17, length), ip + 40, length)) == 0xffff;
}

static void what_goes_over_ipv6_has_a_checksum(void **state)
{
    struct outer outer;
    struct bench *bench = new_v6(&outer);
    struct packet packet;
    (void)state;
    for (size_t payload = 0; payload < 1420; payload += payload < 80 ? 1 : 61) {
        const size_t inner = set_downlink(bench, PHONE, payload);
        for (size_t i = 0; i < payload; i++)
            bench->frame[ETHERNET + 28 + i] = (uint8_t)(i * 37 + payload);
        assert_int_equal(run(bench), XDP_REDIRECT);
        assert_int_equal(bench->out_length, ETHERNET + OUTER_V6 + GTPU_HEADER_CONTAINER + inner);
        const uint8_t *ip = bench->out + ETHERNET;
        assert_memory_equal(ip - 2, ((const uint8_t[]){0x86, 0xdd, 0x60 | MARKING >> 4, (MARKING & 15) << 4}),
                            4);
        assert_memory_equal(ip + 8, OWN_V6, 16);
        assert_memory_equal(ip + 24, GNB_V6, 16);
        assert_true(is_summed(ip));
        const enum verdict slow = lab_downlink(bench->lab, bytes_of(bench->frame + ETHERNET, inner), &packet);
        assert_int_equal(slow, PATH_TO_N3);
        assert_int_equal(packet.marking, MARKING);
        packet.data[GTPU_HEADER_CONTAINER + 8]--; /* the host's router does */
        set_ip_checksum(packet.data + GTPU_HEADER_CONTAINER);
        assert_memory_equal(ip + OUTER_V6, packet.data, packet.length);
    }
    bench_free(bench);
}

/* --- where the program asks the host for the way --- */

/* The gNB is behind an interface that takes long packets. */
static const char *const long_way[] = {
    "ip link set lo up",
    "ip link add n3 mtu 9000 type veth peer name gnb mtu 9000",
    "ip addr add 2001:db8::1/64 dev n3 nodad",
    "ip link set n3 up",
    "ip link set gnb up",
    "ip neigh add 2001:db8::2 lladdr 02:00:00:00:00:02 dev n3 nud permanent",
    "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding",
};

/* In a network namespace of its own, until leave_network(). */
static int enter_network(void **state)
{
    static int home;
    home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    *state = &home;
    bool done = home >= 0 && unshare(CLONE_NEWNET) == 0;
    for (size_t i = 0; done && i < sizeof long_way / sizeof *long_way; i++)
        done = system(long_way[i]) == 0; // NOLINT(cert-env33-c): a test's own words
    return done ? 0 : -1;
}

static int leave_network(void **state)
{
    const int *home = *state;
    const bool done = setns(*home, CLONE_NEWNET) == 0;
    close(*home);
    return done ? 0 : -1;
}

static void what_is_too_long_to_be_summed_up_is_left_to_the_slow_path_uncounted(void **state)
{
    enum { MOST = 2047, UDP_HEADERS = 28 };
    struct outer outer;
    struct bench *bench = new_v6(&outer);
    const unsigned n3 = if_nametoindex("n3");
    const struct volume *passed = &bench->session->counters.passed;
    (void)state;
    bench->fast.ports[n3] = (struct fast_port){.flags = FAST_OUT, .mtu = 9000};
    bench->fast.settings->mtu = bench->fast.sessions[bench->session->place].mtu = 8000;
    bench->fast.settings->routes++; /* what is remembered is void */
    set_downlink(bench, PHONE, MOST - UDP_HEADERS);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_memory_equal(bench->out, ((const uint8_t[]){2, 0, 0, 0, 0, 2}), 6);
    assert_true(is_summed(bench->out + ETHERNET));
    set_downlink(bench, PHONE, MOST - UDP_HEADERS + 1);
    assert_int_equal(run(bench), XDP_PASS);
    absorb(bench);
    assert_int_equal(passed->packets[DOWNLINK], 1);
    assert_int_equal(passed->bytes[DOWNLINK], MOST);
    bench_free(bench);
}

/* --- N9 --- */

static void another_upf_gets_what_a_phone_sends(void **state)
{
    struct outer gnb, upf;
    struct bench *bench = new_n9(&gnb, &upf);
    struct packet packet;
    (void)state;
    const size_t at = carry(bench, &gnb, bench->teid, GTPU_UPLINK, PHONE, OUTSIDE, 300);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(carry_slowly(bench, &gnb, at, &packet), PATH_TO_N3);
    assert_int_equal(packet.data[7], UPF_TEID & 0xff);
    assert_int_equal(packet.data[13], GTPU_UPLINK << 4);
    assert_memory_equal(&packet.to.v4.sin_addr, &upf.from.v4.sin_addr, 4);
    assert_int_equal(bench->out_length, ETHERNET + OUTER + packet.length);
    assert_memory_equal(bench->out + ETHERNET + 16, &upf.from.v4.sin_addr, 4);
    assert_memory_equal(bench->out + ETHERNET + OUTER, packet.data, packet.length);
    absorb(bench);
    assert_int_equal(bench->session->rules->urrs[0].volume.packets[UPLINK], 2);
    bench_free(bench);
}

static void another_upf_reaches_the_phone(void **state)
{
    struct outer gnb, upf;
    struct bench *bench = new_n9(&gnb, &upf);
    const uint32_t teid = ruleset_core_teid(bench->session->rules);
    const uint8_t other[4] = {10, 45, 0, 9};
    struct packet packet;
    (void)state;
    size_t at = carry(bench, &upf, teid, GTPU_DOWNLINK, OUTSIDE, PHONE, 300);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(carry_slowly(bench, &upf, at, &packet), PATH_TO_N3);
    assert_ptr_equal(packet.queue, fast_queue_downlink(&bench->lab->plane, bench->session));
    assert_int_equal(packet.data[13], GTPU_DOWNLINK << 4);
    assert_memory_equal(&packet.to.v4.sin_addr, &gnb.from.v4.sin_addr, 4);
    assert_memory_equal(bench->out + ETHERNET + OUTER, packet.data, packet.length);
    at = carry(bench, &gnb, teid, GTPU_DOWNLINK, OUTSIDE, PHONE, 300);
    assert_int_equal(run(bench), XDP_DROP);
    assert_int_equal(carry_slowly(bench, &gnb, at, &packet), PATH_DROP);
    assert_int_equal(lab_drops(bench->lab, DROP_WRONG_PEER), 1);
    at = carry(bench, &upf, teid, GTPU_DOWNLINK, OUTSIDE, other, 300);
    assert_int_equal(run(bench), XDP_DROP);
    assert_int_equal(carry_slowly(bench, &upf, at, &packet), PATH_DROP);
    assert_int_equal(lab_drops(bench->lab, DROP_NO_SESSION), 1);
    set_downlink(bench, PHONE, 10); /* the data network is the other UPF's */
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

static void what_another_upf_sends_waits_for_the_phone(void **state)
{
    struct outer gnb, upf;
    struct bench *bench = new_n9(&gnb, &upf);
    const uint32_t teid = ruleset_core_teid(bench->session->rules);
    struct packet packet;
    (void)state;
    assert_int_equal(lab_switch(bench->lab, bench->seid, &bench->lab->gnb, 0, false), PFCP_ACCEPTED);
    const size_t at = carry(bench, &upf, teid, GTPU_DOWNLINK, OUTSIDE, PHONE, 300);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(carry_slowly(bench, &upf, at, &packet), PATH_HELD);
    bench->lab->n3_count = 0;
    assert_int_equal(lab_switch(bench->lab, bench->seid, &bench->lab->gnb, 0x99, false), PFCP_ACCEPTED);
    assert_int_equal(bench->lab->n3_count, 2); /* a router's advertisement, too */
    assert_int_equal(bench->lab->n3[0].length, GTPU_HEADER_CONTAINER + 328);
    bench_free(bench);
}

/* --- captures --- */

struct seen {
    struct fast_captured last;
    uint8_t frame[FRAME];
    size_t length;
    unsigned count;
};

static void remember_seen(void *context, const struct fast_captured *captured, struct bytes frame)
{
    struct seen *seen = context;
    seen->last = *captured;
    seen->length = frame.len;
    memcpy(seen->frame, frame.data, frame.len);
    seen->count++;
}

/* How the frame of the bench is captured: one copy, as it came in. */
static struct fast_captured capture_one(struct bench *bench, uint32_t verdict)
{
    struct seen seen = {.count = 0};
    struct fast_tap *tap = fast_tap_new(&bench->fast, remember_seen, &seen);
    assert_non_null(tap);
    assert_int_equal(run(bench), verdict);
    fast_tap_drain(tap);
    fast_tap_free(tap);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.length, bench->length);
    assert_memory_equal(seen.frame, bench->frame, bench->length);
    return seen.last;
}

/* In the tunnel that it went into. */
static void assert_sent(const struct bench *bench, const struct fast_captured *captured,
                        const struct outer *to, uint32_t teid, size_t offset)
{
    assert_true(captured->outgoing);
    assert_int_equal(captured->teid, htonl(teid));
    assert_int_equal(captured->offset, offset);
    const struct fast_address address = fast_address_of(&to->from);
    assert_memory_equal(&bench->fast.gnbs[captured->gnb].address, &address, sizeof address);
}

static void a_session_behind_another_upf_is_captured_both_ways(void **state)
{
    struct outer gnb, upf;
    struct bench *bench = new_n9(&gnb, &upf);
    const uint32_t teid = ruleset_core_teid(bench->session->rules);
    (void)state;
    fast_show(&bench->lab->plane, bench->session, true);
    carry(bench, &gnb, bench->teid, GTPU_UPLINK, PHONE, OUTSIDE, 300);
    assert_false(capture_one(bench, XDP_REDIRECT).outgoing);
    const size_t at = carry(bench, &upf, teid, GTPU_DOWNLINK, OUTSIDE, PHONE, 300);
    struct fast_captured captured = capture_one(bench, XDP_REDIRECT);
    assert_sent(bench, &captured, &gnb, GNB_TEID, at + GTPU_HEADER_CONTAINER);
    carry(bench, &gnb, teid, GTPU_DOWNLINK, OUTSIDE, PHONE, 300);
    captured = capture_one(bench, XDP_DROP);
    assert_false(captured.outgoing);
    assert_int_equal(captured.reason, DROP_WRONG_PEER);
    bench_free(bench);
}

static void all_that_is_exchanged_with_another_upf_is_captured_as_it_sees_it(void **state)
{
    struct outer gnb, upf;
    struct bench *bench = new_n9(&gnb, &upf);
    const uint32_t teid = ruleset_core_teid(bench->session->rules);
    (void)state;
    bench->fast.gnbs[plane_gnb(&bench->lab->plane, &upf.from)->id].captured = 1;
    const size_t at = carry(bench, &gnb, bench->teid, GTPU_UPLINK, PHONE, OUTSIDE, 300);
    const struct fast_captured captured = capture_one(bench, XDP_REDIRECT);
    assert_sent(bench, &captured, &upf, UPF_TEID, at + GTPU_HEADER_CONTAINER);
    assert_true(captured.uplink);
    carry(bench, &upf, teid, GTPU_DOWNLINK, OUTSIDE, PHONE, 300);
    assert_false(capture_one(bench, XDP_REDIRECT).outgoing);
    bench_free(bench);
}

static void a_gnb_is_captured_where_another_upf_is_the_data_network(void **state)
{
    struct outer gnb, upf;
    struct bench *bench = new_n9(&gnb, &upf);
    (void)state;
    bench->fast.gnbs[bench->session->gnb->id].captured = 1;
    carry(bench, &gnb, bench->teid, GTPU_UPLINK, PHONE, OUTSIDE, 300);
    assert_false(capture_one(bench, XDP_REDIRECT).outgoing);
    const size_t at =
        carry(bench, &upf, ruleset_core_teid(bench->session->rules), GTPU_DOWNLINK, OUTSIDE, PHONE, 300);
    const struct fast_captured captured = capture_one(bench, XDP_REDIRECT);
    assert_sent(bench, &captured, &gnb, GNB_TEID, at + GTPU_HEADER_CONTAINER);
    bench_free(bench);
}

/* --- tags --- */

/* Tags, and how the frame that begins with them is judged. */
struct tagging {
    uint8_t tags[8];
    uint32_t verdict;
};

static void nothing_is_hidden_behind_priorities_alone(void **state)
{
    static const struct tagging taggings[] = {
        {{8, 0}, XDP_REDIRECT},
        {{0x81, 0, 0xe0, 0, 8, 0}, XDP_REDIRECT},
        {{0x81, 0, 0, VLAN, 8, 0}, XDP_PASS}, /* its own interface's */
        {{0x81, 0, 0xe0, 0, 0x81, 0, 0, VLAN}, XDP_PASS},
        {{0x88, 0xa8, 0, VLAN, 8, 0}, XDP_PASS},
        {{0x81, 0, 0, VLAN, 0x81, 0, 0, 0}, XDP_PASS},
        {{0x81, 0, 0xe0, 0, 0x81, 0, 0xe0, 0}, XDP_DROP},
        {{0x81, 0, 0xe0, 0, 0x88, 0xa8, 0, 0}, XDP_DROP},
        {{0x88, 0xa8, 0, 0, 8, 0}, XDP_DROP},
    };
    struct bench *bench = bench_new();
    (void)state;
    for (size_t i = 0; i < sizeof taggings / sizeof *taggings; i++) {
        const uint8_t *tags = taggings[i].tags;
        const size_t behind = tags[0] == 8 ? ETHERNET : tags[4] == 8 ? TAGGED : TAGGED + 4;
        uint8_t packet[FRAME];
        set_tunnelled(bench, PHONE, OUTSIDE, 53, 64);
        const size_t length = bench->length - ETHERNET;
        memcpy(packet, bench->frame + ETHERNET, length);
        memcpy(bench->frame + 12, tags, sizeof taggings[i].tags);
        memcpy(bench->frame + behind - 2, (const uint8_t[]){8, 0}, 2);
        memcpy(bench->frame + behind, packet, length);
        bench->length = behind + length;
        assert_int_equal(run(bench), taggings[i].verdict);
    }
    bench_free(bench);
}

static void what_a_datagram_says_of_its_length_is_true_or_left_to_the_host(void **state)
{
    enum { UDP_LENGTH = ETHERNET + 20 + 4 };
    struct bench *bench = bench_new();
    const struct outer outer = {.from = bench->lab->gnb};
    (void)state;
    carry(bench, &outer, bench->teid, GTPU_UPLINK, PHONE, OUTSIDE, 64);
    const uint8_t length = bench->frame[UDP_LENGTH + 1];
    for (unsigned octets = 0; octets < 256; octets++) {
        bench->frame[UDP_LENGTH + 1] = (uint8_t)octets;
        assert_int_equal(run(bench), octets == length ? XDP_REDIRECT : XDP_PASS);
    }
    bench_free(bench);
}

/* --- too long --- */

static void too_long_ones_are_answered_by_the_slow_path(void **state)
{
    struct bench *bench = bench_new();
    struct packet packet;
    (void)state;
    const size_t inner = set_downlink(bench, PHONE, 1456); /* may not be fragmented */
    assert_int_equal(run(bench), XDP_PASS);
    uint8_t *ip = bench->frame + ETHERNET;
    assert_int_equal(lab_downlink(bench->lab, bytes_of(ip, inner), &packet), PATH_TO_N6);
    assert_memory_equal(packet.data + 20, ((const uint8_t[]){3, 4}), 2);
    assert_memory_equal(packet.data + 26, ((const uint8_t[]){1456 >> 8, 1456 & 0xff}), 2);
    assert_memory_equal(packet.data + 28, ip, 28);
    ip[6] = 0;
    set_ip_checksum(ip);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(lab_downlink(bench->lab, bytes_of(ip, inner), &packet), PATH_TO_N3);
    set_tunnelled(bench, PHONE, OUTSIDE, 53,
                  1480); /* longer than its route's MTU: the host says so to the phone */
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

/* --- mutated --- */

static void change(struct bench *bench, size_t at, unsigned times)
{
    for (; times > 0; times--) {
        const uint64_t chance = random_u64(&bench->lab->random.random);
        bench->frame[at + chance % (bench->length - at)] = (uint8_t)(chance >> 32);
    }
}

/* `headers`: in front of the G-PDU that goes out; 0: what goes out is a packet of the phone's, a hop older. */
static void judge_alike(struct bench *bench, const struct outer *outer, uint32_t teid, uint8_t pdu_type,
                        size_t headers)
{
    enum { ROUNDS = 8000 };
    const bool uplink = pdu_type == GTPU_UPLINK;
    unsigned verdicts[5] = {0};
    bench->fast.settings->bother_interval[FAST_BOTHER_UNKNOWN] =
        0; /* searches for tunnels are none of this */
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct packet packet;
        const size_t at =
            carry(bench, outer, teid, pdu_type, uplink ? PHONE : OUTSIDE, uplink ? OUTSIDE : PHONE, i % 64);
        change(bench, at, i % 4);
        const uint32_t verdict = run(bench);
        const enum verdict slow = carry_slowly(bench, outer, at, &packet);
        verdicts[verdict]++;
        assert_true(verdict == XDP_PASS || verdict == XDP_DROP || verdict == XDP_REDIRECT);
        if (verdict == XDP_DROP)
            assert_int_equal(slow, PATH_DROP);
        if (verdict != XDP_REDIRECT)
            continue;
        const size_t skipped = headers ? 0 : 12;
        assert_int_equal(slow, headers ? PATH_TO_N3 : PATH_TO_N6);
        assert_int_equal(bench->out_length, ETHERNET + headers + packet.length);
        assert_memory_equal(bench->out + ETHERNET + headers + skipped, packet.data + skipped,
                            packet.length - skipped);
    }
    assert_true(verdicts[XDP_REDIRECT] > ROUNDS / 4 && verdicts[XDP_DROP] > 50 && verdicts[XDP_PASS] > 50);
}

static void mutated_packets_are_judged_as_by_the_slow_path(void **state)
{
    struct outer outer, upf;
    (void)state;
    struct bench *bench = new_v6(&outer);
    judge_alike(bench, &outer, bench->teid, GTPU_UPLINK, 0);
    bench_free(bench);
    bench = new_n9(&outer, &upf);
    judge_alike(bench, &outer, bench->teid, GTPU_UPLINK, OUTER);
    upf.tagged = true;
    judge_alike(bench, &upf, ruleset_core_teid(bench->session->rules), GTPU_DOWNLINK, OUTER);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tunnel_over_ipv6_is_taken),
        cmocka_unit_test(what_goes_over_ipv6_has_a_checksum),
        cmocka_unit_test_setup_teardown(what_is_too_long_to_be_summed_up_is_left_to_the_slow_path_uncounted,
                                        enter_network, leave_network),
        cmocka_unit_test(another_upf_gets_what_a_phone_sends),
        cmocka_unit_test(another_upf_reaches_the_phone),
        cmocka_unit_test(what_another_upf_sends_waits_for_the_phone),
        cmocka_unit_test(a_session_behind_another_upf_is_captured_both_ways),
        cmocka_unit_test(all_that_is_exchanged_with_another_upf_is_captured_as_it_sees_it),
        cmocka_unit_test(a_gnb_is_captured_where_another_upf_is_the_data_network),
        cmocka_unit_test(nothing_is_hidden_behind_priorities_alone),
        cmocka_unit_test(what_a_datagram_says_of_its_length_is_true_or_left_to_the_host),
        cmocka_unit_test(too_long_ones_are_answered_by_the_slow_path),
        cmocka_unit_test(mutated_packets_are_judged_as_by_the_slow_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
