/* SPDX-License-Identifier: Apache-2.0 */
#include "store/routes_json.h"

#include <string.h>

static const struct form {
    const char *list, *other_list, *item;
    uint8_t family;
} forms[] = {
    {"ipv4FrameRouteList", "ipv4_framed_routes", "ipv4Mask", AF_INET},
    {"ipv6FrameRouteList", "ipv6_framed_routes", "ipv6Prefix", AF_INET6},
};

enum { FORMS = sizeof forms / sizeof *forms };

void store_routes_to_json(json_t *object, const struct store_dnn *dnn)
{
    char text[VALUE_TEXT_BYTES];
    for (unsigned f = 0; f < FORMS; f++) {
        json_t *list = json_array();
        for (unsigned i = 0; i < dnn->route_count; i++)
            if (dnn->routes[i].family == forms[f].family)
                json_array_append_new(
                    list, json_pack("{s:s}", forms[f].item, config_prefix_text(&dnn->routes[i], text)));
        if (json_array_size(list))
            json_object_set(object, forms[f].list, list);
        json_decref(list);
    }
}

/* --- from JSON --- */

struct reading {
    const struct document *at;
    const struct form *form;
    const char *key;
    struct config_prefix *routes;
    struct store_dnn *dnn;
};

static bool is_own(const struct store_dnn *dnn, const struct config_prefix *route)
{
    const struct config_ip *own = route->family == AF_INET ? &dnn->ipv4 : &dnn->ipv6;
    struct config_prefix prefix = {.family = own->family, .length = own->family == AF_INET ? 32 : 64};
    memcpy(prefix.address, own->address, sizeof prefix.address);
    return config_prefix_overlaps(&prefix, route);
}

static bool add(struct reading *reading, const char *text)
{
    struct store_dnn *dnn = reading->dnn;
    struct config_prefix route;
    if (!config_prefix_parse(text, &route) || route.family != reading->form->family)
        return document_refuse(reading->at, reading->key, text,
                               reading->form->family == AF_INET ? "prefixes such as 192.0.2.0/24"
                                                                : "prefixes such as 2001:db8:5::/48");
    if (framed_route_wrong(&route))
        return document_refuse(reading->at, reading->key, text,
                               "no loopback, link-local or multicast, /8 at least, of IPv6 /16");
    if (is_own(dnn, &route))
        return document_refuse(reading->at, reading->key, text, "a network without the phone's own address");
    for (unsigned i = 0; i < dnn->route_count; i++)
        if (config_prefix_overlaps(&reading->routes[i], &route))
            return document_refuse(reading->at, reading->key, text, "networks that share no address");
    if (dnn->route_count == FRAMED_ROUTES_MOST)
        return document_refuse(reading->at, reading->key, "more", "at most 16 networks");
    reading->routes[dnn->route_count++] = route;
    return true;
}

static bool add_words(struct reading *reading, const char *text)
{
    char word[VALUE_TEXT_BYTES];
    for (text += strspn(text, " ,"); *text; text += strspn(text, " ,")) {
        const size_t length = strcspn(text, " ,");
        if (length >= sizeof word)
            return document_refuse(reading->at, reading->key, "a long word", "prefixes");
        memcpy(word, text, length);
        word[length] = '\0';
        if (!add(reading, word))
            return false;
        text += length;
    }
    return true;
}

static bool add_items(struct reading *reading, const json_t *list)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *text =
            json_string_value(json_is_object(item) ? json_object_get(item, reading->form->item) : item);
        if (!text)
            return document_refuse(reading->at, reading->key, "another value in the list",
                                   reading->form->item);
        if (!add(reading, text))
            return false;
    }
    return true;
}

static bool read_list(struct reading *reading, const char *key)
{
    const json_t *value = document_get(reading->at, key);
    reading->key = key;
    if (!value)
        return true;
    if (json_is_string(value))
        return add_words(reading, json_string_value(value));
    return json_is_array(value) ? add_items(reading, value)
                                : document_refuse(reading->at, key, NULL, "a list of networks");
}

bool store_routes_from_json(const struct document *at, struct arena *arena, struct store_dnn *dnn)
{
    struct reading reading = {
        .at = at, .dnn = dnn, .routes = arena_array(arena, FRAMED_ROUTES_MOST, sizeof *reading.routes)};
    if (!reading.routes)
        return document_refuse(at, forms[0].list, "a huge document", "a smaller one");
    dnn->route_count = 0;
    dnn->routes = reading.routes;
    for (unsigned f = 0; f < FORMS; f++) {
        reading.form = &forms[f];
        if (!read_list(&reading, forms[f].list) || !read_list(&reading, forms[f].other_list))
            return false;
    }
    return true;
}
