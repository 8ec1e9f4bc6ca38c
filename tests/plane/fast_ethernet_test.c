/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ethernet frames in the packet program, beside the slow path: it carries those between a phone and a station of the data network that the slow path has learnt,
 * refuses what that would, and leaves to it all else. The lab's clock is the kernel's, as both paths look at it.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "fast_lab.h"
#include "fast_pins.h"
#include "kit/loop.h"
#include "plane/fast/adopt.h"
#include "plane/fast/networks.h"
#include "plane/fast/start.h"
#include "plane/fast/stations.h"
#include "plane/switch.h"

enum {
    MOST = 8,
    MACS = 4,
    GNB_TEID = 0x1234,
    IPV4 = 0x0800,
    ARP = 0x0806,
    HEADER = FRAME_HEADER,
    TUNNEL = ETHERNET + OUTER + GTPU_HEADER_CONTAINER
};

#define AGEING SECONDS(60)

static const uint8_t phone[FRAME_MAC] = {2, 0, 0, 0, 0, 1}, other[FRAME_MAC] = {2, 0, 0, 0, 0, 2},
                     server[FRAME_MAC] = {2, 9, 9, 9, 9, 9}, nobody[FRAME_MAC] = {2, 7, 7, 7, 7, 7},
                     everybody[FRAME_MAC] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* What the slow path made of the last frame from the data network. */
static struct packet delivered;
static enum verdict became;

static void keep(void *context, enum verdict verdict, struct packet *packet)
{
    (void)context;
    delivered = *packet;
    became = verdict;
    done_with(packet);
}

/* --- the stage --- */

/* The bench's only data network carries frames, and is led through the program. */
static void lead(struct bench *bench)
{
    bench->lab->timers.now = clock_now() - SECONDS(1); /* what is learnt has settled */
    bench->fast.networks[0].host.device = LOOPBACK;
    lan_lead(bench->lab->networks[0].lan, &bench->fast, 0);
}

static struct bench *open_in(const char *folder)
{
    struct bench *bench = bench_open_ethernet_in(MOST, folder, &(struct lan_settings){MACS, AGEING, false});
    lead(bench);
    return bench;
}

static struct bench *open_bench(void)
{
    struct bench *bench = open_in(NULL);
    struct lab_session session;
    lab_describe_ethernet(&session, UE);
    bench_establish(bench, &session);
    return bench;
}

static void come_in_at(struct bench *bench, unsigned flags)
{
    bench->fast.ports[LOOPBACK] = (struct fast_port){.flags = flags, .mtu = 1500};
}

static size_t set_header(uint8_t *at, const uint8_t to[FRAME_MAC], const uint8_t from[FRAME_MAC],
                         uint16_t type)
{
    memcpy(at, to, FRAME_MAC);
    memcpy(at + FRAME_MAC, from, FRAME_MAC);
    at[12] = (uint8_t)(type >> 8);
    at[13] = (uint8_t)type;
    return HEADER;
}

/* A frame with an IP packet of so many octets for that port, at `at`; returns its length. */
static size_t set_frame(uint8_t *at, const uint8_t to[FRAME_MAC], const uint8_t from[FRAME_MAC],
                        uint16_t port, size_t payload)
{
    set_header(at, to, from, IPV4);
    return HEADER + set_inner(at + HEADER, PHONE, OUTSIDE, port, payload);
}

static uint8_t *in_tunnel(struct bench *bench)
{
    return bench->frame + TUNNEL;
}

static uint32_t send_octets_up(struct bench *bench, size_t length)
{
    gtpu_g_pdu_header(bench->frame + ETHERNET + OUTER, bench->teid, GTPU_UPLINK, QFI, false, length);
    set_outer(bench, &bench->lab->gnb, length + GTPU_HEADER_CONTAINER);
    come_in_at(bench, FAST_N3 | FAST_OUT);
    return run(bench);
}

/* The program's verdict. */
static uint32_t send_up(struct bench *bench, const uint8_t to[FRAME_MAC], const uint8_t from[FRAME_MAC])
{
    return send_octets_up(bench, set_frame(in_tunnel(bench), to, from, 53, 100));
}

