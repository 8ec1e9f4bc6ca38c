/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdlib.h>

#include "kit/timers.h"

struct probe {
    struct timer timer;
    int name;
};

static struct timers timers;
static int fired[2000];
static int fired_count;

static void note(struct timer *timer)
{
    assert_false(timer_armed(timer));
    fired[fired_count++] = ((struct probe *)timer)->name;
}

static int setup(void **state)
{
    (void)state;
    fired_count = 0;
    timers_init(&timers, 1000);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    timers_free(&timers);
    return 0;
}

static void they_fire_in_order_of_time_then_of_arming(void **state)
{
    (void)state;
    struct probe a = {{.fire = note}, 1}, b = {{.fire = note}, 2}, c = {{.fire = note}, 3};
    timer_start(&timers, &a.timer, 20);
    timer_start(&timers, &b.timer, 10);
    timer_start(&timers, &c.timer, 10);
    assert_int_equal(timers_next(&timers), 1010);
    timers_run(&timers, 1009);
    assert_int_equal(fired_count, 0);
    timers_run(&timers, 1020);
    assert_int_equal(fired_count, 3);
    assert_int_equal(fired[0], 2);
    assert_int_equal(fired[1], 3);
    assert_int_equal(fired[2], 1);
    assert_int_equal(timers_next(&timers), INT64_MAX);
}

static void a_stopped_timer_does_not_fire_and_a_rearmed_one_fires_once(void **state)
{
    (void)state;
    struct probe a = {{.fire = note}, 1}, b = {{.fire = note}, 2};
    timer_start(&timers, &a.timer, 5);
    timer_start(&timers, &b.timer, 5);
    timer_start(&timers, &b.timer, 50);
    timer_stop(&timers, &a.timer);
    timer_stop(&timers, &a.timer);
    timers_run(&timers, 1049);
    assert_int_equal(fired_count, 0);
    timers_run(&timers, 1050);
    assert_int_equal(fired_count, 1);
    assert_int_equal(fired[0], 2);
}

static void again(struct timer *timer)
{
    note(timer);
    timer_start(&timers, timer, 0);
}

static void a_timer_that_rearms_at_once_does_not_hold_the_clock(void **state)
{
    (void)state;
    struct probe a = {{.fire = again}, 1};
    timer_start(&timers, &a.timer, 0);
    timers_run(&timers, 1000);
    assert_int_equal(fired_count, 1);
    timers_run(&timers, 1000);
    assert_int_equal(fired_count, 2);
    timer_stop(&timers, &a.timer);
}

static void the_clock_never_goes_back(void **state)
{
    (void)state;
    timers_run(&timers, 5000);
    timers_run(&timers, 10);
    assert_int_equal(timers.now, 5000);
}

static void random_arming_and_stopping_keeps_the_order(void **state)
{
    (void)state;
    static struct probe many[1000];
    srand(7);
    for (int i = 0; i < 1000; i++) {
        many[i] = (struct probe){{.fire = note}, i};
        timer_start(&timers, &many[i].timer, rand() % 500);
    }
    for (int i = 0; i < 1000; i += 3)
        timer_stop(&timers, &many[i].timer);
    for (int i = 0; i < 1000; i += 7)
        timer_start(&timers, &many[i].timer, rand() % 500);
    size_t armed = timers.count;
    timers_run(&timers, 1500);
    assert_int_equal(fired_count, armed);
    for (int i = 1; i < fired_count; i++) {
        const struct timer *a = &many[fired[i - 1]].timer, *b = &many[fired[i]].timer;
        assert_true(a->due < b->due || (a->due == b->due && a->order < b->order));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(they_fire_in_order_of_time_then_of_arming),
        TEST(a_stopped_timer_does_not_fire_and_a_rearmed_one_fires_once),
        TEST(a_timer_that_rearms_at_once_does_not_hold_the_clock),
        TEST(the_clock_never_goes_back),
        TEST(random_arming_and_stopping_keeps_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
