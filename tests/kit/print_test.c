/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "kit/print.h"

static void show(struct printer *p)
{
    static const uint8_t nas[] = {0x7e, 0x00};
    print_open(p, NULL);
    print_uint(p, "id", 7);
    print_list(p, "items");
    print_text(p, NULL, "a\"b\n");
    print_int(p, NULL, -1);
    print_end(p);
    print_hex(p, "nas", BYTES(nas));
    print_enum(p, "cause", 3, "unspecified");
    print_bool(p, "last", true);
    print_close(p);
}

static void json_is_json(void **state)
{
    (void)state;
    char out[256];
    struct printer p;
    print_init(&p, PRINT_JSON, out, sizeof out);
    show(&p);
    assert_string_equal(out, "{\"id\":7,\"items\":[\"a\\\"b\\u000a\",-1],\"nas\":\"7e00\",\"cause\":"
                             "\"unspecified\",\"last\":true}");
    assert_false(p.cut);
}

static void text_is_indented(void **state)
{
    (void)state;
    char out[256];
    struct printer p;
    print_init(&p, PRINT_TEXT, out, sizeof out);
    show(&p);
    assert_string_equal(out, "- \n  id 7\n  items \n    - \"a\\\"b\\u000a\"\n    - -1\n  nas 7e00\n  cause "
                             "unspecified\n  last true\n");
}

static void what_does_not_fit_is_cut_and_said(void **state)
{
    (void)state;
    char out[16];
    struct printer p;
    print_init(&p, PRINT_JSON, out, sizeof out);
    show(&p);
    assert_true(p.cut);
    assert_int_equal(strlen(out), 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_json),
        cmocka_unit_test(text_is_indented),
        cmocka_unit_test(what_does_not_fit_is_cut_and_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
