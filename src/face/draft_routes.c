/* SPDX-License-Identifier: Apache-2.0 */
/* Networks behind phones (framed routes) of a file of subscribers: no address may be behind two of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/book.h"
#include "face/import.h"
#include "store/subscriber.h"

struct draft_route {
    struct config_prefix prefix;
    const char *dnn;
    struct draft_entry *entry;
};

struct routes {
    struct arena memory; /* what documents say */
    struct draft_route *list;
    size_t count, room;
};

static bool add(struct routes *routes, const struct draft_route *route)
{
    if (routes->count == routes->room) {
        const size_t room = routes->room ? 2 * routes->room : 256;
        struct draft_route *grown = realloc(routes->list, room * sizeof *grown);
        if (!grown)
            return false;
        routes->list = grown;
        routes->room = room;
    }
    routes->list[routes->count++] = *route;
    return true;
}

static bool add_dnn(struct routes *routes, struct draft_entry *entry, const struct store_dnn *dnn)
{
    bool ok = true;
    for (unsigned i = 0; ok && i < dnn->route_count; i++)
        ok = add(routes, &(struct draft_route){dnn->routes[i], dnn->name, entry});
    return ok;
}

static bool add_subscriber(struct routes *routes, struct draft_entry *entry,
                           const struct store_subscriber *subscriber)
{
    bool ok = true;
    for (unsigned i = 0; i < subscriber->slice_count; i++)
        for (unsigned k = 0; ok && k < subscriber->slices[i].dnn_count; k++)
            ok = add_dnn(routes, entry, &subscriber->slices[i].dnns[k]);
    return ok;
}

/* Most have none, and are not read again. */
static bool may_have_routes(const struct draft_entry *entry)
{
    return entry->document &&
           (strstr(entry->document, "FrameRouteList") || strstr(entry->document, "framed_routes"));
}

static bool add_entry(struct routes *routes, struct draft_entry *entry)
{
    char what[8];
    struct store_subscriber subscriber;
    json_t *document = json_loads(entry->document, 0, NULL);
    const bool ok = document &&
                    store_subscriber_from_json(document, &routes->memory, &subscriber, what, sizeof what) &&
                    add_subscriber(routes, entry, &subscriber);
    store_subscriber_wipe(&subscriber);
    json_decref(document);
    return ok;
}

/* Those that hold others come before them. */
static int by_address(const void *a, const void *b)
{
    const struct draft_route *one = a, *two = b;
    if (one->prefix.family != two->prefix.family)
        return one->prefix.family < two->prefix.family ? -1 : 1;
    const int order = memcmp(one->prefix.address, two->prefix.address, sizeof one->prefix.address);
    if (order)
        return order;
    return one->prefix.length != two->prefix.length ? (one->prefix.length < two->prefix.length ? -1 : 1)
           : one->entry < two->entry                ? -1
                                                    : one->entry > two->entry;
}

static bool clash(const struct config *config, const struct draft_route *a, const struct draft_route *b)
{
    return a->entry != b->entry && !a->entry->bad && !b->entry->bad &&
           config_prefix_overlaps(&a->prefix, &b->prefix) && framed_routes_meet(config, a->dnn, b->dnn);
}

static void name_bad(const struct draft_route *bad, const struct draft_route *other, const char *path)
{
    char text[VALUE_TEXT_BYTES], other_text[VALUE_TEXT_BYTES];
    fprintf(stderr,
            "%s:%u: %s: %sFrameRouteList: found %s, expected a network apart from %s of %s in line %u\n",
            path, bad->entry->line, bad->entry->supi, bad->prefix.family == AF_INET ? "ipv4" : "ipv6",
            config_prefix_text(&bad->prefix, text), config_prefix_text(&other->prefix, other_text),
            other->entry->supi, other->entry->line);
    bad->entry->bad = true;
}

/* In their order the ones that hold a network are those that hold the one before it, down to some one: a stack. */
static size_t name_clashes(const struct config *config, const struct routes *routes, const char *path)
{
    const struct draft_route **open = calloc(routes->count + 1, sizeof *open);
    size_t depth = 0, bad = 0;
    for (size_t i = 0; open && i < routes->count; i++) {
        const struct draft_route *at = &routes->list[i];
        while (depth && !config_prefix_overlaps(&open[depth - 1]->prefix, &at->prefix))
            depth--;
        for (size_t k = 0; k < depth; k++)
            if (clash(config, open[k], at)) {
                const bool later = at->entry > open[k]->entry;
                name_bad(later ? at : open[k], later ? open[k] : at, path);
                bad++;
            }
        open[depth++] = at;
    }
    free(open);
    return bad;
}

size_t draft_routes_apart(struct draft *draft, const char *path)
{
    struct routes routes = {.count = 0};
    size_t bad = 0;
    bool ok = true;
    arena_init(&routes.memory, 0);
    for (size_t i = 0; ok && i < draft->count; i++)
        ok = !may_have_routes(&draft->entries[i]) || add_entry(&routes, &draft->entries[i]);
    if (ok && routes.count) {
        qsort(routes.list, routes.count, sizeof *routes.list, by_address);
        bad = name_clashes(book_config(draft->book), &routes, path);
    }
    free(routes.list);
    arena_free(&routes.memory);
    return bad; /* without memory the book will tell */
}
