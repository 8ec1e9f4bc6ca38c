/* SPDX-License-Identifier: Apache-2.0 */
/* A file of subscribers goes to a core that runs: message by message, each of which is written as a whole. */
#include "../check.h"

#include <stdio.h>
#include <string.h>

#include "face/book.h"
#include "face/import.h"
#include "kit/channel.h"
#include "store/subscriber_admin.h"

enum { MANY = 250 }; /* more than go into one message */

static struct config *config;
static struct store *store;
static unsigned messages;

/* --- the core, in place of face/book.c --- */

json_t *book_ask(struct book *book, json_t *request)
{
    const struct store_desk desk = {store, config};
    char *text = json_dumps(request, JSON_COMPACT);
    (void)book;
    assert_string_equal(json_string_value(json_object_get(request, "verb")), "subscriber.put");
    assert_true(strlen(text) <= CHANNEL_MESSAGE_BYTES);
    free(text);
    json_t *reply = store_admin_put(&desk, request);
    if (!json_object_get(reply, "ok"))
        json_object_set_new(reply, "ok", json_true());
    json_decref(request);
    messages++;
    return reply;
}

const struct config *book_config(const struct book *book)
{
    (void)book;
    return config;
}

bool book_is_whole(const struct book *book)
{
    (void)book;
    return false;
}

bool book_make_room(struct book *book, const char *supi)
{
    (void)book;
    (void)supi;
    return true;
}

bool book_commit(struct book *book)
{
    (void)book;
    return store_commit(store) == STORE_OK;
}

json_t *book_get(struct book *book, const char *supi, bool secrets, json_t **reply)
{
    (void)book;
    (void)secrets;
    (void)reply;
    fail_msg("%s is asked for", supi);
    return NULL;
}

/* --- files --- */

static int set_up(void **state)
{
    static const char yaml[] = "{}";
    struct config_error error;
    enum store_result result;
    const char *why;
    (void)state;
    config = config_parse(yaml, strlen(yaml), "test", &error);
    store = store_open((struct store_settings){.path = ":memory:"}, &result, &why);
    return config && store ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(store);
    config_free(config);
    return 0;
}

/* Subscriber first + i has network behind[i] behind his phone, 0: none. */
static bool import(unsigned first, const unsigned behind[MANY], size_t *written)
{
    static char text[MANY * 128];
    size_t length = (size_t)snprintf(text, sizeof text, "imsi,k,opc,ipv4_routes\n"), bad, removed;
    struct draft draft;
    for (unsigned i = 0; i < MANY; i++) {
        char route[32] = "";
        if (behind[i])
            snprintf(route, sizeof route, "172.20.%u.0/24", behind[i]);
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "99970000000%04u,465B5CE8B199B49FAA5F0A2EE238A6BC,"
                                   "E8ED289DEBA952E4283B54E88E6183CA,%s\n",
                                   first + i, route);
    }
    messages = 0;
    draft_init(&draft, NULL);
    assert_true(import_rows(&draft, "csv", "test", text, &bad));
    assert_int_equal(bad, 0);
    const bool ok = draft_apply(&draft, written, &removed);
    draft_free(&draft);
    return ok;
}

static void expect_owner(unsigned network, unsigned owner)
{
    const struct config_prefix route = {
        .family = AF_INET, .length = 24, .address = {172, 20, (uint8_t)network}};
    char supi[STORE_SUPI_BYTES], expected[STORE_SUPI_BYTES];
    snprintf(expected, sizeof expected, "imsi-99970000000%04u", owner);
    assert_int_equal(store_route_look(store, "internet", &route, "imsi-00101", supi), STORE_TAKEN);
    assert_string_equal(supi, expected);
}

static void who_has_what_another_is_to_get_comes_along(void **state)
{
    unsigned behind[MANY] = {[0] = 1, [1] = 2, [MANY - 2] = 3, [MANY - 1] = 4};
    size_t written;
    (void)state;
    assert_true(import(0, behind, &written));
    assert_int_equal(messages, 2);
    behind[0] = 4; /* whose owner gets another's, who gets none */
    behind[MANY - 1] = 3;
    behind[MANY - 2] = 0;
    behind[1] = 1;
    assert_true(import(0, behind, &written));
    assert_int_equal(written, MANY);
    assert_int_equal(messages, 4);
    expect_owner(4, 0);
    expect_owner(1, 1);
    expect_owner(3, MANY - 1);
}

static void what_somebody_has_who_is_not_in_the_file_is_refused(void **state)
{
    const unsigned others[MANY] = {[0] = 1}, behind[MANY] = {[0] = 2, [MANY - 1] = 1};
    size_t written;
    (void)state;
    assert_true(import(1000, others, &written));
    assert_false(import(0, behind, &written));
    assert_int_equal(written, 200);
    expect_owner(1, 1000);
    expect_owner(2, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_has_what_another_is_to_get_comes_along),
        TEST(what_somebody_has_who_is_not_in_the_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
