/* SPDX-License-Identifier: Apache-2.0 */
/* Networks behind phones in the packet program, beside the slow path: found by prefix, bound to their phone, taken over from a plane that died. */
#include <arpa/inet.h>
#include <bpf/bpf.h>

#include "fast_pins.h"
#include "plane/fast/adopt.h"
#include "plane/fast/framed.h"
#include "plane/fast/networks.h"
#include "plane/fast/rules.h"

enum { MOST = 8, GNB_TEID = 0x1234, OTHER = 9 };

static const uint8_t BEHIND[4] = {172, 20, 3, 9}, BESIDE[4] = {172, 21, 0, 9},
                     ELSEWHERE[4] = {203, 0, 113, 99};

static void put_routes(struct lab_session *session, struct bytes texts[2], const char *route,
                       const char *other)
{
    struct pfcp_pdi *pdi = &session->pdrs[1].pdi;
    pdi->framed_routes = texts;
    pdi->framed_routes_count = 0;
    for (const char *text = route; text; text = text == route ? other : NULL)
        texts[pdi->framed_routes_count++] = bytes_of(text, strlen(text));
}

static struct bench *establish_with(struct bench *bench, const char *route, const char *other)
{
    struct lab_session session;
    struct bytes texts[2];
    lab_describe(&session, UE);
    put_routes(&session, texts, route, other);
    bench_establish(bench, &session);
    return bench;
}

static struct bench *bench_with(const char *route, const char *other)
{
    return establish_with(bench_open(MOST), route, other);
}

/* What the program makes of a packet for the address, and what the slow path does. */
static uint32_t down(struct bench *bench, const uint8_t to[4], enum verdict *slow)
{
    struct packet packet;
    const size_t inner = set_downlink(bench, to, 60);
    const uint32_t verdict = run(bench);
    *slow = lab_downlink(bench->lab, bytes_of(bench->frame + ETHERNET, inner), &packet);
    if (verdict == XDP_PASS)
        done_with(&packet);
    return verdict;
}

static uint32_t up(struct bench *bench, const uint8_t from[4], const uint8_t to[4], enum verdict *slow)
{
    struct packet packet;
    set_tunnelled(bench, from, to, 53, 60);
    run(bench);
    const uint32_t verdict = bench->verdict;
    *slow = run_slow(bench, &bench->lab->gnb, &packet);
    return verdict;
}

static void a_network_behind_a_phone_is_carried_both_ways(void **state)
{
    struct bench *bench = bench_with("172.20.0.0/16", "198.51.100.0/24");
    enum verdict slow;
    (void)state;
    assert_int_equal(down(bench, BEHIND, &slow), XDP_REDIRECT);
    assert_int_equal(slow, PATH_TO_N3);
    assert_int_equal(down(bench, (uint8_t[]){198, 51, 100, 7}, &slow), XDP_REDIRECT);
    assert_int_equal(down(bench, PHONE, &slow), XDP_REDIRECT);
    assert_int_equal(up(bench, BEHIND, OUTSIDE, &slow), XDP_REDIRECT);
    assert_int_equal(slow, PATH_TO_N6);
    assert_int_equal(up(bench, (uint8_t[]){198, 51, 100, 7}, OUTSIDE, &slow), XDP_REDIRECT);
    assert_int_equal(up(bench, PHONE, OUTSIDE, &slow), XDP_REDIRECT);
    absorb(bench);
    assert_int_equal(bench->session->counters.passed.packets[UPLINK], 6);
    assert_int_equal(bench->session->counters.passed.packets[DOWNLINK], 6);
    bench_free(bench);
}

static void what_is_beside_it_is_refused_and_counted(void **state)
{
    struct bench *bench = bench_with("172.20.0.0/16", NULL);
    enum verdict slow;
    (void)state;
    const uint8_t in_its_block[4] = {198, 51, 101, 7};
    assert_int_equal(up(bench, BESIDE, OUTSIDE, &slow), XDP_DROP);
    assert_int_equal(slow, PATH_DROP);
    assert_int_equal(up(bench, in_its_block, OUTSIDE, &slow), XDP_DROP);
    struct fast_refused refused;
    const struct fast_address sender = fast_address_of(&bench->lab->gnb);
    assert_int_equal(bpf_map_lookup_elem(bench->fast.refused, &sender, &refused), 0);
    assert_int_equal(refused.reasons[DROP_SPOOFED_SOURCE], 2);
    assert_int_equal(down(bench, BESIDE, &slow), XDP_PASS);
    assert_int_equal(slow, PATH_DROP);
    bench_free(bench);
}

