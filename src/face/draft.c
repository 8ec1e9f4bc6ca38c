/* SPDX-License-Identifier: Apache-2.0 */
/* What a file of subscribers amounts to, held until all of it has been read. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "face/book.h"
#include "face/command.h"
#include "face/import.h"
#include "store/routes_check.h"

enum { MESSAGE_REST = 1024 }; /* octets of one beside the documents */

void draft_init(struct draft *draft, struct book *book)
{
    *draft = (struct draft){.book = book};
    map_init(&draft->by_supi, 0);
}

static void wipe(char *document)
{
    if (document)
        explicit_bzero(document, strlen(document));
    free(document);
}

void draft_free(struct draft *draft)
{
    for (size_t i = 0; i < draft->count; i++)
        wipe(draft->entries[i].document);
    free(draft->entries);
    map_free(&draft->by_supi);
}

bool draft_refuse(struct draft *draft, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(draft->what, sizeof draft->what, format, arguments);
    va_end(arguments);
    return false;
}

/* The length is part of it, so that leading zeros count. */
static uint64_t key_of(const char *supi)
{
    return strtoull(supi + strlen("imsi-"), NULL, 10) * 16 + strlen(supi) - strlen("imsi-") + 1;
}

static struct draft_entry *find(const struct draft *draft, const char *supi)
{
    size_t place = (size_t)(uintptr_t)map_get(&draft->by_supi, key_of(supi));
    return place ? &draft->entries[place - 1] : NULL;
}

static struct draft_entry *enter(struct draft *draft, const char *supi)
{
    struct draft_entry *entry = find(draft, supi);
    if (entry)
        return entry;
    if (draft->count == draft->room) {
        size_t room = draft->room ? 2 * draft->room : 256;
        struct draft_entry *grown = realloc(draft->entries, room * sizeof *grown);
        if (!grown)
            return NULL;
        draft->entries = grown;
        draft->room = room;
    }
    if (!map_put(&draft->by_supi, key_of(supi), (void *)(uintptr_t)(draft->count + 1)))
        return NULL;
    entry = &draft->entries[draft->count++];
    *entry = (struct draft_entry){0};
    snprintf(entry->supi, sizeof entry->supi, "%s", supi);
    return entry;
}

static bool put(struct draft *draft, const char *supi, const json_t *document, unsigned line)
{
    struct draft_entry *entry = enter(draft, supi);
    char *text = json_dumps(document, JSON_COMPACT);
    if (!entry || !text) {
        free(text);
        return draft_refuse(draft, "out of memory");
    }
    wipe(entry->document);
    entry->document = text;
    entry->line = line;
    return true;
}

/* Whether the store would take it; its SUPI. */
static bool check(struct draft *draft, const json_t *document, char supi[STORE_SUPI_BYTES])
{
    struct store_subscriber subscriber;
    struct arena arena;
    arena_init(&arena, 0);
    bool ok =
        store_subscriber_from_json(document, &arena, &subscriber, draft->what, sizeof draft->what) &&
        store_routes_fit(NULL, book_config(draft->book), &subscriber, draft->what, sizeof draft->what, NULL);
    if (ok)
        memcpy(supi, subscriber.supi, STORE_SUPI_BYTES);
    store_subscriber_wipe(&subscriber);
    arena_free(&arena);
    return ok;
}

bool draft_add(struct draft *draft, const json_t *document)
{
    char supi[STORE_SUPI_BYTES];
    if (!check(draft, document, supi))
        return false;
    const struct draft_entry *entry = find(draft, supi);
    if (entry && entry->document && entry->line)
        return draft_refuse(draft, "%s is in line %u already", supi, entry->line);
    return put(draft, supi, document, draft->line);
}

/* As the file has it so far, else as the book has it; a new reference. */
static json_t *present(struct draft *draft, const char *supi)
{
    const struct draft_entry *entry = find(draft, supi);
    if (entry)
        return entry->document ? json_loads(entry->document, 0, NULL) : NULL;
    return book_get(draft->book, supi, true, NULL);
}

bool draft_change(struct draft *draft, const char *imsi, const char *const values[FIELD_MOST])
{
    char supi[STORE_SUPI_BYTES];
    if (!store_supi_parse(imsi, supi))
        return draft_refuse(draft, "imsi: found %.40s, expected 5 to 15 digits", imsi);
    json_t *document = present(draft, supi);
    if (!document)
        return draft_refuse(draft, "%s is not there to be changed", supi);
    const struct draft_entry *entry = find(draft, supi);
    bool ok = fields_apply(document, values) && check(draft, document, supi) &&
              put(draft, supi, document, entry ? entry->line : 0);
    json_decref(document);
    return ok;
}

bool draft_remove(struct draft *draft, const char *imsi)
{
    char supi[STORE_SUPI_BYTES];
    if (!store_supi_parse(imsi, supi))
        return draft_refuse(draft, "imsi: found %.40s, expected 5 to 15 digits", imsi);
    json_t *document = present(draft, supi);
    if (!document)
        return draft_refuse(draft, "%s is not there to be removed", supi);
    json_decref(document);
    struct draft_entry *entry = enter(draft, supi);
    if (!entry)
        return draft_refuse(draft, "out of memory");
    wipe(entry->document);
    entry->document = NULL;
    return true;
}

