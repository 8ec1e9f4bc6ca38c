/* SPDX-License-Identifier: Apache-2.0 */
/* The page of an oversight report: what it tells whom, what it lets nobody do to it, and whose copy it is. */
#include "../check.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "report/page.h"

#define HOSTILE "\\\"><script>alert(1)</script><svg onload=x>'&"

static const char facts_text[] =
    "{\"report\":1,\"network\":\"demarc\",\"date\":\"2026-11-22\","
    "\"profile\":{\"name\":\"uk-2020-01\",\"title\":\"" HOSTILE "\",\"expires\":\"\",\"network\":\"lab\"},"
    "\"domains\":[{\"name\":\"north\",\"vendor\":\"" HOSTILE "\",\"risk\":\"high\",\"gnbs\":2},"
    "{\"name\":\"south\",\"vendor\":\"house\",\"risk\":\"trusted\",\"gnbs\":5}],"
    "\"rules\":[{\"rule\":\"H1\",\"statement\":\"s\",\"state\":\"kept\",\"finding\":\"" HOSTILE
    "\",\"refusals\":3,\"entry\":9},"
    "{\"rule\":\"H2\",\"statement\":\"s\",\"state\":\"unknown\",\"finding\":\"\",\"refusals\":null}],"
    "\"shares\":{\"sites\":{\"value\":1,\"all\":3,\"limit\":35},\"traffic\":{\"why\":\"" HOSTILE "\"},"
    "\"history\":{\"step\":3600,\"points\":[{\"time\":1790000000,\"sites\":10,\"traffic\":20},"
    "{\"time\":1790003600,\"sites\":33.3,\"traffic\":34},{\"time\":1790090000,\"sites\":1,\"traffic\":0}]}},"
    "\"losses\":[{\"vendor\":\"" HOSTILE
    "\",\"risk\":\"high risk\",\"sites_left\":2,\"sites\":3,\"vendors_left\":1,"
    "\"areas_lost\":[\"999/70-7\"],\"phones\":null,\"flipped\":0}],"
    "\"suspensions\":[{\"rule\":\"H2\",\"by\":\"" HOSTILE "\",\"reason\":\"" HOSTILE
    "\",\"until\":\"2027-01-31\"}],"
    "\"mitigations\":[{\"name\":\"m1\",\"approved_by\":\"" HOSTILE
    "\",\"approved\":\"2026-01-01\",\"expires\":\"2027-01-01\","
    "\"in_force\":true}],"
    "\"drills\":[{\"vendor\":\"" HOSTILE "\",\"drill\":true,\"begun\":\"2026-11-01\",\"reason\":\"" HOSTILE
    "\",\"phones\":4,"
    "\"moved\":1,\"returned\":3,\"sessions_lost\":0,\"protected_sessions_lost\":0,\"off_after\":0.25}],"
    "\"map\":{\"sites\":[{\"name\":\"" HOSTILE "\",\"position\":[52.5,13.4],\"high_risk\":true},"
    "{\"name\":\"far\",\"position\":[52.6,13.5],\"high_risk\":false}],"
    "\"places\":[{\"name\":\"ministry\",\"corners\":[[52.51,13.41],[52.52,13.42],[52.51,13.43]]}]},"
    "\"evidence\":{\"log\":\"demarc+01020304+key\",\"entries\":12,\"size\":12,\"cosigned\":1,\"quorum\":1,"
    "\"state\":\"cosigned\","
    "\"witnesses\":[\"w+1+k\"],\"checkpoint\":\"demarc\\n12\\nroot\\n\\n\xe2\x80\x94 demarc sig\\n\","
    "\"proofs\":[{\"rule\":\"H1\",\"index\":9,\"covered\":12,\"cosigned\":1,\"entry\":\"{\\\"gnb\\\":\\\"<b>"
    "\\\"}\","
    "\"proof\":\"c2sp.org/tlog-proof@v1\\nextra AA==\\n\"}]}}";

static json_t *facts;

static int set_up(void **state)
{
    (void)state;
    facts = json_loads(facts_text, 0, NULL);
    assert_non_null(facts);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(facts);
    return 0;
}

static struct report_copy copy_of(const char *recipient, uint64_t mark)
{
    return (struct report_copy){.recipient = recipient, .mark = mark, .places = true};
}

static char *page_of(const struct report_copy *copy)
{
    struct markup page = {0};
    assert_true(report_page(&page, facts, copy));
    return page.text;
}

/* As it is when somebody copies the page's text elsewhere: no tags, lines broken otherwise. */
static char *copied_text(const char *page)
{
    char *text = malloc(strlen(page) + 1), *to = text;
    bool tag = false;
    unsigned column = 0;
    for (; *page; page++) {
        tag = tag || *page == '<';
        if (!tag) {
            const bool turn = isspace((unsigned char)*page) && ++column % 7 == 0;
            *to++ = turn ? '\n' : *page;
        }
        tag = tag && *page != '>';
    }
    *to = '\0';
    return text;
}

static unsigned count(const char *text, const char *part)
{
    unsigned found = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        found++;
    return found;
}

