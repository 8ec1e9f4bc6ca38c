/* SPDX-License-Identifier: Apache-2.0 */
/* Two paths, and no packet that overtakes another: while a phone sleeps and wakes, moves, or is shaped. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stdlib.h>

#include "fast_lab.h"
#include "plane/end_markers.h"
#include "plane/fast/done.h"
#include "plane/fast/grace.h"
#include "plane/fast/places.h"
#include "plane/fast/queue.h"

enum { NUMBER_AT = 28, IN_TUNNEL = OUTER + GTPU_HEADER_CONTAINER, TUNNEL = 0x1234, OTHER_TUNNEL = 0x4321 };

static void set_number(uint8_t *inner, uint32_t number)
{
    memcpy(inner + NUMBER_AT, &number, sizeof number);
}

static uint32_t number_of(const uint8_t *inner)
{
    uint32_t number;
    memcpy(&number, inner + NUMBER_AT, sizeof number);
    return number;
}

/* --- downlink packets of a phone, numbered, that go through both paths as the host would take them --- */

enum { WAITING = 4096, INNER = 28 + 16 };

struct traffic {
    struct bench *bench;
    struct random *random;
    uint32_t numbers;                /* given so far */
    uint8_t waiting[WAITING][INNER]; /* left to the slow path and not read by it yet */
    unsigned first, last;
    uint32_t batch[FAST_DONE]; /* of a worker, not sent yet */
    unsigned batched;
    struct fast_done done;
    uint32_t next; /* that has to leave */
    unsigned fast, slow;
};

static void leaves(struct traffic *traffic, uint32_t number, unsigned *path)
{
    assert_int_equal(number, traffic->next);
    traffic->next++;
    ++*path;
}

static void arrives(struct traffic *traffic)
{
    struct bench *bench = traffic->bench;
    set_downlink(bench, PHONE, INNER - 28);
    set_number(bench->frame + ETHERNET, traffic->numbers++);
    if (run(bench) == XDP_REDIRECT) {
        leaves(traffic, number_of(bench->out + ETHERNET + IN_TUNNEL), &traffic->fast);
        return;
    }
    assert_int_equal(bench->verdict, XDP_PASS);
    assert_true(traffic->last < WAITING);
    memcpy(traffic->waiting[traffic->last++], bench->frame + ETHERNET, INNER);
}

static void flush(struct traffic *traffic)
{
    for (unsigned i = 0; i < traffic->batched; i++)
        leaves(traffic, traffic->batch[i], &traffic->slow);
    traffic->batched = 0;
    fast_done_tell(&traffic->done);
}

static void is_read(struct traffic *traffic)
{
    struct packet packet;
    if (traffic->first == traffic->last || !fast_done_fits(&traffic->done))
        return;
    const struct bytes inner = bytes_of(traffic->waiting[traffic->first++], INNER);
    const enum verdict verdict = lab_downlink(traffic->bench->lab, inner, &packet);
    fast_done_note(&traffic->done, &packet);
    if (verdict == PATH_TO_N3)
        traffic->batch[traffic->batched++] = number_of(packet.data + GTPU_HEADER_CONTAINER);
    else
        assert_int_equal(verdict, PATH_HELD);
}

/* What was held leaves when the phone can be reached; a worker in the middle of a batch has ended it by then, as before it held. */
static void switch_to(struct traffic *traffic, uint32_t teid)
{
    struct lab *lab = traffic->bench->lab;
    flush(traffic);
    lab->n3_count = lab->n4_count = 0;
    assert_int_equal(lab_switch(lab, traffic->bench->seid, &lab->gnb, teid, false), PFCP_ACCEPTED);
    for (unsigned i = 0; i < lab->n3_count; i++)
        if (lab->n3[i].data[GTPU_HEADER_CONTAINER] >> 4 == 4) /* no router advertisement */
            leaves(traffic, number_of(lab->n3[i].data + GTPU_HEADER_CONTAINER), &traffic->slow);
    lab->n3_count = lab->n4_count = 0;
}

static void something_happens(struct traffic *traffic)
{
    enum { ALL = 100, ARRIVES = 45, READ = 90, FLUSHED = 97 };
    const unsigned chance = (unsigned)(random_u64(traffic->random) % ALL);
    if (chance < ARRIVES)
        arrives(traffic);
    else if (chance < READ)
        is_read(traffic);
    else if (chance < FLUSHED)
        flush(traffic);
    else
        switch_to(traffic, chance % 2 ? TUNNEL : 0);
}

static void nothing_overtakes_what_waits_for_a_phone_that_sleeps(void **state)
{
    enum { STEPS = 6000 };
    struct bench *bench = bench_new();
    struct traffic *traffic = calloc(1, sizeof *traffic);
    (void)state;
    assert_non_null(traffic);
    *traffic = (struct traffic){.bench = bench, .random = &bench->lab->random.random};
    bench->lab->plane.policy.buffer_per_session = bench->lab->plane.policy.buffer_total = WAITING;
    for (unsigned i = 0; i < STEPS; i++)
        something_happens(traffic);
    switch_to(traffic, TUNNEL);
    while (traffic->first < traffic->last || traffic->batched) {
        is_read(traffic);
        flush(traffic);
    }
    assert_int_equal(traffic->next, traffic->numbers); /* none is lost, either */
    print_message("# %u by the fast path, %u by the slow one\n", traffic->fast, traffic->slow);
    assert_true(traffic->fast > STEPS / 20 && traffic->slow > STEPS / 20);
    free(traffic);
    bench_free(bench);
}