static enum verdict slow_up(struct bench *bench)
{
    struct packet packet;
    return run_slow(bench, &bench->lab->gnb, &packet);
}

/* To the slow path, which learns who sent it. */
static void learn_phone(struct bench *bench, const uint8_t mac[FRAME_MAC])
{
    assert_int_equal(send_up(bench, server, mac), XDP_PASS);
    assert_int_equal(slow_up(bench), PATH_TO_N6);
}

static void slow_down(struct bench *bench)
{
    struct packet packet;
    lab_load(bench->lab, bytes_of(bench->frame, bench->length), &packet);
    became = PATH_DROP;
    switch_inward(&bench->lab->plane, &bench->lab->plane.lanes[0], &bench->lab->networks[0], &packet, keep,
                  bench);
}

/* Whether the program carries it to a phone: what it leaves to the slow path goes to that one's device as it came. */
static bool send_down(struct bench *bench, const uint8_t to[FRAME_MAC], const uint8_t from[FRAME_MAC])
{
    bench->length = set_frame(bench->frame, to, from, 5000, 100);
    come_in_at(bench, FAST_LAN | FAST_OUT);
    assert_int_equal(run_at_segment(bench), XDP_REDIRECT);
    return bench->out_length != bench->length;
}

static void learn_server(struct bench *bench)
{
    assert_false(send_down(bench, nobody, server));
    slow_down(bench);
}

/* Both stations are known, for a second. */
static void learn_both(struct bench *bench)
{
    learn_server(bench);
    learn_phone(bench, phone);
    bench->lab->timers.now = clock_now();
}

static void assert_refused(struct bench *bench, enum drop reason, uint32_t count)
{
    struct fast_refused refused = {0};
    const struct fast_address sender = fast_address_of(&bench->lab->gnb);
    bpf_map_lookup_elem(bench->fast.refused, &sender, &refused);
    assert_int_equal(refused.reasons[reason], count);
}

/* --- what is carried --- */

static void known_stations_reach_each_other_without_the_slow_path(void **state)
{
    struct bench *bench = open_bench();
    struct packet packet;
    (void)state;
    learn_both(bench);
    assert_int_equal(send_up(bench, server, phone), XDP_REDIRECT);
    const size_t length = bench->length - TUNNEL;
    assert_int_equal(bench->out_length, length);
    assert_memory_equal(bench->out, in_tunnel(bench), length);
    assert_int_equal(run_slow(bench, &bench->lab->gnb, &packet), PATH_TO_N6);
    assert_int_equal(packet.length, length);
    assert_true(send_down(bench, phone, server));
    slow_down(bench);
    assert_int_equal(became, PATH_TO_N3);
    assert_int_equal(bench->out_length, ETHERNET + OUTER + delivered.length);
    assert_memory_equal(bench->out + ETHERNET + OUTER, delivered.data, delivered.length);
    absorb(bench);
    assert_int_equal(bench->session->counters.passed.packets[UPLINK], 3);
    assert_int_equal(bench->session->counters.passed.bytes[UPLINK], 3 * length);
    assert_int_equal(bench->session->counters.passed.packets[DOWNLINK], 2);
    assert_int_equal(bench->session->rules->urrs[0].volume.bytes[UPLINK], 3 * length);
    assert_int_equal(bench->session->rules->urrs[0].volume.bytes[DOWNLINK], 2 * length);
    bench_free(bench);
}

