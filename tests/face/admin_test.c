/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/admin.h"

enum { ITEMS = 2 * ADMIN_PAGE + 7 };

static char path[64];
static const char *failed;

static json_t *echo(void *context, const json_t *request)
{
    assert_ptr_equal(context, path);
    return json_pack("{s:O}", "said", json_object_get(request, "say"));
}

static json_t *count_up(void *context, const json_t *request)
{
    (void)context;
    const char *after = json_string_value(json_object_get(request, "after"));
    int from = after ? atoi(after) : 0;
    json_t *items = json_array();
    for (int i = from; i < from + ADMIN_PAGE && i < ITEMS; i++)
        json_array_append_new(items, json_integer(i));
    json_t *reply = json_pack("{s:o}", "items", items);
    char more[16];
    snprintf(more, sizeof more, "%d", from + ADMIN_PAGE);
    if (from + ADMIN_PAGE < ITEMS)
        json_object_set_new(reply, "more", json_string(more));
    return reply;
}

static json_t *ramble(void *context, const json_t *request)
{
    (void)context, (void)request;
    char *text = malloc(CHANNEL_MESSAGE_BYTES);
    memset(text, 'x', CHANNEL_MESSAGE_BYTES);
    json_t *reply = json_pack("{s:s%}", "text", text, (size_t)CHANNEL_MESSAGE_BYTES);
    free(text);
    return reply;
}

static json_t *fail_next(void *context, const json_t *request)
{
    (void)context, (void)request;
    failed = "no space left";
    return json_object();
}

static struct loop *loop;
static struct admin *admin;

static json_t *stop(void *context, const json_t *request)
{
    (void)context, (void)request;
    loop_stop(loop, 0);
    return json_object();
}

/* Answers when it is asked to: what is asked for first waits for that. */
static uint64_t waiting;

static json_t *wait_long(void *context, const json_t *request)
{
    (void)context, (void)request;
    return admin_later(admin, &waiting);
}

static json_t *end_wait(void *context, const json_t *request)
{
    (void)context, (void)request;
    admin_answer(admin, waiting, json_pack("{s:b}", "done", 1));
    return json_object();
}

static const struct admin_verb verbs[] = {{"echo", echo},      {"count", count_up}, {"ramble", ramble},
                                          {"fail", fail_next}, {"stop", stop},      {"wait", wait_long},
                                          {"end", end_wait}};

static void settle(void *context)
{
    (void)context;
    admin_flush(admin, failed);
    failed = NULL;
}

static void *serve(void *argument)
{
    loop_run(loop);
    return argument;
}

static pthread_t server;

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/demarc-admin-%d.sock", getpid());
    loop = loop_new();
    admin = admin_serve(loop, path, "control", verbs, sizeof verbs / sizeof verbs[0], path);
    assert_non_null(admin);
    loop_on_settle(loop, settle, NULL);
    return pthread_create(&server, NULL, serve, NULL);
}

static json_t *ask(struct admin_client *client, const char *request)
{
    json_t *reply = admin_ask(client, json_loads(request, 0, NULL));
    assert_non_null(reply);
    return reply;
}

static int tear_down(void **state)
{
    (void)state;
    struct admin_client *client = admin_open(path);
    json_decref(ask(client, "{\"verb\": \"stop\"}"));
    pthread_join(server, NULL);
    admin_hang_up(client);
    admin_close(admin);
    loop_free(loop);
    unlink(path);
    return 0;
}

static void expect(struct admin_client *client, const char *request, const char *expected)
{
    json_t *reply = ask(client, request), *wanted = json_loads(expected, 0, NULL);
    char *text = json_dumps(reply, JSON_SORT_KEYS), *wanted_text = json_dumps(wanted, JSON_SORT_KEYS);
    assert_string_equal(text, wanted_text);
    free(text);
    free(wanted_text);
    json_decref(reply);
    json_decref(wanted);
}

