/* SPDX-License-Identifier: Apache-2.0 */
#include "face/book.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/ask.h"
#include "face/command.h"
#include "store/subscriber_admin.h"

struct book {
    struct admin_client *client; /* or */
    struct store *store;
    const struct config *config;
};

static const struct verb {
    const char *name;
    json_t *(*handle)(const struct store_desk *desk, const json_t *request);
} verbs[] = {
    {"subscriber.get", store_admin_get},       {"subscriber.list", store_admin_list},
    {"subscriber.add", store_admin_add},       {"subscriber.put", store_admin_put},
    {"subscriber.remove", store_admin_remove},
};

struct book *book_open(const struct config *config)
{
    enum store_result result;
    const char *why;
    struct book *book = calloc(1, sizeof *book);
    if (!book) {
        failed("out of memory");
        return NULL;
    }
    book->config = config;
    book->client = ask_open(config, "control", NULL);
    if (book->client)
        return book;
    struct store_settings settings = {
        .path = config->store_path, .sync = config->store_sync, .busy_ms = 3000};
    if (errno == ENOENT || errno == ECONNREFUSED) {
        book->store = store_open(settings, &result, &why);
        if (book->store)
            return book;
        failed("%s", why);
    } else {
        failed("%s/control.sock: %s", config->runtime_dir, strerror(errno));
    }
    free(book);
    return NULL;
}

void book_close(struct book *book)
{
    admin_hang_up(book->client);
    store_close(book->store);
    free(book);
}

static json_t *ask_store(const struct book *book, json_t *request)
{
    const struct store_desk desk = {book->store, book->config};
    const char *verb = json_string_value(json_object_get(request, "verb"));
    json_t *reply = NULL;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, verb) == 0)
            reply = verbs[i].handle(&desk, request);
    json_decref(request);
    if (reply && !json_object_get(reply, "ok"))
        json_object_set_new(reply, "ok", json_true());
    return reply ? reply : admin_refuse("out of memory");
}

json_t *book_ask(struct book *book, json_t *request)
{
    if (book->store)
        return ask_store(book, request);
    json_t *reply = admin_ask(book->client, request);
    return reply ? reply : admin_refuse("the core did not answer: %s", strerror(errno));
}

const struct config *book_config(const struct book *book)
{
    return book->config;
}

bool book_is_whole(const struct book *book)
{
    return book->store != NULL;
}

static bool went_well(enum store_result result)
{
    if (result != STORE_OK)
        failed("%s", store_result_text(result));
    return result == STORE_OK;
}

bool book_commit(struct book *book)
{
    return went_well(book->store ? store_commit(book->store) : STORE_OK);
}

bool book_make_room(struct book *book, const char *supi)
{
    return went_well(book->store ? store_routes_remove(book->store, supi) : STORE_OK);
}

json_t *book_get(struct book *book, const char *supi, bool secrets, json_t **reply)
{
    json_t *answer = book_ask(
        book, json_pack("{s:s, s:s, s:b}", "verb", "subscriber.get", "supi", supi, "secrets", secrets));
    json_t *subscriber = json_incref(json_object_get(answer, "subscriber"));
    if (reply)
        *reply = json_incref(answer);
    json_decref(answer);
    return subscriber;
}

bool book_each(struct book *book, bool secrets, void (*visit)(void *context, const json_t *subscriber),
               void *context)
{
    char after[128] = "";
    bool more;
    do {
        json_t *item, *reply = book_ask(book, json_pack("{s:s, s:b, s:s}", "verb", "subscriber.list",
                                                        "secrets", secrets, "after", after));
        size_t i;
        if (!json_is_true(json_object_get(reply, "ok"))) {
            failed("%s", json_string_value(json_object_get(reply, "error")));
            json_decref(reply);
            return false;
        }
        json_array_foreach(json_object_get(reply, "items"), i, item) visit(context, item);
        const char *last = json_string_value(json_object_get(reply, "more"));
        more = last != NULL;
        snprintf(after, sizeof after, "%s", last ? last : "");
        json_decref(reply);
    } while (more);
    return true;
}