static void no_other_phone_sends_from_it_or_to_it(void **state)
{
    struct bench *bench = bench_with("172.20.0.0/16", NULL);
    struct lab_session other;
    enum verdict slow;
    (void)state;
    assert_int_equal(up(bench, BEHIND, BEHIND, &slow), XDP_DROP); /* phone to phone */
    assert_int_equal(slow, PATH_DROP);
    lab_describe(&other, OTHER);
    bench_establish(bench, &other);
    const uint8_t its_own[4] = {10, 45, 0, OTHER};
    assert_int_equal(up(bench, BEHIND, OUTSIDE, &slow), XDP_DROP);
    assert_int_equal(slow, PATH_DROP);
    assert_int_equal(up(bench, its_own, BEHIND, &slow), XDP_DROP);
    assert_int_equal(slow, PATH_DROP);
    bench->lab->plane.policy.ue_to_ue = true;
    bench->fast.settings->ue_to_ue = 1;
    assert_int_equal(up(bench, its_own, BEHIND, &slow), XDP_PASS);
    assert_int_equal(slow, PATH_TO_N6);
    bench_free(bench);
}

static uint32_t down_v6(struct bench *bench, const char *to, enum verdict *slow)
{
    struct packet packet;
    uint8_t *v6 = bench->frame + ETHERNET;
    set_ethernet(bench->frame, 0x86dd);
    memset(v6, 0, 60);
    memcpy(v6, (const uint8_t[]){0x60, 0, 0, 0, 0, 20, 59, 64}, 8);
    inet_pton(AF_INET6, "2001:db8:ffff::1", v6 + 8);
    inet_pton(AF_INET6, to, v6 + 24);
    bench->length = ETHERNET + 60;
    const uint32_t verdict = run(bench);
    *slow = lab_downlink(bench->lab, bytes_of(v6, 60), &packet);
    return verdict;
}

static void networks_of_ipv6_are_found_by_prefix_too(void **state)
{
    static const struct {
        const char *route, *within, *beside;
    } cases[] = {
        {"2001:db8:5::/48", "2001:db8:5:7::1", "2001:db8:6:7::1"},
        {"2001:db8:5:7:8000::/65", "2001:db8:5:7:8000::1", "2001:db8:5:7:7fff::1"},
        {"2001:db8:5:7::9/128", "2001:db8:5:7::9", "2001:db8:5:7::8"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench *bench = bench_open(MOST);
        struct lab_session session;
        struct bytes text = bytes_of(cases[i].route, strlen(cases[i].route));
        enum verdict slow;
        lab_describe(&session, UE);
        session.pdrs[1].pdi.framed_ipv6_routes = &text;
        session.pdrs[1].pdi.framed_ipv6_routes_count = 1;
        bench_establish(bench, &session);
        assert_int_equal(down_v6(bench, cases[i].within, &slow), XDP_REDIRECT);
        assert_int_equal(slow, PATH_TO_N3);
        assert_int_equal(down_v6(bench, cases[i].beside, &slow), XDP_PASS);
        assert_int_equal(slow, PATH_DROP);
        bench_free(bench);
    }
}

/* Random addresses, many of which are at the borders of networks: the program refuses what the slow path does, and forwards what it does. */
static void both_paths_judge_addresses_alike(void **state)
{
    enum { ROUNDS = 5000 };
    struct bench *bench = bench_with("172.20.16.0/20", "198.51.100.128/25");
    unsigned forwarded = 0, refused = 0;
    (void)state;
    for (unsigned i = 0; i < ROUNDS; i++) {
        const uint64_t chance = random_u64(&bench->lab->random.random);
        uint8_t from[4] = {172, 20, (uint8_t)(chance & 63), (uint8_t)(chance >> 8)};
        enum verdict slow;
        if (chance >> 63)
            memcpy(from, (const uint8_t[]){198, 51, 100, (uint8_t)(chance >> 8)}, 4);
        const uint32_t verdict = up(bench, from, ELSEWHERE, &slow);
        if (verdict == XDP_DROP)
            assert_int_equal(slow, PATH_DROP);
        if (slow == PATH_DROP)
            assert_int_not_equal(verdict, XDP_REDIRECT);
        refused += verdict == XDP_DROP;
        forwarded += slow == PATH_TO_N6;
        const uint32_t back = down(bench, from, &slow);
        assert_int_equal(back == XDP_REDIRECT, slow == PATH_TO_N3);
    }
    assert_true(forwarded > ROUNDS / 10 && refused > ROUNDS / 10);
    bench_free(bench);
}

static __u8 block(const struct bench *bench, const uint8_t address[4])
{
    const unsigned nth = (unsigned)address[0] << 8 | address[1];
    return bench->fast.blocks[nth / 8].place[nth % 8];
}

static void only_its_own_block_is_looked_up_by_prefix_and_only_while_it_is_there(void **state)
{
    struct bench *bench = bench_with("172.20.0.0/15", "172.30.1.0/24");
    struct pfcp_message request = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = bench->seid};
    enum verdict slow;
    (void)state;
    assert_int_equal(block(bench, BEHIND), FAST_MIXED);
    assert_int_equal(block(bench, BESIDE), FAST_MIXED);
    assert_int_equal(block(bench, OUTSIDE), FAST_ELSEWHERE);
    assert_int_equal(block(bench, PHONE), FAST_POOL);
    assert_int_equal(bench->fast.framed, 2);
    assert_int_equal(lab_ask(bench->lab, &request).session_deletion_response.cause, PFCP_ACCEPTED);
    assert_int_equal(block(bench, BEHIND), FAST_ELSEWHERE);
    assert_int_equal(block(bench, BESIDE), FAST_ELSEWHERE);
    assert_int_equal(bench->fast.framed, 0);
    assert_int_equal(down(bench, BEHIND, &slow), XDP_PASS);
    assert_int_equal(slow, PATH_DROP);
    bench_free(bench);
}

