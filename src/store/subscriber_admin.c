/* SPDX-License-Identifier: Apache-2.0 */
#include "store/subscriber_admin.h"

#include <string.h>

#include "admin/admin.h"
#include "store/routes_check.h"

/* The "supi" of a request in full form; NULL when there is none or it is none. */
static const char *supi_of(const json_t *request, char supi[STORE_SUPI_BYTES])
{
    const char *text = json_string_value(json_object_get(request, "supi"));
    return text && store_supi_parse(text, supi) ? supi : NULL;
}

static json_t *no_supi(void)
{
    return admin_refuse("supi: expected imsi- and 5 to 15 digits");
}

static bool wants_secrets(const json_t *request)
{
    return json_is_true(json_object_get(request, "secrets"));
}

json_t *store_admin_get(const struct store_desk *desk, const json_t *request)
{
    char supi[STORE_SUPI_BYTES];
    struct store_subscriber subscriber;
    struct arena arena;
    if (!supi_of(request, supi))
        return no_supi();
    arena_init(&arena, 0);
    enum store_result result = store_subscriber_get(desk->store, supi, &arena, &subscriber);
    json_t *reply =
        result == STORE_OK
            ? json_pack("{s:o}", "subscriber", store_subscriber_to_json(&subscriber, wants_secrets(request)))
            : admin_refuse("%s: %s", supi, store_result_text(result));
    store_subscriber_wipe(&subscriber);
    arena_free(&arena);
    return reply;
}

struct page {
    json_t *items;
    bool secrets, more;
    char last[STORE_SUPI_BYTES];
};

static bool add_to_page(void *context, const struct store_subscriber *subscriber)
{
    struct page *page = context;
    if (json_array_size(page->items) == ADMIN_PAGE) {
        page->more = true;
        return false;
    }
    memcpy(page->last, subscriber->supi, sizeof page->last);
    return json_array_append_new(page->items, store_subscriber_to_json(subscriber, page->secrets)) == 0;
}

json_t *store_admin_list(const struct store_desk *desk, const json_t *request)
{
    const char *after = json_string_value(json_object_get(request, "after"));
    struct page page = {.items = json_array(), .secrets = wants_secrets(request)};
    enum store_result result = store_subscriber_each(desk->store, after ? after : "", add_to_page, &page);
    if (result != STORE_OK) {
        json_decref(page.items);
        return admin_refuse("%s", store_result_text(result));
    }
    json_t *reply = json_pack("{s:o}", "items", page.items);
    if (page.more)
        json_object_set_new(reply, "more", json_string(page.last));
    return reply;
}

/* A document as it is read, to be wiped and freed. */
struct reading {
    struct store_subscriber subscriber;
    struct arena arena;
};

/* NULL, or the refusal. */
static json_t *read_document(struct reading *reading, const json_t *document)
{
    char what[240];
    arena_init(&reading->arena, 0);
    return store_subscriber_from_json(document, &reading->arena, &reading->subscriber, what, sizeof what)
               ? NULL
               : admin_refuse("%s", what);
}

static void end_reading(struct reading *reading)
{
    store_subscriber_wipe(&reading->subscriber);
    arena_free(&reading->arena);
}

static json_t *outcome(const struct store_subscriber *subscriber, enum store_result result)
{
    return result == STORE_OK ? NULL : admin_refuse("%s: %s", subscriber->supi, store_result_text(result));
}

/* Reads one document and writes it. NULL, or the refusal. */
static json_t *write_one(const struct store_desk *desk, const json_t *document,
                         enum store_result (*write)(struct store *store,
                                                    const struct store_subscriber *subscriber))
{
    char what[400], owner[STORE_SUPI_BYTES] = "";
    struct reading reading;
    const struct store_subscriber *subscriber = &reading.subscriber;
    json_t *refusal = read_document(&reading, document);
    if (!refusal && !store_routes_fit(desk->store, desk->config, subscriber, what, sizeof what, owner))
        refusal = admin_refuse("%s: %s", subscriber->supi, what);
    if (refusal && *owner)
        json_object_set_new(refusal, "owner", json_string(owner));
    if (!refusal)
        refusal = outcome(subscriber, write(desk->store, subscriber));
    end_reading(&reading);
    return refusal;
}

json_t *store_admin_add(const struct store_desk *desk, const json_t *request)
{
    json_t *refusal = write_one(desk, json_object_get(request, "subscriber"), store_subscriber_add);
    return refusal ? refusal : json_object();
}

/* What one of the list gives up another one may have. */
static json_t *make_room(const struct store_desk *desk, const json_t *document)
{
    struct reading reading;
    json_t *refusal = read_document(&reading, document);
    if (!refusal)
        refusal = outcome(&reading.subscriber, store_routes_remove(desk->store, reading.subscriber.supi));
    end_reading(&reading);
    return refusal;
}

static json_t *put_all(const struct store_desk *desk, const json_t *list)
{
    size_t i;
    json_t *document, *refusal = NULL;
    json_array_foreach(list, i, document) if (!refusal) refusal = make_room(desk, document);
    json_array_foreach(list, i, document) if (!refusal) refusal =
        write_one(desk, document, store_subscriber_put);
    return refusal;
}

json_t *store_admin_put(const struct store_desk *desk, const json_t *request)
{
    const json_t *list = json_object_get(request, "subscribers");
    if (!json_is_array(list))
        return admin_refuse("subscribers: expected a list");
    enum store_result result = store_part_begin(desk->store);
    if (result != STORE_OK)
        return admin_refuse("%s", store_result_text(result));
    json_t *refusal = put_all(desk, list);
    result = store_part_end(desk->store, !refusal);
    if (!refusal && result != STORE_OK)
        refusal = admin_refuse("%s", store_result_text(result));
    return refusal ? refusal : json_pack("{s:I}", "written", (json_int_t)json_array_size(list));
}

json_t *store_admin_remove(const struct store_desk *desk, const json_t *request)
{
    char supi[STORE_SUPI_BYTES];
    if (!supi_of(request, supi))
        return no_supi();
    enum store_result result = store_subscriber_remove(desk->store, supi);
    return result == STORE_OK ? json_object() : admin_refuse("%s: %s", supi, store_result_text(result));
}
