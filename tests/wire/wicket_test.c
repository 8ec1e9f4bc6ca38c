/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "wire/wicket/wicket.h"

static uint8_t space[256];

static struct bytes encoded(const struct wicket_message *message)
{
    struct writer w = writer_of(space, sizeof space);
    assert_true(wicket_encode(&w, message));
    return writer_bytes(&w);
}

static bool passes(struct bytes in, enum wicket_side from, struct wicket_message *out)
{
    struct fault fault = {0};
    bool good = wicket_decode(in, from, out, &fault);
    assert_int_equal(good, fault.what == NULL);
    return good;
}

static void each_kind_comes_out_as_it_went_in(void **state)
{
    (void)state;
    struct wicket_message out,
        in = {.kind = WICKET_NGAP, .association = 7, .stream = 3, .body = bytes_of("abc", 3)};
    assert_true(passes(encoded(&in), WICKET_FROM_CONTROL, &out));
    assert_int_equal(out.kind, WICKET_NGAP);
    assert_int_equal(out.association, 7);
    assert_int_equal(out.stream, 3);
    assert_true(bytes_equal(out.body, in.body));
    assert_null(out.digest);

    uint8_t digest[WICKET_DIGEST_BYTES] = {1, 2, 3};
    in.digest = digest;
    assert_true(passes(encoded(&in), WICKET_FROM_EDGE, &out));
    assert_memory_equal(out.digest, digest, sizeof digest);
    assert_true(bytes_equal(out.body, in.body));
    in.body.len = 0; /* the digest alone is no message */
    assert_false(passes(encoded(&in), WICKET_FROM_EDGE, &out));

    in = (struct wicket_message){.kind = WICKET_KEPT, .association = UINT64_MAX};
    address_parse(&in.peer, "2001:db8::7", 38412);
    assert_true(passes(encoded(&in), WICKET_FROM_EDGE, &out));
    assert_true(address_same_host(&in.peer, &out.peer));
    assert_int_equal(address_port(&out.peer), 38412);

    in = (struct wicket_message){.kind = WICKET_HELLO,
                                 .version = WICKET_VERSION,
                                 .tables = 0x12345678,
                                 .body = bytes_of("default", 7)};
    assert_true(passes(encoded(&in), WICKET_FROM_EDGE, &out));
    assert_int_equal(out.tables, 0x12345678);
    assert_true(passes(encoded(&in), WICKET_FROM_CONTROL, &out));
    in = (struct wicket_message){.kind = WICKET_CLOSE, .association = 1};
    assert_true(passes(encoded(&in), WICKET_FROM_CONTROL, &out));
    in = (struct wicket_message){.kind = WICKET_CONDUCT, .association = 1, .misdeeds = {1, 2, UINT32_MAX}};
    assert_true(passes(encoded(&in), WICKET_FROM_EDGE, &out));
    assert_memory_equal(out.misdeeds, in.misdeeds, sizeof in.misdeeds);
    assert_false(passes(encoded(&in), WICKET_FROM_CONTROL, &out));
}

static void neither_side_may_send_what_is_the_others(void **state)
{
    (void)state;
    struct wicket_message out, in = {.kind = WICKET_CLOSE, .association = 1};
    assert_false(passes(encoded(&in), WICKET_FROM_EDGE, &out));
    in = (struct wicket_message){.kind = WICKET_DOWN, .association = 1, .body = bytes_of("gone", 4)};
    assert_true(passes(encoded(&in), WICKET_FROM_EDGE, &out));
    assert_false(passes(encoded(&in), WICKET_FROM_CONTROL, &out));
}

static void what_is_cut_or_changed_in_length_is_refused(void **state)
{
    (void)state;
    struct wicket_message out, in = {.kind = WICKET_UP, .association = 1};
    address_parse(&in.peer, "192.0.2.1", 1);
    struct bytes whole = encoded(&in);
    for (size_t length = 0; length < whole.len; length++)
        assert_false(passes(bytes_of(whole.data, length), WICKET_FROM_EDGE, &out));
    assert_false(passes(bytes_of(whole.data, whole.len + 1), WICKET_FROM_EDGE, &out));
}

static void ids_versions_and_texts_are_checked(void **state)
{
    (void)state;
    struct wicket_message out, in = {.kind = WICKET_NGAP, .body = bytes_of("abc", 3)};
    assert_false(passes(encoded(&in), WICKET_FROM_EDGE, &out)); /* association 0 */
    in = (struct wicket_message){.kind = WICKET_HELLO, .body = bytes_of("a\nb", 3)};
    assert_false(passes(encoded(&in), WICKET_FROM_EDGE, &out));
    in = (struct wicket_message){.kind = (enum wicket_kind)99, .association = 1};
    assert_false(passes(encoded(&in), WICKET_FROM_EDGE, &out));
    in = (struct wicket_message){.kind = WICKET_DOWN, .association = 1, .body = bytes_of("ab", 2)};
    encoded(&in);
    space[0]++;
    assert_false(passes(bytes_of(space, WICKET_HEADER_BYTES + 2), WICKET_FROM_EDGE, &out));
}

static void a_hello_of_another_build_is_understood_and_known_as_such(void **state)
{
    (void)state;
    struct wicket_message out,
        in = {.kind = WICKET_HELLO, .version = WICKET_VERSION, .tables = 5, .body = bytes_of("default", 7)};
    assert_true(passes(encoded(&in), WICKET_FROM_EDGE, &out));
    assert_true(wicket_same_build(&out, 5));
    assert_false(wicket_same_build(&out, 6));
    in.version++;
    assert_true(passes(encoded(&in), WICKET_FROM_EDGE, &out));
    assert_int_equal(out.version, WICKET_VERSION + 1);
    assert_false(wicket_same_build(&out, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_comes_out_as_it_went_in),
        cmocka_unit_test(neither_side_may_send_what_is_the_others),
        cmocka_unit_test(what_is_cut_or_changed_in_length_is_refused),
        cmocka_unit_test(ids_versions_and_texts_are_checked),
        cmocka_unit_test(a_hello_of_another_build_is_understood_and_known_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
