/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "kit/turns.h"

enum { MOST = 65536, FLOODER = 1, VICTIM = 2, THIRD = 3 };

static struct turns turns;

static int begin(void **state)
{
    (void)state;
    turns_init(&turns, 17);
    return 0;
}

static int end(void **state)
{
    (void)state;
    turns_free(&turns);
    return 0;
}

static bool put(uint64_t sender, const char *words)
{
    return turns_put(
        &turns,
        &(struct turn){.sender = sender, .tag = sender * 10, .message = bytes_of(words, strlen(words))},
        MOST);
}

static void assert_next(uint64_t sender, const char *words)
{
    struct turn turn;
    assert_true(turns_next(&turns, &turn));
    assert_int_equal(turn.sender, sender);
    assert_int_equal(turn.tag, sender * 10);
    assert_true(bytes_equal(turn.message, bytes_of(words, strlen(words))));
}

static void who_floods_delays_another_by_one_message_at_most(void **state)
{
    struct turn turn;
    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        assert_true(put(FLOODER, "me"));
    assert_true(put(VICTIM, "one"));
    assert_true(put(VICTIM, "two"));
    assert_next(FLOODER, "me");
    assert_next(VICTIM, "one");
    assert_next(FLOODER, "me");
    assert_next(VICTIM, "two");
    for (unsigned i = 2; i < 1000; i++)
        assert_next(FLOODER, "me");
    assert_false(turns_next(&turns, &turn));
    assert_false(turns_wait(&turns));
}

static void who_comes_while_others_are_served_waits_for_one_of_each(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10; i++)
        assert_true(put(FLOODER, "me") && put(THIRD, "also"));
    assert_next(FLOODER, "me");
    assert_true(put(VICTIM, "late"));
    assert_next(THIRD, "also");
    assert_next(FLOODER, "me");
    assert_next(VICTIM, "late");
    assert_next(THIRD, "also");
}

static void a_senders_messages_keep_their_order(void **state)
{
    (void)state;
    assert_true(put(VICTIM, "first"));
    assert_true(put(VICTIM, ""));
    assert_next(VICTIM, "first");
    assert_true(put(VICTIM, "last"));
    assert_next(VICTIM, "");
    assert_next(VICTIM, "last");
    assert_false(turns_wait(&turns));
    assert_true(put(VICTIM, "again"));
    assert_next(VICTIM, "again");
}

static void what_waits_of_one_is_bounded_and_leaves_the_others_room(void **state)
{
    static const uint8_t octets[MOST / 2];
    struct turn turn = {.sender = FLOODER, .message = BYTES(octets)};
    (void)state;
    assert_true(turns_put(&turns, &turn, MOST));
    assert_false(turns_put(&turns, &turn, MOST));
    assert_in_range(turns.octets, sizeof octets, MOST);
    assert_true(put(VICTIM, "one"));
    assert_true(turns_next(&turns, &turn));
    assert_true(put(FLOODER, "now there is room"));
    assert_next(VICTIM, "one");
    assert_next(FLOODER, "now there is room");
    assert_int_equal(turns.octets, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(who_floods_delays_another_by_one_message_at_most),
        TEST(who_comes_while_others_are_served_waits_for_one_of_each),
        TEST(a_senders_messages_keep_their_order),
        TEST(what_waits_of_one_is_bounded_and_leaves_the_others_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
