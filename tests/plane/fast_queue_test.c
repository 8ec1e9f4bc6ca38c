/* SPDX-License-Identifier: Apache-2.0 */
/* What the program gives to the slow path, and what that has done with: how they are counted, and when they are even (plane/bpf/order.h, plane/fast/done.h). */
#include "fast_lab.h"
#include "plane/fast/queue.h"

/* The program's clock, by which the packets that it runs on are so much later. */
static void later(struct bench *bench, int64_t time)
{
    bench->fast.settings->epoch += (uint64_t)time;
}

static void what_follows_a_packet_that_the_slow_path_judges_goes_there_until_that_has_left(void **state)
{
    struct bench *bench = bench_new();
    struct packet packet;
    (void)state;
    const size_t inner = set_downlink(bench, PHONE, 100);
    struct fast_action *action = &bench->fast.sessions[bench->session->place].action;
    assert_int_equal(run(bench), XDP_REDIRECT);
    action->credit = 0; /* its quota nears the end */
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(lab_downlink(bench->lab, bytes_of(bench->frame + ETHERNET, inner), &packet), PATH_TO_N3);
    assert_true(action->credit > action->bytes + inner); /* the slow path has seen that there is enough */
    assert_int_equal(run(bench), XDP_PASS);
    done_with(&packet);
    assert_int_equal(run(bench), XDP_PASS);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(lab_downlink(bench->lab, bytes_of(bench->frame + ETHERNET, inner), &packet),
                         PATH_TO_N3);
        done_with(&packet);
    }
    assert_int_equal(run(bench), XDP_REDIRECT);
    bench_free(bench);
}

static void what_the_host_has_lost_is_not_waited_for_for_ever(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    set_downlink(bench, PHONE, 100);
    struct fast_action *action = &bench->fast.sessions[bench->session->place].action;
    assert_int_equal(run(bench), XDP_REDIRECT);
    const uint64_t credit = action->credit;
    action->credit = 0;
    assert_int_equal(run(bench), XDP_PASS); /* and never comes out */
    action->credit = credit;
    later(bench, MILLISECONDS(300));
    assert_int_equal(run(bench), XDP_REDIRECT);
    action->credit = 0;
    assert_int_equal(run(bench), XDP_PASS);
    action->credit = credit;
    while (run(bench) == XDP_PASS) /* nor is it empty at any time */
        later(bench, MILLISECONDS(10));
    assert_int_equal(bench->verdict, XDP_REDIRECT);
    bench_free(bench);
}

static struct fast_action *downlink_action_of(const struct bench *bench)
{
    return &bench->fast.sessions[bench->session->place].action;
}

/* A packet that dies at the next hop: the slow path's, alone. */
static void goes_aside(struct bench *bench)
{
    enum { TTL = 8 };
    bench->frame[ETHERNET + TTL] = 1;
    set_ip_checksum(bench->frame + ETHERNET);
    assert_int_equal(run(bench), XDP_PASS);
}

/* There is no credit for it. */
static void goes_first(struct bench *bench)
{
    struct fast_action *action = downlink_action_of(bench);
    const uint64_t credit = action->credit;
    action->credit = 0;
    assert_int_equal(run(bench), XDP_PASS);
    action->credit = credit;
}

static void is_carried_by_the_slow_path(struct bench *bench)
{
    struct packet packet;
    assert_int_equal(
        lab_downlink(bench->lab, bytes_of(bench->frame + ETHERNET, bench->length - ETHERNET), &packet),
        PATH_TO_N3);
    done_with(&packet);
}

static void what_went_aside_just_before_is_waited_for_beside_what_begins_to_queue(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    set_downlink(bench, PHONE, 100);
    goes_aside(bench);
    set_downlink(bench, PHONE, 100);
    goes_first(bench);
    is_carried_by_the_slow_path(bench);
    assert_int_equal(run(bench), XDP_PASS); /* of two one has left */
    is_carried_by_the_slow_path(bench);
    is_carried_by_the_slow_path(bench);
    assert_int_equal(run(bench), XDP_REDIRECT);
    goes_aside(bench); /* and is lost */
    later(bench, MILLISECONDS(300));
    set_downlink(bench, PHONE, 100);
    goes_first(bench);
    is_carried_by_the_slow_path(bench);
    assert_int_equal(run(bench), XDP_REDIRECT);
    bench_free(bench);
}

