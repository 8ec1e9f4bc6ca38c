/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder's end of a channel, and at the other end whatever may have taken a source over: it cannot speak for others, nor for the
 * log, nor fill it, and its silence is noticed.
 */
#include "house.h"

#include <errno.h>
#include <sys/socket.h>

#include "kit/log.h"
#include "recorder/recorder.h"

enum { RATE = 50 };

static struct house house;
static struct recorder recorder;
static struct config config;

static int make(void **state)
{
    (void)state;
    log_setup((struct log_settings){.level = LOG_ERROR, .to = fopen("/dev/null", "we")});
    house_make(&house);
    config.recorder.source_rate = RATE;
    recorder = (struct recorder){.config = &config, .loop = loop_new(), .run = 9, .keeper.watch.fd = -1};
    assert_non_null(recorder.loop);
    assert_true(house_open(&house));
    recorder.log = house.log;
    timers_run(loop_timers(recorder.loop), SECONDS(100));
    return 0;
}

static int clear(void **state)
{
    (void)state;
    sources_free(&recorder);
    evidence_log_close(&recorder.log);
    loop_free(recorder.loop);
    house_remove(&house);
    return 0;
}

/* What stands in the log by now. */
struct count {
    const char *source, *reason;
    unsigned count;
};

static bool see(void *context, const struct evidence_entry *entry)
{
    struct count *count = context;
    count->count += strcmp(entry->source, count->source) == 0 && strstr(entry->reason, count->reason);
    return true;
}

static unsigned logged(const char *source, const char *reason)
{
    struct count count = {source, reason, 0};
    assert_true(evidence_log_commit(&recorder.log));
    evidence_log_last(&recorder.log, see, &count);
    return count.count;
}

/* One who plays the source. */
static int arrive(const char *name)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    source_comes(&recorder, name, ends[0]);
    return ends[1];
}

static void stop(struct timer *timer)
{
    (void)timer;
    loop_stop(recorder.loop, 0);
}

static void turn(void)
{
    struct timer timer = {.fire = stop};
    assert_true(timer_start(loop_timers(recorder.loop), &timer, 0));
    loop_run(recorder.loop);
}

static void say(int end, const struct post_message *message)
{
    uint8_t space[POST_BYTES + 4];
    struct writer w = writer_of(space + 4, POST_BYTES);
    assert_true(post_write(&w, message));
    const uint32_t length = (uint32_t)writer_length(&w);
    memcpy(space, &length, sizeof length);
    if (send(end, space, 4 + length, MSG_NOSIGNAL) < 0)
        assert_int_equal(errno, EPIPE);
    turn();
}

static void greet(int end)
{
    say(end, &(struct post_message){.kind = POST_HELLO, .number = 77});
}

static void tell(int end, uint64_t number, enum evidence_kind kind, const char *reason)
{
    struct post_message message = {
        .kind = POST_ENTRY, .number = number, .entry = {.time = HOUSE_TIME, .kind = kind}};
    evidence_text(message.entry.reason, sizeof message.entry.reason, reason);
    say(end, &message);
}

static const struct source *known(const char *name)
{
    const struct source *source = recorder.sources;
    while (source && strcmp(source->name, name) != 0)
        source = source->next;
    return source;
}

static void who_speaks_is_known_by_the_channel(void **state)
{
    (void)state;
    const int end = arrive("edge-north");
    greet(end);
    tell(end, 1, EVIDENCE_REFUSAL, "as control would say it");
    assert_int_equal(logged("edge-north", "as control would say it"), 1);
    assert_int_equal(logged("control", ""), 0);
    close(end);
}

static void an_edge_says_refusals_and_who_looks_at_it_and_nothing_else(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < EVIDENCE_KINDS; kind++) {
        const int end = arrive("edge-north");
        greet(end);
        tell(end, 1, (enum evidence_kind)kind, "I say so");
        assert_true((known("edge-north")->channel != NULL) ==
                    (kind == EVIDENCE_REFUSAL || kind == EVIDENCE_LOSS || kind == EVIDENCE_CAPTURE));
        close(end);
        turn();
    }
    assert_int_equal(logged("edge-north", "I say so"), 3);
    assert_true(logged("recorder", "it broke the rules of its channel") > 0);
}

