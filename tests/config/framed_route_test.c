/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "config/framed_route.h"

static const char *wrong;
static struct config_prefix route;

static bool reads(const char *text, uint8_t family)
{
    return framed_route_read(bytes_of(text, strlen(text)), family, &route, &wrong);
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    static const char *const texts[] = {"10.0.0.0/8",         "192.0.2.0/24",      "192.0.2.7/32",
                                        "2001:db8:5::/48",    "2001:db8:5:1::/64", "2001:db8:5:1:8000::/65",
                                        "2001:db8:5:1::7/128"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[FRAMED_ROUTE_TEXT_BYTES], prefix[VALUE_TEXT_BYTES];
        struct config_prefix asked;
        assert_true(config_prefix_parse(texts[i], &asked));
        assert_true(framed_route_read(framed_route_write(&asked, text), asked.family, &route, &wrong));
        assert_string_equal(config_prefix_text(&route, prefix), texts[i]);
    }
}

static void gateways_and_metrics_are_checked_and_left(void **state)
{
    (void)state;
    assert_true(reads("192.168.1.0/24 192.168.1.1 1 2 -1 3 400", AF_INET)); /* the example of RFC 2865 5.22 */
    assert_int_equal(route.length, 24);
    assert_true(reads("2000:0:0:106::/64 2000::106:a00:20ff:fe99:a998 1", AF_INET6)); /* RFC 3162 2.5 */
    assert_true(reads("192.0.2.0/24", AF_INET));
    assert_true(reads("  192.0.2.0/24   0.0.0.0  1 ", AF_INET));
}

static void what_is_no_route_is_refused_with_a_reason(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        " ",
                                        "192.0.2.0",
                                        "192.0.2.1/24",
                                        "192.0.2.0/33",
                                        "192.0.2.0/-1",
                                        "192.0.2.0/24/24",
                                        "192.0.2.0/24 gateway",
                                        "192.0.2.0/24 :: 1",
                                        "192.0.2.0/24 0.0.0.0 one",
                                        "192.0.2.0/24 0.0.0.0 -",
                                        "192.0.2.0/24 0.0.0.0 1 99999999999",
                                        "192.0.2.0/24\n",
                                        "2001:db8::/48",
                                        "0.0.0.0/0",
                                        "4.0.0.0/7"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        wrong = NULL;
        assert_false(reads(texts[i], AF_INET));
        assert_non_null(wrong);
    }
    assert_false(reads("192.0.2.0/24", AF_INET6));
    assert_false(reads("2001:db8::/129", AF_INET6));
    assert_false(framed_route_read(bytes_of("192.0.2.0/24\0", 13), AF_INET, &route, &wrong));
    char blanks[254];
    memset(blanks, ' ', sizeof blanks);
    assert_false(framed_route_read(BYTES(blanks), AF_INET, &route, &wrong));
}

static void what_is_behind_no_phone_is_no_route(void **state)
{
    (void)state;
    static const char *const texts[] = {"127.0.0.0/8", "0.0.0.0/8", "169.254.169.254/32", "224.0.0.0/8",
                                        "255.0.0.0/8", "::/16",     "::ffff:0:0/96",      "fe80::/64",
                                        "fe00::/7",    "ff02::/64", "169.254.0.0/17"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_true(config_prefix_parse(texts[i], &route));
        assert_non_null(framed_route_wrong(&route));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(gateways_and_metrics_are_checked_and_left),
        cmocka_unit_test(what_is_no_route_is_refused_with_a_reason),
        cmocka_unit_test(what_is_behind_no_phone_is_no_route),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
