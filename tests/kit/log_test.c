/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kit/log.h"

static char *text;
static size_t size;
static FILE *file;

static void capture(bool json)
{
    file = open_memstream(&text, &size);
    log_setup((struct log_settings){.level = LOG_INFO, .json = json, .to = file, .name = "control"});
}

static int teardown(void **state)
{
    (void)state;
    log_setup((struct log_settings){.level = LOG_INFO});
    fclose(file);
    free(text);
    return 0;
}

static void a_line_has_process_unit_message_and_context(void **state)
{
    (void)state;
    capture(false);
    log_info("amf", "gnb=1 supi=imsi-999700000000001", "registered after %d ms", 12);
    assert_non_null(
        strstr(text, "Z info    control/amf: registered after 12 ms [gnb=1 supi=imsi-999700000000001]\n"));
}

static void what_a_peer_sends_cannot_forge_a_line(void **state)
{
    (void)state;
    capture(false);
    log_warning("amf", "name=a\nb", "gNB name %s", "x\n2026 error: forged\x1b[31m");
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    assert_null(strchr(text, '\x1b'));
    assert_non_null(strstr(text, "x\\u000a2026"));
}

static void json_holds_the_context_as_members(void **state)
{
    (void)state;
    capture(true);
    log_error("smf", "pdu=5 flag", "said \"no\"");
    assert_non_null(strstr(text, "\"level\":\"error\",\"process\":\"control\",\"unit\":\"smf\","
                                 "\"message\":\"said \\\"no\\\"\",\"pdu\":\"5\",\"flag\":\"\"}\n"));
}

static unsigned lines(void)
{
    unsigned count = 0;
    for (const char *at = text; at && (at = strchr(at, '\n')); at++)
        count++;
    return count;
}

static void who_pays_gets_so_many_bytes_a_second_and_a_count_of_the_lines_left_out(void **state)
{
    (void)state;
    struct log_payer payer = {0};
    capture(false);
    log_warning("edge", NULL, "nonsense");
    const unsigned ten = 10 * (unsigned)strlen(text);
    log_charge(&payer, SECONDS(100), ten);
    for (int i = 0; i < 1000; i++)
        log_warning("edge", NULL, "nonsense");
    assert_int_equal(lines(), 1 + 10);
    log_error("edge", NULL, "what matters is always said");
    log_charge(&payer, SECONDS(101), ten);
    log_warning("edge", NULL, "again");
    assert_non_null(strstr(text, "lines left out before: 990"));
    log_charge(NULL, 0, 0);
    for (int i = 0; i < 100; i++)
        log_warning("edge", NULL, "nobody pays");
    assert_int_equal(lines(), 114);
}

static const char *never(bool *asked)
{
    *asked = true;
    return "";
}

static void a_line_that_nobody_pays_for_costs_not_even_its_words(void **state)
{
    (void)state;
    struct log_payer payer = {0};
    bool asked = false;
    capture(false);
    log_charge(&payer, SECONDS(100), 1);
    log_warning("edge", NULL, "longer than what is left, and written all the same");
    log_warning("edge", NULL, "%s", never(&asked));
    assert_false(asked);
    assert_int_equal(lines(), 1);
    assert_int_equal(payer.swallowed, 1);
    log_charge(NULL, 0, 0);
    log_warning("edge", NULL, "%s", never(&asked));
    assert_true(asked);
}

static void what_needs_no_escape_stands_as_it_is_beside_what_does(void **state)
{
    (void)state;
    capture(true);
    log_info("x", NULL, "\\a\"b\x01%s\n", "c");
    assert_non_null(strstr(text, "\"message\":\"\\\\a\\\"b\\u0001c\\u000a\""));
}

static void too_much_is_cut_to_one_whole_line(void **state)
{
    (void)state;
    capture(false);
    static char longest[5000];
    memset(longest, '\x01', sizeof longest - 1);
    log_info("x", longest, "%s", longest);
    assert_true(size <= 4096);
    assert_int_equal(text[size - 1], '\n');
}

static void levels_below_the_wanted_are_silent(void **state)
{
    (void)state;
    capture(false);
    log_debug("x", NULL, "hidden");
    fflush(file);
    assert_int_equal(size, 0);
    enum log_level level;
    assert_true(log_level_of("Debug", &level));
    assert_int_equal(level, LOG_DEBUG);
    assert_false(log_level_of("loud", &level));
}

static void the_journal_is_told_the_level_and_not_the_time(void **state)
{
    (void)state;
    char stream[48], line[80];
    struct stat is;
    FILE *journal = tmpfile();
    assert_int_equal(fstat(fileno(journal), &is), 0);
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)is.st_dev,
             (unsigned long long)is.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_setup((struct log_settings){.level = LOG_INFO, .to = journal, .name = "plane"});
    unsetenv("JOURNAL_STREAM");
    log_warning("nat", NULL, "no default route");
    rewind(journal);
    assert_non_null(fgets(line, sizeof line, journal));
    assert_string_equal(line, "<4>plane/nat: no default route\n");
    log_setup((struct log_settings){.level = LOG_INFO});
    fclose(journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_line_has_process_unit_message_and_context, teardown),
        cmocka_unit_test_teardown(what_a_peer_sends_cannot_forge_a_line, teardown),
        cmocka_unit_test_teardown(json_holds_the_context_as_members, teardown),
        cmocka_unit_test_teardown(a_line_that_nobody_pays_for_costs_not_even_its_words, teardown),
        cmocka_unit_test_teardown(what_needs_no_escape_stands_as_it_is_beside_what_does, teardown),
        cmocka_unit_test_teardown(too_much_is_cut_to_one_whole_line, teardown),
        cmocka_unit_test_teardown(who_pays_gets_so_many_bytes_a_second_and_a_count_of_the_lines_left_out,
                                  teardown),
        cmocka_unit_test(the_journal_is_told_the_level_and_not_the_time),
        cmocka_unit_test_teardown(levels_below_the_wanted_are_silent, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