static void nobody_speaks_for_the_log(void **state)
{
    static const enum evidence_kind own[] = {EVIDENCE_SOURCE, EVIDENCE_REPAIR, EVIDENCE_PRUNING};
    (void)state;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        const int end = arrive("control");
        greet(end);
        tell(end, 1, own[i], "I say so");
        assert_null(known("control")->channel);
        close(end);
    }
    assert_int_equal(logged("control", "I say so"), 0);
}

/* What is beyond the budget is acknowledged, counted, and the count is an entry; control is not held back by it. */
static void a_flood_of_one_source_is_counted_and_no_others_loss(void **state)
{
    (void)state;
    const int edge = arrive("edge-north"), control = arrive("control");
    greet(edge);
    greet(control);
    for (uint64_t number = 1; number <= 10 * RATE; number++) {
        tell(edge, number, EVIDENCE_REFUSAL, "flood");
        tell(control, number, EVIDENCE_REFUSAL, "heard");
    }
    const unsigned recorded = logged("edge-north", "flood");
    assert_true(recorded >= RATE && recorded < 10 * RATE);
    assert_int_equal(logged("control", "heard"), 10 * RATE);
    assert_true(known("edge-north")->heard == 10 * RATE);
    char words[64];
    snprintf(words, sizeof words, "not recorded: %u", 10 * RATE - recorded);
    sources_watch(&recorder);
    assert_int_equal(logged("recorder", words), 1);
    close(edge);
    close(control);
}

static void silence_is_noticed_also_of_one_that_never_came(void **state)
{
    (void)state;
    const int end = arrive("control");
    source_expected(&recorder, "plane-default");
    greet(end);
    const int64_t begin = loop_timers(recorder.loop)->now;
    for (unsigned second = 1; second <= 20; second++) {
        timers_run(loop_timers(recorder.loop), begin + SECONDS(second));
        recorder.watched_at = begin + SECONDS(second - 1);
        sources_watch(&recorder);
        assert_true(known("control")->silent == (second >= 4));
        assert_true(known("plane-default")->silent == (second >= 15));
    }
    assert_int_equal(sources_silent(&recorder), 2);
    assert_int_equal(logged("recorder", "it is silent"), 1);
    assert_int_equal(logged("recorder", "it has never been heard"), 1);
    close(end);
}

/* A recorder that was stopped for a minute has heard nobody: that says nothing of them. */
static void who_was_stopped_himself_waits_anew(void **state)
{
    (void)state;
    source_expected(&recorder, "control");
    sources_watch(&recorder);
    timers_run(loop_timers(recorder.loop), loop_timers(recorder.loop)->now + SECONDS(60));
    sources_watch(&recorder);
    assert_int_equal(sources_silent(&recorder), 0);
}

static void what_waits_for_the_quorum_has_an_age(void **state)
{
    struct waiting waiting = {0};
    (void)state;
    for (unsigned second = 1; second <= 1000; second++) { /* the quorum is always a second behind */
        waiting_note(&waiting, second, second - 1, SECONDS(second));
        assert_true(waiting_age(&waiting, SECONDS(second)) == 0);
    }
    for (unsigned second = 1001; second <= 2000; second++)
        waiting_note(&waiting, second, 999, SECONDS(second));
    assert_true(waiting_age(&waiting, SECONDS(2000)) == SECONDS(1000));
    waiting_note(&waiting, 2000, 2000, SECONDS(2001));
    assert_true(waiting_age(&waiting, SECONDS(2001)) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_speaks_is_known_by_the_channel, make, clear),
        cmocka_unit_test_setup_teardown(an_edge_says_refusals_and_who_looks_at_it_and_nothing_else, make,
                                        clear),
        cmocka_unit_test_setup_teardown(nobody_speaks_for_the_log, make, clear),
        cmocka_unit_test_setup_teardown(a_flood_of_one_source_is_counted_and_no_others_loss, make, clear),
        cmocka_unit_test_setup_teardown(silence_is_noticed_also_of_one_that_never_came, make, clear),
        cmocka_unit_test_setup_teardown(who_was_stopped_himself_waits_anew, make, clear),
        cmocka_unit_test(what_waits_for_the_quorum_has_an_age),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
