/* SPDX-License-Identifier: Apache-2.0 */
/* A rate that several sessions share (TS 29.244 5.4.4): UE-AMBR. */
#include "lab.h"

#include <pthread.h>

#include "plane/shared_rate.h"

static const uint8_t server[4] = {8, 8, 8, 8};

enum { KBPS = 20000, SIZE = 1400, SESSIONS = 3 };

/* Two sessions of one UE, and one of another. */
struct bench {
    struct lab *lab;
    uint64_t seids[SESSIONS];
    uint32_t teids[SESSIONS];
    uint8_t inner[2048];
    struct packet packet;
};

static void limit(struct pfcp_qer *qer, uint32_t correlation)
{
    qer->has_correlation_id = true;
    qer->correlation_id = correlation;
    qer->has_mbr = true;
    qer->mbr = (struct pfcp_bit_rate){KBPS, KBPS};
}

static int set_up(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);
    b->lab = lab_new();
    for (uint8_t i = 0; i < SESSIONS; i++) {
        struct lab_session session;
        lab_describe(&session, (uint8_t)(2 + i));
        limit(&session.qer, i < 2 ? 7 : 8);
        b->seids[i] = lab_establish(b->lab, &session, &b->teids[i]);
        assert_int_equal(lab_switch(b->lab, b->seids[i], &b->lab->gnb, 0x50u + i, false), PFCP_ACCEPTED);
    }
    *state = b;
    return 0;
}

static bool pass(struct bench *b, unsigned i, enum direction direction)
{
    const uint8_t ue[4] = {10, 45, 0, (uint8_t)(2 + i)};
    if (direction == DOWNLINK) {
        size_t length = lab_udp(b->inner, server, ue, 99, SIZE - 28);
        return lab_downlink(b->lab, bytes_of(b->inner, length), &b->packet) == PATH_TO_N3;
    }
    size_t length = lab_udp(b->inner, ue, server, 99, SIZE - 28);
    return lab_uplink(b->lab, &b->lab->gnb, b->teids[i], 1, bytes_of(b->inner, length), &b->packet) ==
           PATH_TO_N6;
}

/* Offers the full rate to each session of `which` for a while; the kbit/s that passed over all of them. */
static double offer(struct bench *b, unsigned which, enum direction direction, int64_t time)
{
    int64_t step = (int64_t)SIZE * 8 * 1000000 / KBPS, end = b->lab->timers.now + time;
    uint64_t passed = 0;
    for (; b->lab->timers.now < end; b->lab->timers.now += step)
        for (unsigned i = 0; i < SESSIONS; i++)
            passed += (which >> i & 1) && pass(b, i, direction) ? SIZE : 0;
    return (double)passed * 8 * 1e6 / (double)time;
}

static bool is_the_rate(double kbps)
{
    return kbps > 0.98 * KBPS && kbps < 1.02 * KBPS;
}

static void two_sessions_together_do_not_exceed_the_rate(void **state)
{
    struct bench *b = *state;
    for (enum direction direction = UPLINK; direction <= DOWNLINK; direction++) {
        offer(b, 3, direction, SECONDS(1)); /* uses the burst up */
        assert_true(is_the_rate(offer(b, 3, direction, SECONDS(10))));
    }
}

static void another_phone_has_a_rate_of_its_own(void **state)
{
    struct bench *b = *state;
    offer(b, 7, DOWNLINK, SECONDS(1));
    double kbps = offer(b, 7, DOWNLINK, SECONDS(10));
    assert_true(kbps > 1.96 * KBPS && kbps < 2.04 * KBPS);
}

static void what_one_session_leaves_the_other_may_use(void **state)
{
    struct bench *b = *state;
    offer(b, 3, DOWNLINK, SECONDS(1));
    struct pfcp_message deletion = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = b->seids[0]};
    lab_ask(b->lab, &deletion);
    assert_true(is_the_rate(offer(b, 2, DOWNLINK, SECONDS(10))));
}

static void the_rate_ends_with_its_last_session(void **state)
{
    struct bench *b = *state;
    assert_int_equal(b->lab->plane.shared_rates.count, 2);
    for (unsigned i = 0; i < 2; i++) {
        struct pfcp_message deletion = {.type = PFCP_SESSION_DELETION_REQUEST, .seid = b->seids[i]};
        lab_ask(b->lab, &deletion);
    }
    agent_poll(b->lab->agent);
    assert_int_equal(b->lab->plane.shared_rates.count, 1);
}

static void a_change_takes_effect_at_once(void **state)
{
    struct bench *b = *state;
    for (unsigned i = 0; i < 2; i++) {
        struct pfcp_qer qer = {.qer_id = 1, .has_mbr = true, .mbr = {KBPS / 2, KBPS / 2}};
        struct pfcp_message change = {
            .type = PFCP_SESSION_MODIFICATION_REQUEST,
            .seid = b->seids[i],
            .session_modification_request = {.update_qers = &qer, .update_qers_count = 1},
        };
        assert_int_equal(lab_ask(b->lab, &change).session_modification_response.cause, PFCP_ACCEPTED);
    }
    offer(b, 3, DOWNLINK, SECONDS(1));
    double kbps = offer(b, 3, DOWNLINK, SECONDS(10));
    assert_true(kbps > 0.49 * KBPS && kbps < 0.51 * KBPS);
}

struct taker {
    struct shared_rate *shared;
    uint64_t taken;
};

static void *take(void *context)
{
    struct taker *taker = context;
    _Atomic int64_t *booked = shared_rate_booked(taker->shared, DOWNLINK);
    for (int64_t now = SECONDS(1); now < SECONDS(2); now += MILLISECONDS(1) / 8)
        taker->taken += bucket_take_shared(booked, now, SIZE, KBPS) ? SIZE : 0;
    return NULL;
}

static void threads_that_take_at_once_do_not_exceed_it(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    struct map rates;
    struct taker takers[THREADS];
    pthread_t threads[THREADS];
    uint64_t taken = 0;
    map_init(&rates, 1);
    for (unsigned i = 0; i < THREADS; i++) {
        takers[i] = (struct taker){.shared = shared_rate_join(&rates, 1)};
        assert_non_null(takers[i].shared);
        assert_int_equal(pthread_create(&threads[i], NULL, take, &takers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        taken += takers[i].taken;
        shared_rate_leave(takers[i].shared);
    }
    const uint64_t second = KBPS * UINT64_C(1000) / 8, burst = second / 20;
    assert_in_range(taken, second - SIZE, second + burst + SIZE);
    assert_int_equal(rates.count, 0);
    map_free(&rates);
}

int main(void)
{
#define BENCH(name) cmocka_unit_test_setup_teardown(name, set_up, lab_tear_down)
    const struct CMUnitTest tests[] = {
        BENCH(two_sessions_together_do_not_exceed_the_rate),
        BENCH(another_phone_has_a_rate_of_its_own),
        BENCH(what_one_session_leaves_the_other_may_use),
        BENCH(the_rate_ends_with_its_last_session),
        BENCH(a_change_takes_effect_at_once),
        cmocka_unit_test(threads_that_take_at_once_do_not_exceed_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