static uint8_t ask_for(struct bench *bench, const char *route, const char *other)
{
    struct lab_session session;
    struct bytes texts[2];
    lab_describe(&session, OTHER);
    put_routes(&session, texts, route, other);
    return lab_ask(bench->lab, &session.request).session_establishment_response.cause;
}

static void a_session_finds_no_room_where_there_are_as_many_networks_as_there_may_be(void **state)
{
    struct bench *bench = bench_open(MOST);
    (void)state;
    bench->fast.sizes.routes = 2;
    establish_with(bench, "172.20.0.0/16", "198.51.100.0/24");
    assert_int_equal(ask_for(bench, "172.21.0.0/16", NULL), PFCP_NO_RESOURCES_AVAILABLE);
    assert_int_equal(agent_sessions(bench->lab->agent), 1);
    assert_int_equal(bench->fast.framed, 2);
    bench_free(bench);
}

static void a_network_that_gives_way_leaves_its_room_to_whom_it_gives_way(void **state)
{
    struct bench *bench = bench_open(MOST);
    (void)state;
    bench->fast.sizes.routes = 2;
    establish_with(bench, "172.20.0.0/16", "198.51.100.0/24");
    lab_associate(bench->lab);
    assert_int_equal(ask_for(bench, "172.20.0.0/16", "172.21.0.0/16"), PFCP_NO_RESOURCES_AVAILABLE);
    assert_int_equal(agent_sessions(bench->lab->agent), 1);
    assert_int_equal(bench->fast.framed, 2);
    assert_int_equal(ask_for(bench, "172.20.0.0/16", "198.51.100.0/24"), PFCP_ACCEPTED);
    assert_int_equal(agent_sessions(bench->lab->agent), 1);
    assert_int_equal(bench->fast.framed, 2);
    bench_free(bench);
}

static void the_kernel_has_room_for_as_many_as_are_configured(void **state)
{
    struct bench *bench = bench_open(MOST);
    struct config_prefix route = {.family = AF_INET, .length = 32, .address = {172, 20}};
    unsigned put = 0;
    (void)state;
    for (bool done = true; done; put += done) {
        const struct fast_prefix prefix = fast_prefix_of(&route);
        route.address[2] = (uint8_t)(put >> 8);
        route.address[3] = (uint8_t)put;
        done = put <= UINT16_MAX && fast_put_prefix(&bench->fast, &prefix, FAST_FRAMED | 1);
    }
    assert_true(put >= bench->fast.sizes.routes && put <= bench->fast.sizes.routes + FAST_PREFIXES);
    bench_free(bench);
}

/* --- planes that die --- */

static struct bench *begin_with(const char *route, const char *other)
{
    return establish_with(begin(MOST), route, other);
}

static uint32_t fast_down(struct bench *bench, const uint8_t to[4])
{
    set_downlink(bench, to, 60);
    return run(bench);
}

static void say_again(struct bench *bench, uint32_t teid, const char *route, const char *other)
{
    struct lab_session session;
    struct bytes texts[2];
    lab_describe(&session, UE);
    put_routes(&session, texts, route, other);
    session.pdrs[0].pdi.f_teid = (struct pfcp_f_teid){.teid = teid, .ip.has_v4 = true};
    memcpy(session.pdrs[0].pdi.f_teid.ip.v4, bench->lab->plane.n3_v4.address, 4);
    bench->seid = lab_establish(bench->lab, &session, &bench->teid);
    assert_int_equal(lab_switch(bench->lab, bench->seid, &bench->lab->gnb, GNB_TEID, false), PFCP_ACCEPTED);
}

