/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit/trace.h"

static char folder[] = "/tmp/trace-test-XXXXXX";
static struct loop *loop;
static struct timer stop;

static void stop_loop(struct timer *timer)
{
    (void)timer;
    loop_stop(loop, 0);
}

static void let_it_run(void)
{
    stop.fire = stop_loop;
    timer_start(loop_timers(loop), &stop, MILLISECONDS(20));
    loop_run(loop);
}

static struct trace_record sample(void)
{
    struct trace_record record = {.kind = TRACE_PFCP, .incoming = true, .bytes = bytes_of("abc", 3)};
    address_parse(&record.from, "127.0.0.4", 8805);
    address_parse(&record.to, "2001:db8::7", 8806);
    return record;
}

static void a_collector_that_comes_later_hears_what_is_sent(void **state)
{
    (void)state;
    struct trace *trace = trace_new(loop, folder, "one");
    struct trace_record in = sample(), out;
    assert_non_null(trace);
    assert_false(trace_wanted(trace));
    trace_send(trace, &in);
    struct collector *collector = trace_collect(folder);
    assert_non_null(collector);
    let_it_run();
    assert_true(trace_wanted(trace));
    trace_send(trace, &in);
    assert_true(trace_receive(collector, &out));
    assert_int_equal(out.kind, TRACE_PFCP);
    assert_true(out.incoming && out.time > 0);
    assert_true(address_same_host(&in.from, &out.from) && address_same_host(&in.to, &out.to));
    assert_int_equal(address_port(&out.to), 8806);
    assert_true(bytes_equal(in.bytes, out.bytes));
    assert_false(trace_receive(collector, &out));
    trace_hang_up(collector);
    trace_send(trace, &in);
    assert_false(trace_wanted(trace));
    trace_free(trace);
}

static void a_process_that_starts_later_finds_the_collector(void **state)
{
    (void)state;
    struct collector *collector = trace_collect(folder);
    struct trace *trace = trace_new(loop, folder, "one");
    struct trace_record none;
    assert_int_equal(trace_reporters(collector), 0);
    assert_false(trace_receive(collector, &none));
    assert_int_equal(trace_reporters(collector), 1);
    let_it_run();
    assert_true(trace_wanted(trace));
    trace_hang_up(collector);
    trace_free(trace);
}

static void a_collector_that_does_not_read_holds_nobody_up(void **state)
{
    (void)state;
    struct trace *trace = trace_new(loop, folder, "one");
    struct collector *collector = trace_collect(folder);
    let_it_run();
    struct trace_record in = sample();
    for (int i = 0; i < 100000; i++)
        trace_send(trace, &in);
    assert_true(trace_wanted(trace));
    trace_hang_up(collector);
    trace_free(trace);
}

static void a_burst_is_kept_until_the_collector_reads(void **state)
{
    (void)state;
    struct trace *trace = trace_new(loop, folder, "one");
    struct collector *collector = trace_collect(folder);
    let_it_run();
    struct trace_record in = sample(), out;
    for (int i = 0; i < 100; i++)
        trace_send(trace, &in);
    for (int i = 0; i < 100; i++)
        assert_true(trace_receive(collector, &out));
    assert_false(trace_receive(collector, &out));
    trace_hang_up(collector);
    trace_free(trace);
}

static void no_trace_is_no_burden(void **state)
{
    (void)state;
    struct trace_record in = sample();
    assert_null(trace_new(loop, "/nonexistent", "one"));
    assert_false(trace_wanted(NULL));
    trace_send(NULL, &in);
    trace_free(NULL);
}

static int setup(void **state)
{
    (void)state;
    loop = loop_new();
    return loop && mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    loop_free(loop);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_collector_that_comes_later_hears_what_is_sent),
        cmocka_unit_test(a_process_that_starts_later_finds_the_collector),
        cmocka_unit_test(a_collector_that_does_not_read_holds_nobody_up),
        cmocka_unit_test(a_burst_is_kept_until_the_collector_reads),
        cmocka_unit_test(no_trace_is_no_burden),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
