/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "config/values.h"

static char text[VALUE_TEXT_BYTES];

static void a_plmn_has_the_octets_of_nas(void **state)
{
    (void)state;
    struct config_plmn plmn;
    unsigned digits;
    assert_true(config_plmn_parse("999/70", &plmn));
    assert_memory_equal(plmn.octets, ((uint8_t[]){0x99, 0xf9, 0x07}), 3);
    assert_string_equal(config_plmn_text(plmn, text), "999/70");
    assert_true(config_plmn_parse("310026", &plmn));
    assert_memory_equal(plmn.octets, ((uint8_t[]){0x13, 0x60, 0x20}), 3);
    assert_string_equal(config_plmn_text(plmn, text), "310/026");
    assert_int_equal(config_plmn_mcc(plmn), 310);
    assert_int_equal(config_plmn_mnc(plmn, &digits), 26);
    assert_int_equal(digits, 3);
    const char *const wrong[] = {"",      "999",    "9997",    "999/7", "9997000",
                                 "99a70", "99/970", "999//70", " 99970"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(config_plmn_parse(wrong[i], &plmn));
}

static void an_area_is_a_tracking_area_or_a_network(void **state)
{
    (void)state;
    struct config_area area, other;
    assert_true(config_area_parse("999/70-16777215", &area));
    assert_int_equal(area.tac, 0xffffff);
    assert_string_equal(config_area_text(area, text), "999/70-16777215");
    assert_true(config_area_parse("310/026", &other));
    assert_int_equal(other.tac, CONFIG_ALL_TACS);
    assert_string_equal(config_area_text(other, text), "310/026");
    assert_false(config_area_equal(area, other));
    const char *const wrong[] = {"", "-1", "999/70-", "999/70-16777216", "999/70-1x", "999/70--1", "9-1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(config_area_parse(wrong[i], &area));
}

static void a_slice_without_sd_equals_one_with_ffffff(void **state)
{
    (void)state;
    struct config_slice plain, full, other;
    assert_true(config_slice_parse("1", &plain));
    assert_true(config_slice_parse("1-ffffff", &full));
    assert_true(config_slice_parse("1-01020A", &other));
    assert_true(config_slice_equal(plain, full));
    assert_false(config_slice_equal(plain, other));
    assert_string_equal(config_slice_text(full, text), "1");
    assert_string_equal(config_slice_text(other, text), "1-01020a");
    assert_false(config_slice_parse("256", &plain));
    assert_false(config_slice_parse("1-1", &plain));
    assert_false(config_slice_parse("1-0102zz", &plain));
}

static void a_prefix_has_no_host_bits_and_knows_its_addresses(void **state)
{
    (void)state;
    struct config_prefix v4, v6, none;
    struct config_ip ip;
    assert_true(config_prefix_parse("10.45.0.0/17", &v4));
    assert_true(config_prefix_parse("2001:db8:cafe::/48", &v6));
    assert_string_equal(config_prefix_text(&v6, text), "2001:db8:cafe::/48");
    assert_true(config_ip_parse("10.45.127.255", &ip));
    assert_true(config_prefix_holds(&v4, &ip));
    assert_false(config_prefix_holds(&v6, &ip));
    assert_true(config_ip_parse("10.45.128.0", &ip));
    assert_false(config_prefix_holds(&v4, &ip));
    assert_true(config_prefix_parse("0.0.0.0/0", &none));
    assert_true(config_prefix_holds(&none, &ip));
    const char *const wrong[] = {"10.45.0.1/16", "10.45.0.0", "10.45.0.0/33", "10.45/16",
                                 "::1/129",      "::/",       "/8",           "::/64x"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(config_prefix_parse(wrong[i], &none));
}

static void an_endpoint_may_leave_its_port_out(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"127.0.0.5", "127.0.0.5:38412"}, {"127.0.0.5:1", "127.0.0.5:1"}, {"::1", "[::1]:38412"},
        {"[::1]", "[::1]:38412"},         {"[::1]:7", "[::1]:7"},
    };
    union socket_address address;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(config_endpoint_parse(cases[i][0], 38412, &address));
        assert_string_equal(config_endpoint_text(&address, text), cases[i][1]);
    }
    const char *const wrong[] = {
        "", "[", "[::1", "[::1]x", "127.0.0.5:", "127.0.0.5:65536", "127.0.0.5:1x", "host:1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(config_endpoint_parse(wrong[i], 1, &address));
}

static void rates_and_times_have_units(void **state)
{
    (void)state;
    uint64_t rate;
    int64_t time;
    assert_true(config_rate_parse("1 Gbps", &rate));
    assert_int_equal(rate, 1000000000);
    assert_true(config_rate_parse("64kbps", &rate));
    assert_string_equal(config_rate_text(rate, text), "64 kbps");
    assert_false(config_rate_parse("99999999999 Tbps", &rate));
    assert_false(config_rate_parse("fast", &rate));
    assert_true(config_duration_parse("54m", &time));
    assert_true(time == 54 * 60 * INT64_C(1000000000));
    assert_string_equal(config_duration_text(time, text), "54m");
    assert_true(config_duration_parse("6", &time));
    assert_string_equal(config_duration_text(time, text), "6s");
    assert_false(config_duration_parse("-6s", &time));
    assert_false(config_duration_parse("6 parsecs", &time));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plmn_has_the_octets_of_nas),
        cmocka_unit_test(an_area_is_a_tracking_area_or_a_network),
        cmocka_unit_test(a_slice_without_sd_equals_one_with_ffffff),
        cmocka_unit_test(a_prefix_has_no_host_bits_and_knows_its_addresses),
        cmocka_unit_test(an_endpoint_may_leave_its_port_out),
        cmocka_unit_test(rates_and_times_have_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
