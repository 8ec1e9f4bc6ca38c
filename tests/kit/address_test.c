/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "kit/address.h"

static void both_families_are_read_and_printed(void **state)
{
    (void)state;
    union socket_address a, b;
    char text[ADDRESS_TEXT];
    assert_true(address_parse(&a, "127.0.0.5", 38412));
    assert_string_equal(address_print(&a, text), "127.0.0.5:38412");
    assert_int_equal(address_port(&a), 38412);
    assert_true(address_parse(&b, "2001:db8::5", 9));
    assert_string_equal(address_print(&b, text), "[2001:db8::5]:9");
    assert_false(address_same_host(&a, &b));
    address_set_port(&b, 10);
    assert_int_equal(address_port(&b), 10);
}

static void names_and_rubbish_are_refused(void **state)
{
    (void)state;
    union socket_address a;
    assert_false(address_parse(&a, "localhost", 1));
    assert_false(address_parse(&a, "1.2.3.4.5", 1));
    assert_false(address_parse(&a, "", 1));
}

static void the_any_address_is_known(void **state)
{
    (void)state;
    union socket_address a;
    assert_true(address_parse(&a, "0.0.0.0", 1) && address_is_any(&a));
    assert_true(address_parse(&a, "::", 1) && address_is_any(&a));
    assert_true(address_parse(&a, "::1", 1) && !address_is_any(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_families_are_read_and_printed),
        cmocka_unit_test(names_and_rubbish_are_refused),
        cmocka_unit_test(the_any_address_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