static void a_frame_with_a_tag_goes_as_it_is(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    learn_both(bench);
    memmove(in_tunnel(bench) + 16, in_tunnel(bench) + 12, 116);
    set_frame(in_tunnel(bench) + FRAME_TAG, server, phone, 53, 100);
    set_header(in_tunnel(bench), server, phone, 0x8100);
    in_tunnel(bench)[14] = 0;
    in_tunnel(bench)[15] = 7;
    in_tunnel(bench)[16] = 8;
    in_tunnel(bench)[17] = 0;
    assert_int_equal(send_octets_up(bench, HEADER + FRAME_TAG + 128), XDP_REDIRECT);
    assert_int_equal(bench->out_length, HEADER + FRAME_TAG + 128);
    assert_memory_equal(bench->out, in_tunnel(bench), bench->out_length);
    in_tunnel(bench)[14] = 0x0f;
    in_tunnel(bench)[15] = 0xff;
    assert_int_equal(send_octets_up(bench, HEADER + FRAME_TAG + 128), XDP_PASS);
    assert_int_equal(slow_up(bench), PATH_DROP);
    bench_free(bench);
}

static void what_is_for_several_or_for_nobody_known_is_left_to_the_slow_path(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    learn_both(bench);
    assert_int_equal(send_up(bench, everybody, phone), XDP_PASS);
    assert_int_equal(slow_up(bench), PATH_TO_N6);
    assert_int_equal(send_up(bench, nobody, phone), XDP_PASS);
    assert_int_equal(slow_up(bench), PATH_TO_N6);
    assert_int_equal(send_up(bench, server, phone), XDP_REDIRECT);
    assert_false(send_down(bench, everybody, server));
    slow_down(bench);
    assert_false(send_down(bench, nobody, server));
    slow_down(bench);
    assert_false(send_down(bench, phone, nobody));
    slow_down(bench);
    assert_int_equal(became, PATH_TO_N3);
    assert_true(send_down(bench, phone, server));
    bench_free(bench);
}

/* A frame that came after one that the slow path still has does not overtake it. */
static void order_is_kept_behind_what_the_slow_path_has(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    learn_both(bench);
    assert_int_equal(send_up(bench, nobody, phone), XDP_PASS);
    assert_int_equal(send_up(bench, server, phone), XDP_PASS);
    slow_up(bench);
    assert_int_equal(send_up(bench, server, phone), XDP_PASS);
    for (unsigned i = 0; i < 2; i++)
        slow_up(bench);
    assert_int_equal(send_up(bench, server, phone), XDP_REDIRECT);
    assert_false(send_down(bench, phone, nobody));
    assert_false(send_down(bench, phone, server));
    slow_down(bench);
    assert_false(send_down(bench, phone, server));
    for (unsigned i = 0; i < 2; i++)
        slow_down(bench);
    assert_true(send_down(bench, phone, server));
    bench_free(bench);
}

static void a_phone_that_sleeps_gets_its_frames_from_the_slow_path(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    learn_both(bench);
    assert_int_equal(lab_switch(bench->lab, bench->seid, &bench->lab->gnb, 0, false), PFCP_ACCEPTED);
    assert_false(send_down(bench, phone, server));
    slow_down(bench);
    assert_int_equal(became, PATH_HELD);
    assert_int_equal(lab_switch(bench->lab, bench->seid, &bench->lab->gnb, 0x99, false), PFCP_ACCEPTED);
    assert_true(send_down(bench, phone, server));
    bench_free(bench);
}

/* --- who may send what --- */

static void anothers_address_is_refused_and_counted_by_sender(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    learn_both(bench);
    assert_int_equal(send_up(bench, server, phone), XDP_REDIRECT);
    assert_true(send_down(bench, phone, server));
    assert_int_equal(send_up(bench, nobody, server), XDP_PASS); /* whose address is asked for first */
    assert_int_equal(slow_up(bench), PATH_DROP);
    assert_int_equal(send_up(bench, phone, server), XDP_DROP);
    assert_int_equal(slow_up(bench), PATH_DROP);
    assert_int_equal(bench->lab->plane.lanes[0].reason, DROP_SPOOFED_SOURCE);
    assert_refused(bench, DROP_SPOOFED_SOURCE, 1);
    bench_free(bench);
}

