/* SPDX-License-Identifier: Apache-2.0 */
#include "config/framed_route.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/config.h"

enum { SHORTEST_V4 = 8, SHORTEST_V6 = 16 };

const char *framed_route_wrong(const struct config_prefix *route)
{
    static const struct config_prefix nobodys[] = {
        {.family = AF_INET, .length = 8, .address = {0}},
        {.family = AF_INET, .length = 8, .address = {127}},
        {.family = AF_INET, .length = 16, .address = {169, 254}},
        {.family = AF_INET, .length = 3, .address = {224}}, /* multicast, and what is reserved */
        {.family = AF_INET6, .length = 16, .address = {0}}, /* loopback, and IPv4 in other clothes */
        {.family = AF_INET6, .length = 10, .address = {0xfe, 0x80}},
        {.family = AF_INET6, .length = 8, .address = {0xff}},
    };
    if (route->family != AF_INET && route->family != AF_INET6)
        return "a framed route that is no prefix";
    if (route->length < (route->family == AF_INET ? SHORTEST_V4 : SHORTEST_V6))
        return "a framed route that is too wide: 8 bits at least, of IPv6 16";
    for (size_t i = 0; i < sizeof nobodys / sizeof *nobodys; i++)
        if (config_prefix_overlaps(route, &nobodys[i]))
            return "a framed route with addresses that no phone can have: loopback, link-local or multicast";
    return NULL;
}

/* The next word, where blanks separate them; NULL: there is none. */
static const char *next_word(char **rest)
{
    char *word;
    do
        word = strsep(rest, " ");
    while (word && !*word);
    return word;
}

static bool is_metric(const char *word)
{
    enum { MOST_DIGITS = 10 };
    word += *word == '-';
    const size_t digits = strspn(word, "0123456789");
    return digits > 0 && digits <= MOST_DIGITS && !word[digits];
}

static const char *read_words(char *text, uint8_t family, struct config_prefix *route)
{
    const char *word = next_word(&text);
    struct config_ip gateway;
    if (!word || !config_prefix_parse(word, route) || route->family != family)
        return "a framed route without a prefix of its family, with length, and without bits behind it";
    word = next_word(&text);
    if (word && (!config_ip_parse(word, &gateway) || gateway.family != family))
        return "a framed route with a gateway that is no address";
    while (word && (word = next_word(&text)))
        if (!is_metric(word))
            return "a framed route with a metric that is no number";
    return framed_route_wrong(route);
}

bool framed_route_read(struct bytes text, uint8_t family, struct config_prefix *route, const char **wrong)
{
    enum { MOST = 253 }; /* of a RADIUS attribute */
    char copy[MOST + 1] = "";
    struct config_prefix read = {0};
    *wrong = "a framed route that is no text of at most 253 octets";
    if (text.len == 0 || text.len > MOST || memchr(text.data, 0, text.len))
        return false;
    memcpy(copy, text.data, text.len);
    *wrong = read_words(copy, family, &read);
    if (!*wrong)
        *route = read;
    return !*wrong;
}

struct bytes framed_route_write(const struct config_prefix *route, char text[FRAMED_ROUTE_TEXT_BYTES])
{
    char prefix[VALUE_TEXT_BYTES];
    const int length = snprintf(text, FRAMED_ROUTE_TEXT_BYTES, "%s %s 1", config_prefix_text(route, prefix),
                                route->family == AF_INET ? "0.0.0.0" : "::");
    return bytes_of(text, (size_t)length);
}

/* --- beside what is configured --- */

static bool of_pool(const struct config_prefix *route, const struct config_prefix *pool, const char *dnn,
                    char owner[FRAMED_ROUTE_OWNER_BYTES])
{
    char text[VALUE_TEXT_BYTES];
    if (!config_prefix_overlaps(route, pool))
        return false;
    snprintf(owner, FRAMED_ROUTE_OWNER_BYTES, "the pool %s of %s", config_prefix_text(pool, text), dnn);
    return true;
}

static bool of_pools(const struct config *config, const struct config_plane *plane,
                     const struct config_prefix *route, char owner[FRAMED_ROUTE_OWNER_BYTES])
{
    for (unsigned i = 0; i < config->smf.dnn_count; i++) {
        const struct config_dnn *dnn = &config->smf.dnns[i];
        if (!config_plane_serves(plane, dnn->name))
            continue;
        const struct config_plane_network *own = config_plane_network(plane, dnn->name);
        const struct config_prefix *v4 = own && own->ipv4.family ? &own->ipv4 : &dnn->ipv4;
        const struct config_prefix *v6 = own && own->ipv6.family ? &own->ipv6 : &dnn->ipv6;
        if (of_pool(route, v4, dnn->name, owner) || of_pool(route, v6, dnn->name, owner))
            return true;
    }
    return false;
}

static bool of_endpoint(const struct config_prefix *route, const union socket_address *endpoint,
                        const char *what, const char *plane, char owner[FRAMED_ROUTE_OWNER_BYTES])
{
    const struct config_ip ip = config_ip_of(endpoint);
    char text[VALUE_TEXT_BYTES];
    if (!ip.family || !config_prefix_holds(route, &ip))
        return false;
    snprintf(owner, FRAMED_ROUTE_OWNER_BYTES, "%s %s%s%s", what, config_ip_text(&ip, text),
             *plane ? " of plane " : "", plane);
    return true;
}

static bool of_infrastructure(const struct config *config, const struct config_plane *plane,
                              const struct config_prefix *route, char owner[FRAMED_ROUTE_OWNER_BYTES])
{
    char text[VALUE_TEXT_BYTES];
    for (unsigned i = 0; i < plane->infrastructure_count; i++)
        if (config_prefix_overlaps(route, &plane->infrastructure[i])) {
            snprintf(owner, FRAMED_ROUTE_OWNER_BYTES, "the infrastructure %s of plane %s",
                     config_prefix_text(&plane->infrastructure[i], text), plane->name);
            return true;
        }
    for (unsigned i = 0; i < plane->n3_count; i++)
        if (of_endpoint(route, &plane->n3[i], "n3", plane->name, owner))
            return true;
    return of_endpoint(route, &plane->n4, "n4", plane->name, owner) ||
           of_endpoint(route, &config->smf.n4, "smf.n4", "", owner);
}

/* As the configuration writes it. */
static const char *name_of(const struct config *config, const char *dnn)
{
    const struct config_dnn *known = config_find_dnn(config, dnn);
    return known ? known->name : NULL;
}

bool framed_route_has_owner(const struct config *config, const char *dnn, const struct config_prefix *route,
                            char owner[FRAMED_ROUTE_OWNER_BYTES])
{
    const char *name = name_of(config, dnn);
    for (unsigned i = 0; name && i < config->plane_count; i++) {
        const struct config_plane *plane = &config->planes[i];
        if (config_plane_serves(plane, name) &&
            (of_pools(config, plane, route, owner) || of_infrastructure(config, plane, route, owner)))
            return true;
    }
    return false;
}

bool framed_routes_meet(const struct config *config, const char *dnn, const char *other)
{
    const char *one = name_of(config, dnn), *two = name_of(config, other);
    for (unsigned i = 0; one && two && i < config->plane_count; i++)
        if (config_plane_serves(&config->planes[i], one) && config_plane_serves(&config->planes[i], two))
            return true;
    return strcasecmp(dnn, other) == 0;
}
