/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/sdf.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

/* The next word of the rule, blank-separated; empty at the end. */
static struct bytes next_word(struct bytes *rest)
{
    while (rest->len && *rest->data == ' ')
        *rest = bytes_of(rest->data + 1, rest->len - 1);
    struct bytes word = {rest->data, 0};
    while (word.len < rest->len && rest->data[word.len] != ' ')
        word.len++;
    *rest = bytes_of(rest->data + word.len, rest->len - word.len);
    return word;
}

static bool word_is(struct bytes word, const char *text)
{
    return word.len == strlen(text) && strncasecmp((const char *)word.data, text, word.len) == 0;
}

static bool parse_number(struct bytes text, unsigned most, unsigned *value)
{
    if (text.len == 0 || text.len > 6)
        return false;
    *value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *value = *value * 10 + (text.data[i] - '0');
    }
    return *value <= most;
}

/* Cuts `text` at the first `mark`; what is behind it goes to *behind. False: there is none, and nothing behind it. */
static bool cut(struct bytes *text, char mark, struct bytes *behind)
{
    *behind = (struct bytes){0};
    const uint8_t *at = text->len ? memchr(text->data, mark, text->len) : NULL;
    if (!at)
        return false;
    *behind = bytes_of(at + 1, (size_t)(text->data + text->len - at - 1));
    text->len = (size_t)(at - text->data);
    return true;
}

static void clear_host_bits(struct sdf_side *side)
{
    for (unsigned i = side->length; i < sizeof side->address * 8; i++)
        side->address[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
}

static bool parse_address(struct bytes word, struct sdf_side *side)
{
    if (word.len && *word.data == '!') {
        side->not = true;
        word = bytes_of(word.data + 1, word.len - 1);
    }
    if (word_is(word, "any") || word_is(word, "assigned"))
        return !side->not ;
    struct bytes length;
    bool has_length = cut(&word, '/', &length);
    char text[INET6_ADDRSTRLEN];
    if (word.len == 0 || word.len >= sizeof text)
        return false;
    memcpy(text, word.data, word.len);
    text[word.len] = 0;
    side->family = memchr(text, ':', word.len) ? AF_INET6 : AF_INET;
    unsigned bits = side->family == AF_INET6 ? 128 : 32;
    unsigned prefix = bits;
    if (inet_pton(side->family, text, side->address) != 1 ||
        (has_length && !parse_number(length, bits, &prefix)))
        return false;
    side->length = (uint8_t)prefix;
    clear_host_bits(side);
    return true;
}

static bool parse_range(struct bytes text, struct sdf_ports *range)
{
    struct bytes high;
    unsigned from, to;
    bool pair = cut(&text, '-', &high);
    if (!parse_number(text, UINT16_MAX, &from))
        return false;
    to = from;
    if (pair && !parse_number(high, UINT16_MAX, &to))
        return false;
    *range = (struct sdf_ports){(uint16_t)from, (uint16_t)to};
    return from <= to;
}

static const char *parse_ports(struct bytes word, struct sdf_side *side)
{
    bool more = true;
    while (more) {
        struct bytes rest;
        more = cut(&word, ',', &rest);
        if (side->range_count == SDF_PORT_RANGES)
            return "more port ranges than a filter may have (4)";
        if (!parse_range(word, &side->ranges[side->range_count++]))
            return "port is not a number or a range of numbers";
        word = rest;
    }
    return NULL;
}

/* Address and, if the next word is not `stop`, ports. */
static const char *parse_side(struct bytes *rest, const char *stop, struct sdf_side *side)
{
    if (!parse_address(next_word(rest), side))
        return "address is not `any`, `assigned`, or an address with an optional prefix length";
    struct bytes ahead = *rest;
    struct bytes word = next_word(&ahead);
    if (word.len == 0 || word_is(word, stop) || *word.data < '0' || *word.data > '9')
        return NULL;
    *rest = ahead;
    return parse_ports(word, side);
}

static const char *parse_rule(struct bytes rest, struct sdf_filter *filter)
{
    if (!word_is(next_word(&rest), "permit"))
        return "action is not `permit`";
    if (!word_is(next_word(&rest), "out"))
        return "direction is not `out`";
    struct bytes protocol = next_word(&rest);
    unsigned number = 0;
    filter->any_protocol = word_is(protocol, "ip");
    if (!filter->any_protocol && !parse_number(protocol, UINT8_MAX, &number))
        return "protocol is neither `ip` nor a number up to 255";
    filter->protocol = (uint8_t)number;
    if (!word_is(next_word(&rest), "from"))
        return "`from` is missing";
    const char *wrong = parse_side(&rest, "to", &filter->remote);
    if (wrong)
        return wrong;
    if (!word_is(next_word(&rest), "to"))
        return "`to` is missing";
    wrong = parse_side(&rest, "", &filter->local);
    if (wrong)
        return wrong;
    if (filter->remote.family && filter->local.family && filter->remote.family != filter->local.family)
        return "addresses are of different families";
    return next_word(&rest).len ? "options are not supported" : NULL;
}

bool sdf_parse(struct bytes flow_description, struct sdf_filter *filter, const char **wrong)
{
    filter->remote = filter->local = (struct sdf_side){0};
    *wrong = parse_rule(flow_description, filter);
    return *wrong == NULL;
}
