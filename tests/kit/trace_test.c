/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit/channel.h"
#include "kit/trace.h"

static char folder[] = "/tmp/trace-test-XXXXXX";
static struct loop *loop;
static struct timer stop;
static const struct trace_wish plain, all = {.deciphered = true, .by = "ada"};

static void stop_loop(struct timer *timer)
{
    (void)timer;
    loop_stop(loop, 0);
}

/* What local sockets hold is there at once: each turn takes what the one before has made ready. */
static void let_it_run(void)
{
    stop.fire = stop_loop;
    for (unsigned turn = 0; turn < 4; turn++) {
        timer_start(loop_timers(loop), &stop, 0);
        loop_run(loop);
    }
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
    struct collector *collector = trace_collect(folder, &plain);
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
    struct collector *collector = trace_collect(folder, &plain);
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
    struct collector *collector = trace_collect(folder, &plain);
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
    struct collector *collector = trace_collect(folder, &plain);
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

/* What an overseer was told, and when. */
struct told {
    struct trace *trace;
    unsigned begun, ended;
    uid_t user;
    struct trace_wish wish;
    uint64_t records;
    bool wanted; /* had a copy left when it was told? */
};

static void told_begin(void *context, uid_t user, const struct trace_wish *wish)
{
    struct told *told = context;
    told->begun++;
    told->user = user;
    told->wish = *wish;
    told->wanted = trace_wanted(told->trace);
}

static void told_end(void *context, uint64_t records)
{
    struct told *told = context;
    told->ended++;
    told->records = records;
}

static struct trace *overseen(struct told *told)
{
    told->trace = trace_new(loop, folder, "one");
    assert_non_null(told->trace);
    trace_oversee(told->trace, &(struct trace_overseer){told, told_begin, told_end});
    return told->trace;
}

static void an_overseer_hears_of_a_collector_before_it_gets_anything_and_when_it_has_gone(void **state)
{
    (void)state;
    struct told told = {0};
    struct trace *trace = overseen(&told);
    struct collector *collector = trace_collect(folder, &all);
    struct trace_record in = sample();
    let_it_run();
    assert_int_equal(told.begun, 1);
    assert_int_equal(told.ended, 0);
    assert_false(told.wanted);
    assert_int_equal(told.user, getuid());
    assert_string_equal(told.wish.by, "ada");
    for (unsigned i = 0; i < 3; i++)
        trace_send(trace, &in);
    trace_hang_up(collector);
    let_it_run();
    assert_int_equal(told.begun, 1);
    assert_int_equal(told.ended, 1);
    assert_int_equal(told.records, 3);
    let_it_run();
    trace_free(trace);
    assert_int_equal(told.ended, 1);
}

static void the_last_to_come_ends_the_one_before_and_the_process_ends_the_last(void **state)
{
    (void)state;
    struct told told = {0};
    struct trace *trace = overseen(&told);
    struct collector *first = trace_collect(folder, &all);
    let_it_run();
    assert_true(trace_wanted_deciphered(trace));
    struct collector *second = trace_collect(folder, &plain);
    let_it_run();
    assert_true(trace_wanted(trace));
    assert_false(trace_wanted_deciphered(trace));
    assert_int_equal(told.begun, 2);
    assert_int_equal(told.ended, 1);
    trace_hang_up(first);
    let_it_run();
    assert_true(trace_wanted(trace));
    trace_free(trace);
    assert_int_equal(told.ended, 2);
    trace_hang_up(second);
}

static void who_connects_and_asks_for_nothing_is_shown_nothing(void **state)
{
    (void)state;
    char path[64];
    struct told told = {0};
    struct trace *trace = overseen(&told);
    struct trace_record in = sample();
    uint8_t octet;
    snprintf(path, sizeof path, "%s/trace-one.sock", folder);
    struct collector *served = trace_collect(folder, &plain);
    let_it_run();
    const int mute = channel_connect(path);
    let_it_run();
    trace_send(trace, &in);
    assert_int_equal(read(mute, &octet, 1), -1);
    assert_int_equal(errno, EAGAIN);
    close(mute);
    let_it_run();
    assert_int_equal(told.begun, 1);
    assert_int_equal(told.ended, 0);
    assert_true(trace_receive(served, &in));
    trace_hang_up(served);
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
        cmocka_unit_test(an_overseer_hears_of_a_collector_before_it_gets_anything_and_when_it_has_gone),
        cmocka_unit_test(the_last_to_come_ends_the_one_before_and_the_process_ends_the_last),
        cmocka_unit_test(who_connects_and_asks_for_nothing_is_shown_nothing),
        cmocka_unit_test(no_trace_is_no_burden),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