static void what_no_phone_may_say_is_refused_in_a_frame_too(void **state)
{
    struct bench *bench = open_bench();
    const uint8_t infrastructure[4] = {192, 0, 2, 1};
    (void)state;
    learn_both(bench);
    assert_int_equal(send_octets_up(bench, set_frame(in_tunnel(bench), server, phone, GTPU_PORT, 9)),
                     XDP_DROP);
    assert_int_equal(slow_up(bench), PATH_DROP);
    assert_refused(bench, DROP_INNER_TUNNEL, 1);
    set_header(in_tunnel(bench), server, phone, IPV4);
    const size_t length = set_inner(in_tunnel(bench) + HEADER, PHONE, infrastructure, 53, 10);
    assert_int_equal(send_octets_up(bench, HEADER + length), XDP_PASS);
    assert_int_equal(slow_up(bench), PATH_DROP);
    assert_int_equal(bench->lab->plane.lanes[0].reason, DROP_INFRASTRUCTURE);
    bench_free(bench);
}

/* Another session of the same data network. */
static void establish_other(struct bench *bench, uint32_t *teid)
{
    struct lab_session session;
    lab_describe_ethernet(&session, UE + 1);
    const uint64_t seid = lab_establish(bench->lab, &session, teid);
    assert_int_equal(lab_switch(bench->lab, seid, &bench->lab->gnb, 0x77, false), PFCP_ACCEPTED);
}

static void an_address_that_moves_leads_to_its_new_phone(void **state)
{
    struct bench *bench = open_bench();
    uint32_t first = bench->teid, second;
    (void)state;
    bench->lab->timers.now -= AGEING + SECONDS(1);
    learn_phone(bench, phone);
    bench->lab->timers.now = clock_now() - SECONDS(1);
    learn_server(bench);
    establish_other(bench, &second);
    assert_false(send_down(bench, phone, server)); /* it has been silent for too long */
    slow_down(bench);
    assert_int_equal(became, PATH_DROP);
    bench->teid = second;
    learn_phone(bench, phone);
    bench->lab->timers.now = clock_now();
    assert_int_equal(send_up(bench, server, phone), XDP_REDIRECT);
    assert_true(send_down(bench, phone, server));
    assert_int_equal(bench->out[ETHERNET + OUTER + 7], 0x77);
    bench->teid = first;
    assert_int_equal(send_up(bench, server, phone), XDP_DROP);
    assert_int_equal(slow_up(bench), PATH_DROP);
    bench_free(bench);
}

static void who_sends_by_the_fast_path_is_not_silent_in_the_slow_one(void **state)
{
    struct bench *bench = open_bench();
    struct lan *lan = bench->lab->networks[0].lan;
    bool outside;
    (void)state;
    learn_both(bench);
    assert_int_equal(send_up(bench, server, phone), XDP_REDIRECT);
    const int64_t later = clock_now() + AGEING - MILLISECONDS(500);
    assert_ptr_equal(lan_find(lan, phone, later, &outside), bench->session);
    assert_null(lan_find(lan, server, later, &outside));
    assert_false(outside);
    assert_int_equal(send_up(bench, server, phone), XDP_PASS);
    bench_free(bench);
}

static void a_session_that_ends_takes_its_addresses_along(void **state)
{
    struct bench *bench = open_bench();
    (void)state;
    learn_both(bench);
    struct pfcp_message request = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = bench->seid};
    lab_ask(bench->lab, &request);
    assert_int_equal(fast_station_seen(&bench->fast, 0, 0x020000000001, INT64_MAX), 0);
    assert_false(send_down(bench, phone, server));
    bench_free(bench);
}

static void who_finds_no_room_is_served_by_the_slow_path(void **state)
{
    struct bench *bench = open_bench();
    uint8_t mac[FRAME_MAC] = {2, 5};
    (void)state;
    learn_both(bench);
    for (unsigned i = 0; i < 4 * STATIONS; i++) {
        mac[5] = (uint8_t)i;
        send_down(bench, everybody, mac);
        slow_down(bench);
    }
    assert_int_equal(send_up(bench, mac, phone), XDP_PASS);
    assert_int_equal(slow_up(bench), PATH_TO_N6);
    assert_int_equal(send_up(bench, server, phone), XDP_REDIRECT);
    assert_false(send_down(bench, phone, mac));
    slow_down(bench);
    assert_int_equal(became, PATH_TO_N3);
    bench_free(bench);
}

