/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "line/conduct.h"

static const struct config_fence fence = {.window = SECONDS(60), .undecodable = 10, .foreign_ids = 3};

static void the_threshold_is_reached_once_a_window(void **state)
{
    (void)state;
    struct conduct conduct = {0};
    assert_false(conduct_note(&conduct, &fence, MISDEED_UNDECODABLE, 9, SECONDS(100)));
    assert_true(conduct_note(&conduct, &fence, MISDEED_UNDECODABLE, 1, SECONDS(110)));
    assert_false(conduct_note(&conduct, &fence, MISDEED_UNDECODABLE, 100, SECONDS(120)));
    assert_false(conduct_note(&conduct, &fence, MISDEED_UNDECODABLE, 9, SECONDS(161)));
    assert_true(conduct_note(&conduct, &fence, MISDEED_UNDECODABLE, 5, SECONDS(162)));
    assert_int_equal(conduct.counts[MISDEED_UNDECODABLE], 124);
}

static void kinds_do_not_add_up(void **state)
{
    (void)state;
    struct conduct conduct = {0};
    assert_false(conduct_note(&conduct, &fence, MISDEED_UNDECODABLE, 9, 0));
    assert_false(conduct_note(&conduct, &fence, MISDEED_FOREIGN_ID, 2, 0));
    assert_true(conduct_note(&conduct, &fence, MISDEED_FOREIGN_ID, 1, 0));
}

static void without_a_threshold_they_are_only_counted(void **state)
{
    (void)state;
    struct conduct conduct = {0};
    assert_false(conduct_note(&conduct, &fence, MISDEED_FAILED_MAC, UINT32_MAX, 0));
    assert_int_equal(conduct.counts[MISDEED_FAILED_MAC], UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_threshold_is_reached_once_a_window),
        cmocka_unit_test(kinds_do_not_add_up),
        cmocka_unit_test(without_a_threshold_they_are_only_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
