/* SPDX-License-Identifier: Apache-2.0 */
#include "store/subscriber_admin.h"

#include <string.h>

#include "admin/admin.h"

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

json_t *store_admin_get(struct store *store, const json_t *request)
{
    char supi[STORE_SUPI_BYTES];
    struct store_subscriber subscriber;
    struct arena arena;
    if (!supi_of(request, supi))
        return no_supi();
    arena_init(&arena, 0);
    enum store_result result = store_subscriber_get(store, supi, &arena, &subscriber);
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

json_t *store_admin_list(struct store *store, const json_t *request)
{
    const char *after = json_string_value(json_object_get(request, "after"));
    struct page page = {.items = json_array(), .secrets = wants_secrets(request)};
    enum store_result result = store_subscriber_each(store, after ? after : "", add_to_page, &page);
    if (result != STORE_OK) {
        json_decref(page.items);
        return admin_refuse("%s", store_result_text(result));
    }
    json_t *reply = json_pack("{s:o}", "items", page.items);
    if (page.more)
        json_object_set_new(reply, "more", json_string(page.last));
    return reply;
}

/* Reads one document and writes it. NULL, or the refusal. */
static json_t *write_one(struct store *store, const json_t *document,
                         enum store_result (*write)(struct store *store,
                                                    const struct store_subscriber *subscriber))
{
    char what[200];
    struct store_subscriber subscriber;
    struct arena arena;
    json_t *refusal = NULL;
    arena_init(&arena, 0);
    if (!store_subscriber_from_json(document, &arena, &subscriber, what, sizeof what)) {
        refusal = admin_refuse("%s", what);
    } else {
        enum store_result result = write(store, &subscriber);
        if (result != STORE_OK)
            refusal = admin_refuse("%s: %s", subscriber.supi, store_result_text(result));
    }
    store_subscriber_wipe(&subscriber);
    arena_free(&arena);
    return refusal;
}

json_t *store_admin_add(struct store *store, const json_t *request)
{
    json_t *refusal = write_one(store, json_object_get(request, "subscriber"), store_subscriber_add);
    return refusal ? refusal : json_object();
}

static enum store_result check_only(struct store *store, const struct store_subscriber *subscriber)
{
    (void)store, (void)subscriber;
    return STORE_OK;
}

/* All documents are looked at before the first is written. */
json_t *store_admin_put(struct store *store, const json_t *request)
{
    const json_t *list = json_object_get(request, "subscribers");
    size_t i, written = json_array_size(list);
    json_t *document, *refusal = json_is_array(list) ? NULL : admin_refuse("subscribers: expected a list");
    json_array_foreach(list, i, document) if (!refusal) refusal = write_one(store, document, check_only);
    json_array_foreach(list, i, document) if (!refusal) refusal =
        write_one(store, document, store_subscriber_put);
    return refusal ? refusal : json_pack("{s:I}", "written", (json_int_t)written);
}

json_t *store_admin_remove(struct store *store, const json_t *request)
{
    char supi[STORE_SUPI_BYTES];
    if (!supi_of(request, supi))
        return no_supi();
    enum store_result result = store_subscriber_remove(store, supi);
    return result == STORE_OK ? json_object() : admin_refuse("%s: %s", supi, store_result_text(result));
}
