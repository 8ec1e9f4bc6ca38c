/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <string.h>

#include "kit/co.h"

static struct co_pool *pool;
static struct co *self;
static intptr_t heard[4];
static int steps;

static int setup(void **state)
{
    (void)state;
    pool = co_pool_new(64 * 1024, 100);
    steps = 0;
    return pool ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    co_pool_free(pool);
    return 0;
}

static void listens_twice(void *argument)
{
    assert_ptr_equal(co_self(), self);
    heard[0] = (intptr_t)argument;
    heard[1] = co_suspend();
    heard[2] = co_suspend();
    steps = 3;
}

static void it_waits_in_the_middle_and_hears_each_word(void **state)
{
    (void)state;
    assert_true(co_start(pool, &self, listens_twice, (void *)10));
    assert_int_equal(heard[0], 10);
    assert_int_equal(co_pool_running(pool), 1);
    assert_null(co_self());
    co_resume(self, 11);
    co_resume(self, 12);
    assert_int_equal(heard[1], 11);
    assert_int_equal(heard[2], 12);
    assert_int_equal(steps, 3);
    assert_int_equal(co_pool_running(pool), 0);
}

static struct co *inner;

static void inner_body(void *argument)
{
    (void)argument;
    steps = 1;
    co_suspend();
    steps = 2;
}

static void outer_body(void *argument)
{
    (void)argument;
    assert_true(co_start(pool, &inner, inner_body, NULL));
    assert_ptr_equal(co_self(), self);
    assert_int_equal(steps, 1);
    co_suspend();
    co_resume(inner, 0);
    assert_int_equal(steps, 2);
}

static void one_coroutine_may_run_another(void **state)
{
    (void)state;
    assert_true(co_start(pool, &self, outer_body, NULL));
    assert_int_equal(co_pool_running(pool), 2);
    co_resume(self, 0);
    assert_int_equal(co_pool_running(pool), 0);
}

static struct co *waiting[100];

static void fills_its_stack(void *argument)
{
    volatile char space[16 * 1024];
    memset((char *)space, (int)(intptr_t)argument, sizeof space);
    co_suspend();
    for (size_t i = 0; i < sizeof space; i++)
        assert_int_equal(space[i], (char)(intptr_t)argument);
    steps++;
}

static void stacks_are_separate_bounded_and_reused(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        for (intptr_t i = 0; i < 100; i++)
            assert_true(co_start(pool, &waiting[i], fills_its_stack, (void *)i));
        assert_false(co_start(pool, NULL, fills_its_stack, NULL));
        for (int i = 0; i < 100; i++)
            co_resume(waiting[(i * 37) % 100], 0);
        assert_int_equal(co_pool_running(pool), 0);
    }
    assert_int_equal(steps, 300);
}

static void keeps_doubles(void *argument)
{
    double sum = *(double *)argument;
    for (int i = 0; i < 10; i++)
        sum = sum / 3 + (double)co_suspend();
    *(double *)argument = sum;
}

static void values_in_registers_survive(void **state)
{
    (void)state;
    double a = 1, b = 1, straight = 1;
    struct co *left, *right;
    assert_true(co_start(pool, &left, keeps_doubles, &a));
    assert_true(co_start(pool, &right, keeps_doubles, &b));
    for (int i = 0; i < 10; i++) {
        co_resume(left, i);
        co_resume(right, i);
        straight = straight / 3 + i;
    }
    assert_true(a == straight && b == straight);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_waits_in_the_middle_and_hears_each_word),
        TEST(one_coroutine_may_run_another),
        TEST(stacks_are_separate_bounded_and_reused),
        TEST(values_in_registers_survive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
