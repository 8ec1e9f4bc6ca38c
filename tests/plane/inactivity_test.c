/* SPDX-License-Identifier: Apache-2.0 */
/* User plane inactivity (TS 29.244 5.11.3): the SMF is told once that no packet has passed for as long as it said, and again only after one has. */
#include "bench.h"
#include "plane/agent_state.h"

enum { PERIOD = 30 };

static unsigned reports;
static bool silent; /* the SMF answers nothing */

static int set_up(void **state)
{
    struct bench *b = *state = bench_new();
    b->session.request.session_establishment_request.has_inactivity_timer = true;
    b->session.request.session_establishment_request.inactivity_timer = PERIOD;
    bench_connect(b);
    reports = 0;
    silent = false;
    return 0;
}

/* What the plane sends meanwhile: reports are counted, and answered unless the SMF is silent. */
static void pass_time(struct bench *b, int64_t ns)
{
    enum { STEP_MS = 250 };
    for (int64_t left = ns; left > 0; left -= MILLISECONDS(STEP_MS)) {
        b->lab->n4_count = 0;
        lab_sleep(b->lab, left < MILLISECONDS(STEP_MS) ? left : MILLISECONDS(STEP_MS));
        for (unsigned i = 0, sent = b->lab->n4_count; i < sent; i++) {
            struct pfcp_message message;
            struct pfcp_problem problem;
            arena_reset(&b->lab->arena);
            assert_true(pfcp_decode(&b->lab->arena, bytes_of(b->lab->n4[i].data, b->lab->n4[i].length),
                                    &message, &problem));
            if (message.type != PFCP_SESSION_REPORT_REQUEST)
                continue;
            assert_int_equal(message.session_report_request.report_type, PFCP_UPIR);
            assert_int_equal(message.seid, 2);
            reports++;
            if (!silent)
                lab_answer(b->lab, b->seid, message.sequence, PFCP_ACCEPTED);
        }
    }
}

static void up(struct bench *b)
{
    assert_int_equal(bench_up(b, &b->lab->gnb, ue, server, 53), PATH_TO_N6);
}

static void down(struct bench *b)
{
    assert_int_equal(bench_down(b, 100), PATH_TO_N3);
}

static uint8_t watch(struct bench *b, uint32_t seconds)
{
    struct pfcp_message request = {
        .type = PFCP_SESSION_MODIFICATION_REQUEST,
        .seid = b->seid,
        .session_modification_request = {.has_inactivity_timer = true, .inactivity_timer = seconds},
    };
    return lab_ask(b->lab, &request).session_modification_response.cause;
}

static void that_no_packet_comes_is_reported_once(void **state)
{
    struct bench *b = *state;
    pass_time(b, SECONDS(PERIOD) - MILLISECONDS(1));
    assert_int_equal(reports, 0);
    pass_time(b, MILLISECONDS(2));
    assert_int_equal(reports, 1);
    pass_time(b, 20 * SECONDS(PERIOD));
    assert_int_equal(reports, 1);
}

static void the_time_is_from_the_last_packet_of_either_direction(void **state)
{
    struct bench *b = *state;
    pass_time(b, SECONDS(20));
    up(b);
    pass_time(b, SECONDS(20));
    down(b);
    pass_time(b, SECONDS(PERIOD) - MILLISECONDS(1));
    assert_int_equal(reports, 0);
    pass_time(b, MILLISECONDS(2));
    assert_int_equal(reports, 1);
}

static void after_a_packet_it_is_reported_again(void **state)
{
    struct bench *b = *state;
    pass_time(b, SECONDS(PERIOD + 10));
    assert_int_equal(reports, 1);
    up(b);
    pass_time(b, SECONDS(PERIOD) - MILLISECONDS(1));
    assert_int_equal(reports, 1);
    pass_time(b, SECONDS(PERIOD)); /* it is looked at once in a period */
    assert_int_equal(reports, 2);
    pass_time(b, 20 * SECONDS(PERIOD));
    assert_int_equal(reports, 2);
}

static void packets_that_are_refused_or_held_are_no_activity(void **state)
{
    struct bench *b = *state;
    assert_int_equal(lab_switch(b->lab, b->seid, NULL, 0, false), PFCP_ACCEPTED);
    pass_time(b, SECONDS(PERIOD - 1));
    size_t length = lab_udp(b->inner, server, ue, 99, 100);
    b->lab->n4_count = 0;
    assert_int_equal(lab_downlink(b->lab, bytes_of(b->inner, length), &b->packet), PATH_HELD);
    agent_poll(b->lab->agent);
    lab_answer(b->lab, b->seid, lab_last(b->lab).sequence, PFCP_ACCEPTED);
    length = lab_udp(b->inner, server, server, 53, 100);
    assert_int_equal(lab_uplink(b->lab, &b->lab->gnb, b->teid, 1, bytes_of(b->inner, length), &b->packet),
                     PATH_DROP);
    pass_time(b, SECONDS(1) + MILLISECONDS(1));
    assert_int_equal(reports, 1);
}

static void who_asks_anew_has_it_measured_anew(void **state)
{
    struct bench *b = *state;
    pass_time(b, SECONDS(PERIOD - 1));
    assert_int_equal(watch(b, 10), PFCP_ACCEPTED);
    pass_time(b, SECONDS(10) - MILLISECONDS(1));
    assert_int_equal(reports, 0);
    pass_time(b, MILLISECONDS(2));
    assert_int_equal(reports, 1);
    assert_int_equal(watch(b, 10), PFCP_ACCEPTED);
    pass_time(b, SECONDS(10) + MILLISECONDS(1));
    assert_int_equal(reports, 2);
    assert_int_equal(watch(b, 0), PFCP_ACCEPTED);
    up(b);
    pass_time(b, SECONDS(1000));
    assert_int_equal(reports, 2);
}

static void a_report_that_nobody_answers_is_made_again_after_the_time(void **state)
{
    struct bench *b = *state;
    silent = true;
    pass_time(b, SECONDS(PERIOD) + MILLISECONDS(1));
    pass_time(b, SECONDS(9)); /* T1 times N1: given up */
    assert_int_equal(reports, 3);
    silent = false;
    pass_time(b, SECONDS(PERIOD - 1));
    assert_int_equal(reports, 3);
    pass_time(b, SECONDS(2));
    assert_int_equal(reports, 4);
    pass_time(b, 20 * SECONDS(PERIOD));
    assert_int_equal(reports, 4);
}

static void who_does_not_ask_is_told_nothing(void **state)
{
    struct bench *b = *state;
    struct lab_session other;
    uint32_t teid;
    assert_int_equal(watch(b, 0), PFCP_ACCEPTED);
    lab_describe(&other, 3);
    lab_establish(b->lab, &other, &teid);
    pass_time(b, SECONDS(1000));
    assert_int_equal(reports, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, lab_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(that_no_packet_comes_is_reported_once),
        TEST(the_time_is_from_the_last_packet_of_either_direction),
        TEST(after_a_packet_it_is_reported_again),
        TEST(packets_that_are_refused_or_held_are_no_activity),
        TEST(who_asks_anew_has_it_measured_anew),
        TEST(a_report_that_nobody_answers_is_made_again_after_the_time),
        TEST(who_does_not_ask_is_told_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