static void the_next_plane_keeps_what_it_finds_until_the_smf_says_otherwise(void **state)
{
    struct bench *bench = begin_with("172.20.0.0/16", "198.51.100.0/24");
    const uint32_t teid = bench->teid;
    const uint8_t second[4] = {198, 51, 100, 7};
    (void)state;
    assert_int_equal(fast_down(bench, BEHIND), XDP_REDIRECT);
    die(bench);
    bench = begin(MOST);
    assert_int_equal(bench->fast.found_left, 2);
    assert_int_equal(block(bench, BEHIND), FAST_MIXED);
    bench->teid = teid;
    assert_int_equal(fast_down(bench, BEHIND), XDP_REDIRECT);
    assert_int_equal(fast_down(bench, second), XDP_REDIRECT);
    say_again(bench, teid, "172.20.0.0/16", NULL);
    assert_int_equal(bench->fast.found_left, 0);
    assert_int_equal(bench->fast.framed, 1);
    assert_int_equal(block(bench, second), FAST_ELSEWHERE);
    assert_int_not_equal(fast_down(bench, BEHIND), XDP_DROP);
    end(bench);
}

static void a_session_that_was_found_has_room_for_its_own_networks_where_there_is_none_for_more(void **state)
{
    struct bench *bench = begin_with("172.20.0.0/16", "198.51.100.0/24");
    const uint32_t teid = bench->teid;
    (void)state;
    die(bench);
    bench = begin(MOST);
    bench->fast.sizes.routes = 2;
    assert_int_equal(ask_for(bench, "172.21.0.0/16", NULL), PFCP_NO_RESOURCES_AVAILABLE);
    assert_int_equal(bench->fast.found_left, 2);
    say_again(bench, teid, "172.20.0.0/16", "198.51.100.0/24");
    assert_int_equal(bench->fast.framed, 2);
    assert_int_equal(bench->fast.found_left, 0);
    end(bench);
}

static void what_no_smf_speaks_of_is_swept_with_its_networks(void **state)
{
    struct bench *bench = begin_with("172.20.0.0/16", NULL);
    (void)state;
    die(bench);
    bench = begin(MOST);
    assert_int_equal(fast_sweep(&bench->lab->plane, INT64_MAX), 1);
    assert_int_equal(bench->fast.framed, 0);
    assert_int_equal(block(bench, BEHIND), FAST_ELSEWHERE);
    assert_int_equal(fast_down(bench, BEHIND), XDP_PASS);
    end(bench);
}

static void a_network_that_has_moved_to_another_phone_follows_it_at_once(void **state)
{
    struct bench *bench = begin_with("172.20.0.0/16", NULL);
    struct lab_session other;
    struct bytes texts[2];
    (void)state;
    die(bench);
    bench = begin(MOST);
    lab_describe(&other, OTHER);
    put_routes(&other, texts, "172.20.3.0/24", NULL);
    bench_establish(bench, &other);
    const struct config_prefix route = {.family = AF_INET, .length = 24, .address = {172, 20, 3}};
    const struct fast_prefix prefix = fast_prefix_of(&route);
    assert_int_equal(fast_prefix_place(&bench->fast, &prefix), FAST_FRAMED | bench->session->place);
    assert_int_equal(fast_down(bench, (const uint8_t[]){172, 20, 4, 1}), XDP_PASS);
    assert_int_equal(fast_sweep(&bench->lab->plane, INT64_MAX), 1);
    assert_int_equal(bench->fast.framed, 1);
    assert_int_equal(fast_down(bench, BEHIND), XDP_REDIRECT);
    end(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_behind_a_phone_is_carried_both_ways),
        cmocka_unit_test(what_is_beside_it_is_refused_and_counted),
        cmocka_unit_test(no_other_phone_sends_from_it_or_to_it),
        cmocka_unit_test(networks_of_ipv6_are_found_by_prefix_too),
        cmocka_unit_test(both_paths_judge_addresses_alike),
        cmocka_unit_test(only_its_own_block_is_looked_up_by_prefix_and_only_while_it_is_there),
        cmocka_unit_test(a_session_finds_no_room_where_there_are_as_many_networks_as_there_may_be),
        cmocka_unit_test(a_network_that_gives_way_leaves_its_room_to_whom_it_gives_way),
        cmocka_unit_test(the_kernel_has_room_for_as_many_as_are_configured),
        cmocka_unit_test(the_next_plane_keeps_what_it_finds_until_the_smf_says_otherwise),
        cmocka_unit_test(a_session_that_was_found_has_room_for_its_own_networks_where_there_is_none_for_more),
        cmocka_unit_test(what_no_smf_speaks_of_is_swept_with_its_networks),
        cmocka_unit_test(a_network_that_has_moved_to_another_phone_follows_it_at_once),
    };
    return cmocka_run_group_tests(tests, mount_pins, unmount_pins);
}
