/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "kit/letters.h"

enum { MOST = 64, HEADER = 4 };

static void read_in_the_order_in_which_they_came(void **state)
{
    struct letters letters = {0};
    struct bytes message;
    size_t at = 0;
    (void)state;
    assert_false(letters_next(&letters, &at, &message));
    assert_true(letters_put(&letters, bytes_of("first", 5), MOST));
    assert_true(letters_put(&letters, bytes_of("", 0), MOST));
    assert_true(letters_put(&letters, bytes_of("last", 4), MOST));
    assert_true(letters_next(&letters, &at, &message) && bytes_equal(message, bytes_of("first", 5)));
    assert_true(letters_next(&letters, &at, &message) && message.len == 0);
    assert_true(letters_next(&letters, &at, &message) && bytes_equal(message, bytes_of("last", 4)));
    assert_false(letters_next(&letters, &at, &message));
    letters_free(&letters);
}

static void takes_no_more_than_it_may(void **state)
{
    static const uint8_t octets[MOST];
    struct letters letters = {0};
    struct bytes message;
    size_t at = 0;
    (void)state;
    assert_false(letters_put(&letters, bytes_of(octets, MOST - HEADER + 1), MOST));
    assert_true(letters_put(&letters, bytes_of(octets, MOST - HEADER), MOST));
    assert_false(letters_put(&letters, bytes_of(octets, 0), MOST));
    assert_true(letters_next(&letters, &at, &message) && message.len == MOST - HEADER);
    assert_false(letters_next(&letters, &at, &message));
    letters_free(&letters);
}

static void forgets_those_before_a_place(void **state)
{
    struct letters letters = {0};
    struct bytes message;
    size_t at = 0;
    (void)state;
    letters_drop(&letters, 0);
    assert_true(letters_put(&letters, bytes_of("first", 5), MOST));
    assert_true(letters_put(&letters, bytes_of("last", 4), MOST));
    assert_true(letters_next(&letters, &at, &message));
    letters_drop(&letters, at);
    at = 0;
    assert_true(letters_next(&letters, &at, &message) && bytes_equal(message, bytes_of("last", 4)));
    assert_false(letters_next(&letters, &at, &message));
    letters_free(&letters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_in_the_order_in_which_they_came),
        cmocka_unit_test(takes_no_more_than_it_may),
        cmocka_unit_test(forgets_those_before_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