/* Whatever is done to a frame: the program forwards it only as the slow path does, and drops none that it would forward. */
static void both_paths_judge_alike(void **state)
{
    enum { ROUNDS = 20000 };
    struct bench *bench = open_bench();
    unsigned verdicts[5] = {0};
    (void)state;
    learn_both(bench);
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct packet packet;
        size_t length = set_frame(in_tunnel(bench), server, phone, (uint16_t)(40000 + i), i % 64);
        for (unsigned n = i % 4; n > 0; n--) {
            const uint64_t chance = random_u64(&bench->lab->random.random);
            in_tunnel(bench)[chance % length] = (uint8_t)(chance >> 32);
        }
        length -= i % 8 == 7 ? i % 16 : 0;
        bench->lab->timers.now = clock_now();
        const uint32_t verdict = send_octets_up(bench, length);
        const enum verdict slow = run_slow(bench, &bench->lab->gnb, &packet);
        verdicts[verdict]++;
        if (verdict == XDP_REDIRECT) {
            assert_int_equal(slow, PATH_TO_N6);
            assert_int_equal(bench->out_length, packet.length);
            assert_memory_equal(bench->out, packet.data, packet.length);
        } else if (verdict == XDP_DROP) {
            assert_int_equal(slow, PATH_DROP);
        } else {
            assert_int_equal(verdict, XDP_PASS);
        }
    }
    print_message("# %u dropped, %u left to the slow path, %u forwarded\n", verdicts[XDP_DROP],
                  verdicts[XDP_PASS], verdicts[XDP_REDIRECT]);
    assert_true(verdicts[XDP_REDIRECT] > ROUNDS / 4 && verdicts[XDP_PASS] > 100);
    bench_free(bench);
}

/* --- after a death --- */

static void restore(struct bench *bench, uint32_t teid, uint8_t number)
{
    struct lab_session session;
    lab_describe_ethernet(&session, number);
    session.pdrs[0].pdi.f_teid = (struct pfcp_f_teid){.teid = teid, .ip.has_v4 = true};
    memcpy(session.pdrs[0].pdi.f_teid.ip.v4, bench->lab->plane.n3_v4.address, 4);
    lab_lead_to(&session, GNB_TEID, &bench->lab->gnb.v4.sin_addr);
    bench->teid = teid;
    bench->seid = lab_establish(bench->lab, &session, &bench->teid);
    assert_int_equal(bench->teid, teid);
    bench->session = table_get(&bench->lab->plane.teids, teid);
}

static struct bench *begin_again(void)
{
    struct bench *bench = open_in(pins());
    bench->lab->timers.now = clock_now();
    return bench;
}

static void assert_both_go(struct bench *bench)
{
    assert_int_equal(send_up(bench, server, phone), XDP_REDIRECT);
    assert_true(send_down(bench, phone, server));
}

static struct bench *begin_and_die(uint32_t *teid)
{
    struct bench *bench = open_in(pins());
    struct lab_session session;
    lab_describe_ethernet(&session, UE);
    bench_establish(bench, &session);
    learn_both(bench);
    *teid = bench->teid;
    lan_part(bench->lab->networks[0].lan);
    die(bench);
    bench = begin_again();
    bench->teid = *teid;
    assert_both_go(bench);
    return bench;
}

static void frames_go_on_before_and_after_the_smf_has_spoken(void **state)
{
    uint32_t teid;
    struct bench *bench = begin_and_die(&teid);
    struct lan *lan = bench->lab->networks[0].lan;
    bool outside;
    (void)state;
    assert_null(lan_find(lan, server, clock_now(), &outside));
    assert_true(outside);
    assert_null(lan_find(lan, phone, clock_now(), &outside));
    assert_false(outside);
    restore(bench, teid, UE);
    assert_both_go(bench);
    assert_ptr_equal(lan_find(lan, phone, clock_now(), &outside), bench->session);
    end(bench);
}

