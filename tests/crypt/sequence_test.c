/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"
#include "../uniform.h"
#include "crypt/sequence.h"

enum { NARROW_BITS = 16, NARROW = 1 << NARROW_BITS, WIDE_BITS = 40, MANY = 32768 };

static struct random_seeded seeded;

static int set_up(void **state)
{
    (void)state;
    random_seed(&seeded, 5);
    return 0;
}

static void every_number_comes_once_before_any_comes_again(void **state)
{
    static unsigned place[NARROW];
    struct sequence sequence;
    (void)state;
    sequence_init(&sequence, &seeded.random, NARROW_BITS);
    for (unsigned i = 0; i < NARROW; i++) {
        uint64_t number = sequence_next(&sequence);
        assert_in_range(number, 0, NARROW - 1);
        assert_int_equal(place[number], 0);
        place[number] = i + 1;
    }
    for (unsigned i = 0; i < NARROW; i++)
        assert_int_equal(place[sequence_next(&sequence)], i + 1);
}

static void numbers_look_random(void **state)
{
    static uint64_t numbers[MANY];
    struct sequence sequence;
    (void)state;
    sequence_init(&sequence, &seeded.random, WIDE_BITS);
    for (unsigned i = 0; i < MANY; i++)
        numbers[i] = sequence_next(&sequence);
    assert_true(uniform(numbers, MANY, WIDE_BITS / 8));
}

static void another_key_is_another_sequence(void **state)
{
    struct sequence one, other;
    unsigned equal = 0;
    (void)state;
    sequence_init(&one, &seeded.random, WIDE_BITS);
    sequence_init(&other, &seeded.random, WIDE_BITS);
    for (unsigned i = 0; i < MANY; i++)
        equal += sequence_next(&one) == sequence_next(&other);
    assert_int_equal(equal, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_number_comes_once_before_any_comes_again, set_up),
        cmocka_unit_test_setup(numbers_look_random, set_up),
        cmocka_unit_test_setup(another_key_is_another_sequence, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