static void what_is_given_in_the_clocks_next_tick_is_not_taken_for_lost(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    set_downlink(bench, PHONE, 100);
    later(bench, MILLISECONDS(10));
    goes_first(bench);
    later(bench, -MILLISECONDS(10));
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

static void a_session_returns_within_a_second_whatever_strangers_have_sent_for_it_meanwhile(void **state)
{
    enum { AWAY = 200, SECOND = 10 };
    struct bench *bench = bench_new();
    struct fast_tunnel *tunnel = fast_tunnel_at(&bench->fast, bench->teid);
    (void)state;
    const size_t gtpu = GTPU_HEADER_CONTAINER + set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    const uint64_t credit = tunnel->action.credit;
    tunnel->action.credit = 0;
    assert_int_equal(run(bench), XDP_PASS); /* and is lost */
    tunnel->action.credit = credit;
    assert_int_equal(run(bench), XDP_PASS);
    set_outer(bench, &bench->lab->other_gnb, gtpu);
    for (unsigned i = 0; i < AWAY; i++) {
        later(bench, MILLISECONDS(200));
        assert_int_equal(run(bench), XDP_PASS);
    }
    set_outer(bench, &bench->lab->gnb, gtpu);
    for (unsigned i = 0; i < SECOND && run(bench) == XDP_PASS; i++)
        later(bench, MILLISECONDS(100));
    assert_int_equal(bench->verdict, XDP_REDIRECT);
    bench_free(bench);
}

/* --- what is given is done, and nothing else --- */

/* The datagram through the program, and what that leaves through the slow path: how often it was given and done. */
static unsigned given_and_done(struct bench *bench, const union socket_address *from)
{
    const struct fast_queue *queue = &fast_tunnel_at(&bench->fast, bench->teid)->queue;
    const struct fast_queue before = *queue;
    struct packet packet;
    set_outer(bench, from, bench->length - ETHERNET - OUTER);
    if (run(bench) == XDP_PASS)
        run_slow(bench, from, &packet);
    assert_int_equal(queue->given - before.given, queue->done - before.done);
    return queue->given - before.given;
}

/* Without its container. */
static void set_bare(struct bench *bench)
{
    uint8_t *gtpu = bench->frame + ETHERNET + OUTER;
    const size_t inner = set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    memmove(gtpu + GTPU_HEADER_BYTES, gtpu + GTPU_HEADER_CONTAINER, inner);
    gtpu[0] = 0x30;
    gtpu[3] = (uint8_t)inner;
    bench->length -= GTPU_HEADER_CONTAINER - GTPU_HEADER_BYTES;
}

static void datagrams_that_only_the_slow_path_reads_are_not_counted_as_done(void **state)
{
    static const struct {
        uint8_t at, value;
    } odd[] = {{0, 0x36}, {0, 0x35}, {12, 2}, {13, 0x20}, {14, 0x81}, {15, 0x85}, {1, GTPU_END_MARKER}};
    struct bench *bench = bench_new();
    const union socket_address *own = &bench->lab->gnb, *other = &bench->lab->other_gnb;
    struct fast_tunnel *tunnel = fast_tunnel_at(&bench->fast, bench->teid);
    (void)state;
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    assert_int_equal(run(bench), XDP_REDIRECT);
    assert_int_equal(given_and_done(bench, other), 1); /* it may be there soon */
    set_bare(bench);
    assert_int_equal(given_and_done(bench, other), 1);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
        bench->frame[ETHERNET + OUTER + odd[i].at] = odd[i].value;
        assert_int_equal(given_and_done(bench, own), 0);
        assert_int_equal(bench->verdict, XDP_PASS);
        assert_int_equal(given_and_done(bench, other), 0);
    }
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    tunnel->action.credit = 0;
    assert_int_equal(run(bench), XDP_PASS); /* and is in the slow path when a stranger sends for the phone */
    tunnel->action.credit = UINT64_MAX;
    bench->frame[ETHERNET + OUTER] = 0x36;
    assert_int_equal(given_and_done(bench, other), 0);
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

static void what_a_crowded_worker_refuses_is_counted_as_done(void **state)
{
    enum { FLOOD = 500 };
    struct bench *bench = bench_new();
    struct lab *lab = bench->lab;
    (void)state;
    lab->plane.lanes[0].share = 1;
    fast_tunnel_at(&bench->fast, bench->teid)->action.verdict = FAST_SLOW;
    for (unsigned i = 0; i < FLOOD; i++) {
        set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
        assert_int_equal(given_and_done(bench, &lab->gnb), 1);
    }
    assert_in_range(lab_drops(lab, DROP_TOO_MANY), FLOOD / 2, FLOOD);
    bench_free(bench);
}

/* The same of a packet for the phone. */
static void is_given_and_done(struct bench *bench, uint16_t type, size_t length)
{
    const struct fast_queue *queue = fast_queue_downlink(&bench->lab->plane, bench->session);
    const uint32_t given = queue->given;
    struct packet packet;
    set_ethernet(bench->frame, type);
    bench->length = ETHERNET + length;
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(lab_downlink(bench->lab, bytes_of(bench->frame + ETHERNET, length), &packet), PATH_DROP);
    assert_int_equal(bench->lab->plane.lanes[0].reason, DROP_INNER_MALFORMED);
    done_with(&packet);
    assert_int_equal(queue->given - given, 1);
    assert_int_equal(queue->given, queue->done);
}

/* An IPv6 packet for the phone, with 32 octets behind its header. */
static uint8_t *set_v6(struct bench *bench, uint8_t next)
{
    const struct ruleset *rules = bench->session->rules;
    uint8_t *v6 = bench->frame + ETHERNET;
    memset(v6, 0, 40 + 32);
    memcpy(v6, (const uint8_t[]){0x60, 0, 0, 0, 0, 32, next, 64, 0x20, 1, 0x0d, 0xb8}, 12);
    memcpy(v6 + 24, rules->v6, sizeof rules->v6);
    v6[39] = 1;
    return v6;
}

static void what_the_slow_path_cannot_read_is_counted_as_done(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    set_v6(bench, PROTOCOL_ROUTING)[40 + 3] = 1; /* segments left */
    is_given_and_done(bench, 0x86dd, 72);
    set_v6(bench, PROTOCOL_DESTINATION_OPTIONS)[40 + 1] = 9; /* longer than the packet */
    is_given_and_done(bench, 0x86dd, 72);
    set_downlink(bench, PHONE, 0);
    bench->frame[ETHERNET + 3] = 24; /* half a UDP header */
    set_ip_checksum(bench->frame + ETHERNET);
    is_given_and_done(bench, 0x0800, 24);
    bench_free(bench);
}

static void what_the_host_itself_sends_is_not_counted_as_done(void **state)
{
    static const uint8_t gateway[16] = {0x20, 1, 0x0d, 0xb8, 0xca, 0xfe, [15] = 1};
    struct bench *bench = bench_new();
    struct lab *lab = bench->lab;
    struct packet packet;
    (void)state;
    uint8_t *ip = set_v6(bench, PROTOCOL_UDP);
    assert_int_equal(lab_downlink(lab, bytes_of(ip, 72), &packet), PATH_TO_N3);
    assert_non_null(packet.queue);
    memcpy(ip + 8, gateway, sizeof gateway);
    assert_int_equal(lab_downlink(lab, bytes_of(ip, 72), &packet), PATH_TO_N3);
    assert_null(packet.queue);
    const size_t length = set_inner(ip, (const uint8_t[]){10, 45, 0, 1}, PHONE, 53, 100);
    assert_int_equal(lab_downlink(lab, bytes_of(ip, length), &packet), PATH_TO_N3);
    assert_null(packet.queue);
    bench_free(bench);
}

static void what_came_past_the_program_hides_nothing_that_comes_to_the_slow_path_later(void **state)
{
    struct bench *bench = bench_new();
    struct lab *lab = bench->lab;
    struct packet packet;
    (void)state;
    const size_t length = set_downlink(bench, PHONE, 100);
    assert_int_equal(lab_switch(lab, bench->seid, &lab->gnb, 0, false), PFCP_ACCEPTED);
    for (unsigned i = 0; i < 5; i++) { /* from another address of the host */
        if (i == 1)                    /* while one is held */
            assert_int_equal(lab_switch(lab, bench->seid, &lab->gnb, 0, false), PFCP_ACCEPTED);
        assert_int_equal(lab_downlink(lab, bytes_of(bench->frame + ETHERNET, length), &packet), PATH_HELD);
        done_with(&packet);
    }
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(lab_switch(lab, bench->seid, &lab->gnb, 0x1234, false), PFCP_ACCEPTED);
    assert_int_equal(run(bench), XDP_PASS); /* the one before it is still in the slow path */
    is_carried_by_the_slow_path(bench);
    is_carried_by_the_slow_path(bench);
    assert_int_equal(run(bench), XDP_REDIRECT);
    bench_free(bench);
}

/* Three packets are given, and read as one that the host has put together: how many of them are not done then. */
static unsigned left_of_three(struct bench *bench)
{
    enum { HEADERS = 28, PIECE = 100, PIECES = 3 };
    struct lab *lab = bench->lab;
    struct packet packet;
    uint8_t joined[HEADERS + PIECES * PIECE];
    set_downlink(bench, PHONE, PIECE);
    goes_first(bench);
    for (unsigned i = 1; i < PIECES; i++)
        assert_int_equal(run(bench), XDP_PASS);
    lab_load(lab, bytes_of(joined, set_inner(joined, OUTSIDE, PHONE, 5000, PIECES * PIECE)), &packet);
    packet.segment_bytes = PIECE;
    packet.header_bytes = HEADERS;
    assert_int_equal(path_downlink(&lab->plane, &lab->plane.lanes[0], &lab->networks[0], &packet),
                     PATH_TO_N3);
    done_with(&packet);
    const struct fast_queue *queue = fast_queue_downlink(&lab->plane, bench->session);
    return queue->given - queue->done;
}

static void packets_that_the_host_puts_together_behind_the_program_are_done_one_by_one(void **state)
{
    struct bench *bench = bench_new();
    (void)state;
    bench->fast.seat_count = 1;
    bench->fast.seats[0].mode = FAST_NATIVE;
    assert_int_equal(left_of_three(bench), 0);
    assert_int_equal(run(bench), XDP_REDIRECT);
    bench->fast.seats[0].mode = FAST_GENERIC; /* there it has seen them together */
    assert_int_equal(left_of_three(bench), 2);
    assert_int_equal(run(bench), XDP_PASS);
    bench_free(bench);
}

static void datagrams_that_the_host_puts_together_before_the_program_sees_them_are_not_counted_as_done(
    void **state)
{
    struct bench *bench = bench_new();
    struct lab *lab = bench->lab;
    const uint8_t inner[28] = {0x45, [3] = 28, [9] = PROTOCOL_UDP};
    const size_t length = GTPU_HEADER_CONTAINER + sizeof inner;
    struct packet packet;
    (void)state;
    bench->fast.seat_count = 1;
    for (enum fast_mode mode = FAST_NATIVE; mode <= FAST_GENERIC; mode++) {
        bench->fast.seats[0].mode = mode;
        for (unsigned joined = 0; joined <= 1; joined++) {
            lab_load(lab, bytes_of(inner, 0), &packet);
            gtpu_g_pdu_header(packet.data, bench->teid, GTPU_UPLINK, QFI, false, sizeof inner);
            memcpy(packet.data + GTPU_HEADER_CONTAINER, inner, sizeof inner);
            packet.length = length;
            packet.joined = joined;
            path_uplink(&lab->plane, &lab->plane.lanes[0], &lab->gnb, &packet);
            assert_int_equal(packet.queue != NULL, mode == FAST_NATIVE || !joined);
        }
    }
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_follows_a_packet_that_the_slow_path_judges_goes_there_until_that_has_left),
        cmocka_unit_test(what_the_host_has_lost_is_not_waited_for_for_ever),
        cmocka_unit_test(what_went_aside_just_before_is_waited_for_beside_what_begins_to_queue),
        cmocka_unit_test(what_is_given_in_the_clocks_next_tick_is_not_taken_for_lost),
        cmocka_unit_test(a_session_returns_within_a_second_whatever_strangers_have_sent_for_it_meanwhile),
        cmocka_unit_test(datagrams_that_only_the_slow_path_reads_are_not_counted_as_done),
        cmocka_unit_test(what_a_crowded_worker_refuses_is_counted_as_done),
        cmocka_unit_test(what_the_slow_path_cannot_read_is_counted_as_done),
        cmocka_unit_test(what_the_host_itself_sends_is_not_counted_as_done),
        cmocka_unit_test(what_came_past_the_program_hides_nothing_that_comes_to_the_slow_path_later),
        cmocka_unit_test(packets_that_the_host_puts_together_behind_the_program_are_done_one_by_one),
        cmocka_unit_test(
            datagrams_that_the_host_puts_together_before_the_program_sees_them_are_not_counted_as_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
