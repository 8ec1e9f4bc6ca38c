/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdio.h>

#include "wire/dns/dns.h"

#define ID "\x12\x34"
#define NAME          \
    "\x07witness\x07" \
    "example\x00"
#define ASKS_A NAME "\x00\x01\x00\x01"
#define ALIAS                                              \
    "\xc0\x0c\x00\x05\x00\x01\x00\x00\x0e\x10\x00\x07\x04" \
    "host\xc0\x14"
#define ADDRESS "\xc0\x2d\x00\x01\x00\x01\x00\x00\x0e\x10\x00\x04\xc0\x00\x02\x07"
#define GOOD    ID "\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00" ASKS_A ALIAS ADDRESS

#define TEXT(text) bytes_of(text, sizeof(text) - 1)

static const struct dns_question question = {.id = 0x1234, .name = "witness.example", .type = DNS_A};
static struct dns_answer answer;

static bool reads(struct bytes in)
{
    struct fault fault;
    return dns_read(in, &question, &answer, &fault);
}

static void a_question_is_written_as_the_rfc_has_it(void **state)
{
    static const char expected[] = ID "\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" ASKS_A;
    uint8_t space[DNS_MESSAGE_BYTES];
    struct writer w = writer_of(space, sizeof space);
    (void)state;
    assert_true(dns_write(&w, &question));
    assert_true(bytes_equal(writer_bytes(&w), TEXT(expected)));
    w = writer_of(space, sizeof space);
    assert_true(
        dns_write(&w, &(struct dns_question){.id = 0x1234, .name = "witness.example.", .type = DNS_A}));
    assert_true(bytes_equal(writer_bytes(&w), TEXT(expected)));
    for (size_t room = 0; room < sizeof expected - 1; room++) {
        w = writer_of(space, room);
        assert_false(dns_write(&w, &question));
    }
}

static void names_that_are_none_are_not_asked_for(void **state)
{
    static const char *const wrong[] = {
        "",
        ".",
        "a..b",
        ".a",
        "a b",
        "a/b",
        "\xc3\xa9.example",
        "a-label-that-is-longer-than-the-sixty-three-octets-that-it-may-have.example"};
    char name[DNS_NAME_BYTES + 1];
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(dns_name_is_valid(wrong[i]));
    for (size_t i = 0; i < DNS_NAME_BYTES; i++)
        name[i] = i % 2 ? '.' : 'a';
    name[DNS_NAME_BYTES] = '\0';
    assert_false(dns_name_is_valid(name));
    name[DNS_NAME_BYTES - 1] = '\0';
    assert_true(dns_name_is_valid(name));
}

static void addresses_behind_an_alias_are_read(void **state)
{
    char text[ADDRESS_TEXT];
    (void)state;
    assert_true(reads(TEXT(GOOD)));
    assert_int_equal(answer.code, DNS_NO_ERROR);
    assert_int_equal(answer.count, 1);
    assert_string_equal(address_print(&answer.addresses[0], text), "192.0.2.7:0");
}

static void an_answer_cut_short_is_none(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof GOOD - 1; length++)
        assert_false(reads(bytes_of(GOOD, length)));
}

static void an_answer_to_another_question_is_none(void **state)
{
    const struct bytes others[] = {
        TEXT("\x12\x35\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00" ASKS_A),             /* id */
        TEXT(ID "\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" ASKS_A),                  /* a question */
        TEXT(ID "\x89\x80\x00\x01\x00\x00\x00\x00\x00\x00" ASKS_A),                  /* inverse */
        TEXT(ID "\x81\x80\x00\x00\x00\x00\x00\x00\x00\x00" ASKS_A),                  /* none */
        TEXT(ID "\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00" NAME "\x00\x1c\x00\x01"), /* AAAA */
        TEXT(ID "\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x07witnest\x07"
                "example\x00\x00\x01\x00\x01"),                                             /* name */
        TEXT(ID "\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x07witness\x00\x00\x01\x00\x01"), /* shorter */
        TEXT(ID "\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x07witness\x07"
                "example\x01x\x00\x00\x01\x00\x01"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(reads(others[i]));
}

static void the_case_of_a_name_does_not_matter(void **state)
{
    static const char told[] = ID "\x81\x83\x00\x01\x00\x00\x00\x00\x00\x00\x07WITNESS\x07"
                                  "Example\x00\x00\x01\x00\x01";
    (void)state;
    assert_true(reads(TEXT(told)));
    assert_int_equal(answer.code, DNS_NO_NAME);
    assert_int_equal(answer.count, 0);
}

static void more_addresses_than_there_is_room_for_are_left(void **state)
{
    static const char record[] = "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04\x0a\x00\x00\x01";
    uint8_t space[DNS_MESSAGE_BYTES];
    struct writer w = writer_of(space, sizeof space);
    (void)state;
    write_bytes(&w, TEXT(ID "\x81\x80\x00\x01\x00\x20\x00\x00\x00\x00" ASKS_A));
    for (unsigned i = 0; i < 32; i++)
        write_bytes(&w, TEXT(record));
    assert_true(reads(writer_bytes(&w)));
    assert_int_equal(answer.count, DNS_ADDRESSES);
}

static void an_address_of_another_length_is_left_out(void **state)
{
    static const char told[] = ID "\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" ASKS_A
                                  "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x05\x0a\x00\x00\x01\x02";
    (void)state;
    assert_true(reads(TEXT(told)));
    assert_int_equal(answer.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_written_as_the_rfc_has_it),
        cmocka_unit_test(names_that_are_none_are_not_asked_for),
        cmocka_unit_test(addresses_behind_an_alias_are_read),
        cmocka_unit_test(an_answer_cut_short_is_none),
        cmocka_unit_test(an_answer_to_another_question_is_none),
        cmocka_unit_test(the_case_of_a_name_does_not_matter),
        cmocka_unit_test(more_addresses_than_there_is_room_for_are_left),
        cmocka_unit_test(an_address_of_another_length_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