/* --- moves --- */

static void what_a_phone_sends_at_its_next_gnb_waits_and_is_not_overtaken(void **state)
{
    struct bench *bench = bench_new();
    struct lab *lab = bench->lab;
    struct packet first, second;
    (void)state;
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 10);
    set_outer(bench, &lab->other_gnb, bench->length - ETHERNET - OUTER);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(run_slow(bench, &lab->other_gnb, &first), PATH_HELD);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(lab_switch(lab, bench->seid, &lab->other_gnb, OTHER_TUNNEL, false), PFCP_ACCEPTED);
    assert_int_equal(lab->n6_count, 1);
    assert_int_equal(run(bench), XDP_PASS); /* the second is still in the slow path */
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(run_slow(bench, &lab->other_gnb, &second), PATH_TO_N6);
    assert_int_equal(run(bench), XDP_REDIRECT);
    set_outer(bench, &lab->gnb, bench->length - ETHERNET - OUTER);
    assert_int_equal(run(bench), XDP_PASS); /* what the last gNB had is still taken */
    assert_int_equal(run_slow(bench, &lab->gnb, &first), PATH_TO_N6);
    bench_free(bench);
}

struct watcher {
    int program;
    uint8_t frame[FRAME];
    size_t length;
    atomic_bool end;
    atomic_uint seen, mixed;
    struct lab *lab;
};

static bool leads(const uint8_t *out, const union socket_address *gnb, uint32_t teid)
{
    const uint32_t wanted = htonl(teid);
    return memcmp(out + ETHERNET + 16, &gnb->v4.sin_addr, 4) == 0 &&
           memcmp(out + ETHERNET + OUTER + 4, &wanted, 4) == 0;
}

static void *watch(void *context)
{
    struct watcher *watcher = context;
    uint8_t out[FRAME];
    while (!atomic_load(&watcher->end)) {
        LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = watcher->frame,
                    .data_size_in = (unsigned)watcher->length, .data_out = out, .data_size_out = sizeof out);
        if (bpf_prog_test_run_opts(watcher->program, &options) != 0 || options.retval != XDP_REDIRECT)
            continue;
        atomic_fetch_add(&watcher->seen, 1);
        if (!leads(out, &watcher->lab->gnb, TUNNEL) && !leads(out, &watcher->lab->other_gnb, OTHER_TUNNEL))
            atomic_fetch_add(&watcher->mixed, 1);
    }
    return NULL;
}

/* Nothing that is meant for one gNB's tunnel goes to another gNB. */
/* They come from the phone's own gNB, and are no packets of the phone's. */
static void what_is_led_on_to_the_next_gnb_is_the_slow_paths(void **state)
{
    struct bench *bench = bench_new();
    struct packet packet;
    (void)state;
    const uint32_t own = bench->teid, forwarding = lab_lead_on(bench->lab, bench->seid);
    for (unsigned i = 0; i < 3; i++) {
        bench->teid = forwarding;
        set_tunnelled(bench, OUTSIDE, PHONE, 53, 100);
        assert_int_equal(run(bench), XDP_PASS);
        assert_int_equal(run_slow(bench, &bench->lab->gnb, &packet), PATH_TO_N3);
        assert_true(address_same_host(&packet.to, &bench->lab->other_gnb));
        bench->teid = own;
        set_tunnelled(bench, PHONE, OUTSIDE, 53, 100);
        assert_int_equal(run(bench), XDP_REDIRECT);
    }
    bench_free(bench);
}

static void a_packet_goes_to_the_gnb_whose_tunnel_it_names(void **state)
{
    enum { MOVES = 400 };
    struct bench *bench = bench_new();
    struct lab *lab = bench->lab;
    struct watcher watcher = {.program = bench->fast.program, .lab = lab};
    pthread_t thread;
    (void)state;
    set_downlink(bench, PHONE, 100);
    memcpy(watcher.frame, bench->frame, watcher.length = bench->length);
    assert_int_equal(lab_switch(lab, bench->seid, &lab->other_gnb, OTHER_TUNNEL, false), PFCP_ACCEPTED);
    remember_gnb(bench, bench->session->gnb);
    assert_int_equal(pthread_create(&thread, NULL, watch, &watcher), 0);
    for (unsigned i = 0; i < MOVES || atomic_load(&watcher.seen) < MOVES; i++) {
        const bool there = i % 2;
        struct fast_queue *queue = fast_queue_downlink(&lab->plane, bench->session);
        lab->n4_count = lab->n3_count = 0;
        queue->done = queue->given + 1; /* nobody reads what the slow path is given */
        assert_int_equal(lab_switch(lab, bench->seid, there ? &lab->other_gnb : &lab->gnb,
                                    there ? OTHER_TUNNEL : TUNNEL, false),
                         PFCP_ACCEPTED);
    }
    atomic_store(&watcher.end, true);
    pthread_join(thread, NULL);
    assert_int_equal(atomic_load(&watcher.mixed), 0);
    bench_free(bench);
}

