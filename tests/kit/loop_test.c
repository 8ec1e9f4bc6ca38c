/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "kit/loop.h"

static struct loop *loop;
static int settled, read_count;

static int setup(void **state)
{
    (void)state;
    loop = loop_new();
    settled = read_count = 0;
    return loop ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

static void stop_now(struct timer *timer)
{
    (void)timer;
    loop_stop(loop, 3);
}

static void a_timer_fires_and_the_code_comes_back(void **state)
{
    (void)state;
    struct timer timer = {.fire = stop_now};
    int64_t before = clock_now();
    timer_start(loop_timers(loop), &timer, MILLISECONDS(5));
    assert_int_equal(loop_run(loop), 3);
    assert_true(clock_now() - before >= MILLISECONDS(4));
}

static void count_settle(void *context)
{
    (void)context;
    if (++settled == 2)
        assert_int_equal(read_count, 2);
}

static struct watch pipes[2];

static void read_one(struct watch *watch, uint32_t events)
{
    char byte;
    assert_true(events & EPOLLIN);
    assert_int_equal(read(watch->fd, &byte, 1), 1);
    if (++read_count == 2)
        loop_stop(loop, 0);
}

static void one_batch_one_settle(void **state)
{
    (void)state;
    int fds[2][2];
    loop_on_settle(loop, count_settle, NULL);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pipe(fds[i]), 0);
        assert_int_equal(write(fds[i][1], "x", 1), 1);
        pipes[i] = (struct watch){.fd = fds[i][0], .ready = read_one};
        assert_true(loop_watch(loop, &pipes[i], EPOLLIN));
    }
    loop_run(loop);
    assert_int_equal(settled, 2); /* at the start, and once for both */
    for (int i = 0; i < 2; i++) {
        loop_forget(loop, &pipes[i]);
        close(fds[i][0]);
        close(fds[i][1]);
    }
}

/* Whichever of the two runs first forgets and poisons the other. */
static void forget_other(struct watch *watch, uint32_t events)
{
    struct watch *other = &pipes[watch == &pipes[0]];
    (void)events;
    read_count++;
    loop_forget(loop, other);
    other->ready = NULL;
    loop_stop(loop, 0);
}

static void a_watch_forgotten_within_the_batch_is_not_called(void **state)
{
    (void)state;
    int fds[2][2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pipe(fds[i]), 0);
        assert_int_equal(write(fds[i][1], "x", 1), 1);
        pipes[i] = (struct watch){.fd = fds[i][0], .ready = forget_other};
        assert_true(loop_watch(loop, &pipes[i], EPOLLIN));
    }
    loop_run(loop);
    assert_int_equal(read_count, 1);
    for (int i = 0; i < 2; i++) {
        close(fds[i][0]);
        close(fds[i][1]);
    }
}

static void on_signal(void *context, int number)
{
    *(int *)context = number;
    loop_stop(loop, 0);
}

static void a_signal_is_a_call_from_the_loop(void **state)
{
    (void)state;
    int got = 0;
    assert_true(loop_on_signal(loop, SIGHUP, on_signal, &got));
    raise(SIGHUP);
    loop_run(loop);
    assert_int_equal(got, SIGHUP);
    assert_false(loop_on_signal(loop, 999, on_signal, &got));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_timer_fires_and_the_code_comes_back),
        TEST(one_batch_one_settle),
        TEST(a_watch_forgotten_within_the_batch_is_not_called),
        TEST(a_signal_is_a_call_from_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