/* Asks, and says what was refused. */
static bool ask(struct draft *draft, json_t *request)
{
    json_t *reply = book_ask(draft->book, request);
    bool ok = json_is_true(json_object_get(reply, "ok"));
    if (!ok)
        failed("%s", json_string_value(json_object_get(reply, "error")));
    json_decref(reply);
    return ok;
}

static bool is_written(const struct draft_entry *entry)
{
    return entry->document && !entry->bad;
}

/* Documents that go in one message. */
struct batch {
    json_t *documents;
    size_t bytes;
    const struct draft_entry *first;
};

/* False: it has no room, of so many octets. */
static bool add_to_batch(struct batch *batch, struct draft_entry *entry, size_t room)
{
    const size_t length = strlen(entry->document) + 1;
    if (batch->first && batch->bytes + length > room)
        return false;
    if (!batch->first)
        batch->first = entry;
    batch->bytes += length;
    entry->sent = true;
    json_array_append_new(batch->documents, json_loads(entry->document, 0, NULL));
    return true;
}

/* From entry `from` on; half of a message is left to those who have to come along. Returns where it ended. */
static size_t fill_batch(struct draft *draft, size_t from, struct batch *batch)
{
    size_t i = from;
    for (; i < draft->count && json_array_size(batch->documents) < 200; i++) {
        struct draft_entry *entry = &draft->entries[i];
        if (is_written(entry) && !entry->sent && !add_to_batch(batch, entry, CHANNEL_MESSAGE_BYTES / 2))
            break;
    }
    return i;
}

/* Who has what one of the batch is to get, if the file says further down what he has from now on. */
static struct draft_entry *owner_of_it(const struct draft *draft, const json_t *refusal)
{
    const char *supi = json_string_value(json_object_get(refusal, "owner"));
    struct draft_entry *owner = supi ? find(draft, supi) : NULL;
    return owner && is_written(owner) && !owner->sent ? owner : NULL;
}

static bool send_batch(const struct draft *draft, struct batch *batch)
{
    for (;;) {
        json_t *reply = book_ask(
            draft->book, json_pack("{s:s, s:O}", "verb", "subscriber.put", "subscribers", batch->documents));
        const bool ok = json_is_true(json_object_get(reply, "ok"));
        struct draft_entry *owner = ok ? NULL : owner_of_it(draft, reply);
        const bool again = owner && add_to_batch(batch, owner, CHANNEL_MESSAGE_BYTES - MESSAGE_REST);
        if (!ok && !again)
            failed("%s", json_string_value(json_object_get(reply, "error")));
        json_decref(reply);
        if (!again)
            return ok;
    }
}

/* The core has written the messages before the one that it refused. */
static void say_what_was_written(const struct draft *draft, const struct draft_entry *first, size_t written)
{
    if (book_is_whole(draft->book) || !written)
        failed("nothing was written");
    else
        failed("%zu were written: all before %s (line %u), and those whose networks they got; it and "
               "the others were not",
               written, first->supi, first->line);
}

/* What goes from one of the file to another is free before the first is written; a core does that within each message. */
static bool make_room(struct draft *draft)
{
    bool ok = true;
    for (size_t i = 0; ok && i < draft->count; i++)
        ok = !is_written(&draft->entries[i]) || book_make_room(draft->book, draft->entries[i].supi);
    return ok;
}

static bool write_documents(struct draft *draft, size_t *written)
{
    for (size_t i = 0; i < draft->count;) {
        struct batch batch = {.documents = json_array()};
        i = fill_batch(draft, i, &batch);
        const bool ok = !batch.first || send_batch(draft, &batch);
        if (ok)
            *written += json_array_size(batch.documents);
        else
            say_what_was_written(draft, batch.first, *written);
        json_decref(batch.documents);
        if (!ok)
            return false;
    }
    return true;
}

static bool remove_entries(struct draft *draft, size_t *removed)
{
    for (size_t i = 0; i < draft->count; i++) {
        if (draft->entries[i].document)
            continue;
        /* Added and removed within the file: the book never knew it. */
        json_t *known = book_get(draft->book, draft->entries[i].supi, false, NULL);
        json_decref(known);
        if (!known)
            continue;
        if (!ask(draft, json_pack("{s:s, s:s}", "verb", "subscriber.remove", "supi", draft->entries[i].supi)))
            return false;
        ++*removed;
    }
    return true;
}

/* What one gives up that goes another one may have. */
bool draft_apply(struct draft *draft, size_t *written, size_t *removed)
{
    *written = *removed = 0;
    if (remove_entries(draft, removed) && make_room(draft) && write_documents(draft, written))
        return book_commit(draft->book);
    if (*removed && !book_is_whole(draft->book))
        failed("%zu were removed", *removed);
    return false;
}
