/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask the console, and what it says where nothing runs. */
#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "face/console/api.h"
#include "face/console/guard.h"

static void only_the_hosts_own_addresses_are_its_names(void **state)
{
    static const char *const here[] = {"127.0.0.1:9999", "127.0.0.1",      "[::1]:9999",  "[::1]",
                                       "localhost",      "LOCALHOST:9999", "192.0.2.1:80"};
    static const char *const elsewhere[] = {
        "",          "rebound.example",   "127.0.0.1.example:9999", "[::1",
        "x.example", "localhost.example", "127.0.0.1@example"};
    (void)state;
    for (size_t i = 0; i < sizeof here / sizeof *here; i++)
        assert_true(host_is_here(here[i]));
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        assert_false(host_is_here(elsewhere[i]));
    assert_false(host_is_here(NULL));
    char *longest = malloc(70000);
    memset(longest, '1', 69999);
    longest[69999] = '\0';
    assert_false(host_is_here(longest));
    free(longest);
}

static void a_token_fits_to_the_octet(void **state)
{
    (void)state;
    assert_true(token_fits("0123456789abcdef", "Bearer 0123456789abcdef"));
    assert_true(token_fits("0123456789abcdef", "bearer 0123456789abcdef"));
    assert_false(token_fits("0123456789abcdef", "Bearer 0123456789abcdeF"));
    assert_false(token_fits("0123456789abcdef", "Bearer 0123456789abcdef "));
    assert_false(token_fits("0123456789abcdef", "Bearer "));
    assert_false(token_fits("0123456789abcdef", "Basic 0123456789abcdef"));
    assert_false(token_fits("0123456789abcdef", "0123456789abcdef"));
    assert_false(token_fits("0123456789abcdef", ""));
    assert_false(token_fits("0123456789abcdef", NULL));
}

static bool token_of(const char *text, char token[TOKEN_BYTES])
{
    char path[] = "/tmp/token-XXXXXX";
    const char *why;
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    const bool read = token_read(path, token, &why);
    unlink(path);
    return read;
}

static void a_token_is_the_first_line_and_no_short_one(void **state)
{
    char token[TOKEN_BYTES];
    const char *why;
    (void)state;
    assert_true(token_of("0123456789abcdef\nmore\n", token));
    assert_string_equal(token, "0123456789abcdef");
    assert_false(token_of("0123456789abcde\n", token));
    assert_false(token_of("", token));
    assert_false(token_of("\n0123456789abcdef\n", token));
    assert_false(token_read("/nonexistent", token, &why));
}

static void pages_of_other_sites_are_kept_out(void **state)
{
    (void)state;
    assert_true(site_is_own(NULL));
    assert_true(site_is_own("same-origin"));
    assert_true(site_is_own("none"));
    assert_false(site_is_own("cross-site"));
    assert_false(site_is_own("same-site"));
    assert_false(site_is_own(""));
}

static void expect_code(struct api *api, const char *path, const char *words, unsigned code)
{
    json_t *reply = NULL, *said = json_loads(words, 0, NULL);
    assert_non_null(said);
    assert_int_equal(api_ask(api, path, said, &reply), code);
    assert_true(json_is_object(reply));
    json_decref(said);
    json_decref(reply);
}

/* The verb is the table's, never that of who asks. */
static void nothing_is_passed_on_but_what_is_listed(void **state)
{
    struct config_error error;
    static const char text[] = "runtime_dir: /nonexistent\nline: {inventory: ''}\n";
    struct config *config = config_parse(text, sizeof text - 1, "test", &error);
    (void)state;
    assert_non_null(config);
    struct api api = {.config = config, .config_path = "/nonexistent"};
    expect_code(&api, "", "{}", 200);
    expect_code(&api, "/ue.deregister", "{}", 404);
    expect_code(&api, "/line.bar", "{}", 404);
    expect_code(&api, "/status/", "{}", 404);
    expect_code(&api, "/../status", "{}", 404);
    expect_code(&api, "/gnb", "{\"verb\": \"ue.deregister\"}", 503);
    expect_code(&api, "/answer", "{\"session\": 1, \"labels\": {}, \"partner\": [], \"path\": null}", 503);
    assert_true(api_takes_body("/answer"));
    assert_false(api_takes_body("/status"));
    assert_false(api_takes_body("/nothing"));
    for (unsigned i = 0; i < 8; i++) {
        json_t *reply = NULL, *words = json_object();
        if (api_ask(&api, "/answer", words, &reply) == 429)
            i = 100;
        json_decref(words);
        json_decref(reply);
        assert_true(i < 7 || i >= 100);
    }
    api_close(&api);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_hosts_own_addresses_are_its_names),
        cmocka_unit_test(a_token_fits_to_the_octet),
        cmocka_unit_test(a_token_is_the_first_line_and_no_short_one),
        cmocka_unit_test(pages_of_other_sites_are_kept_out),
        cmocka_unit_test(nothing_is_passed_on_but_what_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
