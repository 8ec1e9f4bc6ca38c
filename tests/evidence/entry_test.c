/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <string.h>

#include "evidence/entry.h"

static const struct evidence_entry refusal = {
    .time = 1795338000123456789,
    .source = "control",
    .run = 0x5f3a,
    .number = 17,
    .kind = EVIDENCE_REFUSAL,
    .rule = "N1",
    .association = 0xabc,
    .gnb = "south \"1\"\n",
    .procedure = "NG Setup",
    .reason = "its identity belongs to a gNB that is connected",
    .has_digest = true,
    .digest = {0xde, 0xad},
};

static const char refusal_line[] =
    "{\"time\":\"2026-11-22T09:00:00.123456789Z\",\"source\":\"control\",\"run\":\"0000000000005f3a\","
    "\"number\":17,\"kind\":\"refusal\",\"step\":\"\",\"rule\":\"N1\",\"association\":\"0000000000000abc\","
    "\"gnb\":\"south \\u00221\\u0022\\u000a\",\"procedure\":\"NG Setup\","
    "\"reason\":\"its identity belongs to a gNB that is connected\",\"victim_touched\":false,"
    "\"digest\":\"dead000000000000000000000000000000000000000000000000000000000000\"}";

static bool reads(const char *line, struct evidence_entry *entry)
{
    struct fault fault;
    return evidence_entry_read(bytes_of(line, strlen(line)), entry, &fault);
}

static void an_entry_has_one_form(void **state)
{
    uint8_t space[EVIDENCE_ENTRY_BYTES];
    struct writer w = writer_of(space, sizeof space);
    struct evidence_entry again;
    (void)state;
    assert_true(evidence_entry_write(&w, &refusal));
    assert_int_equal(writer_length(&w), strlen(refusal_line));
    assert_memory_equal(space, refusal_line, strlen(refusal_line));
    assert_true(reads(refusal_line, &again));
    assert_true(again.time == refusal.time && again.number == 17 && again.association == 0xabc);
    assert_string_equal(again.gnb, refusal.gnb);
    assert_memory_equal(again.digest, refusal.digest, sizeof refusal.digest);
}

/* Every octet turned into every other: what is still read is written as it was read. */
static void no_other_text_means_the_same(void **state)
{
    uint8_t space[EVIDENCE_ENTRY_BYTES];
    char line[sizeof refusal_line];
    struct evidence_entry entry;
    (void)state;
    for (size_t at = 0; at + 1 < sizeof refusal_line; at++)
        for (unsigned octet = 0; octet < 256; octet++) {
            struct writer w = writer_of(space, sizeof space);
            struct fault fault = {0};
            memcpy(line, refusal_line, sizeof line);
            line[at] = (char)octet;
            if (!evidence_entry_read(bytes_of(line, sizeof line - 1), &entry, &fault)) {
                assert_non_null(fault.what);
                continue;
            }
            assert_true(evidence_entry_write(&w, &entry));
            assert_true(bytes_equal(writer_bytes(&w), bytes_of(line, sizeof line - 1)));
        }
}

static void what_is_cut_or_goes_on_is_no_entry(void **state)
{
    struct evidence_entry entry;
    struct fault fault;
    char longer[sizeof refusal_line + 1];
    (void)state;
    for (size_t length = 0; length + 1 < sizeof refusal_line; length++)
        assert_false(evidence_entry_read(bytes_of(refusal_line, length), &entry, &fault));
    memcpy(longer, refusal_line, sizeof refusal_line);
    strcat(longer, " ");
    assert_false(reads(longer, &entry));
}

static void times_that_are_none_are_refused(void **state)
{
    static const char *const wrong[] = {"2026-02-29T00:00:00.000000000Z", "2026-13-01T00:00:00.000000000Z",
                                        "1969-12-31T23:59:59.999999999Z", "2026-11-22T24:00:00.000000000Z",
                                        "2262-11-22T00:00:00.000000000Z", "2026-04-31T00:00:00.000000000Z"};
    char line[sizeof refusal_line];
    struct evidence_entry entry;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        memcpy(line, refusal_line, sizeof line);
        memcpy(line + 9, wrong[i], strlen(wrong[i]));
        assert_false(reads(line, &entry));
    }
    memcpy(line + 9, "2028-02-29T00:00:00.000000000Z", 30);
    assert_true(reads(line, &entry));
}

/* A peer's text cannot make a line that is no entry, nor one that is too long. */
static void any_text_has_its_place(void **state)
{
    uint8_t space[EVIDENCE_ENTRY_BYTES];
    char wild[600];
    struct evidence_entry entry = refusal, again;
    struct fault fault;
    (void)state;
    for (unsigned seed = 1; seed < 500; seed++) {
        for (size_t i = 0; i < sizeof wild - 1; i++)
            wild[i] = (char)(1 + (seed * 2654435761U + (unsigned)i * 40503U * seed) % 255);
        wild[sizeof wild - 1] = '\0';
        evidence_text(entry.source, sizeof entry.source, wild);
        evidence_text(entry.gnb, sizeof entry.gnb, wild + 1);
        evidence_text(entry.procedure, sizeof entry.procedure, wild + 2);
        evidence_text(entry.reason, sizeof entry.reason, wild + 3);
        struct writer w = writer_of(space, sizeof space);
        assert_true(evidence_entry_write(&w, &entry));
        assert_null(memchr(space, '\n', writer_length(&w)));
        assert_true(evidence_entry_read(writer_bytes(&w), &again, &fault));
        assert_string_equal(again.reason, entry.reason);
    }
}

static void the_longest_entry_fits(void **state)
{
    uint8_t space[EVIDENCE_ENTRY_BYTES];
    struct evidence_entry entry = refusal;
    struct writer w = writer_of(space, sizeof space);
    (void)state;
    memset(entry.source, 1, sizeof entry.source - 1);
    memset(entry.rule, 1, sizeof entry.rule - 1);
    memset(entry.gnb, 1, sizeof entry.gnb - 1);
    memset(entry.procedure, 1, sizeof entry.procedure - 1);
    memset(entry.reason, 1, sizeof entry.reason - 1);
    entry.number = UINT64_MAX;
    assert_true(evidence_entry_write(&w, &entry));
}

static void text_that_is_cut_stays_text(void **state)
{
    char place[4];
    (void)state;
    evidence_text(place, sizeof place, "a\xc3\xa9\xc3\xa9");
    assert_string_equal(place, "a\xc3\xa9");
    evidence_text(place, sizeof place, "\xff\xc0\x80z");
    assert_string_equal(place, "???");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_has_one_form),
        cmocka_unit_test(no_other_text_means_the_same),
        cmocka_unit_test(what_is_cut_or_goes_on_is_no_entry),
        cmocka_unit_test(times_that_are_none_are_refused),
        cmocka_unit_test(any_text_has_its_place),
        cmocka_unit_test(the_longest_entry_fits),
        cmocka_unit_test(text_that_is_cut_stays_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
