/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdio.h>
#include <string.h>

#include "evidence/repeats.h"
#include "kit/timers.h"

static struct repeats repeats;
static struct evidence_entry last;
static unsigned said;

static void say(void *context, const struct evidence_entry *entry)
{
    (void)context;
    last = *entry;
    said++;
}

static int begin(void **state)
{
    (void)state;
    repeats_init(&repeats, 16, 42);
    said = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    repeats_free(&repeats);
    return 0;
}

static bool passes(enum evidence_kind kind, const char *gnb, int64_t second)
{
    struct evidence_entry entry = {.time = SECONDS(second), .kind = kind, .procedure = "NG Setup"};
    snprintf(entry.gnb, sizeof entry.gnb, "%s", gnb);
    snprintf(entry.reason, sizeof entry.reason, "reason of second %d", (int)second);
    return repeats_pass(&repeats, &entry);
}

static void what_repeats_itself_is_said_a_few_times_and_then_counted(void **state)
{
    unsigned passed = 0;
    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        passed += passes(EVIDENCE_REFUSAL, "south", 100);
    assert_int_equal(passed, REPEATS_SAID);
    repeats_turn(&repeats, SECONDS(109), false, say, NULL);
    assert_int_equal(said, 0);
    repeats_turn(&repeats, SECONDS(110), false, say, NULL);
    assert_int_equal(said, 1);
    assert_string_equal(last.reason, "992 times more, at last: reason of second 100");
    assert_string_equal(last.gnb, "south");
    assert_true(passes(EVIDENCE_REFUSAL, "south", 111));
}

static void others_are_not_held_back_by_it(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        passes(EVIDENCE_REFUSAL, "south", 100);
    assert_true(passes(EVIDENCE_REFUSAL, "north", 100));
    assert_true(passes(EVIDENCE_ADMISSION, "south", 100));
}

static void what_operators_do_is_never_held_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        assert_true(passes(EVIDENCE_POLICY, "", 100));
        assert_true(passes(EVIDENCE_FENCE, "south", 100));
        assert_true(passes(EVIDENCE_DRILL, "", 100));
        assert_true(passes(EVIDENCE_FLIP, "", 100));
    }
}

/* Who makes up a new name for each takes one place after the other, and no more than there are. */
static void of_too_many_different_ones_the_number_is_kept(void **state)
{
    unsigned passed = 0;
    char name[32];
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "gNB %u", i);
        passed += passes(EVIDENCE_REFUSAL, name, 100);
    }
    assert_int_equal(passed, 16);
    repeats_turn(&repeats, SECONDS(101), false, say, NULL);
    assert_int_equal(said, 1);
    assert_string_equal(last.reason, "too many different ones to name them: 84 more");
    repeats_turn(&repeats, SECONDS(110), false, say, NULL);
    assert_int_equal(said, 1);
    assert_true(passes(EVIDENCE_REFUSAL, "gNB 99", 110));
}

static void a_clock_that_jumps_ends_a_window(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++)
        passes(EVIDENCE_REFUSAL, "south", 100);
    repeats_turn(&repeats, SECONDS(5), false, say, NULL);
    assert_int_equal(said, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_repeats_itself_is_said_a_few_times_and_then_counted, begin, end),
        cmocka_unit_test_setup_teardown(others_are_not_held_back_by_it, begin, end),
        cmocka_unit_test_setup_teardown(what_operators_do_is_never_held_back, begin, end),
        cmocka_unit_test_setup_teardown(of_too_many_different_ones_the_number_is_kept, begin, end),
        cmocka_unit_test_setup_teardown(a_clock_that_jumps_ends_a_window, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
