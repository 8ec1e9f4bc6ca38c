/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdio.h>

#include "sbi/message.h"

struct given {
    struct arena arena;
    struct sbi_content content;
    struct fault fault;
};

static struct bytes text_bytes(const char *text)
{
    return bytes_of(text, strlen(text));
}

static bool read(struct given *given, const char *type, struct bytes body)
{
    struct sbi_message message = {.type = type, .body = body};
    *given = (struct given){0};
    arena_init(&given->arena, 0);
    return sbi_content_read(&message, &given->arena, &given->content, &given->fault);
}

static void done(struct given *given)
{
    sbi_content_free(&given->content);
    arena_free(&given->arena);
}

static void what_is_written_reads_the_same(void **state)
{
    struct arena arena;
    struct given given;
    struct sbi_content content = {.json = json_object()};
    struct sbi_message message = {0};
    const uint8_t nas[] = {0x7e, 0x00, '\r', '\n', '-', '-', 0x00};
    (void)state;
    arena_init(&arena, 0);
    json_object_set_new(content.json, "n1", sbi_content_add(&content, &arena, SBI_5GNAS, BYTES(nas)));
    json_object_set_new(content.json, "n2",
                        sbi_content_add(&content, &arena, SBI_NGAP, text_bytes("demarc-part-000")));
    assert_true(sbi_content_write(&content, &arena, &message));
    assert_true(read(&given, message.type, message.body));
    assert_true(json_equal(given.content.json, content.json));
    assert_true(bytes_equal(sbi_content_part(&given.content, given.content.json, "n1"), BYTES(nas)));
    assert_true(bytes_equal(sbi_content_part(&given.content, given.content.json, "n2"),
                            text_bytes("demarc-part-000")));
    assert_string_equal(given.content.parts[1].type, SBI_NGAP);
    done(&given);
    sbi_content_free(&content);
    arena_free(&arena);
}

static void other_writers_of_multipart_are_understood(void **state)
{
    struct given given;
    (void)state;
    const char *body =
        "preamble\r\n--a b  \r\nContent-type:application/json; charset=utf-8\r\n\r\n"
        "{\"x\":{\"contentId\":\"one@there\"}}\r\n--a b\r\nX-Other: 1\r\ncontent-id: <one@there>\r\n"
        "CONTENT-TYPE: application/vnd.3gpp.ngap\r\n\r\nabc\r\n--a b--";
    assert_true(
        read(&given, "Multipart/Related; start=\"<x;y>\"; Boundary=\"a b\"; type=x", text_bytes(body)));
    assert_true(bytes_equal(sbi_content_part(&given.content, given.content.json, "x"), text_bytes("abc")));
    done(&given);
}

static void what_is_no_content_is_refused(void **state)
{
    static const struct {
        const char *type, *body;
    } cases[] = {
        {"", "{}"},
        {"text/plain", "{}"},
        {SBI_JSON, ""},
        {SBI_JSON, "[]"},
        {SBI_JSON, "{\"a\":1,\"a\":2}"},
        {SBI_JSON, "{\"a\":"},
        {SBI_JSON, "{\"a\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}"},
        {"multipart/related", "--a\r\n\r\n{}\r\n--a--"},
        {"multipart/related; boundary=", "--\r\n\r\n{}\r\n----"},
        {"multipart/related; boundary=\"a", "--a\r\nContent-Type: application/json\r\n\r\n{}\r\n--a--"},
        {"multipart/related; boundary=a", ""},
        {"multipart/related; boundary=a", "--a--"},
        {"multipart/related; boundary=a", "--a\r\nContent-Type: application/json\r\n\r\n{}\r\n--a"},
        {"multipart/related; boundary=a", "--a\r\nContent-Type: application/json\r\n{}\r\n--a--"},
        {"multipart/related; boundary=a", "--a\r\nContent-Type: text/plain\r\n\r\n{}\r\n--a--"},
        {"multipart/related; boundary=a", "--ax\r\nContent-Type: application/json\r\n\r\n{}\r\n--a--"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct given given;
        assert_false(read(&given, cases[i].type, text_bytes(cases[i].body)));
        assert_non_null(given.fault.what);
        assert_null(given.content.json);
        done(&given);
    }
}

static void parts_without_number_are_refused(void **state)
{
    struct given given;
    char body[8192];
    size_t length = (size_t)snprintf(body, sizeof body, "--a\r\nContent-Type: application/json\r\n\r\n{}");
    (void)state;
    for (int i = 0; i <= SBI_PARTS; i++)
        length +=
            (size_t)snprintf(body + length, sizeof body - length, "\r\n--a\r\nContent-ID: %d\r\n\r\n", i);
    snprintf(body + length, sizeof body - length, "\r\n--a--");
    assert_false(read(&given, "multipart/related; boundary=a", text_bytes(body)));
    assert_string_equal(given.fault.what, "too many parts");
    done(&given);
}

static void a_reference_to_nothing_finds_nothing(void **state)
{
    struct given given;
    (void)state;
    assert_true(read(&given, SBI_JSON, text_bytes("{\"x\":{\"contentId\":\"n\"},\"y\":3}")));
    assert_int_equal(sbi_content_part(&given.content, given.content.json, "x").len, 0);
    assert_int_equal(sbi_content_part(&given.content, given.content.json, "y").len, 0);
    assert_int_equal(sbi_content_part(&given.content, given.content.json, "z").len, 0);
    done(&given);
}

static void a_problem_tells_its_cause(void **state)
{
    struct arena arena;
    char cause[32];
    (void)state;
    arena_init(&arena, 0);
    struct sbi_message problem = sbi_problem(&arena, 404, "CONTEXT_NOT_FOUND", NULL);
    assert_int_equal(problem.status, 404);
    assert_string_equal(problem.type, SBI_PROBLEM);
    assert_string_equal(sbi_problem_cause(&problem, cause, sizeof cause), "CONTEXT_NOT_FOUND");
    problem.body = text_bytes("{\"cause\":7}");
    assert_string_equal(sbi_problem_cause(&problem, cause, sizeof cause), "");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_the_same),
        cmocka_unit_test(other_writers_of_multipart_are_understood),
        cmocka_unit_test(what_is_no_content_is_refused),
        cmocka_unit_test(parts_without_number_are_refused),
        cmocka_unit_test(a_reference_to_nothing_finds_nothing),
        cmocka_unit_test(a_problem_tells_its_cause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
