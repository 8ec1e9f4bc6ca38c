/* SPDX-License-Identifier: Apache-2.0 */
#include "config/framed_route.h"

#include <stdio.h>
#include <string.h>

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