/* An SMF that has lost its state begins with the same TEIDs again, and there is no address that tells the phones apart. */
static void a_tunnel_that_is_another_phones_now_brings_no_addresses(void **state)
{
    uint32_t teid;
    struct bench *bench = begin_and_die(&teid);
    struct lan *lan = bench->lab->networks[0].lan;
    bool outside;
    (void)state;
    restore(bench, teid, UE + 1);
    assert_false(send_down(bench, phone, server));
    assert_null(lan_find(lan, phone, clock_now(), &outside));
    assert_int_equal(fast_station_seen(&bench->fast, 0, 0x020000000001, INT64_MAX), 0);
    assert_true(bench->fast.settings->knows);
    end(bench);
}

static void nobody_takes_the_address_of_a_session_that_is_still_to_be_spoken_of(void **state)
{
    uint32_t teid, thief;
    struct bench *bench = begin_and_die(&teid);
    (void)state;
    establish_other(bench, &thief);
    bench->teid = thief;
    send_up(bench, server, phone);
    assert_int_equal(slow_up(bench), PATH_DROP);
    send_up(bench, server, other);
    assert_int_equal(slow_up(bench), PATH_TO_N6);
    restore(bench, teid, UE);
    assert_both_go(bench);
    end(bench);
}

/* On a host that has made very many interfaces. */
static void a_passage_with_a_number_beyond_the_maps_leaves_its_network_to_the_slow_path(void **state)
{
    struct bench *bench = open_bench();
    const struct config_plane config = {.tun = "demarcnone"};
    (void)state;
    bench->fast.networks[0].host.device = 1U << 30;
    assert_false(fast_lead_frames(&bench->lab->plane, &config, &bench->lab->networks[0]));
    assert_int_equal(bench->fast.networks[0].host.device, 0);
    bench_free(bench);
}

static void what_no_smf_speaks_of_is_forgotten(void **state)
{
    uint32_t teid;
    struct bench *bench = begin_and_die(&teid);
    (void)state;
    fast_sweep(&bench->lab->plane, INT64_MAX);
    assert_int_equal(fast_station_seen(&bench->fast, 0, 0x020000000001, INT64_MAX), 0);
    assert_int_not_equal(fast_station_seen(&bench->fast, 0, 0x020909090909, INT64_MAX), 0);
    assert_false(send_down(bench, phone, server));
    end(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_stations_reach_each_other_without_the_slow_path),
        cmocka_unit_test(a_frame_with_a_tag_goes_as_it_is),
        cmocka_unit_test(what_is_for_several_or_for_nobody_known_is_left_to_the_slow_path),
        cmocka_unit_test(order_is_kept_behind_what_the_slow_path_has),
        cmocka_unit_test(a_phone_that_sleeps_gets_its_frames_from_the_slow_path),
        cmocka_unit_test(anothers_address_is_refused_and_counted_by_sender),
        cmocka_unit_test(what_no_phone_may_say_is_refused_in_a_frame_too),
        cmocka_unit_test(an_address_that_moves_leads_to_its_new_phone),
        cmocka_unit_test(who_sends_by_the_fast_path_is_not_silent_in_the_slow_one),
        cmocka_unit_test(a_session_that_ends_takes_its_addresses_along),
        cmocka_unit_test(who_finds_no_room_is_served_by_the_slow_path),
        cmocka_unit_test(both_paths_judge_alike),
        cmocka_unit_test(frames_go_on_before_and_after_the_smf_has_spoken),
        cmocka_unit_test(a_tunnel_that_is_another_phones_now_brings_no_addresses),
        cmocka_unit_test(nobody_takes_the_address_of_a_session_that_is_still_to_be_spoken_of),
        cmocka_unit_test(what_no_smf_speaks_of_is_forgotten),
        cmocka_unit_test(a_passage_with_a_number_beyond_the_maps_leaves_its_network_to_the_slow_path),
    };
    return cmocka_run_group_tests(tests, mount_pins, unmount_pins);
}
