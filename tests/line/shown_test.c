/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit/log.h"
#include "line/event.h"
#include "line/shown.h"

static const struct line_shown shown = {.what = "tallies", .deciphered = "tallies and secrets"};
static struct evidence_entry entries[4];
static unsigned count;

static void take(void *context, const struct evidence_entry *entry)
{
    (void)context;
    if (count < sizeof entries / sizeof *entries)
        entries[count] = *entry;
    count++;
}

static void stop(struct timer *timer)
{
    loop_stop(*(struct loop **)(timer + 1), 0);
}

static void run(struct loop *loop)
{
    struct {
        struct timer timer;
        struct loop *loop;
    } end = {{.fire = stop}, loop};
    for (unsigned turn = 0; turn < 4; turn++) {
        timer_start(loop_timers(loop), &end.timer, 0);
        loop_run(loop);
    }
}

static void is(const struct evidence_entry *entry, enum evidence_step step, const char *reason)
{
    assert_int_equal(entry->kind, EVIDENCE_CAPTURE);
    assert_int_equal(entry->step, step);
    assert_string_equal(entry->procedure, "trace");
    assert_string_equal(entry->reason, reason);
}

static void begin_and_end_of_looking_are_entries_with_who_and_what(void **state)
{
    (void)state;
    char folder[] = "/tmp/shown-test-XXXXXX", expected[128];
    struct loop *loop = loop_new();
    assert_non_null(mkdtemp(folder));
    struct trace *trace = trace_new(loop, folder, "one");
    line_record(&(struct line_recorder){.take = take});
    line_shows(trace, &shown);
    struct collector *first = trace_collect(folder, &(struct trace_wish){.deciphered = true, .by = "ada"});
    run(loop);
    trace_send(trace, &(struct trace_record){.kind = TRACE_NAS});
    trace_hang_up(first);
    run(loop);
    struct collector *second = trace_collect(folder, &(struct trace_wish){0});
    run(loop);
    assert_int_equal(count, 3);
    snprintf(expected, sizeof expected, "tallies and secrets are shown to ada (user %u)", (unsigned)getuid());
    is(&entries[0], EVIDENCE_BEGINS, expected);
    is(&entries[1], EVIDENCE_ENDS, "messages shown: 1");
    snprintf(expected, sizeof expected, "tallies are shown to somebody who gave no name (user %u)",
             (unsigned)getuid());
    is(&entries[2], EVIDENCE_BEGINS, expected);
    trace_free(trace);
    assert_int_equal(count, 4);
    is(&entries[3], EVIDENCE_ENDS, "messages shown: 0");
    trace_hang_up(second);
    line_record(NULL);
    loop_free(loop);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begin_and_end_of_looking_are_entries_with_who_and_what)};
    log_setup((struct log_settings){.level = LOG_ERROR, .to = fopen("/dev/null", "we")});
    return cmocka_run_group_tests(tests, NULL, NULL);
}