static void every_request_has_an_answer(void **state)
{
    (void)state;
    struct admin_client *client = admin_open(path);
    assert_non_null(client);
    expect(client, "{\"verb\": \"echo\", \"say\": [1]}", "{\"ok\": true, \"said\": [1]}");
    expect(client, "{\"verb\": \"dance\"}",
           "{\"ok\": false, \"error\": \"control does not know the verb dance\"}");
    expect(client, "[]", "{\"ok\": false, \"error\": \"expected an object with a verb\"}");
    expect(client, "{\"verb\": \"ramble\"}",
           "{\"ok\": false, \"error\": \"the reply is too long for one message\"}");
    expect(client, "{\"verb\": \"echo\", \"say\": 2}", "{\"ok\": true, \"said\": 2}");
    admin_hang_up(client);
}

static void a_lost_batch_is_told_to_those_who_wait(void **state)
{
    (void)state;
    struct admin_client *client = admin_open(path);
    expect(client, "{\"verb\": \"fail\"}", "{\"ok\": false, \"error\": \"no space left\"}");
    expect(client, "{\"verb\": \"echo\", \"say\": 3}", "{\"ok\": true, \"said\": 3}");
    admin_hang_up(client);
}

static void a_long_list_comes_in_pages(void **state)
{
    (void)state;
    struct admin_client *client = admin_open(path);
    json_t *error, *items = admin_list(client, json_pack("{s:s}", "verb", "count"), &error);
    assert_non_null(items);
    assert_int_equal(json_array_size(items), ITEMS);
    assert_int_equal(json_integer_value(json_array_get(items, ITEMS - 1)), ITEMS - 1);
    json_decref(items);
    assert_null(admin_list(client, json_pack("{s:s}", "verb", "dance"), &error));
    assert_false(json_is_true(json_object_get(error, "ok")));
    json_decref(error);
    admin_hang_up(client);
}

static void a_process_describes_itself(void **state)
{
    (void)state;
    struct admin_client *client = admin_open(path);
    json_t *reply = ask(client, "{\"verb\": \"process\"}");
    assert_string_equal(json_string_value(json_object_get(reply, "process")), "control");
    assert_int_equal(json_integer_value(json_object_get(reply, "pid")), getpid());
    assert_true(json_integer_value(json_object_get(reply, "resident_bytes")) > 0);
    json_decref(reply);
    admin_hang_up(client);
}

/* It is not given up, and others are answered meanwhile. */
struct asker {
    unsigned asked;
    bool goes_on;
};

static bool looks_in(void *context)
{
    struct asker *asker = context;
    if (++asker->asked < 3 || !asker->goes_on)
        return asker->goes_on;
    struct admin_client *client = admin_open(path);
    json_decref(ask(client, "{\"verb\": \"end\"}"));
    admin_hang_up(client);
    return true;
}

static void what_takes_long_is_waited_for(void **state)
{
    (void)state;
    struct admin_client *client = admin_open(path);
    struct asker asker = {.goes_on = true};
    const struct admin_patience patience = {1, looks_in, &asker};
    json_t *reply = admin_ask_patiently(client, json_pack("{s:s}", "verb", "wait"), &patience);
    assert_true(json_is_true(json_object_get(reply, "done")));
    assert_true(asker.asked >= 3);
    json_decref(reply);
    expect(client, "{\"verb\": \"echo\", \"say\": 4}", "{\"ok\": true, \"said\": 4}");
    admin_hang_up(client);
}

static void unless_there_is_no_reason_to(void **state)
{
    (void)state;
    struct admin_client *client = admin_open(path);
    struct asker asker = {.goes_on = false};
    const struct admin_patience patience = {1, looks_in, &asker};
    assert_null(admin_ask_patiently(client, json_pack("{s:s}", "verb", "wait"), &patience));
    assert_int_equal(asker.asked, 1);
    admin_hang_up(client);
}

static void the_socket_is_for_owner_and_group(void **state)
{
    (void)state;
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0007, 0);
    assert_null(admin_open("/nowhere/control.sock"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_request_has_an_answer),       TEST(a_lost_batch_is_told_to_those_who_wait),
        TEST(a_long_list_comes_in_pages),        TEST(a_process_describes_itself),
        TEST(the_socket_is_for_owner_and_group), TEST(what_takes_long_is_waited_for),
        TEST(unless_there_is_no_reason_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
