/* SPDX-License-Identifier: Apache-2.0 */
/* A process's way to the recorder, which the test plays: what can be relied on, and what goes over it. */
#include "../check.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "evidence/post.h"
#include "kit/log.h"
#include "line/event.h"
#include "line/reporter.h"

static struct loop *loop;
static struct reporter *reporter;
static int recorder = -1; /* the recorder's end */

static int open_reporter(void **state)
{
    (void)state;
    log_setup((struct log_settings){.level = LOG_ERROR, .to = fopen("/dev/null", "we")});
    loop = loop_new();
    assert_non_null(loop);
    reporter = reporter_new(&(struct reporter_settings){.loop = loop,
                                                        .unit = "test",
                                                        .chance = 5,
                                                        .queue_bytes = 65536,
                                                        .different = 16,
                                                        .patience = SECONDS(60),
                                                        .quorum_within = SECONDS(60)});
    assert_non_null(reporter);
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    reporter_meet(reporter, ends[0]);
    recorder = ends[1];
    return 0;
}

static int close_reporter(void **state)
{
    (void)state;
    reporter_free(reporter);
    close(recorder);
    loop_free(loop);
    return 0;
}

static void stop(struct timer *timer)
{
    (void)timer;
    loop_stop(loop, 0);
}

static void turn(void)
{
    struct timer timer = {.fire = stop};
    assert_true(timer_start(loop_timers(loop), &timer, 0));
    loop_run(loop);
    reporter_flush(reporter);
}

static void recorder_says(const struct post_message *message)
{
    uint8_t space[POST_BYTES + 4];
    struct writer w = writer_of(space + 4, POST_BYTES);
    assert_true(post_write(&w, message));
    const uint32_t length = (uint32_t)writer_length(&w);
    memcpy(space, &length, sizeof length);
    assert_int_equal(send(recorder, space, 4 + length, MSG_NOSIGNAL), 4 + length);
    turn();
}

static void state_is(struct post_state state)
{
    recorder_says(&(struct post_message){.kind = POST_STATE, .state = state});
}

static void evidence_can_be_relied_on_as_long_as_the_recorder_says_so(void **state)
{
    (void)state;
    assert_string_equal(line_evidence_doubt(), "the recorder does not say how far evidence is proved");
    recorder_says(&(struct post_message){.kind = POST_TAKEN});
    state_is((struct post_state){.covered = 9, .witnessed = 9, .quorum = 1});
    assert_null(line_evidence_doubt());
    state_is((struct post_state){.covered = 9, .witnessed = 7, .quorum = 1, .unwitnessed = SECONDS(59)});
    assert_null(line_evidence_doubt());
    state_is((struct post_state){.covered = 9, .witnessed = 7, .quorum = 1, .unwitnessed = SECONDS(61)});
    assert_string_equal(line_evidence_doubt(), "the quorum of witnesses has not cosigned for too long");
    state_is((struct post_state){.covered = 9, .witnessed = 9, .quorum = 1, .silent = 1});
    assert_string_equal(line_evidence_doubt(), "a source of evidence is silent");
    state_is((struct post_state){.covered = 9, .witnessed = 9, .quorum = 1});
    assert_null(line_evidence_doubt());
}

static bool next_entry(struct post_message *message)
{
    uint8_t space[8192];
    struct fault fault;
    for (ssize_t length; (length = recv(recorder, space, sizeof space, 0)) > 4;) {
        for (ssize_t at = 0; at + 4 < length;) {
            uint32_t one;
            memcpy(&one, space + at, sizeof one);
            assert_true(post_read(bytes_of(space + at + 4, one), message, &fault));
            if (message->kind == POST_ENTRY)
                return true;
            at += 4 + (ssize_t)one;
        }
    }
    return false;
}

static void a_digest_at_hand_goes_before_octets(void **state)
{
    static const uint8_t octets[] = {1, 2, 3}, known[EVIDENCE_DIGEST_BYTES] = {7};
    uint8_t made[EVIDENCE_DIGEST_BYTES];
    struct post_message heard;
    struct line_event event = {.gnb = "pier",
                               .procedure = "NGAP",
                               .rule = "",
                               .reason = "test",
                               .about = BYTES(octets),
                               .logged = true};
    (void)state;
    recorder_says(&(struct post_message){.kind = POST_TAKEN});
    line_event(&event);
    turn();
    assert_true(next_entry(&heard) && heard.entry.has_digest);
    line_digest(BYTES(octets), made);
    assert_memory_equal(heard.entry.digest, made, sizeof made);
    event.digest = known;
    line_event(&event);
    turn();
    assert_true(next_entry(&heard));
    assert_memory_equal(heard.entry.digest, known, sizeof known);
    event.about = (struct bytes){0};
    event.digest = NULL;
    line_event(&event);
    turn();
    assert_true(next_entry(&heard));
    assert_false(heard.entry.has_digest);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_reporter, close_reporter)
    const struct CMUnitTest tests[] = {
        TEST(evidence_can_be_relied_on_as_long_as_the_recorder_says_so),
        TEST(a_digest_at_hand_goes_before_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
