/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <limits.h>

#include "kit/hex.h"
#include "kit/mac.h"

static void digits_of_either_case_are_read(void **state)
{
    (void)state;
    uint8_t octets[3];
    assert_true(hex_read("0aFf10", octets, sizeof octets));
    assert_memory_equal(octets, "\x0a\xff\x10", 3);
}

static void no_other_length_is_taken(void **state)
{
    (void)state;
    uint8_t octets[2];
    assert_false(hex_read("", octets, sizeof octets));
    assert_false(hex_read("0a0", octets, sizeof octets));
    assert_false(hex_read("0a0b0", octets, sizeof octets));
    assert_false(hex_read("0a0b0c", octets, sizeof octets));
    assert_true(hex_read("", octets, 0));
}

static void sixteen_digits_and_their_capitals_are_all_there_is(void **state)
{
    (void)state;
    unsigned known = 0;
    for (int c = CHAR_MIN; c <= CHAR_MAX; c++)
        known += hex_digit((char)c) >= 0;
    assert_int_equal(known, 22);
    assert_int_equal(hex_digit('f'), 15);
    assert_int_equal(hex_digit('A'), 10);
    assert_int_equal(hex_digit('0'), 0);
}

static void a_mac_address_is_six_pairs_of_digits(void **state)
{
    static const char *const none[] = {"",
                                       "02:00:00:00:00:1",
                                       "02:00:00:00:00:01 ",
                                       "02-00-00-00-00-01",
                                       "020000000001",
                                       "02:00:00:00:00:0g",
                                       "02:00:00:00:00:01:",
                                       "02:00:00:00:00;01"};
    uint8_t mac[MAC_OCTETS];
    char text[MAC_TEXT];
    (void)state;
    assert_true(mac_read("02:aB:00:00:Cd:01", mac));
    assert_string_equal(mac_write(mac, text), "02:ab:00:00:cd:01");
    assert_int_equal(mac_number(mac), 0x02ab0000cd01);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(mac_read(none[i], mac));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_of_either_case_are_read),
        cmocka_unit_test(no_other_length_is_taken),
        cmocka_unit_test(a_mac_address_is_six_pairs_of_digits),
        cmocka_unit_test(sixteen_digits_and_their_capitals_are_all_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
