/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdio.h>
#include <string.h>

#include "evidence/sender.h"

/* A recorder that can be made to vanish: what it was told, and how far it is durable. */
static struct {
    bool there;
    uint64_t run, taken, last, highest, beats, lost_told;
    unsigned heard;
} recorder;

static bool hear(void *context, struct bytes message)
{
    struct post_message heard;
    struct fault fault;
    (void)context;
    if (!recorder.there)
        return false;
    assert_true(post_read(message, &heard, &fault));
    if (heard.kind == POST_HELLO)
        recorder.run = heard.number;
    if (heard.kind == POST_BEAT)
        recorder.beats = heard.number;
    if (heard.kind != POST_ENTRY)
        return true;
    assert_true(heard.number > recorder.last || heard.number == recorder.taken + 1);
    recorder.last = heard.number;
    recorder.highest = heard.number > recorder.highest ? heard.number : recorder.highest;
    recorder.heard++;
    if (heard.entry.kind == EVIDENCE_LOSS)
        assert_int_equal(sscanf(heard.entry.reason, "entries lost, as the recorder did not keep up: %lu",
                                &recorder.lost_told),
                         1);
    return true;
}

static struct sender sender_of(size_t most)
{
    recorder = (__typeof__(recorder)){.there = true};
    return (struct sender){.run = 77, .most = most, .send = hear};
}

static void say(struct sender *sender, enum post_kind kind, uint64_t number)
{
    uint8_t space[POST_BYTES];
    struct writer w = writer_of(space, sizeof space);
    assert_true(post_write(&w, &(struct post_message){.kind = kind, .number = number}));
    recorder.taken = number;
    assert_true(sender_heard(sender, writer_bytes(&w), 5));
}

static void take(struct sender *sender, unsigned count)
{
    const struct evidence_entry entry = {.time = 1, .rule = "N1", .gnb = "south", .reason = "why"};
    for (unsigned i = 0; i < count; i++)
        sender_take(sender, &entry);
}

static void what_waits_is_said_when_the_recorder_asks(void **state)
{
    struct sender sender = sender_of(65536);
    (void)state;
    take(&sender, 3);
    assert_int_equal(recorder.heard, 0);
    sender_open(&sender);
    assert_int_equal(recorder.run, 77);
    say(&sender, POST_TAKEN, 0);
    assert_int_equal(recorder.heard, 3);
    take(&sender, 2);
    assert_int_equal(recorder.highest, 5);
    sender_beat(&sender);
    assert_int_equal(recorder.beats, 5);
    assert_true(sender.since != 0);
    say(&sender, POST_TAKEN, 5);
    assert_true(sender.waiting.length == 0 && sender.since == 0);
    sender_free(&sender);
}

static void what_was_not_durable_is_said_again_to_the_next_recorder(void **state)
{
    struct sender sender = sender_of(65536);
    (void)state;
    sender_open(&sender);
    say(&sender, POST_TAKEN, 0);
    take(&sender, 10);
    say(&sender, POST_TAKEN, 4);
    recorder.there = false;
    sender_shut(&sender);
    take(&sender, 5);
    recorder.there = true;
    recorder.heard = 0;
    sender_open(&sender);
    assert_int_equal(recorder.heard, 0);
    say(&sender, POST_TAKEN, 6); /* it had made more durable than it could say */
    assert_int_equal(recorder.heard, 9);
    assert_int_equal(recorder.highest, 15);
    say(&sender, POST_AGAIN, 8);
    assert_int_equal(recorder.heard, 16);
    sender_free(&sender);
}

static void what_finds_no_place_is_counted_and_told(void **state)
{
    struct sender sender = sender_of(1000);
    (void)state;
    take(&sender, 100);
    assert_true(sender.lost > 50 && sender.untold == sender.lost && sender.last == 100);
    const uint64_t lost = sender.lost;
    sender_open(&sender);
    say(&sender, POST_TAKEN, 0);
    say(&sender, POST_TAKEN, recorder.highest);
    take(&sender, 1);
    assert_int_equal(recorder.lost_told, lost);
    assert_true(sender.untold == 0 && recorder.highest == sender.last);
    sender_free(&sender);
}

/* As other programs read it, too: the names are not to change. */
static void every_kind_and_step_arrives_as_it_was_said(void **state)
{
    uint8_t space[POST_BYTES], line[EVIDENCE_ENTRY_BYTES];
    struct post_message heard;
    struct evidence_entry read;
    struct fault fault;
    (void)state;
    for (unsigned kind = 0; kind < EVIDENCE_KINDS; kind++)
        for (unsigned step = 0; step < EVIDENCE_STEPS; step++) {
            const struct post_message said = {
                .kind = POST_ENTRY,
                .number = 1,
                .entry = {.kind = (enum evidence_kind)kind, .step = (enum evidence_step)step}};
            struct writer w = writer_of(space, sizeof space), l = writer_of(line, sizeof line);
            assert_true(post_write(&w, &said) && post_read(writer_bytes(&w), &heard, &fault));
            assert_true(heard.entry.kind == kind && heard.entry.step == step);
            assert_true(evidence_entry_write(&l, &heard.entry));
            assert_true(evidence_entry_read(writer_bytes(&l), &read, &fault));
            assert_true(read.kind == kind && read.step == step);
        }
}

static void nobody_else_is_heard(void **state)
{
    struct sender sender = sender_of(65536);
    uint8_t space[POST_BYTES];
    (void)state;
    take(&sender, 3);
    for (unsigned kind = 0; kind < 8; kind++)
        for (uint64_t number = 0; number < 6; number++) {
            struct writer w = writer_of(space, sizeof space);
            post_write(&w, &(struct post_message){.kind = (enum post_kind)kind, .number = number});
            const bool right =
                ((kind == POST_TAKEN || kind == POST_AGAIN) && number <= 3) || kind == POST_STATE;
            assert_int_equal(sender_heard(&sender, writer_bytes(&w), 5), right);
        }
    assert_false(sender_heard(&sender, bytes_of(space, 3), 5));
    sender_free(&sender);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_waits_is_said_when_the_recorder_asks),
        cmocka_unit_test(what_was_not_durable_is_said_again_to_the_next_recorder),
        cmocka_unit_test(what_finds_no_place_is_counted_and_told),
        cmocka_unit_test(every_kind_and_step_arrives_as_it_was_said),
        cmocka_unit_test(nobody_else_is_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