static bool has_end_marker(const struct lab *lab)
{
    for (unsigned i = 0; i < lab->n3_count; i++)
        if (lab->n3[i].data[1] == GTPU_END_MARKER)
            return true;
    return false;
}

static void an_end_marker_waits_for_processors_that_may_still_send_on_the_old_path(void **state)
{
    struct bench *bench = bench_new();
    struct lab *lab = bench->lab;
    (void)state;
    bench->fast.grace = grace_new();
    assert_non_null(bench->fast.grace);
    assert_int_equal(lab_switch(lab, bench->seid, &lab->other_gnb, OTHER_TUNNEL, true), PFCP_ACCEPTED);
    while (!has_end_marker(lab))
        lab_sleep(lab, MILLISECONDS(1));
    assert_true(grace_passed(bench->fast.grace, 1));
    assert_memory_equal(&lab->n3[0].to.v4.sin_addr, &lab->gnb.v4.sin_addr, 4);
    grace_free(bench->fast.grace);
    bench->fast.grace = NULL;
    bench_free(bench);
}

static void the_place_of_a_session_is_no_others_while_a_processor_may_look_at_it(void **state)
{
    struct bench *bench = bench_open(1);
    struct fast *fast = &bench->fast;
    (void)state;
    fast->grace = grace_new();
    assert_non_null(fast->grace);
    assert_int_equal(fast_take_place(fast, 0), 1);
    assert_int_equal(fast_take_place(fast, 0), 0);
    fast_give_place_back(fast, 1);
    while (fast_take_place(fast, 0) == 0)
        assert_int_equal(fast->resting_count, 1);
    assert_true(grace_passed(fast->grace, 1));
    grace_free(fast->grace);
    fast->grace = NULL;
    bench_free(bench);
}

/* --- shaping (rule H2 of the line) --- */

static void shape(struct lab *lab, uint32_t round, uint64_t kbps)
{
    struct pfcp_shaping_of_peer item = {.ip.has_v4 = true, .uplink = kbps, .downlink = kbps};
    memcpy(item.ip.v4, &lab->gnb.v4.sin_addr, 4);
    struct pfcp_message request = {
        .type = PFCP_ASSOCIATION_UPDATE_REQUEST,
        .association_update_request = {.node_id.ip = {.has_v4 = true, .v4 = {127, 0, 0, 4}},
                                       .has_shaping = true,
                                       .shaping = {.round = round, .flags = PFCP_SHAPING_LAST},
                                       .shaped = &item,
                                       .shaped_count = kbps ? 1 : 0}};
    assert_int_equal(lab_ask(lab, &request).association_update_response.cause, PFCP_ACCEPTED);
}

static void what_goes_through_a_gnb_that_is_shaped_takes_the_slow_path_both_ways(void **state)
{
    struct bench *bench = bench_new();
    struct lab *lab = bench->lab;
    struct packet packet;
    (void)state;
    shape(lab, 1, 1000);
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 10);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(run_slow(bench, &lab->gnb, &packet), PATH_TO_N6);
    const size_t inner = set_downlink(bench, PHONE, 100);
    assert_int_equal(run(bench), XDP_PASS);
    assert_int_equal(lab_downlink(lab, bytes_of(bench->frame + ETHERNET, inner), &packet), PATH_TO_N3);
    done_with(&packet);
    assert_ptr_equal(packet.shaped, bench->session->gnb);
    bench->session->gnb->shaping.waiting[DOWNLINK] = 1; /* as a worker says while it keeps one */
    shape(lab, 2, 0);
    lab_sleep(lab, MILLISECONDS(50));
    assert_int_equal(run(bench), XDP_PASS);
    lab_downlink(lab, bytes_of(bench->frame + ETHERNET, inner), &packet);
    done_with(&packet);
    bench->session->gnb->shaping.waiting[DOWNLINK] = 0;
    lab_sleep(lab, MILLISECONDS(50));
    assert_int_equal(run(bench), XDP_REDIRECT);
    set_tunnelled(bench, PHONE, OUTSIDE, 53, 10);
    assert_int_equal(run(bench), XDP_REDIRECT);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_overtakes_what_waits_for_a_phone_that_sleeps),
        cmocka_unit_test(what_a_phone_sends_at_its_next_gnb_waits_and_is_not_overtaken),
        cmocka_unit_test(what_is_led_on_to_the_next_gnb_is_the_slow_paths),
        cmocka_unit_test(a_packet_goes_to_the_gnb_whose_tunnel_it_names),
        cmocka_unit_test(an_end_marker_waits_for_processors_that_may_still_send_on_the_old_path),
        cmocka_unit_test(the_place_of_a_session_is_no_others_while_a_processor_may_look_at_it),
        cmocka_unit_test(what_goes_through_a_gnb_that_is_shaped_takes_the_slow_path_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