static void what_others_call_themselves_stays_text(void **state)
{
    (void)state;
    const struct report_copy copy = copy_of("\"><img src=x>", 7);
    char *page = page_of(&copy);
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<svg onload"));
    assert_null(strstr(page, "<img"));
    assert_null(strstr(page, "\"><"
                             "script"));
    assert_non_null(strstr(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_int_equal(count(page, "<b>\""), 0);
    free(page);
}

static void the_page_needs_nothing_else(void **state)
{
    (void)state;
    const struct report_copy copy = copy_of("regulator", 7);
    char *page = page_of(&copy);
    assert_null(strstr(page, "http"
                             "://"));
    assert_null(strstr(page, "https"
                             "://"));
    assert_null(strstr(page, " src="));
    assert_null(strstr(page, "url("));
    assert_int_equal(strncmp(page, "<!DOCTYPE html>", 15), 0);
    assert_string_equal(page + strlen(page) - 8, "</html>\n");
    free(page);
}

static void the_same_facts_make_the_same_page(void **state)
{
    (void)state;
    const struct report_copy copy = copy_of("regulator", 0x0123456789abcdef);
    char *one = page_of(&copy), *other = page_of(&copy);
    assert_string_equal(one, other);
    free(one);
    free(other);
}

static void evidence_is_the_same_in_each_copy_to_the_octet(void **state)
{
    (void)state;
    json_t *answers = json_pack("[{s:s, s:s, s:s}]", "label", "flash", "verdict", "withhold", "reason", "so");
    const struct report_copy one = copy_of("regulator", 1);
    const struct report_copy other = {.recipient = "ally", .mark = UINT64_MAX, .answers = answers};
    struct markup part = {0};
    char *pages[] = {page_of(&one), page_of(&other)};
    report_evidence(&part, json_object_get(facts, "evidence"));
    for (unsigned i = 0; i < 2; i++) {
        const char *at = strstr(pages[i], "<section id=\"evidence\">");
        assert_non_null(at);
        assert_int_equal(strncmp(at, part.text, part.length), 0);
        free(pages[i]);
    }
    markup_free(&part);
    json_decref(answers);
}

static void a_partner_sees_its_own_answers_and_no_places(void **state)
{
    (void)state;
    json_t *answers = json_pack("[{s:s, s:s, s:s}]", "label", "flash", "verdict", "withhold", "reason", "so");
    const struct report_copy ally = {.recipient = "ally", .mark = 3, .answers = answers};
    const struct report_copy regulator = copy_of("regulator", 3);
    char *of_ally = page_of(&ally), *of_regulator = page_of(&regulator);
    assert_non_null(strstr(of_ally, "withhold"));
    assert_null(strstr(of_ally, "ministry"));
    assert_null(strstr(of_regulator, "withhold"));
    assert_non_null(strstr(of_regulator, "ministry"));
    free(of_ally);
    free(of_regulator);
    json_decref(answers);
}

static void it_says_where_answers_come_from(void **state)
{
    (void)state;
    json_t *answers = json_pack("[{s:s, s:s, s:s, s:s, s:{s:s, s:i}}]", "label", "flash", "path",
                                "domain=" HOSTILE ",upf=default", "verdict", "withhold", "reason", HOSTILE,
                                "entry", "run", "00ff", "number", 12);
    struct report_copy copy = {.recipient = "ally", .answers = answers, .answers_from = "core"};
    char *page = page_of(&copy);
    assert_non_null(strstr(page, "Asked of the core as it runs"));
    assert_non_null(strstr(page, "cells of "));
    assert_non_null(strstr(page, "00ff/12"));
    assert_null(strstr(page, "<script"));
    free(page);
    copy.answers_from = "files";
    page = page_of(&copy);
    assert_non_null(strstr(page, "Worked out from files"));
    free(page);
    json_decref(answers);
}

/* The line is broken where nothing was known. */
static void shares_are_drawn_over_time(void **state)
{
    (void)state;
    struct markup page = {0};
    picture_history(&page, json_object_get(facts, "shares"));
    const char *line = strstr(page.text, "share of-traffic");
    assert_non_null(line);
    assert_int_equal(count(line, "h.1"), 2);
    assert_int_equal(count(page.text, "class=\"limit\""), 1);
    markup_free(&page);
}

/* Each square says how many it stands for, and the page does not grow with them. */
static void many_sites_are_added_up(void **state)
{
    (void)state;
    json_t *squares = json_array();
    for (int i = 0; i < 48 * 28; i++)
        json_array_append_new(squares, json_pack("{s:[f, f], s:i, s:i}", "position", 50 + i / 48 / 10.0,
                                                 8 + i % 48 / 10.0, "sites", 75, "high_risk_sites", i % 3));
    json_object_set_new(
        facts, "map",
        json_pack("{s:o, s:[], s:i, s:i}", "squares", squares, "places", "count", 100800, "unplaced", 7));
    const struct report_copy copy = copy_of("regulator", 3);
    char *page = page_of(&copy);
    assert_non_null(strstr(page, "75 sites, 2 of them with high-risk radio"));
    assert_non_null(strstr(page, "7 without a position"));
    assert_true(strlen(page) < 1024 * 1024);
    free(page);
}

static void what_is_not_cosigned_is_not_called_evidence(void **state)
{
    (void)state;
    const struct report_copy copy = copy_of("regulator", 3);
    char *page = page_of(&copy);
    assert_null(strstr(page, "Not yet cosigned"));
    free(page);
    json_object_set_new(json_object_get(facts, "evidence"), "state", json_string("not yet cosigned"));
    page = page_of(&copy);
    assert_non_null(strstr(page, "Not yet cosigned"));
    free(page);
    json_object_set_new(json_object_get(facts, "evidence"), "state", json_string("no quorum"));
    page = page_of(&copy);
    assert_non_null(strstr(page, "Not cosigned"));
    free(page);
}

static void what_is_missing_is_unknown(void **state)
{
    (void)state;
    const struct report_copy copy = copy_of("regulator", 3);
    json_object_clear(facts);
    char *page = page_of(&copy);
    assert_non_null(strstr(page, "unknown"));
    assert_non_null(strstr(page, "Not yet cosigned"));
    free(page);
}

static void a_copy_names_its_recipient_three_times(void **state)
{
    (void)state;
    const uint64_t mark = 0xfedcba9876543210;
    const struct report_copy copy = {
        .recipient = "regulator", .mark = mark, .answers = json_array(), .places = true};
    char *page = page_of(&copy), *text = copied_text(page);
    struct mark_found found;
    mark_find(text, &found);
    assert_true(found.has_visible && found.visible == mark);
    assert_true(found.has_woven && found.woven == mark);
    assert_int_equal(found.sentences, (1 << MARK_SENTENCES) - 1);
    assert_true(mark_fits(&found, mark));
    assert_false(mark_fits(&found, mark ^ 4));
    json_decref((json_t *)copy.answers);
    free(text);
    free(page);
}

/* Printed and typed again: words are left, and what one can see. */
static void words_alone_tell_whose_it_is(void **state)
{
    (void)state;
    struct mark_found found;
    struct markup piece = {0};
    markup_add(&piece, "He wrote: \xe2\x80\x9c");
    for (unsigned i = 4; i < 10; i++)
        mark_say(&piece, 0x155, i);
    markup_add(&piece, "\xe2\x80\x9d");
    mark_find(piece.text, &found);
    assert_false(found.has_visible || found.has_woven);
    assert_int_equal(found.sentences, 0x3f0);
    assert_true(mark_fits(&found, 0x155));
    assert_true(mark_fits(&found, 0x155 | 1));
    assert_false(mark_fits(&found, 0x155 ^ 0x10));
    markup_free(&piece);
}

static void a_paragraph_alone_tells_whose_it_is(void **state)
{
    (void)state;
    struct mark_found found;
    struct markup piece = {0};
    markup_add(&piece, "what somebody copied");
    mark_weave(&piece, 0x8000000000000001);
    markup_add(&piece, " and pasted");
    mark_find(piece.text, &found);
    assert_true(found.has_woven && found.woven == 0x8000000000000001);
    mark_find("copy 0000-0000-0000-000", &found);
    assert_false(found.has_visible);
    mark_find("", &found);
    assert_false(found.has_visible || found.has_woven || found.sentences);
    markup_free(&piece);
}

static void nobody_hides_or_forges_anything_in_a_name(void **state)
{
    (void)state;
    static const char *const names[] = {"\xe2\x80\xae"
                                        "evil",
                                        "a\xe2\x80\x8b"
                                        "b",
                                        "\xff\xfe",
                                        "\xc3",
                                        "a\x01"
                                        "b",
                                        "\xed\xa0\x80",
                                        "\xc0\xaf",
                                        "\xf4\x90\x80\x80",
                                        "\xe2\x81\xa0",
                                        "\xf3\xa0\x80\x81"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct markup text = {0};
        markup_text(&text, names[i]);
        assert_non_null(strstr(text.text, "\xef\xbf\xbd"));
        assert_null(strstr(text.text, names[i]));
        markup_free(&text);
    }
    struct markup text = {0};
    markup_text(&text, "Zürich \xf0\x9f\x93\xb6 Ελλάδα");
    assert_string_equal(text.text, "Zürich \xf0\x9f\x93\xb6 Ελλάδα");
    markup_free(&text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_others_call_themselves_stays_text),
        TEST(the_page_needs_nothing_else),
        TEST(the_same_facts_make_the_same_page),
        TEST(evidence_is_the_same_in_each_copy_to_the_octet),
        TEST(a_partner_sees_its_own_answers_and_no_places),
        TEST(it_says_where_answers_come_from),
        TEST(shares_are_drawn_over_time),
        TEST(many_sites_are_added_up),
        TEST(what_is_not_cosigned_is_not_called_evidence),
        TEST(what_is_missing_is_unknown),
        TEST(a_copy_names_its_recipient_three_times),
        TEST(words_alone_tell_whose_it_is),
        TEST(a_paragraph_alone_tells_whose_it_is),
        TEST(nobody_hides_or_forges_anything_in_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
